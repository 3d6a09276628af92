"""What the API's pages show of permissions: an agent at the counter who may not finish a ticket, until they may."""

from __future__ import annotations

from typing import Any, Final

from api import examples

PAGE: Final = examples.PAGE
_CELL: Final = {
    "profile": "balcao",
    "action": "ticket.move:resolver",
    "process": "atendimento",
    "situation": "em_atendimento",
}
_RULE: Final = {
    "id": "balcao/*/*/ticket.move",
    "profile": "balcao",
    "action": "ticket.move",
    "allow": True,
    "process": "*",
    "situation": "*",
}
_DENIAL: Final = {"id": "balcao/atendimento/em_atendimento/ticket.move:resolver", **_CELL, "allow": False}
ACTIONS: Final = {
    "tabs": [
        {
            "tab": "workflow",
            "label": "Workflow",
            "label_en": "Workflow",
            "actions": [
                {
                    "action": "ticket.move",
                    "label": "Alterar situação",
                    "label_en": "Change situation",
                    "sentence": "Mover o atendimento por uma das opções da situação em que está.",
                    "by_situation": True,
                    "narrows": "move",
                }
            ],
        }
    ]
}
PROFILE: Final = {
    "key": "balcao",
    "label": "Balcão",
    "description": "Recebe e encaminha.",
    "scope": "team",
    "retired": False,
    "people": 3,
}
PROFILE_ASK: Final = {"key": "balcao", "label": "Balcão", "copy_of": "agente"}
PROFILES: Final = {"profiles": [PROFILE], "presets": ["administrador", "agente"]}
NEW_PROFILE: Final = PROFILE | {"people": 0}
WHOLE_PROFILE: Final = PROFILE | {"rules": [_RULE], "authority": 41}
CELLS_ASK: Final = {"cells": [_CELL | {"value": "allowed"}], "authority": 41}
CELLS: Final = {"changed": [_CELL | {"old": "denied", "new": "allowed"}]}
CARRY_ASK: Final = {"process": "atendimento", "situation": "em_atendimento", "to": "atendendo"}
MATRIX: Final[dict[str, Any]] = {
    "process": "atendimento",
    "as_of": None,
    "profiles": ["balcao"],
    "actions": ["ticket.move:resolver"],
    "authority": 41,
    "rows": [
        {
            "situation": "em_atendimento",
            "label": "Em atendimento",
            "in_force": True,
            "versions": ["atendimento:1"],
            "tickets": 12,
            "moves": {"resolver": "Resolver"},
            "cells": [
                {
                    "profile": "balcao",
                    "action": "ticket.move:resolver",
                    "value": "denied",
                    "own": "denied",
                    "rule": _DENIAL["id"],
                    "answer": False,
                }
            ],
        }
    ],
}
SUPPOSE_ASK: Final = {"cells": [_CELL | {"value": "allowed"}], "scopes": []}
SUPPOSED: Final = {
    "running": 57,
    "authority": 41,
    "effects": [
        {
            "profile": "balcao",
            "action": "ticket.move:resolver",
            "label": "Resolver",
            "process": "atendimento",
            "situation": "em_atendimento",
            "situation_label": "Em atendimento",
            "standing": "open",
            "gained": True,
            "people": 3,
            "tickets": 12,
        }
    ],
    "untouched": 4,
    "stranded": [],
    "unused": [],
    "alike": [],
}
WHICH_ASK: Final = SUPPOSE_ASK | {
    "line": "gained",
    "profile": "balcao",
    "action": "ticket.move:resolver",
    "process": "atendimento",
    "situation": "em_atendimento",
}
REVIEW: Final = {
    "since": "2026-03-02T12:00:00Z",
    "unused": [{"profile": "balcao", "action": "ticket.clone", "process": None, "situation": None}],
    "orphans": [
        _DENIAL
        | {
            "id": "balcao/atendimento/analise/ticket.move",
            "action": "ticket.move",
            "situation": "analise",
            "gone": "situation",
            "label": "Em análise",
            "renamed_to": ["em_analise"],
        }
    ],
    "alike": [{"profiles": ["agente", "balcao"], "cell": _CELL | {"profile": "agente"}}],
}
HISTORY: Final = {
    "changes": [
        {
            "id": "019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a61",
            "at": "2026-03-02T13:00:00Z",
            "actor": "user:019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a60",
            "actor_name": "Carla Dias",
            "profile": "balcao",
            "deed": "rule_changed",
            "sentence": "Carla Dias permitiu Alterar situação (ticket.move:resolver) a Balcão em Em atendimento "
            "(atendimento:em_atendimento)",
            "detail": {
                "action": "ticket.move:resolver",
                "process": "atendimento",
                "situation": "em_atendimento",
                "old": "denied",
                "new": "allowed",
            },
        }
    ]
}
_DECISION: Final[dict[str, Any]] = {
    "allowed": False,
    "profile": "balcao",
    "action": "ticket.move",
    "narrowed": "resolver",
    "process": "atendimento",
    "situation": "em_atendimento",
    "lacks": "situation",
    "lacking": ["situation"],
    "considered": [_DENIAL | {"changed_at": "2026-02-27T18:20:00Z", "changed_by": "Carla Dias"}],
    "fix": {"add": [], "remove": [_DENIAL]},
}
EXPLAINED: Final[dict[str, Any]] = {
    "ticket": "2026-4830192-7",
    "process": "atendimento",
    "situation": "em_atendimento",
    "as_of": None,
    "actor": "ana.souza",
    "profile": "balcao",
    "scope": "all",
    "reached": True,
    "action": "ticket.move",
    "move": "resolver",
    "allowed": False,
    "reasons": [
        {
            "code": "situation_lacks",
            "detail": "O perfil “Balcão” não pode alterar situação pela opção “Resolver” na situação “Em atendimento”: "
            "uma regra proíbe isso.",
            "fix": "Quem administra os perfis pode retirar a proibição de alterar situação pela opção “Resolver” na "
            "situação “Em atendimento”.",
            "details": {"decision": _DECISION},
        }
    ],
    "decisions": [_DECISION],
    "gone": [],
    "change": [_CELL | {"value": "absent"}],
}

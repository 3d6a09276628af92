"""What the API's pages show of processes: those of the demonstration organisation."""

from __future__ import annotations

from typing import Final

FILE: Final = {"name": "atendimento.bpmn", "content": '<?xml version="1.0" encoding="UTF-8"?>…'}
FILES: Final = {"files": [FILE]}
FINDING: Final = {
    "file": "atendimento.bpmn",
    "line": 41,
    "element": "resolver",
    "rule": "unknown-field",
    "severity": "error",
    "message": "O campo “solucão” não existe.",
    "hint": "Você quis dizer solucao?",
}
REPORT: Final = {"files": 1, "errors": 1, "warnings": 0, "findings": [FINDING]}
DEPLOYED: Final = {
    "deployments": [{"kind": "process", "key": "atendimento", "version": 2, "what": "version", "why": "file"}],
    "warnings": [],
}
PROCESS_ROW: Final = {
    "key": "atendimento",
    "label": "Atendimento",
    "version": 2,
    "file": "atendimento.bpmn",
    "deployed_at": "2026-03-02T11:58:00Z",
    "deployed_by": "user:019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a60",
}
PROCESSES: Final = {
    "processes": [PROCESS_ROW],
    "decisions": [{"key": "campos_obrigatorios", "version": 1, "file": "campos_obrigatorios.dmn"}],
}
PROCESS: Final = {
    "key": "atendimento",
    "label": "Atendimento",
    "version": 2,
    "versions": [
        {
            "version": 2,
            "label": "Atendimento",
            "file": "atendimento.bpmn",
            "deployed_at": "2026-03-02T11:58:00Z",
            "deployed_by": "user:019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a60",
            "calls": {"assistencia_tecnica": 1},
        }
    ],
}
_PLACE: Final = {"process": "atendimento", "situation": "aberto", "label": "Aberto", "standing": "open"}
VERSION: Final = {
    "key": "atendimento",
    "version": 2,
    "label": "Atendimento",
    "requires": [],
    "requires_decision": ["campos_obrigatorios"],
    "messages": ["customer_replied"],
    "situations": [
        _PLACE
        | {
            "team": "atendimento",
            "sla": "PT4H",
            "escalate": "50%:team, -PT1H:manager",
            "calendar": None,
            "pauses_sla": False,
            "color": "#1565c0",
            "customer_label": "Recebido",
            "customer_next": None,
            "requires": [],
            "requires_decision": [],
            "moves": [
                {
                    "move": "iniciar_atendimento",
                    "label": "Iniciar atendimento",
                    "default": False,
                    "guard": None,
                    "requires": [],
                    "requires_decision": [],
                    "leads_to": _PLACE | {"situation": "em_atendimento", "label": "Em atendimento"},
                }
            ],
        }
    ],
    "ends": [_PLACE | {"situation": "descartado", "label": "Descartado", "standing": "cancelled"}],
    "activities": [
        {
            "process": "atendimento",
            "element": "ligar_para_negociar",
            "label": "Ligar para o cliente",
            "kind": "call",
            "team": "financeiro",
        }
    ],
}

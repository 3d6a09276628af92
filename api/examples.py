"""What the API's pages show: one ticket of the demonstration organisation on its way."""

from __future__ import annotations

from typing import Any, Final

OPEN: Final = {
    "title": "Vazamento sob a pia da cozinha",
    "description": "Começou ontem à noite.",
    "subject": "hidraulica",
    "subsubject": "hidraulica.vazamento",
    "customer": "C-1001",
    "channel": "phone",
    "fields": {"unidade": "Torre A, 302"},
}
TICKET: Final[dict[str, Any]] = {
    "protocol": "2026-4830192-7",
    "revision": 3,
    "title": "Vazamento sob a pia da cozinha",
    "process": "atendimento",
    "version": 1,
    "situation": "em_atendimento",
    "situation_label": "Em atendimento",
    "situation_process": "atendimento",
    "standing": "open",
    "ended": False,
    "subject": "hidraulica",
    "subsubject": "hidraulica.vazamento",
    "team": "atendimento",
    "responsible": "ana.souza",
    "priority": "alta",
    "next_action_at": "2026-03-04T13:00:00Z",
    "incomplete": [],
    "opened_at": "2026-03-02T12:00:00Z",
    "entered_at": "2026-03-02T12:04:10Z",
    "changed_at": "2026-03-02T12:04:10Z",
    "timer_due_at": None,
    "description": "Começou ontem à noite.",
    "channel": "phone",
    "request_type": None,
    "customer": "C-1001",
    "development": "jardins",
    "block": "jardins.a",
    "unit": "jardins.a.302",
    "contact_reason": None,
    "portal_visible": False,
    "cloned_from": None,
    "customer_sees": "Em andamento",
    "fields": {"unidade": "Torre A, 302"},
    "withheld": ["document", "financial", "health"],
    "waiting_for": None,
    "awaits": [],
    "incident": None,
    "opened_by": "user:019a4d2e-7c1b-7a10-9c55-2f1d3e4b5a60",
    "limit_at": "2026-03-04T12:04:10Z",
    "response_limit_at": None,
    "resolution_limit_at": "2026-03-09T12:00:00Z",
}
OPENED: Final = TICKET | {
    "revision": 1,
    "situation": "aberto",
    "situation_label": "Aberto",
    "responsible": None,
    "priority": None,
    "entered_at": TICKET["opened_at"],
    "changed_at": TICKET["opened_at"],
    "customer_sees": "Recebido",
}
ALTERED: Final = OPENED | {
    "revision": 2,
    "responsible": "ana.souza",
    "priority": "alta",
    "changed_at": "2026-03-02T12:03:05Z",
}
MOVED: Final = TICKET | {
    "revision": 4,
    "situation": "visita_a_agendar",
    "situation_label": "Visita a agendar",
    "situation_process": "assistencia_tecnica",
    "team": "assistencia",
    "responsible": None,
    "entered_at": "2026-03-02T12:20:41Z",
    "changed_at": "2026-03-02T12:20:41Z",
    "customer_sees": "Visita a agendar",
    "fields": {"unidade": "Torre A, 302", "descricao_defeito": "Sifão trincado", "registro_fechado": True},
}
RELOCATED: Final = TICKET | {
    "revision": 5,
    "responsible": None,
    "entered_at": "2026-03-02T12:31:00Z",
    "changed_at": "2026-03-02T12:31:00Z",
    "fields": MOVED["fields"],
}
_NEGOTIATED: Final = TICKET | {
    "protocol": "2026-4731900-6",
    "revision": 3,
    "title": "Renegociar parcelas",
    "situation": "em_negociacao",
    "situation_label": "Em negociação",
    "subject": "financeiro",
    "subsubject": None,
    "team": "financeiro",
    "responsible": None,
    "priority": None,
    "description": "",
    "channel": None,
    "customer_sees": "Em negociação",
    "fields": {},
}
ACTIVITY: Final = {
    "id": "019a4d2e-9f00-7b21-8d11-6a7c8e9f0a1b",
    "kind": "call",
    "name": "Ligar para o cliente",
    "description": None,
    "process": "atendimento",
    "element": "ligar_para_negociar",
    "team": "financeiro",
    "responsible": None,
    "status": "queued",
    "due_kind": None,
    "limit_at": None,
    "ring": None,
    "overdue": False,
    "created_at": "2026-03-02T12:04:10Z",
}
HEADER: Final = {
    "opened_at": TICKET["opened_at"],
    "opened_by": "Ana Souza",
    "subject": "Hidráulica",
    "subsubject": "Vazamento",
    "development": "Residencial Jardins",
    "block": "Torre A",
    "unit": "302",
    "team": "Atendimento",
    "responsible": "Ana Souza",
    "priority": "Alta",
    "request_type": None,
    "contact_reason": None,
    "customer": "Carla Mendes",
    "portal_visible": False,
    "next_action_at": TICKET["next_action_at"],
    "links": 0,
}
WHOLE_TICKET: Final = _NEGOTIATED | {"header": HEADER, "activities": [ACTIVITY], "open_incident": None}
_LISTED: Final = (
    "protocol",
    "revision",
    "title",
    "process",
    "version",
    "situation",
    "situation_label",
    "situation_process",
    "standing",
    "ended",
    "subject",
    "subsubject",
    "team",
    "responsible",
    "priority",
    "next_action_at",
    "incomplete",
    "opened_at",
    "entered_at",
    "changed_at",
    "timer_due_at",
)
PAGE: Final[dict[str, Any]] = {"tickets": [{name: TICKET[name] for name in _LISTED}], "next": None, "cursor": None}
ALTER: Final = {"responsible": "ana.souza", "priority": "alta", "next_action_at": "2026-03-04T10:00:00-03:00"}
MOVE: Final = {
    "move": "acionar_assistencia",
    "fields": {"descricao_defeito": "Sifão trincado", "registro_fechado": True},
}
MOVES: Final = {
    "protocol": TICKET["protocol"],
    "revision": 3,
    "situation": "em_atendimento",
    "situation_label": "Em atendimento",
    "situation_process": "atendimento",
    "standing": "open",
    "waiting_for": None,
    "profile": "agente",
    "moves": [
        {
            "move": "resolver",
            "label": "Resolver",
            "allowed": False,
            "default": False,
            "leads_to": {
                "process": "atendimento",
                "situation": "resolvido",
                "label": "Resolvido",
                "standing": "finished",
            },
            "requires": ["solucao"],
            "missing": ["solucao"],
            "reasons": [
                {
                    "code": "fields_missing",
                    "detail": "Falta preencher: Solução.",
                    "fix": "Envie solucao em `fields`.",
                    "details": {"missing": ["solucao"]},
                }
            ],
        }
    ],
}
MESSAGE: Final = {"name": "pagamento_confirmado", "payload": {"valor": 120.5}}
DELIVERED: Final = {"delivered": False, "repeated": False, "ticket": TICKET}
RELOCATE: Final = {"situation": "em_atendimento", "reason": "Assistência acionada por engano; bastava orientar."}
HISTORY: Final = {
    "history": [
        {
            "seq": 3,
            "at": "2026-03-02T12:04:10Z",
            "actor": TICKET["opened_by"],
            "actor_name": "Ana Souza",
            "deed": "moved",
            "sentence": "Ana Souza moveu de Aberto para Em atendimento",
            "cause": {
                "kind": "move",
                "process": "atendimento",
                "element": "iniciar_atendimento",
                "due_at": None,
                "label": "Iniciar atendimento",
            },
            "process": "atendimento",
            "version": 1,
            "left": "atendimento:aberto",
            "left_label": "Aberto",
            "entered": "atendimento:em_atendimento",
            "entered_label": "Em atendimento",
            "reason": None,
            "changes": [
                {
                    "name": "unidade",
                    "label": "Unidade",
                    "old": None,
                    "new": "Torre A, 302",
                    "old_label": None,
                    "new_label": "Torre A, 302",
                    "withheld": False,
                }
            ],
            "detail": {"fields": ["unidade"]},
        }
    ],
    "next": None,
}
FINISHED: Final = {"activity": ACTIVITY["id"], "outcome": "done", "ticket": _NEGOTIATED | {"revision": 4}}
PERSON: Final = {
    "login": "ana.souza",
    "name": "Ana Souza",
    "profile": "agente",
    "teams": ["atendimento"],
    "email": "ana.souza@empresa.com.br",
    "ended": False,
}
TOKEN: Final = "tk_3w5Jm0v1Q8yB2n4K6p7R9s-xYzAbCdEfGhIjKlMnOpQ"  # noqa: S105 - an example on a page, nobody's
PERSON_ASK: Final = {name: value for name, value in PERSON.items() if name != "ended"}
SET_UP: Final = {"setup_token": "setup_…", "login": "admin", "name": "Administração"}
ENTRY: Final = {"label": "Hidráulica", "technical_assistance": True, "team": "atendimento"}
SUBJECT: Final = {
    "key": "hidraulica",
    "label": "Hidráulica",
    "process": None,
    "technical_assistance": True,
    "team": "atendimento",
    "retired": False,
}

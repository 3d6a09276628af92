"""What the API's pages show of registries and customers."""

from __future__ import annotations

from typing import Any, Final

from api.examples import SUBJECT, TICKET

TEAMS: Final = {"teams": [{"key": "atendimento", "label": "Atendimento", "calendar": "comercial", "retired": False}]}
REPLY: Final = {
    "key": "recebido",
    "label": "Recebemos seu pedido",
    "text": "Olá, {{customer.name}}! Seu protocolo é {{ticket.protocol}}.",
    "retired": False,
}
REGISTRIES: Final = TEAMS | {
    "calendars": [{"key": "comercial", "label": "Horário comercial", "retired": False}],
    "subjects": [SUBJECT],
    "subsubjects": [{"key": "hidraulica.vazamento", "label": "Vazamento", "team": None, "retired": False}],
    "developments": [{"key": "acacias", "label": "Jardim das Acácias", "retired": False}],
    "blocks": [{"key": "acacias.torre_a", "label": "Torre A", "retired": False}],
    "units": [{"key": "acacias.torre_a.302", "label": "Apartamento 302", "retired": False}],
    "request_types": [{"key": "reclamacao", "label": "Reclamação", "retired": False}],
    "priorities": [{"key": "alta", "label": "Alta", "position": 10, "retired": False}],
    "contact_reasons": [{"key": "cobranca", "label": "Cobrança de retorno", "retired": False}],
    "standard_replies": [REPLY],
    "activity_types": [
        {
            "key": "boas_vindas",
            "label": "Boas-vindas",
            "kind": "email",
            "asks": [],
            "template": "recebido",
            "retired": False,
        }
    ],
    "fields": [
        {
            "key": "unidade",
            "label": "Unidade",
            "type": "text",
            "choices": [],
            "personal": True,
            "personal_class": "address",
            "retired": False,
        }
    ],
}
USED_SUBJECT: Final = SUBJECT | {
    "used_by": [
        {"what": "subsubjects", "count": 1, "keys": ["hidraulica.vazamento"]},
        {"what": "tickets", "count": 12, "keys": []},
    ]
}
CHANGE: Final = {
    "at": "2026-03-02T11:58:00Z",
    "actor": TICKET["opened_by"],
    "actor_name": "Elisa Prado",
    "deed": "changed",
    "detail": {"label": ["Água", "Hidráulica"]},
}
WHOLE_ENTRY: Final = USED_SUBJECT | {"history": [CHANGE]}
MEMBERS_ASK: Final = {"members": ["ana.souza"]}
MEMBERS: Final = {"members": [{"login": "ana.souza", "name": "Ana Souza"}]}
PLACEHOLDERS: Final = {"placeholders": [{"name": "ticket.protocol", "label": "número de protocolo"}]}

CUSTOMER_ASK: Final = {"name": "Carla Mendes", "kind": "person"}
_LISTED: Final[dict[str, Any]] = {
    "id": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a5b",
    "key": "C-1001",
    "retired": False,
} | CUSTOMER_ASK
POINT_ASK: Final = {"kind": "mobile", "value": "(62) 98123-4567", "preferred": True}
POINT: Final = {
    "id": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a5c",
    "kind": "mobile",
    "value": "+5562981234567",
    "verified": False,
    "preferred": True,
    "added_at": "2026-03-02T11:58:00Z",
}
CONSENT_ASK: Final = {"channel": "whatsapp", "given": True, "how": "form"}
CONSENT: Final = CONSENT_ASK | {"at": "2026-03-02T11:58:00Z", "actor": TICKET["opened_by"]}
CUSTOMER: Final = _LISTED | {"contact_points": [POINT], "consents": [CONSENT], "withheld": ["document"]}
CUSTOMERS: Final = {"customers": [_LISTED], "next": None, "cursor": None}
CUSTOMER_HISTORY: Final = {
    "history": [
        {
            "at": "2026-03-02T11:58:00Z",
            "actor": TICKET["opened_by"],
            "actor_name": "Ana Souza",
            "deed": "contact_point_added",
            "detail": {"contact_point": POINT["id"], "kind": "mobile", "verified": False, "preferred": True},
        }
    ]
}

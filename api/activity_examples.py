"""What the API's pages show of items of a queue."""

from __future__ import annotations

from typing import Any, Final

from api import examples

_ID: Final = examples.ACTIVITY["id"]
ITEM: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "email",
    "type": "boas_vindas",
    "name": "Mandar o orçamento",
    "status": "queued",
    "outcome": None,
    "ticket": examples.TICKET["protocol"],
    "ticket_title": examples.TICKET["title"],
    "team": "atendimento",
    "responsible": None,
    "responsible_name": None,
    "due_kind": "deadline",
    "limit_at": "2026-03-02T18:00:00Z",
    "time_left_s": 21_350,
    "ring": "yellow",
    "overdue": False,
    "created_at": "2026-03-02T12:04:10Z",
    "taken_at": None,
    "finished_at": None,
}
MINE: Final = ITEM | {
    "status": "pending",
    "responsible": "ana.souza",
    "responsible_name": "Ana Souza",
    "ring": None,
    "taken_at": "2026-03-02T12:05:00Z",
}
SERVICE: Final = ITEM | {
    "id": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a00",
    "kind": "service",
    "type": None,
    "name": examples.TICKET["title"],
    "due_kind": None,
}
NOTE: Final = {"number": 1, "at": "2026-03-02T12:06:00Z", "by": "Ana Souza", "text": "O cliente prefere e-mail."}
ANNOUNCEMENT: Final = {
    "item": _ID,
    "kind": "email",
    "name": "Mandar o orçamento",
    "threshold": "limit",
    "ring": "red",
    "version": 1,
    "due_at": "2026-03-02T18:00:00Z",
    "at": "2026-03-02T18:00:00.4Z",
    "told": [{"login": "ana.souza", "name": "Ana Souza"}],
}
WHOLE: Final = MINE | {
    "description": "Com o desconto combinado.",
    "fields": {},
    "template": "recebido",
    "customer": "C-1001",
    "process": None,
    "element": None,
    "notes": [NOTE],
    "announcements": [ANNOUNCEMENT],
    "before": examples.PAGE["tickets"],
    "withheld": [],
}
PAGE: Final = {"items": [SERVICE, ITEM], "next": None, "cursor": None}
BOARD: Final = {
    "queued": PAGE | {"counts": {"all": 2, "yellow": 2, "red": 0}},
    "pending": {"items": [MINE], "next": None, "cursor": None, "counts": {"all": 1, "overdue": 0}},
    "finished": {"items": [], "next": None, "cursor": None, "counts": {"today": 0}},
}
CREATE: Final = {
    "name": "Mandar o orçamento",
    "type": "boas_vindas",
    "customer": "C-1001",
    "team": "atendimento",
    "limit_at": "2026-03-02T15:00:00-03:00",
    "due_kind": "deadline",
}
TRANSFER: Final = {"team": "atendimento", "responsible": "bruno.lima", "note": "O cliente prefere e-mail."}
_ANA: Final = examples.TICKET["opened_by"]
_TAKEN: Final = {
    "seq": 2,
    "at": "2026-03-02T12:05:00Z",
    "actor": _ANA,
    "actor_name": "Ana Souza",
    "deed": "activity_taken",
    "sentence": "Ana Souza pegou a atividade Mandar o orçamento da fila",
    "cause": None,
    "process": None,
    "version": None,
    "left": None,
    "left_label": None,
    "entered": None,
    "entered_label": None,
    "reason": None,
    "changes": [
        {
            "name": "responsible",
            "label": "Responsável",
            "old": None,
            "new": _ANA.removeprefix("user:"),
            "old_label": None,
            "new_label": "Ana Souza",
            "withheld": False,
        }
    ],
    "detail": {"activity": _ID, "kind": "email", "person": _ANA.removeprefix("user:"), "was": {"status": "queued"}},
}
HISTORY: Final = {"history": [_TAKEN], "next": None}

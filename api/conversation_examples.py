"""What the API's pages show of conversations."""

from __future__ import annotations

from typing import Any, Final

from api.examples import MOVES, PAGE
from api.examples import TICKET as TICKET  # noqa: PLC0414 - shown on these pages too

SAY: Final = {"kind": "note", "text": "Cliente prefere contato à tarde.", "next_action_at": "2026-03-04T10:00:00-03:00"}
INTERACTION: Final[dict[str, Any]] = {
    "seq": 3,
    "at": "2026-03-02T12:10:00Z",
    "actor": TICKET["opened_by"],
    "actor_name": "Ana Souza",
    "kind": "note",
    "channel": "note",
    "title": None,
    "text": SAY["text"],
    "shown": False,
    "mailed": False,
    "marked": False,
    "copies": [],
    "standard_reply": None,
    "attachments": [],
    "customer_sees": False,
}
INTERACTIONS: Final = {"interactions": [INTERACTION], "next": None}
INTERACTED: Final = {"interaction": INTERACTION, "ticket": TICKET}
INTERACT: Final = {
    "interaction": {"kind": "manual_reply", "text": "Agendamos para amanhã.", "shown": True, "mailed": True},
    "move": "aguardar_cliente",
    "next_action_at": "2026-03-04T10:00:00-03:00",
    "hand_over": {"team": "atendimento"},
}
NEXT_ACTION: Final = {"at": "2026-03-04T10:00:00-03:00", "reason": "O cliente pediu que ligássemos na quarta."}
FORM: Final = {
    "protocol": TICKET["protocol"],
    "revision": 2,
    "situation": "em_atendimento",
    "situation_label": "Em atendimento",
    "now": "2026-03-02T12:10:00Z",
    "next_action_at": TICKET["next_action_at"],
    "moves": MOVES["moves"],
    "channels": [{"channel": "note", "demands": ["next_action"]}, {"channel": "email", "demands": []}],
    "standard_replies": [{"key": "recebido", "label": "Recebemos sua solicitação"}],
}
DUE: Final = PAGE
DEMAND: Final = {"process": "atendimento", "situation": "em_atendimento", "channel": "note", "demands": ["next_action"]}
DEMANDS: Final = {"demands": [DEMAND]}

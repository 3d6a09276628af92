"""Names that the engine itself gives: the messages it sends, and what a rule may require of a ticket."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Message name -> members of its payload, seen by expressions as `message.<member>`. An installation declares
# messages of its own in the settings; these are sent by the engine only.
MESSAGES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "customer_replied": frozenset({"channel"}),
        "message_failed": frozenset({"channel"}),
        "visit_done": frozenset(),
    }
)

# What `requires` may name besides own fields, and the ticket's column it stands for.
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer": "customer_id",
        "description": "description",
        "subject": "subject",
        "subsubject": "subsubject",
        "priority": "priority",
        "responsible": "responsible",
        "team": "team",
        "request_type": "request_type",
        "channel": "channel",
        "development": "development",
        "block": "block",
        "unit": "unit",
        "next_action": "next_action_at",
        "contact_reason": "contact_reason",
    }
)

# What people call them.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer": "Cliente",
        "description": "Descrição",
        "subject": "Assunto",
        "subsubject": "Subassunto",
        "priority": "Prioridade",
        "responsible": "Responsável",
        "team": "Time",
        "request_type": "Tipo de solicitação",
        "channel": "Canal",
        "development": "Empreendimento",
        "block": "Bloco",
        "unit": "Unidade",
        "next_action": "Próxima ação",
        "contact_reason": "Motivo de contato",
    }
)
assert LABELS.keys() == FIELDS.keys()

# Where an interaction takes place; a note takes place nowhere but here.
NOTE: Final = "note"
PORTAL: Final = "portal"
CUSTOMER_REPLIED: Final = "customer_replied"
CHANNEL_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "email": "e-mail",
        "phone": "telefone",
        "sms": "SMS",
        "app": "aplicativo",
        "chatbot": "chatbot",
        "whatsapp": "WhatsApp",
        PORTAL: "portal",
    }
)
CHANNELS: Final = tuple(CHANNEL_LABELS)

# What there may be to do.
ACTIVITY_KINDS: Final = ("email", "call", "appointment", "custom", "social")

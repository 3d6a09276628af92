"""The names that expressions may use, and what kind of value each stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.expressions.values import Kind

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

NAMES: Final[Mapping[str, Kind]] = {
    "subject": Kind.TEXT,
    "subject.technical_assistance": Kind.BOOLEAN,
    "subsubject": Kind.TEXT,
    "priority": Kind.TEXT,
    "channel": Kind.TEXT,
    "request_type": Kind.TEXT,
    "development": Kind.TEXT,
    "block": Kind.TEXT,
    "unit": Kind.TEXT,
    "contact_reason": Kind.TEXT,
    "team": Kind.TEXT,
    "responsible": Kind.TEXT,
    "situation": Kind.TEXT,
    "standing": Kind.TEXT,
    "customer": Kind.TEXT,
    "customer.kind": Kind.TEXT,
    "opened_at": Kind.INSTANT,
    "description": Kind.TEXT,
    "activity.outcome": Kind.TEXT,
}
TABLE_NAMES: Final[Mapping[str, Kind]] = dict.fromkeys(
    (
        "subject",
        "subsubject",
        "situation",
        "move",
        "priority",
        "channel",
        "request_type",
        "development",
        "block",
        "unit",
        "contact_reason",
        "customer.kind",
    ),
    Kind.TEXT,
)
_KINDS: Final = {**NAMES, **TABLE_NAMES}


def is_known(name: str, fields: Container[str], messages: Container[str]) -> bool:
    """Whether a ticket can have the name: a fixed one, an own field's, or a declared message's."""
    group, _, rest = name.partition(".")
    if group == "fields":
        return rest in fields
    if group == "message":
        return rest in messages
    return name in NAMES


def kind_of(name: str) -> Kind | None:
    """What the name stands for; None where only the value itself will tell."""
    return _KINDS.get(name)

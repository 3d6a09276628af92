"""What refers to an entry, so that whoever retires it sees whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, func, select, table, text

from engine.registry.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.unit import Unit

SHOWN: Final = 20
COUNTED: Final = 1_000
# registry -> (the registry whose entries name it, in which member)
_NAMED: Final = {
    "teams": (
        ("subjects", "team"),
        ("subsubjects", "team"),
        ("classifications", "team"),
        ("subclassifications", "team"),
    ),
    "calendars": (("teams", "calendar"), ("sla_policies", "calendar")),
    "subjects": (("classifications", "subject"), ("sla_policies", "subject")),
    "subsubjects": (
        ("classifications", "subsubject"),
        ("subclassifications", "subsubject"),
        ("sla_policies", "subsubject"),
    ),
    "priorities": (
        ("classifications", "priority"),
        ("subclassifications", "priority"),
        ("sla_policies", "priority"),
    ),
    "intake_forms": (("classifications", "form"),),
    "standard_replies": (("activity_types", "template"),),
    "fields": (("classifications", "fields"), ("subclassifications", "fields"), ("contact_forms", "fields")),
}
# registry -> the ticket's column; named here because tickets stand above registries.
_OF_TICKET: Final = {
    "subjects": "subject",
    "subsubjects": "subsubject",
    "teams": "team",
    "request_types": "request_type",
    "priorities": "priority",
    "developments": "development",
    "blocks": "block",
    "units": "unit",
    "contact_reasons": "contact_reason",
}
_TICKET: Final = table("ticket", column("standing"), *(column(name) for name in _OF_TICKET.values()))


def used_by(unit: Unit, registry: str, key: str) -> list[dict[str, Any]]:
    """Who refers to the entry: `what`, how many, and the first twenty keys; tickets are open ones, without keys.

    Of tickets at most a thousand are counted. What diagrams and decision tables name is not looked through.
    """
    return [
        {"what": what, "count": count, "keys": keys[:SHOWN]}
        for what, count, keys in _uses(unit, registry, key)
        if count
    ]


def _uses(unit: Unit, registry: str, key: str) -> Iterator[tuple[str, int, list[str]]]:
    known = unit.catalogue.registries
    for other, member in _NAMED.get(registry, ()):
        keys = sorted(k for k, entry in getattr(known, other).items() if _names(getattr(entry, member), key))
        yield other, len(keys), keys
    for other, kind in KINDS.items():
        if registry in kind.above:
            keys = sorted(k for k in getattr(known, other) if k.rpartition(".")[0] == key)
            yield other, len(keys), keys
    if registry == "teams":
        logins = sorted(p.login for p in unit.catalogue.people.values() if key in p.teams and not p.ended)
        yield "people", len(logins), logins
    if registry in _OF_TICKET:
        some = select(text("1")).select_from(_TICKET)
        some = some.where(text("standing = 'open'"), _TICKET.c[_OF_TICKET[registry]] == key).limit(COUNTED)
        yield "tickets", unit.connection.execute(select(func.count()).select_from(some.subquery())).scalar_one(), []


def _names(value: Any, key: str) -> bool:
    return key in value if isinstance(value, tuple) else value == key

"""What is the same for all commands until somebody changes it: read once per authority number."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from engine.people.model import Person, Profile, permission_rule, person, profile
from engine.processes.model import Version, decision_version, process_head, process_version
from engine.registry.demands import Demand, Demands, interaction_demand
from engine.registry.model import KINDS, Registries
from engine.runtime.tables import DecisionTable, read_decisions
from permissions.decide import Rule, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Registries, people, rules and what is deployed, as of one authority number.

    Attributes:
        processes: the newest version of each process key.
        tables: the newest version of each decision, with its number.
    """

    number: int
    registries: Registries
    rules: Rules
    profiles: Mapping[str, Profile]
    people: Mapping[UUID, Person]
    processes: Mapping[str, Version]
    tables: Mapping[str, tuple[DecisionTable, int]] = field(default_factory=dict)
    demands: Demands = field(default_factory=Demands)

    def table(self, key: str) -> tuple[DecisionTable, int]:
        """The newest table of a decision and its version number; `KeyError` when there is none."""
        return self.tables[key]


def load_catalogue(connection: Connection, number: int) -> Catalogue:
    """Read everything; some milliseconds, once per worker after a change."""
    rows = connection.execute(select(permission_rule)).all()
    return Catalogue(
        number=number,
        registries=_registries(connection),
        rules=Rules.of(
            Rule(
                id=r.id,
                profile=r.profile,
                action=r.action,
                allow=r.allow,
                process=r.process,
                situation=r.situation,
            )
            for r in rows
        ),
        profiles={r.key: Profile(key=r.key, label=r.label) for r in connection.execute(select(profile))},
        people={r.id: person_of(r) for r in connection.execute(select(person))},
        processes=_processes(connection),
        tables=_tables(connection),
        demands=_demands(connection),
    )


def person_of(row: Any) -> Person:
    """A person from its row."""
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        profile=row.profile,
        teams=frozenset(row.teams),
        ended=row.ended_at is not None,
    )


def _registries(connection: Connection) -> Registries:
    found: dict[str, dict[str, Any]] = {}
    for name, kind in KINDS.items():
        # Units may be tens of thousands: plain tuples, and nothing done for a row that need not be.
        members = [one.name for one in fields(kind.make) if one.name != "retired"]
        columns = [kind.table.c[member] for member in members]
        rows = connection.execute(select(*columns, kind.table.c.retired_at.is_not(None)))
        entries = (kind.make(**dict(zip((*members, "retired"), row, strict=True))) for row in rows)
        found[name] = {entry.key: entry for entry in entries}
    choices = {key: replace(one, choices=tuple(one.choices or ())) for key, one in found["fields"].items()}
    return Registries(**found | {"fields": choices})


def _processes(connection: Connection) -> dict[str, Version]:
    columns = [process_version.c[name] for name in ("id", "key", "number", "label", "looks", "calls")]
    rows = connection.execute(select(*columns).join(process_head, process_head.c.version_id == process_version.c.id))
    return {row.key: version_of(row) for row in rows}


def version_of(row: Any) -> Version:
    """A version from its row."""
    from uuid import UUID

    calls = {key: UUID(value) for key, value in row.calls.items()}
    return Version(id=row.id, key=row.key, number=row.number, label=row.label, looks=row.looks, calls=calls)


def _demands(connection: Connection) -> Demands:
    rows = connection.execute(select(interaction_demand)).mappings()
    found = [Demand(**{**row, "demands": tuple(row["demands"])}) for row in rows]
    return Demands({one.place: one for one in found})


def _tables(connection: Connection) -> dict[str, tuple[DecisionTable, int]]:
    newest = (
        select(decision_version.c.key, func.max(decision_version.c.number).label("number"))
        .group_by(decision_version.c.key)
        .subquery()
    )
    rows = connection.execute(
        select(decision_version.c.key, decision_version.c.number, decision_version.c.raw, decision_version.c.file).join(
            newest,
            (newest.c.key == decision_version.c.key) & (newest.c.number == decision_version.c.number),
        )
    )
    found = {}
    for row in rows:
        by_id = {table.id: table for table in read_decisions(bytes(row.raw), row.file)}
        found[row.key] = (by_id[row.key], row.number)
    return found

"""What is the same for all commands until somebody changes it: read once per authority number."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from engine.people.absences import STANDING, Away
from engine.people.model import Person, Profile, permission_rule, person, profile
from engine.processes.model import Version, decision_version, process_head, process_version
from engine.registry.defaults import noted
from engine.registry.demands import Demand, Demands, interaction_demand
from engine.registry.intake import portal_parameter
from engine.registry.model import KINDS, Registries
from engine.registry.rule_versions import read_versions
from engine.runtime.tables import DecisionTable, read_decisions
from engine.sla.policies import Policies
from engine.sla.shelf import Calendars
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
        intake_form: key of the form that customers get in the portal.
        calendars, policies: with all their versions.
        rule_numbers: the newest version of each, by registry and key.
    """

    number: int
    registries: Registries
    rules: Rules
    profiles: Mapping[str, Profile]
    people: Mapping[UUID, Person]
    processes: Mapping[str, Version]
    tables: Mapping[str, tuple[DecisionTable, int]] = field(default_factory=dict)
    sights: dict[Any, Any] = field(default_factory=dict)  # what `engine.privacy.sight` has found out
    demands: Demands = field(default_factory=Demands)
    absences: Away = field(default_factory=lambda: Away({}, {}))
    intake_form: str | None = None
    calendars: Calendars = field(default_factory=Calendars)
    policies: Policies = field(default_factory=Policies)
    rule_numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def within(self, scopes: frozenset[str]) -> Catalogue:
        """The same for somebody who came with a token of these scopes."""
        return replace(self, rules=self.rules.within(scopes))

    def table(self, key: str) -> tuple[DecisionTable, int]:
        """The newest table of a decision and its version number; `KeyError` when there is none."""
        return self.tables[key]


def load_catalogue(connection: Connection, number: int, *, zone: str, calendar: str | None) -> Catalogue:
    """Read everything; some milliseconds, once per worker after a change.

    Args:
        zone, calendar: of the settings, until some have been noted (`engine.registry.defaults`).
    """
    known = {"zone": zone, "calendar": calendar} | noted(connection)
    calendars, policies, rule_numbers = read_versions(connection, zone=known["zone"] or zone, default=known["calendar"])
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
        profiles={r.key: profile_of(r) for r in connection.execute(select(profile))},
        people={r.id: person_of(r) for r in connection.execute(select(person))},
        processes=_processes(connection),
        tables=_tables(connection),
        demands=_demands(connection),
        absences=Away.of(connection.execute(STANDING).all()),
        intake_form=_parameter(connection, "intake_form"),
        calendars=calendars,
        policies=policies,
        rule_numbers=rule_numbers,
    )


def profile_of(row: Any) -> Profile:
    """A profile from its row."""
    return Profile(
        key=row.key,
        label=row.label,
        description=row.description,
        scope=row.scope,
        retired=row.retired_at is not None,
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
        email=row.email,
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
    for name, kind in KINDS.items():
        if lists := kind.lists:
            found[name] = {
                key: replace(entry, **{n: tuple(getattr(entry, n) or ()) for n in lists})
                for key, entry in found[name].items()
            }
    return Registries(**found)


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


def _parameter(connection: Connection, name: str) -> str | None:
    found = select(portal_parameter.c.value).where(portal_parameter.c.name == name)
    value: str | None = connection.execute(found).scalar_one_or_none()
    return value


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

"""Limits of tickets computed anew, some at a time: what is another one now is written and told."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import ARRAY, Uuid, any_, bindparam, literal, null, select

from engine.activities import limits
from engine.activities.model import announcement
from engine.clocks.today import ALIKE
from engine.history import ticket_history
from engine.registry.model import customer
from engine.sla.instants import instant, us
from engine.sla.kept import Kept, kept
from engine.tickets.clocks import life_from, tells_of_clocks
from engine.tickets.model import ticket
from engine.tickets.promising import of_policies, promised, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from engine.clocks.today import Measure, Today
    from engine.tickets.promising import Told
    from engine.unit import Unit

_SHOWN: Final = ("limit_at", "response_limit_at", "resolution_limit_at")
_OWN: Final = ("id", "seq", "entered_at", "handed", "limit_at", "limit_version")
_OF_POLICIES: Final = ("response_limit_at", "resolution_limit_at", "clocks", "to_announce")


class _Change(NamedTuple):
    """A ticket as it was read, its columns that are other ones now, and what is told of it."""

    row: Any
    values: dict[str, Any]
    told: dict[str, list[datetime | None]]


def tickets_anew(unit: Unit, today: Today, *, after: UUID, most: int) -> tuple[list[UUID], int]:
    """Look at the open tickets that follow that one; returns their ids, and how many have another limit now.

    They are read without a lock. Those that change are locked then, and looked at again where somebody was faster.
    """
    rows = unit.connection.execute(_page(today), {"after": after, "most": most}).all()
    found = _changes(unit, today, rows)
    if found and unit.connection.dialect.name == "postgresql":  # SQLite lets one writer in
        found = _locked(unit, today, found)
    found.sort(key=lambda one: tuple(one.values))  # rows of one shape are written together
    for row, values, told in found:
        key = {"id": row.id, "seq": row.seq}
        if told:
            unit.update(f"ticket:{row.id}", ticket, key, seq=row.seq + 1, **values)
        else:  # what clocks are counted from is noted anew, no limit is another: nothing to tell
            unit.update(None, ticket, key, **values)
    telling = [one for one in found if one.told]
    for row, _, told in telling:
        detail = {"because": today.because, "limits": told}
        unit.record_ticket(row.id, row.seq + 1, "limits_changed", version_id=row.version_id, detail=detail)
    return [row.id for row in rows], len(telling)


@cache
def _columns(*, policies: bool, kinds: bool) -> Select[Any]:
    """Open tickets; what only policies need is read only where there are some."""
    kind = customer.c.kind if kinds else null()
    columns = [kind.label(name) if name == "customer_kind" else ticket.c[name] for name in ALIKE]
    columns += [ticket.c[name] for name in _OWN]
    columns += [ticket.c[name] if policies else null().label(name) for name in _OF_POLICIES]
    statement = select(*columns).where(ticket.c.standing == "open")
    return statement.outerjoin(customer, customer.c.id == ticket.c.customer_id) if kinds else statement


def _open(today: Today) -> Select[Any]:
    return _columns(policies=bool(today.policies), kinds=today.kinds)


def _page(today: Today) -> Select[Any]:
    behind = _open(today).where(ticket.c.id > bindparam("after", type_=Uuid()))
    return behind.order_by(ticket.c.id).limit(bindparam("most"))


def _one_of(unit: Unit, column: Any, ids: Sequence[UUID]) -> Any:
    """On PostgreSQL an array: the statement is the same, and prepared, however many ids there are."""
    if unit.connection.dialect.name == "postgresql":
        return column == any_(literal(ids, ARRAY(Uuid())))
    return column.in_(ids)


def _locked(unit: Unit, today: Today, found: list[_Change]) -> list[_Change]:
    """The same, locked; those that somebody has changed meanwhile, as they are now."""
    ids = [one.row.id for one in found]
    locking = select(ticket.c.id, ticket.c.seq).where(_one_of(unit, ticket.c.id, ids)).order_by(ticket.c.id)
    seqs = {row.id: row.seq for row in unit.connection.execute(locking.with_for_update())}
    unit.now = unit.engine.clock()  # the rows are locked: a ticket's instants grow with its history
    same = [one for one in found if seqs[one.row.id] == one.row.seq]
    if len(same) < len(found):
        others = {one.row.id for one in found} - {one.row.id for one in same}
        same += _changes(unit, today, unit.connection.execute(_open(today).where(ticket.c.id.in_(others))).all())
    return same


def _changes(unit: Unit, today: Today, rows: Sequence[Any]) -> list[_Change]:
    measures = [today.of(unit, row) for row in rows]
    clocks = _clocks(unit, today, rows, measures)
    known = _told_of(unit, [row.id for row in rows])
    found = []
    for row, measure in zip(rows, measures, strict=True):
        values: dict[str, Any] = {}
        if measure.situation_asks and (limit := measure.limit(row.entered_at)) != row.limit_at:
            values = _armed(unit, row, measure, limit)
        policy = _of_policy(row, clocks[row.id]) if row.id in clocks else {}
        told = {name: [getattr(row, name), new] for name, new in (values | policy).items() if name in _SHOWN}
        if told and today.policies:
            values |= _to_announce(unit, row, values, policy, clocks.get(row.id), measure, known)
        if values or policy:
            found.append(_Change(row, values | policy, told))
    return found


def _armed(unit: Unit, row: Any, measure: Measure, limit: datetime | None) -> dict[str, Any]:
    """A limit that is another one is a new deadline; one that is not keeps what was told of it."""
    escalate = measure.situation.escalate if measure.situation else None
    return limits.set_at(
        unit, row.entered_at, limit, line=measure.line, escalate=escalate, team=row.team, version=row.limit_version
    )


def _of_policy(row: Any, found: Kept | None) -> dict[str, Any]:
    """Those columns of the policies' clocks that are other ones now."""
    response, resolution = found.limits() if found is not None else (None, None)
    values = {
        "response_limit_at": None if response is None else instant(response),
        "resolution_limit_at": None if resolution is None else instant(resolution),
        "clocks": None if found is None else found.as_json(),
    }
    return {name: value for name, value in values.items() if value != getattr(row, name)}


def _to_announce(
    unit: Unit,
    row: Any,
    values: Mapping[str, Any],
    policy: Mapping[str, Any],
    found: Kept | None,
    measure: Measure,
    known: Told,
) -> dict[str, Any]:
    if policy:
        before = {"clocks": row.clocks, "to_announce": row.to_announce}
        steps = promised(unit, row.id, before, found, measure.terms, seq=row.seq + 1, told=known)
    else:
        steps = of_policies(row.to_announce)
    return together(values.get("to_announce", row.to_announce), steps)


def _told_of(unit: Unit, ids: Sequence[UUID]) -> Told:
    """What was told of these tickets since an instant: read at once for all of them when it is asked of one."""

    @cache
    def known() -> Mapping[UUID, list[Any]]:
        of = announcement.c
        statement = select(of.item_id, of.threshold, of.at).where(_one_of(unit, of.item_id, ids))
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in unit.connection.execute(statement):
            found[row.item_id].append(row)
        return found

    return lambda one, since: {row.threshold for row in known().get(one, ()) if row.at >= since}


def _clocks(unit: Unit, today: Today, rows: Sequence[Any], measures: Sequence[Measure]) -> Mapping[UUID, Kept | None]:
    """The policies' clocks of each ticket; histories are read of those alone whose row does not say enough."""
    found: dict[UUID, Kept | None] = {}
    if not today.policies:
        return found
    lacking = {}
    for row, measure in zip(rows, measures, strict=True):
        if row.clocks is None:  # it was opened when there was no policy
            lacking[row.id] = measure.terms
        elif measure.policies_ask:
            found[row.id] = Kept.of_json(row.clocks).measured(measure.terms)
            if found[row.id] is None:
                lacking[row.id] = measure.terms
    for one, told in _histories(unit, lacking).items():
        found[one] = kept(life_from(unit, told), us(unit.now), lacking[one])
    return found


def _histories(unit: Unit, wanted: Iterable[UUID]) -> Mapping[UUID, list[Any]]:
    of = ticket_history.c
    found: dict[UUID, list[Any]] = defaultdict(list)
    if ids := list(wanted):
        columns = (of.ticket_id, of.seq, of.at, of.deed, of.version_id, of.entered, of.detail)
        told = select(*columns).where(_one_of(unit, of.ticket_id, ids), tells_of_clocks())
        for row in unit.connection.execute(told.order_by(of.ticket_id, of.seq)).all():
            found[row.ticket_id].append(row)
    return found

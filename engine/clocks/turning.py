"""What is about to turn red, and what is: limits of open tickets and of activities, the earliest first."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from engine.activities.model import SERVICE
from engine.activities.rings import overdue, ring
from engine.clocks.ranges import CLOCKS, After, Wanted, ranges
from engine.errors import Invalid
from engine.processes.deployed import deployed
from engine.queues.telling import label_of
from engine.rights import insist
from engine.runtime.movement import Place
from engine.tickets.listing import person_called
from engine.tickets.words import NOBODY, insist_on_words
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Turning:
    """What turns red within a time.

    Attributes:
        within: from now on; what is red already is left out.
        red: what is red already, instead.
        clock: only this one.
        responsible: a person's login; `none` for what nobody has.
        cursor: from the page before.
    """

    within: timedelta = timedelta(hours=8)
    red: bool = False
    clock: str | None = None
    team: str | None = None
    responsible: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A page of them.

    Attributes:
        counts: by clock, of all pages and whichever clock is asked for; see `engine.clocks.ranges.COUNTED`.
        next: the cursor of the page after; None: there is none.
    """

    rows: Sequence[dict[str, Any]]
    counts: Mapping[str, int]
    next: str | None


def turning(unit: Unit, ask: Turning) -> Limits:
    """A page of limits: of what is open, each of its clocks for itself.

    Raises:
        NotPermitted: the actor may read no reports, or no tickets; or asks for activities and may read none.
        Invalid: there is no such team or person, or the cursor is of another list.
    """
    insist(unit, Action.REPORT_READ)
    insist(unit, Action.TICKET_READ)
    if ask.clock == "activity":
        insist(unit, Action.ACTIVITY_READ)
    after = _read(ask.cursor) if ask.cursor else None
    found: list[tuple[datetime, int, UUID, Any]] = []
    counts = dict.fromkeys(CLOCKS, 0)
    for one in ranges(unit, _wanted(unit, ask)):
        counts |= {row.clock: row.number for row in unit.connection.execute(one.count())}
        if ask.clock is None or ask.clock in one.clocks:
            rows = unit.connection.execute(one.page(ask.clock, after, ask.limit + 1))
            found += [(row.at, one.rank, row.id, row) for row in rows]
    found.sort(key=lambda each: each[:3])
    page = found[: ask.limit]
    onward = _cursor(*page[-1][:3]) if len(found) > ask.limit else None
    return Limits(rows=[_told(unit, row) for *_, row in page], counts=counts, next=onward)


def _wanted(unit: Unit, ask: Turning) -> Wanted:
    insist_on_words(unit, {"team": ask.team, "responsible": ask.responsible})
    may = decide(unit.catalogue.rules, unit.actor.profile or "", Action.ACTIVITY_READ)
    return Wanted(
        since=None if ask.red else unit.now,
        until=unit.now if ask.red else unit.now + ask.within,
        team=ask.team,
        person_id=None if ask.responsible is None else person_called(unit, ask.responsible),
        nobody=ask.responsible == NOBODY,
        activities=unit.actor.is_system or bool(may),
    )


def _told(unit: Unit, row: Any) -> dict[str, Any]:
    is_ticket = row.clock != "activity"
    status = row.status if not is_ticket else "pending" if row.person_id else "queued"
    person = unit.catalogue.people.get(row.person_id)
    # Rings and delays are those of the item: a policy's limit is another matter.
    own = row.at if row.clock in {"situation", "activity"} else None
    return {
        "clock": row.clock,
        "limit_at": row.at,
        "time_left_s": floor((row.at - unit.now).total_seconds()),
        "red": row.at <= unit.now,
        "item": row.id,
        "kind": SERVICE if is_ticket else row.kind,
        "name": row.title if is_ticket else label_of(unit, _element(row)),
        "status": status,
        "ring": ring(status, own, row.yellow_at, unit.now),
        "overdue": overdue(status, own, unit.now),
        "ticket": row.protocol,
        **_place(unit, row),
        "team": row.team,
        "responsible": person.login if person else None,
        "responsible_name": person.name if person else None,
    }


def _element(row: Any) -> Any:
    own = {name: getattr(row, name) for name in ("name", "process", "element")}
    return SimpleNamespace(**own, version_id=row.element_version_id)


def _place(unit: Unit, row: Any) -> dict[str, Any]:
    if row.protocol is None:
        return {"situation": None, "situation_label": None}
    place = Place(row.place_process, row.situation)
    situation = deployed(unit, row.version_id).situations.get(place)
    return {"situation": str(place), "situation_label": situation.label if situation else row.situation}


def _cursor(at: datetime, rank: int, last: UUID) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([at.isoformat(), rank, str(last)])).decode().rstrip("=")


def _read(cursor: str) -> After:
    try:
        at, rank, last = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return After(at=datetime.fromisoformat(at).astimezone(UTC), rank=int(rank), id=UUID(last))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        fix = "Use o `next` da página anterior, sem mudá-lo."
        raise Invalid.at("cursor", "não é de página nenhuma.", fix, code="cursor") from error

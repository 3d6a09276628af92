"""Order one deed for many tickets, look at the dry run, then let it be applied, or cancel it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import bindparam, select

from engine.actors import STAFF
from engine.bulk.deeds import DEEDS, Try, bare
from engine.bulk.model import bulk_item, bulk_job
from engine.bulk.outcomes import weighed
from engine.bulk.queries import STATES, Job, own_job
from engine.bulk.words import insist_on_known
from engine.db import dumps, new_id
from engine.errors import Conflict, Invalid, NotPermitted
from engine.rights import insist
from engine.tickets.access import visible
from engine.tickets.listing import List, list_tickets
from engine.tickets.model import ticket as tickets
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from engine.bulk.outcomes import Outcome
    from engine.unit import Unit

AT_ONCE: Final = 100
NAMED_AT_MOST: Final = 1_000
OPEN_AT_MOST: Final = 20
AT_WORK: Final = ("selecting", "weighing", "applying")
_OVER: Final = ("done", "cancelled", "stopped")


@dataclass(frozen=True, kw_only=True)
class Order:
    """One deed for many tickets.

    Attributes:
        deed: of `DEEDS`.
        what: members of the deed's own door, as JSON has them.
        filter: members of the list's filter (`engine.tickets.listing.List`); None: `tickets` names them.
        tickets: protocols.
    """

    deed: str
    what: Mapping[str, Any]
    filter: Mapping[str, Any] | None = None
    tickets: Sequence[str] = ()


def order(unit: Unit, ask: Order) -> Job:
    """Select the tickets and say what would happen to each, at once if they are few; nothing is done to them.

    Raises:
        NotPermitted, Invalid, Conflict: nothing is stored.
    """
    unit.replay()
    insist(unit, Action.TICKET_BULK)
    _insist_on_person(unit)
    assert ask.deed in DEEDS, ask.deed
    _insist_on_no_files(ask.what)
    job_id = new_id()
    insist_on_known(unit, ask.deed, ask.what)
    what = orjson.loads(dumps(ask.what))  # as it will be read back
    kept_filter = None if ask.filter is None else orjson.loads(dumps(ask.filter))
    found = _named(unit, ask.tickets) if kept_filter is None else _first(unit, kept_filter or {})
    state, outcomes = "selecting", None
    if found is not None:
        state = "weighing"
        if len(found) <= AT_ONCE:
            state = "weighed"
            asks = (Try(job=job_id, deed=ask.deed, what=what, protocol=name, seen=seen) for name, seen in found)
            outcomes = [weighed(unit, one) for one in asks]
    size = len(found or ())
    values = {
        "id": job_id,
        "person_id": unit.actor.user_id,
        "token": unit.actor.token,
        "ordered_at": unit.now,
        "deed": ask.deed,
        "what": what,
        "filter": kept_filter,
        "state": state,
        "regardless": False,
        "size": size,
        "phase_at": unit.now,
        "phase_size": size,
        "handled": size if state == "weighed" else 0,
    }
    unit.insert(about(job_id), bulk_job, **values)
    insert_items(unit, job_id, 1, found or (), outcomes)
    unit.record(about(job_id), "ordered", what=ask.deed, size=size, state=state)
    rest = dict.fromkeys(column.name for column in bulk_job.columns if column.name not in values)
    return Job.of(unit, values | rest, _counted(outcomes or [], size))


@dataclass(frozen=True, kw_only=True)
class Apply:
    """Do it, to the tickets that the dry run found ready.

    Attributes:
        regardless: also to those that have changed since they were selected, if the deed is still allowed.
    """

    job: UUID
    regardless: bool = False


def apply(unit: Unit, ask: Apply) -> Job:
    """Hand the job to the workers.

    Raises:
        NotFound, NotPermitted, Conflict: nothing is changed.
    """
    job = _own_locked(unit, ask.job)
    if job.state != "weighed":
        raise _not_now(job, "Só se aplica o que já foi examinado e ainda não foi aplicado.")
    ready = sum(one.count for one in job.groups if one.state == "ready")
    if not ready:
        raise Conflict("Nenhum atendimento pode; não há o que aplicar.", code="bulk_nothing_ready")
    changes: dict[str, Any] = {
        "state": "applying",
        "token": unit.actor.token,  # whoever says go answers for it
        "regardless": ask.regardless,
        "applied_at": unit.now,
        "phase_at": unit.now,
        "phase_size": ready,
        "handled": 0,
        "worker": None,
        "lease_until": None,
    }
    unit.update(about(job.id), bulk_job, {"id": job.id, "state": job.state}, **changes)
    unit.record(about(job.id), "apply", ready=ready, regardless=ask.regardless)
    return _changed(job, changes)


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Do no more of it."""

    job: UUID


def cancel(unit: Unit, ask: Cancel) -> Job:
    """End the job: what was done stays done, the next ticket is not touched any more.

    Raises:
        NotFound, NotPermitted, Conflict: nothing is changed.
    """
    job = _own_locked(unit, ask.job)
    if job.state in _OVER:
        raise _not_now(job, "Não há o que cancelar.")
    changes = end(unit, job, "cancelled")
    return _changed(job, changes)


def end(unit: Unit, job: Any, into: str, *, stopped: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Close a job; what people wrote into its order is not kept any longer. Returns what has changed of its row."""
    changes: dict[str, Any] = {
        "state": into,
        "what": bare(job.what),
        "filter": None if job.filter is None else bare(job.filter),
        "ended_at": unit.now,
        "stopped": stopped,
        "worker": None,
        "lease_until": None,
        **more,
    }
    unit.update(about(job.id), bulk_job, {"id": job.id, "state": job.state}, **changes)
    unit.record(about(job.id), into, **({"code": stopped["code"]} if stopped else {}))
    return changes


def insert_items(
    unit: Unit,
    job_id: UUID,
    first: int,
    found: Iterable[tuple[str, int | None]],
    outcomes: Sequence[Outcome] | None = None,
) -> None:
    """Keep the tickets selected, in their order, with what the dry run said if it has been asked already."""
    for n, (protocol, revision) in enumerate(found):
        told = outcomes[n] if outcomes else None
        unit.insert(
            about(job_id),
            bulk_item,
            job_id=job_id,
            number=first + n,
            protocol=protocol,
            revision=revision,
            state=told.state if told else "waiting",
            outcome=told.group if told else "waiting",
            detail=told.detail if told else None,
            reasons=list(told.reasons) if told else None,
            at=unit.now,
        )


def about(job_id: UUID) -> str:
    """The name under which history is kept."""
    return f"bulk:{job_id}"


_OPEN = (
    select(bulk_job.c.id)
    .where(bulk_job.c.person_id == bindparam("person"), bulk_job.c.state.in_(AT_WORK))
    .limit(OPEN_AT_MOST)
)


def _insist_on_person(unit: Unit) -> None:
    if unit.actor.user_id is None or unit.actor.kind != STAFF:
        raise NotPermitted("Um lote é sempre de uma pessoa: é com os direitos dela que se age.")
    if len(unit.connection.execute(_OPEN, {"person": unit.actor.user_id}).all()) == OPEN_AT_MOST:
        raise Conflict(
            f"Você já tem {OPEN_AT_MOST} lotes em andamento. Espere que um termine, ou cancele um.",
            code="bulk_too_many",
        )


def _insist_on_no_files(what: Mapping[str, Any]) -> None:
    if (what.get("interaction") or {}).get("attachments"):
        raise Invalid(
            "attachments: um arquivo enviado vai com uma mensagem só; em lote, escreva sem arquivos.",
            code="bulk_attachments",
        )


def _named(unit: Unit, protocols: Sequence[str]) -> list[tuple[str, int | None]]:
    most = min(NAMED_AT_MOST, unit.engine.settings.bulk_max)
    wanted = list(dict.fromkeys(protocols))
    if not wanted or len(wanted) > most:
        raise Invalid(f"tickets: diga de 1 a {most} protocolos; para mais, use `filter`.", code="bulk_size")
    named = select(tickets.c.protocol, tickets.c.revision).where(tickets.c.protocol.in_(wanted))
    if (scope := visible(unit)) is not None:  # the revision would tell that there is such a ticket
        named = named.where(scope)
    revisions = {row.protocol: row.revision for row in unit.connection.execute(named)}
    return [(one, revisions.get(one)) for one in wanted]


def _first(unit: Unit, filters: Mapping[str, Any]) -> list[tuple[str, int | None]] | None:
    """All that the filter finds, if they are few."""
    page = list_tickets(unit, List(**filters, limit=AT_ONCE))
    return [(row.protocol, row.revision) for row in page.rows] if page.next is None else None


def _own_locked(unit: Unit, job_id: UUID) -> Job:
    unit.replay()
    return own_job(unit, job_id, lock=True)


def _changed(job: Job, changes: Mapping[str, Any]) -> Job:
    return replace(job, **{name: value for name, value in changes.items() if hasattr(job, name)})


def _not_now(job: Job, why: str) -> Conflict:
    return Conflict(f"O lote {STATES[job.state]}. {why}", code="bulk_state", state=job.state)


def _counted(outcomes: Sequence[Outcome], size: int) -> list[tuple[str, str, int, str | None]]:
    found: dict[tuple[str, str], tuple[int, str | None]] = {}
    for one in outcomes:
        count, sample = found.get((one.state, one.group), (0, one.detail))
        found[one.state, one.group] = (count + 1, sample)
    if size and not outcomes:
        found["waiting", "waiting"] = (size, None)
    return [(*key, *told) for key, told in found.items()]

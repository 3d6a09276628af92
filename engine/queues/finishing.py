"""Finish an activity, or archive it undone: if a diagram asked for it, its token goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.actors import ACTIVITY
from engine.errors import Invalid, Reason
from engine.queues.item import insist_on_reach, item_for
from engine.runtime import walk
from engine.tickets.following import asked_of_transition, follow_transition
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from engine.queues.item import Item
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

OUTCOMES = ("done", "archived")


@dataclass(frozen=True, kw_only=True)
class Finish:
    """Finish an activity.

    Attributes:
        outcome: `done`, or `archived`: closed without being done. Both send a diagram's token on, gateways may
            tell them apart.
        note: how it ended, in the actor's words; kept with it.
    """

    activity: UUID
    outcome: str = "done"
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The activity that was finished, and its ticket, if it is in one, where it stands now."""

    activity: UUID
    outcome: str
    item: Item

    @property
    def ticket(self) -> Ticket | None:
        """Where the ticket stands now."""
        return self.item.ticket


def finish(unit: Unit, ask: Finish) -> Finished:
    """Finish the activity; what nobody had counts as done by whoever finishes it.

    Raises:
        NotFound: there is no such activity, or its ticket may not be read.
        NotPermitted: it is neither the actor's, nor theirs to take, made by them, or theirs to assign.
        Conflict: it was finished before.
        Invalid: it is a ticket's service item, which a move finishes.
    """
    if ask.outcome not in OUTCOMES:
        raise Invalid.at("outcome", f"não há {ask.outcome!r}.", f"Use um de: {', '.join(OUTCOMES)}.")
    item = item_for(unit, Action.ACTIVITY_FINISH, ask.activity)
    item.insist_on_unfinished()
    if item.row is None:
        reason = Reason(
            code="finished_by_a_move",
            detail="Um atendimento não se finaliza por aqui, e sim por uma movimentação do processo.",
            fix="Veja as movimentações em GET …/moves e faça a que o finaliza ou cancela.",
            details=item.present(),
        )
        raise Invalid.because(reason)
    insist_on_reach(item)
    item.put(
        status="finished",
        outcome=ask.outcome,
        finished_at=unit.now,
        finished_by=unit.actor.id,
        person_id=item.person_id or unit.actor.user_id,
        to_announce=None,
        announce_at=None,
    )
    item.record("finished", note=ask.note, outcome=ask.outcome)
    if item.row["token"] is not None:
        _go_on(unit, item, bytes(item.row["token"]), ask.outcome)
    return Finished(activity=item.id, outcome=ask.outcome, item=item)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Close an activity without its being done.

    Attributes:
        confirm: must be true: the page has asked back.
    """

    activity: UUID
    confirm: bool = False
    note: str | None = None


def archive(unit: Unit, ask: Archive) -> Finished:
    """Archive the activity, once confirmed.

    Raises:
        Invalid: it was not confirmed (`confirmation_missing`). NotFound, Conflict: as for finishing.
    """
    if not ask.confirm:
        reason = Reason(
            code="confirmation_missing",
            detail="Arquivar fecha a atividade sem que seja feita.",
            fix="Confirme com confirm: true.",
            details={"member": "confirm"},
        )
        raise Invalid.because(reason)
    return finish(unit, Finish(activity=ask.activity, outcome="archived", note=ask.note))


def _go_on(unit: Unit, item: Item, token: bytes, outcome: str) -> None:
    ticket = item.ticket
    assert ticket is not None
    follow_transition(
        unit,
        ticket,
        lambda: walk.finish(
            ticket.diagram,
            ticket.state,
            ticket.place,
            token,
            outcome,
            ticket.facts(),
            unit.local_now,
            unit.catalogue.table,
        ),
        actor=ACTIVITY.id,
        asked=asked_of_transition(unit, ticket),
        detail={"activity": str(item.id)},
    )

"""Keep the activities in step with the diagram: those it asks for, and those it withdraws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.activities.limits import limit_of
from engine.activities.model import activity
from engine.db import new_id
from engine.runtime.movement import Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from engine.runtime.movement import Movement
    from engine.runtime.process import Process
    from engine.unit import Unit


def follow(
    unit: Unit, about: str, ticket_id: UUID, version_id: UUID, process: Process, movement: Movement, *, team: str | None
) -> None:
    """Queue what the movement created and archive what it dropped; the command records both.

    Args:
        team: the ticket's, for what the diagram gives to none.
    """
    for new in movement.created:
        element = process.activities[Place(new.process, new.element)]
        unit.insert(
            about,
            activity,
            ticket_id=ticket_id,
            id=new_id(),
            token=new.token,
            version_id=version_id,
            process=new.process,
            element=new.element,
            kind=element.kind,
            team=element.team or team,
            status="queued",
            created_at=unit.now,
            **limit_of(unit, element, element.team or team),
        )
    for token, cause in movement.dropped:
        archive(unit, about, {"ticket_id": ticket_id, "token": token}, cause)


def archive(unit: Unit, about: str, which: dict[str, Any], cause: str) -> None:
    """Finish an activity as archived by the engine itself."""
    unit.update(
        about,
        activity,
        which,
        status="finished",
        outcome="archived",
        finished_at=unit.now,
        finished_by="system:activity",
        cause=cause,
        to_announce=None,
        announce_at=None,
    )


def archive_all(unit: Unit, about: str, ticket_id: UUID, open_ids: Iterable[UUID], cause: str) -> None:
    """Archive each of the ticket's open activities."""
    for one in open_ids:
        archive(unit, about, {"ticket_id": ticket_id, "id": one}, cause)

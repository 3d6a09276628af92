"""The replay's clock, and which of its tickets has the next timer due."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from engine.tickets.ticket import Ticket


class Clock:
    """An instant that is set, and never goes back."""

    def __init__(self) -> None:
        self.at = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """The instant."""
        return self.at

    def set(self, at: datetime) -> None:
        """Let it be that instant, unless it is later already."""
        self.at = max(self.at, at)


class Timers:
    """The earliest timer of each ticket, as the last command left it."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, UUID]] = []
        self._due: dict[UUID, datetime] = {}

    def follow(self, ticket: Ticket) -> None:
        """Remember when the ticket's next timer is due, or that none is."""
        if ticket.timer_due_at is None:
            self._due.pop(ticket.id, None)
        elif self._due.get(ticket.id) != ticket.timer_due_at:
            self._due[ticket.id] = ticket.timer_due_at
            heapq.heappush(self._heap, (ticket.timer_due_at, ticket.id))

    def pop(self, until: datetime) -> tuple[datetime, UUID] | None:
        """Take the earliest timer that is due by then: its instant, and its ticket."""
        while self._heap and self._heap[0][0] <= until:
            due_at, ticket = heapq.heappop(self._heap)
            if self._due.get(ticket) == due_at:
                del self._due[ticket]
                return due_at, ticket
        return None

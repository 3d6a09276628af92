"""One contact as its customer sees it: words and labels, nothing of the inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.attachments.serving import by_seq, fetch_shown, shown_rows
from engine.conversations.model import interaction
from engine.portal.access import account_of, member, own_ticket
from engine.portal.forms import chosen_of
from engine.portal.hearing import takes_messages
from engine.portal.marks import mark_of
from engine.portal.model import KIND, portal_account
from engine.portal.opening import answered, contact_of
from engine.tickets.model import ticket as tickets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from engine.registry.model import OwnField
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

STAFF: Final = "Atendimento"
"""Who wrote what the engine or a program of ours wrote, and who opened what no customer opened."""

MESSAGES_SHOWN: Final = 50


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something that was said, as the customer reads it.

    Attributes:
        seq: its number; grows with time, not without gaps.
        ours: written by somebody of the customer's own.
        files: rows of `attachment`.
        author: their name; of the staff the name that people know, never a login.
    """

    seq: int
    at: datetime
    ours: bool
    author: str
    text: str
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact.

    Attributes:
        mark: of what is shown here; see `engine.portal.marks`.
        takes_messages: whether it can be complemented; if not, a new one can go on from it.
        answers: what came with the form; None: it was not opened in the portal.
        values: own fields that the form asked for when it was filled in, with their values now.
        follows: protocol of the contact that it goes on from, if that is shown.
        more: there are further messages after these.
        attachments: rows of everything that is shown, with a message or not.
    """

    ticket: Ticket
    mark: str
    takes_messages: bool
    opened_by: str
    answers: Any
    chosen: tuple[Any, Any, Any]
    values: Sequence[tuple[OwnField, Any]]
    follows: str | None
    messages: Sequence[Message]
    more: bool
    attachments: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ShowContact:
    """One contact, by protocol."""

    ticket: str


@dataclass(frozen=True, kw_only=True)
class ListMessages:
    """A page of a contact's messages, oldest first; `after`: the last number already seen."""

    ticket: str
    after: int = 0
    limit: int = MESSAGES_SHOWN


def show_contact(unit: Unit, ask: ShowContact) -> Contact:
    """The contact with its first messages.

    Raises:
        NotAuthenticated, NotFound: it is not for these eyes.
    """
    return whole(unit, own_ticket(unit, member(unit), ask.ticket))


def list_messages(unit: Unit, ask: ListMessages) -> tuple[Sequence[Message], bool]:
    """Messages of the contact, and whether there are more."""
    found = own_ticket(unit, member(unit), ask.ticket)
    return _messages(unit, found.id, ask.after, ask.limit)


@dataclass(frozen=True, kw_only=True)
class FetchFile:
    """A file of a contact."""

    ticket: str
    id: str


def fetch_file(unit: Unit, ask: FetchFile) -> Mapping[str, Any]:
    """The row of a file that the customer may download.

    Raises:
        NotAuthenticated, NotFound: it is not for these eyes.
        Conflict: it is not checked yet, or was refused.
    """
    return fetch_shown(unit, own_ticket(unit, member(unit), ask.ticket), ask.id)


def whole(unit: Unit, found: Ticket) -> Contact:
    """The contact of a ticket that this customer may see."""
    mark = mark_of(unit, found)
    answers = contact_of(unit, found)
    known = unit.catalogue.registries
    chosen = (None, None, None) if answers is None else chosen_of(known, answers)
    messages, more = _messages(unit, found.id, 0, MESSAGES_SHOWN)
    return Contact(
        ticket=found,
        mark=mark,
        takes_messages=takes_messages(found),
        opened_by=Authors(unit, [found.opened_by]).of(found.opened_by),
        answers=answers,
        chosen=chosen,
        values=[(entry, found.fields.get(name)) for name, entry in answered(unit, found).items()],
        follows=_follows(unit, found, answers),
        messages=messages,
        more=more,
        attachments=shown_rows(unit, found),
    )


def message_of(row: Mapping[str, Any], author: str) -> Message:
    """A message that a command has just written."""
    return Message(seq=row["seq"], at=row["at"], ours=True, author=author, text=row["text"], files=row["attachments"])


class Authors:
    """Who wrote, in names that customers may read."""

    def __init__(self, unit: Unit, actors: Iterable[str]) -> None:
        self._people = {f"user:{one.id}": one.name for one in unit.catalogue.people.values()}
        ids = [account_of(one) for one in set(actors) if one.startswith(f"{KIND}:")]
        self._members: dict[str, str] = {}
        if ids:
            found = select(portal_account.c.id, portal_account.c.name).where(portal_account.c.id.in_(ids))
            self._members = {f"{KIND}:{row.id}": row.name for row in unit.connection.execute(found)}

    def of(self, actor: str) -> str:
        """The name of somebody of the customer's, or of the staff."""
        return self._members.get(actor) or self._people.get(actor) or STAFF


def _messages(unit: Unit, ticket_id: UUID, after: int, limit: int) -> tuple[list[Message], bool]:
    # Whether the ticket is shown was asked when it was read: both flags must hold.
    rows = unit.connection.execute(
        select(interaction)
        .where(interaction.c.ticket_id == ticket_id, interaction.c.seq > after, interaction.c.shown)
        .order_by(interaction.c.seq)
        .limit(limit + 1)
    ).all()
    more, rows = len(rows) > limit, rows[:limit]
    authors = Authors(unit, [row.actor for row in rows])
    files = by_seq(unit, ticket_id, [row.seq for row in rows])
    return [_message(row._asdict() | {"attachments": files.get(row.seq, ())}, authors) for row in rows], more


def _message(row: Mapping[str, Any], authors: Authors) -> Message:
    return Message(
        seq=row["seq"],
        at=row["at"],
        ours=row["actor"].startswith(f"{KIND}:"),
        author=authors.of(row["actor"]),
        text=row["text"],
        files=[one for one in row["attachments"] if one["removed_at"] is None and one["shown"]],
    )


def _follows(unit: Unit, found: Ticket, answers: Any) -> str | None:
    if answers is None or answers.follows is None:
        return None
    # It may have been hidden since.
    there = select(tickets.c.protocol).where(
        tickets.c.protocol == answers.follows, tickets.c.customer_id == found.customer_id, tickets.c.portal_visible
    )
    protocol: str | None = unit.connection.execute(there).scalar_one_or_none()
    return protocol

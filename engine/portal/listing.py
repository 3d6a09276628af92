"""The customer's own contacts, a page at a time: all, open, or finished."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Select, and_, bindparam, exists, or_, select, text

from engine.conversations.model import interaction
from engine.portal.access import insist, member
from engine.portal.model import portal_contact
from engine.registry.folding import folded
from engine.tickets.listing import SORTS, Page, cursor_of, read_cursor
from engine.tickets.model import ticket
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from engine.unit import Unit

MOST_WORDS: Final = 10
_LISTED: Final = ("id", "protocol", "version_id", "title", "standing", "shown", "opened_at", "changed_at")
_ACCENTED: Final = {
    "a": "aAàáâãäåÀÁÂÃÄÅ",
    "c": "cCçÇ",
    "e": "eEèéêëÈÉÊË",
    "i": "iIìíîïÌÍÎÏ",
    "n": "nNñÑ",
    "o": "oOòóôõöÒÓÔÕÖ",
    "u": "uUùúûüÙÚÛÜ",
    "y": "yYýÿÝ",
}
_MARKS: Final = "[\u0300-\u0303\u0308\u0327]?"  # an accent that follows its letter


@dataclass(frozen=True, kw_only=True)
class ListContacts:
    """Which of the customer's contacts.

    Attributes:
        which: `all`, `open`, or `finished`: whatever is not open, cancelled ones too.
        text: words, each of which the protocol, the title or a message that the customer sees must have.
        sort: one of `engine.tickets.listing.SORTS`.
        cursor: from the page before.
    """

    which: Literal["all", "open", "finished"] = "all"
    text: str | None = None
    sort: str = "-opened_at"
    cursor: str | None = None
    limit: int = 20


def list_contacts(unit: Unit, ask: ListContacts) -> Page:
    """A page of the tickets that the customer sees, whoever of them opened each.

    Raises:
        NotAuthenticated, NotPermitted: nobody may look.
        Invalid: the cursor is of another list.
    """
    who = member(unit)
    insist(unit, Action.PORTAL_TICKET_READ)
    name, _ = SORTS[ask.sort]
    given: dict[str, Any] = {"customer": who.customer_id, "many": ask.limit + 1}
    words = folded(ask.text or "").split()[:MOST_WORDS]
    given |= {f"word{at}": _pattern(word) for at, word in enumerate(words)}
    if ask.cursor:
        given["at"], given["last"] = read_cursor(ask.cursor, ask.sort)
    statement = _page_of(ask.which, ask.sort, len(words), ask.cursor is not None)
    rows: Sequence[Any] = unit.connection.execute(statement, given).all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page(rows=rows, next=cursor_of(rows[-1], name, ask.sort) if more else None)


@cache
def _page_of(which: str, sort: str, words: int, onward: bool) -> Select[Any]:  # noqa: FBT001 - cached by position
    name, falling = SORTS[sort]
    column, tie = ticket.c[name], ticket.c.id
    statement = (
        select(
            *(ticket.c[each] for each in _LISTED),
            portal_contact.c.classification,
            portal_contact.c.subclassification,
        )
        .outerjoin(portal_contact, portal_contact.c.ticket_id == ticket.c.id)
        # Spelled out, so that the planner sees that the index on what is shown will do.
        .where(ticket.c.customer_id == bindparam("customer"), ticket.c.portal_visible)
    )
    if which == "open":
        statement = statement.where(text("ticket.standing = 'open'"))
    elif which == "finished":
        statement = statement.where(text("ticket.standing <> 'open'"))
    for at in range(words):
        statement = statement.where(_has(bindparam(f"word{at}")))
    if onward:
        at_, last = bindparam("at", type_=column.type), bindparam("last", type_=tie.type)
        beyond = (
            or_(column < at_, and_(column == at_, tie < last))
            if falling
            else or_(column > at_, and_(column == at_, tie > last))
        )
        statement = statement.where(column <= at_ if falling else column >= at_, beyond)
    order = (column.desc(), tie.desc()) if falling else (column, tie)
    return statement.order_by(*order).limit(bindparam("many"))


def _has(word: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the customer can see this word: what they cannot read must not be found either."""
    said = exists().where(
        interaction.c.ticket_id == ticket.c.id, interaction.c.shown, interaction.c.text.regexp_match(word)
    )
    return or_(ticket.c.protocol.regexp_match(word), ticket.c.title.regexp_match(word), said)


def _pattern(word: str) -> str:
    """A folded word as an expression that both databases read alike: letters in any case and with any accent."""
    return "".join(_letter(one) for one in word)


def _letter(one: str) -> str:
    if one in _ACCENTED:
        return f"[{_ACCENTED[one]}]{_MARKS}"
    if one.isascii() and not one.isalnum():
        return f"\\{one}"
    return f"[{one}{one.upper()}]" if one.isalpha() and len(one.upper()) == 1 else one

"""Accounts: who may sign in. Each kind has a directory; staff's is here, the portal's stands with the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from engine import actors
from engine.people.knowing import actor_of
from permissions.actions import Action

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from engine.actors import Actor
    from engine.people.model import Person
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may sign in, whatever kind they are of.

    Attributes:
        login: what they type; told nobody but them and who looks after accounts.
        words: what a password must not be made of: login, names.
        email: where links are mailed to.
    """

    id: UUID
    login: str
    words: tuple[str, ...]
    email: str | None = None


class Directory(Protocol):
    """The accounts of one kind.

    Attributes:
        kind: stands in the rows of passwords, sessions and links, at most 20 letters. What was issued for one kind
            is not even found by another.
        managed_by: the right of who invites, resets and ends.
    """

    @property
    def kind(self) -> str:
        """See above."""
        ...

    @property
    def managed_by(self) -> Action:
        """See above."""
        ...

    def called(self, unit: Unit, login: str) -> Account | None:
        """The account with this login, if it may sign in now; the same work whether there is one or not."""
        ...

    def account(self, unit: Unit, account_id: UUID) -> Account | None:
        """The account, if it may sign in now."""
        ...

    def actor(self, connection: Connection, catalogue: Any, account_id: UUID) -> Actor | None:
        """The account as a principal with its rights of this catalogue; None: it has no access (any more).

        Its `kind` is the directory's, its `authority` the catalogue's number.
        """
        ...

    def about(self, account_id: UUID) -> str:
        """The name under which history is kept: `person:…`."""
        ...


class Staff:
    """The people of `engine.people.model`, by login."""

    kind: Final = actors.STAFF
    managed_by: Final = Action.PEOPLE_MANAGE

    def called(self, unit: Unit, login: str) -> Account | None:
        """The person with this login who may act."""
        found = [person for person in unit.catalogue.people.values() if person.login == login and not person.ended]
        return _account(found[0]) if found else None

    def account(self, unit: Unit, account_id: UUID) -> Account | None:
        """The person, who may act."""
        person = unit.catalogue.people.get(account_id)
        return None if person is None or person.ended else _account(person)

    def actor(self, connection: Connection, catalogue: Any, account_id: UUID) -> Actor | None:
        """The person as a principal."""
        del connection
        person = catalogue.people.get(account_id)
        return None if person is None or person.ended else actor_of(person, catalogue.number, token_hash=None)

    def about(self, account_id: UUID) -> str:
        """The person."""
        return f"person:{account_id}"


STAFF: Final = Staff()


def _account(person: Person) -> Account:
    return Account(id=person.id, login=person.login, words=(person.login, person.name), email=person.email)

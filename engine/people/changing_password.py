"""Change one's own password: the present one proves that it is oneself, and everything else that was open ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.actors import DOOR
from engine.errors import Conflict, Invalid
from engine.people import passwords
from engine.people.access import put_password, stored_hash
from engine.people.attempts import Try, admit, give_back
from engine.people.signing_in import Begin, SignedIn, account_id_of, begin_session
from engine.rights import insist_on_whole

if TYPE_CHECKING:
    from engine.actors import Actor
    from engine.people.accounts import Account, Directory
    from engine.people.passwords import Hashed
    from engine.unit import Engine, Unit

_WRONG = "present: não é a senha atual."


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    """A new password.

    Attributes:
        present: the one that counts now.
        address: where the request comes from: guesses at `present` are counted like those at the door.
        end_tokens: whether the account's tokens end too; its sessions do in any case.
    """

    directory: Directory
    present: str = field(repr=False)
    password: str = field(repr=False)
    address: str
    program: str = ""
    end_tokens: bool = False


def change_password(engine: Engine, ask: ChangePassword, *, actor: Actor) -> SignedIn | None:
    """Change it; who came with a session gets a fresh one, for the old one ends with all the others.

    Raises:
        NotPermitted, TooMany, Conflict, Invalid: nothing is changed.
    """
    account, stored = engine.read(_look_up, ask, actor=actor)
    tried = Try(kind=ask.directory.kind, address=ask.address, login=account.login)
    engine.run(admit, tried, actor=DOOR)
    if not passwords.matches(engine.settings, stored, ask.present):
        raise Invalid(_WRONG, code="wrong_password")
    if passwords.matches(engine.settings, stored, ask.password):
        raise Invalid("password: é igual à atual.", code="same_password")
    new = passwords.hashed(engine.settings, ask.password, account.words)
    engine.run(change, Change(ask=ask, account=account, stored=stored, new=new, tried=tried), actor=actor)
    if actor.session is None:
        return None
    begin = Begin(directory=ask.directory, account=account, stored=new.text, program=ask.program)
    return begin_session(engine, begin, actor)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change whose present password was verified against `stored`."""

    ask: ChangePassword
    account: Account
    stored: str = field(repr=False)
    new: Hashed
    tried: Try


def change(unit: Unit, given: Change) -> None:
    """Set the new password, unless somebody else set one meanwhile."""
    unit.replay()
    directory = given.ask.directory
    if stored_hash(unit, directory, given.account, lock=True) != given.stored:
        raise Invalid(_WRONG, code="wrong_password")
    put_password(unit, directory, given.account, given.new, end_tokens=given.ask.end_tokens)
    give_back(unit, given.tried)


def _look_up(unit: Unit, ask: ChangePassword) -> tuple[Account, str]:
    _ = unit.catalogue
    insist_on_whole(unit)
    account = ask.directory.account(unit, account_id_of(unit.actor))
    stored = stored_hash(unit, ask.directory, account)
    if account is None or stored is None:
        raise Conflict("A conta ainda não tem senha. Peça um convite a quem administra.", code="no_password")
    return account, stored

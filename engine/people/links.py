"""Invitations and password resets: links that are good once, for one purpose, for a time.

No secret is stored, and none is put into the outbox: a row there says whose mail is due. Whatever sends it makes a
link at that moment, with `make_link`, whose text then stands in that mail and nowhere else (docs/adr/0010).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import bindparam, select

from engine.actors import DOOR
from engine.errors import Conflict, Invalid, NotFound, Refused
from engine.people import passwords
from engine.people.access import put_password, stored_hash
from engine.people.attempts import Try, admit, give_back
from engine.people.credentials import access_link
from engine.people.knowing import hash_of
from engine.rights import insist, insist_on_whole

if TYPE_CHECKING:
    from datetime import datetime

    from engine.people.accounts import Account, Directory
    from engine.people.passwords import Hashed
    from engine.unit import Engine, Unit

Purpose = Literal["invitation", "reset"]
_BEGINS: Final[dict[str, str]] = {"invitation": "inv_", "reset": "res_"}
_SHAPE: Final = re.compile(r"(inv_|res_)[A-Za-z0-9_-]{43}")


class LinkOver(Refused):
    """The link does not open anything (any more); `code` says why."""

    code = "link_unknown"
    status = 410


@dataclass(frozen=True, kw_only=True)
class MakeLink:
    """A link with which somebody sets a password.

    Attributes:
        purpose: `invitation` for who has none yet, `reset` for who has one.
        mail: leave word that it is to be mailed.
        beside: links made before stay good: what sends the mail makes its own beside the one that was told.
    """

    directory: Directory
    login: str
    purpose: Purpose
    mail: bool = False
    beside: bool = False


@dataclass(frozen=True, kw_only=True)
class Made:
    """The link's text, told this once, and until when it is good."""

    text: str = field(repr=False)
    ends_at: datetime
    account: Account


def make_link(unit: Unit, ask: MakeLink) -> Made:
    """Make a link; those made before for the same purpose are good no longer.

    Raises:
        NotPermitted, NotFound, Conflict, Invalid: nothing is stored.
    """
    unit.replay()
    insist(unit, ask.directory.managed_by)
    insist_on_whole(unit)
    account = ask.directory.called(unit, ask.login)
    if account is None:
        raise NotFound(f"Não há conta ativa com o login {ask.login!r}.")
    has_one = stored_hash(unit, ask.directory, account) is not None
    if has_one and ask.purpose == "invitation":
        raise Conflict("A conta já tem senha. Para trocá-la sem a atual, peça uma redefinição.", code="has_password")
    if not has_one and ask.purpose == "reset":
        raise Conflict("A conta ainda não tem senha. Envie um convite.", code="no_password")
    if ask.mail and not account.email:
        raise Invalid("mail: a conta não tem e-mail. Informe um, ou entregue o link você mesmo.", code="no_email")
    return write_link(unit, ask.directory, account, ask.purpose, mail=ask.mail, beside=ask.beside)


def write_link(
    unit: Unit, directory: Directory, account: Account, purpose: Purpose, *, mail: bool, beside: bool = False
) -> Made:
    """Write a link for an account that was checked, of which the row may be written by this very command."""
    about = directory.about(account.id)
    if not beside:
        _withdraw(unit, directory, account, about, purpose)
    text, ends_at = _new_text(purpose), unit.now + timedelta(hours=unit.engine.settings.link_h)
    unit.insert(
        about,
        access_link,
        hash=hash_of(text),
        purpose=purpose,
        account_kind=directory.kind,
        account_id=account.id,
        made_at=unit.now,
        ends_at=ends_at,
    )
    unit.record(about, f"{purpose}_made", mail=mail)
    if mail:
        unit.post("access_link", purpose=purpose, account_kind=directory.kind, account_id=str(account.id))
    return Made(text=text, ends_at=ends_at, account=account)


def _new_text(purpose: Purpose) -> str:
    return _BEGINS[purpose] + secrets.token_urlsafe(32)


def _withdraw(unit: Unit, directory: Directory, account: Account, about: str, purpose: Purpose) -> None:
    open_ones = select(access_link.c.hash).where(
        access_link.c.account_kind == directory.kind,
        access_link.c.account_id == account.id,
        access_link.c.purpose == purpose,
        access_link.c.used_at.is_(None),
    )
    for one in unit.connection.execute(open_ones.with_for_update()).scalars().all():
        unit.delete(about, access_link, hash=one)


@dataclass(frozen=True, kw_only=True)
class UseLink:
    """Somebody opens a link and sets their password.

    Attributes:
        address: where the request comes from.
        end_tokens: whether the account's tokens end too; its sessions do in any case.
    """

    directory: Directory
    purpose: Purpose
    text: str = field(repr=False)
    password: str = field(repr=False)
    address: str
    end_tokens: bool = False


def use_link(engine: Engine, ask: UseLink) -> Account:
    """Set the password; the link is used up.

    Raises:
        TooMany: before anything is looked at.
        LinkOver: unknown, used, or its time is over.
        Invalid: the password will not do; the link stays good.
    """
    tried = Try(kind=ask.directory.kind, address=ask.address)
    engine.run(admit, tried, actor=DOOR)
    account = engine.read(_opened, ask, actor=DOOR)
    new = passwords.hashed(engine.settings, ask.password, account.words)
    use = Use(ask=ask, new=new, tried=tried)
    found: Account = engine.run(use_up, use, actor=DOOR)
    return found


@dataclass(frozen=True, kw_only=True)
class Use:
    """A link, and the password that is good enough."""

    ask: UseLink
    new: Hashed
    tried: Try


def use_up(unit: Unit, use: Use) -> Account:
    """Use the link up and set the password, in one transaction: of two workers one is told that it was used."""
    unit.replay()
    ask = use.ask
    account = _opened(unit, ask)
    about = ask.directory.about(account.id)
    unit.update(about, access_link, {"hash": hash_of(ask.text)}, used_at=unit.now)
    put_password(unit, ask.directory, account, use.new, end_tokens=ask.end_tokens, link=hash_of(ask.text))
    unit.record(about, f"{ask.purpose}_used")
    give_back(unit, use.tried)
    return account


_LINK = select(access_link).where(
    access_link.c.hash == bindparam("hash"),
    access_link.c.purpose == bindparam("purpose"),
    access_link.c.account_kind == bindparam("kind"),
)
_LOCKED = _LINK.with_for_update()


def _opened(unit: Unit, ask: UseLink) -> Account:
    """The account that the link is for."""
    row: Any = None
    if _SHAPE.fullmatch(ask.text):
        asked = {"hash": hash_of(ask.text), "purpose": ask.purpose, "kind": ask.directory.kind}
        row = unit.connection.execute(_LOCKED if unit.locks else _LINK, asked).one_or_none()
    if row is None:
        raise LinkOver(
            "Este link não vale: confira se foi copiado inteiro e se é o mais novo, ou peça outro a quem administra."
        )
    if row.used_at is not None:
        raise LinkOver(
            "Este link já foi usado. Entre com a senha que foi definida; se não foi você, avise quem administra.",
            code="link_used",
        )
    account = ask.directory.account(unit, row.account_id)
    if row.ends_at <= unit.now or account is None:
        raise LinkOver("O prazo deste link terminou. Peça outro a quem administra.", code="link_over")
    return account

"""Signing in to the portal, and who of a customer may, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g

from api import commands
from api import portal_examples as examples
from api import portal_shapes as shapes
from api import sign_in_shapes as signing
from api.auth import engine, insist_on_own_page
from api.portal_doors import PORTAL, PortalDoors
from api.portal_dumps import account_body
from api.sessions import address, program, sign_in_ask, with_cookie, without_cookie
from engine.people.changing_password import ChangePassword, change_password
from engine.people.links import UseLink, use_link
from engine.people.sessions import EndSessions, end, handle_of
from engine.people.signing_in import csrf_of, sign_in
from engine.portal import accounts
from engine.portal.access import WhoAmI, who_am_i
from engine.portal.directory import PORTAL as DIRECTORY

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.actors import Actor
    from engine.people.links import Purpose
    from engine.people.signing_in import SignedIn
    from engine.unit import Answer

entrance = PortalDoors("entrance", description="A session for an e-mail address and a password", public=True)
doors = PortalDoors("colleagues", description="One's own session, and the customer's people")


@entrance.door(
    "POST",
    "/session",
    takes=signing.SignInAsk(),
    taken={"login": "rita@padaria.example", "password": "guarda-chuva azul na varanda"},
    status=201,
    gives=shapes.PortalSessionShape(),
    example=examples.SESSION,
    refusals=(401, 403, 429),
    key=False,
)
def enter_portal(asked: dict[str, Any]) -> Response:
    """Sign in.

    `login` is the e-mail address; where one has accounts with several customers, `<customer's key>/<address>`. The
    cookie of the answer holds the session, which no door of the staff takes; `csrf` goes with every unsafe request.
    """
    insist_on_own_page()
    begun = sign_in(engine(), sign_in_ask(asked, PORTAL, DIRECTORY))
    return with_cookie(commands.respond(commands.answer(201, _session(begun.actor, begun))), PORTAL, begun)


@entrance.door(
    "POST",
    "/invitations/accept",
    takes=signing.SetByLinkAsk(),
    taken={"token": examples.INVITATION, "password": "guarda-chuva azul na varanda"},
    gives=signing.SetByLinkShape(),
    example={"login": "C-2001/rita@padaria.example"},
    refusals=(403, 410, 429),
    key=False,
)
def accept_portal_invitation(asked: dict[str, Any]) -> Response:
    """Accept an invitation.

    Sets the first password. The text is good once. `login` of the answer always leads to this account.
    """
    return _accepted("invitation", asked)


@entrance.door(
    "POST",
    "/password-resets/accept",
    takes=signing.SetByLinkAsk(),
    taken={"token": examples.RESET, "password": "três bondes sobem a ladeira"},
    gives=signing.SetByLinkShape(),
    example={"login": "C-2001/rita@padaria.example"},
    refusals=(403, 410, 429),
    key=False,
)
def accept_portal_reset(asked: dict[str, Any]) -> Response:
    """Set a new password with a reset link.

    All sessions end. The text is good once.
    """
    return _accepted("reset", asked)


def _accepted(purpose: Purpose, asked: dict[str, Any]) -> Response:
    insist_on_own_page()
    ask = UseLink(
        directory=DIRECTORY, purpose=purpose, text=asked["token"], password=asked["password"], address=address()
    )
    return commands.shown({"login": use_link(engine(), ask).login})


@doors.door("GET", "/session", gives=shapes.PortalSessionShape(), example=examples.SESSION)
def read_portal_session() -> Response:
    """Read who is signed in, and for which customer."""
    return commands.shown(_session(g.actor))


@doors.door("DELETE", "/session", gives=signing.SessionsEndedShape(), example={"ended": 1}, key=False)
def leave_portal() -> Response:
    """Sign out."""
    ask = EndSessions(directory=DIRECTORY, handle=handle_of(g.actor.session))
    return without_cookie(commands.run(end, ask, _ended), PORTAL)


@doors.door("DELETE", "/sessions", gives=signing.SessionsEndedShape(), example={"ended": 3}, key=False)
def leave_portal_everywhere() -> Response:
    """Sign out everywhere."""
    return without_cookie(commands.run(end, EndSessions(directory=DIRECTORY), _ended), PORTAL)


def _ended(ended: int) -> Answer:
    return commands.answer(200, {"ended": ended})


@doors.door(
    "PUT",
    "/password",
    takes=shapes.PortalPasswordAsk(),
    taken={"present": "guarda-chuva azul na varanda", "password": "três bondes sobem a ladeira"},
    gives=signing.GuardShape(),
    example=signing.GUARD,
    refusals=(409, 429),
    key=False,
)
def put_portal_password(asked: dict[str, Any]) -> Response:
    """Change one's own password.

    All sessions end; this one goes on as a fresh one.
    """
    ask = ChangePassword(directory=DIRECTORY, **asked, address=address(), program=program())
    begun = change_password(engine(), ask, actor=g.actor)
    assert begun is not None, "whoever is here came with a session"
    return with_cookie(commands.shown({"csrf": begun.csrf, "ends_at": begun.ends_at}), PORTAL, begun)


@doors.door("GET", "/people", gives=shapes.AccountsShape(), example={"people": [examples.ACCOUNT]})
def list_colleagues() -> Response:
    """List who of the customer may use the portal.

    For whoever administers the customer's accounts.
    """
    found = commands.read(accounts.list_accounts, accounts.ListAccounts())
    return commands.shown({"people": [account_body(one) for one in found]})


@doors.door(
    "POST",
    "/people",
    takes=shapes.PortalInviteAsk(),
    taken=examples.INVITE_ASK,
    status=201,
    gives=shapes.PortalInvitedShape(),
    example=examples.INVITED,
    refusals=(409,),
)
def invite_colleague(asked: dict[str, Any]) -> Response:
    """Invite a colleague.

    Into the own customer. Who was invited before and has set no password yet gets a new text; the old one is void.
    """
    return commands.run(accounts.invite, accounts.Invite(**asked), invited, secret=g.secret)


def invited(done: accounts.Invited) -> Answer:
    """The answer to an invitation: the only one that holds its text."""
    return commands.answer(201, account_body(done.account) | {"token": done.link, "ends_at": done.ends_at})


@doors.door(
    "PATCH",
    "/people/<uuid:account>",
    takes=shapes.AppointAsk(),
    taken={"admin": True},
    gives=shapes.AccountShape(),
    example=examples.ACCOUNT | {"active": True, "admin": True},
    refusals=(404, 409),
)
def appoint_colleague(asked: dict[str, Any], account: UUID) -> Response:
    """Let a colleague administer the accounts.

    Or take that back. It counts at once; the last one who administers them, and has a password, goes on doing so.
    """
    return commands.run(accounts.appoint, accounts.Appoint(account=account, **asked), one_account)


@doors.door(
    "DELETE",
    "/people/<uuid:account>",
    gives=shapes.AccountShape(),
    example=examples.ACCOUNT,
    refusals=(404, 409),
)
def remove_colleague(account: UUID) -> Response:
    """Remove a colleague.

    Their sessions end at once; what they wrote stays. The last one who administers the accounts cannot be removed.
    """
    return commands.run(accounts.remove, accounts.Remove(account=account), one_account)


def one_account(one: accounts.Listed) -> Answer:
    """The account that was changed or removed."""
    return commands.answer(200, account_body(one))


def _session(actor: Actor, begun: SignedIn | None = None) -> dict[str, Any]:
    who = engine().read(who_am_i, WhoAmI(), actor=actor)
    text = begun.text if begun else g.secret
    return {
        "name": who.name,
        "email": who.email,
        "admin": who.admin,
        "customer": {"key": who.customer_key, "name": who.customer_name},
        "csrf": csrf_of(text),
        "ends_at": begun.ends_at if begun else actor.ends_at,
    }

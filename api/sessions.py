"""Signing in and out over HTTP: sessions in cookies, links that set a password, one's own password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, request

from api import commands
from api import sign_in_shapes as shapes
from api.auth import STAFF, Audience, cookie_name, engine, insist_on_own_page, is_secure
from api.openapi import Doors
from engine.people import accounts
from engine.people.changing_password import ChangePassword, change_password
from engine.people.links import UseLink, use_link
from engine.people.queries import Myself, myself
from engine.people.sessions import EndSessions, Sessions, end, handle_of, sessions
from engine.people.signing_in import SignIn, csrf_of, sign_in

if TYPE_CHECKING:
    from flask import Response

    from engine.actors import Actor
    from engine.people.links import Purpose
    from engine.people.signing_in import SignedIn
    from engine.unit import Answer

entrance = Doors("sign-in", description="A session for a login and a password; links that set one", public=True)
doors = Doors("sessions", description="One's own sessions and password")


@entrance.door(
    "POST",
    "/session",
    takes=shapes.SignInAsk(),
    taken={"login": "ana.souza", "password": "guarda-chuva azul na varanda"},
    status=201,
    gives=shapes.SessionShape(),
    example=shapes.SESSION,
    refusals=(401, 403, 429),
    key=False,
)
def sign_in_here(asked: dict[str, Any]) -> Response:
    """Sign in.

    The cookie of the answer holds the session; `csrf` goes with every unsafe request that brings it. Whether the
    login exists is not told, in words or in time. After too many tries: 429 with `Retry-After`. A session that the
    request came with ends.
    """
    insist_on_own_page()
    begun = sign_in(engine(), sign_in_ask(asked, STAFF, accounts.STAFF))
    return with_cookie(commands.respond(commands.answer(201, _session(begun.actor, begun))), STAFF, begun)


def sign_in_ask(asked: dict[str, Any], audience: Audience, directory: accounts.Directory) -> SignIn:
    """What the request says of who wants in."""
    return SignIn(
        directory=directory,
        **asked,
        address=address(),
        program=program(),
        replaces=request.cookies.get(cookie_name(audience)),
    )


def with_cookie(response: Response, audience: Audience, begun: SignedIn) -> Response:
    """The response, setting the cookie of a session that has begun."""
    left = begun.ends_at - engine().clock()
    response.set_cookie(
        cookie_name(audience),
        begun.text,
        max_age=int(left.total_seconds()),
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def without_cookie(response: Response, audience: Audience) -> Response:
    """The response, taking the cookie away."""
    response.delete_cookie(cookie_name(audience), path="/", secure=is_secure(), httponly=True, samesite="Lax")
    return response


def address() -> str:
    """Where the request comes from; behind proxies of ours as TRAMITA_PROXIES says."""
    return request.remote_addr or "?"


def program() -> str:
    """What the browser calls itself."""
    return "".join(one for one in request.headers.get("User-Agent", "")[:200] if one.isprintable())


@doors.door("GET", "/session", gives=shapes.SessionShape(), example=shapes.SESSION)
def read_session() -> Response:
    """Read who is signed in.

    With the session's `csrf`, for a page that was loaded anew.
    """
    return commands.shown(_session(g.actor))


@doors.door("DELETE", "/session", gives=shapes.SessionsEndedShape(), example={"ended": 1}, key=False)
def sign_out() -> Response:
    """Sign out here.

    A caller with a token has no session to end: 0.
    """
    if g.actor.session is None:
        return commands.shown({"ended": 0})
    ask = EndSessions(directory=accounts.STAFF, handle=handle_of(g.actor.session))
    return without_cookie(commands.run(end, ask, _ended), STAFF)


@doors.door("GET", "/sessions", gives=shapes.SessionsShape(), example={"sessions": [shapes.ONE_SESSION]})
def list_sessions() -> Response:
    """List one's own sessions."""
    rows = commands.read(sessions, Sessions(directory=accounts.STAFF))
    return commands.shown({"sessions": [one_session(row) for row in rows]})


def one_session(row: Any) -> dict[str, Any]:
    """A session as it is told."""
    told = {name: getattr(row, name) for name in ("program", "began_at", "seen_at", "ends_at")}
    return told | {"session": handle_of(row.hash), "here": row.hash == g.actor.session}


@doors.door("DELETE", "/sessions", gives=shapes.SessionsEndedShape(), example={"ended": 3}, key=False)
def sign_out_everywhere() -> Response:
    """Sign out everywhere.

    The next request of each of them is refused. Tokens go on: they are revoked one by one.
    """
    return without_cookie(commands.run(end, EndSessions(directory=accounts.STAFF), _ended), STAFF)


@doors.door(
    "DELETE", "/sessions/<session>", gives=shapes.SessionsEndedShape(), example={"ended": 1}, refusals=(404,), key=False
)
def end_one_session(session: str) -> Response:
    """End one of one's own sessions."""
    return commands.run(end, EndSessions(directory=accounts.STAFF, handle=session), _ended)


@doors.door(
    "PUT",
    "/me/password",
    takes=shapes.PasswordAsk(),
    taken={"present": "guarda-chuva azul na varanda", "password": "três bondes sobem a ladeira"},
    gives=shapes.GuardShape(),
    example=shapes.GUARD,
    refusals=(409, 429),
    key=False,
)
def put_own_password(asked: dict[str, Any]) -> Response:
    """Change one's own password.

    All sessions end, links too, and tokens if asked for; who came with a session gets a fresh one.
    """
    ask = ChangePassword(directory=accounts.STAFF, **asked, address=address(), program=program())
    begun = change_password(engine(), ask, actor=g.actor)
    if begun is None:
        return commands.shown({"csrf": None, "ends_at": None})
    return with_cookie(commands.shown({"csrf": begun.csrf, "ends_at": begun.ends_at}), STAFF, begun)


@entrance.door(
    "POST",
    "/invitations/accept",
    takes=shapes.SetByLinkAsk(),
    taken={"token": shapes.LINK["token"], "password": "guarda-chuva azul na varanda"},
    gives=shapes.SetByLinkShape(),
    example={"login": "ana.souza"},
    refusals=(403, 410, 429),
    key=False,
)
def accept_invitation(asked: dict[str, Any]) -> Response:
    """Accept an invitation.

    Sets the first password. The link is good once: the second time answers 410 `link_used`.
    """
    return _accepted("invitation", asked)


@entrance.door(
    "POST",
    "/password-resets/accept",
    takes=shapes.ResetByLinkAsk(),
    taken={"token": shapes.LINK["token"].replace("inv_", "res_"), "password": "três bondes sobem a ladeira"},
    gives=shapes.SetByLinkShape(),
    example={"login": "ana.souza"},
    refusals=(403, 410, 429),
    key=False,
)
def accept_reset(asked: dict[str, Any]) -> Response:
    """Set a new password with a reset link.

    All sessions end. The link is good once.
    """
    return _accepted("reset", asked)


def _accepted(purpose: Purpose, asked: dict[str, Any]) -> Response:
    insist_on_own_page()
    text = asked.pop("token")
    ask = UseLink(directory=accounts.STAFF, purpose=purpose, text=text, **asked, address=address())
    return commands.shown({"login": use_link(engine(), ask).login})


def _session(actor: Actor, begun: SignedIn | None = None) -> dict[str, Any]:
    person = engine().read(myself, Myself(), actor=actor)
    text = begun.text if begun else g.secret if actor.session else None
    return {
        "login": person.login,
        "name": person.name,
        "profile": person.profile,
        "teams": sorted(person.teams),
        "csrf": csrf_of(text) if text else None,
        "ends_at": begun.ends_at if begun else actor.ends_at,
    }


def _ended(ended: int) -> Answer:
    return commands.answer(200, {"ended": ended})

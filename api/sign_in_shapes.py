"""Shapes of signing in: passwords, sessions, links."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields

from api.shapes import Shape, described, string
from api.ticket_shapes import instant
from engine.people.passwords import LONGEST, SHORTEST

# Longer than any password may be: what is wrong with one is the rule's to say.
_ANY_PASSWORD: Final = 1_000


def new_password(**more: Any) -> fields.String:
    """A password to be set."""
    told = f"{SHORTEST} to {LONGEST} characters, not easy to guess; no rules on what it is made of."
    return string(_ANY_PASSWORD, 1, metadata={"description": told, "format": "password"}, **more)


class SignInAsk(Shape):
    """Who wants in."""

    login = string(300, 1, required=True)
    password = string(_ANY_PASSWORD, 1, required=True, metadata={"format": "password"})


class SetByLinkAsk(Shape):
    """The text of a link, and the password to be set."""

    token = string(200, 1, required=True, metadata={"description": "What stands behind `#` in the link."})
    password = new_password(required=True)


class ResetByLinkAsk(SetByLinkAsk):
    """The text of a link, the password to be set, and whether tokens end too."""

    end_tokens = fields.Boolean(load_default=False, **described("Revoke the account's tokens too."))


class SetByLinkShape(Shape):
    """Whose password was set; sign in with it now."""

    login = fields.String(required=True)


class PasswordAsk(Shape):
    """The present password and the new one."""

    present = string(_ANY_PASSWORD, 1, required=True, metadata={"format": "password"})
    password = new_password(required=True)
    end_tokens = fields.Boolean(load_default=False, **described("Revoke one's tokens too; all sessions end anyway."))


class GuardShape(Shape):
    """What goes with a session's cookie."""

    csrf = fields.String(
        required=True,
        allow_none=True,
        **described("To be sent as `X-CSRF-Token` with every unsafe request that brings the cookie; null: a token."),
    )
    ends_at = instant(allow_none=True)


class SessionShape(GuardShape):
    """Who is signed in."""

    login = fields.String(required=True)
    name = fields.String(required=True)
    profile = fields.String(required=True)
    teams = fields.List(fields.String(), required=True)


class OneSessionShape(Shape):
    """A session."""

    session = fields.String(required=True, **described("Its name; it opens nothing."))
    program = fields.String(required=True, **described("What the browser called itself when it signed in."))
    began_at = instant()
    seen_at = instant()
    ends_at = instant()
    here = fields.Boolean(required=True, **described("It is the one that asks."))


class SessionsShape(Shape):
    """One's own sessions, the newest first."""

    sessions = fields.List(fields.Nested(OneSessionShape()), required=True)


class SessionsEndedShape(Shape):
    """How many sessions ended."""

    ended = fields.Integer(required=True)


class AccessLinkAsk(Shape):
    """Whether it is to be mailed."""

    mail = fields.Boolean(load_default=False, **described("Leave word for the mail relay; the person needs an e-mail."))


class AccessLinkShape(Shape):
    """A link with which somebody sets their password; told this once and never stored."""

    link = fields.String(required=True, **described("To be handed to the person."))
    token = fields.String(required=True, **described("Its secret part, for programs that bring a page of their own."))
    ends_at = instant()


SESSION: Final = {
    "login": "ana.souza",
    "name": "Ana Souza",
    "profile": "agente",
    "teams": ["atendimento"],
    "csrf": "5f0c9c7b3a1e4d2f8b6a0c9d7e5f3a1b2c4d6e8f0a1b3c5d7e9f1a2b4c6d8e0f",
    "ends_at": "2026-03-09T12:00:00Z",
}
GUARD: Final = {name: SESSION[name] for name in ("csrf", "ends_at")}
ONE_SESSION: Final = {
    "session": "9a3f5c7e1b2d4f60",
    "program": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "began_at": "2026-03-02T12:00:00Z",
    "seen_at": "2026-03-02T15:41:00Z",
    "ends_at": "2026-03-09T12:00:00Z",
    "here": True,
}
_TEXT: Final = "inv_3kq0W1vJmYt7cQ2pX9dRbL5sN8hG4fZaUeT6oI0yKjM"
LINK: Final = {
    "link": f"https://atendimento.empresa.com.br/convite#{_TEXT}",
    "token": _TEXT,
    "ends_at": "2026-03-05T12:00:00Z",
}

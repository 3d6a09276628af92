"""Bearer tokens over HTTP: issued, listed, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from flask import g
from marshmallow import fields

from api import commands, examples
from api.openapi import Doors
from api.shapes import Shape, Whole, described, string
from api.ticket_shapes import instant
from engine.people.sessions import handle_of
from engine.people.tokens import IssueToken, RevokeToken, Tokens, issue_token, revoke_token, tokens

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Answer

doors = Doors("tokens", description="Bearer tokens: what programs come with")


class TokenAsk(Shape):
    """What the token is for, how long it lasts, and what it is good for."""

    label = string(200, 1, required=True)
    days = Whole(1, 3660, allow_none=True, load_default=None, **described("Default: until it is revoked."))
    scopes = fields.List(
        string(250, 1),
        allow_none=True,
        load_default=None,
        **described(
            "Actions, perhaps narrowed (`ticket.move:resolver`), that it is good for as far as the person's profile "
            "allows them. Default: everything that the profile allows."
        ),
    )


class TokenShape(Shape):
    """A token; it is told this once and never stored."""

    token = fields.String(required=True)


class OneTokenShape(Shape):
    """A token that is good, without its text."""

    token = fields.String(required=True, **described("Its name; it opens nothing."))
    label = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True, allow_none=True)
    issued_at = instant()
    ends_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    used_at = fields.String(
        required=True, allow_none=True, **described("Last use, to within ten minutes.", format="date-time")
    )


class TokensShape(Shape):
    """The tokens that are good, the oldest first."""

    tokens = fields.List(fields.Nested(OneTokenShape()), required=True)


class RevokedShape(Shape):
    """The token that is good no longer."""

    token = fields.String(required=True)


_ASKED: Final = {"label": "integração com o ERP", "days": 365, "scopes": ["ticket.read", "ticket.message"]}
_ONE: Final = {
    "token": "4c1f9e0b7a6d5832",
    "label": "integração com o ERP",
    "scopes": ["ticket.message", "ticket.read"],
    "issued_at": "2026-03-02T12:00:00Z",
    "ends_at": "2027-03-02T12:00:00Z",
    "used_at": "2026-03-02T15:40:00Z",
}


@doors.door(
    "POST",
    "/people/<login>/tokens",
    takes=TokenAsk(),
    taken=_ASKED,
    status=201,
    gives=TokenShape(),
    example={"token": examples.TOKEN},
    refusals=(404,),
)
def issue_a_token(asked: dict[str, Any], login: str) -> Response:
    """Issue a token for a person.

    Told this once: only its SHA-256 is stored. Scopes narrow what the profile allows, and grant nothing.
    """
    days = asked.pop("days")
    ask = IssueToken(login=login, lasts=timedelta(days=days) if days else None, **asked)
    return commands.run(issue_token, ask, token_answer, secret=g.secret)


def token_answer(text: str) -> Answer:
    """The one answer that holds a token's text."""
    return commands.answer(201, {"token": text})


@doors.door("GET", "/people/<login>/tokens", gives=TokensShape(), example={"tokens": [_ONE]}, refusals=(404,))
def list_a_persons_tokens(login: str) -> Response:
    """List a person's tokens."""
    return _listed(Tokens(login=login))


@doors.door(
    "DELETE", "/people/<login>/tokens/<token>", gives=RevokedShape(), example={"token": _ONE["token"]}, refusals=(404,)
)
def revoke_a_persons_token(login: str, token: str) -> Response:
    """Revoke a person's token.

    The next request with it is refused, at every worker.
    """
    return commands.run(revoke_token, RevokeToken(login=login, handle=token), lambda _: _revoked(token))


@doors.door("GET", "/me/tokens", gives=TokensShape(), example={"tokens": [_ONE]})
def list_own_tokens() -> Response:
    """List one's own tokens."""
    return _listed(Tokens())


@doors.door("DELETE", "/me/tokens/<token>", gives=RevokedShape(), example={"token": _ONE["token"]}, refusals=(404,))
def revoke_own_token(token: str) -> Response:
    """Revoke one of one's own tokens."""
    return commands.run(revoke_token, RevokeToken(handle=token), lambda _: _revoked(token))


def _listed(ask: Tokens) -> Response:
    names = ("label", "scopes", "issued_at", "ends_at", "used_at")
    rows = commands.read(tokens, ask)
    told = [{"token": handle_of(row.hash)} | {name: getattr(row, name) for name in names} for row in rows]
    return commands.shown({"tokens": told})


def _revoked(token: str) -> Answer:
    return commands.answer(200, {"token": token})

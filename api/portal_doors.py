"""What the portal's doors have in common: their audience, their own document, and what a refusal tells a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from api import errors
from api.auth import Audience
from api.openapi import HEADERS, Document, Doors, document_named
from api.portal_dumps import PREFIX
from api.portal_examples import PROBLEMS
from engine.errors import NotPermitted, Refused
from engine.portal.model import KIND

if TYPE_CHECKING:
    from flask import Flask, Response

PORTAL: Final = Audience(kind=KIND, cookie="tramita_portal", signs_in_at=f"POST {PREFIX}/session")
ETAG: Final = {
    "ETag": {
        "description": "The contact's revision and the number of what is shown of it last.",
        "schema": {"type": "string"},
    }
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "description": "The ETag of the contact as it was read: refused with 412 if it has changed since, or if something "
    "was said that is shown.",
    "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}\.[0-9]{1,9}"|\*)$'},
    "example": '"7.12"',
}
_TOLD: Final = ("errors", "missing", "limit_bytes", "retry_after_s")
_SIGN_IN: Final = f"A sessão terminou ou não existe. Entre com POST {PREFIX}/session."
_WHICH: Final = "Se este e-mail tem contas de mais de um cliente, entre com <código do cliente>/<e-mail>."
_NOT_FOR_YOU: Final = "Sua conta não pode fazer isto. Fale com quem administra as contas da sua empresa."


class PortalDoors(Doors):
    """Doors for customers: a principal of the staff finds them closed, and what they refuse tells nothing inside."""

    def __init__(self, name: str, *, description: str, public: bool = False) -> None:
        super().__init__(name, description=description, public=public, audience=PORTAL)
        self.register_error_handler(Refused, refused_to_customer)


class PortalDocument(Document):
    """The portal's own OpenAPI document."""

    PROBLEMS = PROBLEMS
    HEADERS = HEADERS | {"IfMatch": _IF_MATCH}


def describe(app: Flask) -> Document:
    """An empty document for the portal's doors."""
    about = (
        "Client companies open and follow their own tickets. Refusals are `application/problem+json` with a stable "
        "`code`, a Portuguese `detail` and `errors` by field; docs/portal.md tells the rest."
    )
    return document_named(PortalDocument, app, "PORTAL", title="Tramita: portal", prefix=PREFIX, about=about, of=PORTAL)


def refused_to_customer(refused: Refused) -> Response:
    """A refusal without anything of the inside: no decision, no place in a diagram, nobody's login."""
    members: dict[str, Any] = {name: refused.extra[name] for name in _TOLD if name in refused.extra}
    if "follow_up" in refused.extra:
        members["follow_up"] = f"{PREFIX}/tickets/{refused.extra['follow_up']}/follow-up"
    reasons = [{"code": r.code, "detail": r.detail, "fix": r.fix, "details": {}} for r in refused.reasons]
    detail, code = refused.detail, refused.code
    if code == "not_authenticated":
        detail = _SIGN_IN
    elif code == "wrong_credentials":
        detail = f"{detail} {_WHICH}"  # to everybody alike: it tells nothing of who has what
    elif isinstance(refused, NotPermitted) and reasons:
        detail, reasons = _NOT_FOR_YOU, []  # they name profiles and rules
    return errors.problem(
        refused.status,
        code,
        detail,
        headers=errors.headers_of(refused, challenge='Session realm="portal"'),
        reasons=reasons or None,
        **members,
    )

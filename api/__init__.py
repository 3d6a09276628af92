"""The doors: shapes in, shapes out, no rules."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api import (
    absences,
    activities,
    attachments,
    boards,
    bulk,
    conversations,
    customers,
    errors,
    explanations,
    health,
    history,
    links,
    openapi,
    participants,
    people,
    permissions,
    portal,
    portal_doors,
    portal_office,
    portal_people,
    privacy,
    processes,
    registry,
    reports,
    sessions,
    sla,
    tasks,
    tickets,
    tokens,
    visits,
)
from api.auth import Callers
from api.errors import Malformed
from api.link_pages import link_pages
from api.logs import begin_request, request_id
from api.pages import pages, ways
from api.portal_dumps import PREFIX as PORTAL_PREFIX
from engine.disclosure import door
from engine.tickets.protocol import is_protocol

if TYPE_CHECKING:
    from engine.unit import Engine

log = logging.getLogger(__name__)

PREFIX: Final = "/api/v1"
_DOORS: Final = (
    tickets.doors,
    history.doors,
    links.doors,
    participants.doors,
    tasks.doors,
    visits.doors,
    conversations.doors,
    attachments.doors,
    bulk.doors,
    activities.doors,
    boards.doors,
    permissions.doors,
    explanations.doors,
    processes.doors,
    registry.doors,
    sla.doors,
    reports.doors,
    customers.doors,
    privacy.doors,
    people.doors,
    tokens.doors,
    absences.doors,
    sessions.doors,
    sessions.entrance,
    people.setup,
    portal_office.doors,
    health.doors,
)
_PORTAL_DOORS: Final = (portal.doors, portal_people.doors, portal_people.entrance)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(engine: Engine) -> Flask:
    """The WSGI application on an engine whose database is migrated."""
    app = Flask(__name__, static_folder=None)
    app.config |= {
        "MAX_CONTENT_LENGTH": engine.settings.max_body_bytes,
        "MAX_FORM_MEMORY_SIZE": engine.settings.max_body_bytes,
        "MAX_FORM_PARTS": 200,
    }
    if proxies := engine.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as Flask documents it
    app.url_map.merge_slashes = False  # a redirect would be one more answer nobody documented
    app.extensions["tramita"] = {"engine": engine, "callers": Callers(engine)}
    app.before_request(_begin)
    app.after_request(_end)
    document = openapi.describe(app)
    errors.register(app)
    for doors in _DOORS:
        document.register_blueprint(doors, url_prefix=PREFIX)
    of_portal = portal_doors.describe(app)
    for doors in _PORTAL_DOORS:
        of_portal.register_blueprint(doors, url_prefix=PORTAL_PREFIX)
    app.register_blueprint(pages)
    app.register_blueprint(ways)
    app.register_blueprint(link_pages)
    return app


def document_of(app: Flask, name: str = "") -> dict[str, Any]:
    """An OpenAPI document of the app: the staff's, or `PORTAL_`."""
    api = app.extensions["flask-smorest"]["apis"][name]["ext_obj"]
    found: dict[str, Any] = api.spec.to_dict()
    return found


def _begin() -> None:
    g.began_s = time.perf_counter()
    begin_request(request.headers.get("X-Request-Id"))
    door.set(f"{request.method} {request.url_rule.rule}" if request.url_rule else "-")
    # No database keeps NUL in a text; nothing here is ever named so.
    if "\x00" in request.path or "%00" in request.environ.get("QUERY_STRING", ""):
        raise Malformed("O endereço contém um caractere NUL.")


def _end(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = request_id()
    if log.isEnabledFor(logging.INFO):
        log.info("request", extra={"told": _line(response)})
    return response


def _line(response: Response) -> dict[str, Any]:
    """What a log line tells: the rule and not the address, whose parts may be a customer's number or a name."""
    line: dict[str, Any] = {
        "method": request.method if request.method in _METHODS else "?",
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began_s) * 1000, 2),
    }
    if actor := g.get("actor"):
        line["actor"] = actor.id
    if code := g.get("code"):
        line["code"] = code
    if (protocol := (request.view_args or {}).get("protocol")) and is_protocol(protocol):
        line["ticket"] = protocol
    return line


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

"""The API's pages: Swagger UI from an installed package, no foreign host."""

from __future__ import annotations

import mimetypes
from importlib.resources import files
from typing import Any, Final

import flask_swagger_ui
from flask import Blueprint, Response, abort, redirect

pages = Blueprint("pages", __name__, url_prefix="/api/docs")
ways = Blueprint("ways", __name__)

_DIST: Final = files(flask_swagger_ui) / "dist"
_SERVED: Final = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_PAGE: Final = """<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<title>Tramita: API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
"""
# Styles may be inline here, and nowhere else: Swagger UI writes some.
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@ways.get("/")
@ways.get("/api")
def to_pages() -> Any:
    """What a browser asks for first leads to the page."""
    return redirect("/api/docs")


@pages.get("")
def page() -> Response:
    """The page."""
    return Response(_PAGE, mimetype="text/html")


@pages.get("/<name>")
def asset(name: str) -> Response:
    """What the page needs."""
    if name == "start.js":
        return Response(_START, mimetype="text/javascript")
    if name not in _SERVED:
        abort(404)
    kind = mimetypes.guess_type(name)[0]
    return Response((_DIST / name).read_bytes(), mimetype=kind)


@pages.after_request
def headers(response: Response) -> Response:
    """A page may be kept, and may load only what is here."""
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

"""What the doors have in common, and the OpenAPI document that is made of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeVar

import flask_smorest
from flask import g
from flask_smorest.spec import MarshmallowPlugin
from webargs.flaskparser import FlaskParser

from api import errors
from api.auth import CSRF_HEADER, STAFF, Audience, authenticate
from api.errors import Malformed, Misshapen, WrongMediaType
from api.problem_examples import PROBLEMS
from api.shapes import ProblemShape
from api.strict_json import JsonError, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import marshmallow as ma
    from flask import Flask, Request, Response
    from werkzeug.exceptions import HTTPException

View = TypeVar("View", bound="Callable[..., Response]")

# What any operation may answer; 401 and 403 where somebody must be signed in, the rest where a body is sent.
_ALWAYS: Final = (400, 500, 503)
_SIGNED_IN: Final = (401, 403)
_BODY: Final = (413, 415, 422)
HEADERS: Final[dict[str, Mapping[str, Any]]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "description": "Makes a retry safe: the same key with the same request gives the same answer, byte for byte, "
        "for 24 hours, marked `Idempotency-Replayed: true`. With another request it is refused (`key_reused`). "
        "A refusal frees the key.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
        "example": "3f6c1a52-7d0e-4a8c-9a34-0c1a5b1f2e90",
    },
    "IfMatch": {
        "name": "If-Match",
        "description": "The ETag of the ticket as it was read: refused with 412 if it has changed since.",
        "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'},
        "example": '"7"',
    },
}
ETAG: Final = {"ETag": {"description": "The ticket's revision.", "schema": {"type": "string"}}}
LOCATION: Final = {"Location": {"description": "Where it can be read.", "schema": {"type": "string"}}}


class Parser(FlaskParser):
    """Reads bodies through the strict JSON door and refuses what no shape names."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": "raise"}  # noqa: RUF012

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002 - webargs' signature
        """The body, decoded once."""
        return json_body(req)

    def handle_error(self, error: ma.ValidationError, *args: Any, **more: Any) -> NoReturn:
        """Name everything that is wrong."""
        del args, more
        raise Misshapen(error.messages_dict)


def json_body(req: Request) -> Any:
    """The request's JSON body.

    Raises:
        WrongMediaType, Malformed: there is none that can be read.
    """
    if req.mimetype != "application/json":
        raise WrongMediaType("Envie o corpo como application/json.")
    try:
        g.json = decode(req.get_data(cache=False))
    except JsonError as error:
        raise Malformed(str(error), code="json") from None
    return g.json


class Doors(flask_smorest.Blueprint):  # type: ignore[misc]
    """Operations of one capability; every one but the public ones begins with finding out who calls.

    Args:
        audience: whose doors these are: principals of another kind find them closed.
    """

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, *, description: str, public: bool = False, audience: Audience = STAFF) -> None:
        super().__init__(name, __name__, description=description)
        self.public = public
        self.audience = audience
        if not public:
            self.before_request(partial(authenticate, audience))
        self._prepare_doc_cbks.append(self._prepare_door_doc)

    def door(
        self,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
        rule: str,
        *,
        gives: ma.Schema | Mapping[str, Any],
        example: Any,
        status: int = 200,
        takes: ma.Schema | None = None,
        taken: Any = None,
        query: ma.Schema | None = None,
        body: Mapping[str, Any] | None = None,
        refusals: tuple[int, ...] = (),
        key: bool = True,
        match: bool = False,
        headers: Mapping[str, Any] | None = None,
        content_type: str | None = None,
        also: Mapping[int, str] | None = None,
    ) -> Callable[[View], View]:
        """One operation: its address, what it takes, what it gives; the view makes the response itself.

        Args:
            gives: shape of the answer; `example`: one.
            takes: shape of the JSON body, handed to the view; `taken`: an example of it.
            query: shape of the query, handed to the view.
            body: documents a body that the view reads by itself.
            refusals: statuses beyond those that any operation of its kind may answer.
            key: it honours Idempotency-Key if it writes; match: it honours If-Match.
            also: further statuses of the same shape, and when they come.
        """
        like = {"example": example, "headers": dict(headers or {}) or None, "content_type": content_type}
        has_body = takes is not None or body is not None

        def decorate(view: View) -> View:
            made: Any = view
            for other, when in (also or {}).items():
                made = self.alt_response(other, schema=gives, description=when, **like)(made)
            made = self.response(status, gives, **like)(made)
            if body is not None:
                made = self.doc(requestBody=body)(made)
            if takes is not None:
                made = self.arguments(takes, example=taken)(made)
            if query is not None:
                made = self.arguments(query, location="query")(made)
            made._apidoc["door"] = {  # noqa: SLF001 - flask-smorest's own place for what becomes documentation
                "id": view.__name__,
                "refusals": (*refusals, *(_BODY if has_body else ())),
                "key": (has_body or method == "DELETE") and key,
                "match": match,
            }
            self.add_url_rule(rule, view.__name__, made, methods=[method])
            return view

        return decorate

    def _prepare_door_doc(self, doc: dict[str, Any], doc_info: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        del more
        told = doc_info["door"]
        doc["operationId"] = told["id"]
        cookie: dict[str, list[str]] = {self.audience.cookie: []}
        doc["security"] = [] if self.public else [{"bearer": []}, cookie] if self.audience.bearer else [cookie]
        wrong = {422} & doc["responses"].keys()  # there are arguments
        for status in sorted({*_ALWAYS, *(() if self.public else _SIGNED_IN), *told["refusals"], *wrong}):
            doc["responses"][status] = _component(status)
        names = [name for name, wanted in (("IdempotencyKey", told["key"]), ("IfMatch", told["match"])) if wanted]
        if names:
            doc["parameters"] = [*doc.get("parameters", ()), *names]
        return doc


class Document(flask_smorest.Api):  # type: ignore[misc]
    """The OpenAPI document, and the problems as its error answers."""

    PROBLEMS: Mapping[int, Mapping[str, Any]] = PROBLEMS
    HEADERS: Mapping[str, Mapping[str, Any]] = HEADERS
    ERROR_SCHEMA = ProblemShape
    DEFAULT_ERROR_RESPONSE_NAME = None

    # Two private hooks of flask-smorest are overridden; its version is pinned. Its error responses are described as
    # application/json, ours are problems with an example each; its pages are counted, ours follow a key.

    def _register_pagination_header(self) -> None:
        pass

    def _register_responses(self) -> None:
        for status, told in self.PROBLEMS.items():
            example = {
                "type": f"urn:tramita:problem:{told['code']}",
                "title": errors.TITLES[status],
                "status": status,
                **told,
                "request_id": "9f2c4b7e61d04f0b8e5b7a0c3d1e2f40",
            }
            content = {errors.MEDIA_TYPE: {"schema": ProblemShape(), "example": example}}
            response = {"description": errors.TITLES[status], "content": content}
            self.spec.components.response(_component(status), response, lazy=True)

    def handle_http_exception(self, error: HTTPException) -> Response:
        """What Flask refuses by itself is answered like any other refusal."""
        return errors.of_http(error)


def describe(app: Flask) -> Document:
    """An empty document for the app."""
    about = (
        "A ticket moves through the situations of a BPMN diagram. Refusals are `application/problem+json` with a "
        "stable `code`, a Portuguese `detail` and every reason; docs/api.md tells the rest."
    )
    document = document_named(Document, app, "", title="Tramita", prefix="/api/v1", about=about, of=STAFF)
    document.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    return document


def document_named(
    kind: type[Document], app: Flask, name: str, *, title: str, prefix: str, about: str, of: Audience
) -> Document:
    """An empty document, one of several of the app; `of`: whom its doors are for."""
    before = f"{name}_" if name else ""
    info = {"description": about, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}
    app.config |= {
        f"{before}API_TITLE": title,
        f"{before}API_VERSION": "v1",
        f"{before}OPENAPI_VERSION": "3.1.0",
        f"{before}OPENAPI_URL_PREFIX": prefix,
        f"{before}OPENAPI_JSON_PATH": "openapi.json",
        f"{before}API_SPEC_OPTIONS": {"info": info, "servers": [{"url": "/"}]},
    }
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    document = kind(app, spec_kwargs={"marshmallow_plugin": plugin}, config_prefix=name)
    session_cookie(document, of)
    for header, told in kind.HEADERS.items():
        document.spec.components.parameter(header, "header", {"required": False, **told}, lazy=True)
    return document


def session_cookie(document: Document, audience: Audience) -> None:
    """Say of an audience's cookie what it is."""
    told = f"A session of `{audience.signs_in_at}`. Unsafe methods need `{CSRF_HEADER}`; over https: `__Host-…`."
    scheme = {"type": "apiKey", "in": "cookie", "name": audience.cookie, "description": told}
    document.spec.components.security_scheme(audience.cookie, scheme)


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Shape")


def _component(status: int) -> str:
    return f"Problem{status}"  # not HTTPStatus' name, which changes from one Python to the next

"""A refusal becomes a response here and nowhere else: application/problem+json, and nothing of our insides."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from api.logs import request_id
from engine.attachments.storing import sized
from engine.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
CHALLENGE: Final = 'Bearer realm="tramita"'
RETRY_AFTER_S: Final = 1
TITLES: Final[Mapping[int, str]] = {
    400: "Pedido malformado",
    401: "Não autenticado",
    403: "Não permitido",
    404: "Não encontrado",
    405: "Método não aceito aqui",
    409: "O estado já é outro",
    412: "O que foi lido já mudou",
    413: "Corpo grande demais",
    415: "Tipo de conteúdo não aceito",
    416: "Parte que não existe",
    410: "Não vale mais",
    422: "O pedido não serve",
    429: "Tentativas demais",
    500: "Erro interno",
    503: "Indisponível agora",
    507: "Sem espaço para guardar",
}
_DETAILS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("malformed", "O pedido não pôde ser lido. Confira cabeçalhos e corpo."),
    404: ("not_found", "Não há nada neste endereço. Os endereços estão em {where}."),
    405: ("method_not_allowed", "Este endereço não aceita o método {method}; aceita {allow}."),
    413: ("too_large", "{too_large}"),
    415: ("media_type", "Este endereço não aceita este tipo de conteúdo."),
    416: ("range", "O cabeçalho Range pede uma parte que o arquivo não tem."),
}
_INTERNAL: Final = (
    "Algo falhou do nosso lado; nada foi mudado. O registro do servidor conta o que houve sob request_id."
)


class Malformed(Refused):
    """The request cannot be read: no JSON, a header that means nothing."""

    code = "malformed"
    status = 400


class WrongMediaType(Refused):
    """The body is of a kind that this address does not take."""

    code = "media_type"
    status = 415


class Misshapen(Refused):
    """The body or query has members that are missing, wrong or unknown; `errors` names every one."""

    code = "shape"

    def __init__(self, messages: Mapping[Any, Any]) -> None:
        errors = dict(_flat(messages))
        told = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in errors.items())
        super().__init__(f"O pedido não tem a forma esperada. {told}."[:2_000], errors=errors)


def problem(
    status: int, code: str, detail: str, *, headers: Iterable[tuple[str, str]] = (), **members: Any
) -> Response:
    """A response that says no; members that are None are left out."""
    body: dict[str, Any] = {
        "type": f"urn:tramita:problem:{code}",
        "title": TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "code": code,
        "detail": detail,
    }
    body |= {name: value for name, value in members.items() if value is not None}
    body["request_id"] = request_id()
    g.code = code
    response = Response(orjson.dumps(body, option=orjson.OPT_UTC_Z, default=str), status=status, mimetype=MEDIA_TYPE)
    response.headers.extend(list(headers))
    return response


def register(app: Flask) -> None:
    """Handle every refusal and every accident of the app."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, _accident)


def _refused(refused: Refused) -> Response:
    members = dict(refused.extra)
    if refused.reasons:
        members["reasons"] = [reason.as_dict() for reason in refused.reasons]
    return problem(refused.status, refused.code, refused.detail, headers=headers_of(refused), **members)


def headers_of(refused: Refused, *, challenge: str = CHALLENGE) -> list[tuple[str, str]]:
    """The headers that go with a refusal; `challenge`: how to come in where nobody is signed in."""
    headers = []
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", challenge))
    if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", str(RETRY_AFTER_S)))
    if "retry_after_s" in refused.extra:
        headers.append(("Retry-After", str(refused.extra["retry_after_s"])))
    return headers


def of_http(error: HTTPException) -> Response:
    """What Flask and werkzeug refuse by themselves; their Allow and Retry-After stay."""
    status = error.code or 500
    headers = [(k, v) for k, v in error.get_headers(request.environ) if k.lower() not in _OURS]
    code, detail = _DETAILS.get(status, ("http_error", TITLES.get(status, HTTPStatus(status).phrase)))
    allow = next((v for k, v in headers if k.lower() == "allow"), "")
    where = "/portal/v1/openapi.json" if _of_portal(request.path) else "/api/docs"
    large = body_too_large(request.path, current_app.config["MAX_CONTENT_LENGTH"])
    told = detail.format(method=request.method, allow=allow, where=where, too_large=large)
    return problem(status, code, told, headers=headers)


def body_too_large(path: str, limit: int) -> str:
    """What is said of a body that is larger than this: customers know nothing of settings."""
    if _of_portal(path):
        return (
            f"O que foi enviado é maior do que se aceita: no máximo {sized(limit)}. Escreva uma mensagem mais curta, "
            "e envie os arquivos antes, um de cada vez."
        )
    return (
        f"O corpo é maior do que este servidor aceita: no máximo {sized(limit)} (TRAMITA_MAX_BODY_BYTES). "
        "Envie menos de uma vez; arquivos vão para os endereços que terminam em /attachments."
    )


def _of_portal(path: str) -> bool:
    return path.startswith("/portal/")


_OURS: Final = frozenset({"content-type", "content-length"})


def _accident(error: Exception) -> Response:
    log.error("accident", exc_info=error)
    return problem(500, "internal", _INTERNAL)


def _flat(messages: Any, path: str = "") -> Iterable[tuple[str, list[str]]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            inside = path if name in _NOT_NAMES else f"{path}.{name}" if path else str(name)
            yield from _flat(inner, inside)
    else:
        yield path or "corpo", [str(text) for text in messages]


_NOT_NAMES: Final = frozenset({"json", "query", "_schema"})

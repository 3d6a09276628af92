"""Serve the API: the embedded server that withstands slow clients, and the entry for others."""

from __future__ import annotations

import contextlib
import gc
import re
import resource
import signal
from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn
from uuid import uuid4
from weakref import WeakSet

import orjson
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask
from waitress.utilities import Error

from api import create_app, logs
from api.errors import MEDIA_TYPE, TITLES, body_too_large
from api.health import not_ready
from engine.attachments.storing import body_limit, too_large
from engine.config import SettingsError, read_settings
from engine.starting import NoDatabaseError, note, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from engine.config import Settings
    from engine.unit import Engine

# Slow clients cost a socket each and no thread (docs/adr/0008): so many sockets, closed when silent for so long.
CONNECTIONS: Final = 2_000
SILENT_S: Final = 10
LOOK_EVERY_S: Final = 5
_SPARE_FILES: Final = 500
MAX_HEADERS_BYTES: Final = 65_536
_FOLDED: Final = re.compile(rb"\n[ \t]")
_REFUSED: Final = {
    400: ("malformed", "O pedido não é HTTP válido."),
    413: ("too_large", ""),  # with the limit, below
    431: ("headers_too_large", "Os cabeçalhos são grandes demais."),
    500: ("internal", "Algo falhou do nosso lado."),
    501: ("not_implemented", "Esta forma de enviar o corpo não é aceita."),
    503: ("busy", "Há envios de arquivos demais ao mesmo tempo. Nada foi feito; tente de novo em instantes."),
    507: ("no_space", "O disco do servidor está cheio. Nada foi guardado; avise quem opera o sistema."),
}
# An upload waits on disk (TMPDIR) until it is whole and only then meets who asks whose it is: so many at once.
UPLOADS: Final = 64


class PortTakenError(Exception):
    """Another program listens on the address already."""


class _Problem(ErrorTask):  # type: ignore[misc]
    """What the server itself refuses, before the application sees it, in the same shape as everything else."""

    def execute(self) -> None:
        """Answer and close."""
        status = self.request.error.code
        code, detail = _REFUSED.get(status, _REFUSED[400])
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            detail = body_too_large(self.request.path, self.request.adj.max_request_body_size - 1)
        told = {
            "type": f"urn:tramita:problem:{code}",
            "title": TITLES.get(status, detail),
            "status": status,
            "code": code,
            "detail": detail,
            "request_id": uuid4().hex,
        }
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and self.request.is_upload:
            refused = too_large(self.request.adj.max_request_body_size - 1)
            told |= {"detail": refused.detail, "reasons": [one.as_dict() for one in refused.reasons], **refused.extra}
        body = orjson.dumps(told)
        self.status = f"{status} {self.request.error.reason}"
        self.response_headers.extend(
            [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        )
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.response_headers.append(("Retry-After", "1"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what two servers in a row may read in two ways: a length beside chunks, and folded headers.

    Uploads have limits of their own.
    """

    settings: Settings
    adj: Any
    body_rcv: Any
    is_upload = False
    _uploads: ClassVar[WeakSet[_Parser]] = WeakSet()

    def received(self, data: bytes) -> int:
        """Take the next bytes; a disk that is full is answered like everything else that goes wrong here."""
        try:
            return int(super().received(data))
        except OSError:
            self.error, self.completed = _NoSpaceError("the disk is full"), True
            return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head of a request."""
        if _FOLDED.search(header_plus):
            raise ParsingError("folded header")
        super().parse_header(header_plus)
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("ambiguous length")
        limit = body_limit(self.settings, self.path, self.headers.get("CONTENT_TYPE", ""))
        self.is_upload = limit != self.settings.max_body_bytes and self.body_rcv is not None
        if self.is_upload:
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = limit + 1
            if len(self._uploads) >= UPLOADS:
                self.error, self.body_rcv = _BusyError("too many uploads"), None
            self._uploads.add(self)


class _NoSpaceError(Error):  # type: ignore[misc]  # waitress has no types
    code, reason = 507, "Insufficient Storage"


class _BusyError(Error):  # type: ignore[misc]  # waitress has no types
    code, reason = 503, "Service Unavailable"


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Problem


def serve(engine: Engine, *, started: Callable[[int], None]) -> None:
    """Serve until SIGTERM or Ctrl+C; requests under way are finished.

    Args:
        started: told the port when connections are accepted.

    Raises:
        PortTakenError: something else listens there.
    """
    settings = engine.settings
    _allow_files(CONNECTIONS + _SPARE_FILES)
    try:
        server = create_server(
            _built(engine),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            connection_limit=CONNECTIONS,
            channel_timeout=SILENT_S,
            cleanup_interval=LOOK_EVERY_S,
            asyncore_use_poll=True,  # select() ends at 1,024 sockets
            max_request_body_size=settings.max_body_bytes + 1,
            max_request_header_size=MAX_HEADERS_BYTES,
            ident=None,
            clear_untrusted_proxy_headers=not settings.proxies,  # else the application itself reads them
        )
    except OSError as error:
        raise PortTakenError(
            f"Não dá para escutar em {settings.host}:{settings.port} ({error.strerror}). Outro programa usa a porta? "
            "Escolha outra com TRAMITA_PORT."
        ) from error
    parser = type("_SetParser", (_Parser,), {"settings": settings})
    for one in _listening(server):
        one.channel_class = type("_SetChannel", (_Channel,), {"parser_class": parser})
    end_on_sigterm()
    started(_listening(server)[0].effective_port)
    server.run()


def end_on_sigterm() -> None:
    """Let SIGTERM end the process as Ctrl+C does: what is under way is finished."""

    def end(*_: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def application() -> Flask:
    """The WSGI application with the settings of the environment, for servers such as gunicorn.

    Raises:
        SettingsError: a setting cannot be used, or the database is not there or not migrated.
    """
    settings = read_settings()
    logs.set_up(settings.log_level)
    try:
        engine = start(settings, create=False)
    except NoDatabaseError as error:
        raise SettingsError(str(error)) from None
    if lacking := not_ready(engine):
        raise SettingsError(" ".join(lacking))
    note(engine)
    return _built(engine)


def _built(engine: Engine) -> Flask:
    """The application, out of the collector's sight: what lives as long as the process need not be looked at again.

    Without this a third of a worker's time goes into walking through it (docs/performance.md).
    """
    app = create_app(engine)
    gc.collect()
    gc.freeze()
    return app


def _listening(server: Any) -> list[Any]:
    return [one for one in server.map.values() if hasattr(one, "channel_class")] if hasattr(server, "map") else [server]


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        with contextlib.suppress(ValueError, OSError):
            most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))

"""Serve the API: the embedded server that withstands slow clients, and the entry for others."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
from typing import TYPE_CHECKING, Any, Final, NoReturn
from uuid import uuid4

import orjson
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask

from api import create_app, logs
from api.errors import MEDIA_TYPE, TITLES
from api.health import not_ready
from engine.config import SettingsError, read_settings
from engine.starting import NoDatabaseError, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

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
    413: ("too_large", "O corpo é maior do que este servidor aceita (TRAMITA_MAX_BODY_BYTES)."),
    431: ("headers_too_large", "Os cabeçalhos são grandes demais."),
    500: ("internal", "Algo falhou do nosso lado."),
    501: ("not_implemented", "Esta forma de enviar o corpo não é aceita."),
}


class PortTakenError(Exception):
    """Another program listens on the address already."""


class _Problem(ErrorTask):  # type: ignore[misc]
    """What the server itself refuses, before the application sees it, in the same shape as everything else."""

    def execute(self) -> None:
        """Answer and close."""
        status = self.request.error.code
        code, detail = _REFUSED.get(status, _REFUSED[400])
        told = {
            "type": f"urn:tramita:problem:{code}",
            "title": TITLES.get(status, detail),
            "status": status,
            "code": code,
            "detail": detail,
            "request_id": uuid4().hex,
        }
        body = orjson.dumps(told)
        self.status = f"{status} {self.request.error.reason}"
        self.response_headers.extend(
            [("Content-Type", MEDIA_TYPE), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        )
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what two servers in a row may read in two ways: a length beside chunks, and folded headers."""

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head of a request."""
        if _FOLDED.search(header_plus):
            raise ParsingError("folded header")
        super().parse_header(header_plus)
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("ambiguous length")


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Problem
    parser_class = _Parser


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
            create_app(engine),
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
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise PortTakenError(
            f"Não dá para escutar em {settings.host}:{settings.port} ({error.strerror}). Outro programa usa a porta? "
            "Escolha outra com TRAMITA_PORT."
        ) from error
    for one in _listening(server):
        one.channel_class = _Channel
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
    return create_app(engine)


def _listening(server: Any) -> list[Any]:
    return [one for one in server.map.values() if hasattr(one, "channel_class")] if hasattr(server, "map") else [server]


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        with contextlib.suppress(ValueError, OSError):
            most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))

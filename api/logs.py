"""One JSON line for each thing worth telling, on standard error: no bodies, no tokens, no values of fields."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_OURS: Final = ("api.", "engine.", "permissions.")
_request: ContextVar[str] = ContextVar("tramita_request", default="-")


def begin_request(given: str | None) -> str:
    """Take over the caller's request id if it is a sane one, else make one."""
    found = given if given and _SANE.fullmatch(given) else uuid4().hex
    _request.set(found)
    return found


def request_id() -> str:
    """The id of the request that this thread works on."""
    return _request.get()


def set_up(level: str) -> None:
    """Log to standard error from now on, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "apscheduler", "waitress.queue", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class JsonLines(logging.Formatter):
    """A record as one line of JSON; members given as `extra={"told": {…}}` stand beside the others."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id(),
        }
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = [_told(error) for error in _chain(record.exc_info[1])]
        return orjson.dumps(line, default=str).decode()


def _told(error: BaseException) -> dict[str, Any]:
    """Kind and place of an exception, and its text only where we know that it quotes no value.

    Texts of database drivers and of conversions carry what people typed.
    """
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if kind.__module__.startswith(_OURS) or isinstance(error, AssertionError | ImportError):
        told["text"] = str(error)
    elif isinstance(error, OSError):
        told["text"] = error.strerror
    if state := getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None):
        told["state"] = state
    told["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    return told


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__

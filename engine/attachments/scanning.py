"""What looks at a file before anybody is given it: a hook, and a scanner that asks ClamAV's daemon."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from engine.config import Settings

State = Literal["pending", "clean", "refused"]
_CHUNK: Final = 1 << 16
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a scanner says; `pending`: it could not say anything now and is asked again later."""

    state: State
    scanner: str
    finding: str | None = None


class Scanner(Protocol):
    """Looks at a content that has passed the allow-list; nothing is served before it says `clean`."""

    def scan(self, file: BinaryIO) -> Verdict:
        """The verdict; never an exception for what happens at the scanner's end."""
        ...


class Structure:
    """The delivered one: the allow-list has looked at name, content and structure already."""

    def scan(self, file: BinaryIO) -> Verdict:
        """Clean."""
        del file
        return Verdict(state="clean", scanner="structure")


class Clamd:
    """ClamAV's daemon, over its socket: the content is streamed to it."""

    def __init__(self, address: str) -> None:
        told = urlsplit(address)
        self._unix = told.path if not told.netloc else None
        self._tcp = (told.hostname or "", told.port or 3310)

    def scan(self, file: BinaryIO) -> Verdict:
        """Clean, or refused with the name of what was found; pending with what went wrong, without it if it is away."""
        try:
            line = self._connected()
        except OSError:
            return Verdict(state="pending", scanner="clamd")
        with line:
            reply = _asked(line, file)
        if reply == "stream: OK":
            return Verdict(state="clean", scanner="clamd")
        if reply.endswith(" FOUND"):
            return Verdict(state="refused", scanner="clamd", finding=reply[8:-6][:200])
        return Verdict(state="pending", scanner="clamd", finding=reply[:200])

    def _connected(self) -> socket.socket:
        if self._unix is None:
            return socket.create_connection(self._tcp, timeout=_PATIENCE_S)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_PATIENCE_S)
        try:
            line.connect(self._unix)
        except OSError:
            line.close()
            raise
        return line


def _asked(line: socket.socket, file: BinaryIO) -> str:
    with suppress(OSError):  # it hangs up on what is too large for it, and has said so before
        line.sendall(b"zINSTREAM\0")
        file.seek(0)
        while chunk := file.read(_CHUNK):
            line.sendall(len(chunk).to_bytes(4) + chunk)
        line.sendall(b"\0\0\0\0")
    reply = b""
    with suppress(OSError):
        while not reply.endswith(b"\0") and (part := line.recv(1024)):
            reply += part
    return reply.rstrip(b"\0\n").decode("utf-8", "replace") or "no answer"


SCANNERS: Final[Mapping[str, Callable[[str], Scanner]]] = {"": lambda _: Structure(), "clamd": Clamd}
"""Scanners by the scheme of TRAMITA_SCANNER."""


def scanner_of(settings: Settings) -> Scanner:
    """The scanner of an installation."""
    return SCANNERS[settings.scanner.partition(":")[0]](settings.scanner)

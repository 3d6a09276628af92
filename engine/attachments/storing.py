"""Take a file in: streamed to disk, looked at, and given its place there; its row comes with a command afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.attachments.kinds import by_name, identify, offered
from engine.attachments.names import clean_name
from engine.attachments.scanning import scanner_of
from engine.attachments.store import store_of
from engine.errors import Invalid, Reason, TooLarge, UnfitFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.attachments.kinds import FileType, Kind
    from engine.attachments.scanning import Verdict
    from engine.attachments.store import Incoming
    from engine.config import Settings

MAX_FILES: Final = 10
"""So many files at most in one request, and with one interaction."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that lies in its place on disk; no row tells of it yet."""

    name: str
    digest: str
    size: int
    media_type: str
    kind: Kind
    verdict: Verdict


class Receiver:
    """One file on its way in: `write` its bytes, then `keep` it."""

    def __init__(self, settings: Settings, name: str, incoming: Incoming) -> None:
        self._settings = settings
        self._incoming = incoming
        self._name = name
        self._found: tuple[FileType, Verdict] | None = None

    def write(self, data: bytes) -> None:
        """Add to the end.

        Raises:
            TooLarge, NoSpace: nothing is kept.
        """
        if self._incoming.size + len(data) > self._settings.attachment_max_bytes:
            raise too_large(self._settings.attachment_max_bytes)
        self._incoming.write(data)

    def inspect(self) -> tuple[FileType, Verdict]:
        """Look at the whole.

        Raises:
            UnfitFile, Invalid: nothing is kept.
        """
        if self._found is not None:
            return self._found
        file = self._incoming.file
        with _told_by_name(self._name):
            found = identify(file, self._incoming.size, self._name, offered(self._settings))
            verdict = scanner_of(self._settings).scan(file)
            if verdict.state == "refused":
                detail = "O antivírus recusou o arquivo; nada foi guardado."
                fix = "Confira o computador de onde ele veio e envie uma cópia limpa."
                told = {"scanner": verdict.scanner, "finding": verdict.finding}
                reason = Reason(code="file_infected", detail=detail, fix=fix, details=told)
                raise Invalid(detail, code="file_infected", reasons=[reason])
        self._found = found, verdict
        return self._found

    def keep(self) -> Received:
        """Look at the whole, and give it its place.

        Raises:
            UnfitFile, Invalid, NoSpace: nothing is kept.
        """
        found, verdict = self.inspect()
        return Received(
            name=self._name,
            digest=self._incoming.keep(),
            size=self._incoming.size,
            media_type=found.media_type,
            kind=found.kind,
            verdict=verdict,
        )


@contextmanager
def receiving(settings: Settings, name: str) -> Iterator[Receiver]:
    """Begin to take a file in; what is not kept inside the block is gone after it.

    Raises:
        UnfitFile, Invalid: the name alone forbids it.
        NoSpace: the disk does not take it.
    """
    cleaned = clean_name(name)
    with _told_by_name(cleaned):
        by_name(cleaned, offered(settings))
    with store_of(settings).open_new() as incoming:
        yield Receiver(settings, cleaned, incoming)


def receive(settings: Settings, name: str, chunks: Iterable[bytes]) -> Received:
    """Take one file in.

    Raises:
        UnfitFile, Invalid, TooLarge, NoSpace: nothing is kept.
    """
    with receiving(settings, name) as receiver:
        for chunk in chunks:
            receiver.write(chunk)
        return receiver.keep()


@contextmanager
def _told_by_name(name: str) -> Iterator[None]:
    """Which file a refusal is about: several may come at once."""
    try:
        yield
    except (UnfitFile, Invalid) as refused:
        reasons = [replace(one, details={**one.details, "file": name}) for one in refused.reasons]
        raise type(refused)(f"{name}: {refused.detail}", code=refused.code, reasons=reasons, **refused.extra) from None


def too_large(limit: int) -> TooLarge:
    """The refusal of a file or request that is larger than this."""
    detail = f"O arquivo é maior do que se aceita: no máximo {sized(limit)}."
    fix = "Divida-o, comprima as imagens que ele contém, ou envie só as partes que importam."
    details = {"limit_bytes": limit}
    return TooLarge(
        f"{detail} {fix}",
        reasons=[Reason(code="too_large", detail=detail, fix=fix, details=details)],
        limit_bytes=limit,
    )


def sized(number: int) -> str:
    """So many bytes as people say it, and never more than there are."""
    tenths, unit = (number * 10 >> 20, "MB") if number >> 20 else (number // 1024 * 10, "KB")
    if not tenths:
        return f"{number} bytes"
    whole, rest = divmod(tenths, 10)
    return f"{whole},{rest} {unit}" if rest else f"{whole} {unit}"


def body_limit(settings: Settings, path: str, content_type: str) -> int:
    """How large a request's body may be: uploads have limits of their own."""
    if not path.endswith("/attachments") or content_type.startswith("application/json"):
        return settings.max_body_bytes
    return settings.upload_max_bytes if content_type.startswith("multipart/") else settings.attachment_max_bytes

"""Files on disk under the hash of their content: written aside, made durable, and only then given their place."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from engine.errors import NoSpace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from engine.config import Settings

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNUSABLE: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EMFILE, errno.ENFILE})
_DIGEST_LENGTH: Final = 64


class Store:
    """A folder: `ab/cd/<sha256>` for what has its place, `incoming/` for what comes in, `leaving/` for what goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.leaving = folder / "leaving"

    def path(self, digest: str) -> Path:
        """Where the content with this SHA-256 lies, if it is there."""
        return self.folder / digest[:2] / digest[2:4] / digest

    def where(self, digest: str) -> Path:
        """Where the content lies; also while it is on its way out."""
        place = self.path(digest)
        return place if place.exists() else self.leaving / digest

    def open_new(self) -> Incoming:
        """A new file, to be written to.

        Raises:
            NoSpace: the disk does not take it.
        """
        try:
            self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            return Incoming(self, self.incoming / secrets.token_hex(16))
        except OSError as error:
            raise _told(error) from error

    def digests(self, older_than_s: float) -> Iterator[str]:
        """What has had its place for longer than that."""
        until = time.time() - older_than_s
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            for entry in os.scandir(folder):
                if len(entry.name) == _DIGEST_LENGTH and _is_older(entry, until):
                    yield entry.name

    def send_off(self, digest: str, older_than_s: float) -> bool:
        """Begin to remove a content: it moves aside, and comes back if it turns out to be needed.

        An upload of the same content always puts a file of its own in the place. One that comes between the look
        at the clock and the move is seen here by its age, and put back.
        """
        here, aside = self.path(digest), self.leaving / digest
        until = time.time() - older_than_s
        self.leaving.mkdir(mode=0o700, exist_ok=True)
        try:
            if here.stat().st_mtime >= until:
                return False
            here.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= until:
            self.take_back(digest)
            return False
        os.utime(aside)  # it leaves for good when it has been here for as long again
        return True

    def departing(self) -> list[str]:
        """What was sent off and is not gone yet."""
        return sorted(entry.name for entry in os.scandir(self.leaving)) if self.leaving.is_dir() else []

    def take_back(self, digest: str) -> None:
        """Put a content that was sent off back into its place, unless another is there by now."""
        here, aside = self.path(digest), self.leaving / digest
        with suppress(FileExistsError, FileNotFoundError):
            os.link(aside, here)
        aside.unlink(missing_ok=True)
        _sync(here.parent)

    def remove(self, digest: str, older_than_s: float) -> bool:
        """Remove for good what was sent off longer ago than that."""
        return _unlink_old(self.leaving / digest, older_than_s)

    def sweep(self, older_than_s: float) -> int:
        """Remove what began to come in longer ago than that and never got its place: a worker died over it."""
        if not self.incoming.is_dir():
            return 0
        return sum(_unlink_old(Path(entry.path), older_than_s) for entry in os.scandir(self.incoming))


class Incoming:
    """A file that is being written; unless it is kept, nothing remains of it when the `with` block is left."""

    def __init__(self, store: Store, path: Path) -> None:
        self._store = store
        self._path = path
        self._hash = hashlib.sha256()
        self.size = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        self.file: BinaryIO = os.fdopen(os.open(path, flags, 0o600), "w+b", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self._path.unlink(missing_ok=True)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Add to the end.

        Raises:
            NoSpace: the disk is full.
        """
        self._on_disk(lambda: self._all(data))
        self._hash.update(data)
        self.size += len(data)

    def keep(self) -> str:
        """Make the content durable and give it its place; returns its digest.

        Raises:
            NoSpace: the disk is full.
        """
        digest = self.digest
        place = self._store.path(digest)

        def settle() -> None:
            os.fsync(self.file.fileno())
            made = [one for one in place.parents if not one.is_dir()]
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.replace(place)
            for folder in (place.parent, *(one.parent for one in made)):
                _sync(folder)

        self._on_disk(settle)
        return digest

    def _all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self.file.fileno(), left) :]

    @staticmethod
    def _on_disk(deed: Callable[[], None]) -> None:
        try:
            deed()
        except OSError as error:
            raise _told(error) from error


def store_of(settings: Settings) -> Store:
    """The store of an installation."""
    return Store(settings.attachments_dir or settings.data_dir / "attachments")


def _told(error: OSError) -> NoSpace | OSError:
    if error.errno in _FULL:
        return NoSpace(
            "O disco dos anexos está cheio. Nada foi guardado; tente de novo quando quem opera o sistema abrir espaço."
        )
    if error.errno in _UNUSABLE:
        return NoSpace(
            "A pasta dos anexos não pode ser usada agora. Nada foi guardado; avise quem opera o sistema "
            "(TRAMITA_ATTACHMENTS_DIR)."
        )
    return error


def _is_older(entry: os.DirEntry[str], until: float) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_mtime < until
    except FileNotFoundError:
        return False


def _unlink_old(path: Path, older_than_s: float) -> bool:
    try:
        if path.lstat().st_mtime >= time.time() - older_than_s:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

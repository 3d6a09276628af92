"""Office files: the zip of XLSX, DOCX and PPTX and the compound file of XLS, walked without unpacking them."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from engine.attachments.reading import at, dangerous, differs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

# What a file of people's making never reaches; the sizes are those that it declares.
_MOST_PARTS: Final = 10_000
_MOST_DIRECTORY: Final = 4_000_000
_MOST_UNPACKED: Final = 1_000_000_000
_MOST_RATIO: Final = 200  # beyond the first ten million bytes; text of a real sheet reaches 50
_MOST_TYPES: Final = 2_000_000
_FREE: Final = 10_000_000
_EOCD: Final = 22
_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.{}.main+xml"
_MACROS: Final = re.compile(r"(?i)vbaProject|macroEnabled")
_BAD_PART: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|\0|^[A-Za-z]:")

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN: Final = 0xFFFFFFFA  # and above: marks, not sectors
_MOST_SECTORS: Final = 4_096


def ooxml(label: str, kind: str, folder: str) -> Callable[[BinaryIO, int], None]:
    """What checks an Office Open XML file: its main part is of this kind, and lies in this folder."""

    def check(file: BinaryIO, size: int) -> None:
        _insist_on_no_password(file, size, label)
        parts = _parts(file, size, label)
        types = next((part for part in parts if part.filename == _TYPES), None)
        if types is None or not any(part.filename.startswith(folder) for part in parts):
            differs(label)
        told = _unpacked(file, types, label)
        if _MACROS.search(told) or any(_MACROS.search(part.filename) for part in parts):
            _macros(label)
        if _MAIN.format(kind) not in told:
            differs(label)

    return check


def xls(file: BinaryIO, size: int) -> None:
    """A compound file whose root holds a workbook, and no macros."""
    _insist_on_no_password(file, size, "XLS")
    names = set(_entries(file, size))
    if not names & {"Workbook", "Book"}:
        differs("XLS")
    if names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        _macros("XLS")


def has_zip_behind(file: BinaryIO, size: int) -> bool:
    """Whether a zip is hidden at the end: such a file is two things at once."""
    tail_at = max(0, size - 65_557)
    tail = at(file, tail_at, 65_557)
    end = tail.rfind(b"PK\x05\x06")
    while end >= 0:
        length = int.from_bytes(tail[end + 12 : end + 16], "little")
        if length and at(file, tail_at + end - length, 4) == b"PK\x01\x02":
            return True
        end = tail.rfind(b"PK\x05\x06", 0, end)
    return False


def _parts(file: BinaryIO, size: int, label: str) -> list[zipfile.ZipInfo]:
    end = at(file, size - _EOCD, _EOCD)
    count, length, begin = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    whole = end[:4] == b"PK\x05\x06" and end[20:22] == b"\0\0" and begin + length == size - _EOCD
    if at(file, 0, 4) != b"PK\x03\x04" or not whole:
        differs(label)
    if count > _MOST_PARTS or length > _MOST_DIRECTORY:
        _bomb(label)
    try:
        file.seek(0)
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, RecursionError):
        differs(label)
    names = [part.filename for part in parts]
    if any(_BAD_PART.search(name) for name in names) or len(set(names)) < len(names):
        dangerous(
            "zip_names",
            f"O arquivo {label} contém partes com nomes que nenhum programa de escritório usa.",
            "Abra-o, salve-o de novo e envie o novo.",
        )
    if any(part.flag_bits & 1 for part in parts):
        differs(label)
    _insist_on_sizes(parts, begin, label)
    return parts


def _insist_on_sizes(parts: list[zipfile.ZipInfo], directory_at: int, label: str) -> None:
    packed, unpacked, at_least = 0, 0, 0
    for part in sorted(parts, key=lambda one: one.header_offset):
        # Parts that lie over each other make a small file unpack without end.
        if part.header_offset < at_least:
            _bomb(label)
        at_least = part.header_offset + 30 + len(part.filename) + part.compress_size
        packed, unpacked = packed + part.compress_size, unpacked + part.file_size
    if at_least > directory_at or unpacked > _MOST_UNPACKED or unpacked > _FREE + _MOST_RATIO * packed:
        _bomb(label)


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo, label: str) -> str:
    head = at(file, part.header_offset, 30)
    begin = part.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    raw = at(file, begin, min(part.compress_size, _MOST_TYPES))
    try:
        if part.compress_type == zipfile.ZIP_DEFLATED:
            raw = zlib.decompressobj(-15).decompress(raw, _MOST_TYPES)
        elif part.compress_type != zipfile.ZIP_STORED:
            differs(label)
        return raw.decode("utf-8-sig")
    except (zlib.error, UnicodeDecodeError):
        differs(label)


def _insist_on_no_password(file: BinaryIO, size: int, label: str) -> None:
    if at(file, 0, 8) == _OLE and "EncryptedPackage" in set(_entries(file, size)):
        dangerous(
            "encrypted",
            f"O arquivo {label} está protegido por senha: não dá para conferir o que há nele.",
            "Tire a senha do arquivo e envie-o de novo, ou envie-o como PDF.",
        )


def _entries(file: BinaryIO, size: int) -> Iterator[str]:
    """Names in a compound file's directory; none if it is none."""
    head = at(file, 0, 512)
    shift = _number(head, 30, 2)
    if not head.startswith(_OLE) or head[28:30] != b"\xfe\xff" or shift not in {9, 12}:
        return
    sector = 1 << shift
    pages = list(_fat_pages(file, head, sector))
    here, seen = _number(head, 48), set[int]()
    while here not in seen and len(seen) < _MOST_SECTORS:
        seen.add(here)
        raw = at(file, (here + 1) * sector, sector) if here * sector < size else b""
        for n in range(0, len(raw) - 127, 128):
            length = _number(raw, n + 64, 2)
            if 2 <= length <= 64 and raw[n + 66] in {1, 2, 5}:  # noqa: PLR2004 - a name and its end, in UTF-16
                yield raw[n : n + length - 2].decode("utf-16-le", "replace")
        page, place = divmod(here, sector // 4)
        if not raw or page >= len(pages):
            return
        here = _number(at(file, (pages[page] + 1) * sector + place * 4, 4), 0)


def _fat_pages(file: BinaryIO, head: bytes, sector: int) -> Iterator[int]:
    yield from (one for n in range(76, 512, 4) if (one := _number(head, n)) < _END_OF_CHAIN)
    more, seen = _number(head, 68), set[int]()
    while more not in seen and len(seen) < _MOST_SECTORS:
        seen.add(more)
        raw = at(file, (more + 1) * sector, sector) if more < _END_OF_CHAIN else b""
        if len(raw) < sector:
            return
        yield from (one for n in range(0, sector - 4, 4) if (one := _number(raw, n)) < _END_OF_CHAIN)
        more = _number(raw, sector - 4)


def _number(raw: bytes, begin: int, length: int = 4) -> int:
    return int.from_bytes(raw[begin : begin + length] or b"\xff" * length, "little")


def _bomb(label: str) -> None:
    dangerous(
        "zip_bomb",
        f"O arquivo {label} cresceria demais ao ser aberto.",
        "Envie só as partes que importam, ou uma versão em PDF.",
    )


def _macros(label: str) -> None:
    dangerous(
        "macros",
        f"O arquivo {label} contém macros, que não são aceitas.",
        f"Salve-o como {label} sem macros, ou como PDF, e envie o novo.",
    )

"""Recordings: MP3, Ogg, WAV and M4A, told by their frames and boxes; nothing is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.attachments.reading import HEAD, at, differs

if TYPE_CHECKING:
    from typing import BinaryIO

_BITRATES: Final = {  # kbit/s by version and layer III
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_CODECS: Final = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_TAG: Final = 10  # bytes of an ID3 head
_PAGE: Final = 27  # of an Ogg page's, before the table of its segments
_CHUNK: Final = 8  # of a RIFF chunk's
_FRAME: Final = 4  # of an MPEG frame's
_SYNC: Final = 0xFF
_MPEG_1: Final = 3
_NO_RATE: Final = 3
_MOST_BOXES: Final = 10_000
_MOST_MOOV: Final = 16_000_000
_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia"})


def mp3(file: BinaryIO, size: int) -> None:
    """Two MPEG layer III frames in a row, behind the tag if there is one."""
    head = at(file, 0, _TAG)
    offset = 0
    if head[:3] == b"ID3" and len(head) == _TAG and not any(byte & 0x80 for byte in head[6:10]):
        offset = _TAG + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        offset += 10 if head[5] & 0x10 else 0
    padded = at(file, offset, HEAD)
    offset += len(padded) - len(padded.lstrip(b"\0"))
    for _ in range(2):
        length = _frame(at(file, offset, _FRAME))
        if not length or offset + length > size:
            differs("MP3")
        offset += length


def ogg(file: BinaryIO, size: int) -> None:
    """The first page begins a stream of a sound codec."""
    page = at(file, 0, 512)
    body = _PAGE + page[26] if len(page) > _PAGE else size
    if page[:5] != b"OggS\0" or size <= body or not page[5] & 2 or not page[body:].startswith(_CODECS):
        differs("OGG de áudio")


def wav(file: BinaryIO, size: int) -> None:
    """A RIFF of kind WAVE whose chunks lead to its format and its data."""
    head = at(file, 0, 12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        differs("WAV")
    offset, has_format = 12, False
    for _ in range(1_000):
        chunk = at(file, offset, _CHUNK)
        if len(chunk) < _CHUNK or offset > size:
            break
        has_format = has_format or chunk[:4] == b"fmt "
        if chunk[:4] == b"data":
            if has_format:
                return
            break
        length = int.from_bytes(chunk[4:8], "little")
        offset += _CHUNK + length + length % 2
    differs("WAV")


def m4a(file: BinaryIO, size: int) -> None:
    """An ISO media file with a track of sound and none of pictures."""
    if at(file, 4, 4) != b"ftyp":
        differs("M4A")
    handlers = set(_handlers(file, 0, size, [_MOST_BOXES]))
    if b"soun" not in handlers or b"vide" in handlers:
        differs("M4A de áudio")


def _frame(head: bytes) -> int:
    """Length of the MPEG audio layer III frame that begins so; 0: none does."""
    if len(head) < _FRAME or head[0] != _SYNC or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - eleven bits of sync, layer III
        return 0
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version not in _RATES or bitrate in {0, 15} or rate == _NO_RATE:
        return 0
    first = version == _MPEG_1
    padding = head[2] >> 1 & 1
    return (144 if first else 72) * _BITRATES[first][bitrate] * 1000 // _RATES[version][rate] + padding


def _handlers(file: BinaryIO, begin: int, end: int, left: list[int]) -> list[bytes]:
    found: list[bytes] = []
    while begin + 8 <= end and left[0] > 0:
        left[0] -= 1
        head = at(file, begin, 24)
        length, kind, inside = int.from_bytes(head[:4]), head[4:8], begin + 8
        if length == 1:
            length, inside = int.from_bytes(head[8:16]), begin + 16
        elif length == 0:
            length = end - begin
        if length < inside - begin or begin + length > end:
            break
        if kind in _CONTAINERS and length <= _MOST_MOOV:
            found += _handlers(file, inside, begin + length, left)
        elif kind == b"hdlr":
            found.append(at(file, inside + 8, 4))
        begin += length
    return found

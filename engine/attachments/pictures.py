"""PDF, PNG and JPEG: walk their structure without decoding anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.attachments.reading import HEAD, at, differs

if TYPE_CHECKING:
    from typing import BinaryIO

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_CHUNKS: Final = 100_000
_SEGMENTS: Final = 10_000
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_START_OF_SCAN: Final = 0xDA
_END: Final = 0xD9
_FILL: Final = 0xFF  # also what every marker begins with
_CHUNK: Final = 8  # bytes of a PNG chunk's head
_SEGMENT: Final = 4  # of a JPEG segment's
_OWN_LENGTH: Final = 2  # a segment's length counts its own bytes


def pdf(file: BinaryIO, size: int) -> None:
    """`%PDF-` is the very first thing, and the end mark stands near the end."""
    if not at(file, 0, 8).startswith((b"%PDF-1.", b"%PDF-2.")) or b"%%EOF" not in at(file, max(0, size - HEAD), HEAD):
        differs("PDF")


def png(file: BinaryIO, size: int) -> None:
    """Chunk follows chunk from IHDR to IEND, and nothing comes after."""
    if at(file, 0, 8) != _PNG:
        differs("PNG")
    offset, first, has_data = 8, True, False
    for _ in range(_CHUNKS):
        head = at(file, offset, _CHUNK)
        length, kind = int.from_bytes(head[:4]), head[4:8]
        offset += length + 12
        if len(head) < _CHUNK or offset > size or (first and (kind, length) != (b"IHDR", 13)):
            break
        first, has_data = False, has_data or kind == b"IDAT"
        if kind == b"IEND":
            if offset == size and has_data:
                return
            break
    differs("PNG")


def jpeg(file: BinaryIO, size: int) -> None:
    """Segment follows segment from the start to the image's data; cameras put more behind it, which is let be."""
    if at(file, 0, 3) != b"\xff\xd8\xff":
        differs("JPEG")
    offset, has_frame = 2, False
    for _ in range(_SEGMENTS):
        head = at(file, offset, _SEGMENT)
        if len(head) < _SEGMENT or head[0] != _FILL or head[1] == _END:
            break
        marker, length = head[1], int.from_bytes(head[2:4])
        if marker == _FILL:
            offset += 1
            continue
        if marker in _WITHOUT_LENGTH:
            offset += 2
            continue
        has_frame = has_frame or marker in _FRAMES
        offset += 2 + length
        if length < _OWN_LENGTH or offset > size:
            break
        if marker == _START_OF_SCAN:
            if has_frame:
                return
            break
    differs("JPEG")

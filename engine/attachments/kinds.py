"""The types of files that an installation takes: an allow-list by name and by content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.attachments import audio, office, pictures
from engine.attachments.names import suffix_of
from engine.attachments.reading import HEAD, at, dangerous, differs
from engine.config import SettingsError
from engine.errors import Invalid, Reason, UnfitFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import BinaryIO

    from engine.config import Settings

Kind = Literal["file", "recording"]


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A type of file.

    Attributes:
        key: as the setting names it.
        label: as people call it.
        media_type: what it is served as.
        suffixes: of names, in small letters.
        kind: a plain file, or the recording of a talk.
        check: refuses content that is not of this type; reads little of it, and decodes nothing.
    """

    key: str
    label: str
    media_type: str
    suffixes: tuple[str, ...]
    kind: Kind = "file"
    check: Callable[[BinaryIO, int], None]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
KNOWN: Final[Mapping[str, FileType]] = {
    one.key: one
    for one in (
        FileType(key="pdf", label="PDF", media_type="application/pdf", suffixes=("pdf",), check=pictures.pdf),
        FileType(key="png", label="PNG", media_type="image/png", suffixes=("png",), check=pictures.png),
        FileType(key="jpeg", label="JPEG", media_type="image/jpeg", suffixes=("jpeg", "jpg"), check=pictures.jpeg),
        FileType(key="xls", label="XLS", media_type="application/vnd.ms-excel", suffixes=("xls",), check=office.xls),
        FileType(
            key="xlsx",
            label="XLSX",
            media_type=f"{_OFFICE}spreadsheetml.sheet",
            suffixes=("xlsx",),
            check=office.ooxml("XLSX", "spreadsheetml.sheet", "xl/"),
        ),
        FileType(
            key="docx",
            label="DOCX",
            media_type=f"{_OFFICE}wordprocessingml.document",
            suffixes=("docx",),
            check=office.ooxml("DOCX", "wordprocessingml.document", "word/"),
        ),
        FileType(
            key="pptx",
            label="PPTX",
            media_type=f"{_OFFICE}presentationml.presentation",
            suffixes=("pptx",),
            check=office.ooxml("PPTX", "presentationml.presentation", "ppt/"),
        ),
        FileType(key="mp3", label="MP3", media_type="audio/mpeg", suffixes=("mp3",), kind="recording", check=audio.mp3),
        FileType(
            key="ogg",
            label="OGG",
            media_type="audio/ogg",
            suffixes=("ogg", "oga", "opus"),
            kind="recording",
            check=audio.ogg,
        ),
        FileType(key="wav", label="WAV", media_type="audio/wav", suffixes=("wav",), kind="recording", check=audio.wav),
        FileType(key="m4a", label="M4A", media_type="audio/mp4", suffixes=("m4a",), kind="recording", check=audio.m4a),
    )
}
_OWN: Final = re.compile(r"([a-z0-9]{1,12})=((?:application|audio|image|video|model)/[a-z0-9.+-]{1,80}):([0-9a-f]+)")
_ACTIVE: Final = re.compile(r"xml|html|script|svg|flash|java|x-msdownload|x-sh")
_SHORTEST_MARK: Final = 3
_MARKUP: Final = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|img)[\s>/]")

_PDF: Final = re.compile(rb"%PDF-[12]\.")
_PDF_BEGINS_WITHIN: Final = 1024
"""Readers take a file for a PDF whose mark stands anywhere in so many bytes."""


def offered(settings: Settings) -> tuple[FileType, ...]:
    """The types of the setting, in its order.

    Raises:
        SettingsError: it names a type that is not known, or one that browsers would run.
    """
    found = []
    for word in (one.strip() for one in settings.attachment_types.split(",")):
        own = _OWN.fullmatch(word)
        if word in KNOWN:
            found.append(KNOWN[word])
        elif own and len(own[3]) % 2 == 0 and len(own[3]) >= 2 * _SHORTEST_MARK and not _ACTIVE.search(own[2]):
            found.append(_marked(own[1], own[2], bytes.fromhex(own[3])))
        else:
            raise SettingsError(
                f"TRAMITA_ATTACHMENT_TYPES: {word!r} não serve; use {', '.join(KNOWN)}, ou um tipo próprio como "
                "dwg=image/vnd.dwg:41433130 (extensão=tipo:primeiros bytes em hexadecimal, três no mínimo; "
                "nada que um navegador execute)."
            )
    return tuple(found)


def identify(file: BinaryIO, size: int, name: str, types: Sequence[FileType]) -> FileType:
    """What the file is: its name says one of the types, and its content is of that type and of no other.

    Raises:
        UnfitFile: the type is not taken, or the content is of another.
        Invalid: the file is empty, or carries what could do harm.
    """
    found = by_name(name, types)
    if not size:
        raise Invalid("O arquivo está vazio. Confira-o e envie de novo.", code="file_empty")
    found.check(file, size)
    zipped = found.media_type.startswith(_OFFICE)
    head = at(file, 0, HEAD)
    has_pdf = found.key != "pdf" and _PDF.search(head, 0, _PDF_BEGINS_WITHIN)
    if _MARKUP.search(head) or has_pdf or (not zipped and office.has_zip_behind(file, size)):
        dangerous(
            "polyglot",
            f"O arquivo {found.label} é ao mesmo tempo de outro tipo.",
            f"Abra-o, salve-o de novo como {found.label} e envie o novo.",
        )
    return found


def by_name(name: str, types: Sequence[FileType]) -> FileType:
    """The type that the name says.

    Raises:
        UnfitFile: none of those that are taken.
    """
    suffix = suffix_of(name)
    found = next((one for one in types if suffix in one.suffixes), None)
    if found is None:
        told = ", ".join(f".{one}" for each in types for one in each.suffixes)
        detail = f"Arquivos {f'.{suffix[:20]}' if suffix else 'sem extensão no nome'} não são aceitos."
        fix = f"São aceitos: {told}. Salve o conteúdo num deles, por exemplo como PDF."
        reason = Reason(code="file_type", detail=detail, fix=fix, details={"suffixes": told.split(", ")})
        raise UnfitFile(f"{detail} {fix}", code="file_type", reasons=[reason])
    return found


def _marked(suffix: str, media_type: str, mark: bytes) -> FileType:
    label = suffix.upper()

    def check(file: BinaryIO, size: int) -> None:
        if size < len(mark) or at(file, 0, len(mark)) != mark:
            differs(label)

    kind: Kind = "recording" if media_type.startswith("audio/") else "file"
    return FileType(key=suffix, label=label, media_type=media_type, suffixes=(suffix,), kind=kind, check=check)

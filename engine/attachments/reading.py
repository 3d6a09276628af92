"""Look into a file that may be hostile: bounded reads, and one kind of complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.errors import Invalid, Reason, UnfitFile

if TYPE_CHECKING:
    from typing import BinaryIO, NoReturn

HEAD: Final = 4_096
"""So many bytes of the beginning are read at once."""


def at(file: BinaryIO, offset: int, length: int) -> bytes:
    """The bytes there; fewer if the file ends before."""
    if offset < 0:
        return b""
    file.seek(offset)
    return file.read(length)


def differs(label: str) -> NoReturn:
    """Refuse: the content is not what the name says.

    Raises:
        UnfitFile: always.
    """
    detail = f"O conteúdo não é o de um arquivo {label}, como o nome diz, ou o arquivo está incompleto."
    fix = "Abra o arquivo no programa que o fez, salve-o de novo nesse formato e envie o novo."
    raise UnfitFile(detail, code="content_differs", reasons=[Reason(code="content_differs", detail=detail, fix=fix)])


def dangerous(code: str, detail: str, fix: str) -> NoReturn:
    """Refuse: it is of an allowed type, and carries what could do harm.

    Raises:
        Invalid: always.
    """
    raise Invalid(detail, code=code, reasons=[Reason(code=code, detail=detail, fix=fix)])

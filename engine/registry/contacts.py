"""Where a customer can be reached, and by which channels they agreed to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.errors import Invalid, Reason
from engine.registry import addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DEVICE: Final = re.compile(r"[!-~]{1,300}")


def _app(value: str) -> str:
    if not _DEVICE.fullmatch(value):
        raise Invalid("app: use de 1 a 300 caracteres ASCII visíveis, sem espaços.", code="app_invalid")
    return value


_READ: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": addresses.phone,
    "mobile": addresses.mobile,
    "email": addresses.email,
    "whatsapp": addresses.whatsapp,
    "app": _app,
}
POINT_KINDS: Final = tuple(_READ)
CHANNELS: Final = ("email", "phone", "sms", "whatsapp", "app")
HOW: Final = ("form", "call", "message", "contract", "in_person", "import")


def value_and_identity(kind: str, value: str, member: str = "value") -> tuple[str, str]:
    """A contact point's value as it is kept, and what it is found by.

    Args:
        member: where it was said.

    Raises:
        Invalid: says what is wrong with it.
    """
    if kind not in _READ:
        raise Invalid.of([f"kind: use um de {', '.join(POINT_KINDS)}"])
    try:
        kept = _READ[kind](value)
    except Invalid as wrong:
        fix = f"Corrija {member} e envie de novo."
        reason = Reason(code=wrong.code, detail=wrong.detail, fix=fix, details={"member": member})
        raise Invalid(wrong.detail, code=wrong.code, reasons=[reason]) from wrong
    return kept, identity_of(kind, kept)


def identity_of(kind: str, kept: str) -> str:
    """What a value that is kept is found by: case means nothing in an e-mail address."""
    return kept.lower() if kind == "email" else kept


def email_identity(value: str) -> str:
    """What an e-mail address is found by."""
    return value_and_identity("email", value, "email")[1]


def phone_readings(value: str) -> list[str]:
    """The number that is sought, read as a telephone and as a WhatsApp number.

    Raises:
        Invalid: it is neither.
    """
    found, refused = [], None
    for kind in ("phone", "whatsapp"):
        try:
            found.append(value_and_identity(kind, value, "phone")[1])
        except Invalid as error:
            refused = refused or error
    if not found and refused:
        raise refused
    return sorted(set(found))

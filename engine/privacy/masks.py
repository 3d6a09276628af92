"""A value in part: enough to recognise it with the customer on the phone, too little to use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from permissions.personal import CONTACT, NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STARS: Final = "***"
_CPF, _CNPJ = 11, 14
_BRAZIL: Final = re.compile(r"\+?55([1-9][0-9])([2-9][0-9]{7,8})")
_TELEPHONE: Final = re.compile(r"\+?[0-9]{8,15}")
_LONG_ENOUGH: Final = 6  # two digits of a shorter document would be half of it


def masked(kind: str, value: Any) -> Any:
    """The value in part; None where a part of such a value would tell nothing, or too much."""
    mask = _MASKS.get(kind)
    if mask is None:
        return None
    if isinstance(value, list | tuple):
        return [mask(str(one)) for one in value]
    return mask(str(value))


def _name(value: str) -> str:
    words = value.split()
    return " ".join(word[0] + STARS for word in (words[:1] + words[-1:] if len(words) > 1 else words))


def _contact(value: str) -> str:
    mailbox, at, domain = value.rpartition("@")
    if at and mailbox and domain:
        last = domain.rpartition(".")[2]
        return f"{mailbox[0]}{STARS}@{domain[0]}{STARS}.{last}"
    if found := _BRAZIL.fullmatch(value):
        area, number = found[1], found[2]
        first = number[0] if len(number) > 8 else "*"  # noqa: PLR2004 - a mobile number has nine digits
        return f"({area}) {first + '***' if first != '*' else '***'}*-**{number[-2:]}"
    if _TELEPHONE.fullmatch(value):
        return "*" * (len(value) - 2) + value[-2:]
    return STARS


def _document(value: str) -> str:
    digits = re.sub(r"[^0-9A-Za-z]", "", value)
    if len(digits) < _LONG_ENOUGH:
        return STARS
    form = {_CPF: "***.***.***-", _CNPJ: "**.***.***/****-"}.get(len(digits), STARS)
    return form + digits[-2:]


_MASKS: Final[Mapping[str, Callable[[str], str]]] = {NAME: _name, CONTACT: _contact, "document": _document}

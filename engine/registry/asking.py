"""A table of a file as the ask of a command."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from engine.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping


def ask_of(make: Any, told: Mapping[str, Any]) -> Any:
    """What a file tells, as the command asks for it.

    Args:
        make: the frozen dataclass of the command's ask.

    Raises:
        Invalid: a member that is not known, is lacking or is of another type.
    """
    known = {one.name: one for one in fields(make)}
    if strange := sorted(told.keys() - known.keys()):
        raise Invalid(f"{', '.join(strange)}: não existe aqui; existem {', '.join(known)}.")
    needed = [n for n, one in known.items() if one.default is MISSING and one.default_factory is MISSING]
    if lacking := [name for name in needed if name not in told]:
        raise Invalid(f"falta {', '.join(lacking)}.")
    if odd := [name for name, value in told.items() if not _fits(known[name].type, value)]:
        raise Invalid(f"{', '.join(odd)}: o valor é de outro tipo.")
    return make(**told)


def _fits(wanted: Any, value: Any) -> bool:
    if wanted in ("Sequence[str]", "Sequence[str] | None"):
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return isinstance(value, {"str": str, "str | None": str, "bool": bool}[wanted])

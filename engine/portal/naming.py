"""What customers type: whether it says anything at all, and whether it can be a person's name."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 200
RULE: Final = f"use de 1 a {LONGEST} caracteres, numa linha, sem caracteres de controle ou invisíveis"
"""What to do about a name that is none."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def is_name(text: str) -> bool:
    """Whether the text can stand for somebody: what changes its direction would make others read another name."""
    name = text.strip()
    return bool(name) and len(text) <= LONGEST and not any(unicodedata.category(one) in _UNSEEN for one in name)


def says_nothing(text: str) -> bool:
    """Whether there is nothing to be seen in the text."""
    return all(one.isspace() or unicodedata.category(one) in _UNSEEN for one in text)

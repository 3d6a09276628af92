"""The number a customer can say on the phone: year, seven random digits, a check digit."""

from __future__ import annotations

import re
import secrets

_SHAPE = re.compile(r"(\d{4})-(\d{7})-(\d)")


def new_protocol(year: int) -> str:
    """A protocol such as `2026-4830192-7`: random, so it tells nobody how many tickets there are."""
    digits = f"{year:04d}{secrets.randbelow(10_000_000):07d}"
    return f"{digits[:4]}-{digits[4:]}-{check_digit(digits)}"


def is_protocol(text: str) -> bool:
    """Whether the text has the shape and the right check digit."""
    found = _SHAPE.fullmatch(text)
    return found is not None and check_digit(found[1] + found[2]) == found[3]


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10: finds every single wrong digit and nearly every swap of two."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)

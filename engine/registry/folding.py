"""Texts as they are sought: without accents, case and doubled spaces."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """The text folded: `João  Batista` and `joao batista` are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(plain.split())

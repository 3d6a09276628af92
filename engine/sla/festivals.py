"""Public holidays by the `holidays` package: of a country or one of its states, and which optional ones count."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

ALL: Final = "todos"
LANGUAGE: Final = "pt_BR"


@lru_cache(maxsize=1_024)
def festivals(place: str, optional: tuple[str, ...], year: int) -> tuple[tuple[date, str], ...]:
    """The holidays of a year, with their Portuguese names.

    Args:
        place: a country's code, or country and state: `BR`, `BR-SP`.
        optional: names of days that the law leaves to each employer, such as `Carnaval`; `todos`: all of them.
    """
    wanted = frozenset(optional)
    found = dict(_named(place, "public", year))
    for day, name in _named(place, "optional", year) if wanted else ():
        if ALL in wanted or not wanted.isdisjoint(name.split("; ")):
            found.setdefault(day, name)
    return tuple(sorted(found.items()))


def wrong_place(place: str) -> str | None:
    """What is wrong with the name of a place, as a Portuguese phrase."""
    import holidays  # takes 0.2 s, and only whoever has holidays pays for it

    country, _, state = place.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return f"não há país {country!r}; use por exemplo BR ou BR-SP"
    if state and state not in known[country]:
        return f"não há estado {state!r} em {country}; existem {', '.join(known[country]) or 'nenhum'}"
    return None


def optional_names(place: str, years: Iterable[int]) -> list[str]:
    """The optional holidays of a place by name."""
    return sorted({part for year in years for _, name in _named(place, "optional", year) for part in name.split("; ")})


def _named(place: str, category: str, year: int) -> list[tuple[date, str]]:
    import holidays

    country, _, state = place.partition("-")
    supported = getattr(holidays, country)
    if category not in supported.supported_categories:
        return []
    language = LANGUAGE if LANGUAGE in supported.supported_languages else None
    found = holidays.country_holidays(
        country, subdiv=state or None, years=[year], language=language, categories=(category,)
    )
    return list(found.items())

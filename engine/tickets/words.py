"""Words that nobody knows, in a filter or an order: named with similar ones, where else nothing would be found."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal, select

from engine.errors import Invalid, Reason
from engine.processes.deployed import deployed
from engine.registry.folding import folded
from engine.tickets.keys import FREE_WHILE_EMPTY, REGISTRY
from engine.tickets.model import ticket
from permissions.actions import Action
from permissions.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.unit import Unit

NOBODY: Final = "none"
_PEOPLE: Final = ("responsible", "person")
_SAID: Final = 20
_COMPARED: Final = 2_000  # units may be tens of thousands, and each costs 20 µs


def insist_on_words(unit: Unit, words: Mapping[str, Any]) -> None:
    """Refuse words that nothing is called by; whoever calls found nothing, or could not.

    An entry that was retired is a word, and so is a situation of an older version in which tickets stand, whoever may
    read them: an empty answer then means that there is none within reach.

    Args:
        words: filter -> word; filters that hold no such words are passed over.

    Raises:
        Invalid: names every one, with similar words.
    """
    reasons = unknown_words(unit, words)
    if reasons:
        codes = {one.code for one in reasons}
        told = " ".join(f"{one.detail}. {one.fix}" for one in reasons)
        raise Invalid(told, code=reasons[0].code if len(codes) == 1 else "invalid", reasons=reasons)


def unknown_words(unit: Unit, words: Mapping[str, Any]) -> list[Reason]:
    """A reason for each word that nothing is called by."""
    found: list[Reason] = []
    for name, word in words.items():
        if word is None:
            continue
        if name in REGISTRY:
            found += unregistered(unit, REGISTRY[name], name, word)
        elif name in _PEOPLE and word != NOBODY:
            found += _stranger(unit, name, word)
        elif name == "situation":
            found += _nowhere(unit, name, word.rpartition(":")[2])
    return found


def similar(word: str, known: Mapping[str, str]) -> list[str]:
    """Up to three keys that are written like the word, or called like it.

    Args:
        known: key -> what people call it.
    """
    pool: dict[str, str] = {}
    for key, label in known.items():
        pool.setdefault(folded(label), key)
    pool |= {folded(key): key for key in known}
    return list(dict.fromkeys(pool[one] for one in get_close_matches(folded(word), pool, n=6)))[:3]


def meant(word: str, known: Mapping[str, str], otherwise: str = "") -> str:
    """What to do: use a similar word, or one of those there are if they are few."""
    if len(known) <= _COMPARED and (near := similar(word, known)):
        return f"Quis dizer {' ou '.join(near)}?"
    if 0 < len(known) <= _SAID:
        return f"Existem: {', '.join(sorted(known))}."
    return otherwise


def unregistered(unit: Unit, registry: str, name: str, word: str) -> Iterable[Reason]:
    """A reason if the registry has no such entry, retired or not; `name`: where it was said."""
    entries = getattr(unit.catalogue.registries, registry)
    if word not in entries and (entries or name not in FREE_WHILE_EMPTY):
        offered = {key: one.label for key, one in entries.items() if not one.retired}
        fix = meant(word, offered, f"Veja GET /registry/{registry}.")
        yield _reason(name, f"{name}_unknown", f"{word!r} não está cadastrado", fix)


def _stranger(unit: Unit, name: str, word: str) -> Iterable[Reason]:
    people = list(unit.catalogue.people.values())
    if any(one.login == word for one in people):
        return
    actor = unit.actor
    all_of_them = actor.is_system or decide(unit.catalogue.rules, actor.profile or "", Action.PEOPLE_READ)
    # Who may not list people is told of none but those of the own teams.
    told = (one for one in people if not one.ended and (all_of_them or one.teams & actor.teams))
    near = similar(word, {one.login: one.name for one in told})
    fix = f"Quis dizer {' ou '.join(near)}?" if near else "Confira o login."
    yield _reason(name, "person_unknown", f"não há pessoa com o login {word!r}", fix)


def _nowhere(unit: Unit, name: str, word: str) -> Iterable[Reason]:
    known: dict[str, str] = {}
    for version in unit.catalogue.processes.values():
        process = deployed(unit, version.id)
        for places in (process.ends, process.situations):
            known |= {place.element: one.label for place, one in places.items()}
    if word in known:
        return
    stands = select(literal(1)).where(ticket.c.situation == word).limit(1)
    if unit.connection.execute(stands).first() is None:
        yield _reason(name, "situation_unknown", f"{word!r} não é situação de processo nenhum", meant(word, known))


def _reason(name: str, code: str, matter: str, fix: str) -> Reason:
    return Reason(code=code, detail=f"{name}: {matter}", fix=fix, details={"member": name})

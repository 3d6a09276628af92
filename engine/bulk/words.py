"""Words of an order that nobody knows: they could be done to no ticket at all, so the order is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.errors import Invalid, NotFound, Reason
from engine.permits.places import counts, in_force, places
from engine.tickets import filling
from engine.tickets.access import may_read
from engine.tickets.briefing import contact_id
from engine.tickets.model import ticket
from engine.tickets.words import meant, unknown_words, unregistered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.unit import Unit

_NOTHING: Final[Mapping[str, Any]] = {}
_REACHED_BY: Final = ("id", "team", "responsible", "opened_by")


def insist_on_known(unit: Unit, deed: str, what: Mapping[str, Any]) -> None:
    """Refuse a deed that says a key, a login, a move, a field or a protocol that there is not.

    What is known and cannot be done to some tickets is the dry run's to tell.

    Raises:
        Invalid: names every one, by where it stands in the order.
    """
    reasons = [_placed(place, one) for place, one in _unknown(unit, deed, what)]
    if reasons:
        codes = {one.code for one in reasons}
        told = " ".join(f"{one.detail.rstrip('.')}. {one.fix}".strip() for one in reasons)
        raise Invalid(told, code=reasons[0].code if len(codes) == 1 else "invalid", reasons=reasons)


def _unknown(unit: Unit, deed: str, what: Mapping[str, Any]) -> Iterator[tuple[str, Reason]]:
    for place, said in ((deed, what), (f"{deed}.hand_over", what.get("hand_over") or _NOTHING)):
        for one in unknown_words(unit, said):
            yield place, one
    for one in filling.sort_out(unit.catalogue.registries, what.get("fields") or _NOTHING)[1]:
        yield f"{deed}.fields", one
    for place, registry, name, word in (
        (
            f"{deed}.interaction",
            "standard_replies",
            "standard_reply",
            (what.get("interaction") or {}).get("standard_reply"),
        ),
        (deed, "standard_replies", "template", what.get("template")),
        (deed, "activity_types", "type", what.get("type")),
    ):
        for one in unregistered(unit, registry, name, word) if word is not None else ():
            yield place, one
    if deed == "link" and not _readable(unit, what["ticket"]):
        matter, fix = f"ticket: não há atendimento {what['ticket']!r}", "Confira o protocolo."
        yield deed, Reason(code="not_found", detail=matter, fix=fix, details={"member": "ticket"})
    try:
        contact_id(unit, what.get("customer"))
    except NotFound as unknown:
        yield deed, unknown.reasons[0]
    if what.get("move") is not None:
        for one in _no_such_move(unit, what["move"]):
            yield deed, one


def _no_such_move(unit: Unit, move: str) -> Iterator[Reason]:
    known: dict[str, str] = {}
    for process, _ in in_force(unit):
        known |= {one.id: one.label for situation in process.situations.values() for one in situation.moves}
    # Tickets run on older versions, too.
    if move not in known and not any(move in one.moves for one in places(unit, counts(unit)).values()):
        matter = f"move: {move!r} não é opção de situação nenhuma"
        yield Reason(code="no_such_move", detail=matter, fix=meant(move, known), details={"member": "move"})


def _readable(unit: Unit, protocol: str) -> bool:
    row = unit.connection.execute(select(*(ticket.c[n] for n in _REACHED_BY)).where(ticket.c.protocol == protocol))
    found = row.mappings().one_or_none()
    return may_read(unit, None if found is None else dict(found))


def _placed(place: str, reason: Reason) -> Reason:
    member = reason.details.get("member") or reason.details["fields"][0]
    return replace(reason, detail=f"{place}.{reason.detail}", details={**reason.details, "member": f"{place}.{member}"})

"""Say what an interaction has to bring along in a situation and on a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.builtin import CHANNELS, NOTE
from engine.errors import Invalid, NotFound
from engine.processes.deployed import deployed
from engine.registry.demands import ANY, DEMANDS, Demand, interaction_demand
from engine.rights import insist
from engine.runtime.movement import Place
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit

REGISTRY: Final = "interaction_demands"
_LONGEST_ABOUT: Final = 250


@dataclass(frozen=True, kw_only=True)
class PutDemand:
    """Say what is demanded.

    Attributes:
        situation: id of an element; asks for `process`, the key of the one whose file holds it.
        demands: of `DEMANDS`; empty: nothing here, whatever wider rows say; None: forget the row.
    """

    process: str = ANY
    situation: str = ANY
    channel: str = ANY
    demands: Sequence[str] | None = None


def put_demand(unit: Unit, ask: PutDemand) -> list[Demand]:
    """Write one row, or forget it; returns all rows as they are now.

    Raises:
        NotPermitted, Invalid: nothing is changed.
        NotFound: there is no such row to forget.
    """
    unit.replay()
    insist(unit, Action.REGISTRY_MANAGE, narrowed=REGISTRY)
    known: Mapping[tuple[str, str, str], Demand] = unit.catalogue.demands.by_place
    before = known.get((ask.process, ask.situation, ask.channel))
    if ask.demands is None:
        if before is None:
            raise NotFound("Não há exigência cadastrada para este processo, situação e canal.")
        forget_demand(unit, before)
        return _sorted({key: one for key, one in known.items() if key != before.place})
    after = checked_demand(unit, ask)
    if before == after:
        return _sorted(known)
    write_demand(unit, before, after)
    return _sorted({**known, after.place: after})


def write_demand(unit: Unit, before: Demand | None, after: Demand) -> None:
    """Write a row that was checked, with its history."""
    place = dict(zip(("process", "situation", "channel"), after.place, strict=True))
    about = _about(after)
    if before is None:
        unit.insert(about, interaction_demand, **place, demands=list(after.demands))
    else:
        unit.update(about, interaction_demand, place, demands=list(after.demands))
    told: list[Any] = [list(before.demands) if before else None, list(after.demands)]
    unit.record(about, "changed" if before else "added", **place, demands=told)
    unit.new_authority()


def forget_demand(unit: Unit, before: Demand) -> None:
    """Forget a row, with its history."""
    place = dict(zip(("process", "situation", "channel"), before.place, strict=True))
    unit.delete(_about(before), interaction_demand, **place)
    unit.record(_about(before), "removed", **place, demands=[list(before.demands), None])
    unit.new_authority()


@dataclass(frozen=True)
class ReadDemands:
    """Every row."""


def read_demands(unit: Unit, _: ReadDemands) -> list[Demand]:
    """Every row, the widest first."""
    known = unit.catalogue.demands.by_place
    insist(unit, Action.REGISTRY_READ)
    return _sorted(known)


def _sorted(known: Mapping[Any, Demand]) -> list[Demand]:
    return sorted(known.values(), key=lambda one: one.place)


def _about(demand: Demand) -> str:
    return ":".join(("interaction_demand", *demand.place))[:_LONGEST_ABOUT]


def checked_demand(unit: Unit, ask: PutDemand) -> Demand:
    """The row that is asked for.

    Raises:
        Invalid: names everything that does not fit.
    """
    wrong = []
    if ask.process != ANY and ask.process not in unit.catalogue.processes:
        wrong.append(f"process: {ask.process!r} não está implantado")
    elif ask.situation != ANY:
        wrong += _unknown_situation(unit, ask)
    if ask.channel not in (ANY, NOTE, *CHANNELS):
        wrong.append(f"channel: use um de {', '.join((ANY, NOTE, *CHANNELS))}")
    if strange := sorted(set(ask.demands or ()) - set(DEMANDS)):
        wrong.append(f"demands: {', '.join(strange)} não se exige; exigem-se {', '.join(DEMANDS)}")
    if wrong:
        raise Invalid.of(wrong)
    demands = tuple(name for name in DEMANDS if name in (ask.demands or ()))
    return Demand(process=ask.process, situation=ask.situation, channel=ask.channel, demands=demands)


def _unknown_situation(unit: Unit, ask: PutDemand) -> list[str]:
    if ask.process == ANY:
        return ["process: diga de que processo é a situação"]
    situations = deployed(unit, unit.catalogue.processes[ask.process].id).situations
    if Place(ask.process, ask.situation) in situations:
        return []
    known = ", ".join(place.element for place in situations if place.process == ask.process)
    return [f"situation: {ask.situation!r} não é uma situação de {ask.process!r}; existem {known}"]

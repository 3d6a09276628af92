"""What a change of a calendar or a policy makes of the versions beside it: those it would end, those it ties with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from engine.errors import Conflict, Invalid, Reason
from engine.registry.clocks import rule_version
from engine.registry.rule_versions import VERSIONED, coming_policy, makes_version
from engine.sla.policies import new_ties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.unit import Unit


class Stretch(NamedTuple):
    """The local days on which a version holds: from the first one until before the last one; None: for ever."""

    number: int
    since: str | None
    until: str | None


def stretches(unit: Unit, registry: str, key: str) -> list[Stretch]:
    """When each version of a calendar or policy holds, in their order; one that never does is left out."""
    if registry == "sla_policies":
        found = unit.catalogue.policies.stretches(key)
        return [Stretch(one.number, _day(unit, since), _day(unit, until)) for since, until, one in found]
    if not unit.catalogue.calendars.versions.get(key):
        return []
    line = [one for _, _, one in unit.catalogue.calendars.of(key).line()]
    days = [None, *(one.valid_from.isoformat() for one in line[1:])]  # the first one holds for all time before, too
    return [Stretch(one.number, day, end) for one, day, end in zip(line, days, [*days[1:], None], strict=True)]


def versions(unit: Unit, registry: str, key: str) -> list[dict[str, Any]]:
    """Every version: who made it, what it says, and on which days it is in force (None: on none)."""
    of = rule_version.c
    rows = unit.connection.execute(
        select(rule_version).where(of.registry == registry, of.key == key).order_by(of.number)
    ).all()
    held = {one.number: {"from": one.since, "until": one.until} for one in stretches(unit, registry, key)}
    return [
        {
            "number": row.number,
            "valid_from": row.valid_from,
            "in_force": held.get(row.number),
            "made_at": row.made_at,
            "made_by": row.made_by,
            "says": {name: value for name, value in row.content.items() if name not in _NOT_SAID},
        }
        for row in rows
    ]


_NOT_SAID: Final = ("known", "known_years", "label")


def parted(registry: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The members of the entry, and whether it may end versions that begin later.

    Raises:
        Invalid: `replaces_later` is neither true nor false.
    """
    members = dict(values)
    later = members.pop("replaces_later", False) if registry in VERSIONED else False
    if not isinstance(later, bool):
        raise Invalid.at("replaces_later", "não é true nem false.", "Use true, ou deixe de fora.")
    return members, later


def insist_on_plans(unit: Unit, registry: str, before: Any, after: Any, *, replaces_later: bool) -> None:
    """Refuse a change that would end versions which begin after it, unless that is meant.

    Raises:
        Conflict: names them.
    """
    if registry not in VERSIONED or replaces_later or before is None or (after.retired and not before.retired):
        return
    if not makes_version(unit, registry, before, after):
        return
    if registry == "calendars":
        begins = after.valid_from or ""
    else:
        begins = _day(unit, coming_policy(unit, before, after).valid_from)
    ended = [one for one in stretches(unit, registry, after.key) if one.since is not None and one.since > begins]
    if ended:
        told = ", ".join(f"{one.number} (de {one.since} em diante)" for one in ended)
        what = f"a versão {told} deixaria de valer" if len(ended) == 1 else f"as versões {told} deixariam de valer"
        fix = (
            f"Use um dia a partir de {ended[-1].since}; ou envie replaces_later = true, e cadastre depois de novo o "
            "que deve valer mais tarde."
        )
        details = {"member": "valid_from", "versions": [one.number for one in ended]}
        reason = Reason(code="later_versions", detail=f"valid_from: {what}.", fix=fix, details=details)
        raise Conflict.because(reason, versions=[one._asdict() for one in ended])


def tied(unit: Unit, changes: Iterable[tuple[Any, Any]]) -> Iterator[Reason]:
    """Policies that these changes, each an entry before and after, make impossible to tell apart, and from when on."""
    coming = [coming_policy(unit, *pair) for pair in changes if makes_version(unit, "sla_policies", *pair)]
    if not coming:
        return
    for at, (one, other) in new_ties(unit.catalogue.policies, coming):
        both = one.criteria | other.criteria
        told = " e ".join(f"{name} = {value}" for name, value in sorted(both.items())) or "qualquer critério"
        day = _day(unit, at)
        yield Reason(
            code="policies_tie",
            detail=f"as políticas {one.key!r} e {other.key!r} servem por igual, de {day} em diante, a um atendimento "
            f"com {told}",
            fix="Os critérios são os mesmos: altere a que já existe."
            if one.criteria == other.criteria
            else "Cadastre antes uma política com os critérios das duas.",
            details={"policies": [one.key, other.key], "criteria": both, "since": day},
        )


def insist_on_no_ties(unit: Unit, before: Any, after: Any) -> None:
    """Refuse a policy that could not be told from another.

    Raises:
        Invalid: names each pair.
    """
    if reasons := list(tied(unit, [(before, after)])):
        told = "; ".join(one.detail for one in reasons)
        fix = " ".join(dict.fromkeys(one.fix for one in reasons))
        raise Invalid(f"O cadastro sla_policies/{after.key} não serve: {told}. {fix}", reasons=reasons)


def _day(unit: Unit, at: Any) -> Any:
    return None if at is None else f"{at.astimezone(unit.engine.zone):%Y-%m-%d}"

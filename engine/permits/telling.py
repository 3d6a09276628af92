"""The history of profiles and their rules, the newest first: who allowed what to whom, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.errors import Invalid
from engine.history import change_history
from engine.people.knowing import name_of
from engine.permits.places import label_once
from engine.rights import insist
from engine.runtime.movement import Place
from engine.tickets.words import meant
from permissions.actions import CATALOGUE, Action
from permissions.decide import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit

_VERBS: Final = {"allowed": "permitiu", "denied": "proibiu"}
_TAKEN: Final = {"allowed": "retirou a permissão de", "denied": "retirou a proibição de"}
_MEMBERS: Final = {"label": "o nome", "description": "a descrição", "scope": "o alcance", "retired": "a desativação"}
_DEEDS: Final = {"added": "criou o perfil", "changed": "alterou", "rule_changed": ""}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """A page of what was changed.

    Attributes:
        profile: of one; None: of all.
        before: id of the last row of the page before.
    """

    profile: str | None = None
    before: str | None = None
    limit: int = 50


def permission_changes(unit: Unit, ask: Changes) -> Sequence[dict[str, Any]]:
    """Rows with sentence, old and new value.

    Raises:
        NotPermitted, Invalid: `before` is no id, or there is no such profile.
    """
    insist(unit, Action.PERMISSION_READ)
    known = unit.catalogue.profiles
    if ask.profile is not None and ask.profile not in known:
        fix = meant(ask.profile, {key: one.label for key, one in known.items() if not one.retired})
        raise Invalid.at("profile", f"não há perfil {ask.profile!r}.", fix, code="profile_unknown")
    told = change_history.c
    wanted = select(change_history).where(told.kind == "profile", told.deed.in_(_DEEDS))
    if ask.profile is not None:
        wanted = wanted.where(told.key == ask.profile)
    if ask.before is not None:
        wanted = wanted.where(told.id < _id(ask.before))
    # Ids grow with time.
    rows = unit.connection.execute(wanted.order_by(told.id.desc()).limit(ask.limit)).all()
    return [_told(unit, row) for row in rows]


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise Invalid.of(["before: use o id da última linha da página anterior"], code="cursor") from error


def _told(unit: Unit, row: Any) -> dict[str, Any]:
    detail: Mapping[str, Any] = row.detail or {}
    who = name_of(unit, row.actor)
    return {
        "id": row.id,
        "at": row.at,
        "actor": row.actor,
        "actor_name": who,
        "profile": row.key,
        "deed": row.deed,
        "sentence": f"{who} {_sentence(unit, row.deed, row.key, detail)}",
        "detail": dict(detail),
    }


def _sentence(unit: Unit, deed: str, key: str, detail: Mapping[str, Any]) -> str:
    profile = unit.catalogue.profiles.get(key)
    name = profile.label if profile else key
    if deed == "rule_changed":
        action = detail["action"].partition(":")[0]
        label = CATALOGUE[action].label_pt if action in CATALOGUE else action
        verb = _VERBS.get(detail["new"]) or _TAKEN[detail["old"]]
        return f"{verb} {label} ({detail['action']}) a {name}{_where(unit, detail)}"
    if deed == "changed":
        members = ", ".join(f"{_MEMBERS[one]} ({old} → {new})" for one, (old, new) in detail.items())
        return f"alterou em {name}: {members}"
    return f"{_DEEDS[deed]} {name}"


def _where(unit: Unit, detail: Mapping[str, Any]) -> str:
    process, situation = detail["process"], detail["situation"]
    if process is None:
        return ""
    if situation == ANY:
        return " em qualquer situação" + ("" if process == ANY else f" de {process}")
    label = label_once(unit, Place(process, situation)) if process != ANY else None
    return f" em {label or situation} ({process}:{situation})"

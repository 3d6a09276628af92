"""Ask for a right that no ticket is needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import NotPermitted, Reason
from permissions.actions import CATALOGUE
from permissions.decide import Decision, decide

if TYPE_CHECKING:
    from engine.unit import Unit
    from permissions.actions import Action


def insist(unit: Unit, action: Action, narrowed: str | None = None) -> None:
    """Refuse unless the actor's profile allows the action; the engine itself is never asked.

    Raises:
        NotPermitted: carries the decision as its reason.
    """
    if unit.actor.is_system:
        return
    decision = decide(unit.catalogue.rules, unit.actor.profile or "", action, narrowed=narrowed)
    if not decision:
        reason = lacking(decision)
        raise NotPermitted(reason.detail, reasons=[reason])


def lacking(decision: Decision) -> Reason:
    """A decision that says no, as a reason for people and programs."""
    label = CATALOGUE[decision.action].label_pt
    asked = decision.action if decision.narrowed is None else f"{decision.action}:{decision.narrowed}"
    denied = [rule.id for rule in decision.considered if not rule.allow]
    if decision.lacks == "profile":
        code, where = "profile_lacks", ""
    else:
        code = "situation_lacks"
        where = f" na situação {decision.place[1]!r}" if decision.place else ""
    why = f" A regra {', '.join(denied)} proíbe." if denied else ""
    places = " e ".join("no perfil" if layer == "profile" else "na matriz do processo" for layer in decision.lacking)
    fix = (
        f"Quem administra os perfis pode retirar a proibição {', '.join(denied)}."
        if denied
        else f"Quem administra os perfis pode permitir {asked} {places} para {decision.profile!r}."
    )
    return Reason(
        code=code,
        detail=f"O perfil {decision.profile!r} não pode {label.lower()} ({asked}){where}.{why}",
        fix=fix,
        details={"decision": decision.as_dict()},
    )

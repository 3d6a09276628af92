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


def insist_on_whole(unit: Unit) -> None:
    """Refuse a token with scopes: what it asks for is not an action, or would lead beyond them.

    Raises:
        NotPermitted: says so.
    """
    if unit.catalogue and unit.actor.scopes is not None:
        reason = Reason(
            code="token_lacks",
            detail="Um token com escopos não serve para isto, que mexe com os próprios acessos.",
            fix="Entre com a senha, ou use um token sem escopos.",
        )
        raise NotPermitted(reason.detail, reasons=[reason])


def lacking(decision: Decision) -> Reason:
    """A decision that says no, as a reason for people and programs."""
    asked = decision.action if decision.narrowed is None else f"{decision.action}:{decision.narrowed}"
    label = CATALOGUE[decision.action].label_pt.lower()
    detail, fix, code = [], [], "token_lacks"
    if set(decision.lacking) - {"token"}:
        denied = [rule.id for rule in decision.considered if not rule.allow]
        code, where = "profile_lacks", ""
        if decision.lacks == "situation":
            code = "situation_lacks"
            where = f" na situação {decision.place[1]!r}" if decision.place else ""
        why = f" A regra {', '.join(denied)} proíbe." if denied else ""
        detail.append(f"O perfil {decision.profile!r} não pode {label} ({asked}){where}.{why}")
        added = [rule.process is None for rule in decision.fix.add]
        places = " e ".join("no perfil" if of_profile else "na matriz do processo" for of_profile in added)
        changes = [f"retirar a proibição {', '.join(denied)}"] if denied else []
        changes += [f"permitir {asked} {places} para {decision.profile!r}"] if added else []
        fix.append(f"Quem administra os perfis pode {' e '.join(changes)}.")
    if "token" in decision.lacking:
        detail.append(f"Os escopos do token não incluem {label} ({asked}).")
        fix.append(f"Quem administra pode emitir um token que inclua {asked}.")
    return Reason(
        code=code,
        detail=" ".join(detail),
        fix=" ".join(fix),
        details={"decision": decision.as_dict()},
    )

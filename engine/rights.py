"""Ask for a right that no ticket is needed for; and say, in the words people know, which right is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.builtin import LABELS
from engine.errors import NotPermitted, Reason
from engine.runtime.movement import Place
from permissions.actions import CATALOGUE
from permissions.decide import ANY, decide
from permissions.personal import CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime.process import Process
    from engine.unit import Unit
    from permissions.actions import Action
    from permissions.decide import Decision, Rule


def insist(unit: Unit, action: Action, narrowed: str | None = None) -> None:
    """Refuse unless the actor's profile allows the action; the engine itself is never asked.

    Raises:
        NotPermitted: carries the decision as its reason.
    """
    if unit.actor.is_system:
        return
    decision = decide(unit.catalogue.rules, unit.actor.profile or "", action, narrowed=narrowed)
    if not decision:
        reason = lacking(decision, unit.catalogue)
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


class Known(Protocol):
    """Where the names are of what a decision calls by its key: the catalogue, or what a move is weighed by."""

    @property
    def profiles(self) -> Mapping[str, Any]:
        """By key."""

    @property
    def registries(self) -> Any:
        """Own fields among them."""


def lacking(decision: Decision, known: Known, process: Process | None = None) -> Reason:
    """A decision that says no, as a reason: its sentences for people, with names; `details` for programs, with keys.

    Args:
        process: in which the ticket stands, where a place was asked about; what it does not name is called by its key.
    """
    names = _Names(known, process, decision.place)
    asked = decision.action if decision.narrowed is None else f"{decision.action}:{decision.narrowed}"
    deed = names.deed(asked)
    detail, fix, code = [], [], "token_lacks"
    if set(decision.lacking) - {"token"}:
        code, where = "profile_lacks", ""
        if decision.lacks == "situation":
            code = "situation_lacks"
            where = f" {names.place(*decision.place)}" if decision.place else ""
        denied = [rule for rule in decision.considered if not rule.allow]
        why = "" if not denied else ": uma regra proíbe isso" if len(denied) == 1 else ": há regras que proíbem isso"
        profile = names.profile(decision.profile)
        detail.append(f"O perfil “{profile}” não pode {deed}{where}{why}.")
        changes = [f"retirar a proibição de {names.rule(rule)}" for rule in denied]
        if added := decision.fix.add:
            places = " e ".join(dict.fromkeys(names.where(rule) for rule in added))
            changes.append(f"permitir ao perfil “{profile}” {deed} {places}")
        fix.append(f"Quem administra os perfis pode {' e '.join(changes)}.")
    if "token" in decision.lacking:
        detail.append(f"Os escopos do token não incluem {deed}.")
        # Scopes are written with keys.
        fix.append(f"Quem administra pode emitir um token que inclua {asked}.")
    return Reason(
        code=code,
        detail=" ".join(detail),
        fix=" ".join(fix),
        details={"decision": decision.as_dict()},
    )


class _Names:
    """What people call the things that a decision names by their keys."""

    def __init__(self, known: Known, process: Process | None, here: tuple[str, str] | None) -> None:
        self._known = known
        self._situations: Mapping[Place, Any] = process.situations if process else {}
        self._ends: Mapping[Place, Any] = process.ends if process else {}
        self._settings: Mapping[str, Any] = process.settings if process else {}
        self._here = self._situations.get(Place(*here)) if here else None

    def profile(self, key: str) -> str:
        found = self._known.profiles.get(key)
        return found.label if found else key

    def deed(self, said: str) -> str:
        """An action of the catalogue, perhaps narrowed to one move, field, message, registry or class."""
        name, _, key = said.partition(":")
        entry = CATALOGUE[name]
        told = entry.label_pt.lower()
        if not key:
            return told
        match entry.narrows:
            case "move":
                return f"{told} pela opção “{self._move(key)}”"
            case "field":
                own = self._known.registries.fields.get(key)
                return f"{told} (campo “{own.label if own else LABELS.get(key, key)}”)"
            case "class":
                return f"{told} ({CLASSES[key][0].lower()})"
            case "message":
                return f"{told} (mensagem “{key}”)"
            case _:
                return f"{told} (cadastro “{key}”)"

    def rule(self, rule: Rule) -> str:
        return f"{self.deed(rule.action)} {self.where(rule)}"

    def where(self, rule: Rule) -> str:
        if rule.process is None or rule.situation is None:
            return "no próprio perfil"
        return self.place(rule.process, rule.situation)

    def place(self, process: str, situation: str) -> str:
        """A situation, or all of them, as a matrix has them."""
        if situation != ANY:
            return f"na situação “{self._situation(process, situation)}”"
        settings = self._settings.get(process)
        of = "" if process == ANY else f" do processo “{settings.label if settings else process}”"
        return f"em todas as situações{of}"

    def _situation(self, process: str, situation: str) -> str:
        place = Place(process, situation)
        found = self._situations.get(place) or self._ends.get(place)
        if found is None and process == ANY:
            found = next((one for at, one in self._situations.items() if at.element == situation), None)
        return found.label if found else situation

    def _move(self, key: str) -> str:
        around = (self._here, *self._situations.values()) if self._here else self._situations.values()
        return next((move.label for one in around for move in one.moves if move.id == key), key)

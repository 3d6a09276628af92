"""Import a folder: what would change, field by field, and then exactly that, in one transaction or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from engine.demanding import REGISTRY, PutDemand, checked_demand, forget_demand, write_demand
from engine.errors import Conflict, Invalid, Reason, Refused
from engine.peopling import Weighed, weigh_customer, weigh_members, weigh_person
from engine.registry.asking import ask_of
from engine.registry.checking import entry_of
from engine.registry.choosing import insist_on_form, write_choice
from engine.registry.demands import ANY
from engine.registry.folder import MEMBERS, ORDER, values_of
from engine.registry.model import KINDS, Registries
from engine.registry.putting import changed, write_entry
from engine.registry.rule_plans import insist_on_plans, parted, tied
from engine.registry.rule_versions import as_it_stands
from engine.rights import insist
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.registry.demands import Demand
    from engine.registry.folder import Folder
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of one entry.

    Attributes:
        registry: a registry, `customers`, `people` or `portal`.
        members: member -> [old, new]; of what is new, the members that are not as they are when nothing is said.
    """

    what: Literal["added", "changed", "retired"]
    registry: str
    key: str
    members: Mapping[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that an import changes, how many entries stay, and what whoever imports should know."""

    changes: tuple[Change, ...]
    unchanged: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Import:
    """A folder that was read.

    Attributes:
        retire_missing: retire what the installation has and the folder does not, in the registries it holds.
        shown: the plan that somebody agreed to; None: whatever it is.
    """

    folder: Folder
    retire_missing: bool = False
    shown: Plan | None = None


def plan(unit: Unit, ask: Import) -> Plan:
    """What the import would change; refused as the import itself would be."""
    return _Import(unit, ask).plan()


def import_folder(unit: Unit, ask: Import) -> Plan:
    """Make the installation what the folder says, with history for each entry.

    Entries that the folder does not name stay, unless `retire_missing`; people who are known stay as they are;
    contact points are only added.

    Raises:
        Invalid: lists every entry that cannot be; nothing is changed.
        Conflict: it would change something else than was shown.
    """
    unit.replay()
    work = _Import(unit, ask)
    found = work.plan()
    if ask.shown is not None and ask.shown != found:
        raise Conflict("Os cadastros mudaram desde que foram comparados. Nada foi feito; compare de novo.")
    for deed in work.deeds:
        deed()
    return found


class _Import:
    """One import: weighs entry after entry against the registries as they will be by then."""

    def __init__(self, unit: Unit, ask: Import) -> None:
        self.unit = unit
        self.ask = ask
        known = unit.catalogue.registries
        self.ahead: dict[str, dict[str, Any]] = {name: dict(getattr(known, name)) for name in KINDS}
        self.known = Registries(**self.ahead)
        self.deeds: list[Callable[[], object]] = []
        self.changes: list[Change] = []
        self.unchanged = 0
        self.policies: list[tuple[Any, Any]] = []
        self.notes: list[str] = []
        self.wrong: list[str] = []

    def plan(self) -> Plan:
        for registry in ORDER:
            if registry in self.ask.folder.registries:
                insist(self.unit, Action.REGISTRY_MANAGE, narrowed=registry)
                self._registry(registry, self.ask.folder.registries[registry])
        if "sla_policies" in self.ask.folder.registries:
            self.wrong += (f"sla_policies: {one.detail}. {one.fix}" for one in tied(self.unit, self.policies))
        if self.ask.folder.customers:
            insist(self.unit, Action.CUSTOMER_MANAGE)
        if self.ask.folder.people:
            insist(self.unit, Action.PEOPLE_MANAGE)
        if self.ask.folder.intake_form is not None:
            insist(self.unit, Action.PORTAL_MANAGE)
            self._choice(self.ask.folder.intake_form)
        if self.ask.folder.demands is not None:
            insist(self.unit, Action.REGISTRY_MANAGE, narrowed=REGISTRY)
            self._demands(self.ask.folder.demands)
        folder, unit = self.ask.folder, self.unit
        self._each("customers", "key", folder.customers, partial(weigh_customer, unit))
        newcomers = partial(weigh_person, unit, teams=self.ahead["teams"], members=folder.members)
        self._each("people", "login", folder.people, newcomers)
        self._members(folder.members)
        if self.wrong:
            reasons = [Reason(code="entry_invalid", detail=told) for told in self.wrong]
            count = len(self.wrong)
            detail = "Um item não serve" if count == 1 else f"{count} itens não servem"
            raise Invalid(f"{detail}; nada foi importado.", code="import_invalid", reasons=reasons)
        return Plan(changes=tuple(self.changes), unchanged=self.unchanged, notes=tuple(self.notes))

    def _registry(self, registry: str, given: Mapping[str, Mapping[str, Any]]) -> None:
        for key, values in given.items():
            told = self._without_strange_process(key, values) if registry == "subjects" else values
            before = self.ahead[registry].get(key)
            try:
                members, replaces_later = parted(registry, told)
                asked = entry_of(self.known, self.unit.catalogue.processes, registry, key, members)
                after = as_it_stands(registry, before, asked)
                insist_on_plans(self.unit, registry, before, after, replaces_later=replaces_later)
            except Invalid as invalid:
                self.wrong.append(invalid.detail)
            except Conflict as conflict:
                self.wrong.append(f"{registry}/{key}: {conflict.detail}")
            else:
                self._entry(registry, after)
        if self.ask.retire_missing:
            for key, entry in sorted(self.ahead[registry].items()):
                if key not in given and not entry.retired:
                    self._entry(registry, replace(entry, retired=True))

    def _without_strange_process(self, key: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        process = values.get("process")
        if not isinstance(process, str) or process in self.unit.catalogue.processes:
            return values
        self.notes.append(
            f"subjects/{key}: o processo {process!r} ainda não está implantado; o assunto fica sem ele. "
            "Implante com `tramita deploy` e importe de novo."
        )
        return {name: value for name, value in values.items() if name != "process"}

    def _entry(self, registry: str, after: Any) -> None:
        before = self.ahead[registry].get(after.key)
        self.ahead[registry][after.key] = after
        if before is None:
            self._change("added", registry, after.key, {n: [None, v] for n, v in values_of(after).items()})
        elif before != after:
            what: Literal["changed", "retired"] = "retired" if after.retired and not before.retired else "changed"
            self._change(what, registry, after.key, changed(before, after))
        else:
            self.unchanged += 1
            return
        if registry == "sla_policies":
            self.policies.append((before, after))
        self.deeds.append(lambda: write_entry(self.unit, registry, before, after))

    def _choice(self, form: Any) -> None:
        before = self.unit.catalogue.intake_form
        try:
            insist_on_form(self.ahead["intake_forms"], form, "intake_form")
        except Invalid as invalid:
            self.wrong.append(invalid.detail)
            return
        if before == form:
            self.unchanged += 1
            return
        self._change("added" if before is None else "changed", "portal", "intake_form", {"value": [before, form]})
        self.deeds.append(lambda: write_choice(self.unit, before, form))

    def _demands(self, given: tuple[Mapping[str, Any], ...]) -> None:
        known: Mapping[tuple[str, str, str], Demand] = self.unit.catalogue.demands.by_place
        told: set[tuple[str, str, str]] = set()
        for values in given:
            try:
                ask = ask_of(PutDemand, values)
                place = (ask.process, ask.situation, ask.channel)
                if place in told:
                    raise Invalid("este lugar aparece duas vezes.")
                told.add(place)
                if ask.process not in (ANY, *self.unit.catalogue.processes):
                    self.notes.append(
                        f"interaction_demands/{':'.join(place)}: o processo ainda não está implantado; a exigência "
                        "fica de fora. Implante com `tramita deploy` e importe de novo."
                    )
                    continue
                after = checked_demand(self.unit, ask)
            except Refused as refused:
                self.wrong.append(f"interaction_demands/{values}: {refused.detail}")
                continue
            self._demand(known.get(place), after)
        for place, before in sorted(known.items()) if self.ask.retire_missing else ():
            if place not in told:
                self._change("retired", "interaction_demands", ":".join(place), {"demands": [before.demands, None]})
                self.deeds.append(partial(forget_demand, self.unit, before))

    def _demand(self, before: Demand | None, after: Demand) -> None:
        if before == after:
            self.unchanged += 1
            return
        members = {"demands": [None if before is None else before.demands, after.demands]}
        self._change("added" if before is None else "changed", "interaction_demands", ":".join(after.place), members)
        self.deeds.append(partial(write_demand, self.unit, before, after))

    def _each(
        self,
        name: str,
        identity: str,
        given: tuple[Mapping[str, Any], ...],
        weigh: Callable[[Mapping[str, Any]], Weighed | None],
    ) -> None:
        seen: set[Any] = set()
        for told in given:
            key = told.get(identity)
            try:
                if not isinstance(key, str) or key in seen:
                    raise Invalid(f"{identity}: use um texto, e cada um só uma vez.")
                seen.add(key)
                self._weighed(name, weigh(told))
            except Refused as refused:
                self.wrong.append(f"{name}/{key}: {refused.detail}")

    def _members(self, given: Mapping[str, Sequence[str]]) -> None:
        if not given:
            return
        insist(self.unit, Action.REGISTRY_MANAGE, narrowed="teams")
        newcomers = [told.get("login") for told in self.ask.folder.people]
        found, wrong = weigh_members(self.unit, given, self.ahead["teams"], newcomers)
        self.wrong += wrong
        self.unchanged += len(given) - len(found)
        for one in found:
            self._weighed(MEMBERS, one)

    def _weighed(self, registry: str, found: Weighed | None) -> None:
        if found is None:
            self.unchanged += 1
            return
        self._change(found.what, registry, found.key, found.members)
        self.deeds.append(found.write)

    def _change(
        self, what: Literal["added", "changed", "retired"], registry: str, key: str, members: Mapping[str, list[Any]]
    ) -> None:
        self.changes.append(Change(what=what, registry=registry, key=key, members=members))

"""What is supposed equals what then happens: every ticket weighed for everybody, before and after really saving."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from permits.conftest import cell
from permits.test_explaining import cells

from engine.errors import Invalid, NotFound, NotPermitted
from engine.permits.cells import SetCells, set_cells
from engine.permits.listing import Which, which
from engine.permits.supposing import Suppose, suppose
from engine.tickets.access import readable_ticket
from engine.tickets.following import circumstances
from engine.tickets.moves import weigh
from permissions.cells import Cell
from permissions.decide import decide

RIGHTS = {"profile_lacks", "situation_lacks"}


def supposed(office, changes, scopes=None):
    return office.world.read(suppose, Suppose(changes=changes, scopes=scopes or {}), actor=office.manager)


def able(office):
    """(profile, protocol, move) of everything that somebody of the profile may do, rights alone: ticket by ticket."""
    known = office.world.read(lambda unit, _: unit.catalogue, None)
    found = set()
    for person in known.people.values():
        actor = office.renewed(person.login)

        def look(unit, protocol):
            try:
                ticket = readable_ticket(unit, protocol, lock=False)
            except NotFound:
                return []
            weighed = weigh(ticket.diagram, ticket, circumstances(unit, ticket))
            return [one.move for one in weighed.options if not {r.code for r in one.reasons} & RIGHTS]

        for protocol in office.protocols():
            found |= {(person.profile, protocol, one) for one in office.world.read(look, protocol, actor=actor)}
    return found


def stuck(office, everything):
    """Running tickets whose situation offers moves that nobody may take."""
    movable = {protocol for _, protocol, _ in everything}
    found = Counter()
    for protocol in office.protocols():
        ticket = office.at(protocol)
        here = ticket.diagram.situations.get(ticket.place)
        if not ticket.ended and here and here.moves and protocol not in movable:
            found[str(ticket.place)] += 1
    return found


def place_of(office, protocol):
    return office.at(protocol).place


@settings(derandomize=True, max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=cells(), then=cells(), scope=st.sampled_from(["own", "team", "all"]), strip=st.booleans())
def test_what_is_supposed_is_what_then_happens(office, first, then, scope, strip):
    office.world.run(set_cells, SetCells(changes=first), actor=office.manager)
    if strip:  # nobody else is there to help
        others = [Cell(key, "ticket.move") for key in ("agente", "administrador", "gestor")]
        then |= dict.fromkeys(others)
    said = supposed(office, then, {"balcao": scope})
    before = able(office)
    stuck_before = stuck(office, before)
    office.world.run(set_cells, SetCells(changes=then), actor=office.manager)
    office.alter_profile("balcao", scope=scope)
    after = able(office)
    places = {protocol: place_of(office, protocol) for protocol in office.protocols()}
    real = Counter()
    for profile, protocol, one in after - before:
        real[profile, places[protocol], one, True] += 1
    for profile, protocol, one in before - after:
        real[profile, places[protocol], one, False] += 1
    told = {
        (each.profile, each.place, each.narrowed, each.gained): each.tickets
        for each in said.effects
        if each.action == "ticket.move" and each.tickets
    }
    assert told == dict(real)
    assert {str(one.place): one.tickets for one in said.stranded} == dict(stuck(office, after))
    assert sum(one.before for one in said.stranded) <= sum(stuck_before.values())
    assert said.running == len(office.protocols())
    restore = {c: None for c in then if c.profile != "balcao"}
    office.world.run(set_cells, SetCells(changes=dict.fromkeys(restore, True)), actor=office.boss)


def test_the_tickets_of_a_line_can_be_listed(office):
    office.set("+balcao ticket.read", "+balcao ticket.move")
    change = dict([cell("+balcao ticket.move @ pedido triagem")])
    said = supposed(office, change)
    line = next(one for one in said.effects if one.narrowed == "repetir")
    found, cursor = [], None
    while True:
        ask = Which(
            suppose=Suppose(changes=change),
            line="gained",
            profile="balcao",
            action="ticket.move:repetir",
            process="pedido",
            situation="triagem",
            cursor=cursor,
            limit=1,
        )
        page = office.world.read(which, ask, actor=office.manager)
        found += [row.protocol for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert len(found) == line.tickets > 1
    assert {str(place_of(office, one)) for one in found} == {"pedido:triagem"}


def test_a_narrower_scope_lists_what_is_lost(office):
    office.set("+balcao ticket.read", "+balcao ticket.move", "+balcao ticket.move @ * *")
    office.set("+balcao ticket.open")
    mine = office.open(actor=office.renewed("rui"), title="Meu")
    said = supposed(office, {}, {"balcao": "own"})
    lost = next(one for one in said.effects if one.narrowed == "repetir")
    ask = Which(suppose=Suppose(scopes={"balcao": "own"}), line="lost", profile="balcao", action="ticket.move:repetir")
    listed = [row.protocol for row in office.world.read(which, ask, actor=office.manager).rows]
    assert not lost.gained
    assert len(listed) == lost.tickets
    assert mine.protocol not in listed


def test_tickets_nobody_could_move_are_listed(office):
    keys = ("agente", "administrador", "gestor", "supervisor", "integracao")
    change = {Cell(key, "ticket.move", "pedido", "triagem"): False for key in keys}
    said = supposed(office, change)
    (one,) = said.stranded
    assert (str(one.place), one.before) == ("pedido:triagem", 0)
    page = office.world.read(which, Which(suppose=Suppose(changes=change), line="stranded"), actor=office.manager)
    assert len(page.rows) == one.tickets
    office.set("+balcao ticket.read", "+balcao ticket.move", "+balcao ticket.move @ * *")
    office.alter_profile("balcao", scope="own")
    (same,) = supposed(office, change).stranded
    assert same.tickets == one.tickets
    office.alter_profile("balcao", scope="all")
    assert supposed(office, change).stranded == []


def test_a_profile_that_nobody_has_helps_nobody(office):
    said = supposed(office, {Cell("supervisor", "ticket.note", "pedido", "triagem"): False})
    assert (said.effects, said.untouched) == ([], 1)


def test_situations_without_tickets_are_counted_and_not_listed(office):
    office.set("+balcao ticket.read", "+balcao ticket.move")
    every = supposed(office, dict([cell("+balcao ticket.move @ * *")]))
    assert {one.tickets > 0 for one in every.effects if one.place} == {True}
    (here,) = (one for one in every.effects if one.narrowed == "repetir")
    elsewhere = supposed(office, {Cell("agente", "ticket.note", "pedido", "concluido"): False})
    assert (elsewhere.effects, elsewhere.untouched) == ([], 1)
    assert every.untouched > 0
    assert str(here.place) == "pedido:triagem"


def test_other_actions_gained_are_told_with_and_without_tickets(office):
    said = supposed(office, dict([cell("+balcao ticket.read"), cell("+balcao people.manage")]))
    told = {(one.action, one.gained, one.tickets) for one in said.effects}
    assert told == {("ticket.read", True, said.running), ("people.manage", True, None)}


def test_profiles_that_would_differ_in_one_cell_are_told(office):
    office.alter_profile("balcao", scope="own")
    said = supposed(office, {Cell("balcao", name): True for name in ("process.read", "process.deploy")})
    assert [(one, other, str(c)) for one, other, c in said.alike] == [("balcao", "desenhista", "balcao/registry.read")]


def test_supposing_is_for_who_may_change_and_changes_nothing(office):
    before = office.everything()
    change = dict([cell("+balcao ticket.read")])
    supposed(office, change)
    assert office.everything() == before
    with pytest.raises(NotPermitted):
        office.world.read(suppose, Suppose(changes=change), actor=office.agent)
    with pytest.raises(Invalid):
        supposed(office, {Cell("balcao", "ticket.move", "pedido", "triajem"): True})
    with pytest.raises(NotFound):
        supposed(office, {}, {"nada": "own"})
    assert not decide(office.rules(), "balcao", "ticket.read")

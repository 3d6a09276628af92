"""Explain and the call never disagree: the same answer, the same reasons, and the change it names is enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Invalid, NotFound, NotPermitted, Refused
from engine.people.leaving import Deactivate, deactivate
from engine.permits.cells import SetCells, set_cells
from engine.tickets.access import ticket_for
from engine.tickets.moving import Move, move
from engine.tickets.queries import Show, show
from permissions.actions import CATALOGUE, Action
from permissions.cells import Cell

MOVES = ["executar", "esperar", "repetir", "escalar", "concluir", "devolver", "desistir", "nenhuma"]
ACTIONS = [Action.TICKET_NOTE, Action.TICKET_RELOCATE, Action.TICKET_ALTER, Action.TICKET_READ]
PLACES = [(None, None), ("pedido", "triagem"), ("pedido", "*"), ("*", "esperando"), ("*", "*")]


@st.composite
def cells(draw):
    """Cells that mean something: places and moves of the shop's process."""
    found = {}
    for _ in range(draw(st.integers(0, 7))):
        place = draw(st.sampled_from(PLACES))
        action = draw(st.sampled_from([Action.TICKET_MOVE, Action.TICKET_MOVE, Action.TICKET_READ, *ACTIONS]))
        process, situation = place if CATALOGUE[action].by_situation else (None, None)
        narrow = action == Action.TICKET_MOVE and situation in (None, "*") and draw(st.booleans())
        name = f"{action}:{draw(st.sampled_from(['executar', 'esperar', 'repetir']))}" if narrow else str(action)
        if process == "*" and situation == "esperando":
            name = str(action)
        found[Cell("balcao", name, process, situation)] = draw(st.sampled_from([True, True, True, False, None]))
    if draw(st.booleans()):
        found[Cell("balcao", "ticket.read")] = True
        found[Cell("balcao", "ticket.move")] = True
    return found


def refusal(call):
    """How the call is refused; None: it is done."""
    try:
        call()
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize("database", ["sqlite"])
@settings(derandomize=True, max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=cells(), one=st.integers(0, 5), name=st.sampled_from(MOVES), scope=st.sampled_from(["all", "all", "team"])
)
def test_what_explain_says_of_a_move_the_call_does(office, changes, one, name, scope):
    office.world.run(set_cells, SetCells(changes=changes), actor=office.manager)
    office.alter_profile("balcao", scope=scope)
    ticket = office.at(office.protocols()[one])
    said = office.explain(ticket, actor="rui", move=name)
    readable = said.decisions[0].allowed and said.reached
    before = office.everything()
    refused = refusal(lambda: office.move(ticket, name, actor=office.renewed("rui")))
    assert said.allowed == (refused is None)
    if refused is not None:
        assert office.everything() == before
        assert readable or isinstance(refused, NotFound)
        assert not readable or list(refused.reasons) == list(said.reasons)


@pytest.mark.parametrize("database", ["sqlite"])
@settings(derandomize=True, max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=cells(), one=st.integers(0, 5), action=st.sampled_from(ACTIONS))
def test_what_explain_says_of_an_action_the_door_to_it_does_and_its_change_is_enough(office, changes, one, action):
    office.world.run(set_cells, SetCells(changes=changes), actor=office.manager)
    ticket = office.at(office.protocols()[one])

    def asked():
        said = office.explain(ticket, actor="rui", action=str(action))

        def open_it(unit, _):
            ticket_for(unit, action, ticket.protocol)

        refused = refusal(lambda: office.world.run(open_it, None, actor=office.renewed("rui")))
        assert said.allowed == (refused is None)
        if isinstance(refused, NotFound):
            assert not said.decisions[0].allowed
        elif refused is not None:
            assert list(refused.reasons) == list(said.reasons)
        return said

    said = asked()
    if not said.allowed:
        office.world.run(set_cells, SetCells(changes=said.change), actor=office.manager)
        assert asked().allowed


def test_explain_tells_who_made_a_rule_and_when_and_what_it_was_before(office):
    office.set("+balcao ticket.read", "+balcao ticket.move")
    at = office.clock.forward(hours=3)
    office.set("+balcao ticket.move @ pedido triagem", actor=office.boss)
    later = office.clock.forward(hours=3)
    office.set("-balcao ticket.move @ pedido triagem")
    ticket = office.open(actor=office.boss)
    said = office.explain(ticket, actor="rui", move="repetir")
    assert not said.allowed
    denial = next(rule for rule in said.decisions[1].considered if not rule.allow)
    assert (said.stamps[denial.id].at, said.stamps[denial.id].by) == (later, office.manager.id)
    assert [(row.allow, row.since_at, row.since_by, row.until_by) for row in said.gone] == [
        (True, at, office.boss.id, office.manager.id)
    ]
    assert {str(c): v for c, v in said.change.items()} == {"balcao/pedido/triagem/ticket.move:repetir": True} | {
        "balcao/pedido/triagem/ticket.move": None
    }


def test_rights_can_be_asked_as_of_an_instant(office):
    ticket = office.open(actor=office.boss)
    before = office.clock.at
    office.clock.forward(hours=1)
    office.set("+balcao ticket.read", "+balcao ticket.move", "+balcao ticket.move @ pedido triagem")
    allowed = office.clock.at
    office.clock.forward(hours=1)
    office.set("-balcao ticket.move @ pedido triagem")
    office.alter_profile("balcao", scope="own")
    office.move(ticket, "esperar", actor=office.boss, fields={})
    for at, answer in ((before, False), (allowed, True), (office.clock.at, False)):
        said = office.explain(ticket, profile="balcao", move="repetir", at=at)
        assert (said.allowed, said.place.element) == (answer, "triagem" if at < office.clock.at else "esperando")
    assert office.explain(ticket, profile="balcao", move="repetir", at=allowed).profile.scope == "all"
    for at in (before - timedelta(days=1), office.clock.at + timedelta(seconds=1)):
        with pytest.raises(Invalid):
            office.explain(ticket, profile="balcao", move="repetir", at=at)


def test_a_ticket_out_of_scope_is_explained_as_such(office):
    office.set("+balcao ticket.read", "+balcao ticket.note", "+balcao ticket.note @ * *")
    office.alter_profile("balcao", scope="own")
    ticket = office.open(actor=office.boss)
    said = office.explain(ticket, actor="rui", action="ticket.note")
    assert [reason.code for reason in said.reasons] == ["out_of_scope"]
    assert not said.change
    assert office.explain(ticket, profile="balcao", action="ticket.note").reached is None
    with pytest.raises(NotFound):
        office.world.read(show, Show(ticket=ticket.protocol), actor=office.renewed("rui"))


def test_who_has_left_may_nothing_whatever_the_rules_say(office):
    office.set("+balcao ticket.read", "+balcao ticket.note", "+balcao ticket.note @ * *")
    ticket = office.open(actor=office.boss)
    assert office.explain(ticket, actor="rui", action="ticket.note").allowed
    office.world.run(deactivate, Deactivate(login="rui"))
    said = office.explain(ticket, actor="rui", action="ticket.note")
    assert [reason.code for reason in said.reasons] == ["person_ended"]
    assert not said.change


def test_the_sentence_of_a_refusal_names_all_of_the_smallest_change(office):
    office.set("+balcao ticket.read", "-balcao ticket.note @ pedido triagem")
    said = office.explain(office.open(actor=office.boss), actor="rui", action="ticket.note")
    (reason,) = said.reasons
    assert reason.fix == (
        "Quem administra os perfis pode retirar a proibição de fazer anotações na situação “Triagem” "
        "e permitir ao perfil “Balcão” fazer anotações no próprio perfil e na situação “Triagem”."
    )
    assert {str(cell): value for cell, value in said.change.items()} == {
        "balcao/pedido/triagem/ticket.note": True,
        "balcao/ticket.note": True,
    }


def test_everybody_may_ask_about_themselves_and_only_who_may_explain_about_others(office):
    office.set("+balcao ticket.read", "+balcao ticket.note")
    ticket = office.open(actor=office.boss)
    rui = office.renewed("rui")
    said = office.explain(ticket, reader=rui, action="ticket.note")
    assert (said.allowed, said.named) == (False, False)
    for asked in ({"actor": "gil"}, {"profile": "agente"}, {"at": office.clock.at}):
        with pytest.raises(NotPermitted):
            office.explain(ticket, reader=rui, action="ticket.note", **asked)
    assert office.explain(ticket, action="ticket.note", actor="rui").named


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "ticket.mov"},
        {"action": "ticket.move"},
        {"action": "ticket.note", "move": "repetir"},
        {"actor": "ninguem", "move": "repetir"},
        {"actor": "rui", "profile": "balcao", "move": "repetir"},
    ],
)
def test_a_question_that_means_nothing_is_refused(office, asked):
    with pytest.raises(Invalid):
        office.explain(office.open(actor=office.boss), **asked)


def test_the_engine_itself_needs_no_right(office):
    ticket = office.open(actor=office.boss)
    assert office.world.run(move, Move(ticket=ticket.protocol, move="repetir"))

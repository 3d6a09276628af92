"""The matrix says what decide says; rules follow a situation from version to version; what is idle is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.errors import Invalid, NotFound
from engine.permits.carrying import Carry, carry
from engine.permits.matrix import ReadMatrix, read_matrix
from engine.permits.reviewing import Review, review
from engine.permits.telling import Changes, permission_changes
from engine.tickets.model import ticket as tickets
from permissions.cells import values_of
from permissions.decide import decide

PEDIDO = Path(__file__).parents[1] / "tickets" / "diagrams" / "pedido.bpmn"


def matrix(office, process="pedido", **asked):
    return office.world.read(read_matrix, ReadMatrix(process=process, **asked), actor=office.manager)


def row_of(found, situation):
    return next(row for row in found.rows if row.situation == situation)


def test_every_cell_answers_as_decide_does(office):
    office.set(
        "+balcao ticket.move",
        "+balcao ticket.move @ * *",
        "-balcao ticket.move @ pedido triagem",
        "+balcao ticket.note @ pedido triagem",
        "-balcao ticket.move:repetir @ pedido *",
    )
    found = matrix(office, actions=["ticket.move", "ticket.note", "ticket.move:repetir"])
    rules = office.rules()
    for row in found.rows:
        for one in row.cells:
            assert one.own == values_of(rules.all).get(one.cell)
            action, _, narrowed = one.cell.action.partition(":")
            # In the first row the answer is that of a situation that no narrower rule speaks of.
            place = {"process": "pedido", "situation": "nova" if row.situation == "*" else row.situation}
            assert one.answer == bool(decide(rules, one.cell.profile, action, narrowed=narrowed or None, **place))
    told = {
        (one.cell.action, one.value, one.own) for one in row_of(found, "triagem").cells if one.cell.profile == "balcao"
    }
    assert told == {("ticket.move", False, False), ("ticket.note", True, True), ("ticket.move:repetir", False, None)}
    assert row_of(found, "triagem").shown.moves["repetir"] == "Repetir"
    assert row_of(found, "triagem").shown.tickets == 3
    assert found.rows[0].situation == "*"


def test_the_row_of_all_situations_answers_with_both_layers_and_with_rules_about_all_processes(office):
    office.set("+balcao ticket.move @ * *", ".balcao ticket.move", ".balcao ticket.note @ * *", "+balcao ticket.note")
    office.set("+balcao ticket.note @ pedido *")
    for process, own in (("pedido", None), ("*", True)):
        cells = matrix(office, process, profiles=["balcao"], actions=["ticket.move", "ticket.note"]).rows[0].cells
        move, note = ((one.value, one.own, one.rule, one.answer) for one in cells)
        assert move == (True, own, "balcao/*/*/ticket.move", False)
        assert note == ((True, True, "balcao/pedido/*/ticket.note", True) if own is None else (None, None, None, False))


def test_a_matrix_is_asked_for_in_parts_and_as_of_an_instant(office):
    before = office.clock.at
    office.clock.forward(hours=1)
    office.set("+balcao ticket.note", "+balcao ticket.note @ pedido triagem")
    found = matrix(office, profiles=["balcao"], actions=["ticket.note"])
    assert [one.cell.profile for row in found.rows for one in row.cells] == ["balcao"] * len(found.rows)
    assert row_of(found, "triagem").cells[0].answer
    past = matrix(office, profiles=["balcao"], actions=["ticket.note"], at=before)
    assert row_of(past, "triagem").cells[0].value is None
    office.clock.forward(hours=1)
    office.set(".balcao ticket.note @ pedido triagem")
    gone = matrix(office, profiles=["balcao"], actions=["ticket.note"], at=office.clock.at)
    assert row_of(gone, "triagem").cells[0].value is None
    everywhere = matrix(office, "*")
    assert [row.situation for row in everywhere.rows] == ["*"]
    with pytest.raises(NotFound):
        matrix(office, "nada")
    for wrong in ({"profiles": ["nada"]}, {"actions": ["ticket.mov"]}, {"actions": ["ticket.read"]}):
        with pytest.raises(Invalid):
            matrix(office, **wrong)


def renamed(office, *, label="Triagem"):
    """A version in which `triagem` has another id, and perhaps another name."""
    raw = (
        PEDIDO.read_text(encoding="utf-8")
        .replace('"triagem"', '"primeira"')
        .replace('name="Triagem"', f'name="{label}"')
    )
    office.world.deploy(("pedido.bpmn", raw.encode()))


def finish_all(office):
    def end(unit, _):
        for row in unit.connection.execute(select(tickets)):
            unit.update(f"ticket:{row.id}", tickets, {"id": row.id}, ended=True)
            unit.record(f"ticket:{row.id}", "x")

    office.world.run(end, None)


def reviewed(office):
    return office.world.read(review, Review(), actor=office.manager)


def test_rules_stay_with_a_situation_that_a_new_version_keeps_and_calls_otherwise(office):
    office.set("+balcao ticket.move", "+balcao ticket.move @ pedido triagem")
    raw = PEDIDO.read_text(encoding="utf-8").replace('name="Triagem"', 'name="Primeiro contato"')
    raw = raw.replace('name="Repetir"', 'name="De novo"').replace("</process>", '<task id="sobra" /></process>', 1)
    office.world.deploy(("pedido.bpmn", raw.replace('<task id="sobra" />', "").encode()))
    assert row_of(matrix(office), "triagem").shown.label == "Primeiro contato"
    assert decide(office.rules(), "balcao", "ticket.move", process="pedido", situation="triagem")
    assert reviewed(office).orphans == []


def test_a_rule_is_orphaned_when_no_ticket_stands_in_its_situation_any_more_and_can_be_carried_over(office):
    office.set(
        "+balcao ticket.move", "-balcao ticket.note @ pedido triagem", "+balcao ticket.move:repetir @ pedido triagem"
    )
    renamed(office)
    assert reviewed(office).orphans == []  # tickets still stand there
    finish_all(office)
    orphans = reviewed(office).orphans
    assert {(one.rule.action, one.gone, one.label, tuple(one.renamed_to)) for one in orphans} == {
        ("ticket.note", "situation", "Triagem", ("primeira",)),
        ("ticket.move:repetir", "situation", "Triagem", ("primeira",)),
    }
    done = office.world.run(carry, Carry(process="pedido", situation="triagem", to="primeira"), actor=office.manager)
    assert len(done) == 4
    assert reviewed(office).orphans == []
    held = {str(c): v for c, v in values_of(office.rules().all).items() if c.process == "pedido"}
    assert held == {"balcao/pedido/primeira/ticket.note": False, "balcao/pedido/primeira/ticket.move:repetir": True}
    with office.refused(Invalid, "nothing_to_carry"):
        office.world.run(carry, Carry(process="pedido", situation="triagem", to="primeira"), actor=office.manager)


def test_what_the_new_situation_has_of_its_own_stays_and_the_old_one_keeps_its_rules_while_tickets_stand_there(office):
    office.set("-balcao ticket.note @ pedido triagem", "+balcao ticket.move @ pedido triagem")
    renamed(office, label="Outra")
    office.set("+balcao ticket.note @ pedido primeira")
    (done,) = office.world.run(carry, Carry(process="pedido", situation="triagem", to="primeira"), actor=office.manager)
    assert (str(done.cell), done.new) == ("balcao/pedido/primeira/ticket.move", True)
    assert len([1 for c in values_of(office.rules().all) if c.situation == "triagem"]) == 2


def test_rights_that_nobody_used_for_ninety_days_are_told_and_younger_ones_are_not(office):
    office.clock.forward(days=100)
    office.set(
        "+balcao ticket.read", "+balcao ticket.note", "+balcao ticket.move", "+balcao ticket.move @ pedido triagem"
    )
    office.set("+balcao ticket.move @ pedido esperando")
    assert [str(c) for c in reviewed(office).unused if c.profile == "balcao"] == []
    office.clock.forward(days=91)
    ticket = office.open(actor=office.boss)
    office.move(ticket, "repetir", actor=office.renewed("rui"))
    assert [str(c) for c in reviewed(office).unused if c.profile == "balcao"] == [
        "balcao/pedido/esperando/ticket.move",
        "balcao/ticket.note",
    ]
    assert "administrador/ticket.open" not in {str(c) for c in reviewed(office).unused}
    assert "gestor/permission.manage" in {str(c) for c in reviewed(office).unused}


def test_profiles_that_are_all_but_the_same_are_told(office):
    assert ("agente", "balcao") not in {(one, other) for one, other, _ in reviewed(office).alike}
    from engine.permits.profiles import CreateProfile, create_profile

    office.world.run(create_profile, CreateProfile(key="gemeo", label="G", copy_of="agente"), actor=office.manager)
    assert ("agente", "gemeo", None) in reviewed(office).alike
    office.set("-gemeo ticket.note @ pedido triagem")
    ((_, _, apart),) = [one for one in reviewed(office).alike if one[:2] == ("agente", "gemeo")]
    assert str(apart) == "agente/pedido/triagem/ticket.note"
    office.set("-gemeo ticket.note")
    assert not [one for one in reviewed(office).alike if one[:2] == ("agente", "gemeo")]


def test_the_history_says_who_allowed_what_in_words(office):
    office.set("+balcao ticket.move", "+balcao ticket.move:repetir @ pedido triagem")
    office.alter_profile("balcao", scope="team")
    told = office.world.read(permission_changes, Changes(profile="balcao", limit=3), actor=office.manager)
    assert [one["sentence"] for one in told] == [
        "Mara alterou em Balcão: o alcance (all → team)",
        "Mara permitiu Alterar situação (ticket.move) a Balcão",
        "Mara permitiu Alterar situação (ticket.move:repetir) a Balcão em Triagem (pedido:triagem)",
    ]
    ask = Changes(profile="balcao", before=str(told[-1]["id"]))
    (first,) = office.world.read(permission_changes, ask, actor=office.manager)
    assert first["deed"] == "added"
    with pytest.raises(Invalid):
        office.world.read(permission_changes, Changes(before="x"), actor=office.manager)

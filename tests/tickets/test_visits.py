"""Hard rule 5: technical assistance only for subjects of that kind, on every route; and what happens to its visits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.errors import Conflict, Invalid, NotFound, NotPermitted
from engine.tickets.alteration import Alter, alter
from engine.tickets.assistance import Accept, Assistances, accept, assistances
from engine.tickets.cloning import Clone, clone
from engine.tickets.model import technical_assistance
from engine.tickets.relations import visit
from engine.tickets.relocation import Relocate, relocate
from engine.tickets.visits import DEEDS, Change, Propose, change, propose

DIAGRAMS = Path(__file__).parent / "diagrams"


def with_a_listener(raw):
    """The called process, listening for `visit_done` in its one situation."""
    return raw.replace(
        b'<process id="visita"', b'<message id="m_feita" name="visit_done" />\n  <process id="visita"'
    ).replace(
        b'<exclusiveGateway id="escolha" />',
        b"""<exclusiveGateway id="escolha" />
    <boundaryEvent id="avisada" name="Visita feita" attachedToRef="a_agendar">
      <messageEventDefinition id="md1" messageRef="m_feita" />
    </boundaryEvent>
    <sequenceFlow id="f3" sourceRef="avisada" targetRef="fim" />""",
    )


def guarded(raw):
    """The calling process, whose way into the assistance asks for the kind of subject."""
    plain = b'<sequenceFlow id="visitar" name="Visitar" sourceRef="de_triagem" targetRef="visita" />'
    assert plain in raw
    guard = b"<conditionExpression>subject.technical_assistance</conditionExpression>"
    return raw.replace(plain, plain[:-3] + b">" + guard + b"</sequenceFlow>")


@pytest.fixture
def ticket(shop):
    """One whose assistance runs."""
    return shop.move(shop.open(), "visitar")


def at(shop, **ahead):
    starts_at = shop.clock.at + timedelta(**(ahead or {"days": 1}))
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}


def proposed(shop, ticket, *, actor=None, **values):
    ask = Propose(**({"ticket": ticket.protocol} | at(shop) | values))
    return shop.world.run(propose, ask, actor=actor or shop.agent).visit


def changed(shop, ticket, number, deed, *, actor=None, **values):
    ask = Change(ticket=ticket.protocol, number=number, deed=deed, **values)
    return shop.world.run(change, ask, actor=actor or shop.agent)


def seen(shop, ticket):
    return shop.world.read(assistances, Assistances(ticket=ticket.protocol), actor=shop.agent)[1]


def states(shop, ticket):
    return [one.state for _, visits in seen(shop, ticket) for one in visits]


def test_a_visit_is_proposed_scheduled_put_off_missed_and_done(shop, ticket):
    first = proposed(shop, ticket, note="Levar sifão", responsible="ana")
    assert (first["number"], first["state"], first["person_id"]) == (1, "proposed", shop.agent.user_id)
    assert changed(shop, ticket, 1, "schedule").visit["state"] == "scheduled"
    later = at(shop, days=2)
    assert changed(shop, ticket, 1, "reschedule", **later).visit["starts_at"] == later["starts_at"]
    shop.clock.forward(days=2, hours=2)
    assert changed(shop, ticket, 1, "missed", note="Ninguém em casa").visit["note"] == "Ninguém em casa"
    assert changed(shop, ticket, 1, "reschedule", **at(shop)).visit["state"] == "scheduled"
    done = changed(shop, ticket, 1, "done")
    assert (done.visit["state"], states(shop, ticket)) == ("done", ["done"])
    told = [row for row in shop.history(ticket) if row.deed.startswith("visit_")]
    assert [row.deed for row in told] == [
        "visit_proposed",
        "visit_scheduled",
        "visit_rescheduled",
        "visit_missed",
        "visit_rescheduled",
        "visit_done",
    ]
    assert {row.actor for row in told} == {shop.agent.id}
    assert told[2].detail["starts_at"] == later["starts_at"].isoformat()
    assert not any("Ningu" in str(row.detail) for row in told)
    assert shop.see(ticket).revision == ticket.revision


def test_a_visit_done_tells_the_diagram_in_the_same_transaction(shop):
    called, calling = ((DIAGRAMS / name).read_bytes() for name in ("visita.bpmn", "pedido.bpmn"))
    shop.world.deploy(("visita.bpmn", with_a_listener(called)), ("pedido.bpmn", calling))
    ticket = shop.move(shop.open(), "visitar")
    proposed(shop, ticket, scheduled=True)
    proposed(shop, ticket)
    done = changed(shop, ticket, 1, "done")
    assert (done.ticket.situation, done.ticket.place_process) == ("triagem", "pedido")
    (row, visits), *_ = seen(shop, ticket)
    assert (row.outcome, [one.state for one in visits]) == ("ended", ["done", "cancelled"])
    last = shop.history(ticket)[-3:]
    assert [one.deed for one in last] == ["visit_done", "transition", "visit_cancelled"]
    assert (last[1].actor, last[1].detail["message"], last[1].detail["sent_by"]) == (
        "system:message",
        "visit_done",
        shop.agent.id,
    )
    assert last[2].detail == {"visit": 2, "assistance": "closed"}


def test_a_diagram_that_does_not_listen_has_the_message_recorded(shop, ticket):
    proposed(shop, ticket, scheduled=True)
    done = changed(shop, ticket, 1, "done")
    assert done.ticket.situation == "a_agendar"
    assert shop.history(ticket)[-1].detail == {"message": "visit_done", "delivered": False}


def test_what_is_ahead_ends_with_the_assistance(shop, ticket):
    proposed(shop, ticket)
    proposed(shop, ticket, scheduled=True)
    shop.move(ticket, "feita")
    assert states(shop, ticket) == ["cancelled", "cancelled"]
    assert shop.deeds(ticket)[-3:] == ["moved", "visit_cancelled", "visit_cancelled"]
    with shop.refused(Invalid, "no_assistance"):
        proposed(shop, ticket)


def test_relocating_abandons_assistance_and_visits(shop, ticket):
    proposed(shop, ticket)
    shop.world.run(relocate, Relocate(ticket=ticket.protocol, situation="triagem", reason="engano"), actor=shop.boss)
    (row, visits), *_ = seen(shop, ticket)
    assert (row.outcome, visits[0].state) == ("abandoned", "cancelled")


def test_each_deed_asks_for_the_visits_state(shop, ticket):
    proposed(shop, ticket)
    changed(shop, ticket, 1, "cancel")
    for deed in DEEDS:
        with shop.refused(Conflict, "visit_state") as refusal:
            changed(shop, ticket, 1, deed, **(at(shop) if deed == "reschedule" else {}))
        assert refusal.value.extra["present"] == {"number": 1, "state": "cancelled"}
        with shop.refused(NotFound):
            changed(shop, ticket, 2, deed)


def test_a_visit_of_an_assistance_that_is_over_stays_as_it_is(shop, ticket):
    proposed(shop, ticket, scheduled=True)
    changed(shop, ticket, 1, "missed")
    again = shop.move(shop.move(ticket, "feita"), "visitar")
    with shop.refused(Invalid, "no_assistance"):
        changed(shop, ticket, 1, "reschedule", **at(shop))
    assert proposed(shop, again)["number"] == 2
    assert [len(visits) for _, visits in seen(shop, ticket)] == [1, 1]


def test_times_make_sense(shop, ticket):
    ahead = at(shop)
    for wrong in (
        {"starts_at": ahead["ends_at"], "ends_at": ahead["starts_at"]},
        {"starts_at": shop.clock.at - timedelta(minutes=1)},
        {"ends_at": ahead["starts_at"]},
    ):
        with shop.refused(Invalid, "visit_time"):
            proposed(shop, ticket, **wrong)
    proposed(shop, ticket)
    with shop.refused(Invalid, "visit_time"):
        changed(shop, ticket, 1, "reschedule")
    with shop.refused(Invalid):
        changed(shop, ticket, 1, "schedule", team="nada")


def test_planning_and_concluding_are_two_rights(shop, ticket):
    from engine.people.model import permission_rule

    proposed(shop, ticket, scheduled=True)

    def forbid(unit, action):
        unit.insert("rule:x", permission_rule, id=f"x{action}", profile="agente", action=action, allow=False)
        unit.record("rule:x", "put")
        unit.new_authority()

    shop.world.run(forbid, "visit.conclude")
    for deed in ("done", "missed"):
        with shop.refused(NotPermitted):
            changed(shop, ticket, 1, deed)
    changed(shop, ticket, 1, "reschedule", **at(shop))
    shop.world.run(forbid, "visit.schedule")
    for deed in ("reschedule", "cancel"):
        with shop.refused(NotPermitted):
            changed(shop, ticket, 1, deed, **(at(shop) if deed == "reschedule" else {}))
    with shop.refused(NotPermitted):
        proposed(shop, ticket)


def test_acceptance_is_recorded_the_last_answer_counts_and_a_refusal_says_why(shop, ticket):
    def answered(acceptance, reason=None, actor=None):
        ask = Accept(ticket=ticket.protocol, acceptance=acceptance, reason=reason)
        return shop.world.run(accept, ask, actor=actor or shop.agent)

    with shop.refused(Invalid, "reason_missing"):
        answered("refused", " ")
    with shop.refused(Invalid):
        answered("perhaps")
    other = shop.world.person("ivo", "integracao")
    with shop.refused(NotPermitted):
        answered("accepted", actor=other)
    answered("refused", "ainda pinga")
    (row, _), *_ = seen(shop, ticket)
    assert (row.acceptance, row.acceptance_reason, row.accepted_by) == ("refused", "ainda pinga", shop.agent.id)
    answered("accepted")
    (row, _), *_ = seen(shop, ticket)
    assert (row.acceptance, row.acceptance_reason) == ("accepted", None)
    assert shop.deeds(ticket)[-2:] == ["assistance_refused", "assistance_accepted"]
    shop.move(ticket, "feita")
    with shop.refused(Invalid, "no_assistance"):
        answered("accepted")


def test_the_subject_is_not_changed_away_while_an_assistance_runs(shop, ticket):
    for changes in ({"subject": "eletrica"}, {"subject": None}, {"subject": "papelada"}):
        with shop.refused(Invalid, "assistance_running") as refusal:
            shop.world.run(alter, Alter(ticket=ticket.protocol, changes=changes), actor=shop.agent)
        assert refusal.value.reasons[0].fix
        ask = Alter(ticket=ticket.protocol, changes=changes, situation="novo", reason="x", fields={"numero": 1})
        with shop.refused(Invalid, "assistance_running"):
            shop.world.run(alter, ask, actor=shop.boss)
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={"priority": "alta"}), actor=shop.agent)
    shop.move(ticket, "feita")
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={"subject": "eletrica"}), actor=shop.agent)
    assert shop.see(ticket).subject == "eletrica"


def test_no_route_opens_an_assistance_for_a_subject_of_another_kind(shop):
    called, calling = ((DIAGRAMS / name).read_bytes() for name in ("visita.bpmn", "pedido.bpmn"))
    shop.world.deploy(("visita.bpmn", called), ("pedido.bpmn", guarded(calling)))
    ticket = shop.open(subject="eletrica")
    with shop.refused(Invalid) as refusal:
        shop.move(ticket, "visitar")
    assert [reason.code for reason in refusal.value.reasons] == ["guard_false"]
    with shop.refused(Invalid):
        shop.move(ticket, "visitar", actor=shop.boss)
    with shop.refused(Invalid, "no_assistance"):
        proposed(shop, ticket)
    with shop.refused(Invalid, "no_assistance"):
        shop.world.run(accept, Accept(ticket=ticket.protocol, acceptance="accepted"), actor=shop.agent)
    put = Relocate(ticket=ticket.protocol, situation="visita:a_agendar", reason="direto")
    shop.world.run(relocate, put, actor=shop.boss)
    with shop.refused(Invalid, "no_assistance"):  # it stands there, and has no assistance all the same
        proposed(shop, ticket)
    shop.world.run(clone, Clone(ticket=ticket.protocol), actor=shop.agent)
    found = shop.world.read(lambda unit, _: unit.connection.execute(select(technical_assistance)).all(), None)
    assert found == []
    assert shop.world.read(lambda unit, _: unit.connection.execute(select(visit)).all(), None) == []


def test_relocated_into_it_a_subject_of_that_kind_has_its_assistance(shop):
    ticket = shop.open()
    put = Relocate(ticket=ticket.protocol, situation="visita:a_agendar", reason="direto")
    shop.world.run(relocate, put, actor=shop.boss)
    assert proposed(shop, ticket)["number"] == 1

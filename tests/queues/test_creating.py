"""Activities made by hand: for oneself, a person or a team, with or without a contact, with or without a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from reliability.invariants import check
from sqlalchemy import select

from engine.errors import FieldsMissing, Invalid, NotFound, NotPermitted
from engine.history import change_history
from engine.queues.changing import Change, change
from engine.registry.putting import Put, put


def status(task):
    return (task["status"], task["team"], task["person_id"])


def test_for_oneself_without_a_limit_it_is_pending_and_all_else_is_queued(desk):
    soon = desk.clock.at + timedelta(hours=1)
    me, other = desk.ana.user_id, desk.bia.user_id
    assert status(desk.task()) == ("pending", None, me)
    assert status(desk.task(responsible="ana", team="suporte")) == ("pending", "suporte", me)
    assert status(desk.task(limit_at=soon)) == ("queued", None, me)
    assert status(desk.task(responsible="bia")) == ("queued", None, other)
    assert status(desk.task(team="vendas")) == ("queued", "vendas", None)
    ticket, task = desk.in_ticket()
    assert status(task) == ("queued", ticket.team, None)
    check(desk.world.engine)


def test_a_contact_is_not_who_gets_it(desk):
    task = desk.task(customer="c1", responsible="bia")
    assert task["customer_id"] is not None
    with desk.refused(NotFound, "customer_unknown"):
        desk.task(customer="c9")


def test_a_limit_is_a_deadline_or_an_appointment(desk):
    soon = desk.clock.at + timedelta(hours=1)
    kinds = [desk.task(limit_at=soon, **more)["due_kind"] for more in (
        {}, {"kind": "appointment"}, {"kind": "appointment", "due_kind": "deadline"}, {"due_kind": "appointment"},
    )]  # fmt: skip
    assert kinds == ["deadline", "appointment", "deadline", "appointment"]
    assert desk.task()["due_kind"] is None
    for code, values in (
        ("limit_past", {"limit_at": desk.clock.at}),
        ("limit_far", {"limit_at": desk.clock.at + timedelta(days=4000)}),
        ("limit_missing", {"due_kind": "deadline"}),
        ("invalid", {"due_kind": "talvez", "limit_at": soon}),
    ):
        with desk.refused(Invalid, code):
            desk.task(**values)


def test_a_type_brings_its_kind_its_template_and_what_it_asks_for(desk):
    meeting = desk.task(type="reuniao", fields={"pauta": "Orçamento"})
    assert (meeting["kind"], meeting["fields"]) == ("appointment", {"pauta": "Orçamento"})
    welcome = desk.task(type="boas_vindas")
    assert (welcome["kind"], welcome["template"]) == ("email", "ola")
    for kind, code, values in (
        (FieldsMissing, "fields_missing", {"type": "reuniao"}),
        (Invalid, "field_not_asked", {"type": "boas_vindas", "fields": {"pauta": "x"}}),
        (Invalid, "field_not_asked", {"fields": {"pauta": "x"}}),
        (Invalid, "type_unknown", {"type": "outro"}),
        (Invalid, "type_kind", {"type": "boas_vindas", "kind": "call"}),
        (Invalid, "template_unknown", {"template": "outra"}),
        (Invalid, "invalid", {"kind": "outra"}),
        (Invalid, "invalid", {"name": "  "}),
        (Invalid, "invalid", {"team": "outro"}),
    ):
        with desk.refused(kind, code):
            desk.task(**values)


def test_outside_of_tickets_it_needs_the_right_to_create_and_inside_the_one_for_tasks(desk):
    ticket = desk.open(subsubject="hidraulica.cano")
    for login, profile, values, kind in (
        ("ivo", "integracao", {}, NotPermitted),
        ("ivo", "integracao", {"ticket": ticket.protocol}, NotPermitted),
        ("cida", "cliente_portal", {"ticket": ticket.protocol}, NotFound),
        ("cida", "cliente_portal", {}, NotPermitted),
    ):
        actor = desk.world.person(login, profile)
        with desk.refused(kind):
            desk.task(actor=actor, **values)


def test_without_a_ticket_the_history_is_its_own_and_holds_no_text(desk):
    task = desk.task(description="Telefone 62 98123-0000", team="suporte")
    desk.take(task["id"], desk.ana)
    desk.transfer(task["id"], desk.ana, responsible="bia", note="Ligou o João")
    desk.finish(task["id"], desk.bia)
    wanted = select(change_history).where(change_history.c.kind == "activity").order_by(change_history.c.id)
    rows = desk.rows(lambda unit: unit.connection.execute(wanted).all())
    assert [row.deed for row in rows] == ["task_created", "taken", "transferred", "finished"]
    assert {row.key for row in rows} == {str(task["id"])}
    told = repr([row.detail for row in rows])
    assert "João" not in told
    assert "Telefone" not in told
    check(desk.world.engine)


def test_another_limit_is_a_new_deadline_and_only_those_it_concerns_change_it(desk):
    soon = desk.clock.at + timedelta(hours=1)
    task = desk.task(limit_at=soon, team="suporte")
    ask = Change(item=task["id"], changes={"limit_at": soon + timedelta(hours=1), "name": "Outro nome"})
    with desk.refused(NotPermitted, "not_yours"):
        desk.world.run(change, ask, actor=desk.bia)
    desk.world.run(change, ask, actor=desk.ana)
    row = desk.row(task["id"])
    assert (row.limit_version, row.announce_at, row.name) == (2, soon + timedelta(hours=1), "Outro nome")
    desk.world.run(change, Change(item=task["id"], changes={"limit_at": None}), actor=desk.chefe)
    row = desk.row(task["id"])
    assert (row.limit_at, row.due_kind, row.announce_at) == (None, None, None)
    with desk.refused(Invalid, "limit_missing"):
        desk.world.run(change, Change(item=task["id"], changes={"due_kind": "appointment"}), actor=desk.ana)
    with desk.refused(Invalid, "limit_past"):
        desk.world.run(change, Change(item=task["id"], changes={"limit_at": desk.clock.at}), actor=desk.ana)
    check(desk.world.engine)


@pytest.mark.parametrize(
    ("registry", "values"),
    [
        ("teams", {"yellow_from": 0}),
        ("teams", {"yellow_from": 100}),
        ("teams", {"yellow_from": True}),
        ("teams", {"tells": ["todos"]}),
        ("activity_types", {"kind": "outra"}),
        ("activity_types", {"asks": ["nada"]}),
        ("activity_types", {"template": "nada"}),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_registries_that_do_not_fit_are_refused(desk, registry, values):
    with pytest.raises(Invalid) as refusal:
        desk.world.run(put, Put(registry=registry, key="novo", values={"label": "Novo"} | values), actor=desk.gil)
    assert next(iter(values)) in str(refusal.value)

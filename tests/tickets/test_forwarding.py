from __future__ import annotations

import pytest

from engine.builtin import FIELDS, LABELS
from engine.errors import FieldsMissing, Invalid, NotActive, NotPermitted
from engine.people.adding import AddPerson, add_person
from engine.people.model import permission_rule
from engine.registry.putting import Put, put
from engine.tickets.alteration import Alter, alter
from engine.tickets.opening import Open, open_ticket


@pytest.fixture
def estate(shop):
    for registry, key, label in (
        ("developments", "jardins", "Jardins"),
        ("developments", "serra", "Serra"),
        ("blocks", "jardins.a", "Torre A"),
        ("blocks", "jardins.b", "Torre B"),
        ("blocks", "serra.a", "Torre A"),
        ("units", "jardins.a.302", "302"),
        ("units", "serra.7", "Casa 7"),
        ("contact_reasons", "queixa", "Queixa"),
    ):
        shop.world.run(put, Put(registry=registry, key=key, values={"label": label}))
    return shop


def change(shop, ticket, *, actor=None, fields=None, **changes):
    ask = Alter(ticket=ticket.protocol, changes=changes, fields=fields or {})
    return shop.world.run(alter, ask, actor=actor or shop.agent)


def about(ticket):
    return ticket.development, ticket.block, ticket.unit


def test_development_block_and_unit_go_together(estate):
    ticket = estate.open(development="jardins", block="jardins.a", unit="jardins.a.302")
    assert about(estate.see(ticket)) == ("jardins", "jardins.a", "jardins.a.302")
    assert about(change(estate, ticket, block="jardins.b")) == ("jardins", "jardins.b", None)
    assert about(change(estate, ticket, development="serra", unit="serra.7")) == ("serra", None, "serra.7")
    assert about(change(estate, ticket, development=None)) == (None, None, None)
    told = [row.detail["changed"] for row in estate.history(ticket) if row.deed == "altered"]
    assert told[0] == {"block": ["jardins.a", "jardins.b"], "unit": ["jardins.a.302", None]}


def test_keys_that_do_not_fit_are_named_at_once_and_leave_no_trace(estate):
    ticket = estate.open(development="jardins")
    before = estate.see(ticket).revision, len(estate.history(ticket))
    for wrong in (
        {"development": "nenhum"},
        {"block": "serra.a"},
        {"block": "jardins.a", "unit": "serra.7"},
        {"unit": "jardins.a.302"},  # its block is not given
        {"contact_reason": "elogio"},
        {"development": "nenhum", "block": "x", "team": "y"},
    ):
        with pytest.raises(Invalid) as refusal:
            change(estate, ticket, **wrong)
        if len(wrong) == 3:
            assert all(name in refusal.value.detail for name in wrong)
        with pytest.raises(Invalid):
            estate.open(**{"development": "jardins"} | wrong)
    assert (estate.see(ticket).revision, len(estate.history(ticket))) == before


def test_retiring_breaks_nothing_that_refers_to_it(estate):
    ticket = estate.open(development="jardins", contact_reason="queixa")
    for registry, key in (("developments", "jardins"), ("contact_reasons", "queixa"), ("subjects", "hidraulica")):
        values = {"label": key, "retired": True} | ({"process": "pedido"} if registry == "subjects" else {})
        estate.world.run(put, Put(registry=registry, key=key, values=values))
    kept = change(estate, ticket, priority="alta", development="jardins", contact_reason="queixa")
    assert (kept.development, kept.contact_reason, kept.priority) == ("jardins", "queixa", "alta")
    with pytest.raises(Invalid):
        estate.open(subject="eletrica", development="jardins")


def test_words_are_free_until_the_installation_registers_some(shop):
    ticket = shop.open(priority="qualquer", request_type="uma", contact_reason="outra")
    shop.world.run(put, Put(registry="priorities", key="alta", values={"label": "Alta"}))
    with pytest.raises(Invalid, match="priority"):
        change(shop, ticket, priority="baixa")
    assert change(shop, ticket, priority="alta").priority == "alta"


def test_team_without_a_person_queues_the_ticket(shop):
    """Hard rule 14: also when the person is of the new team."""
    ticket = shop.open()
    change(shop, ticket, responsible="ana")
    queued = change(shop, ticket, team="suporte")
    assert (queued.team, queued.responsible) == ("suporte", None)
    told = shop.history(ticket)[-1].detail["changed"]
    assert told == {"team": ["vendas", "suporte"], "responsible": [str(shop.agent.user_id), None]}


def test_sending_the_whole_ticket_back_changes_nothing(shop):
    ticket = shop.open()
    change(shop, ticket, responsible="ana")
    before = shop.see(ticket).revision, len(shop.history(ticket))
    same = change(shop, ticket, team="vendas", responsible="ana", subject="hidraulica", title=ticket.title)
    assert (same.revision, len(shop.history(ticket))) == before
    assert shop.see(ticket).person.login == "ana"


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"priority": "alta"}, ["ticket.alter"]),
        ({"team": "suporte"}, ["ticket.forward"]),
        ({"responsible": None, "title": "x"}, ["ticket.forward", "ticket.alter"]),
        ({"portal_visible": True}, ["ticket.publish"]),
        ({"next_action_at": None}, ["ticket.next_action"]),
    ],
)
def test_each_change_asks_for_its_own_right(shop, changes, asked):
    ticket = shop.open()
    with pytest.raises(NotPermitted) as refusal:
        change(shop, ticket, actor=reader(shop), **changes)
    assert [reason.details["decision"]["action"] for reason in refusal.value.reasons] == asked
    assert shop.see(ticket).revision == 1


def reader(shop):
    """Somebody who may read tickets and nothing else."""

    def add(unit, _):
        from engine.people.model import profile

        unit.insert("profile:leitor", profile, key="leitor", label="Leitor")
        unit.insert(
            "profile:leitor", permission_rule, id="leitor:read", profile="leitor", action="ticket.read", allow=True
        )
        unit.record("profile:leitor", "added")
        unit.new_authority()

    shop.world.run(add, None)
    shop.world.run(add_person, AddPerson(login="leo", name="Leo", profile="leitor"))
    return shop.world.person("leo")


def test_forwarding_is_refused_while_anything_required_is_empty(shop):
    """Hard rule 3: everything is named, nothing is stored."""
    ticket = shop.open(fields={"unidade": "302"})
    shop.move(ticket, "executar")
    before = shop.see(ticket)
    with pytest.raises(FieldsMissing) as refusal:
        change(shop, ticket, team="campo", fields={"unidade": None})
    assert refusal.value.extra["missing"] == ["unidade"]
    after = shop.see(ticket)
    assert (after.revision, after.team, after.fields) == (before.revision, before.team, before.fields)


def test_finished_ticket_is_not_forwarded(shop):
    ticket = shop.open(fields={"unidade": "1"})
    shop.move(ticket, "executar")
    shop.move(ticket, "concluir", fields={"solucao": "Trocado."})
    for changes in ({"team": "vendas"}, {"priority": "alta"}, {"subject": "eletrica"}):
        with pytest.raises(NotActive):
            change(shop, ticket, **changes)
    assert change(shop, ticket, contact_reason="duvida").contact_reason == "duvida"
    assert change(shop, ticket, actor=shop.boss, portal_visible=True).portal_visible


def test_everything_that_may_be_required_has_a_name_for_people(shop):
    assert FIELDS.keys() == LABELS.keys()
    ticket = shop.open()
    assert {name: ticket.value(name) for name in FIELDS}["next_action"] is None


def test_opening_takes_what_the_ticket_is_about(estate):
    ask = Open(title="x", subject="hidraulica", development="serra", unit="serra.7", contact_reason="queixa")
    made = estate.world.run(open_ticket, ask, actor=estate.agent).ticket
    assert about(made) == ("serra", None, "serra.7")
    assert made.facts()["development"] == "serra"

"""The form that customers fill in, the lists they get, and what the staff publish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from portal.registries import CENTRAL
from reliability.invariants import check

from engine.conversations.model import interaction
from engine.errors import Conflict, Invalid, NotPermitted
from engine.portal.accounts import Invite, invite
from engine.portal.answers import Answers
from engine.portal.forms import NotConfigured, ReadForm, read_form
from engine.portal.opening import OpenContact, open_contact
from engine.registry.putting import Put, put
from engine.tickets.opening import Open, open_ticket
from engine.unit import Answer, Key


def texts(contact):
    return [one.text for one in contact.messages]


def test_everything_that_does_not_fit_is_named_at_once(portal):
    with portal.refused(Invalid, "form") as refusal:
        portal.open(
            subclassification="boletos.segunda_via",
            contact_form="email",
            contact_name=" ",
            contact_phone="3774-3039",
            contact_email="rita",
            message="",
            fields={"interno": "x"},
            attachments=("at_1", "at_2"),
        )
    errors = refusal.value.extra["errors"]
    assert set(errors) == {
        "contact_form",
        "contact_name",
        "contact_phone",
        "contact_email",
        "message",
        "fields.interno",
        "fields.boleto",
        "attachments",
    }
    assert errors["contact_name"] == ["Pessoa para contato: é obrigatório"]
    for wrong in ({"classification": "duvidas"}, {"subclassification": "boletos.x"}, {"subclassification": None}):
        with portal.refused(Invalid, "form") as refusal:
            portal.open(**wrong)
        assert len(refusal.value.extra["errors"]) == 1


def test_the_parameter_decides_which_form_customers_get(portal):
    portal.use("crm")
    offer = portal.world.read(read_form, ReadForm(), actor=portal.beto)
    assert (list(offer.classifications), list(offer.contact_forms)) == (["boletos", "duvidas"], ["email", "telefone"])
    with portal.refused(Invalid, "form") as refusal:
        portal.open(classification="duvidas", subclassification=None)
    assert list(refusal.value.extra["errors"]) == ["contact_form"]
    with portal.refused(Invalid, "form") as refusal:
        portal.open(classification="duvidas", subclassification=None, contact_form="telefone")
    assert list(refusal.value.extra["errors"]) == ["fields.horario"]
    ticket = portal.open(
        classification="duvidas", subclassification=None, contact_form="telefone", fields={"horario": "de manhã"}
    )
    contact = portal.see(ticket)
    assert [(entry.label, value) for entry, value in contact.values] == [("Melhor horário", "de manhã")]


def test_a_missing_registry_is_named(portal):
    def retire(registry, key, **values):
        portal.world.run(put, Put(registry=registry, key=key, values={"label": key, "retired": True} | values))

    portal.use("crm")
    retire("contact_forms", "email")
    retire("contact_forms", "telefone")
    with portal.refused(NotConfigured) as refusal:
        portal.open(classification="duvidas", subclassification=None)
    assert refusal.value.extra["missing"] == ["contact_forms"]
    assert "formas de contato (contact_forms)" in refusal.value.detail
    for key in ("boletos", "duvidas"):
        retire("classifications", key, subject="pagamentos")
    with pytest.raises(NotConfigured) as refusal:
        portal.world.read(read_form, ReadForm(), actor=portal.rita)
    assert refusal.value.extra["missing"] == ["classifications", "contact_forms"]
    retire("intake_forms", "crm")
    with pytest.raises(NotConfigured) as refusal:
        portal.world.read(read_form, ReadForm(), actor=portal.rita)
    assert refusal.value.extra["missing"] == ["intake_form"]


def test_what_is_wrong_inside_is_not_told_to_the_customer(portal):
    portal.world.run(put, Put(registry="teams", key="cobranca", values={"label": "Cobrança", "retired": True}))
    with portal.refused(Conflict, "classification_unusable") as refusal:
        portal.open(subclassification="boletos.segunda_via", fields={"boleto": "1"})
    assert "cobranca" not in refusal.value.detail
    assert not refusal.value.reasons


def test_lists_are_paged_sorted_and_sought_in_what_the_customer_reads(portal):
    first = portal.open(message="A conexão caiu.")
    portal.clock.forward(minutes=1)
    second = portal.open(message="Cobrança em dobro_100%.")
    portal.clock.forward(minutes=1)
    foreign = portal.open(actor=portal.sara, message="conexao")
    portal.staff_says(first, "Segredo de estado.", shown=False)
    portal.fill(first, description="palavra interna")
    portal.fill(second)
    portal.move(second, "descartar")
    assert portal.listed() == [second.protocol, first.protocol]
    assert portal.listed(sort="opened_at") == [first.protocol, second.protocol]
    assert portal.listed(which="open") == [first.protocol]
    assert portal.listed(which="finished") == [second.protocol]
    for words, found in (
        ("CONEXAO caiu", [first]),
        ("cobranca dobro_100%", [second]),
        ("boletos", [second, first]),
        (first.protocol, [first]),
        ("segredo", []),
        ("interna", []),
        ("_", [second]),
        ("%", [second]),
        (foreign.protocol, []),
    ):
        assert portal.listed(text=words) == [one.protocol for one in found], words


def test_ticket_published_by_the_staff_shows_what_was_shown_and_nothing_else(portal):
    ask = Open(
        title="Visita",
        description="Cliente ligou irritado.",
        subject="pagamentos",
        customer="E-1",
        contact_reason="outros",
    )
    hidden = portal.world.run(open_ticket, ask, actor=portal.agent).ticket
    assert portal.listed() == []
    visible = replace(ask, portal_visible=True)
    shown = portal.world.run(open_ticket, visible, actor=portal.boss).ticket
    assert portal.listed() == [shown.protocol]
    contact = portal.see(shown)
    assert (contact.opened_by, contact.answers, texts(contact), contact.values) == ("Bia Reis", None, [], [])
    assert hidden.portal_visible is False
    with portal.refused(NotPermitted):
        portal.world.run(open_ticket, visible, actor=portal.agent)


def test_what_is_said_is_kept_once_with_its_author(portal):
    ticket = portal.open()
    portal.say(ticket, "Segue outra.", actor=portal.beto)
    rows = portal.rows(interaction, ticket_id=ticket.id)
    assert [(row.kind, row.channel, row.shown, row.text) for row in rows] == [
        ("customer_message", "portal", True, "O boleto não chegou."),
        ("customer_message", "portal", True, "Segue outra."),
    ]
    for text in ("", "  ", "x" * 10_001):
        with portal.refused(Invalid):
            portal.say(ticket, text)


def test_a_follow_up_takes_from_before_what_the_form_of_today_offers(portal):
    portal.use("crm")
    opened = portal.open(
        classification="duvidas", subclassification=None, contact_form="telefone", fields={"horario": "de manhã"}
    )
    nothing = dict.fromkeys(("classification", "subclassification", "contact_name", "contact_phone", "contact_email"))
    again = portal.see(portal.open(follows=opened.protocol, **nothing))
    assert [one and one.key for one in again.chosen] == ["duvidas", None, "telefone"]
    assert [value for _, value in again.values] == ["de manhã"]
    portal.use("central")
    with portal.refused(Invalid, "form") as refusal:
        portal.open(follows=opened.protocol, **nothing)
    assert list(refusal.value.extra["errors"]) == ["classification", "subclassification"]
    chosen = {"classification": "boletos", "subclassification": "boletos.outro"}
    later = portal.see(portal.open(follows=opened.protocol, **nothing | chosen))
    assert (later.answers.contact_name, later.answers.contact_form, later.values) == ("Rita Alves", None, [])


def test_two_at_once_are_one(portal):
    """The same key, and the same invitation, from several threads at the same time."""

    def open_once(_):
        ask = OpenContact(answers=Answers(**CENTRAL))
        answer = portal.world.run(open_contact, ask, actor=portal.rita, key=KEY, render=told)
        return answer.body

    def invite_once(_):
        ask = Invite(email="nova@padaria.example", name="Nova")
        return portal.world.run(invite, ask, actor=portal.rita).account.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(open_once, range(4)))) == 1
        assert len(set(pool.map(invite_once, range(4)))) == 1
    assert len(portal.listed()) == 1
    check(portal.world.engine)


KEY = Key("k", b"x")


def told(ticket):
    return Answer(status=201, body=ticket.protocol.encode())

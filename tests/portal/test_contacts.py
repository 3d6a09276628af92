"""A customer opens contacts, follows them and complements them; what is not theirs is not there."""

from __future__ import annotations

import pytest
from reliability.invariants import check

from engine.conversations.queries import ListInteractions, list_interactions
from engine.errors import Invalid, NotActive, NotAuthenticated, NotFound, NotPermitted, Stale
from engine.permits.cells import SetCells, set_cells
from engine.portal.accounts import ListAccounts, Remove, list_accounts, remove
from engine.portal.complementing import Complement, complement
from engine.portal.model import portal_contact
from engine.registry.putting import Put, put
from engine.tickets.access import happened
from engine.tickets.alteration import Alter, alter
from engine.tickets.chronicle import History, chronicle, name_of
from engine.tickets.header import header
from engine.tickets.linking import Links, links
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show
from engine.tickets.sight import next_step_shown, situation_shown
from permissions.actions import Action
from permissions.cells import Cell


def told(contact):
    """Where it stands, and what comes next."""
    ticket = contact.ticket
    return situation_shown(ticket.diagram, ticket.shown), next_step_shown(ticket.diagram, ticket.place, ticket.shown)


def texts(contact):
    return [one.text for one in contact.messages]


def test_a_contact_becomes_a_ticket_of_the_customers(portal):
    ticket = portal.open(subclassification="boletos.segunda_via", fields={"boleto": "123"})
    seen = portal.world.read(show, Show(ticket=ticket.protocol), actor=portal.agent)
    assert (seen.subject, seen.subsubject, seen.team, seen.priority) == (
        "pagamentos",
        "pagamentos.boleto",
        "cobranca",
        "alta",
    )
    assert (seen.channel, seen.portal_visible, seen.customer_key) == ("portal", True, "E-1")
    assert (seen.title, seen.description) == ("Boletos: Segunda via", "O boleto não chegou.")
    assert seen.fields == {"boleto": "123"}
    assert seen.incomplete == ["contact_reason"]  # the customer is never refused for what nobody asked them
    (row,) = portal.rows(portal_contact)
    assert (row.contact_name, row.contact_phone, row.contact_email) == (
        "Rita Alves",
        "+556237743039",
        "rita@padaria.example",
    )
    assert (row.form, row.classification, row.subclassification) == ("central", "boletos", "boletos.segunda_via")
    told = portal.world.read(chronicle, History(ticket=ticket.protocol), actor=portal.agent)
    assert [one["sentence"] for one in told] == [
        "Rita Alves (portal) abriu o atendimento em Triagem interna",
        "Rita Alves (portal) escreveu pelo canal portal",
    ]
    check(portal.world.engine)


def test_the_customer_sees_words_and_never_the_inside(portal):
    ticket = portal.open()
    contact = portal.see(ticket)
    assert (*told(contact), contact.takes_messages) == ("Recebido", None, True)
    assert (contact.opened_by, texts(contact)) == ("Rita Alves", ["O boleto não chegou."])
    assert contact.messages[0].ours


def test_the_label_stays_until_a_situation_has_one_and_an_end_shows_its_own(portal):
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, "analisar")
    assert told(portal.see(ticket))[0] == "Recebido"
    portal.move(ticket, "analisado")
    assert told(portal.see(ticket))[0] == "Resolvido"
    portal.move(ticket, "reabrir")
    assert told(portal.see(ticket))[0] == "Em andamento"
    other = portal.open()
    portal.fill(other)
    portal.move(other, "arquivar")
    assert told(portal.see(other))[0] == "Arquivado"
    portal.move(other, "baixar")
    assert told(portal.see(other))[0] == "Descartado"


def test_only_what_is_shown_is_read_and_nobody_is_named_by_login(portal):
    ticket = portal.open()
    portal.staff_says(ticket, "Estamos vendo.")
    portal.staff_says(ticket, "Ainda não mostre.", shown=False)
    portal.staff_says(ticket, "Cliente difícil.", kind="note", shown=False)
    contact = portal.see(ticket, actor=portal.beto)
    assert texts(contact) == ["O boleto não chegou.", "Estamos vendo."]
    assert [(one.author, one.ours) for one in contact.messages] == [("Rita Alves", True), ("Ana Souza", False)]


def test_what_the_staff_fill_in_is_theirs_though_a_form_asks_for_it_later(portal):
    ticket = portal.open()
    portal.fill(ticket)
    portal.world.run(alter, Alter(ticket=ticket.protocol, fields={"boleto": "do time"}), actor=portal.agent)
    finer = {"subclassification": "boletos.segunda_via"}
    with portal.refused(Invalid, "form") as refusal:
        portal.open(follows=ticket.protocol, **finer)
    assert list(refusal.value.extra["errors"]) == ["fields.boleto"]
    asked = {"label": "Outro assunto", "fields": ["boleto"]}
    portal.world.run(put, Put(registry="subclassifications", key="boletos.outro", values=asked), actor=portal.manager)
    assert portal.see(ticket).values == []
    further = portal.open(**finer, fields={"boleto": "1234"})
    portal.fill(further)
    portal.world.run(alter, Alter(ticket=further.protocol, fields={"boleto": "1235"}), actor=portal.agent)
    assert [value for _, value in portal.see(further).values] == ["1235"]


def test_hiding_a_ticket_hides_all_of_it_and_nothing_is_lost(portal):
    ticket = portal.open()
    portal.fill(ticket)
    for visible in (False, True):
        ask = Alter(ticket=ticket.protocol, changes={"portal_visible": visible})
        with portal.refused(NotPermitted):
            portal.world.run(alter, ask, actor=portal.agent)
        portal.world.run(alter, ask, actor=portal.boss)
        assert portal.listed() == ([ticket.protocol] if visible else [])
        if not visible:
            for deed in (portal.see, portal.say):
                with pytest.raises(NotFound):
                    deed(ticket)
    assert texts(portal.see(ticket)) == ["O boleto não chegou."]


def test_another_customers_ticket_is_as_absent_as_none(portal):
    ticket = portal.open()
    for protocol in (ticket.protocol, "2026-0000000-0"):
        for deed in (
            lambda p: portal.world.run(complement, Complement(ticket=p, message="x"), actor=portal.sara),
            lambda p: portal.open(actor=portal.sara, follows=p),
        ):
            with portal.refused(NotFound) as refusal:
                deed(protocol)
            assert refusal.value.detail == f"Não há atendimento {protocol}."
            assert not refusal.value.extra
    assert portal.listed(actor=portal.sara) == []
    assert portal.listed(actor=portal.beto) == [ticket.protocol]


def test_staff_and_engine_are_nobody_in_the_portal(portal):
    for actor in (portal.agent, portal.manager):
        with pytest.raises(NotAuthenticated):
            portal.listed(actor=actor)
    with portal.refused(NotAuthenticated):
        portal.open(actor=portal.agent)


def test_an_account_does_nothing_by_the_staffs_commands(portal):
    ticket = portal.open()
    with pytest.raises(NotFound):
        portal.world.read(show, Show(ticket=ticket.protocol), actor=portal.rita)
    with portal.refused(NotPermitted):
        portal.world.run(open_ticket, Open(title="x"), actor=portal.rita)


def test_a_removed_account_is_nobody_at_once(portal):
    ticket = portal.open(actor=portal.beto)
    accounts = portal.world.read(list_accounts, ListAccounts(), actor=portal.rita)
    (beto,) = (one for one in accounts if one.name == "Beto Lima")
    portal.world.run(remove, Remove(account=beto.id), actor=portal.rita)
    with portal.refused(NotAuthenticated):
        portal.say(ticket, actor=portal.beto)
    assert portal.see(ticket).opened_by == "Beto Lima"


def test_a_complement_is_heard_where_the_diagram_waits_for_it(portal):
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, "perguntar")
    contact = portal.see(ticket)
    assert told(contact) == ("Aguardando você", "Envie o comprovante.")
    done = portal.say(ticket, "Segue.", seen=contact.mark, actor=portal.beto)
    assert (done.ticket.situation, done.who.name) == ("triagem_interna", "Beto Lima")
    deeds = [row["deed"] for row in portal.world.read(chronicle, History(ticket=ticket.protocol), actor=portal.agent)]
    assert deeds[-2:] == ["customer_wrote", "transition"]
    with portal.refused(Stale):
        portal.say(ticket, seen=contact.mark)
    portal.say(ticket, "Ninguém espera por isto.")
    deeds = [row["deed"] for row in portal.world.read(chronicle, History(ticket=ticket.protocol), actor=portal.agent)]
    assert deeds[-1] == "customer_wrote"
    check(portal.world.engine)


def test_a_diagram_that_is_stuck_takes_the_message_all_the_same(portal):
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, "emperrar")
    done = portal.say(ticket, "Alguém aí?")
    assert done.ticket.incident is not None
    assert texts(portal.see(ticket))[-1] == "Alguém aí?"
    check(portal.world.engine)


@pytest.mark.parametrize(
    ("move", "takes", "stands"),
    [
        ("resolver", True, "resolvido"),
        ("responder", True, "triagem_interna"),
        ("arquivar", False, None),
        ("descartar", False, None),
    ],
)
def test_a_finished_ticket_takes_a_complement_only_where_there_is_a_way_back(portal, move, takes, stands):
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, move)
    assert portal.see(ticket).takes_messages is takes
    if takes:
        assert portal.say(ticket).ticket.situation == stands
        return
    with portal.refused(NotActive, "closed") as refusal:
        portal.say(ticket)
    assert refusal.value.extra == {"follow_up": ticket.protocol}
    further = portal.open(
        actor=portal.beto,
        follows=ticket.protocol,
        message="Voltou a acontecer.",
        **dict.fromkeys(("classification", "subclassification", "contact_name", "contact_phone", "contact_email")),
    )
    contact = portal.see(further)
    assert (contact.follows, contact.opened_by, contact.answers.contact_name) == (
        ticket.protocol,
        "Beto Lima",
        "Rita Alves",
    )
    (link,) = portal.world.read(links, Links(ticket=ticket.protocol), actor=portal.agent)
    assert link.protocol == further.protocol
    check(portal.world.engine)


def test_the_staff_read_a_customers_name_only_where_they_may(portal):
    ticket = portal.open()
    asked = History(ticket=ticket.protocol)
    assert portal.world.read(chronicle, asked, actor=portal.agent)[0]["actor_name"] == "Rita Alves (portal)"
    for denied, told in (
        ("ticket.read_customer:name", "R*** A*** (portal)"),
        ("ticket.recognise_customer:name", "cliente (portal)"),
    ):
        portal.deny("agente", denied)
        assert portal.world.read(chronicle, asked, actor=portal.agent)[0]["actor_name"] == told


def test_a_name_that_is_denied_where_the_ticket_stands_is_not_told_as_that_of_its_writer_either(portal):
    ticket = portal.open()

    def told(unit, ask):
        found = show(unit, ask)
        said = list_interactions(unit, ListInteractions(ticket=ask.ticket)).rows
        return repr(
            (
                chronicle(unit, History(ticket=ask.ticket)),
                header(unit, found),
                happened(unit, found),
                [name_of(unit, row.actor, found.view) for row in said],
            )
        )

    def read():
        return portal.world.read(told, Show(ticket=ticket.protocol), actor=portal.agent)

    assert read().count("Rita Alves (portal)") > 3
    situation = portal.world.read(show, Show(ticket=ticket.protocol), actor=portal.agent).situation
    cells = {
        Cell("agente", f"{action}:name", "contato", situation): False
        for action in (Action.TICKET_READ_CUSTOMER, Action.TICKET_RECOGNISE_CUSTOMER)
    }
    portal.world.run(set_cells, SetCells(changes=cells), actor=portal.manager)
    assert "Rita" not in read()
    assert "cliente (portal)" in read()

"""A customer writes to a ticket that is finished: its team has something to do, and nothing else begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from reliability.invariants import check

from engine.activities.model import activity
from engine.conversations.interacting import Interact, interact
from engine.conversations.receiving import WHAT_TO_DO
from engine.conversations.saying import Words
from engine.people.leaving import Deactivate, deactivate
from engine.queues.changing import Change, change
from engine.queues.finishing import Archive, Finish, archive, finish
from engine.queues.listing import ListItems, list_items
from engine.queues.taking import GiveBack, Take, give_back, take
from engine.queues.transferring import Transfer, transfer
from engine.registry.putting import Put, put
from engine.tickets.chronicle import History, chronicle

NAME = "Cliente escreveu em atendimento finalizado"


@pytest.fixture
def ended(portal):
    """A ticket that was solved, by a situation from which a move leads back."""
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, "resolver")
    return ticket


def queued(portal, **wanted):
    asked = {"box": "queued", "team": "mesa"} | wanted
    return portal.world.read(list_items, ListItems(**asked), actor=portal.agent).rows


def test_its_team_finds_the_words_in_its_queue(portal, ended):
    portal.say(ended, "Obrigada! E mais uma coisa.")
    (row,) = queued(portal)
    assert (row.kind, row.name, row.protocol) == ("custom", NAME, ended.protocol)
    assert [one.name for one in queued(portal, team=None)] == [NAME]  # Ana's own list: she is of the team
    (kept,) = portal.rows(activity)
    assert (kept.customer_id, kept.limit_at, kept.announce_at) == (ended.customer_id, None, None)
    last = portal.world.read(chronicle, History(ticket=ended.protocol), actor=portal.agent)[-1]
    told = "O cliente escreveu em atendimento encerrado: há uma tarefa para Mesa"
    assert (last["actor"], last["sentence"]) == ("system:message", told)
    check(portal.world.engine)


def test_further_words_add_none_until_somebody_has_finished_it(portal, ended):
    for _ in range(3):
        portal.say(ended)
    (row,) = queued(portal)
    portal.world.run(take, Take(item=row.id), actor=portal.agent)
    portal.world.run(change, Change(item=row.id, changes={"name": "Outro nome"}), actor=portal.agent)
    portal.say(ended)
    assert queued(portal) == []
    portal.world.run(finish, Finish(activity=row.id), actor=portal.agent)
    portal.say(ended)
    (further,) = queued(portal)
    assert further.id != row.id
    check(portal.world.engine)


def test_whatever_is_done_to_an_activity_is_done_to_this_one_too(portal, ended):
    bruna = portal.world.person("bruna", teams=["cobranca"])
    portal.say(ended)
    (row,) = queued(portal)
    portal.world.run(take, Take(item=row.id), actor=portal.agent)
    portal.world.run(give_back, GiveBack(item=row.id), actor=portal.agent)
    portal.world.run(transfer, Transfer(item=row.id, team="cobranca", note="É cobrança."), actor=portal.agent)
    portal.world.run(take, Take(item=row.id), actor=bruna)
    portal.world.run(archive, Archive(activity=row.id, confirm=True), actor=bruna)
    assert portal.see(ended).ticket.standing == "finished"
    check(portal.world.engine)


def test_no_clock_begins_and_none_of_the_tickets_goes_on(portal):
    values = {"label": "Padrão", "first_response": "PT1H", "next_response": "PT1H", "resolution": "PT8H"}
    portal.world.run(put, Put(registry="sla_policies", key="padrao", values=values), actor=portal.manager)
    ticket = portal.open()
    portal.fill(ticket)
    words = Words(kind="manual_reply", text="Resolvido.", shown=True)
    portal.world.run(interact, Interact(ticket=ticket.protocol, words=words, move="resolver"), actor=portal.agent)
    said = portal.say(ticket, "Obrigada!").ticket
    assert (said.situation, said.standing) == ("resolvido", "finished")
    assert (said.limit_at, said.response_limit_at, said.resolution_limit_at) == (None, None, None)
    check(portal.world.engine)


@pytest.mark.parametrize("move", [None, "analisar", "perguntar", "responder"])
def test_there_is_none_where_the_ticket_is_open_or_its_diagram_listens(portal, move):
    ticket = portal.open()
    portal.fill(ticket)
    if move:
        portal.move(ticket, move)
    assert portal.say(ticket).ticket.standing == "open"
    assert portal.rows(activity) == []


def test_of_a_ticket_without_a_team_it_is_its_subjects_or_its_persons_who_is_still_here(portal, ended):
    def without_team(responsible, team=None):
        subject = {"label": "Financeiro interno", "process": "contato", "team": team}
        portal.world.run(put, Put(registry="subjects", key="pagamentos", values=subject), actor=portal.manager)
        ticket = portal.open()
        portal.fill(ticket, team=None, responsible=responsible)
        portal.move(ticket, "resolver")
        if responsible == "bia":
            portal.world.run(deactivate, Deactivate(login="bia"), actor=portal.world.person("adm", "administrador"))
        return portal.say(ticket).ticket

    first, second, third = without_team(None, "cobranca"), without_team("ana"), without_team("bia")
    given = {row.ticket_id: (row.team, row.person_id) for row in portal.rows(activity)}
    assert given == {first.id: ("cobranca", None), second.id: (None, portal.agent.user_id), third.id: (None, None)}
    check(portal.world.engine)


def test_of_a_cancelled_ticket_its_name_says_so(portal):
    drawn = (Path(__file__).parent / "diagrams" / "contato.bpmn").read_bytes()
    called = drawn.replace(*(b'"%s" />\n        <camunda:property name="customer_label" value="Resolvido"' % one
                             for one in (b"finished", b"cancelled")))  # fmt: skip
    assert called != drawn
    portal.world.deploy(("contato.bpmn", called))
    ticket = portal.open()
    portal.fill(ticket)
    portal.move(ticket, "resolver")
    assert portal.say(ticket).ticket.standing == "cancelled"
    assert [row.name for row in queued(portal)] == ["Cliente escreveu em atendimento cancelado"]


def test_it_is_in_the_staffs_list_with_the_customer_and_what_to_do(house):
    ticket = house.open()
    house.fill(ticket)
    house.move(ticket, "resolver")
    rita, ana = house.here("rita"), house.staff("ana")
    said = rita.post(f"/tickets/{ticket.protocol}/messages", {"message": "Voltou a acontecer."})
    assert (said.status_code, said.json["ticket"]["standing"]) == (201, "finished")
    (item,) = ana.get("/activities?box=queued", prefix="/api/v1").json["items"]
    assert (item["name"], item["ticket"], item["ring"], item["limit_at"]) == (NAME, ticket.protocol, None, None)
    whole = ana.get(f"/activities/{item['id']}", prefix="/api/v1").json
    assert (whole["customer"], whole["description"]) == ("E-1", WHAT_TO_DO)
    board = ana.get("/board", prefix="/api/v1").json
    assert [one["id"] for one in board["queued"]["items"]] == [item["id"]]
    done = ana.post(f"/activities/{item['id']}/finish", {}, prefix="/api/v1")
    assert done.status_code == 200, done.text
    assert ana.get("/activities?box=queued", prefix="/api/v1").json["items"] == []

"""A profile's scope: lists, counts and every door to a ticket agree with one plain sentence about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from api.ticket_dumps import ticket_body
from engine.activities.model import activity
from engine.errors import NotFound, NotPermitted
from engine.people.absences import PlanAbsence, plan_absence
from engine.people.model import profile
from engine.tickets import listing
from engine.tickets.alteration import Alter, alter
from engine.tickets.chronicle import History, chronicle, history
from engine.tickets.cloning import Clone, clone
from engine.tickets.due import DueNext, due_next
from engine.tickets.header import header
from engine.tickets.linking import Link, Links, link, links
from engine.tickets.moving import Move, move
from engine.tickets.next_action import SetNextAction, set_next_action
from engine.tickets.queries import Show, show
from engine.tickets.tasks import CreateTask, create_task


def limit(shop, scope, key="agente"):
    def put(unit, _):
        unit.update(f"profile:{key}", profile, {"key": key}, scope=scope)
        unit.record(f"profile:{key}", "changed", scope=[None, scope])
        unit.new_authority()

    shop.world.run(put, None)


def listed(shop, actor, **more):
    found, cursor = [], None
    while True:
        page = shop.world.read(listing.list_tickets, listing.List(limit=3, cursor=cursor, **more), actor=actor)
        found += [row.protocol for row in page.rows]
        cursor = page.next
        if cursor is None:
            return found


@pytest.fixture
def people(shop):
    shop.rui = shop.world.person("rui", "agente", teams=["campo"])
    return shop


def reads(shop, actor, ticket):
    try:
        shop.world.read(show, Show(ticket=ticket.protocol), actor=actor)
    except NotFound:
        return False
    return True


def test_with_own_scope_a_person_reads_what_they_opened_have_or_work_in(people):
    limit(people, "own")
    mine = people.open(actor=people.rui)
    given = people.open(actor=people.boss, team="campo")
    people.world.run(alter, Alter(ticket=given.protocol, changes={"responsible": "rui"}), actor=people.boss)
    working = people.open(actor=people.boss, subsubject="hidraulica.cano", team="vendas")
    task = CreateTask(ticket=working.protocol, name="ligar", responsible="rui")
    done = people.world.run(create_task, task, actor=people.boss)
    team = people.open(actor=people.boss, team="campo")
    strange = people.open(actor=people.boss, team="vendas")
    for sort in listing.SORTS:
        assert set(listed(people, people.rui, sort=sort)) == {mine.protocol, given.protocol, working.protocol}
        assert len(listed(people, people.rui, sort=sort)) == 3
    assert [reads(people, people.rui, one) for one in (mine, given, working, team, strange)] == [True] * 3 + [False] * 2
    limit(people, "team")
    assert set(listed(people, people.rui)) == {one.protocol for one in (mine, given, working, team)}
    assert [reads(people, people.rui, one) for one in (mine, given, working, team, strange)] == [True] * 4 + [False]

    def finished(unit, _):
        key = {"ticket_id": working.id, "id": done.task["id"]}
        unit.update(working.about, activity, key, status="finished", outcome="done")
        unit.record(working.about, "x")

    people.world.run(finished, None)
    assert not reads(people, people.rui, working)
    assert working.protocol not in listed(people, people.rui)


def test_an_activity_queued_for_the_team_lets_the_team_read_its_ticket(people):
    limit(people, "team")
    elsewhere = people.open(actor=people.boss, subsubject="hidraulica.cano", team="vendas")
    assert not reads(people, people.rui, elsewhere)
    people.world.run(create_task, CreateTask(ticket=elsewhere.protocol, name="ir ver", team="campo"), actor=people.boss)
    assert reads(people, people.rui, elsewhere)
    assert listed(people, people.rui) == [elsewhere.protocol]
    limit(people, "own")
    assert not reads(people, people.rui, elsewhere)
    assert listed(people, people.rui) == []


def test_a_deputy_reaches_what_the_absent_person_reaches_while_they_are_away(people):
    limit(people, "own")
    tia = people.world.person("tia", "agente")
    theirs = people.open(actor=people.rui)
    until = people.clock.at + timedelta(days=2)
    away = PlanAbsence(login="rui", deputy="tia", from_at=people.clock.at, until_at=until)
    assert not reads(people, tia, theirs)
    people.world.run(plan_absence, away, actor=people.boss)
    assert reads(people, tia, theirs)
    assert listed(people, tia) == [theirs.protocol]
    people.clock.forward(days=2)
    assert not reads(people, tia, theirs)
    assert listed(people, tia) == []


def test_absent_and_unreadable_answer_the_same_at_every_door(people):
    limit(people, "own")
    there = people.open(actor=people.boss, subsubject="hidraulica.cano")
    mine = people.open(actor=people.rui)
    people.world.run(link, Link(ticket=there.protocol, other=mine.protocol), actor=people.boss)
    assert people.world.read(links, Links(ticket=mine.protocol), actor=people.rui) == []

    def words(protocol):
        asks = [
            (people.world.read, show, Show(ticket=protocol)),
            (people.world.read, history, History(ticket=protocol)),
            (people.world.read, links, Links(ticket=protocol)),
            (people.world.run, move, Move(ticket=protocol, move="x")),
            (people.world.run, alter, Alter(ticket=protocol, changes={"title": "x"})),
            (people.world.run, clone, Clone(ticket=protocol)),
            (people.world.run, link, Link(ticket=protocol, other=mine.protocol)),
            (people.world.run, link, Link(ticket=mine.protocol, other=protocol)),
            (people.world.run, create_task, CreateTask(ticket=protocol, name="x")),
            (people.world.run, set_next_action, SetNextAction(ticket=protocol, at=None)),
        ]
        for way, command, ask in asks:
            with people.refused(NotFound) as refusal:
                way(command, ask, actor=people.rui)
            told = refusal.value
            yield command.__name__, told.detail.replace(protocol, "…"), told.code, told.reasons, told.extra

    assert list(words(there.protocol)) == list(words("2026-0000000-0"))


def test_what_ties_a_ticket_to_one_out_of_scope_does_not_name_it(people):
    limit(people, "own")
    there = people.open(actor=people.boss, subsubject="hidraulica.cano")
    mine = people.open(actor=people.rui)
    people.world.run(link, Link(ticket=there.protocol, other=mine.protocol), actor=people.boss)
    copy = people.world.run(clone, Clone(ticket=there.protocol), actor=people.boss)
    again = people.world.run(clone, Clone(ticket=mine.protocol), actor=people.rui)

    def told(ticket, actor):
        def body(unit, ask):
            return ticket_body(show(unit, ask))["cloned_from"], chronicle(unit, History(ticket=ask.ticket))

        return people.world.read(body, Show(ticket=ticket.protocol), actor=actor)

    people.world.run(create_task, CreateTask(ticket=copy.protocol, name="x", responsible="rui"), actor=people.boss)
    for one in (mine, copy, again):
        assert there.protocol not in repr(told(one, people.rui))

    def links_told(actor):
        return people.world.read(
            lambda unit, ask: header(unit, show(unit, ask))["links"], Show(ticket=mine.protocol), actor=actor
        )

    assert (links_told(people.rui), links_told(people.boss)) == (0, 1)
    assert "vinculou ao atendimento (fora do seu alcance)" in repr(told(mine, people.rui))
    assert told(again, people.rui)[0] == mine.protocol
    assert again.protocol in repr(told(mine, people.rui)[1])
    assert told(copy, people.boss)[0] == there.protocol
    assert there.protocol in repr(told(mine, people.boss)[1])


def test_next_actions_keep_to_the_scope(people):
    limit(people, "own")
    both = [people.open(actor=one) for one in (people.boss, people.rui)]
    at = people.clock().replace(hour=20)
    for one in both:
        people.world.run(set_next_action, SetNextAction(ticket=one.protocol, at=at), actor=people.boss)
    page = people.world.read(due_next, DueNext(until=at), actor=people.rui)
    assert [row.protocol for row in page.rows] == [both[1].protocol]


def test_a_scope_needs_the_right_to_read_all_the_same(people):
    limit(people, "own", "desenhista")
    nobody = people.world.person("dora", "desenhista")
    with people.refused(NotPermitted):
        people.world.read(listing.list_tickets, listing.List(), actor=nobody)


def test_a_scope_that_changed_elsewhere_counts_for_the_very_next_list(people):
    people.open(actor=people.boss)
    assert len(listed(people, people.rui)) == 1
    latest = people.world.engine._catalogue
    limit(people, "own")
    people.world.engine._catalogue = latest  # as in another worker, which has not heard of it
    assert listed(people, people.rui) == []
    latest = people.world.engine._catalogue
    limit(people, "all")
    people.world.engine._catalogue = latest
    assert len(listed(people, people.rui)) == 1


@pytest.mark.parametrize("scope", ["own", "team", "all"])
def test_a_ticket_of_ones_own_takes_one_select_in_any_scope(people, scope):
    limit(people, scope)
    mine = people.open(actor=people.rui)
    listed(people, people.rui)
    said = []

    def hear(*told):
        if told[2].startswith("SELECT"):
            said.append(told[2])

    event.listen(people.world.engine.database, "before_cursor_execute", hear)
    people.world.read(show, Show(ticket=mine.protocol), actor=people.rui)
    assert len(said) == 1, said
    said.clear()
    people.world.read(listing.list_tickets, listing.List(), actor=people.rui)
    assert len(said) == 1, said


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scope=st.sampled_from(["own", "team"]),
    teams=st.sets(st.sampled_from(["vendas", "suporte", "campo"])),
    sort=st.sampled_from(sorted(listing.SORTS)),
    narrow=st.sampled_from([{}, {"standing": "open"}, {"team": "campo"}, {"responsible": "none"}, {"text": "cano"}]),
)
def test_the_list_shows_exactly_what_can_be_read_one_by_one(people, scope, teams, sort, narrow):
    if not hasattr(people, "some"):
        people.some = []
        for n in range(18):
            opener = (people.boss, people.rui, people.agent)[n % 3]
            subject = {"subsubject": "hidraulica.cano"} if n % 4 == 0 else {}
            team = ("vendas", "suporte", "campo")[n % 5 % 3]
            people.some.append(people.open(actor=opener, title=f"Cano {n}", team=team, **subject))
            people.clock.forward(seconds=7)
            if n % 4 == 0:
                task = CreateTask(ticket=people.some[-1].protocol, name="x", team="campo" if n % 8 else "vendas")
                people.world.run(create_task, task, actor=people.boss)
    limit(people, "all")
    everything = listed(people, people.boss, sort=sort, **narrow)
    login = f"p{scope}{''.join(sorted(teams))}"
    one = people.world.person(login, "agente", teams=sorted(teams))
    limit(people, scope)
    readable = {ticket.protocol for ticket in people.some if reads(people, one, ticket)}
    assert listed(people, one, sort=sort, **narrow) == [each for each in everything if each in readable]

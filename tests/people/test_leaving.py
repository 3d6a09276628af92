"""What people had who left goes back to queues: piece by piece, resumed where it stopped, never the last manager."""

from __future__ import annotations

import contextlib
import threading

import pytest
from sqlalchemy import select, update

from engine import actors
from engine.activities.model import activity
from engine.db import new_id
from engine.errors import Conflict, NotAuthenticated, NotFound
from engine.people.absences import PlanAbsence, plan_absence, stands_in_for
from engine.people.accounts import STAFF
from engine.people.attempts import ForgetAttempts, Try, admit, forget_attempts
from engine.people.credentials import access_link, attempt, session
from engine.people.knowing import Came, by_session, hash_of
from engine.people.leaving import Deactivate, deactivate
from engine.people.links import MakeLink, make_link
from engine.people.model import profile
from engine.people.sessions import ForgetSessions, forget_sessions
from engine.people.tokens import IssueToken, issue_token
from engine.queues.handing_back import hand_back
from engine.registry.folder import Folder
from engine.tickets.alteration import Alter, alter
from engine.tickets.listing import List, list_tickets
from engine.tickets.opening import Open, open_ticket
from engine.tickets.queries import Show, show
from engine.tickets.tasks import CreateTask, create_task


def furnish(world):
    """A team, a process that stands still, and three people."""
    world.deploy(("parado.bpmn", STILL))
    world.load(REGISTRY)
    for login in ("ana", "bia"):
        world.person(login, "agente", ["frente"])
    world.person("gil", "administrador")


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def desk(world):
    return world


REGISTRY = Folder(
    registries={
        "teams": {"frente": {"label": "Frente"}},
        "subjects": {"geral": {"label": "Geral", "process": "parado"}},
        "subsubjects": {"geral.um": {"label": "Um"}},
    }
)
STILL = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="http://tramita.example">
<process id="parado" name="Parado" isExecutable="true">
<startEvent id="inicio"/><sequenceFlow id="f1" sourceRef="inicio" targetRef="aberto"/>
<userTask id="aberto" name="Aberto"/><sequenceFlow id="f2" sourceRef="aberto" targetRef="escolha"/>
<exclusiveGateway id="escolha"/>
<sequenceFlow id="resolver" name="Resolver" sourceRef="escolha" targetRef="fim"/>
<sequenceFlow id="esperar" name="Esperar" sourceRef="escolha" targetRef="aberto"/>
<endEvent id="fim" name="Resolvido"/>
</process></definitions>"""


def given_to(desk, login, count):
    """Tickets that somebody has, with a task each."""
    found = []
    for n in range(count):
        ask = Open(title=f"T{n}", subject="geral", subsubject="geral.um", team="frente")
        ticket = desk.run(open_ticket, ask).ticket
        desk.run(alter, Alter(ticket=ticket.protocol, changes={"responsible": login}))
        desk.run(create_task, CreateTask(ticket=ticket.protocol, name="x", responsible=login))
        found.append(ticket.id)
    return found


def held(desk, person_id):
    def look(unit, _):
        from engine.tickets.model import ticket

        tickets = unit.connection.execute(select(ticket.c.id).where(ticket.c.responsible == person_id)).all()
        mine = (activity.c.person_id == person_id) & (activity.c.status != "finished")
        return len(tickets), len(unit.connection.execute(select(activity.c.id).where(mine)).all())

    return desk.read(look, None)


def test_it_goes_back_in_pieces_and_twice_does_no_harm(desk):
    given_to(desk, "ana", 5)
    given_to(desk, "bia", 1)
    ana, bia = desk.person("ana").user_id, desk.person("bia").user_id
    desk.run(deactivate, Deactivate(login="ana"))
    first = hand_back(desk.engine, ana, most=3)
    assert (first.tickets, first.activities, first.more) == (3, 3, True)
    assert held(desk, ana) == (2, 2)
    rest = hand_back(desk.engine)  # the scheduler's: whoever goes on with it
    assert (rest.tickets, rest.activities, rest.more) == (2, 2, False)
    assert held(desk, ana) == (0, 0)
    assert held(desk, bia) == (1, 1)
    assert hand_back(desk.engine) == type(rest)()


def test_two_schedulers_return_everything_once(desk):
    tickets = given_to(desk, "ana", 6)
    ana = desk.person("ana").user_id
    desk.run(deactivate, Deactivate(login="ana"))
    gate = threading.Barrier(2)
    done = []

    def beat():
        gate.wait()
        done.append(hand_back(desk.engine))

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert held(desk, ana) == (0, 0)

    def returned(unit, _):
        from engine.history import ticket_history

        deeds = select(ticket_history.c.ticket_id).where(ticket_history.c.deed == "returned")
        return sorted(unit.connection.execute(deeds).scalars())

    assert desk.read(returned, None) == sorted(tickets)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_of_no_team_goes_to_its_tickets(desk):
    (ticket,) = given_to(desk, "ana", 1)
    ana = desk.person("ana").user_id
    with desk.engine.database.begin() as connection:
        connection.execute(update(activity).values(team=None))
        alone = {"id": new_id(), "kind": "custom", "status": "pending", "person_id": ana, "created_at": desk.clock.at}
        connection.execute(activity.insert().values(**alone))
    desk.run(deactivate, Deactivate(login="ana"))
    assert hand_back(desk.engine, ana).activities == 1
    rows = desk.read(lambda unit, _: unit.connection.execute(select(activity)).all(), None)
    assert {(row.ticket_id, row.team, row.person_id) for row in rows} == {(ticket, "frente", None), (None, None, ana)}


def test_of_two_administrators_who_end_each_other_one_stays(desk):
    gil, eva = desk.person("gil"), desk.person("eva", "administrador")
    gate, ended = threading.Barrier(2), []

    def end(actor, login):
        gate.wait()
        with contextlib.suppress(Conflict, NotAuthenticated):
            desk.run(deactivate, Deactivate(login=login), actor=actor)
            ended.append(login)

    threads = [threading.Thread(target=end, args=pair) for pair in ((gil, "eva"), (eva, "gil"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(ended) == 1


def test_a_deputy_stands_in_from_the_first_instant_to_the_last(desk):
    ana, bia = desk.person("ana"), desk.person("bia")
    start = desk.clock.at
    later = start.replace(hour=20)
    desk.run(plan_absence, PlanAbsence(deputy="bia", from_at=start.replace(hour=13), until_at=later), actor=ana)

    def standing(who):
        return desk.read(lambda unit, _: unit.catalogue and stands_in_for(unit), None, actor=who)

    assert standing(bia) == frozenset()
    desk.clock.at = start.replace(hour=13)
    assert (standing(bia), standing(ana)) == ({ana.user_id}, frozenset())
    desk.clock.at = later
    assert standing(bia) == frozenset()


def test_a_deputy_reaches_what_is_somebodys_own(desk):
    desk.run(_own_alone, None)
    given_to(desk, "ana", 1)
    ana, bia = desk.person("ana"), desk.person("bia")
    (ticket,) = desk.read(list_tickets, List(), actor=ana).rows

    def look():
        return desk.read(show, Show(ticket=ticket.protocol), actor=bia).protocol

    with pytest.raises(NotFound):
        look()
    window = {"from_at": desk.clock.at, "until_at": desk.clock.at.replace(hour=20)}
    desk.run(plan_absence, PlanAbsence(deputy="bia", **window), actor=ana)
    assert look() == ticket.protocol
    assert [row.id for row in desk.read(list_tickets, List(), actor=bia).rows] == [ticket.id]
    desk.run(alter, Alter(ticket=ticket.protocol, changes={"priority": None, "title": "Outro"}), actor=bia)
    desk.clock.at = window["until_at"]
    with pytest.raises(NotFound):
        look()
    assert desk.read(list_tickets, List(), actor=bia).rows == []


def _own_alone(unit, _):
    unit.update("profile:agente", profile, {"key": "agente"}, scope="own")
    unit.record("profile:agente", "changed")
    unit.new_authority()


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_absent_deputy_passes_nothing_on(desk):
    ana, bia = desk.person("ana"), desk.person("bia")
    window = {"from_at": desk.clock.at, "until_at": desk.clock.at.replace(hour=20)}
    desk.run(plan_absence, PlanAbsence(deputy="bia", **window), actor=ana)
    desk.run(plan_absence, PlanAbsence(deputy="gil", **window), actor=bia)
    given_to(desk, "ana", 1)
    assert held(desk, ana.user_id) == (1, 1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_of_one_kind_is_not_found_by_another(desk):
    """Two kinds of accounts with the same id: a session of the one opens nothing of the other."""
    ana = desk.person("ana")
    row = {"account_id": ana.user_id, "program": "", "began_at": desk.clock.at, "seen_at": desk.clock.at}
    row |= {"idle_at": desk.clock.at.replace(hour=20), "ends_at": desk.clock.at.replace(hour=20)}
    with desk.engine.database.begin() as connection:
        connection.execute(session.insert().values(hash=hash_of("a"), account_kind="staff", **row))
        connection.execute(session.insert().values(hash=hash_of("b"), account_kind="portal", **row))
    actor, _ = desk.read(by_session, Came("staff", hash_of("a")))
    assert (actor.user_id, actor.kind) == (ana.user_id, "staff")
    for kind, text in (("staff", "b"), ("portal", "a"), ("", "a"), ("staff", "A")):
        with pytest.raises(NotAuthenticated):
            desk.read(by_session, Came(kind, hash_of(text)))


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_over_is_forgotten(desk):
    desk.run(make_link, MakeLink(directory=STAFF, login="ana", purpose="invitation"))
    desk.run(admit, Try(kind="staff", address="203.0.113.7", login="ana"))

    def count(table):
        return len(desk.read(lambda unit, _: unit.connection.execute(select(table)).all(), None))

    desk.clock.forward(minutes=2)
    assert desk.run(forget_attempts, ForgetAttempts()) == 3
    assert desk.run(forget_sessions, ForgetSessions()) == 0
    desk.clock.forward(days=34)
    assert desk.run(forget_sessions, ForgetSessions()) == 1
    assert (count(attempt), count(access_link)) == (0, 0)


def test_a_token_with_scopes_costs_a_command_no_statement(desk):
    """And is as narrow when the authority number grows between two commands."""
    from engine.errors import NotPermitted
    from engine.people.knowing import by_token

    text = desk.run(issue_token, IssueToken(login="gil", label="x", scopes=["ticket.open"]))
    gil = desk.read(by_token, hash_of(text))
    ask = Open(title="A", subject="geral")
    assert desk.run(open_ticket, ask, actor=gil).ticket.title == "A"
    desk.person("nova")
    with pytest.raises(NotPermitted) as refusal:
        desk.run(deactivate, Deactivate(login="nova"), actor=gil)
    assert refusal.value.reasons[0].code == "token_lacks"
    assert desk.run(open_ticket, ask, actor=gil).ticket.title == "A"
    assert actors.CONSOLE.scopes is None

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.activities.model import activity
from engine.actors import Actor
from engine.errors import Refused
from engine.history import ticket_history
from engine.people.adding import AddPresets, add_presets
from engine.queues.finishing import Finish, finish
from engine.registry.putting import Put, put
from engine.tickets.access import readable_ticket
from engine.tickets.delivering import Deliver, deliver
from engine.tickets.following import circumstances
from engine.tickets.moves import weigh
from engine.tickets.moving import Move, move
from engine.tickets.opening import Open, open_ticket
from engine.tickets.ticking import tick_all
from permissions.decide import Rule, Rules
from permissions.presets import Preset

DIAGRAMS = Path(__file__).parent / "diagrams"
SITUATIONS = ("entrada", "analise", "fechado")
MOVES = ("livre", "girar", "urgente", "com_solucao", "pelo_valor", "pela_regra", "verificar", "voltar", "insistir",
         "encerrar", "reabrir")  # fmt: skip
ASKED = (*MOVES, "nada", None)


def with_peneira(world):
    for key in ("a", "b"):
        world.run(put, Put(registry="subjects", key=key, values={"label": key.upper()}))
    world.run(put, Put(registry="fields", key="solucao", values={"label": "Solução"}))
    world.run(put, Put(registry="fields", key="valor", values={"label": "Valor", "type": "number"}))
    names = ("peneira.bpmn", "campos_da_peneira.dmn", "prioridade_da_peneira.dmn")
    world.deploy(*(DIAGRAMS / name for name in names))


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, with_peneira)
    yield url
    stock.drop(url)


actions = st.sampled_from(["ticket.move"] * 4 + [f"ticket.move:{name}" for name in MOVES])
fills = st.sampled_from(["ticket.fill", "ticket.fill:valor", "ticket.fill:solucao", "ticket.fill:description"])
places = st.sampled_from([("*", "*"), ("peneira", "*"), *(("peneira", each) for each in SITUATIONS)])
verdicts = st.sampled_from([True, True, True, False])
layers = st.tuples(
    st.lists(st.tuples(actions | fills, verdicts), max_size=4),
    st.lists(st.tuples(actions | fills, verdicts, places), max_size=6),
)
# Most people may do most things, else nothing but rights would ever be refused.
mostly = ([("ticket.move", True)], [("ticket.move", True, ("*", "*"))])
rights = layers | layers.map(lambda each: (mostly[0] + each[0], mostly[1] + each[1]))
proposals = st.dictionaries(
    st.sampled_from(["solucao", "valor", "valor", "description", "priority", "outro"]),
    st.sampled_from([None, "", "x", 5, 50, True]),
    max_size=3,
)
openings = st.fixed_dictionaries(
    {
        "subject": st.sampled_from([None, "a", "b"]),
        "priority": st.sampled_from([None, "normal", "alta"]),
        "channel": st.sampled_from([None, "email", "telefone"]),
        "description": st.sampled_from(["", "x"]),
        "fields": st.fixed_dictionaries({}, optional={"solucao": st.just("x"), "valor": st.sampled_from([5, 10, 50])}),
    }
)
happenings = st.lists(st.sampled_from(["message", "tick", "finish", *MOVES, *MOVES[:7]]), max_size=5)


class RehearsedError(Exception):
    """The command came through; it is undone."""


def rehearse(unit, ask):
    raise RehearsedError(str(move(unit, ask).ticket.place))


def happen(world, one, names):
    """What others do in between: people, messages, the clock. What is refused has not happened."""
    for name in names:
        try:
            if name == "message":
                world.run(deliver, Deliver(ticket=one.id, name="pagamento_confirmado"))
            elif name == "tick":
                world.clock.forward(days=2)
                tick_all(world.engine)
            elif name == "finish":
                asked = select(activity.c.id).where(activity.c.ticket_id == one.id, activity.c.status != "finished")
                for each in world.read(lambda unit, _, a=asked: unit.connection.execute(a).scalars().all(), None)[:1]:
                    world.run(finish, Finish(activity=each))
            else:
                world.run(move, Move(ticket=one.id, move=name))
        except Refused:
            pass


def stored(world, one):
    rows = select(func.count()).select_from(ticket_history).where(ticket_history.c.ticket_id == one.id)
    return world.read(lambda unit, _: (unit.connection.scalar(rows), readable_ticket(unit, one.id, lock=False)), None)


PROFILES = count()


def with_rights(world, drawn):
    """Somebody with a profile of exactly these rules, who may read; and the rules."""
    key = f"perfil_{next(PROFILES)}"
    profile, workflow = drawn
    drafts = {(action, None, None): allow for action, allow in profile}
    drafts |= {(action, *place): allow for action, allow, place in workflow}
    drafts["ticket.read", None, None] = True
    rules = tuple(
        Rule(f"{key}/{n}", key, action, allow, process, situation)
        for n, ((action, process, situation), allow) in enumerate(drafts.items())
    )
    preset = Preset(key=key, label_pt=key, label_en=key, description="", scope="all", rules=rules)
    world.run(add_presets, AddPresets(presets=[preset]))
    number = world.read(lambda unit, _: unit.catalogue.number, None)
    return Actor(id=f"user:{uuid4()}", name=key, profile=key, authority=number), rules


def judged(option):
    """The whole verdict as values, with the refusal a command would give."""
    refusal = None
    try:
        option.insist()
    except Refused as refused:
        refusal = (type(refused), refused.code, refused.status)
    return (option.move, option.allowed, option.leads_to, option.requires, option.missing, option.reasons, refusal)


def prove(world, drawn, opening, names, proposed, stale, seed):
    opened = world.run(open_ticket, Open(title="prova", process="peneira", inbound=True, **opening)).ticket
    happen(world, opened, names)
    somebody, rules = with_rights(world, drawn)
    rows, now = stored(world, opened)
    seen = now.revision - 1 if stale else None

    def weighed(unit, order):
        one = readable_ticket(unit, opened.id, lock=False)
        around = circumstances(unit, one, seen=seen)
        if order is not None:
            around = replace(around, rules=Rules.of(order))
        found = weigh(one.diagram, one, around, proposed)
        asked = {name: found[name] for name in ASKED}
        return asked, {name: judged(each) for name, each in asked.items()}, [judged(each) for each in found.options]

    options, *verdicts = world.read(weighed, None, actor=somebody)
    assert all(verdicts[0][each[0]] == each for each in verdicts[1])
    shuffled = random.Random(seed).sample(rules, len(rules))
    assert world.read(weighed, shuffled, actor=somebody)[1:] == (*verdicts,)

    def ask(name):
        return Move(ticket=opened.id, move=name, fields=proposed, seen=seen)

    for name, option in options.items():
        with pytest.raises((RehearsedError, Refused)) as outcome:
            world.run(rehearse, ask(name), actor=somebody)
        if isinstance(outcome.value, RehearsedError):
            assert option.allowed, (name, option.reasons)
            assert option.leads_to is None or str(option.leads_to) == str(outcome.value)
        else:
            refused = outcome.value
            assert refused.reasons == option.reasons, name
            assert (type(refused), refused.code, refused.status) == verdicts[0][name][-1], name
    assert stored(world, opened)[0] == rows  # neither looking nor being refused leaves a trace

    allowed = [name for name, option in options.items() if option.allowed]
    event(f"{len(allowed)} allowed" if allowed else options["girar"].reasons[0].code)
    if allowed:
        name = allowed[seed % len(allowed)]
        done = world.run(move, ask(name), actor=somebody).ticket
        assert options[name].leads_to in {None, done.place}
        assert stored(world, opened)[0] == rows + 1


drawn_worlds = given(
    drawn=rights,
    opening=openings,
    names=happenings,
    proposed=proposals,
    stale=st.sampled_from([False] * 9 + [True]),
    seed=st.integers(0, 1000),
)
bounded = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.generate, Phase.shrink],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@pytest.mark.parametrize("database", ["sqlite"])
@settings(max_examples=120, **bounded)
@drawn_worlds
def test_what_is_weighed_is_what_the_command_does(world, **drawn):
    prove(world, **drawn)


@pytest.mark.parametrize("database", ["postgresql"])
@settings(max_examples=15, **bounded)
@drawn_worlds
def test_what_is_weighed_is_what_the_command_does_on_postgresql_too(world, **drawn):
    prove(world, **drawn)


@pytest.mark.long
@settings(max_examples=3_000, **bounded | {"derandomize": False, "print_blob": True, "database": None})
@drawn_worlds
def test_what_is_weighed_is_what_the_command_does_three_thousand_times(world, **drawn):
    prove(world, **drawn)

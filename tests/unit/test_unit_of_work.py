from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import actors
from engine.errors import Invalid, KeyReused, NotAuthenticated
from engine.history import authority, change_history
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import by_token, hash_of
from engine.people.tokens import IssueToken, issue_token
from engine.registry.model import team
from engine.registry.putting import Put, put
from engine.unit import Answer, ForgetKeys, Key, forget_keys, idempotency


def count(world, table):
    return world.read(lambda unit, _: unit.connection.scalar(select(func.count()).select_from(table)), None)


def a_team(key="vendas", **values):
    return Put(registry="teams", key=key, values={"label": "Vendas"} | values)


def as_json(result):
    return Answer(status=200, body=repr(sorted(result.items())).encode(), headers={"X-Kind": "team"})


def test_change_is_stored_with_its_history_and_a_new_authority(world):
    before = world.read(lambda unit, _: unit.catalogue.number, None)
    world.run(put, a_team())
    assert world.read(lambda unit, _: unit.catalogue.registries.teams["vendas"].label, None) == "Vendas"
    row = world.read(
        lambda unit, _: unit.connection.execute(select(change_history).where(change_history.c.key == "vendas")).one(),
        None,
    )
    assert (row.kind, row.deed, row.actor, row.at) == ("team", "added", "system:console", world.clock())
    assert count(world, authority) == 1
    assert world.read(lambda unit, _: unit.catalogue.number, None) == before + 1


def test_the_same_again_changes_nothing(world):
    world.run(put, a_team())
    rows = count(world, change_history)
    world.run(put, a_team())
    assert count(world, change_history) == rows


def test_change_without_history_fails_the_commit(world):
    def silently(unit, _):
        unit.replay()
        unit.insert("team:x", team, key="x", label="X")

    with pytest.raises(AssertionError, match="changed without history"):
        world.run(silently, None)
    assert count(world, team) == 0


def test_query_must_not_write(world):
    def sneaky(unit, _):
        unit.insert("team:x", team, key="x", label="X")

    with pytest.raises(AssertionError, match="must not write"):
        world.read(sneaky, None)


def test_refused_command_leaves_no_trace(world):
    rows = count(world, change_history)
    with pytest.raises(Invalid, match="label"):
        world.run(put, a_team(label=" "))
    assert count(world, team) == 0
    assert count(world, change_history) == rows


def test_answer_that_cannot_be_made_stores_nothing(world):
    with pytest.raises(ZeroDivisionError):
        world.run(put, a_team(), key=Key("k", b"f"), render=lambda _: 1 / 0)
    assert count(world, team) == count(world, idempotency) == 0


def test_same_key_gives_the_same_answer_byte_for_byte(world):
    first = world.run(put, a_team(), key=Key("k", b"f"), render=as_json)
    again = world.run(put, a_team(), key=Key("k", b"f"), render=lambda _: pytest.fail("rendered twice"))
    assert not first.replayed
    assert again.replayed
    assert (again.status, again.body, again.headers) == (first.status, first.body, first.headers)
    assert count(world, idempotency) == 1


def test_same_key_with_another_body_is_refused(world):
    world.run(put, a_team(), key=Key("k", b"f"), render=as_json)
    with pytest.raises(KeyReused):
        world.run(put, a_team("compras"), key=Key("k", b"g"), render=as_json)
    assert count(world, team) == 1


def test_keys_of_two_people_do_not_meet(world):
    world.run(put, a_team(), key=Key("k", b"f"), render=as_json)
    admin = world.person("ana", "administrador")
    answer = world.run(put, a_team("compras"), actor=admin, key=Key("k", b"g"), render=as_json)
    assert not answer.replayed
    assert count(world, team) == 2


def test_refusal_frees_the_key(world):
    with pytest.raises(Invalid):
        world.run(put, a_team(label=""), key=Key("k", b"f"), render=as_json)
    assert not world.run(put, a_team(), key=Key("k", b"f2"), render=as_json).replayed


def test_a_command_that_forgets_the_key_is_our_mistake(world):
    def forgetful(unit, _):
        unit.insert("team:x", team, key="x", label="X")
        unit.record("team:x", "added")
        return {}

    with pytest.raises(AssertionError, match=r"unit\.replay"):
        world.run(forgetful, None, key=Key("k", b"f"), render=as_json)
    assert count(world, team) == 0


def test_answers_are_forgotten_after_their_time(world):
    world.run(put, a_team(), key=Key("k", b"f"), render=as_json)
    world.clock.forward(hours=23)
    assert world.run(forget_keys, ForgetKeys(timedelta(hours=24))) == 0
    world.clock.forward(hours=2)
    assert world.run(forget_keys, ForgetKeys(timedelta(hours=24))) == 1
    assert count(world, idempotency) == 0


def at_once(number, deed):
    gate, outcomes = threading.Barrier(number), [None] * number

    def one(n):
        gate.wait()
        try:
            outcomes[n] = deed(n)
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            outcomes[n] = error

    threads = [threading.Thread(target=one, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_same_key_many_times_at_once_has_one_effect(world):
    answers = at_once(8, lambda _: world.run(put, a_team(), key=Key("k", b"f"), render=as_json))
    assert {a.body for a in answers} == {answers[0].body}
    assert sum(not a.replayed for a in answers) == 1
    rows = world.read(
        lambda unit, _: unit.connection.scalar(
            select(func.count()).select_from(change_history).where(change_history.c.key == "vendas")
        ),
        None,
    )
    assert rows == 1


def test_writers_at_once_wait_for_each_other_and_nobody_is_shown_an_error(world):
    outcomes = at_once(8, lambda n: world.run(put, a_team(f"equipe_{n}")))
    assert [o["key"] for o in outcomes] == [f"equipe_{n}" for n in range(8)]
    assert count(world, team) == 8


def test_rights_that_were_taken_away_are_missed_at_the_next_command(world):
    world.run(add_person, AddPerson(login="ana", name="Ana", profile="administrador"))
    text = world.run(issue_token, IssueToken(login="ana", label="teste", lasts=timedelta(hours=1)))
    ana = world.read(by_token, hash_of(text))
    world.run(put, a_team(), actor=ana)
    world.clock.forward(hours=2)
    world.run(put, a_team("compras"))  # the authority grows: everybody is asked for anew
    with pytest.raises(NotAuthenticated):
        world.run(put, a_team("suporte"), actor=ana)
    assert count(world, team) == 2


def test_token_is_stored_as_a_hash_only(world):
    world.run(add_person, AddPerson(login="ana", name="Ana", profile="administrador"))
    text = world.run(issue_token, IssueToken(login="ana", label="teste"))
    dump = repr(
        world.read(
            lambda unit, _: [unit.connection.execute(t.select()).all() for t in idempotency.metadata.sorted_tables],
            None,
        )
    )
    assert text not in dump
    assert "tk_" not in dump


@dataclass(frozen=True)
class Twice:
    """Add two teams, one of them impossible."""


def test_composed_commands_are_stored_together_or_not_at_all(world):
    def both(unit, _):
        put(unit, a_team("um"))
        put(unit, a_team("dois", label=""))

    with pytest.raises(Invalid):
        world.run(both, Twice())
    assert count(world, team) == 0


def test_engine_is_never_asked_for_rights_people_are(world):
    from engine.errors import NotPermitted

    agent = world.person("bia", "agente")
    with pytest.raises(NotPermitted) as refusal:
        world.run(put, a_team(), actor=agent)
    assert refusal.value.reasons[0].code == "profile_lacks"
    assert world.run(put, a_team(), actor=actors.CONSOLE)["key"] == "vendas"

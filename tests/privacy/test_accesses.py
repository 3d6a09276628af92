from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.disclosure import Disclosed, Subject, access
from engine.errors import NotPermitted
from engine.history import change_history
from engine.privacy.accesses import ForgetAccesses, ReadAccesses, forget_accesses, read_accesses
from engine.privacy.sight import View
from engine.registry.customers import PutCustomer, put_customer
from permissions.personal import CLASSES, NAME

KEPT = ForgetAccesses(timedelta(days=184))


def count(world):
    return world.read(lambda unit, _: unit.connection.execute(select(func.count()).select_from(access)).scalar(), None)


def look(world, who, customer):
    def query(unit, _):
        return View(unit, None, ticket=None, customer=customer)(NAME, "Ana")

    return world.read(query, None, actor=who)


def test_a_person_who_looks_leaves_a_row_and_the_engine_leaves_none(world):
    known = world.run(put_customer, PutCustomer(key="c1", name="Ana"))
    agent = world.person("ana.souza")
    for who, rows in ((agent, 1), (agent, 2)):
        assert look(world, who, known.id) == "Ana"
        assert count(world) == rows
    world.read(lambda unit, _: View(unit, None, ticket=None, customer=known.id)(NAME, "Ana"), None)
    assert count(world) == 2
    (newest, older) = world.read(read_accesses, ReadAccesses(customer="c1"), actor=world.person("gil", "gestor"))
    assert newest["id"] > older["id"]
    assert {one["classes"][0] for one in (newest, older)} == {NAME}
    with pytest.raises(NotPermitted):
        world.read(read_accesses, ReadAccesses(), actor=agent)


def test_empty_values_are_the_same_for_everybody_and_nothing_to_tell(world):
    agent = world.person("ana.souza")
    world.read(lambda unit, _: View(unit, None, ticket=None, customer=None)(NAME, ""), None, actor=agent)
    assert count(world) == 0


def test_rows_go_when_their_time_is_over_and_history_keeps_how_many(world):
    known = world.run(put_customer, PutCustomer(key="c1", name="Ana"))
    agent = world.person("ana.souza")
    for _ in range(3):
        look(world, agent, known.id)
    world.clock.forward(days=183)
    look(world, agent, known.id)
    assert world.run(forget_accesses, KEPT) == 0
    world.clock.forward(days=2)
    assert (world.run(forget_accesses, KEPT), world.run(forget_accesses, KEPT)) == (3, 0)
    assert count(world) == 1
    told = select(change_history.c.deed, change_history.c.detail).where(change_history.c.kind == "access")
    rows = world.read(lambda unit, _: unit.connection.execute(told).all(), None)
    assert [(row.deed, row.detail) for row in rows] == [("forgotten", {"rows": 3, "older_than_days": 184})]


NOTES = st.lists(
    st.tuples(
        st.sampled_from(sorted(CLASSES)),
        st.one_of(st.none(), st.tuples(st.text(max_size=5), st.text(max_size=5))),
        st.one_of(st.none(), st.uuids()),
        st.one_of(st.none(), st.uuids()),
    ),
    max_size=6,
)


@settings(max_examples=60, derandomize=True, database=None)
@given(NOTES)
def test_what_is_kept_beside_an_answer_is_what_was_noted(notes):
    one = Disclosed()
    for kind, place, ticket, customer in notes:
        one.note(kind, place, Subject(ticket, customer))
    back = Disclosed.of_json(one.as_json())
    assert (back.shown, back.subjects, bool(back)) == (one.shown, one.subjects, bool(notes))
    rows = list(one.rows("user:x", None))
    assert len({row["answer"] for row in rows}) == bool(notes)
    assert {(row["ticket_id"], row["customer_id"]) for row in rows} == {(t, c) for _, _, t, c in notes}
    assert all(isinstance(row["id"], UUID) for row in rows)
    with pytest.raises(AssertionError):
        one.note(NAME, None, Subject(None, None))

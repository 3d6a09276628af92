"""Hundreds of rows of one shape go to the database together, and are what they would be one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine.db import new_id
from engine.history import authority, change_history
from engine.writing import RowChangedError, Write, write

DETAILS = (None, {"a": 'aspas " barra \\ linha \n ç 🛠', "b": [1, None, {"c": True}]}, {})


@pytest.fixture
def connection(world):
    with world.engine.database.connect() as found, found.begin():
        yield found


def rows(world, number, **more):
    common = {"kind": "x", "at": world.clock.at, "actor": "a", "deed": "d"}
    return [
        Write("insert", change_history, {}, common | {"id": new_id(), "key": f'{n}"\\,{{}}', "detail": None} | more)
        for n in range(number)
    ]


def kept(connection):
    found = connection.execute(select(change_history).where(change_history.c.kind == "x")).all()
    return {row.id: row for row in found}


def test_values_come_back_as_they_went(world, connection):
    given = [
        Write(one.verb, one.table, one.key, {**one.values, "detail": DETAILS[n % 3]})
        for n, one in enumerate(rows(world, 330))
    ]
    write(connection, given)
    found = kept(connection)
    assert len(found) == 330
    for one in given:
        assert dict(found[one.values["id"]]._mapping) == dict(one.values)


def test_updates_change_their_rows_and_a_guard_that_meets_none_undoes_all(world, connection):
    given = rows(world, 250)
    write(connection, given)
    changes = [
        Write("update", change_history, {"id": one.values["id"], "actor": "a"}, {"actor": f"b{n}", "detail": {"n": n}})
        for n, one in enumerate(given)
    ]
    write(connection, changes)
    found = kept(connection)
    assert [found[one.values["id"]].actor for one in given] == [f"b{n}" for n in range(250)]
    with pytest.raises(RowChangedError):
        write(connection, changes)


def test_one_row_changed_often_ends_as_the_last_change_says(world, connection):
    (one,) = rows(world, 1)
    write(connection, [one])
    key = {"id": one.values["id"]}
    write(connection, [Write("update", change_history, key, {"actor": f"b{n}"}) for n in range(250)])
    assert kept(connection)[one.values["id"]].actor == "b249"


def test_the_order_of_tables_is_kept(world, connection):
    number = connection.scalar(select(authority.c.number))
    grown = Write("update", authority, {"id": 1, "number": number}, {"number": number + 1})
    write(connection, [*rows(world, 30), grown, *rows(world, 190), *(rows(world, 1)[0] for _ in range(5))])
    assert connection.scalar(select(authority.c.number)) == number + 1
    assert len(kept(connection)) == 225


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_text_that_is_too_long_is_refused_and_not_cut(world, connection):
    with pytest.raises(DBAPIError):
        write(connection, rows(world, 250, deed="d" * 41))


@pytest.mark.parametrize("whole", [True, False])
def test_a_guard_behind_many_rows_undoes_them_too(world, whole):
    """`whole`: each statement is committed by itself, as in a command's first try without a lock."""
    gone = Write("update", change_history, {"id": new_id()}, {"actor": "b"})
    alone = {"isolation_level": "AUTOCOMMIT"} if whole and world.engine.database.dialect.name == "postgresql" else {}
    database = world.engine.database.execution_options(**alone)
    with pytest.raises(RowChangedError), database.connect() as connection, connection.begin():
        write(connection, [*rows(world, 30), gone], whole=whole)
    with world.engine.database.connect() as connection:
        assert kept(connection) == {}

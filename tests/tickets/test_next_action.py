from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.errors import Invalid, NotActive, NotPermitted, Stale
from engine.tickets.alteration import Alter, alter
from engine.tickets.due import DueNext, due_next
from engine.tickets.model import ticket as tickets
from engine.tickets.next_action import SetNextAction, set_next_action


def put(shop, ticket, at, **more):
    return shop.world.run(set_next_action, SetNextAction(ticket=ticket.protocol, at=at, **more), actor=shop.agent)


def due(shop, **asked):
    return [row.protocol for row in shop.world.read(due_next, DueNext(**asked), actor=shop.agent).rows]


def test_latest_one_holds_and_the_history_keeps_all(shop):
    ticket, now = shop.open(), shop.clock()
    first, second = now + timedelta(hours=1), now + timedelta(days=3)
    put(shop, ticket, first)
    put(shop, ticket, second, reason="O cliente viajou.")
    put(shop, ticket, None)
    assert shop.see(ticket).next_action_at is None
    rows = [row for row in shop.history(ticket) if row.deed == "next_action"]
    told = [row.detail["changed"]["next_action_at"] for row in rows]
    assert told == [
        [None, first.isoformat()],
        [first.isoformat(), second.isoformat()],
        [second.isoformat(), None],
    ]
    assert [row.reason for row in rows] == [None, "O cliente viajou.", None]
    assert {row.actor for row in rows} == {shop.agent.id}


def test_setting_what_is_so_already_leaves_no_row(shop):
    ticket, at = shop.open(), shop.clock() + timedelta(hours=1)
    put(shop, ticket, at)
    before = shop.see(ticket).revision, len(shop.history(ticket))
    put(shop, ticket, at)
    assert (shop.see(ticket).revision, len(shop.history(ticket))) == before


def test_past_instants_are_refused_by_every_route(shop):
    ticket, now = shop.open(), shop.clock()
    before = len(shop.history(ticket))
    for at, code in (
        (now, "next_action_past"),
        (now - timedelta(seconds=1), "next_action_past"),
        (datetime(1, 1, 1, tzinfo=UTC), "next_action_past"),
        (datetime(2206, 3, 4, tzinfo=UTC), "next_action_far"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "next_action_far"),
    ):
        with pytest.raises(Invalid) as refusal:
            put(shop, ticket, at)
        assert refusal.value.code == code
        ask = Alter(ticket=ticket.protocol, changes={"next_action_at": at})
        with pytest.raises(Invalid) as refusal:
            shop.world.run(alter, ask, actor=shop.agent)
        assert refusal.value.code == code
    assert (shop.see(ticket).next_action_at, len(shop.history(ticket))) == (None, before)


def test_what_has_passed_meanwhile_may_be_sent_back_unchanged(shop):
    ticket, at = shop.open(), shop.clock() + timedelta(hours=1)
    put(shop, ticket, at)
    shop.clock.forward(hours=2)
    ask = Alter(ticket=ticket.protocol, changes={"next_action_at": at, "priority": "alta"})
    assert shop.world.run(alter, ask, actor=shop.agent).priority == "alta"


def test_right_is_asked_and_the_revision_too(shop):
    ticket, at = shop.open(), shop.clock() + timedelta(hours=1)
    ask = SetNextAction(ticket=ticket.protocol, at=at)
    with pytest.raises(NotPermitted) as refusal:
        shop.world.run(set_next_action, ask, actor=shop.world.person("erp", "integracao"))
    assert refusal.value.reasons[0].details["decision"]["action"] == "ticket.next_action"
    shop.move(ticket, "repetir")
    with pytest.raises(Stale) as stale:
        put(shop, ticket, at, seen=ticket.revision)
    assert stale.value.extra["conflicts"] == {}


def test_nobody_is_contacted_about_a_finished_ticket(shop):
    ticket, at = shop.open(fields={"unidade": "1"}), shop.clock() + timedelta(hours=1)
    put(shop, ticket, at)
    shop.move(ticket, "executar")
    shop.move(ticket, "concluir", fields={"solucao": "Trocado."})
    shop.clock.forward(hours=2)
    assert due(shop) == []
    with pytest.raises(NotActive):
        put(shop, ticket, shop.clock() + timedelta(hours=1))
    put(shop, ticket, None)


def test_due_list_is_filtered_ordered_and_paged_by_key(shop):
    now, hour = shop.clock(), timedelta(hours=1)
    made = [shop.open() for _ in range(7)]
    for n, ticket in enumerate(made[:6]):
        put(shop, ticket, now + (3 - n // 2) * hour)
    shop.world.run(
        alter, Alter(ticket=made[0].protocol, changes={"team": "suporte", "responsible": "ana"}), actor=shop.agent
    )
    assert due(shop) == []
    shop.clock.forward(hours=2)
    assert set(due(shop)) == {one.protocol for one in made[2:6]}
    everything = now + 9 * hour
    whole = due(shop, until=everything)
    assert len(whole) == 6
    instants = [shop.world.read(due_next, DueNext(until=everything)).rows[n].next_action_at for n in range(6)]
    assert instants == sorted(instants)
    paged, cursor = [], None
    while True:
        page = shop.world.read(due_next, DueNext(until=everything, cursor=cursor, limit=2))
        paged += [row.protocol for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert paged == whole
    assert due(shop, until=everything, team="suporte") == [made[0].protocol]
    assert due(shop, until=everything, responsible="ana") == [made[0].protocol]
    assert len(due(shop, until=everything, responsible="none")) == 5
    assert due(shop, until=now + hour) == whole[:2]
    with pytest.raises(Invalid):
        due(shop, cursor="não é")


def test_due_list_is_read_from_its_own_index(shop):
    with shop.world.engine.reading.connect() as connection:
        if connection.dialect.name != "sqlite":
            return
        statement = (
            "SELECT id FROM ticket WHERE next_action_at IS NOT NULL AND standing = 'open' "
            "AND next_action_at <= '2026' ORDER BY next_action_at, id LIMIT 20"
        )
        plan = connection.execute(text("EXPLAIN QUERY PLAN " + statement)).all()
    assert "ix_ticket_next_action" in repr(plan), plan
    assert "ix_ticket_next_action" in {index.name for index in tickets.indexes}

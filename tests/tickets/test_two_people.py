"""Two people who alter one ticket at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Stale
from engine.tickets.alteration import Alter, alter


def change(shop, ticket, *, actor=None, fields=None, **changes):
    own = {name: changes.pop(name) for name in ("seen", "disjoint", "situation", "reason") if name in changes}
    ask = Alter(ticket=ticket.protocol, changes=changes, fields=fields or {}, **own)
    return shop.world.run(alter, ask, actor=actor or shop.agent)


def stale(shop, ticket, **changes):
    before = shop.see(ticket).revision, len(shop.history(ticket))
    with pytest.raises(Stale) as refusal:
        change(shop, ticket, **changes)
    assert (shop.see(ticket).revision, len(shop.history(ticket))) == before
    return refusal.value


def test_both_values_are_told(shop):
    ticket = shop.open()
    change(shop, ticket, actor=shop.boss, priority="alta", team="suporte")
    refusal = stale(shop, ticket, priority="baixa", request_type="queixa", seen=ticket.revision)
    assert refusal.extra["conflicts"] == {
        "priority": {
            "yours": "baixa",
            "theirs": "alta",
            "changed_by": shop.boss.id,
            "changed_by_name": "Gil",
            "changed_at": shop.clock(),
        }
    }
    assert refusal.extra["present"]["revision"] == 2
    assert "Prioridade" in refusal.detail


def test_different_fields_are_let_through_when_asked(shop):
    ticket = shop.open()
    change(shop, ticket, actor=shop.boss, priority="alta", fields={"cor": "azul"})
    refusal = stale(shop, ticket, request_type="queixa", seen=ticket.revision)
    assert refusal.extra["conflicts"] == {}
    assert "merge=disjoint" in refusal.detail
    merged = change(shop, ticket, request_type="queixa", fields={"numero": 3}, seen=ticket.revision, disjoint=True)
    assert (merged.priority, merged.request_type, merged.fields) == ("alta", "queixa", {"cor": "azul", "numero": 3})


def test_same_fields_are_not_merged(shop):
    ticket = shop.open()
    change(shop, ticket, actor=shop.boss, fields={"cor": "azul"}, title="Outro", responsible="ana")
    refusal = stale(
        shop,
        ticket,
        fields={"cor": "verde"},
        title="Terceiro",
        responsible=None,
        priority="alta",
        seen=ticket.revision,
        disjoint=True,
    )
    told = {name: (one["yours"], one["theirs"]) for name, one in refusal.extra["conflicts"].items()}
    assert told == {
        "fields.cor": ("verde", "azul"),
        "title": ("Terceiro", "Outro"),
        "responsible": (None, "ana"),
    }


def test_the_same_value_twice_is_no_conflict(shop):
    ticket = shop.open()
    change(shop, ticket, actor=shop.boss, priority="alta", responsible="ana")
    merged = change(shop, ticket, priority="alta", responsible="ana", title="x", seen=ticket.revision, disjoint=True)
    assert (merged.title, merged.priority) == ("x", "alta")


def test_what_was_changed_before_one_looked_is_no_conflict(shop):
    ticket = shop.open()
    looked = change(shop, ticket, actor=shop.boss, priority="alta")
    change(shop, ticket, actor=shop.boss, title="Outro")
    merged = change(shop, ticket, priority="baixa", seen=looked.revision, disjoint=True)
    assert (merged.priority, merged.title) == ("baixa", "Outro")


def test_a_revision_that_does_not_exist_yet_is_stale(shop):
    ticket = shop.open()
    stale(shop, ticket, priority="alta", seen=ticket.revision + 1, disjoint=True)


def test_what_a_situation_changed_by_itself_counts(shop):
    ticket = shop.open(fields={"unidade": "1"})
    shop.move(ticket, "executar")
    refusal = stale(shop, ticket, team="vendas", seen=ticket.revision, disjoint=True)
    assert refusal.extra["conflicts"]["team"]["theirs"] == "suporte"
    assert shop.history(ticket)[-1].detail["changed"]["team"] == ["vendas", "suporte"]


def test_what_a_move_filled_counts(shop):
    ticket = shop.open()
    shop.move(ticket, "executar", fields={"unidade": "2"})
    refusal = stale(shop, ticket, fields={"unidade": "3"}, seen=ticket.revision, disjoint=True)
    assert refusal.extra["conflicts"]["fields.unidade"]["theirs"] == "2"


def test_next_action_counts(shop):
    from engine.tickets.next_action import SetNextAction, set_next_action

    ticket, at = shop.open(), shop.clock() + timedelta(hours=1)
    shop.world.run(set_next_action, SetNextAction(ticket=ticket.protocol, at=at), actor=shop.boss)
    refusal = stale(shop, ticket, next_action_at=at + timedelta(hours=1), seen=ticket.revision, disjoint=True)
    assert refusal.extra["conflicts"]["next_action_at"]["theirs"] == at

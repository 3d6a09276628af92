from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.errors import Invalid, NotActive, NotFound, NotPermitted
from engine.registry.customers import PutCustomer, put_customer
from engine.tickets.linking import Link, Links, link, links, unlink
from engine.tickets.relations import ticket_link

DIAGRAMS = Path(__file__).parent / "diagrams"


def joined(shop, one, other, *, command=link, actor=None):
    return shop.world.run(command, Link(ticket=one.protocol, other=other.protocol), actor=actor or shop.agent)


def linked_to(shop, ticket):
    return [row.protocol for row in shop.world.read(links, Links(ticket=ticket.protocol), actor=shop.agent)]


@pytest.fixture
def pair(shop):
    return shop.open(customer="c1"), shop.open(customer="c1")


def finish(shop, ticket):
    ticket = shop.move(ticket, "executar")
    return shop.move(ticket, "concluir", fields={"unidade": "1", "solucao": "feito"})


def test_a_link_is_seen_from_both_ends_and_told_in_both_histories(shop, pair):
    one, other = pair
    assert joined(shop, one, other).repeated is False
    assert (linked_to(shop, one), linked_to(shop, other)) == ([other.protocol], [one.protocol])
    for ticket, told in ((one, other), (other, one)):
        last = shop.history(ticket)[-1]
        assert (last.deed, last.actor, last.detail) == ("linked", shop.agent.id, {"other": told.protocol})
        assert shop.see(ticket).revision == ticket.revision  # links are not the ticket's own columns


def test_linked_again_from_either_end_it_is_the_same_link(shop, pair):
    one, other = pair
    joined(shop, one, other)
    before = shop.everything()
    assert joined(shop, one, other).repeated
    assert joined(shop, other, one).repeated
    assert shop.everything() == before


def test_unlinking_leaves_a_trace_at_both_ends(shop, pair):
    one, other = pair
    joined(shop, one, other)
    joined(shop, other, one, command=unlink)
    assert linked_to(shop, one) == linked_to(shop, other) == []
    assert shop.deeds(one)[-1] == shop.deeds(other)[-1] == "unlinked"
    with shop.refused(NotFound, "no_link"):
        joined(shop, one, other, command=unlink)


def test_both_must_be_active_and_a_link_stays_after_finishing_without_passing_anything_on(shop, pair):
    one, other = pair
    joined(shop, one, other)
    untouched = shop.see(other)
    done = finish(shop, one)
    now = shop.see(other)
    assert (now.situation, now.standing, now.revision, now.seq) == (
        untouched.situation,
        "open",
        untouched.revision,
        untouched.seq,
    )
    assert linked_to(shop, other) == [one.protocol]
    third = shop.open(customer="c1")
    for ends in ((done, third), (third, done)):
        with shop.refused(NotActive, "not_active") as refusal:
            joined(shop, *ends)
        assert refusal.value.extra["closed"] == {done.protocol: "finished"}
    with shop.refused(NotActive):
        joined(shop, one, other, command=unlink)  # read-only from now on


def test_a_ticket_is_not_linked_to_itself(shop, pair):
    with shop.refused(Invalid, "link_to_itself"):
        joined(shop, pair[0], pair[0])


def test_other_customers_need_a_right_of_their_own(shop, pair):
    shop.world.run(put_customer, PutCustomer(key="c2", name="Cliente Dois"))
    for other in (shop.open(customer="c2"), shop.open()):
        with shop.refused(NotPermitted) as refusal:
            joined(shop, pair[0], other)
        assert [one.details["decision"]["action"] for one in refusal.value.reasons] == ["ticket.link_customers"]
        assert joined(shop, pair[0], other, actor=shop.boss).repeated is False


def test_who_may_not_read_or_link_learns_nothing(shop, pair):
    outsider = shop.world.person("paula", "cliente_portal")
    designer = shop.world.person("dora", "integracao")
    for one, other in (pair, (pair[0], type("Nobody", (), {"protocol": "2026-0000000-0"}))):
        with shop.refused(NotFound) as refusal:
            joined(shop, one, other, actor=outsider)
        assert str(refusal.value) == f"Não há atendimento {one.protocol}."
    with shop.refused(NotFound):
        joined(shop, pair[0], type("Nobody", (), {"protocol": "2026-0000000-0"}))
    for command in (link, unlink):
        with shop.refused(NotPermitted):
            joined(shop, *pair, actor=designer, command=command)


def test_the_right_is_asked_where_each_of_the_two_stands(shop, pair):
    from engine.people.model import permission_rule

    def forbid(unit, _):
        values = {"profile": "agente", "action": "ticket.link", "allow": False}
        unit.insert("rule:x", permission_rule, id="x", **values, process="pedido", situation="execucao")
        unit.record("rule:x", "put")
        unit.new_authority()

    shop.world.run(forbid, None)
    one, other = pair[0], shop.move(pair[1], "executar")
    for ends in ((one, other), (other, one)):
        with shop.refused(NotPermitted):
            joined(shop, *ends)


def test_two_link_at_once_in_opposite_order_and_neither_waits_for_ever(shop, pair):
    one, other = pair
    start, ends, failures = threading.Barrier(2), [], []

    def run(first, second):
        try:
            start.wait()
            ends.extend(joined(shop, first, second).repeated for _ in range(3))
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=each) for each in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(ends) == [False] + [True] * 5
    found = shop.world.read(lambda unit, _: unit.connection.execute(select(ticket_link)).all(), None)
    assert [(row.low_id, row.high_id) for row in found] == [tuple(sorted((one.id, other.id)))]
    assert shop.deeds(one).count("linked") == shop.deeds(other).count("linked") == 1


def test_cancelled_is_not_active_either(shop, pair):
    raw = (DIAGRAMS / "pedido.bpmn").read_bytes()
    shop.world.deploy(("pedido.bpmn", raw.replace(b'value="finished"', b'value="cancelled"')))
    cancelled, other = shop.move(shop.open(customer="c1", priority="alta"), "escalar"), pair[1]
    cancelled = shop.move(cancelled, "resolver_urgente", fields={"solucao": "x"})
    assert cancelled.standing == "cancelled"
    for ends in ((cancelled, other), (other, cancelled)):
        with shop.refused(NotActive) as refusal:
            joined(shop, *ends)
        assert refusal.value.extra["closed"] == {cancelled.protocol: "cancelled"}

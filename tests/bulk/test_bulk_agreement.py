"""What the dry run says is what applying does, and what the single command would have done."""

from __future__ import annotations

import threading
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reliability.invariants import check

from engine.errors import Refused
from engine.tickets.moving import Move, move
from engine.tickets.next_action import SetNextAction, set_next_action

LIVES = {
    "new": (),
    "turned": ("girar",),
    "attended": ("atender",),
    "demanding": ("atender", "exigir"),
    "finished": ("atender", "encerrar"),
    "reopened": ("atender", "encerrar", "reabrir"),
}
DEEDS = (
    ("move", {"move": "atender"}),
    ("move", {"move": "girar", "fields": {"unidade": "2"}}),
    ("move", {"move": "encerrar"}),
    ("move", {"move": "assistir"}),
    ("move", {"move": "priorizar"}),
    ("move", {}),
    ("alter", {"team": "campo"}),
    ("alter", {"priority": "alta", "development": None}),
    ("alter", {"subject": "eletrica"}),
    ("alter", {"fields": {"unidade": "B-12"}}),
    ("interact", {"interaction": {"kind": "note", "text": "x"}, "move": "girar"}),
    ("interact", {"interaction": {"kind": "automatic_reply", "standard_reply": "recebido", "shown": True}}),
    ("next_action", {"at": "2030-01-01T12:00:00+00:00"}),
    ("next_action", {"at": None}),
    ("task", {"name": "Ligar"}),
)
TICKET = st.fixed_dictionaries(
    {
        "life": st.sampled_from(sorted(LIVES)),
        "development": st.booleans(),
        "unidade": st.sampled_from([None, "1", "B-12"]),
        "subject": st.sampled_from(["hidraulica", "eletrica"]),
        "subsubject": st.booleans(),
        "touched": st.booleans(),
    }
)


def lived(yard, life, *, development, unidade, subject, subsubject, touched):
    del touched
    own = {} if unidade is None else {"fields": {"unidade": unidade}}
    kind = {"subsubject": "hidraulica.cano"} if subsubject and subject == "hidraulica" else {}
    protocol = yard.many(1, subject=subject, development="sol", **own, **kind)[0]
    for name in LIVES[life]:
        yard.move(protocol, name)
    if not development and life not in {"finished", "demanding"}:
        yard.alter(protocol, development=None)
    return protocol


def test_the_dry_run_the_result_and_the_single_command_agree(yard):
    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(tickets=st.lists(TICKET, min_size=1, max_size=8), chosen=st.sampled_from(DEEDS))
    def agree(tickets, chosen):
        deed, what = chosen
        protocols = [lived(yard, **one) for one in tickets]
        job = yard.order(deed, what, tickets=protocols)
        again = yard.order(deed, what, tickets=protocols)
        told = {row.protocol: row for row in yard.results(job)}
        for protocol, one in zip(protocols, tickets, strict=True):
            if one["touched"]:
                touch(yard, protocol, one["life"])
        before = {protocol: yard.see(protocol).seq for protocol in protocols}
        if any(row.state == "ready" for row in told.values()):
            yard.through(job)
        for row in yard.results(job):
            touched = tickets[protocols.index(row.protocol)]["touched"]
            said = told[row.protocol]
            if said.state != "ready":
                assert (row.state, row.outcome, row.reasons) == (said.state, said.outcome, said.reasons)
            elif touched:
                assert (row.state, row.outcome) == ("failed", "stale")
            else:
                assert (row.state, row.outcome) == ("done", "done")
            assert (yard.see(row.protocol).seq > before[row.protocol]) == (row.state == "done")
        single(yard, deed, what, {row.protocol: row for row in yard.results(again)}, told)

    agree()
    check(yard.engine)


def touch(yard, protocol, life):
    if life == "finished":
        yard.alter(protocol, portal_visible=True)
    else:
        at = yard.clock() + timedelta(days=9)
        yard.world.run(set_next_action, SetNextAction(ticket=protocol, at=at), actor=yard.boss)


def single(yard, deed, what, others, told):
    """Two dry runs of the same tickets agree, and the single command says no where they did, for the same reasons."""
    for protocol, row in told.items():
        assert (others[protocol].state, others[protocol].outcome) == (row.state, row.outcome)
        if deed != "move" or row.state != "refused":
            continue
        try:
            yard.world.run(move, Move(ticket=protocol, seen=row.revision, **what), actor=yard.boss)
        except Refused as refused:
            codes = {one.code for one in refused.reasons}
            assert {one["code"] for one in row.reasons} <= codes | {"stale"}
        else:
            raise AssertionError(f"{protocol} was refused in bulk and moved alone: {row.reasons}")


def test_two_workers_and_people_beside_them_change_each_ticket_once(yard):
    jobs, chosen = [], []
    for _ in range(4):
        protocols = yard.many(15)
        chosen += protocols
        jobs.append(yard.order("move", {"move": "girar"}, tickets=protocols))
        yard.apply(jobs[-1])
    singly = chosen[::5]

    def beside():
        for protocol in singly:
            yard.move(protocol, "girar")

    threads = [threading.Thread(target=yard.work, args=(name,)) for name in ("a", "b")]
    threads.append(threading.Thread(target=beside))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    yard.work()
    for job in jobs:
        found = yard.job(job)
        assert found.state == "done"
        for row in yard.results(job):
            told = [one["detail"]["bulk"] for one in yard.history(row.protocol) if "bulk" in (one["detail"] or {})]
            assert told == ([str(job.id)] if row.state == "done" else []), row.protocol
            assert row.state == "done" or (row.outcome == "stale" and row.protocol in singly)
    check(yard.engine)


def test_a_worker_that_has_lost_its_lease_neither_repeats_nor_loses(yard):
    protocols = yard.many(20)
    job = yard.order("move", {"move": "girar"}, tickets=protocols)
    yard.apply(job)
    yard.work("dead", budget_s=0.001)
    assert yard.work("other") == 0  # it is not over yet
    yard.clock.forward(seconds=31)
    assert yard.work("other") == 19
    assert yard.work("dead") == 0
    assert [yard.see(one).seq for one in protocols] == [2] * 20
    assert yard.job(job).state == "done"

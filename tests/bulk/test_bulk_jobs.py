"""One deed on many tickets: dry run, apply, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from reliability.invariants import check

from engine.actors import CONSOLE
from engine.bulk import working
from engine.bulk.ordering import AT_ONCE, NAMED_AT_MOST, OPEN_AT_MOST
from engine.errors import Conflict, Invalid, NotFound, NotPermitted

ATTEND = {"move": "atender"}
TURN = {"move": "girar"}


def groups(job):
    return {(one.state, one.group): one.count for one in job.groups}


def mixture(yard):
    """Four that can, two that lack the development, one that is finished, one that is not there."""
    can = yard.many(4, development="sol")
    lack = yard.many(2)
    finished = yard.many(1, development="sol")[0]
    for name in ("atender", "encerrar"):
        yard.move(finished, name)
    return can, lack, finished, [*can, *lack, finished, "2026-0000000-0"]


def test_the_dry_run_groups_what_would_happen_and_changes_nothing(yard):
    can, lack, finished, chosen = mixture(yard)
    before = yard.everything("bulk_job", "bulk_item", "change_history")
    job = yard.order("move", ATTEND, tickets=[*chosen, chosen[0]])
    assert yard.everything("bulk_job", "bulk_item", "change_history") == before
    assert (job.state, job.size) == ("weighed", 8)
    assert groups(job) == {
        ("ready", "ready"): 4,
        ("refused", "fields_missing:development"): 2,
        ("refused", "moved_meanwhile"): 1,
        ("refused", "not_found"): 1,
    }
    assert {one.label for one in job.groups} >= {"podem", "sem Empreendimento", "não encontrado"}
    assert yard.job(job) == job
    missing = yard.results(job, group="fields_missing:development")
    assert [row.protocol for row in missing] == lack
    assert [one["code"] for one in missing[0].reasons] == ["fields_missing"]
    assert "Empreendimento" in missing[0].detail
    assert [row.protocol for row in yard.results(job, state="ready")] == can
    assert [row.protocol for row in yard.results(job, group="moved_meanwhile")] == [finished]


def test_apply_does_what_was_shown_to_what_was_shown_and_each_history_tells_of_it(yard):
    can, lack, _, chosen = mixture(yard)
    job = yard.order("move", ATTEND, tickets=chosen)
    late = yard.many(1, development="sol")
    done = yard.through(job)
    assert done.state == "done"
    assert groups(done) == {
        ("done", "done"): 4,
        ("refused", "fields_missing:development"): 2,
        ("refused", "moved_meanwhile"): 1,
        ("refused", "not_found"): 1,
    }
    assert (done.handled, done.phase_size, done.ended_at) == (4, 4, yard.clock())
    for protocol in can:
        assert yard.see(protocol).situation == "em_atendimento"
        row = yard.history(protocol)[-1]
        assert (row["deed"], row["actor_name"], row["detail"]["bulk"]) == ("moved", "Sol", str(job.id))
        assert row["sentence"] == "Sol moveu de Aberto para Em atendimento, em lote"
    assert [yard.see(one).situation for one in (*lack, *late)] == ["aberto"] * 3
    assert [row.seq for row in yard.results(job, state="done")] == [2] * 4
    check(yard.engine)


def test_what_changed_since_it_was_shown_is_told_and_left_alone(yard):
    touched, untouched = yard.many(2, development="sol")
    job = yard.order("move", ATTEND, tickets=[touched, untouched])
    yard.alter(touched, priority="alta")
    done = yard.through(job)
    assert groups(done) == {("done", "done"): 1, ("failed", "stale"): 1}
    assert [yard.see(one).situation for one in (touched, untouched)] == ["aberto", "em_atendimento"]
    (row,) = yard.results(job, group="stale")
    assert (row.protocol, row.seq) == (touched, None)


def test_regardless_of_changes_it_is_done_where_it_is_still_allowed(yard):
    changed, moved = yard.many(2, development="sol")
    job = yard.order("move", ATTEND, tickets=[changed, moved])
    yard.alter(changed, priority="alta")
    yard.move(moved, "atender")
    done = yard.through(job, regardless=True)
    assert groups(done) == {("done", "done"): 1, ("failed", "moved_meanwhile"): 1}
    assert yard.see(changed).situation == "em_atendimento"


@pytest.mark.parametrize("deed", ["link", "task"])
def test_deeds_that_take_no_revision_leave_what_has_changed_alone_too(yard, deed):
    touched, untouched, other = yard.many(3, subsubject="hidraulica.cano")
    what = {"link": {"ticket": other}, "task": {"name": "Ligar"}}[deed]
    job = yard.order(deed, what, tickets=[touched, untouched])
    yard.alter(touched, priority="alta")
    assert groups(yard.through(job)) == {("done", "done"): 1, ("failed", "stale"): 1}
    assert [len(yard.history(one)) for one in (touched, untouched)] == [2, 2]


def test_every_deed_is_done_by_its_own_command(yard):
    chosen = yard.many(3, subsubject="hidraulica.cano")
    other = yard.many(1)[0]
    soon = (yard.clock() + timedelta(days=1)).isoformat()
    note = {"interaction": {"kind": "note", "text": "Falta d'água no prédio."}, "next_action_at": soon}
    for deed, what, deeds in (
        ("alter", {"team": "campo", "fields": {"unidade": "1"}, "reason": "Mutirão"}, ["altered"]),
        ("next_action", {"at": soon}, ["next_action"]),
        ("interact", note | {"move": "girar", "hand_over": {"team": "vendas"}}, ["altered", "moved", "noted"]),
        ("link", {"ticket": other}, ["linked"]),
        ("task", {"name": "Ligar", "kind": "call"}, ["task_created"]),
        ("alter", {"next_action_at": None}, ["altered"]),
    ):
        known = len(yard.history(chosen[0]))
        job = yard.order(deed, what, tickets=chosen)
        assert groups(yard.through(job)) == {("done", "done"): 3}, deed
        rows = yard.history(chosen[0])[known:]
        assert [row["deed"] for row in rows] == deeds
        assert {row["detail"]["bulk"] for row in rows} == {str(job.id)}
    check(yard.engine)


def test_where_nothing_would_change_nothing_is_done(yard):
    same, other = yard.many(2)
    yard.alter(same, priority="alta")
    job = yard.order("alter", {"priority": "alta"}, tickets=[same, other])
    assert groups(job) == {("ready", "ready"): 1, ("unchanged", "unchanged"): 1}
    yard.alter(other, priority="alta")
    assert groups(yard.through(job, regardless=True)) == {("unchanged", "unchanged"): 2}
    assert len(yard.history(other)) == 2


def test_many_are_selected_and_weighed_in_the_background(yard):
    yard.many(AT_ONCE + 3, development="sol")
    yard.many(2)
    yard.many(2, subject="eletrica")
    job = yard.order("move", ATTEND, filter={"subject": "hidraulica", "standing": "open"})
    assert (job.state, job.size, job.groups) == ("selecting", 0, ())
    yard.work(budget_s=0.001)
    selected = yard.job(job)
    assert (selected.state, selected.size) == ("weighing", AT_ONCE + 5)
    assert groups(selected) == {("waiting", "waiting"): AT_ONCE + 5}
    yard.many(1, development="sol")
    yard.alter(yard.results(job, limit=1)[0].protocol, priority="alta")
    yard.work()
    found = yard.job(job)
    assert groups(found) == {
        ("ready", "ready"): AT_ONCE + 3,
        ("refused", "fields_missing:development"): 1,
        ("refused", "stale"): 1,  # the newest, which comes first
    }
    assert (found.state, found.handled) == ("weighed", AT_ONCE + 5)
    done = yard.through(job)
    assert (done.state, groups(done)["done", "done"]) == ("done", AT_ONCE + 3)
    check(yard.engine)


def test_progress_rate_and_remaining_time_are_told(yard):
    yard.many(AT_ONCE + 1)
    job = yard.order("move", TURN, filter={"standing": "open"})
    yard.work()
    yard.apply(job)
    yard.clock.forward(seconds=2)
    yard.work(budget_s=0.001)
    job = yard.job(job)
    assert (job.state, job.handled, job.phase_size) == ("applying", 1, AT_ONCE + 1)
    assert (job.rate_per_s, job.remaining) == (0.5, timedelta(seconds=200))
    yard.work()
    job = yard.job(job)
    assert (job.state, job.handled, job.remaining) == ("done", AT_ONCE + 1, None)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_filter_that_finds_too_many_stops_with_a_clear_answer(yard):
    yard.engine.settings = replace(yard.engine.settings, bulk_max=AT_ONCE + 1)
    yard.many(AT_ONCE + 2)
    job = yard.order("move", TURN, filter={"standing": "open"})
    yard.work()
    stopped = yard.job(job)
    assert (stopped.state, stopped.stopped["code"], stopped.size) == ("stopped", "bulk_size", 0)
    assert str(AT_ONCE + 1) in stopped.stopped["detail"]
    with pytest.raises(Conflict):
        yard.apply(job)


def test_groups_are_paged_by_key_without_loss(yard):
    lack = yard.many(7)
    chosen = [one for pair in zip(lack, yard.many(7, development="sol"), strict=True) for one in pair]
    job = yard.order("move", ATTEND, tickets=chosen)
    found, after = [], 0
    while True:
        page = yard.results(job, group="fields_missing:development", after=after, limit=3)
        found += [row.protocol for row in page[:3]]
        if len(page) <= 3:
            break
        after = page[2].number
    assert found == lack


def test_cancelled_it_touches_no_further_ticket(yard):
    chosen = yard.many(5)
    job = yard.order("move", TURN, tickets=chosen)
    yard.apply(job)
    yard.work(budget_s=0.001)
    assert yard.cancel(job).state == "cancelled"
    yard.work()
    found = yard.job(job)
    assert (found.state, groups(found)) == ("cancelled", {("done", "done"): 1, ("ready", "ready"): 4})
    assert sorted(yard.see(one).seq for one in chosen) == [1, 1, 1, 1, 2]
    for repeated in (yard.cancel, yard.apply):
        with pytest.raises(Conflict, match="foi cancelado"):
            repeated(job)


@pytest.mark.parametrize("database", ["postgresql"])  # on SQLite nobody else writes while a ticket is being changed
def test_cancelled_between_two_tickets_of_a_slice_the_next_is_not_touched(yard, monkeypatch):
    chosen = yard.many(5)
    job = yard.order("move", TURN, tickets=chosen)
    yard.apply(job)
    run = working.apply_one

    def and_then_cancelled(unit, ask):
        if ask.number == 3 and not cancelled:
            cancelled.append(yard.cancel(job))
        return run(unit, ask)

    cancelled = []
    monkeypatch.setattr(working, "apply_one", and_then_cancelled)
    yard.work()
    assert groups(yard.job(job)) == {("done", "done"): 2, ("ready", "ready"): 3}


def test_a_job_is_its_persons_own(yard, world):
    job = yard.order("move", TURN, tickets=yard.many(1))
    other = world.person("gil", "administrador")
    for look in (yard.job, yard.results, yard.apply, yard.cancel):
        with pytest.raises(NotFound):
            look(job, actor=other)
        with pytest.raises(NotPermitted):
            look(job, actor=yard.agent)
    with pytest.raises(NotPermitted):
        yard.order("move", TURN, tickets=yard.many(1), actor=yard.agent)
    with pytest.raises(NotPermitted):
        yard.order("move", TURN, tickets=yard.many(1), actor=CONSOLE)


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_applied_twice_or_before_it_is_weighed(yard):
    job = yard.order("move", TURN, tickets=yard.many(1))
    yard.through(job)
    for repeated in (yard.apply, yard.cancel):
        with pytest.raises(Conflict, match="foi aplicado"):
            repeated(job)
    nothing = yard.order("move", ATTEND, tickets=yard.many(1))
    with pytest.raises(Conflict) as refusal:
        yard.apply(nothing)
    assert refusal.value.code == "bulk_nothing_ready"


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_has_more_than_so_many_under_way(yard):
    protocols = yard.many(1)
    for _ in range(OPEN_AT_MOST):
        yard.apply(yard.order("move", TURN, tickets=protocols))
    with pytest.raises(Conflict) as refusal:
        yard.order("move", TURN, tickets=protocols)
    assert refusal.value.code == "bulk_too_many"


@pytest.mark.parametrize("database", ["sqlite"])
def test_so_many_tickets_are_named_and_no_more(yard):
    for wrong in ([], [f"2026-{n}" for n in range(NAMED_AT_MOST + 1)]):
        with pytest.raises(Invalid) as refusal:
            yard.order("move", TURN, tickets=wrong)
        assert refusal.value.code == "bulk_size"


def test_what_people_wrote_is_not_kept_when_it_is_over(yard):
    canary = "segredo-de-alguém"
    what = {
        "interaction": {"kind": "note", "text": canary},
        "fields": {"unidade": canary},
        "hand_over": {"team": "campo"},
        "reason": canary,
    }
    yard.many(1, title=canary)
    job = yard.order("interact", what, filter={"text": canary})
    assert canary in repr(yard.job(job).what)
    assert job.filter == {"text": canary}
    done = yard.through(job)
    assert (done.state, done.filter) == ("done", {"text": None})
    assert (done.what["interaction"]["kind"], done.what["hand_over"]) == ("note", {"team": "campo"})
    for table, rows in yard.everything().items():
        assert canary not in repr(rows) or table in {"interaction", "ticket", "field_value", "ticket_history"}, table


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_goes_with_one_message_and_not_with_many(yard):
    note = {"interaction": {"kind": "note", "text": "x", "attachments": ["at_1"]}}
    with pytest.raises(Invalid) as refusal:
        yard.order("interact", note, tickets=yard.many(2))
    assert refusal.value.code == "bulk_attachments"


@pytest.mark.parametrize("database", ["sqlite"])
def test_reasons_name_the_condition_and_not_the_value_that_failed_it(yard):
    protocol = yard.many(1, fields={"unidade": "segredo"})[0]
    yard.alter(protocol, development="sol")
    yard.move(protocol, "atender")
    job = yard.order("move", {"move": "priorizar"}, tickets=[protocol])
    (row,) = yard.results(job)
    (reason,) = row.reasons
    told = (row.outcome, "fields.unidade" in reason["details"]["guard"], "fields.unidade" in reason["fix"])
    assert told == ("guard_false", True, True)
    assert (row.detail, "segredo" in repr(row)) == ("A condição desta opção não vale.", False)


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_tickets_trouble_does_not_keep_the_others_waiting(yard, monkeypatch, caplog):
    chosen = yard.many(3)
    job = yard.order("move", TURN, tickets=chosen)
    yard.apply(job)
    done = working.apply_one

    def broken(unit, ask):
        if ask.number == 2:
            raise RuntimeError("um erro nosso")
        return done(unit, ask)

    monkeypatch.setattr(working, "apply_one", broken)
    yard.work()
    assert groups(yard.job(job)) == {("done", "done"): 2, ("failed", "internal"): 1}
    assert len([record for record in caplog.records if record.exc_info]) == 1

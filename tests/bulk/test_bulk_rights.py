"""In bulk everybody may do what they may do singly, ticket by ticket, at that very moment."""

from __future__ import annotations

from datetime import datetime

import pytest
from reliability.invariants import check

from engine.bulk.queries import Results, pages, results_and_others
from engine.conversations.interacting import HandOver, Interact, interact
from engine.conversations.saying import Words
from engine.errors import Invalid, Refused
from engine.people.model import permission_rule, person
from engine.people.model import token as tokens
from engine.permits.profiles import AlterProfile, alter_profile
from engine.registry.putting import Put, put
from engine.tickets.alteration import Alter, alter
from engine.tickets.linking import Link, link
from engine.tickets.moving import Move, move
from engine.tickets.next_action import SetNextAction, set_next_action
from engine.tickets.opening import Open, open_ticket
from engine.tickets.tasks import CreateTask, create_task

TURN = {"move": "girar"}


def groups(job):
    return {(one.state, one.group): one.count for one in job.groups}


def half_applied(yard, actor):
    """A job of four tickets of which one has been done."""
    chosen = yard.many(4)
    job = yard.order("move", TURN, tickets=chosen, actor=actor)
    yard.apply(job, actor=actor)
    yard.work(budget_s=0.001)
    assert groups(yard.job(job)) == {("done", "done"): 1, ("ready", "ready"): 3}
    return job, chosen


def ended(yard):
    def end(unit, user_id):
        unit.update(f"person:{user_id}", person, {"id": user_id}, ended_at=unit.now)
        unit.record(f"person:{user_id}", "ended")
        unit.new_authority()

    yard.world.run(end, yard.boss.user_id)


def revoked(yard):
    def revoke(unit, _):
        for row in unit.connection.execute(tokens.select()).all():
            about = f"person:{row.person_id}"
            unit.update(about, tokens, {"hash": row.hash}, revoked_at=unit.now)
            unit.record(about, "token_revoked")
        unit.new_authority()

    yard.world.run(revoke, None)


def without(*actions):
    def forbid(yard):
        def write(unit, _):
            for action in actions:
                about = f"rule:{action}"
                values = {"id": about, "profile": "supervisor", "action": action, "allow": False}
                unit.insert(about, permission_rule, **values)
                unit.record(about, "added")
            unit.new_authority()

        yard.world.run(write, None)

    return forbid


@pytest.mark.parametrize(
    ("lose", "code"),
    [(ended, "not_authenticated"), (revoked, "not_authenticated"), (without("ticket.bulk"), "not_permitted")],
    ids=["the person's access", "the token", "the right to act in bulk"],
)
def test_what_its_person_loses_in_the_middle_stops_it_with_a_clear_answer(yard, lose, code):
    actor = yard.with_token("sol") if lose is revoked else yard.boss
    _, chosen = half_applied(yard, actor)
    lose(yard)
    yard.work()
    row = yard.everything()["bulk_job"][0]
    assert (row.state, row.stopped["code"]) == ("stopped", code)
    assert row.stopped["detail"].endswith(".")
    assert sorted(yard.see(one).seq for one in chosen) == [1, 1, 1, 2]
    assert [(item.state, item.outcome) for item in yard.everything()["bulk_item"]].count(("ready", "ready")) == 3
    assert yard.work() == 0
    check(yard.engine)


def test_a_right_lost_in_the_middle_is_missing_for_every_further_ticket(yard):
    job, chosen = half_applied(yard, yard.boss)
    without("ticket.move")(yard)
    yard.work()
    assert groups(yard.job(job)) == {("done", "done"): 1, ("failed", "not_permitted"): 3}
    assert sorted(yard.see(one).seq for one in chosen) == [1, 1, 1, 2]


def test_a_right_lost_during_the_dry_run_stops_it_too(yard):
    yard.many(101)
    job = yard.order("move", TURN, filter={"standing": "open"})
    yard.work(budget_s=0.001)
    without("ticket.bulk")(yard)
    yard.work()
    assert yard.everything()["bulk_job"][0].state == "stopped"
    assert {item.state for item in yard.everything()["bulk_item"]} == {"waiting"}
    assert job.state == "selecting"


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_may_not_read_selects_nothing(yard):
    yard.many(101)
    yard.order("move", TURN, filter={"standing": "open"})
    without("ticket.read")(yard)
    yard.work()
    (row,) = yard.everything()["bulk_job"]
    assert (row.state, row.stopped["code"], row.size) == ("stopped", "not_permitted", 0)


# --- the hard rules: name -> deed, what, how one ticket is prepared for it, the single command


def finished(yard, protocol):
    yard.alter(protocol, development="sol")
    for name in ("atender", "encerrar"):
        yard.move(protocol, name)


def demanding(yard, protocol):
    yard.alter(protocol, development="sol")
    for name in ("atender", "exigir"):
        yard.move(protocol, name)


def electric(yard, protocol):
    yard.alter(protocol, subject="eletrica")


def as_it_is(yard, protocol):
    del yard, protocol


AHEAD = "2030-01-01T12:00:00+00:00"
HIDDEN = {"kind": "manual_reply", "text": "x", "mailed": True}
UNKNOWN = {"kind": "automatic_reply", "standard_reply": "nenhuma"}
RULES = {
    "1 a task needs a subsubject": ("task", {"name": "x"}, as_it_is, "subsubject_missing"),
    "1 a task needs an active ticket": ("task", {"name": "x"}, finished, "not_active"),
    "2 linking needs active tickets": ("link", {"ticket": "{other}"}, finished, "not_active"),
    "3 no save while required fields are empty": ("alter", {"priority": "alta"}, demanding, "fields_missing"),
    "3 no forwarding while required fields are empty": ("alter", {"team": "campo"}, demanding, "fields_missing"),
    "3 no hand-over either": ("interact", {"hand_over": {"team": "campo"}}, demanding, "fields_missing"),
    "4 only what the diagram offers": ("move", {"move": "encerrar"}, as_it_is, "moved_meanwhile"),
    "4 nothing that no diagram knows": ("move", {"move": "voar"}, as_it_is, "no_such_move"),
    "5 assistance only for its kind of subject": ("move", {"move": "assistir"}, electric, "guard_false"),
    "6 what is mailed is shown, or forced": ("interact", {"interaction": HIDDEN}, as_it_is, "hidden_but_mailed"),
    "7 automatic replies are registered": ("interact", {"interaction": UNKNOWN}, as_it_is, "standard_reply_unknown"),
    "a next action lies ahead": ("next_action", {"at": "2020-01-01T12:00:00+00:00"}, as_it_is, "next_action_past"),
    "nobody is contacted about what is finished": ("next_action", {"at": AHEAD}, finished, "not_active"),
}


OF_NO_TICKET = {"no_such_move", "standard_reply_unknown"}  # nobody knows the word: the order itself is refused


def single(deed, protocol, what):
    """The command that the deed's own door runs."""
    if deed == "move":
        return move, Move(ticket=protocol, **what)
    if deed == "alter":
        return alter, Alter(ticket=protocol, changes=what)
    if deed == "interact":
        words = Words(**what["interaction"]) if "interaction" in what else None
        hand_over = HandOver(**what["hand_over"]) if "hand_over" in what else None
        return interact, Interact(ticket=protocol, words=words, hand_over=hand_over)
    if deed == "next_action":
        return set_next_action, SetNextAction(ticket=protocol, at=datetime.fromisoformat(what["at"]))
    if deed == "link":
        return link, Link(ticket=protocol, other=what["ticket"])
    return create_task, CreateTask(ticket=protocol, **what)


def test_no_rule_is_got_around_in_bulk(yard):
    for rule in RULES:
        refused_singly_and_in_bulk(yard, rule)
        refused_though_the_dry_run_was_right_once(yard, rule)


def refused_singly_and_in_bulk(yard, rule):
    deed, what, prepare, code = RULES[rule]
    protocol, other = yard.many(2)
    what = about(what, other)
    prepare(yard, protocol)
    command, ask = single(deed, protocol, what)
    with pytest.raises(Refused) as refusal:
        yard.world.run(command, ask, actor=yard.boss)
    assert refusal.value.code == code, rule
    if code in OF_NO_TICKET:
        before = yard.everything()
        with pytest.raises(Invalid) as refusal:
            yard.order(deed, what, tickets=[protocol])
        assert refusal.value.code == code, rule
        assert yard.everything() == before, rule
        return
    job = yard.order(deed, what, tickets=[protocol])
    (row,) = yard.results(job)
    assert (row.state, row.outcome.partition(":")[0]) == ("refused", code), rule
    assert [one["code"] for one in row.reasons] == [one.code for one in refusal.value.reasons], rule


def refused_though_the_dry_run_was_right_once(yard, rule):
    deed, _, prepare, _ = RULES[rule]
    if prepare is as_it_is or deed == "move":
        return
    early = {"link": {"ticket": "{other}"}, "task": {"name": "x"}, "next_action": {"at": AHEAD}}
    protocol, other = yard.many(2, subsubject="hidraulica.cano")
    job = yard.order(deed, about(early.get(deed, RULES[rule][1]), other), tickets=[protocol])
    assert groups(job) == {("ready", "ready"): 1}, rule
    prepare(yard, protocol)
    before = yard.see(protocol).seq
    found = yard.through(job, regardless=True)
    assert {state for state, _ in groups(found)} == {"failed"}, rule
    assert yard.see(protocol).seq == before, rule


def about(what, other):
    return {name: other if value == "{other}" else value for name, value in what.items()}


def test_each_deed_asks_for_its_own_right_too(yard):
    protocol, other = yard.many(2, subsubject="hidraulica.cano")
    for deed, what, right in (
        ("move", TURN, "ticket.move"),
        ("alter", {"priority": "alta"}, "ticket.alter"),
        ("alter", {"team": "campo"}, "ticket.forward"),
        ("alter", {"fields": {"unidade": "1"}}, "ticket.fill"),
        ("interact", {"interaction": {"kind": "note", "text": "x"}}, "ticket.note"),
        ("next_action", {"at": AHEAD}, "ticket.next_action"),
        ("link", {"ticket": other}, "ticket.link"),
        ("task", {"name": "x"}, "ticket.task"),
    ):
        may = yard.order(deed, what, tickets=[protocol])
        without(right)(yard)
        may_not = yard.order(deed, what, tickets=[protocol])
        assert (groups(may), groups(may_not)) == ({("ready", "ready"): 1}, {("refused", "not_permitted"): 1}), right
        assert groups(yard.through(may)) == {("failed", "not_permitted"): 1}, right


def test_the_scopes_of_the_token_that_said_go_are_those_of_the_job(yard):
    protocols = yard.many(1)
    narrow = yard.with_token("sol", scopes=["ticket.read", "ticket.bulk"])
    assert groups(yard.order("move", TURN, tickets=protocols, actor=narrow)) == {("refused", "not_permitted"): 1}
    job = yard.order("move", TURN, tickets=protocols)
    assert groups(job) == {("ready", "ready"): 1}
    assert groups(yard.through(job, actor=narrow)) == {("failed", "not_permitted"): 1}
    wide = yard.with_token("sol", scopes=["ticket.read", "ticket.bulk", "ticket.move"])
    assert groups(yard.through(yard.order("move", TURN, tickets=protocols, actor=wide), actor=wide)) == {
        ("done", "done"): 1
    }


def scoped(yard, scope):
    yard.world.run(
        alter_profile, AlterProfile(key="supervisor", scope=scope), actor=yard.world.person("gil", "administrador")
    )


def test_a_job_does_not_go_on_naming_what_its_person_does_not_reach_any_more(yard):
    ask = Open(title="De outra equipe", subject="hidraulica", team="campo")
    own, others = yard.many(2), [yard.world.run(open_ticket, ask, actor=yard.agent).ticket.protocol for _ in range(3)]
    job = yard.order("move", TURN, tickets=[*own, *others, "2026-0000000-0"])
    yard.through(job)

    def told(**asked):
        rows, left_out = yard.world.read(
            results_and_others, Results(job=job.id, limit=3, **asked), actor=yard.world.person("sol")
        )
        return [row.protocol for row in rows], left_out

    assert told()[1] == 0
    assert groups(yard.job(job)) == {("done", "done"): 5, ("refused", "not_found"): 1}
    scoped(yard, "team")
    assert told() == ([*own, "2026-0000000-0"], 3)
    assert told(state="done") == (own, 3)
    assert told(after=2) == (["2026-0000000-0"], 3)
    assert groups(yard.job(job)) == {("done", "done"): 5, ("refused", "not_found"): 1}
    (page,) = pages(yard.engine, Results(job=job.id), yard.world.person("sol"))
    assert [row.protocol for row in page] == [*own, "2026-0000000-0"]
    yard.world.run(alter, Alter(ticket=others[0], changes={"team": "vendas"}), actor=yard.world.person("gil"))
    assert told(state="done") == ([*own, others[0]], 2)
    without("ticket.read")(yard)
    assert told() == (["2026-0000000-0"], 5)


WORDS = {
    "move.move": ("move", {"move": "atendar"}, "no_such_move", "Quis dizer atender?"),
    "move.fields.lua": ("move", TURN | {"fields": {"lua": 1}}, "field_not_for_this_move", None),
    "alter.team": ("alter", {"team": "Vendaz"}, "team_unknown", "Quis dizer vendas?"),
    "alter.responsible": ("alter", {"responsible": "anna"}, "person_unknown", "Quis dizer ana?"),
    "alter.development": ("alter", {"development": "lua"}, "development_unknown", "Existem: sol."),
    "interact.hand_over.team": ("interact", {"hand_over": {"team": "campu"}}, "team_unknown", "Quis dizer campo?"),
    "interact.interaction.standard_reply": (
        "interact",
        {"interaction": {"kind": "automatic_reply", "standard_reply": "recebidos"}},
        "standard_reply_unknown",
        "Quis dizer recebido?",
    ),
    "task.type": ("task", {"name": "x", "type": "ronda"}, "type_unknown", "Veja GET /registry/activity_types."),
    "task.customer": ("task", {"name": "x", "customer": "ninguem"}, "customer_unknown", "Cadastre-o antes."),
    "link.ticket": ("link", {"ticket": "2026-0000000-0"}, "not_found", "Confira o protocolo."),
}


@pytest.mark.parametrize("place", WORDS)
def test_an_order_with_a_word_that_nobody_knows_is_refused_by_name(yard, place):
    deed, what, code, fix = WORDS[place]
    yard.many(1)
    before = yard.everything()
    with pytest.raises(Invalid) as refused:
        yard.order(deed, what, filter={"standing": "open"})
    (reason,) = refused.value.reasons
    assert (refused.value.code, reason.code, reason.details["member"]) == (code, code, place)
    assert reason.detail.startswith(f"{place}: ")
    assert fix is None or reason.fix == fix
    assert yard.everything() == before


def test_all_that_nobody_knows_in_an_order_is_named_at_once(yard):
    with pytest.raises(Invalid) as refused:
        yard.order("alter", {"team": "nada", "priority": "alta", "fields": {"unidade": 3}}, filter={"standing": "open"})
    assert [one.details["member"] for one in refused.value.reasons] == ["alter.team", "alter.fields.unidade"]
    for words in ({"team": "nada"}, {"situation": "nada", "subject": "nada"}):
        with pytest.raises(Invalid) as refused:
            yard.order("move", TURN, filter=words)
        assert [one.details["member"] for one in refused.value.reasons] == list(words)


def test_what_was_retired_is_a_word_and_the_dry_runs_to_tell(yard):
    yard.many(1)
    yard.world.run(put, Put(registry="teams", key="campo", values={"label": "Campo", "retired": True}))
    (group,) = yard.order("alter", {"team": "campo"}, filter={"standing": "open"}).groups
    assert (group.state, group.count) == ("refused", 1)

"""The finer points of the rules about flow and branches, on graphs drawn for them."""

from __future__ import annotations

import pytest


def loop(drawn):
    """A process with a situation that may come back to itself."""
    return drawn.path("start sit_a xor_1 sit_a").path("xor_1 end")


# -- what is fine


def test_self_loops_shared_targets_and_reopening_are_fine(sketch, faults):
    drawn = loop(sketch()).path("xor_1 sit_b xor_2 sit_a").path("xor_2 end_b").path("sit_b")
    drawn.flows["again"] = ("xor_1", "sit_a", {})
    assert faults(drawn) == set()


def test_a_block_with_a_loop_an_outcome_and_a_boundary_event_inside_is_fine(sketch, faults):
    drawn = sketch().path("start sit_a par_1 xor_in act_b xor_2 xor_3 par_2 sit_d end").path("par_1 act_c par_2")
    drawn.path("xor_2 xor_in", condition='activity.outcome = "archived"').defaults["xor_2"] = "xor_2-xor_3"
    drawn.boundary("tarde", "act_b").path("tarde svc_e xor_3")
    assert faults(drawn) == set()


def test_blocks_in_blocks_and_side_branches_of_branches_are_fine(sketch, faults):
    drawn = sketch().path("start sit_a par_1 act_b par_4 sit_z end").path("par_1 par_2 act_c par_3 par_4")
    drawn.path("par_2 act_d par_3").boundary("cedo", "act_d", interrupting=False).path("cedo svc_n end_n")
    drawn.path("par_2 act_x par_3")
    assert faults(drawn) == set()


def test_a_block_in_a_side_branch_is_fine(sketch, faults):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False)
    assert faults(drawn.path("cedo par_1 act_b par_2 end_b").path("par_1 wait_c par_2")) == set()


def test_two_side_branches_may_share_their_end(sketch, faults):
    drawn = sketch().path("start sit_a par_1 sit_b end").path("par_1 act_c end_c").path("par_1 act_d end_c")
    assert faults(drawn) == set()


def test_an_empty_branch_of_a_block_is_fine(sketch, faults):
    drawn = sketch().path("start sit_a par_1 act_b par_2 end").path("par_1 par_2")
    assert faults(drawn) == set()


def test_both_outcomes_need_no_default(sketch, faults):
    drawn = sketch().path("start sit_a act_b xor_1").path("xor_1 end", condition='activity.outcome = "done"')
    assert faults(drawn.path("xor_1 sit_a", condition='=activity.outcome = "archived"')) == set()


def test_a_merge_before_a_gateway_makes_it_automatic(sketch, faults):
    drawn = sketch().path("start sit_a xor_m xor_1 end").path("xor_1 sit_a", condition='priority = "alta"')
    drawn.defaults["xor_1"] = "xor_1-end"
    assert faults(drawn) == set()


def test_messages_of_situations_that_follow_each_other_are_fine(sketch, faults):
    drawn = sketch().path("start sit_a sit_b end")
    for host in ("sit_a", "sit_b"):
        drawn.boundary(f"ouve_{host}", host, drawn.message("customer_replied")).path(f"ouve_{host} end")
    assert faults(drawn) == set()


# -- branches


@pytest.mark.parametrize("where", ["act_c", "xor_1", "svc_x"])
def test_branches_that_meet_anywhere_else_are_told(sketch, faults, where):
    drawn = sketch().path(f"start sit_a par_1 act_b {where} sit_d end").path(f"par_1 act_e {where}")
    assert faults(drawn) == {("parallel-without-join", "par_1")}


def test_a_chain_of_splits_that_would_make_thousands_of_tokens_is_told_at_each(sketch, faults):
    drawn = sketch().path("start sit_a par_0")
    for number in range(14):
        drawn.path(f"par_{number} svc_{number}a xor_{number} par_{number + 1}").path(
            f"par_{number} svc_{number}b xor_{number}"
        )
    drawn.path("par_14 svc_y sit_z end").path("par_14 svc_x sit_z")
    assert {("parallel-without-join", f"par_{number}") for number in range(15)} <= faults(drawn)


def test_side_branches_that_meet_each_other_are_told(sketch, faults):
    drawn = sketch().path("start sit_a par_1 sit_b end").path("par_1 act_c svc_x end_x").path("par_1 act_d svc_x")
    assert faults(drawn) == {("parallel-without-join", "par_1")}


def test_a_boundary_event_that_doubles_a_side_branch_is_told(sketch, faults):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False)
    drawn.path("cedo act_b svc_c end_c").boundary("de_novo", "act_b", interrupting=False).path("de_novo svc_c")
    assert faults(drawn) == {("parallel-without-join", "de_novo")}


def test_two_of_three_branches_at_a_join_are_told(sketch, faults):
    drawn = sketch().path("start sit_a par_1 act_b par_2 sit_d end").path("par_1 act_c par_2")
    assert faults(drawn.path("par_1 act_e end_e")) == {("parallel-without-join", "par_1")}


@pytest.mark.parametrize("kind", ["none", "terminate", "error"])
def test_any_end_inside_a_block_is_told(sketch, faults, kind):
    drawn = sketch().path("start sit_a par_1 act_b par_2 sit_d end").path("par_1 act_c xor_1 par_2")
    drawn.path("xor_1 end_x", condition='activity.outcome = "archived"').defaults["xor_1"] = "xor_1-par_2"
    if kind == "terminate":
        drawn.node("end_x", inner="<terminateEventDefinition/>")
    if kind == "error":
        drawn.node("end_x", inner=drawn.error("e"))
    caller = sketch("o").path("start sit_a call_p end")
    caller.boundary("falha", "call_p", caller.error("e")).path("falha end")
    told = {("leaking-block", "xor_1")}
    assert faults(drawn, caller) == (told if kind == "error" else told | {("never-thrown", "falha")})


def test_ways_back_before_the_split_are_told(sketch, faults):
    drawn = sketch().path("start sit_a xor_0 par_1 act_b par_2 sit_d end").path("par_1 act_c xor_1 par_2")
    drawn.path("xor_1 xor_0", condition='activity.outcome = "archived"').defaults["xor_1"] = "xor_1-par_2"
    assert faults(drawn) == {("leaking-block", "xor_1")}


def test_ways_into_a_block_are_told(sketch, faults):
    drawn = sketch().path("start sit_a xor_0 par_1 act_b svc_m par_2 sit_d end").path("par_1 act_c par_2")
    assert faults(drawn.path("xor_0 svc_m")) == {("leaking-block", "xor_0-svc_m")}


def test_a_side_branch_with_a_call_is_told(sketch, faults):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False).path("cedo call_q end_q")
    assert faults(drawn, sketch("q").path("start sit_b end")) == {("situation-off-main", "call_q")}


def test_a_side_branch_may_not_come_back_by_any_way(sketch, faults):
    drawn = loop(sketch()).boundary("cedo", "sit_a", interrupting=False).path("cedo svc_b xor_1")
    assert ("side-joins-main", "svc_b-xor_1") in faults(drawn)
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False).path("cedo end")
    assert faults(drawn) == {("side-joins-main", "cedo-end")}


@pytest.mark.parametrize("definition", ["terminate", "error"])
def test_a_side_branch_ends_plainly(sketch, faults, definition):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False).path("cedo end_x")
    drawn.node("end_x", inner="<terminateEventDefinition/>" if definition == "terminate" else drawn.error("e"))
    assert ("side-end", "end_x") in faults(drawn)


@pytest.mark.parametrize(("interrupting", "told"), [(False, set()), (True, {("side-end", "end_x")})])
def test_a_side_branch_may_escalate_where_that_interrupts_nothing(sketch, faults, interrupting, told):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False).path("cedo end_x")
    drawn.node("end_x", inner=drawn.error("atraso", "escalation"))
    caller = sketch("o").path("start sit_a call_p end")
    caller.boundary("aviso", "call_p", caller.error("atraso", "escalation"), interrupting=interrupting)
    assert faults(drawn, caller.path("aviso svc_b end_b")) == told


@pytest.mark.parametrize(("many", "told"), [(20, set()), (21, {("too-many-branches", "par_1")})])
def test_twenty_tokens_are_allowed(sketch, faults, many, told):
    drawn = sketch().path("start sit_a par_1").path("par_2 end")
    for number in range(many):
        drawn.path(f"par_1 act_{number} par_2")
    assert faults(drawn) == told


def test_tokens_of_inner_splits_events_and_chains_are_counted(sketch, faults):
    nested = sketch().path("start sit_a par_1 par_3 act_x par_4 par_2 end")
    for number in range(10):
        nested.path(f"par_1 act_{number} par_2").path(f"par_3 act_b{number} par_4")
    assert faults(nested) == {("too-many-branches", "par_1")}
    chained = sketch().path("start sit_a par_0")
    for number in range(20):
        chained.path(f"par_{number} act_{number} end_{number}").path(f"par_{number} par_{number + 1}")
    chained.path("par_20 sit_z end").path("par_20 act_z end_z")
    assert faults(chained) == {("too-many-branches", "par_0")}

"""The finer points of the rules about flow, branches, calls and messages, on graphs drawn for them."""

from __future__ import annotations

import pytest

from engine.processes.checking import check


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


# -- cycles, starts, calls


def test_a_cycle_of_gateways_alone_is_told(sketch, faults):
    drawn = sketch().path("start sit_a xor_1 xor_2 xor_1").path("xor_2 end", condition='priority = "alta"')
    drawn.defaults["xor_2"] = "xor_2-xor_1"
    assert faults(drawn) == {("cycle-without-wait", "xor_1")}


@pytest.mark.parametrize(("inside", "told"), [("sit_b", set()), ("svc_b", {("cycle-without-wait", "xor_1")})])
def test_a_cycle_through_a_call_waits_only_if_the_called_process_does(sketch, faults, inside, told):
    drawn = sketch().path("start sit_a xor_1 call_q xor_2 xor_1").path("xor_2 end", condition='priority = "alta"')
    drawn.defaults["xor_2"] = "xor_2-xor_1"
    assert faults(drawn, sketch("q").path(f"start {inside} end")) == told


def test_a_cycle_through_an_error_thrown_at_once_is_told(sketch, faults):
    drawn = sketch().path("start sit_a xor_1 call_q end")
    drawn.boundary("falha", "call_q", drawn.error("e")).path("falha xor_1")
    called = sketch("q").path("start xor_1 sit_b end").path("xor_1 end_e", condition='priority = "alta"')
    called.defaults["xor_1"] = "xor_1-sit_b"
    called.node("end_e", inner=called.error("e"))
    assert faults(drawn, called) == {("cycle-without-wait", "xor_1")}


@pytest.mark.parametrize("first", ["act_b", "wait_b"])
def test_nothing_is_waited_for_before_the_first_situation(sketch, faults, first):
    assert faults(sketch().path(f"start svc_0 {first} sit_a end")) == {("first-situation", first)}
    # A process that others call stands in their situation meanwhile.
    caller = sketch("o").path("start sit_a call_p end")
    assert faults(caller, sketch().path(f"start svc_0 {first} sit_a end")) == set()


def test_a_called_process_may_hold_the_first_situation(sketch, faults):
    caller = sketch().path("start call_q sit_a end")
    assert faults(caller, sketch("q").path("start sit_b end")) == set()
    assert faults(caller, sketch("q").path("start act_b end")) == {("first-situation", "call_q")}


def test_calls_in_a_ring_are_told_in_each(sketch, faults):
    ring = [sketch(a).path(f"start sit_a call_{b} end") for a, b in ("pq", "qr", "rp")]
    assert faults(*ring) == {("recursive-call", f"call_{key}") for key in "qrp"}
    outside = sketch("o").path("start sit_a call_p end")
    assert ("recursive-call", "call_p") in faults(outside, *ring)


@pytest.mark.parametrize(("levels", "told"), [(6, set()), (7, {("call-depth", "n0")})])
def test_calls_are_five_deep_at_most(sketch, faults, levels, told):
    chain = [sketch(f"n{n}").path(f"start sit_a call_n{n + 1} end") for n in range(levels - 1)]
    assert faults(*chain, sketch(f"n{levels - 1}").path("start sit_a end")) == told


@pytest.mark.parametrize(
    ("caught", "told"),
    [
        (["e"], set()),
        ([""], set()),
        ([], {("uncaught-end", "call_q")}),
        (["x"], {("uncaught-end", "call_q"), ("never-thrown", "apanha_x")}),
        (["e", "x"], {("never-thrown", "apanha_x")}),
    ],
)
@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_errors_and_escalations_are_caught_by_code(sketch, faults, caught, told, kind):
    caller = sketch().path("start sit_a call_q end")
    for code in caught:
        inner = caller.error(code, kind) if code else f"<{kind}EventDefinition/>"
        caller.boundary(f"apanha_{code}", "call_q", inner).path(f"apanha_{code} end")
    called = sketch("q").path("start sit_b xor_1 end").path("xor_1 end_e")
    called.node("end_e", inner=called.error("e", kind))
    assert faults(caller, called) == told


# -- messages, outcomes, conditions


def test_one_message_is_not_awaited_in_two_branches_of_a_block(sketch, faults):
    drawn = sketch().path("start sit_a par_1 wait_b par_2 end").path("par_1 act_c par_2")
    drawn.node("wait_b", inner=drawn.message("customer_replied"))
    drawn.boundary("ouve", "act_c", drawn.message("customer_replied")).path("ouve xor_1 par_2")
    drawn.flows["act_c-par_2"] = ("act_c", "xor_1", {})
    assert faults(drawn) == {("two-catchers", "ouve")}


def test_one_message_is_not_awaited_beside_the_main_path(sketch, faults):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False).path("cedo wait_b end_b")
    drawn.node("wait_b", inner=drawn.message("visit_done"))
    drawn.boundary("ouve", "sit_a", drawn.message("visit_done")).path("ouve end")
    assert faults(drawn) == {("two-catchers", "ouve")}


def test_one_message_is_not_awaited_two_calls_deep(sketch, faults):
    top = sketch("p").path("start sit_a call_q end")
    top.boundary("ouve", "call_q", top.message("visit_done")).path("ouve end")
    middle = sketch("q").path("start sit_a call_r end")
    inner = sketch("r").path("start sit_a end")
    assert faults(top, middle, inner) == set()
    inner.boundary("ouve", "sit_a", inner.message("visit_done")).path("ouve end")
    assert faults(top, middle, inner) == {("two-catchers", "ouve")}


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("act_b", False),
        ("act_b svc_x", False),
        ("act_b xor_m", False),
        ("act_b wait_t", True),
        ("act_b sit_x svc_y", True),
        ("svc_x", True),
    ],
)
def test_an_outcome_is_known_directly_behind_its_activity(sketch, faults, before, told):
    drawn = sketch().path(f"start sit_a {before} xor_1 end")
    drawn.path("xor_1 sit_a", condition='activity.outcome = "done"').defaults["xor_1"] = "xor_1-end"
    assert faults(drawn) == ({("fleeting-name", "xor_1-sit_a")} if told else set())


def test_no_outcome_is_known_behind_a_join_or_a_timer_or_in_a_guard(sketch, faults):
    joined = sketch().path("start sit_a par_1 act_b par_2 xor_1 end").path("par_1 act_c par_2")
    joined.path("xor_1 sit_a", condition='activity.outcome = "done"').defaults["xor_1"] = "xor_1-end"
    assert faults(joined) == {("fleeting-name", "xor_1-sit_a")}
    late = sketch().path("start sit_a act_b xor_1 end").boundary("tarde", "act_b").path("tarde xor_1")
    late.path("xor_1 sit_a", condition='activity.outcome = "done"').defaults["xor_1"] = "xor_1-end"
    assert faults(late) == {("fleeting-name", "xor_1-sit_a")}
    guard = sketch().path("start sit_a xor_1 sit_a", condition=None)
    guard.path("xor_1 end", condition='activity.outcome = "done"')
    assert faults(guard) == {("fleeting-name", "xor_1-end")}


def test_a_message_is_known_directly_behind_its_event(sketch, faults):
    drawn = sketch().path("start sit_a end").boundary("pago", "sit_a").path("pago xor_1 end")
    drawn.boundary("pago", "sit_a", drawn.message("pagamento_confirmado"))
    drawn.path("xor_1 sit_a", condition="message.valor > 100").defaults["xor_1"] = "xor_1-end"
    assert faults(drawn) == set()
    drawn.boundary("tarde", "sit_a").path("tarde xor_1")
    assert faults(drawn) == {("fleeting-name", "xor_1-sit_a")}


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("Duration", "PT1S", False),
        ("Duration", "P1Y", False),
        (
            "Duration",
            "if priority = &quot;alta&quot; then duration(&quot;PT1H&quot;) else duration(&quot;P1D&quot;)",
            False,
        ),
        ("Date", "2026-12-31T18:00:00Z", False),
        ("Duration", "PT0S", True),
        ("Duration", "PT0.001S", True),
        ("Duration", "-PT1H", True),
        ("Duration", "P99999999D", True),
        ("Duration", "R3/PT1H", True),
        ("Duration", "${espera}", True),
        ("Duration", "", True),
        ("Date", "2026-12-31", True),
        ("Date", "2026-02-30T00:00:00Z", True),
        ("Cycle", "R/PT0.001S", True),
    ],
)
def test_timers(sketch, faults, kind, text, told):
    inner = f"<timerEventDefinition><time{kind}>{text}</time{kind}></timerEventDefinition>"
    drawn = sketch().path("start sit_a end").boundary("hora", "sit_a", inner).path("hora end")
    assert faults(drawn) == ({("bad-timer", "hora")} if told else set())


def test_a_guard_on_the_default_of_a_choice_is_fine_and_of_an_automatic_gateway_not(sketch, faults):
    drawn = loop(sketch())
    drawn.flows["xor_1-end"] = ("xor_1", "end", {"condition": 'priority = "alta"'})
    drawn.defaults["xor_1"] = "xor_1-end"
    assert faults(drawn) == set()
    drawn.path("start")
    drawn.flows["sit_a-xor_1"] = ("sit_a", "svc_x", {})
    drawn.path("svc_x xor_1")
    drawn.flows["xor_1-sit_a"] = ("xor_1", "sit_a", {"condition": 'priority = "baixa"'})
    assert faults(drawn) == {("misplaced-condition", "xor_1-end")}


def test_a_condition_has_to_be_true_or_false(sketch, faults):
    drawn = loop(sketch())
    drawn.flows["xor_1-end"] = ("xor_1", "end", {"condition": "priority"})
    assert faults(drawn) == {("bad-expression", "xor_1-end")}


def test_only_the_head_of_what_is_cut_off_is_told(sketch, faults):
    drawn = sketch().path("start sit_a end").path("sit_b sit_c end_c").path("sit_x xor_x sit_y sit_x").path("xor_x end")
    assert faults(drawn) == {("unreachable", "sit_b"), ("unreachable", "sit_x")}


def test_a_process_without_anything_says_so(sketch, known):
    report = check([("p.bpmn", sketch().xml())], known)
    assert [(finding.rule, finding.element) for finding in report.findings] == [("one-start", "p")]

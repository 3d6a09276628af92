"""The finer points of the rules about cycles, calls, messages, times and conditions, on graphs drawn for them."""

from __future__ import annotations

import pytest

from engine.processes.checking import check


def loop(drawn):
    """A process with a situation that may come back to itself."""
    return drawn.path("start sit_a xor_1 sit_a").path("xor_1 end")


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

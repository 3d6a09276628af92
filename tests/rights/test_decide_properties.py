"""Laws that hold for all rules and questions, judged by an oracle written from docs/permissions.md alone."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from permissions.actions import CATALOGUE
from permissions.decide import Rule, Rules, decide

LAWS = settings(max_examples=300, derandomize=True, deadline=None, database=None)

PROFILES = ["agente", "gestor"]
WHOLE = ["ticket.move", "ticket.note", "ticket.relocate", "ticket.message"]
NARROWED = ["ticket.move:a", "ticket.move:b", "ticket.message:a"]
places = st.one_of(
    st.just((None, None)),
    st.tuples(st.sampled_from(["p", "q", "*"]), st.sampled_from(["s", "t", "*"])),
)
rules_of_one = st.builds(
    lambda n, profile, action, allow, place: Rule(f"r{n}", profile, action, allow, *place),
    st.integers(0, 99),
    st.sampled_from(PROFILES),
    st.sampled_from(WHOLE + NARROWED),
    st.sampled_from([True, True, False]),
    places,
)
many_rules = st.lists(rules_of_one, max_size=12, unique=True)


@st.composite
def questions(draw):
    action = draw(st.sampled_from(WHOLE))
    narrowed = draw(st.sampled_from([None, "a", "b"])) if CATALOGUE[action].narrows else None
    place = {"process": draw(st.sampled_from(["p", "q"])), "situation": draw(st.sampled_from(["s", "t"]))}
    return {"profile": draw(st.sampled_from(PROFILES)), "action": action, "narrowed": narrowed, **place}


# The oracle: brute force over all rules, no index, nothing of the code but the ◆ of the catalogue.


def oracle(rules, profile, action, narrowed, process, situation):
    both = CATALOGUE[action].by_situation

    def covers(rule):
        same_action = rule.action == action or (narrowed is not None and rule.action == f"{action}:{narrowed}")
        if rule.process is None:
            same_place = True
        else:
            same_place = both and rule.process in (process, "*") and rule.situation in (situation, "*")
        return rule.profile == profile and same_action and same_place

    def strength(rule):
        return (
            0 if not rule.allow else 1,
            0 if rule.process is None else 1,
            0 if ":" in rule.action else 1,
            1 if rule.process == "*" else 0,
            1 if rule.situation == "*" else 0,
            rule.id,
        )

    def allows(layer):
        return any(rule.allow for rule in layer) and not any(not rule.allow for rule in layer)

    covering = [rule for rule in rules if covers(rule)]
    lacking = [] if allows([rule for rule in covering if rule.process is None]) else ["profile"]
    if both and not allows([rule for rule in covering if rule.process is not None]):
        lacking.append("situation")
    return sorted(covering, key=strength), lacking


@LAWS
@given(many_rules, questions())
def test_the_oracle_agrees_on_answer_layers_and_rules(rules, question):
    answer = decide(Rules.of(rules), **question)
    considered, lacking = oracle(rules, **question)
    assert list(answer.considered) == considered
    assert list(answer.lacking) == lacking
    assert answer.allowed == bool(answer) == (lacking == [])
    assert answer.lacks == (lacking[0] if lacking else None)


@LAWS
@given(many_rules, rules_of_one, questions())
def test_adding_a_denial_never_grants_and_adding_an_allowance_never_takes_away(rules, another, question):
    before, after = decide(Rules.of(rules), **question), decide(Rules.of([*rules, another]), **question)
    assert (after or not before) if another.allow else (before or not after)


@LAWS
@given(st.data(), many_rules, questions())
def test_the_order_of_rules_never_matters(data, rules, question):
    shuffled = data.draw(st.permutations(rules))
    assert decide(Rules.of(shuffled), **question) == decide(Rules.of(rules), **question)


@LAWS
@given(many_rules, questions())
def test_both_layers_must_allow(rules, question):
    outer = [rule for rule in rules if rule.layer == "profile"]
    inner = [rule for rule in rules if rule.layer == "situation"]
    willing_outer = Rule("willing", question["profile"], question["action"], True)
    willing_inner = Rule("willing", question["profile"], question["action"], True, "*", "*")
    outer_says = decide(Rules.of([*outer, willing_inner]), **question)
    inner_says = decide(Rules.of([willing_outer, *inner]), **question)
    assert decide(Rules.of(rules), **question).allowed == (outer_says.allowed and inner_says.allowed)


@LAWS
@given(many_rules, questions())
def test_a_narrowed_rule_touches_just_its_own_move(rules, question):
    others = [rule for rule in rules if ":" in rule.action and not rule.action.endswith(f":{question['narrowed']}")]
    without = [rule for rule in rules if rule not in others]
    assert decide(Rules.of(without), **question) == decide(Rules.of(rules), **question)


@LAWS
@given(many_rules, questions())
def test_the_fix_allows_it_and_nothing_smaller_does(rules, question):
    fix = decide(Rules.of(rules), **question).fix
    steps = [*fix.add, *fix.remove]

    def changed(done):
        kept = [rule for rule in rules if rule not in done]
        return Rules.of(kept + [rule for rule in done if rule in fix.add])

    assert decide(changed(steps), **question)
    fewer = chain.from_iterable(combinations(steps, n) for n in range(len(steps)))
    assert not any(decide(changed(done), **question) for done in fewer)


@LAWS
@given(many_rules, questions(), questions())
def test_what_a_fix_adds_reaches_no_further_than_its_layer_must(rules, question, another):
    answer = decide(Rules.of(rules), **question)
    before, after = decide(Rules.of(rules), **another), decide(Rules.of([*rules, *answer.fix.add]), **another)
    if after and not before:
        assert (another["profile"], another["action"]) == (question["profile"], question["action"])
        assert question["narrowed"] in (None, another["narrowed"])
        assert "profile" in answer.lacking or (another["process"], another["situation"]) == answer.place

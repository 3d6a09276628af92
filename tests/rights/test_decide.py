"""Cases told one by one: what the answer says, and what it says about itself."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from permissions.actions import Action
from permissions.decide import Fix, Rule, Rules, decide, decide_in_profile

HERE = {"process": "atendimento", "situation": "triagem"}
MAY_MOVE = Rule("1", "agente", "ticket.move", True)
EVERYWHERE = Rule("2", "agente", "ticket.move", True, "*", "*")


def ask(*rules, narrowed="resolver"):
    return decide(Rules.of(rules), "agente", Action.TICKET_MOVE, narrowed=narrowed, **HERE)


def test_nothing_said_is_a_no_in_both_layers():
    answer = ask()
    assert not answer
    assert answer.lacks == "profile"
    assert answer.lacking == ("profile", "situation")
    assert answer.considered == ()


def test_a_refusal_reads_like_a_sentence():
    assert str(ask(MAY_MOVE, narrowed=None)) == (
        "profile 'agente' may not ticket.move in 'triagem': no rule for this situation"
    )
    denial = Rule("9", "agente", "ticket.move:resolver", False, "atendimento", "*")
    assert str(ask(denial, EVERYWHERE)) == (
        "profile 'agente' may not ticket.move:resolver in 'triagem': no rule for this profile and denied by '9'"
    )
    assert str(ask(MAY_MOVE, EVERYWHERE)) == (
        "profile 'agente' may ticket.move:resolver in 'triagem': allowed by '1', '2'"
    )
    assert str(decide(Rules.of([]), "agente", "ticket.relocate")) == (
        "profile 'agente' may not ticket.relocate: no rule for this profile"
    )


def test_the_strongest_rule_comes_first():
    weaker = [
        Rule("z", "agente", "ticket.move", False, "*", "*"),
        Rule("c", "agente", "ticket.move", True),
        Rule("i", "agente", "ticket.move:resolver", True, "atendimento", "*"),
        Rule("h", "agente", "ticket.move:resolver", True, "*", "triagem"),
        Rule("a", "agente", "ticket.move", True, "atendimento", "triagem"),
        Rule("b", "agente", "ticket.move", True, "atendimento", "triagem"),
    ]
    assert ask(*reversed(weaker)).considered == tuple(weaker)


def test_rules_of_others_other_moves_and_other_places_have_no_say():
    answer = ask(
        MAY_MOVE,
        EVERYWHERE,
        Rule("3", "gestor", "ticket.move", False),
        Rule("4", "agente", "ticket.move:cancelar", False),
        Rule("5", "agente", "ticket.move", False, "outro", "*"),
        Rule("6", "agente", "ticket.move", False, "atendimento", "aberto"),
        Rule("7", "agente", "ticket.note", False, "*", "*"),
        Rule("8", "agente", "ticket.move:resolve", False),
    )
    assert answer
    assert answer.considered == (MAY_MOVE, EVERYWHERE)
    assert answer.fix == Fix()


def test_the_fix_names_what_to_add_and_what_to_remove():
    denial = Rule("9", "agente", "ticket.move", False, "*", "*")
    assert ask(denial).fix == Fix(
        add=(
            Rule("", "agente", "ticket.move:resolver", True),
            Rule("", "agente", "ticket.move:resolver", True, "atendimento", "triagem"),
        ),
        remove=(denial,),
    )
    assert ask(MAY_MOVE, EVERYWHERE, denial).fix == Fix(remove=(denial,))
    assert str(ask(EVERYWHERE, denial, narrowed=None).fix) == (
        "add: allow ticket.move to 'agente'; remove '9': deny ticket.move to 'agente' in '*:*'"
    )
    assert str(ask(MAY_MOVE, EVERYWHERE).fix) == "nothing to change"


def test_actions_outside_a_situation_ignore_the_place_and_the_workflow_layer():
    rules = Rules.of(
        [
            Rule("1", "agente", "ticket.relocate", True),
            Rule("2", "agente", "ticket.relocate", False, "*", "*"),
        ]
    )
    answer = decide(rules, "agente", "ticket.relocate", **HERE)
    assert answer
    assert answer.place is None
    assert [rule.id for rule in answer.considered] == ["1"]


def test_the_profile_layer_can_be_asked_alone():
    rules = Rules.of([MAY_MOVE, Rule("4", "agente", "ticket.move:cancelar", False)])
    assert decide_in_profile(rules, "agente", "ticket.move")
    assert decide_in_profile(rules, "agente", "ticket.move", narrowed="resolver")
    assert decide_in_profile(rules, "agente", "ticket.move", narrowed="cancelar").lacks == "profile"


def test_a_decision_is_plain_json():
    answer = ask(MAY_MOVE)
    plain = json.loads(json.dumps(answer.as_dict()))
    assert plain == {
        "allowed": False,
        "profile": "agente",
        "action": "ticket.move",
        "narrowed": "resolver",
        "process": "atendimento",
        "situation": "triagem",
        "lacks": "situation",
        "lacking": ["situation"],
        "considered": [
            {
                "id": "1",
                "profile": "agente",
                "action": "ticket.move",
                "allow": True,
                "process": None,
                "situation": None,
            }
        ],
        "fix": {
            "add": [
                {
                    "id": "",
                    "profile": "agente",
                    "action": "ticket.move:resolver",
                    "allow": True,
                    "process": "atendimento",
                    "situation": "triagem",
                }
            ],
            "remove": [],
        },
    }


def test_rules_know_their_profiles_and_keep_every_rule():
    rules = Rules.of([EVERYWHERE, MAY_MOVE, Rule("3", "gestor", "ticket.read", False)])
    assert rules.profiles == {"agente", "gestor"}
    assert set(rules.all) == {MAY_MOVE, EVERYWHERE, Rule("3", "gestor", "ticket.read", False)}


def test_nothing_decided_can_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        ask(MAY_MOVE).lacking = ()
    with pytest.raises(FrozenInstanceError):
        Rules.of([]).all = (MAY_MOVE,)


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("ticket.mov", HERE),
        ("ticket.move", {}),
        ("ticket.move", {"process": "atendimento"}),
        ("ticket.move", {"situation": "triagem"}),
        ("ticket.move", {"process": "*", "situation": "triagem"}),
        ("ticket.move", {"process": "atendimento", "situation": "*"}),
        ("ticket.note", {"narrowed": "x", **HERE}),
        ("ticket.relocate", {"narrowed": "x"}),
    ],
)
def test_a_question_that_means_nothing_is_our_mistake(action, asked):
    with pytest.raises(AssertionError):
        decide(Rules.of([EVERYWHERE]), "agente", action, **asked)


@pytest.mark.parametrize("place", [("atendimento", None), (None, "triagem")])
def test_a_rule_names_a_whole_place_or_none(place):
    with pytest.raises(AssertionError):
        Rule("1", "agente", "ticket.move", True, *place)

"""Scopes of a token only ever take away, and say that it was they."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from permissions.actions import CATALOGUE
from permissions.decide import Rule, Rules, decide
from permissions.scopes import exceeding, within

ACTIONS = ("ticket.read", "ticket.move", "ticket.note", "people.manage")
ASKED = st.tuples(st.sampled_from(ACTIONS), st.sampled_from([None, "resolver", "cancelar"]))
SCOPES = st.frozensets(st.sampled_from([*ACTIONS, "ticket.move:resolver", "ticket.move:cancelar"]))


@st.composite
def rules(draw):
    found = []
    for n in range(draw(st.integers(0, 6))):
        action = draw(st.sampled_from([*ACTIONS, "ticket.move:resolver"]))
        by_place = CATALOGUE[action.partition(":")[0]].by_situation and draw(st.booleans())
        place = ("p", "s") if by_place else (None, None)
        found.append(Rule(str(n), "perfil", action, draw(st.booleans()), *place))
    return Rules.of(found)


def asked_of(found, action, narrowed):
    narrowed = narrowed if CATALOGUE[action].narrows else None
    return decide(found, "perfil", action, process="p", situation="s", narrowed=narrowed)


@settings(max_examples=150, derandomize=True)
@given(rules(), SCOPES, ASKED)
def test_a_token_may_what_its_person_may_and_its_scopes_hold(found, scopes, asked):
    whole, narrow = asked_of(found, *asked), asked_of(found.within(scopes), *asked)
    held = within(scopes, whole.action, whole.narrowed)
    assert narrow.allowed == (whole.allowed and held)
    assert narrow.lacking == whole.lacking + (() if held else ("token",))
    assert (narrow.considered, narrow.fix) == (whole.considered, whole.fix)
    assert asked_of(found.within(scopes).within(None), *asked) == whole
    assert ("scopes of the token" in str(narrow)) == (not held)


@settings(max_examples=100, derandomize=True)
@given(SCOPES, SCOPES, ASKED)
def test_scopes_that_exceed_no_others_hold_nothing_that_those_lack(wanted, held, asked):
    if not exceeding(wanted, held):
        assert not within(wanted, *asked) or within(held, *asked)
    assert exceeding(wanted, wanted) == []


def test_no_scopes_at_all_hold_nothing_and_no_limit_holds_everything():
    assert not within(frozenset(), "ticket.read")
    assert within(None, "ticket.read")
    assert not within({"ticket.move:resolver"}, "ticket.move")

"""docs/permissions.md says what the code does: its cases are run, its tables compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from permissions.actions import CATALOGUE, TABS
from permissions.decide import Rule, Rules, decide
from permissions.presets import load

PAGE = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")


def table(first_heading):
    """The rows of the table whose first column is headed so."""
    _, _, rest = PAGE.partition(f"| {first_heading} |")
    rows = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows]


def place(text):
    return text.split() if text else (None, None)


CASES = table("rules")


def test_there_are_cases():
    assert len(CASES) >= 10


@pytest.mark.parametrize(("rules", "question", "answer", "lacks"), CASES)
def test_a_case_of_the_page(rules, question, answer, lacks):
    given = [
        Rule(f"{n}", "x", action, sign == "+", *place(where))
        for n, (sign, action, where) in enumerate(re.findall(r"`([+-])([^ `]+)(?: @ ([^`]+))?`", rules))
    ]
    action, narrowed, where = re.fullmatch(r"`([^ `:]+)(?::(\S+))?(?: @ ([^`]+))?`", question).groups()
    process, situation = place(where)
    said = decide(Rules.of(given), "x", action, process=process, situation=situation, narrowed=narrowed)
    assert ("yes" if said else "no") == answer
    assert (said.lacks or "–") == lacks


def test_the_pages_catalogue_is_the_catalogue():
    told = [
        (tab, *found)
        for tab, actions in table("tab")
        for found in re.findall(r"`([a-z_.]+)`(◆?)(?:\[(\w+)\])?", actions)
    ]
    assert told == [
        (TABS[entry.tab][0], action, "◆" if entry.by_situation else "", entry.narrows or "")
        for action, entry in CATALOGUE.items()
    ]


def test_the_page_names_every_preset():
    assert {row[0].strip("`") for row in table("key")} == {preset.key for preset in load()}

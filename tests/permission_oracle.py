"""What docs/permissions.md says, in as few words as it takes; nothing of the product's code is used here.

Rules are tuples (profile, action, allow, process, situation); process and situation None: the profile layer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs" / "permissions.md").read_text(encoding="utf-8")
# The table of the catalogue: a ◆ after an action says that the workflow layer is asked, too.
BY_SITUATION = {name for name, mark in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`(◆?)", PAGE.split("## The catalogue")[1])
                if mark}  # fmt: skip


@dataclass(frozen=True)
class Who:
    """Somebody who asks: a profile, a scope, and what the scope looks at."""

    login: str | None
    profile: str = ""
    scope: str = "own"
    teams: frozenset = frozenset()
    stands_in_for: frozenset = frozenset()


@dataclass(frozen=True)
class Thing:
    """A ticket: where it stands, whose it is, and who has something to do in it."""

    process: str
    situation: str
    opener: str
    responsible: str | None
    team: str | None
    workers: frozenset = frozenset()
    working_teams: frozenset = frozenset()
    there: bool = field(default=True)


def layer(rules, who, action, narrowed):
    """Whether one layer allows: some covering rule allows, and none denies."""
    names = {action} | ({f"{action}:{narrowed}"} if narrowed else set())
    covering = [allow for profile, name, allow, *_ in rules if profile == who.profile and name in names]
    return bool(covering) and all(covering)


def may(rules, who, action, thing, narrowed=None):
    """Whether every layer that is asked allows."""
    if not layer([rule for rule in rules if rule[3] is None], who, action, narrowed):
        return False
    if action not in BY_SITUATION:
        return True
    here = [
        rule
        for rule in rules
        if rule[3] in (thing.process, "*") and rule[4] in (thing.situation, "*") and rule[3] is not None
    ]
    return layer(here, who, action, narrowed)


def reaches(who, thing):
    """Whether the profile's scope reaches the ticket."""
    if who.scope == "all":
        return True
    people = {who.login} | who.stands_in_for
    own = thing.opener in people or thing.responsible in people or bool(thing.workers & people)
    team = who.scope == "team" and (thing.team in who.teams or bool(thing.working_teams & who.teams))
    return own or team


def reads(rules, who, thing):
    """Whether there is such a ticket at all for them."""
    return thing.there and may(rules, who, "ticket.read", thing) and reaches(who, thing)


def answer(rules, who, right, thing, narrowed=None):
    """401, 404, 403, or 200 for anything that rights do not refuse."""
    if who.login is None:
        return 401
    if not reads(rules, who, thing):
        return 404
    return 200 if right is None or may(rules, who, right, thing, narrowed) else 403

"""Microseconds per decision: 200 situations x 20 profiles x 30 actions (`python -m benchmarks.decide`)."""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING, Any

from benchmarks.machine import header
from permissions.actions import CATALOGUE
from permissions.decide import Rule, Rules, decide

if TYPE_CHECKING:
    from collections.abc import Callable

PROCESSES, SITUATIONS, PROFILES, ACTIONS = 4, 200, 20, 30
QUESTIONS, ROUNDS = 10_000, 7
AIM_US = 50


def main() -> None:
    rng = random.Random(20)
    rules = list(matrix(rng))
    begun = time.perf_counter()
    compiled = Rules.of(rules)
    building_s = time.perf_counter() - begun

    ask = questions(rng)
    answers = [decide(compiled, **question) for question in ask]
    bare = {(rule.profile, rule.action, rule.process, rule.situation): rule for rule in rules}
    keys = [(q["profile"], q["action"], q["process"], q["situation"]) for q in ask]

    print(header())
    print(f"\nrules   {len(rules):,} ({SITUATIONS} situations x {PROFILES} profiles x {ACTIONS} actions, more)")
    print(f"index   built in {building_s:.2f} s")
    print(f"allowed {sum(map(bool, answers)) / len(answers):.0%} of {len(ask):,} questions")
    print(f"considered per answer: mean {statistics.mean(len(a.considered) for a in answers):.1f} rules\n")
    floor = per_call_us(bare.get, keys)
    for name, us in {
        "one dict lookup (floor)": floor,
        "decide": per_call_us(lambda question: decide(compiled, **question), ask),
        "decision.fix": per_call_us(lambda answer: answer.fix, answers),
        "str(decision)": per_call_us(str, answers),
        "decision.as_dict()": per_call_us(lambda answer: answer.as_dict(), answers),
    }.items():
        print(f"{name:26}{us:8.2f} us {us / floor:8.0f} x floor")
    print(f"\naim: decide at most {AIM_US} us")


def matrix(rng: random.Random):
    """A full matrix: every cell filled, some denials, some wildcards, some moves narrowed."""
    inside = [action for action, entry in CATALOGUE.items() if entry.by_situation]
    asked = (inside + [f"ticket.move:flow_{n}" for n in range(ACTIONS)])[:ACTIONS]
    for profile in (f"profile_{n}" for n in range(PROFILES)):
        for action in inside:
            yield Rule(f"{profile}/{action}", profile, action, True)
            yield Rule(f"{profile}/*/{action}", profile, action, True, "*", "*")
        for n in range(SITUATIONS):
            for action in asked:
                place = (f"process_{n % PROCESSES}", f"situation_{n}")
                yield Rule(f"{profile}/{n}/{action}", profile, action, rng.random() > 0.2, *place)


def questions(rng: random.Random) -> list[dict[str, Any]]:
    """Half of them about one move, as when a ticket's moves are listed."""
    inside = [action for action, entry in CATALOGUE.items() if entry.by_situation]
    asked = []
    for _ in range(QUESTIONS):
        n = rng.randrange(SITUATIONS)
        move = rng.random() < 0.5
        asked.append(
            {
                "profile": f"profile_{rng.randrange(PROFILES)}",
                "action": "ticket.move" if move else rng.choice(inside),
                "process": f"process_{n % PROCESSES}",
                "situation": f"situation_{n}",
                "narrowed": f"flow_{rng.randrange(ACTIONS)}" if move else None,
            }
        )
    return asked


def per_call_us(call: Callable[[Any], object], arguments: list[Any]) -> float:
    """The median round, so that a neighbour's work on the machine does not decide."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for argument in arguments:
            call(argument)
        rounds.append((time.perf_counter() - begun) / len(arguments) * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()

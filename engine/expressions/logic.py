"""`and`, `or`, `not` and `if` over three truth values: true, false and null (not known)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.expressions.code import Code, Get, Truth, boolean, made
from engine.expressions.values import Kind

if TYPE_CHECKING:
    from datetime import datetime


def conjunction(parts: list[Code]) -> Code:
    """`a and b`: one false decides, else one null leaves it open."""
    return made(_settled_by(decisive=False, parts=[boolean(part) for part in parts]), Kind.BOOLEAN, parts)


def disjunction(parts: list[Code]) -> Code:
    """`a or b`: one true decides, else one null leaves it open."""
    return made(_settled_by(decisive=True, parts=[boolean(part) for part in parts]), Kind.BOOLEAN, parts)


def negation(part: Code) -> Code:
    """`not(a)`."""
    inner = boolean(part)

    def run(get: Get, now: datetime) -> bool | None:
        value = inner(get, now)
        return None if value is None else not value

    return made(run, Kind.BOOLEAN, [part])


def choice(condition: Code, then: Code, otherwise: Code) -> Code:
    """`if c then a else b`; null if the condition is."""
    asked, yes, no = boolean(condition), then.run, otherwise.run

    def run(get: Get, now: datetime) -> Any:
        answer = asked(get, now)
        if answer is None:
            return None
        return yes(get, now) if answer else no(get, now)

    kind = then.kind if then.kind is otherwise.kind else None
    return made(run, kind, [condition, then, otherwise])


def _settled_by(*, decisive: bool, parts: list[Truth]) -> Truth:
    otherwise = not decisive
    if len(parts) == 2:  # noqa: PLR2004 - the usual guard, spared the loop
        first, second = parts

        def both(get: Get, now: datetime) -> bool | None:
            left = first(get, now)
            if left is decisive:
                return decisive
            right = second(get, now)
            return right if left is otherwise or right is decisive else None

        return both

    def every(get: Get, now: datetime) -> bool | None:
        outcome: bool | None = otherwise
        for part in parts:
            value = part(get, now)
            if value is decisive:
                return decisive
            if value is None:
                outcome = None
        return outcome

    return every

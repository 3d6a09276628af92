"""What an import would change, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.importing import Plan

_WHAT: Final = {"added": "novo", "changed": "muda", "retired": "aposentado"}
_COUNTED: Final = {"added": "novos", "changed": "mudam", "retired": "aposentados"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """Each entry with its members, old and new, and how many there are of each sort."""
    for change in plan.changes:
        yield f"{change.registry}/{change.key}: {_WHAT[change.what]}"
        for member, (old, new) in change.members.items():
            yield f"    {member}: {_said(new)}" if old is None else f"    {member}: {_said(old)} → {_said(new)}"
    counts = [f"{sum(c.what == what for c in plan.changes)} {word}" for what, word in _COUNTED.items()]
    yield f"{', '.join(counts)}, {plan.unchanged} iguais."


def _said(value: Any) -> str:
    # As JSON: line ends and control characters of a text cannot write on the terminal.
    return orjson.dumps(value).decode()

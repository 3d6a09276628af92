"""Whether a team's rings and a type of activity can be as they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.builtin import ACTIVITY_KINDS
from engine.sla.escalating import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.registry.model import Registries

_LAST_SHARE: Final = 99


def wrong_duties(known: Registries, registry: str, values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an entry of `teams` or `activity_types`, each in a Portuguese sentence without full stop."""
    if registry == "teams":
        yield from _wrong_team(values)
    elif registry == "activity_types":
        yield from _wrong_type(known, values)


def _wrong_team(values: Mapping[str, Any]) -> Iterator[str]:
    share = values.get("yellow_from")
    whole = isinstance(share, int) and not isinstance(share, bool)
    if share is not None and not (whole and 1 <= share <= _LAST_SHARE):
        yield f"yellow_from: use um número inteiro de 1 a {_LAST_SHARE} (por cento do prazo), ou deixe de fora"
    if not _some_of(values.get("tells", ()), TOLD):
        yield f"tells: use uma lista de {', '.join(TOLD)}"


def _wrong_type(known: Registries, values: Mapping[str, Any]) -> Iterator[str]:
    if values.get("kind", "custom") not in ACTIVITY_KINDS:
        yield f"kind: use um de {', '.join(ACTIVITY_KINDS)}"
    fields = [key for key, one in known.fields.items() if not one.retired]
    if not _some_of(values.get("asks", ()), fields):
        yield "asks: use uma lista de campos cadastrados"
    template = values.get("template")
    if template is not None and template not in known.standard_replies:
        yield f"template: {template!r} não está cadastrado em standard_replies"


def _some_of(value: Any, allowed: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(isinstance(one, str) and one in allowed for one in value)
        and len(set(value)) == len(value)
    )

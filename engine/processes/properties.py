"""The properties a designer may write: on what, and with which values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.builtin import ACTIVITY_KINDS
from engine.sla import escalating
from engine.sla.durations import amount_of
from engine.sla.escalating import are_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.runtime.diagram import Diagram, Node

Carrier = Literal["process", "lane", "flow", "situation", "activity", "end", "action", "nothing"]
CARRIERS: Final[Mapping[Carrier, str]] = {
    "process": "no processo",
    "lane": "em raias",
    "flow": "em fluxos",
    "situation": "em situações (tarefas de usuário sem a propriedade activity)",
    "activity": "em atividades (tarefas de usuário com a propriedade activity)",
    "end": "em eventos de fim",
    "action": "em tarefas de serviço e de envio",
}
STANDINGS: Final = ("open", "finished", "cancelled")
ENDINGS: Final = STANDINGS[1:]
ACTIONS: Final[Mapping[str, str | None]] = {"notify_team": None, "reply": "reply", "webhook": "event"}
LABEL_LENGTH: Final = 200
_KEY: Final = re.compile(r"[^\W\d][\w.-]{0,79}")
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,79}")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One property.

    Attributes:
        on: what may carry it.
        wrong: None for a good value, else what is allowed, as a Portuguese phrase.
    """

    on: frozenset[Carrier]
    wrong: Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A property as it stands in a diagram."""

    carrier: Carrier
    element: str
    name: str
    value: str
    line: int


def written(diagram: Diagram) -> Iterator[Written]:
    """Every property of the diagram, with what carries it."""
    yield from _of("process", diagram.key, diagram.properties, diagram.line, diagram)
    for lane in diagram.lanes:
        yield from _of("lane", lane.id, lane.properties, lane.line, diagram)
    for node in diagram.nodes.values():
        yield from _of(carrier_of(node, diagram), node.id, node.properties, node.line, diagram)
    for flow in diagram.flows.values():
        yield from _of("flow", flow.id, flow.properties, flow.line, diagram)


def carrier_of(node: Node, diagram: Diagram) -> Carrier:
    """What the node is to properties; an end of a side branch tells nobody anything."""
    if node.kind == "user_task":
        return "situation" if node.is_situation else "activity"
    if node.kind == "end":
        return "nothing" if node.id in diagram.side else "end"
    return "action" if node.kind in {"service_task", "send_task"} else "nothing"


def list_of(value: str) -> list[str]:
    """The names of a comma separated list."""
    return [name.strip() for name in value.split(",")]


def _of(
    carrier: Carrier, element: str, properties: Mapping[str, str], line: int, diagram: Diagram
) -> Iterator[Written]:
    for name, value in properties.items():
        at = diagram.lines.get((element, name), line)
        yield Written(carrier=carrier, element=element, name=name, value=value, line=at)


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else " ou ".join(allowed)


def _key(value: str) -> str | None:
    return None if _KEY.fullmatch(value) else "uma chave, por exemplo comercial"


def _names(value: str) -> str | None:
    names = list_of(value)
    if all(_NAME.fullmatch(name) for name in names) and len(names) == len(set(names)):
        return None
    return "nomes de campos separados por vírgula, cada um uma vez, por exemplo description, unit"


def _label(value: str) -> str | None:
    return None if 0 < len(value) <= LABEL_LENGTH else f"um texto de 1 a {LABEL_LENGTH} letras"


def _color(value: str) -> str | None:
    return None if _COLOR.fullmatch(value) else "#rrggbb, por exemplo #2e7d32"


def _sla(value: str) -> str | None:
    try:
        amount_of(value)
    except ValueError as wrong:
        return str(wrong)
    return None


def _escalate(value: str) -> str | None:
    return None if are_steps(value) else escalating.WANTED


def _spec(on: tuple[Carrier, ...], wrong: Callable[[str], str | None]) -> Spec:
    return Spec(on=frozenset(on), wrong=wrong)


PROPERTIES: Final[Mapping[str, Spec]] = {
    "standing": _spec(("situation", "end"), _one_of(*STANDINGS)),
    "pauses_sla": _spec(("situation",), _one_of("true", "false")),
    "team": _spec(("process", "lane", "situation", "activity"), _key),
    "sla": _spec(("situation", "activity"), _sla),
    "escalate": _spec(("situation", "activity"), _escalate),
    "calendar": _spec(("process", "lane", "situation", "activity"), _key),
    "requires": _spec(("process", "situation", "flow"), _names),
    "requires_decision": _spec(("process", "situation", "flow"), _key),
    "customer_label": _spec(("situation", "end"), _label),
    "customer_next": _spec(("situation",), _label),
    "color": _spec(("situation",), _color),
    "activity": _spec(("situation", "activity"), _one_of(*ACTIVITY_KINDS)),
    "action": _spec(("action",), _one_of(*ACTIONS)),
    "reply": _spec(("action",), _key),
    "event": _spec(("action",), _key),
}

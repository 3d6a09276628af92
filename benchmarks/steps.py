"""The runtime's step alone: load, advance, save; without database and rights (`python -m benchmarks.steps`)."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpmn
from benchmarks.figure import Figure, table
from benchmarks.installation import HERE, on_one_core
from benchmarks.machine import header
from engine.runtime import walk
from engine.runtime.diagram import read
from engine.runtime.movement import Place
from engine.runtime.process import compile_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.runtime.process import Process

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS: dict[str, Any] = {"priority": "alta", "subject": "suporte", "subject.technical_assistance": True}
CALLS, ROUNDS = 300, 9
HOP_US, STEP_US, STATE_BYTES = 20, 300, 1000


def figures() -> Iterator[Figure]:
    plain = compile_process(read((HERE / "diagrams" / "bancada.bpmn").read_bytes(), "bancada.bpmn"), {})
    begun = walk.relocate(plain, Place("bancada", "em_andamento"), FACTS, NOW, no_tables)
    us = per_step_us(plain, begun.state, begun.place, ("aguardar", "retomar"))
    yield Figure(measure="a plain hop", measured=f"{us:.0f} us", asked=f"at most {HOP_US} us", holds=us <= HOP_US)
    rich = delivered("atendimento")
    for what, moves in STEPS.items():
        state, place = standing(rich, moves[:-2])
        us = per_step_us(rich, state, place, moves[-2:])
        yield Figure(
            measure=f"a full step: {what}",
            measured=f"{us:.0f} us",
            asked=f"at most {STEP_US} us",
            holds=us <= STEP_US,
        )
    largest = max(len(standing(rich, moves[:n])[0]) for moves in LARGE for n in range(len(moves) + 1))
    yield Figure(
        measure="the largest state of the delivered process",
        measured=f"{largest} bytes",
        asked=f"at most {STATE_BYTES} bytes",
        holds=largest <= STATE_BYTES,
    )


# The last two are measured, and lead back to where they begin.
STEPS = {
    "a timer and a message armed and dropped": ("iniciar_atendimento", "aguardar_cliente", "retomar"),
    "a parallel branch with an activity": ("iniciar_atendimento", "negociar", "concluir_negociacao"),
}
LARGE = (
    ("iniciar_atendimento", "negociar", "aguardar_resposta"),
    ("iniciar_atendimento", *("negociar", "concluir_negociacao") * 15, "acionar_assistencia"),
)


def delivered(key: str) -> Process:
    """A delivered process with all it calls."""
    folder = Path(bpmn.__path__[0])
    diagrams = {path.stem: read(path.read_bytes(), path.name) for path in folder.glob("*.bpmn")}
    return compile_process(diagrams[key], diagrams)


def standing(process: Process, moves: tuple[str, ...]) -> tuple[bytes, Place]:
    """State and place of a ticket after these moves."""
    movement = walk.begin(process, FACTS, NOW, no_tables)
    for name in moves:
        movement = walk.advance(process, movement.state, movement.place, name, FACTS, NOW, no_tables)
    return movement.state, movement.place


def per_step_us(process: Process, state: bytes, place: Place, moves: tuple[str, ...]) -> float:
    """Microseconds per step, the median round; each step reads the bytes that the one before wrote."""

    def once() -> None:
        now, at = state, place
        for name in moves:
            movement = walk.advance(process, now, at, name, FACTS, NOW, no_tables)
            now, at = movement.state, movement.place

    return median_us(once) / len(moves)


def median_us(once: Callable[[], object], calls: int = CALLS) -> float:
    """Microseconds per call, the median of some rounds."""
    once()
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(calls):
            once()
        rounds.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(rounds)


def no_tables(key: str) -> Any:
    raise KeyError(key)


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

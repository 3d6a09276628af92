"""Check and compile a diagram of 80 situations (`python -m benchmarks.checking`)."""

from __future__ import annotations

import random
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, table
from benchmarks.installation import on_one_core
from benchmarks.machine import header
from benchmarks.steps import median_us
from engine.processes.checking import check
from engine.runtime.diagram import read
from engine.runtime.process import compile_process

if TYPE_CHECKING:
    from collections.abc import Iterator

SITUATIONS, CHOICES = 80, 3
MOST_MS = 250


def figures() -> Iterator[Figure]:
    raw = diagram(0)
    report = check([("grande.bpmn", raw)])
    assert not report.errors, report.as_text()
    # Each one is new: expressions that were seen before cost nothing.
    new = (diagram(n) for n in count(1))
    drawing = median_us(lambda: next(new), calls=3) / 1000
    checking = median_us(lambda: check([("grande.bpmn", next(new))]), calls=3) / 1000 - drawing
    compiling = median_us(lambda: compile_process(read(next(new), "grande.bpmn"), {}), calls=3) / 1000 - drawing
    nodes = raw.count(b'id="s') + raw.count(b'id="g')
    yield Figure(
        measure=f"check and compile a diagram of {SITUATIONS} situations ({nodes} nodes, {len(raw) // 1024} KB)",
        measured=f"{checking + compiling:.0f} ms ({checking:.0f} + {compiling:.0f})",
        asked=f"at most {MOST_MS} ms",
        holds=checking + compiling <= MOST_MS,
    )


def diagram(number: int) -> bytes:
    """Situations in a ring, each with a choice of guarded moves: one on, the others anywhere."""
    rng = random.Random(80)
    parts = ['<startEvent id="inicio"/>', '<sequenceFlow id="abertura" sourceRef="inicio" targetRef="s0"/>']
    for n in range(SITUATIONS):
        parts += [
            f'<userTask id="s{n}" name="Situação {n}"/>',
            f'<exclusiveGateway id="g{n}"/>',
            f'<sequenceFlow id="de_s{n}" sourceRef="s{n}" targetRef="g{n}"/>',
            f'<sequenceFlow id="m{n}_0" name="Adiante" sourceRef="g{n}" targetRef="s{(n + 1) % SITUATIONS}"/>',
        ]
        for m in range(1, CHOICES):
            target = rng.randrange(SITUATIONS)
            guard = f'priority in ("alta", "normal") and fields.n != {number}{n}{m}'
            parts.append(
                f'<sequenceFlow id="m{n}_{m}" name="Para {target}" sourceRef="g{n}" targetRef="s{target}">'
                f"<conditionExpression>{guard}</conditionExpression></sequenceFlow>"
            )
    inside = "\n    ".join(parts)
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:tramita:benchmark">\n'
        f'  <process id="grande" name="Grande" isExecutable="true">\n    {inside}\n  </process>\n</definitions>\n'
    ).encode()


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

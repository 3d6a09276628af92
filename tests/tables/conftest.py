from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from engine.runtime.tables import TableError, read_decisions

DMN_1_3 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def drawn(
    rows=(),
    *,
    hit_policy='hitPolicy="COLLECT"',
    inputs=("subject",),
    outputs=("field",),
    types=None,
    output_types=None,
    namespace=DMN_1_3,
    key="campos",
):
    """A DMN file of one decision, a line per rule: a row is its cells, inputs and then outputs."""
    types, output_types = types or ["string"] * len(inputs), output_types or ["string"] * len(outputs)
    heads = "".join(
        f'<input id="in{at}" label="Entrada {at}"><inputExpression typeRef="{kind}">'
        f"<text>{escape(text)}</text></inputExpression></input>"
        for at, (text, kind) in enumerate(zip(inputs, types, strict=True), 1)
    ) + "".join(
        f'<output id="out{at}" name="{name}" typeRef="{kind}"/>'
        for at, (name, kind) in enumerate(zip(outputs, output_types, strict=True), 1)
    )
    rules = "\n".join(
        f'<rule id="rule{number}">'
        + "".join(
            f'<{tag} id="r{number}c{at}"><text>{escape(cell)}</text></{tag}>'
            for at, cell in enumerate(row, 1)
            for tag in ["inputEntry" if at <= len(inputs) else "outputEntry"]
        )
        + "</rule>"
        for number, row in enumerate(rows, 1)
    )
    return (
        f'<definitions xmlns="{namespace}" id="d" name="d" namespace="x">\n'
        f'<decision id="{key}" name="Campos"><decisionTable id="t" {hit_policy}>{heads}\n{rules}\n'
        "</decisionTable></decision></definitions>"
    ).encode()


@pytest.fixture(scope="session")
def draw():
    return drawn


@pytest.fixture(scope="session")
def table():
    def read(*rows, **shape):
        (only,) = read_decisions(drawn(rows, **shape), "campos.dmn")
        return only

    return read


@pytest.fixture(scope="session")
def findings():
    def read(*rows, raw=None, **shape):
        with pytest.raises(TableError) as refused:
            read_decisions(drawn(rows, **shape) if raw is None else raw, "campos.dmn")
        return refused.value.findings

    return read


@pytest.fixture(scope="session")
def now():
    return datetime(2026, 1, 31, 12, tzinfo=UTC)

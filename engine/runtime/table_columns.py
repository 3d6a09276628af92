"""From a drawn table to columns and rows that can be asked, with every fault told by row and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from engine.expressions import (
    TABLE_NAMES,
    EvaluationError,
    Expression,
    ExpressionError,
    Kind,
    UnaryTest,
    compile_expression,
    compile_literal,
    compile_unary,
)
from engine.expressions.values import KINDS
from engine.runtime.dmn import TableFinding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.expressions.membership import Check
    from engine.runtime.dmn import DrawnCell, DrawnColumn, DrawnRow, DrawnTable

_TYPES: Final[Mapping[str, Kind | None]] = {
    "": None,
    "any": None,
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "number": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "long": Kind.NUMBER,
    "double": Kind.NUMBER,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "datetime": Kind.INSTANT,
    "date and time": Kind.INSTANT,
    "daytimeduration": Kind.DURATION,
    "days and time duration": Kind.DURATION,
    "yearmonthduration": Kind.MONTHS,
    "years and months duration": Kind.MONTHS,
}
_OUTPUT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CELL_HINT: Final = 'Numa célula cabem "a","b" · not("a") · > 5 · [1..5] · null · - (qualquer valor).'
_OUTPUT_HINT: Final = 'Numa saída cabe um valor: um texto entre aspas ("alta"), um número, true ou false.'


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input column: what is asked, and of what kind it is where that is certain."""

    text: str
    label: str
    kind: Kind | None
    expression: Expression

    def value(self, facts: Mapping[str, Any], now: datetime) -> Any:
        """What the rows are tested against; None if a fact is missing.

        Raises:
            EvaluationError: if it is not what the column says it is.
        """
        value = self.expression.evaluate(facts, now)
        if value is not None and self.kind and KINDS[type(value)] is not self.kind:
            got = KINDS[type(value)].label
            raise EvaluationError(f"a entrada “{self.text}” é {got}, e a coluna pede {self.kind.label}")
        return value


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output column."""

    name: str
    label: str
    kind: Kind | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A rule.

    Attributes:
        number: counted from 1, as the editor shows it.
        tests: one per input.
        checks: (number of the input, check) of those that can fail.
        outputs: by name; an empty cell is left out.
    """

    number: int
    id: str
    line: int
    tests: tuple[UnaryTest, ...]
    checks: tuple[tuple[int, Check], ...]
    outputs: Mapping[str, Any]


def compile_table(
    drawn: DrawnTable, findings: list[TableFinding]
) -> tuple[tuple[Input, ...], tuple[Output, ...], tuple[Row, ...], frozenset[str]]:
    """Columns, rows and names of a table; whatever is wrong is added to the findings."""
    compiler = _Compiler(drawn, findings)
    heads = tuple(compiler.input(column, at) for at, column in enumerate(drawn.inputs, 1))
    outputs = tuple(compiler.output(column, at) for at, column in enumerate(drawn.outputs, len(heads) + 1))
    compiler.kinds = [column.kind for column in heads]
    rows = tuple(compiler.row(row, outputs) for row in drawn.rows)
    inputs = tuple(replace(head, kind=kind) for head, kind in zip(heads, compiler.kinds, strict=True))
    names = [column.expression.names for column in inputs]
    names += [test.names for row in rows for test in row.tests]
    return inputs, outputs, rows, frozenset().union(*names)


class _Compiler:
    """Compiles one table; `kinds` are those of its inputs, as far as they are known."""

    def __init__(self, drawn: DrawnTable, findings: list[TableFinding]) -> None:
        self.drawn = drawn
        self.findings = findings
        self.kinds: list[Kind | None] = []
        self._outputs: set[str] = set()

    def input(self, column: DrawnColumn, at: int) -> Input:
        """An input column."""
        kind = self._type(column, at)
        try:
            expression = compile_expression(column.text)
            self._known(expression.names)
            _insist(expression.kind, kind, "a entrada é {}, e o tipo da coluna, {}")
        except ExpressionError as error:
            self._head(column, at, "table-input", error.detail, f"Na entrada cabe {', '.join(TABLE_NAMES)}.")
            expression, kind = compile_expression("null"), None  # so that the cells are not blamed as well
        return Input(
            text=column.text,
            label=column.label,
            kind=kind or expression.kind,
            expression=expression,
        )

    def output(self, column: DrawnColumn, at: int) -> Output:
        """An output column."""
        name = column.text
        if not _OUTPUT_NAME.fullmatch(name) or name in self._outputs:
            said = f"O nome da saída, “{name}”, já existe ou não é um nome."
            self._head(column, at, "table-output", said, "Dê à saída um nome só dela, sem espaço nem acento.")
        self._outputs.add(name)
        return Output(name=name, label=column.label, kind=self._type(column, at))

    def row(self, row: DrawnRow, outputs: tuple[Output, ...]) -> Row:
        """A rule."""
        tests = tuple(self._test(cell, row.number, at) for at, cell in enumerate(row.inputs))
        values = {
            output.name: self._value(cell, output, row.number, len(tests) + at)
            for at, (cell, output) in enumerate(zip(row.outputs, outputs, strict=False), 1)
            if cell.text or len(outputs) == 1
        }
        return Row(
            number=row.number,
            id=row.element,
            line=row.line,
            tests=tests,
            checks=tuple((at, test.check) for at, test in enumerate(tests) if not test.is_any),
            outputs=values,
        )

    def _test(self, cell: DrawnCell, row: int, at: int) -> UnaryTest:
        try:
            test = compile_unary(cell.text)
            self._known(test.names)
            expected = self.kinds[at] if at < len(self.kinds) else None
            _insist(test.kind, expected, "a célula é sobre {}, e a coluna, sobre {}")
            if at < len(self.kinds):
                self.kinds[at] = expected or test.kind
        except ExpressionError as error:
            self._cell(cell, row, at + 1, "table-cell", error.detail, _CELL_HINT)
            return compile_unary("-")
        return test

    def _value(self, cell: DrawnCell, output: Output, row: int, at: int) -> Any:
        try:
            value = _any_refused(cell.text)
            _insist(KINDS.get(type(value)), output.kind, "o valor é {}, e o tipo da saída, {}")
        except ExpressionError as error:
            self._cell(cell, row, at, "table-output", error.detail, _OUTPUT_HINT)
            return None
        return value

    def _type(self, column: DrawnColumn, at: int) -> Kind | None:
        written = column.type.rpartition(":")[2].strip().lower()
        if written not in _TYPES:
            said = f"O tipo “{column.type}” não existe aqui."
            self._head(column, at, "table-type", said, "Use string, boolean, number, date ou dateTime.")
        return _TYPES.get(written)

    def _known(self, names: frozenset[str]) -> None:
        for name in sorted(names - TABLE_NAMES.keys()):
            near = get_close_matches(name, TABLE_NAMES, n=1)
            meant = f"quis dizer {near[0]}?" if near else f'se é um texto, escreva "{name}", entre aspas'
            raise ExpressionError(f"uma tabela não conhece o nome “{name}”; {meant}")

    def _head(self, column: DrawnColumn, at: int, rule: str, detail: str, hint: str) -> None:
        said = f"Coluna {at} (“{column.label or column.text}”): {detail}"
        self.findings.append(TableFinding(column.line, column.element, rule, said, hint, None, at))

    def _cell(self, cell: DrawnCell, row: int, at: int, rule: str, detail: str, hint: str) -> None:
        heads = (*self.drawn.inputs, *self.drawn.outputs)
        head = heads[at - 1].label or heads[at - 1].text if at <= len(heads) else ""
        said = f"Linha {row}, coluna {at} (“{head}”): {detail}"
        self.findings.append(TableFinding(cell.line, cell.element, rule, said, hint, row, at))


def _insist(kind: Kind | None, wanted: Kind | None, said: str) -> None:
    if kind and wanted and kind is not wanted:
        raise ExpressionError(said.format(kind.label, wanted.label))


def _any_refused(text: str) -> Any:
    if text == "-":
        raise ExpressionError("o sinal - (qualquer valor) só cabe nas entradas")
    value = compile_literal(text)
    if value is None:
        raise ExpressionError("null não é um valor que se possa dar; deixe a célula vazia")
    return value

"""Decision tables: read and compiled once, asked often."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.expressions import EvaluationError
from engine.runtime.dmn import TableFinding, read_drawn
from engine.runtime.table_columns import Input, Output, Row, compile_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

__all__ = [
    "DecisionTable",
    "TableError",
    "TableFailed",
    "TableFinding",
    "assignment_problem",
    "fields_problem",
    "read_decisions",
]
SETTABLE = frozenset({"team", "priority", "responsible", "request_type"})


class TableError(Exception):
    """A file of decisions cannot be used; `findings` holds every reason."""

    def __init__(self, findings: tuple[TableFinding, ...]) -> None:
        super().__init__("; ".join(f"{finding.line}: {finding.detail}" for finding in findings))
        self.findings = findings


class TableFailed(Exception):  # noqa: N818 - the outcome of an evaluation, told by raising
    """A table gives no answer, e.g. two rows of a UNIQUE one match.

    Attributes:
        detail: one Portuguese sentence.
        rows: numbers of the rows concerned.
    """

    def __init__(self, detail: str, rows: tuple[int, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.rows = rows


@dataclass(frozen=True, kw_only=True)
class DecisionTable:
    """A decision with its table, compiled.

    Attributes:
        id: the decision's id, by which diagrams name it.
        hit_policy: `UNIQUE`, `FIRST`, `ANY`, `RULE ORDER` or `COLLECT`.
        names: the dotted names that its inputs and cells read.
    """

    id: str
    name: str
    file: str
    line: int
    hit_policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    names: frozenset[str]

    def evaluate(self, facts: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
        """What the matching rows give, in the order of the rows; at most one of UNIQUE, FIRST and ANY.

        An output whose cell is empty is left out.

        Raises:
            TableFailed: two rows of UNIQUE match, rows of ANY differ, or a value does not fit its column.
        """
        return [dict(row.outputs) for row in self.matching(facts, now)]

    def matching(self, facts: Mapping[str, Any], now: datetime) -> tuple[Row, ...]:
        """The rows that the answer comes from."""
        try:
            found = self._found(facts, now)
            if self.hit_policy == "FIRST":
                return tuple(row for row, _ in zip(found, range(1), strict=False))
            rows = tuple(found)
        except EvaluationError as error:
            raise TableFailed(f"A tabela “{self.id}” não pôde ser avaliada: {error.detail}") from None
        if len(rows) > 1 and self.hit_policy in {"UNIQUE", "ANY"}:
            self._insist_on_one(rows)
            return rows[:1]
        return rows

    def outputs_possible(self) -> Mapping[str, frozenset[Any]]:
        """Per output, every value that some row gives."""
        return {
            output.name: frozenset(row.outputs[output.name] for row in self.rows if output.name in row.outputs)
            for output in self.outputs
        }

    def _found(self, facts: Mapping[str, Any], now: datetime) -> Iterator[Row]:
        values = [column.value(facts, now) for column in self.inputs]
        get = facts.get
        for row in self._candidates(values):
            if all(check(values[at], get, now) is True for at, check in row.checks):
                yield row

    def _candidates(self, values: list[Any]) -> tuple[Row, ...]:
        column, by_value, otherwise = self._index
        return self.rows if column is None else by_value.get(values[column], otherwise)

    @cached_property
    def _index(self) -> tuple[int | None, dict[Any, tuple[Row, ...]], tuple[Row, ...]]:
        """Rows by the values that the best column lists, so that a long table is not walked through."""
        listed = [sum(row.tests[at].options is not None for row in self.rows) for at in range(len(self.inputs))]
        if not listed or not max(listed):
            return None, {}, self.rows
        column = listed.index(max(listed))
        options = [row.tests[column].options for row in self.rows]
        values = {value for some in options if some is not None for value in some}
        by_value: dict[Any, list[Row]] = {value: [] for value in values}
        otherwise: list[Row] = []
        for row, some in zip(self.rows, options, strict=True):
            for rows in [by_value[value] for value in some] if some is not None else [otherwise, *by_value.values()]:
                rows.append(row)
        return column, {value: tuple(rows) for value, rows in by_value.items()}, tuple(otherwise)

    def _insist_on_one(self, rows: tuple[Row, ...]) -> None:
        numbers = tuple(row.number for row in rows)
        which = " e ".join(map(str, numbers[:2]))
        if self.hit_policy == "UNIQUE":
            raise TableFailed(f"A tabela “{self.id}” é UNIQUE, mas valem as linhas {which}.", numbers)
        if any(row.outputs != rows[0].outputs for row in rows):
            raise TableFailed(f"A tabela “{self.id}” é ANY, mas as linhas que valem diferem nas saídas.", numbers)


def read_decisions(raw: bytes, file: str) -> tuple[DecisionTable, ...]:
    """Every decision of a DMN file.

    Raises:
        XmlRefused: if it is no XML that may be read.
        TableError: with every finding of the file.
    """
    drawn, findings = read_drawn(raw)
    tables = []
    for one in drawn:
        inputs, outputs, rows, names = compile_table(one, findings)
        tables.append(
            DecisionTable(
                id=one.id,
                name=one.name,
                file=file,
                line=one.line,
                hit_policy=one.hit_policy,
                inputs=inputs,
                outputs=outputs,
                rows=rows,
                names=names,
            )
        )
    if findings:
        raise TableError(tuple(sorted(findings, key=lambda finding: finding.line)))
    return tuple(tables)


def fields_problem(table: DecisionTable) -> str | None:
    """Why the table cannot say which fields are required; None if it can."""
    names = [output.name for output in table.outputs]
    if names != ["field"]:
        return f"A tabela “{table.id}” deve ter uma só saída, chamada field, e não {', '.join(names)}."
    if table.hit_policy != "COLLECT":
        return f"A tabela “{table.id}” deve usar COLLECT (todas as linhas que valem), e não {table.hit_policy}."
    if any(type(value) is not str for value in table.outputs_possible()["field"]):
        return f"As saídas da tabela “{table.id}” devem ser nomes de campos, entre aspas."
    return None


def assignment_problem(table: DecisionTable) -> str | None:
    """Why a business rule task cannot ask the table; None if it can."""
    foreign = sorted({output.name for output in table.outputs} - SETTABLE)
    if foreign:
        allowed = ", ".join(sorted(SETTABLE))
        return f"A tabela “{table.id}” define {', '.join(foreign)}; uma tarefa de regra só define {allowed}."
    if table.hit_policy not in {"UNIQUE", "FIRST", "ANY"}:
        return f"A tabela “{table.id}” usa {table.hit_policy}; uma tarefa de regra pede UNIQUE, FIRST ou ANY."
    if any(type(value) is not str for values in table.outputs_possible().values() for value in values):
        return f"As saídas da tabela “{table.id}” devem ser chaves, entre aspas."
    return None

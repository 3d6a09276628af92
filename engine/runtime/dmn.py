"""A DMN file as it was drawn: decision tables as texts with line numbers, not yet understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from engine.runtime.xml import line_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

NAMESPACES: Final = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
}
HIT_POLICIES: Final = ("UNIQUE", "FIRST", "ANY", "RULE ORDER", "COLLECT")
# Beside tables a file may hold what modelers draw around them and what means nothing to an evaluation.
_DRAWN: Final = {
    "definitions": {
        "decision",
        "description",
        "extensionElements",
        "inputData",
        "knowledgeSource",
        "textAnnotation",
        "association",
        "group",
    },
    "decision": {
        "description",
        "extensionElements",
        "question",
        "allowedAnswers",
        "variable",
        "authorityRequirement",
        "decisionTable",
    },
    "decisionTable": {"description", "extensionElements", "input", "output", "annotation", "rule"},
    "input": {"description", "extensionElements", "inputExpression", "inputValues"},
    "output": {"description", "extensionElements", "outputValues"},
    "rule": {"description", "extensionElements", "inputEntry", "outputEntry", "annotationEntry"},
}
_REFUSED: Final = {
    "requiredDecision": "Uma decisão não pode depender de outra decisão.",
    "requiredKnowledge": "Modelos de conhecimento (BKM) não rodam aqui.",
    "businessKnowledgeModel": "Modelos de conhecimento (BKM) não rodam aqui.",
    "decisionService": "Serviços de decisão não rodam aqui.",
    "literalExpression": "Uma decisão por expressão literal não roda aqui.",
    "defaultOutputEntry": "Uma saída padrão não roda aqui.",
    "import": "Importar outro arquivo não roda aqui.",
    "itemDefinition": "Tipos próprios não rodam aqui.",
}
MAX_ROWS: Final = 2_000  # of all tables of a file together: some seconds of reading, at the worst
MAX_CHARACTERS: Final = 300_000
_HINT: Final = "Desenhe uma tabela de decisão por decisão, só com linhas, entradas e saídas."
_FEEL: Final = re.compile(r"s?feel|https?://www\.omg\.org/spec/(FEEL/\d+|DMN/\d+/FEEL/?)", re.IGNORECASE)


class TableFinding(NamedTuple):
    """One thing that is wrong in a file of decisions.

    Attributes:
        element: id of the element; "" when it concerns the whole file.
        rule: which rule of ours is broken.
        detail, hint: Portuguese: what is the matter, what to do instead.
        row: counted from 1, as the editor numbers them; None for what is no row.
        column: counted from 1 over inputs and then outputs; None for what is no column.
    """

    line: int
    element: str
    rule: str
    detail: str
    hint: str
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True)
class DrawnCell:
    """A cell's text."""

    text: str
    element: str
    line: int


@dataclass(frozen=True, kw_only=True)
class DrawnColumn:
    """A column's head: an input's expression or an output's name is its `text`."""

    text: str
    label: str
    type: str
    element: str
    line: int


@dataclass(frozen=True, kw_only=True)
class DrawnRow:
    """A rule; `number` counts from 1."""

    number: int
    element: str
    line: int
    inputs: tuple[DrawnCell, ...]
    outputs: tuple[DrawnCell, ...]


@dataclass(frozen=True, kw_only=True)
class DrawnTable:
    """A decision with its table."""

    id: str
    name: str
    line: int
    hit_policy: str
    inputs: tuple[DrawnColumn, ...]
    outputs: tuple[DrawnColumn, ...]
    rows: tuple[DrawnRow, ...]


def read_drawn(raw: bytes) -> tuple[list[DrawnTable], list[TableFinding]]:
    """Every table of a file, and everything that is wrong with its shape.

    Raises:
        XmlRefused: if it is no XML that may be read.
    """
    root = parse(raw)
    namespace, _, tag = root.tag.rpartition("}")
    if tag != "definitions" or namespace.removeprefix("{") not in NAMESPACES:
        return [], [_no_dmn(root)]
    reader = _Reader(namespace + "}")
    reader.definitions(root)
    if reader.too_large():
        said = f"As tabelas passam de {MAX_ROWS} linhas ou {MAX_CHARACTERS} caracteres."
        return [], [TableFinding(line_of(root), "", "table-size", said, "Divida as regras em vários arquivos.")]
    return reader.tables, reader.findings


def _no_dmn(root: _Element) -> TableFinding:
    return TableFinding(
        line_of(root),
        "",
        "no-dmn",
        f"O arquivo não é DMN de uma versão conhecida ({', '.join(sorted(set(NAMESPACES.values())))}).",
        "Salve a tabela no Camunda Modeler ou no dmn-js, que escrevem DMN 1.3.",
    )


class _Reader:
    """Walks one file; `ns` is its namespace in braces."""

    def __init__(self, ns: str) -> None:
        self.ns = ns
        self.tables: list[DrawnTable] = []
        self.findings: list[TableFinding] = []

    def definitions(self, root: _Element) -> None:
        """All decisions of the file."""
        self._only_drawn(root)
        self._language(root)
        decisions = list(self._children(root, "decision"))
        if not decisions:
            self._find(root, "no-decision", "O arquivo não tem nenhuma decisão.", _HINT)
        seen: set[str] = set()
        for decision in decisions:
            key = decision.get("id") or ""
            if not key or key in seen:
                said = f"A decisão “{key}” está duas vezes no arquivo." if key else "Há uma decisão sem id."
                self._find(decision, "decision-id", said, "Dê a cada decisão um id só dela.")
            seen.add(key)
            self._decision(decision)

    def too_large(self) -> bool:
        """Whether compiling the tables would take too long."""
        rows = [row for table in self.tables for row in table.rows]
        characters = sum(len(cell.text) for row in rows for cell in (*row.inputs, *row.outputs))
        return len(rows) > MAX_ROWS or characters > MAX_CHARACTERS

    def _decision(self, decision: _Element) -> None:
        self._only_drawn(decision)
        for requirement in self._children(decision, "informationRequirement"):
            self._only(requirement, {"requiredInput"})
        for requirement in self._children(decision, "knowledgeRequirement"):
            self._only(requirement, set())
        tables = list(self._children(decision, "decisionTable"))
        if len(tables) != 1:
            said = f"A decisão “{decision.get('id')}” não tem uma tabela."
            self._find(decision, "no-table", said, _HINT)
        for table in tables[:1]:
            self._table(decision, table)

    def _table(self, decision: _Element, table: _Element) -> None:
        self._only_drawn(table)
        policy = table.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES or table.get("aggregation"):
            said = f"A política {policy} {table.get('aggregation') or ''}".rstrip() + " não roda aqui."
            self._find(table, "hit-policy", said, f"Use {', '.join(HIT_POLICIES)}, sem agregação.")
        inputs = tuple(self._input(column) for column in self._children(table, "input"))
        outputs = tuple(self._output(column) for column in self._children(table, "output"))
        if not inputs or not outputs:
            said = "A tabela precisa de ao menos uma entrada e uma saída."
            self._find(table, "table-shape", said, _HINT)
        rules = enumerate(self._children(table, "rule"), 1)
        rows = tuple(self._row(rule, number, len(inputs), len(outputs)) for number, rule in rules)
        self.tables.append(
            DrawnTable(
                id=decision.get("id") or "",
                name=decision.get("name") or "",
                line=line_of(decision),
                hit_policy=policy,
                inputs=inputs,
                outputs=outputs,
                rows=rows,
            )
        )

    def _input(self, column: _Element) -> DrawnColumn:
        self._only_drawn(column)
        asked = next(self._children(column, "inputExpression"), None)
        if asked is not None:
            self._language(asked)
        head = column if asked is None else asked
        return DrawnColumn(
            text="" if asked is None else self._text(asked),
            label=column.get("label") or "",
            type=head.get("typeRef") or "",
            element=column.get("id") or "",
            line=line_of(head),
        )

    def _output(self, column: _Element) -> DrawnColumn:
        self._only_drawn(column)
        return DrawnColumn(
            text=column.get("name") or "",
            label=column.get("label") or "",
            type=column.get("typeRef") or "",
            element=column.get("id") or "",
            line=line_of(column),
        )

    def _row(self, rule: _Element, number: int, wide: int, deep: int) -> DrawnRow:
        self._only_drawn(rule, row=number)
        inputs, outputs = (
            tuple(self._cell(cell, number, offset + at) for at, cell in enumerate(self._children(rule, tag), 1))
            for tag, offset in (("inputEntry", 0), ("outputEntry", wide))
        )
        if (len(inputs), len(outputs)) != (wide, deep):
            said = f"A linha {number} não tem uma célula para cada coluna."
            self._find(rule, "table-shape", said, "Abra e salve a tabela num modelador.", row=number)
        return DrawnRow(number=number, element=rule.get("id") or "", line=line_of(rule), inputs=inputs, outputs=outputs)

    def _cell(self, cell: _Element, row: int, column: int) -> DrawnCell:
        self._language(cell, row=row, column=column)
        return DrawnCell(text=self._text(cell), element=cell.get("id") or "", line=line_of(cell))

    def _text(self, element: _Element) -> str:
        written = element.find(f"{self.ns}text")
        return "" if written is None else "".join(map(str, written.itertext())).strip()

    def _language(self, element: _Element, **where: int) -> None:
        language = element.get("expressionLanguage")
        if language and not _FEEL.fullmatch(language):
            said = f"A linguagem “{language[:60]}” não roda aqui."
            self._find(element, "expression-language", said, "Escolha FEEL no modelador.", **where)

    def _only_drawn(self, parent: _Element, **where: int) -> None:
        tag = parent.tag.removeprefix(self.ns)
        also = {"informationRequirement", "knowledgeRequirement"} if tag == "decision" else set()
        self._only(parent, _DRAWN[tag] | also, **where)

    def _only(self, parent: _Element, allowed: set[str], **where: int) -> None:
        for child in parent:
            if not child.tag.startswith(self.ns):
                continue
            tag = child.tag.removeprefix(self.ns)
            if tag not in allowed:
                said = _REFUSED.get(tag, f"O elemento “{tag}” não roda aqui.")
                self._find(child, "unsupported-decision", said, _HINT, **where)

    def _children(self, parent: _Element, tag: str) -> Iterator[_Element]:
        return iter(parent.findall(f"{self.ns}{tag}"))

    def _find(self, element: _Element, rule: str, detail: str, hint: str, **where: Any) -> None:
        owner = element
        while owner is not None and not owner.get("id"):
            owner = owner.getparent()  # type: ignore[assignment]
        named = "" if owner is None else owner.get("id") or ""
        self.findings.append(TableFinding(line_of(element), named, rule, detail, hint, **where))

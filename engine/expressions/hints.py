"""What to say of a text that is no expression of ours: what is wrong, and how it is written here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lark.exceptions import UnexpectedToken

from engine.expressions.errors import ExpressionError
from engine.expressions.functions import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark.exceptions import UnexpectedInput

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_JUEL = r"[$#]\{"

# Looked for in the text without its quoted parts; the first that is found is told.
_HABITS: Final = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (_JUEL, "isto é a escrita do Camunda 7 (JUEL); aqui não há ${…}"),
        (r"==", '"igual" se escreve =, e não =='),
        (r"&&?", '"e" se escreve and, e não &&'),
        (r"\|\|?", '"ou" se escreve or, e não ||'),
        (r"<>", '"diferente" se escreve !=, e não <>'),
        (r"=<|=>", '"menor ou igual" se escreve <=, e "maior ou igual" >='),
        (r"'", "textos vão entre aspas duplas, e não entre apóstrofos"),
        (
            r"[\u201c\u201d\u2018\u2019\u00ab\u00bb]",
            'textos vão entre aspas retas ("), e não entre aspas de editor',
        ),
        (r"!(?!=)", '"não" se escreve not(…), e não !'),
        (r"\*\*", "não há potência; valem + - * /"),
        (r"%", "não há resto nem porcentagem; valem + - * /"),
        (r"\?", "uma escolha se escreve if a then b else c"),
        (r"[{}]", "não há chaves: nem mapas, nem trechos a substituir"),
        (r"/[/*]", "não há comentários dentro de uma expressão"),
        (r":=", "não há atribuição: uma expressão só pergunta"),
        (r"[;`\\~^]", "este sinal não existe aqui"),
        (r"\blambda\b|\bfunction\b|\bdef\b", "não há funções próprias"),
        (r"\bfor\b|\bsome\b|\bevery\b|\breturn\b|\bwhile\b", "não há repetições (for, some, every)"),
        (r"\binstance\s+of\b", "não há instance of"),
        (r"\b(?:AND|OR|NOT|IN|IF|THEN|ELSE|BETWEEN)\b", "as palavras and, or, not, in, between e if são minúsculas"),
        (r"\bnot\s+in\b", '"não está em" se escreve not(a in (…))'),
        (r"\bnot\b(?!\s*\()", "a palavra not pede parênteses: not(…)"),
        (r"\bis\b", "compara-se com =, por exemplo a = null"),
        (r"\)\s*\.|\]\s*\.|\"\s*\.", "não há métodos nem atributos de um valor"),
        (r"(?:^|[^A-Za-z0-9_.])_|\._|\b[0-9]+_", "nomes começam por letra, sem _ no começo"),
    )
)
_ELSE: Final = {  # where nothing better can be proposed
    _JUEL: '; pergunte com = e una com and, or e not(…), por exemplo “subject = "x"”'
}
_REWRITES: Final = (
    (re.compile(r"^\s*[$#]\{(.*)\}\s*$", re.DOTALL), r"\1"),
    (re.compile(r"'([^'\"]*)'"), r'"\1"'),
    (re.compile('[\u201c\u201d]([^"\u201c\u201d]*)[\u201c\u201d]'), r'"\1"'),
    (re.compile(r"\b(AND|OR|NOT|IN|IF|THEN|ELSE|BETWEEN)\b"), lambda match: match[0].lower()),
    (re.compile(r"===?"), "="),
    (re.compile(r"<>|!=="), "!="),
    (re.compile(r"=<"), "<="),
    (re.compile(r"=>"), ">="),
    (re.compile(r"\s*&&?\s*"), " and "),
    (re.compile(r"\s*\|\|?\s*"), " or "),
    (re.compile(r"!\s*([A-Za-z][\w.]*)(?!\s*[\w(])"), r"not(\1)"),
    (re.compile(r"\bnot\s+([A-Za-z][\w.]*)(?!\s*[\w(])"), r"not(\1)"),
    (re.compile(r"\bTrue\b|\bTRUE\b"), "true"),
    (re.compile(r"\bFalse\b|\bFALSE\b"), "false"),
    (re.compile(r"\bNone\b|\bNULL\b"), "null"),
)
_SIGNS: Final = {
    ",": 'aqui não cabe vírgula; várias opções vão entre parênteses: in ("a", "b")',
    "[": "colchetes só cabem depois de in e nas listas de uma função; não há índices nem filtros",
    '"': "aqui não cabe um texto; falta um sinal ou uma vírgula antes dele",
    "\u00a0": "há um espaço especial, que não se vê; apague e escreva um comum",
}
_KEYWORDS: Final = frozenset({"and", "or", "not", "in", "between", "if", "then", "else"})
_WORDS = re.compile(r"\b([A-Za-z]{1,20}(?:\s{1,9}[A-Za-z]{1,20}){1,3})\s{0,9}\(")
_NEAR = 90
_COMMA = re.compile(r"[0-9],[0-9]")


def explain(text: str, column: int, reads: Callable[[str], bool], *, cell: bool) -> ExpressionError:
    """The error to raise for a text that the grammar refuses at the column.

    `reads` tells whether another text is an expression: the one that may have been meant is proposed then.
    """
    bare = _QUOTED.sub(lambda match: '"' + " " * (len(match[0]) - 2) + '"', text)
    meant = _meant(text)
    for habit, sentence in _HABITS:
        found = habit.search(bare)
        if found:
            advice = f"; escreva “{meant}”" if meant != text and reads(meant) else ""
            return ExpressionError(sentence + (advice or _ELSE.get(habit.pattern, "")), found.start())
    return ExpressionError((_in_cell(bare, column) if cell else "") or _at(text, bare, column), column)


def at_end(error: UnexpectedInput) -> bool:
    """Whether the text stopped too early."""
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _at(text: str, bare: str, column: int) -> str:
    if column >= len(text.rstrip()):
        opened = bare.count("(") > bare.count(")")
        return f"a expressão acaba cedo demais{': falta fechar parênteses' if opened else ''}"
    nearby = _WORDS.finditer(bare, max(0, column - _NEAR), column + _NEAR)
    called = next((match for match in nearby if match.start() <= column <= match.end()), None)
    if called:
        return unknown(" ".join(called[1].split()))
    return _sign(text, bare, column) or _word(text, column)


def _in_cell(bare: str, column: int) -> str:
    if re.match(r"(?:and|or)\b", bare[column:]):
        return "numa célula não há and nem or; opções vão com vírgulas, e um intervalo se escreve [1..5]"
    if re.match(r"[<>=!]|in\b|between\b", bare[column:]):
        return "numa célula a comparação vem sem o nome da entrada, por exemplo > 5"
    return ""


def _sign(text: str, bare: str, column: int) -> str:
    sign = text[column]
    quoted = _QUOTED.match(text, column)
    if sign == '"' and (not quoted or not quoted[0].isprintable()):
        return "falta fechar aspas; dentro de um texto não vale quebra de linha"
    if _COMMA.match(bare, max(column - 1, 0)):
        return "decimais vão com ponto: 1.5; listas, entre parênteses: in (1, 5)"
    if sign in "<>=!" and re.search("[<>=]", bare[:column]):
        return "comparações não se encadeiam; escreva x between 1 and 5, ou una com and"
    accented = "" if sign.isascii() else "fora das aspas só há letras sem acento; textos vão entre aspas duplas"
    return _SIGNS.get(sign, accented)


def _word(text: str, column: int) -> str:
    word = re.match(r"[A-Za-z][\w.]*|[0-9.]+|\S", text[column : column + 60])
    shown = word[0] if word else text[column]
    if (
        shown[0].isalnum()
        and shown not in _KEYWORDS
        and re.search(r"[\w\")\]]\s+$", text[max(0, column - _NEAR) : column])
    ):
        return f"falta um sinal antes de “{shown}”; nomes não têm espaço, e textos vão entre aspas"
    return f"aqui não cabe “{shown}”"


def _meant(text: str) -> str:
    for pattern, by in _REWRITES:
        text = pattern.sub(by, text)
    return text.strip()

"""What a designer is told who writes an expression the way another tool wants it."""

from __future__ import annotations

import logging

import pytest
from lark import Lark, logger

import engine.expressions
from engine.expressions import ExpressionError, compile_expression, compile_literal, compile_unary

PROPOSED = [
    ("${subject == 'x'}", 'subject = "x"'),
    ("#{priority != 'alta' && channel == 'email'}", 'priority != "alta" and channel = "email"'),
    ("${!subject.technical_assistance}", "not(subject.technical_assistance)"),
    ("a == 1", "a = 1"),
    ("a <> 1", "a != 1"),
    ("a =< 1", "a <= 1"),
    ("a && !b", "a and not(b)"),
    ("a || b", "a or b"),
    ("a AND NOT b", "a and not(b)"),
    ("priority = 'alta'", 'priority = "alta"'),
    ("priority = “alta”", 'priority = "alta"'),
    ("not a", "not(a)"),
]


@pytest.mark.parametrize(("written", "proposed"), PROPOSED)
def test_the_form_that_was_meant_is_proposed_and_works(written, proposed):
    with pytest.raises(ExpressionError) as refused:
        compile_expression(written)
    assert f"escreva “{proposed}”" in refused.value.detail
    assert compile_expression(proposed).names


@pytest.mark.parametrize(
    ("written", "column", "word"),
    [
        ("", 0, "vazia"),
        (" = ", 0, "vazia"),
        ("priority = ", 10, "cedo demais"),
        ("(a or b", 7, "falta fechar parênteses"),
        ('priority = "alta', 11, "fechar aspas"),
        ('priority = "a\nb"', 11, "fechar aspas"),
        ("a b", 2, "não têm espaço"),
        ("1 < a < 5", 6, "between"),
        ("a > 1,5", 5, "1.5"),
        ('a in "x", "y"', 8, "entre parênteses"),
        ("a[1]", 1, "índices"),
        ("a ? b : c", 2, "if a then b else c"),
        ("a ** 2", 2, "potência"),
        ("a % 2", 2, "resto"),
        ("{a: 1}", 0, "chaves"),
        ("a; b", 1, "sinal não existe"),
        ("a := 1", 2, "atribuição"),
        ("a // b", 2, "comentários"),
        ("x -> x", 3, "não cabe"),
        ("lambda x: x", 0, "funções próprias"),
        ("for x in y return x", 0, "repetições"),
        ("some x in y satisfies x", 0, "repetições"),
        ("a instance of string", 2, "instance of"),
        ("a is null", 2, "com ="),
        ("a not in (1, 2)", 2, "not(a in (…))"),
        ("priority = “alta", 11, "aspas retas"),
        ("ação = 1", 1, "sem acento"),
        ("a\u00a0= 1", 1, "espaço especial"),
        ('"abc".upper()', 4, "métodos"),
        ("a.equals(b)", 0, "métodos"),
        ("_a = 1", 0, "começam por letra"),
        ("a.__class__", 1, "começam por letra"),
        ('ends with(a, "x")', 5, "ends with"),
        ("contain(a, b)", 0, "Quis dizer"),
        ("substring(a, 1)", 0, "Não há a função"),
        ('contains("a")', 0, "pede 2 valores"),
        ("today(1)", 0, "nenhum"),
        ("True", 0, "true"),
        ("a = None", 4, "null"),
        (r'"\d"', 1, "não vale dentro de um texto"),
        (r'"\ud800"', 0, "metade de um caractere"),
        (r'"\U110000"', 1, "não vale"),
        ("1" * 35, 0, "34 algarismos"),
        ('date("2026-02-30")', 5, 'date("2026-01-31")'),
        ('date("31/01/2026")', 5, 'date("2026-01-31")'),
        ("date(fields.x)", 5, "entre aspas"),
        ('date and time("2026-01-31T08:00:00")', 14, "falta o fuso"),
        ('duration("P1M2D")', 9, "P1M"),
        ('duration("P200Y")', 9, "duration"),
        ('duration("P")', 9, "duration"),
        ('@"ontem"', 0, "depois de @".capitalize()),
        ("priority > 3", 11, "texto com número"),
        ('subject.technical_assistance = "true"', 31, "sem aspas"),
        ("lower case(priority and true)", 11, "“priority”, que é texto"),
        ("a = 1 = 1", 6, "encadeiam"),
        ("(" * 41 + "a" + ")" * 41, 41, "40 níveis"),
        ("a" * 2_001, 2_000, "2000 caracteres"),
        ("\x00", 0, "não cabe"),
        ("a\ud800", 1, "sem acento"),
    ],
)
def test_column_and_word(written, column, word):
    with pytest.raises(ExpressionError) as refused:
        compile_expression(written)
    assert word in refused.value.detail
    assert refused.value.column == column
    assert refused.value.detail[0].isupper() or not refused.value.detail[0].isalpha()
    assert refused.value.detail.endswith((".", "?"))


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("alta, 'media'", "aspas duplas"),
        ("not 5", "parênteses"),
        ("- 5 -", "cedo demais"),
        ("a > 5", "sem o nome da entrada"),
        ('["a","b"]', "não cabe"),
        ("> 5 and < 9", "não há and nem or"),
        ("[1..5", "cedo demais"),
        ('"a" "b"', "falta um sinal ou uma vírgula"),
        ("5, > true", "número"),
        ("1, true", "número"),
        ("x" * 2_001, "2000 caracteres"),
    ],
)
def test_cells(written, word):
    with pytest.raises(ExpressionError, match=word):
        compile_unary(written)


@pytest.mark.parametrize("written", ["alta", '"a" + "b"', '= "a"', "", "1 = 1", "today()", "-", '"a","b"'])
def test_nothing_but_a_literal_is_a_literal(written):
    with pytest.raises(ExpressionError):
        compile_literal(written)


def test_a_name_is_told_to_be_put_in_quotes():
    with pytest.raises(ExpressionError, match='"alta"'):
        compile_literal("alta")


def test_the_grammar_has_no_ambiguity(caplog):
    logger.addHandler(caplog.handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        for extra in ("", '\n?comparison: sum | sum "=" sum "=" sum\n'):
            caplog.clear()
            path = f"{engine.expressions.__path__[0]}/grammar.lark"
            with open(path, encoding="utf-8") as grammar:  # noqa: PTH123
                text = grammar.read()
            text = text.replace("?sum: product\n", '?sum: product\n    | sum "of" sum\n') if extra else text
            Lark(text, parser="lalr", start=["whole", "cell"], debug=True)
            assert ("onflict" in caplog.text) is bool(extra), caplog.text
    finally:
        logger.removeHandler(caplog.handler)
        logger.setLevel(level)

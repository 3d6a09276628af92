"""What a decision table answers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime.tables import TableFailed, assignment_problem, fields_problem

ROWS = [
    ['"hidraulica","eletrica"', "", '"unidade"'],
    ['"hidraulica"', '"abertura"', '"defeito"'],
    ["-", 'not("abertura")', '"retorno"'],
    ["null", "-", '"assunto"'],
    ["-", "null", '"defeito"'],
]
BOTH = ("subject", "move")


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"subject": "hidraulica", "move": "abertura"}, ["unidade", "defeito"]),
        ({"subject": "hidraulica", "move": "fechamento"}, ["unidade", "retorno"]),
        ({"subject": "eletrica", "move": None}, ["unidade", "defeito"]),
        ({"subject": "eletrica"}, ["unidade", "defeito"]),
        ({"subject": None, "move": "abertura"}, ["assunto"]),
        ({}, ["assunto", "defeito"]),
        ({"subject": "outro", "move": "abertura"}, []),
    ],
)
@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_all_rows_that_match_answer_in_their_order(table, now, facts, fields, policy):
    asked = table(*ROWS, inputs=BOTH, hit_policy=f'hitPolicy="{policy}"')
    assert asked.evaluate(facts, now) == [{"field": field} for field in fields]
    assert [row.outputs["field"] for row in asked.matching(facts, now)] == fields


def test_first_is_the_first(table, now):
    asked = table(*ROWS, inputs=BOTH, hit_policy='hitPolicy="FIRST"')
    assert asked.evaluate({"subject": "hidraulica", "move": "abertura"}, now) == [{"field": "unidade"}]
    assert asked.evaluate({"move": "abertura"}, now) == [{"field": "assunto"}]
    assert asked.evaluate({"subject": "outro", "move": "abertura"}, now) == []


@pytest.mark.parametrize("policy", ["", 'hitPolicy="UNIQUE"'])
def test_unique_is_checked(table, now, policy):
    asked = table(*ROWS, inputs=BOTH, hit_policy=policy)
    assert asked.hit_policy == "UNIQUE"
    assert asked.evaluate({"move": "abertura"}, now) == [{"field": "assunto"}]
    assert asked.evaluate({"subject": "outro", "move": "abertura"}, now) == []
    with pytest.raises(TableFailed, match="linhas 1 e 2") as failed:
        asked.evaluate({"subject": "hidraulica", "move": "abertura"}, now)
    assert failed.value.rows == (1, 2)


def test_any_asks_for_equal_answers(table, now):
    rows = [['"a"', '"x"'], ['"a","b"', '"x"'], ['"b"', '"y"']]
    asked = table(*rows, hit_policy='hitPolicy="ANY"')
    assert asked.evaluate({"subject": "a"}, now) == [{"field": "x"}]
    with pytest.raises(TableFailed, match="ANY") as failed:
        asked.evaluate({"subject": "b"}, now)
    assert failed.value.rows == (2, 3)


def test_several_outputs_of_several_kinds_and_an_empty_one(table, now):
    asked = table(
        ['"a"', '"suporte"', "3", "true"],
        ['"b"', "", "-1.5", ""],
        hit_policy='hitPolicy="FIRST"',
        outputs=("team", "weight", "urgent"),
        output_types=("string", "number", "boolean"),
    )
    assert asked.evaluate({"subject": "a"}, now) == [{"team": "suporte", "weight": Decimal(3), "urgent": True}]
    assert asked.evaluate({"subject": "b"}, now) == [{"weight": Decimal("-1.5")}]
    assert asked.outputs_possible() == {
        "team": {"suporte"},
        "weight": {Decimal(3), Decimal("-1.5")},
        "urgent": {True},
    }


def test_the_answer_may_be_changed_without_changing_the_table(table, now):
    asked = table(['"a"', '"x"'])
    asked.evaluate({"subject": "a"}, now)[0]["field"] = "y"
    assert asked.evaluate({"subject": "a"}, now) == [{"field": "x"}]


@pytest.mark.parametrize("given", [3, True, ["a"]])
def test_a_value_of_another_kind_fails_whatever_the_rows(table, now, given):
    for rows in ([['"a"', '"x"'], ['"b"', '"y"']], [["-", '"x"']], []):
        with pytest.raises(TableFailed, match="campos"):
            table(*rows).evaluate({"subject": given}, now)


def test_a_column_is_of_the_kind_of_its_cells_where_nothing_else_tells(table, now):
    asked = table(['"a"', '"x"'], inputs=("min([string length(move)])",), types=("",))
    with pytest.raises(TableFailed, match="texto"):
        asked.evaluate({"move": "abrir"}, now)


def test_an_input_may_be_calculated(table, now):
    asked = table(
        ['"hidraulica"', "> 3", '"x"'],
        inputs=("lower case(subject)", "string length(move)"),
        types=("string", "integer"),
    )
    assert asked.names == {"subject", "move"}
    assert asked.evaluate({"subject": "HIDRAULICA", "move": "abrir"}, now) == [{"field": "x"}]
    assert asked.evaluate({"subject": "HIDRAULICA", "move": "ir"}, now) == []
    assert asked.evaluate({"subject": "HIDRAULICA"}, now) == []


def test_a_cell_may_name_another_input(table, now):
    asked = table(["subject", '"x"'], inputs=("subsubject",))
    assert asked.names == {"subject", "subsubject"}
    assert asked.evaluate({"subject": "a", "subsubject": "a"}, now) == [{"field": "x"}]
    assert asked.evaluate({"subject": "a", "subsubject": "b"}, now) == []
    assert asked.evaluate({}, now) == []


def test_what_a_table_is_good_for(table):
    fields = table(['"a"', '"x"'])
    assert fields_problem(fields) is None
    assert "define field" in assignment_problem(fields)

    route = table(['"a"', '"n1"', '"alta"'], outputs=("team", "priority"), hit_policy='hitPolicy="FIRST"')
    assert assignment_problem(route) is None
    assert "chamada field" in fields_problem(route)

    assert "COLLECT" in fields_problem(table(['"a"', '"x"'], hit_policy='hitPolicy="FIRST"'))
    assert "COLLECT" in fields_problem(table(['"a"', '"x"'], hit_policy='hitPolicy="RULE ORDER"'))
    assert "entre aspas" in fields_problem(table(['"a"', "1"], output_types=("number",)))
    assert "COLLECT" in assignment_problem(table(['"a"', '"x"'], outputs=("team",)))
    numbers = table(['"a"', "1"], outputs=("priority",), output_types=("number",), hit_policy="")
    assert "entre aspas" in assignment_problem(numbers)


values = st.sampled_from(["a", "b", "c", "d"])
quoted = st.lists(values, min_size=1, max_size=3).map(lambda some: ",".join(f'"{one}"' for one in some))
cells = st.one_of(
    quoted, quoted, quoted.map("not({})".format), st.sampled_from(["", "-", "null", '> "b"', '["b".."c"]'])
)
asked_for = st.fixed_dictionaries({}, optional={"subject": st.one_of(st.none(), values), "move": values})


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.tuples(cells, cells, values), max_size=9), st.lists(asked_for, max_size=5))
def test_the_index_finds_what_walking_through_all_rows_finds(table, now, rows, asked):
    quick = table(*[[left, right, f'"{given}"'] for left, right, given in rows], inputs=BOTH)
    for facts in asked:
        slow = [
            row.outputs["field"]
            for row in quick.rows
            if row.tests[0].matches(facts.get("subject"), facts, now)
            and row.tests[1].matches(facts.get("move"), facts, now)
        ]
        assert [one["field"] for one in quick.evaluate(facts, now)] == slow


def test_a_long_table_is_not_walked_through(table, now):
    asked = table(*[[f'"s{row}"', '"x"'] for row in range(1_000)], ["-", '"y"'])
    assert len(asked._candidates(["s500"])) == 2
    assert len(asked._candidates(["other"])) == 1
    assert len(asked._candidates([None])) == 1
    assert asked.evaluate({"subject": "s500"}, now) == [{"field": "x"}, {"field": "y"}]

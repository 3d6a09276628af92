from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.registry import toml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(TEXTS, st.booleans(), st.integers(-(10**9), 10**9), st.lists(TEXTS, max_size=4))
TABLES = st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=5), max_size=5)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(TABLES)
def test_what_is_written_is_read_back(tables):
    text = toml.dump("coisas", tables)
    assert tomllib.loads(text).get("coisas", {}) == tables
    assert text == toml.dump("coisas", dict(reversed(tables.items())))


@pytest.mark.parametrize(
    "text",
    [
        '"""',
        'a"""\nb"',
        "\\",
        "linha\n\\",
        "\n\n",
        "a\r\nb",
        "\x00\x7f\x85",
        "\u2028\ufeff",
        "[[x]]\n# nada",
        "'''",
        "é\t",
    ],
)
def test_texts_that_could_break_out_stay_inside(text):
    written = toml.dump("x", {"k": {"text": text, "after": True}})
    assert tomllib.loads(written) == {"x": {"k": {"text": text, "after": True}}}


def test_it_looks_as_somebody_would_write_it():
    tables = {
        "b.c": {"label": "Dois", "choices": ("um", "dois")},
        "a": {"label": 'Diz "sim"', "position": 3, "retired": True, "text": "Olá,\ntudo bem?"},
    }
    assert toml.dump("coisas", tables) == (
        '[coisas.a]\nlabel = "Diz \\"sim\\""\nposition = 3\nretired = true\ntext = """\nOlá,\ntudo bem?"""\n'
        '\n[coisas."b.c"]\nlabel = "Dois"\nchoices = ["um", "dois"]\n'
    )

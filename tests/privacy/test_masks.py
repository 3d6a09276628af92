from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.privacy.masks import masked
from permissions.personal import CLASSES


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        ("name", "Maria da Silva", "M*** S***"),
        ("name", "Madonna", "M***"),
        ("name", "Construtora Três Irmãos Ltda.", "C*** L***"),
        ("contact", "ana.souza@exemplo.com", "a***@e***.com"),
        ("contact", "a@b.co.br", "a***@b***.br"),
        ("contact", "+5562981234500", "(62) 9****-**00"),
        ("contact", "5562981234500", "(62) 9****-**00"),
        ("contact", "+556237743039", "(62) ****-**39"),
        ("contact", "+14155552671", "**********71"),
        ("contact", "dispositivo:8f2c", "***"),
        ("document", "529.982.247-25", "***.***.***-25"),
        ("document", 52998224725, "***.***.***-25"),
        ("document", "11.222.333/0001-81", "**.***.***/****-81"),
        ("document", "MG-1234567", "***67"),
        ("document", "1234", "***"),
    ],
)
def test_a_value_in_part(kind, value, seen):
    assert masked(kind, value) == seen


def test_several_values_are_masked_one_by_one():
    assert masked("contact", ["a@b.com", "+5562981234500"]) == ["a***@b***.com", "(62) 9****-**00"]


@pytest.mark.parametrize("kind", sorted(CLASSES.keys() - {"name", "contact", "document"}))
def test_of_other_classes_no_part_is_shown(kind):
    assert masked(kind, "jardins.a.302") is None


_DIGITS = st.text("0123456789", min_size=8, max_size=13)


@settings(max_examples=200, derandomize=True, database=None)
@given(st.sampled_from(["name", "contact", "document"]), st.one_of(st.text(min_size=1), st.emails(), _DIGITS))
def test_a_part_tells_four_letters_at_most_of_each_word(kind, value):
    """Beside the ending of a domain and the area of a telephone, which are nobody's own."""
    shown = masked(kind, value)
    if "@" in shown:
        shown = shown.rpartition(".")[0]
    elif shown.startswith("("):
        shown = shown[4:]
    assert len([one for one in shown if one not in "*()@.-/ "]) <= 4

"""The catalogue is complete, and every text in it can be shown to people."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from permissions.actions import CATALOGUE, TABS, Action, Tab, UnknownAction, parse


def test_every_action_has_an_entry_and_every_entry_an_action():
    assert set(CATALOGUE) == {str(action) for action in Action}
    assert all(entry.action == key for key, entry in CATALOGUE.items())


@pytest.mark.parametrize("action", Action)
def test_a_members_name_is_its_value_in_capitals(action):
    assert action.name == action.value.replace(".", "_").upper()
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", action.value)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=str)
def test_labels_are_short_and_the_sentence_is_one(entry):
    for label in (entry.label_pt, entry.label_en):
        assert label == label.strip()
        assert label[0].isupper()
        assert 5 <= len(label) <= 32
        assert not label.endswith(".")
    assert re.fullmatch(r"[A-ZÀ-Ú][^.]{20,120}\.", entry.sentence_pt)
    assert entry.label_pt != entry.label_en


@pytest.mark.parametrize("field", ["label_pt", "label_en", "sentence_pt"])
def test_no_text_stands_for_two_actions(field):
    counted = Counter(getattr(entry, field).lower() for entry in CATALOGUE.values())
    assert [text for text, times in counted.items() if times > 1] == []


def test_every_tab_has_labels_and_actions_and_keeps_its_actions_together():
    tabs = [entry.tab for entry in CATALOGUE.values()]
    assert list(dict.fromkeys(tabs)) == list(Tab) == list(TABS)
    assert tabs == sorted(tabs, key=list(Tab).index)
    assert [pt for pt, _ in TABS.values()] == [
        "Relacionamento",
        "Workflow",
        "Atividades",
        "Cadastros",
        "Portal",
        "Administração",
    ]


def test_what_rescues_a_ticket_never_depends_on_its_situation():
    for action in (Action.TICKET_READ, Action.TICKET_RELOCATE, Action.TICKET_WAIVE, Action.TICKET_MESSAGE):
        assert not CATALOGUE[action].by_situation


def test_only_what_happens_inside_a_ticket_depends_on_its_situation():
    families = {action.split(".")[0] for action, entry in CATALOGUE.items() if entry.by_situation}
    assert families == {"ticket", "visit", "assistance"}
    assert CATALOGUE[Action.TICKET_MOVE].by_situation


def test_parsing_gives_the_action_and_its_narrowing():
    assert parse("ticket.read") == (Action.TICKET_READ, None)
    assert parse("ticket.move:Flow_1a2b") == (Action.TICKET_MOVE, "Flow_1a2b")
    assert parse("ticket.message:pagamento_confirmado") == (Action.TICKET_MESSAGE, "pagamento_confirmado")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ticket.mov", "quis dizer 'ticket.move'"),
        ("", "não existe no catálogo"),
        ("TICKET.MOVE", "não existe no catálogo"),
        ("ticket.*", "não existe no catálogo"),
        ("ticket.read:x", "escreva só 'ticket.read'"),
        ("ticket.read:", "escreva só 'ticket.read'"),
        ("ticket.move:", "falta um nome"),
        ("ticket.move:a b", "falta um nome"),
        ("ticket.move:a:b", "falta um nome"),
        ("ticket.move:*", "falta um nome"),
        ("ticket.reveal:cpf", "'cpf' não é uma classe de dados; existem name, contact,"),
        ("ticket.move:a\n", "falta um nome"),
    ],
)
def test_parsing_refuses_what_no_rule_may_say(text, said):
    with pytest.raises(UnknownAction, match=re.escape(said)):
        parse(text)

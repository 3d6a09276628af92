from __future__ import annotations

import pytest

from engine.processes.judging import known_names
from engine.registry.replies import PLACEHOLDERS, render, wrong_placeholders

CANARIES = (
    "{{customer.name}}",
    "{{ticket.protocol}}",
    "{{{{ticket.title}}}}",
    "<script>alert(1)</script>",
    "\\g<0> \\1 {0} %s ${x} {% x %}",
    "=1+1",
    "a\r\nBcc: b@evil.example",
)


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_values_come_out_literally_and_are_never_rendered_again(name, canary):
    values = dict.fromkeys(PLACEHOLDERS, "outro") | {name: canary}
    assert render(f"<{{{{{name}}}}}|{{{{ {name} }}}}>", values) == f"<{canary}|{canary}>"


def test_values_that_meet_make_no_placeholder():
    values = {"ticket.title": "{{customer", "ticket.protocol": ".name}}", "customer.name": "Carla"}
    assert render("{{ticket.title}}{{ticket.protocol}}", values) == "{{customer.name}}"


def test_what_has_no_value_leaves_nothing():
    assert render("Olá, {{customer.name}}!", {}) == "Olá, !"
    assert render("{{ticket.title}}", {"ticket.title": None}) == ""


def test_what_is_wrong_is_told_with_what_there_is():
    assert not list(wrong_placeholders("Olá, {{ customer.name }}: {ticket} }} { {"))
    (one,) = wrong_placeholders("{{customer.nome}} {{ticket.title|upper}} {{customer.name}}")
    assert one.startswith("text: {{customer.nome}}, {{ticket.title|upper}} não existe; existem {{ticket.protocol}}")
    assert "{{customer.name}}" in one.partition("existem")[2]
    assert list(wrong_placeholders("Olá, {{customer.name")) == ["text: há {{ sem }} que o feche"]
    assert list(wrong_placeholders("{{}}"))
    assert list(wrong_placeholders("{{customer.name\n\n}}")) == []


def test_the_linter_knows_the_registered_replies(world, place):
    place("standard_replies", "nova", label="Nova", text="Olá")
    known = world.read(lambda unit, _: known_names(unit), None)
    assert {"nova", "recebido"} <= set(known.replies)

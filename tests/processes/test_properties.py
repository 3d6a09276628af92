"""The values that properties may have."""

from __future__ import annotations

import pytest

from engine.processes.properties import PROPERTIES

GOOD = {
    "sla": ["PT8H", "PT90M", "PT1H30M", "P2D", "P10D", "P2D/24x7", "PT4H/24x7"],
    "escalate": ["50%:responsible", "-PT1H:team, +P1D:manager", "100%:team,+PT30M:manager", "1% : team"],
    "color": ["#000000", "#aBcDeF"],
    "standing": ["open", "finished", "cancelled"],
    "activity": ["email", "call", "appointment", "custom", "social"],
    "action": ["notify_team", "reply", "webhook"],
    "pauses_sla": ["true", "false"],
    "requires": ["description", "description,unit", "a1_b, c"],
    "team": ["comercial", "pós-venda", "a.b_c-1"],
    "customer_label": ["Em análise", "x" * 200],
    "customer_next": ["Envie o comprovante.", "x" * 200],
}
BAD = {
    "sla": [
        "",
        "8h",
        "P1DT4H",
        "P1DT4H/24x7",
        "P1W",
        "P1M",
        "P1Y",
        "PT",
        "P",
        "P0D",
        "PT0H",
        "PT0H0M",
        "PT30S",
        "P2D/",
    ],
    "sla ": ["P2D/24X7", "-P1D", "P1.5D", "PT8", "P99999D", " P1D", "P²D", "P٢D", "PT٢H"],
    "escalate": ["", "50%", "responsible", "50:responsible", "0%:team", "101%:team", "50%:diretoria", "PT1H:team"],
    "escalate ": ["+P1DT1H:team", "٥٠%:team", "+P1D/24x7:team", "50%:team,", "+PT0H:team", "50%:responsible;+P1D:team"],
    "color": ["", "#fff", "verde", "#12345g", "123456", "#1234567"],
    "standing": ["", "closed", "Open", "aberto"],
    "activity": ["", "visit", "Email"],
    "action": ["", "email", "script"],
    "pauses_sla": ["", "sim", "1", "True"],
    "requires": ["", "a,,b", "a,a", "fields.unit", "a b", "Unidade", "a;b", "1a"],
    "team": ["", "a b", "-a", "a" * 81, "a/b", "*"],
    "customer_label": ["", "x" * 201],
    "customer_next": ["", "x" * 201],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_good_values(name, value):
    assert PROPERTIES[name].wrong(value) is None


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_values_are_told_what_fits(name, value):
    assert PROPERTIES[name.strip()].wrong(value)


def test_every_property_may_stand_somewhere():
    assert all(spec.on for spec in PROPERTIES.values())

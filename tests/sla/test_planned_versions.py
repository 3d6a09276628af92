"""Versions that begin later: a correction does not end them unawares, and policies that will tie are told before."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Invalid
from engine.importing import Import, import_folder, plan
from engine.registry.clocks import rule_version
from engine.registry.folder import Folder
from engine.registry.queries import ReadEntry, read_entry

HOURS = {"label": "Comercial", "zone": "America/Sao_Paulo"}
PLANNED = HOURS | {"week": ["seg-sex 09:00-18:00"], "valid_from": "2026-12-01"}
CORRECTION = HOURS | {"week": ["seg-sex 08:00-17:00"], "valid_from": "2026-02-01"}


def held(desk, registry, key):
    found = desk.world.read(read_entry, ReadEntry(registry=registry, key=key)).versions
    return [one["in_force"] and (one["in_force"]["from"], one["in_force"]["until"]) for one in found]


def test_a_correction_that_would_end_a_planned_version_is_refused_unless_it_is_meant(desk):
    desk.put("calendars", "comercial", **PLANNED)
    assert held(desk, "calendars", "comercial") == [(None, "2026-12-01"), ("2026-12-01", None)]
    before = desk.world.read(lambda unit, _: unit.catalogue, None)
    with pytest.raises(Conflict) as refused:
        desk.put("calendars", "comercial", **CORRECTION)
    assert refused.value.detail == (
        "valid_from: a versão 2 (de 2026-12-01 em diante) deixaria de valer. Use um dia a partir de 2026-12-01; ou "
        "envie replaces_later = true, e cadastre depois de novo o que deve valer mais tarde."
    )
    assert refused.value.extra["versions"] == [{"number": 2, "since": "2026-12-01", "until": None}]
    (reason,) = refused.value.reasons
    assert (reason.code, reason.details) == ("later_versions", {"member": "valid_from", "versions": [2]})
    after = desk.world.read(lambda unit, _: unit.catalogue, None)
    assert (after.number, after.rule_numbers) == (before.number, before.rule_numbers)
    desk.put("calendars", "comercial", **CORRECTION, replaces_later=True)
    assert held(desk, "calendars", "comercial") == [(None, "2026-02-01"), None, ("2026-02-01", None)]
    desk.put("calendars", "comercial", **PLANNED)
    assert held(desk, "calendars", "comercial") == [
        (None, "2026-02-01"), None, ("2026-02-01", "2026-12-01"), ("2026-12-01", None),
    ]  # fmt: skip


def test_a_plan_is_changed_by_another_one_from_the_same_day(desk):
    desk.put("calendars", "comercial", **PLANNED)
    desk.put("calendars", "comercial", **PLANNED | {"week": ["seg-sex 10:00-18:00"]})
    assert held(desk, "calendars", "comercial") == [(None, "2026-12-01"), None, ("2026-12-01", None)]


def test_who_only_renames_need_not_repeat_the_day(desk):
    desk.put("calendars", "comercial", **PLANNED)
    named = {name: PLANNED[name] for name in ("zone", "week")} | {"label": "Escritório"}
    assert desk.put("calendars", "comercial", **named)["valid_from"] == "2026-12-01"
    desk.policy("rede", subject="rede", resolution="P2D")
    desk.put("sla_policies", "rede", label="Redes", subject="rede", resolution="P2D")
    assert [len(held(desk, *one)) for one in (("calendars", "comercial"), ("sla_policies", "rede"))] == [2, 1]


def test_a_policys_plan_stands_until_it_is_replaced_on_purpose(desk):
    desk.policy("rede", subject="rede", resolution="P2D")
    terms = {"label": "Rede", "subject": "rede"}
    desk.put("sla_policies", "rede", **terms, resolution="P3D", valid_from="2026-12-01")
    desk.put("sla_policies", "rede", **terms, resolution="P4D", valid_from="2026-12-01")  # not from now on
    assert held(desk, "sla_policies", "rede") == [("2026-01-01", "2026-12-01"), None, ("2026-12-01", None)]
    with pytest.raises(Conflict, match=r"a versão 3 \(de 2026-12-01 em diante\) deixaria de valer"):
        desk.put("sla_policies", "rede", **terms, resolution="P1D")
    desk.put("sla_policies", "rede", **terms, resolution="P1D", replaces_later=True)
    assert held(desk, "sla_policies", "rede") == [("2026-01-01", "2026-03-02"), None, None, ("2026-03-02", None)]


def test_retiring_a_policy_retires_its_plans_too(desk):
    desk.policy("rede", subject="rede", resolution="P2D")
    terms = {"label": "Rede", "subject": "rede", "valid_from": "2026-12-01"}
    desk.put("sla_policies", "rede", **terms, resolution="P3D")
    desk.put("sla_policies", "rede", **terms, resolution="P3D", retired=True)
    assert held(desk, "sla_policies", "rede") == [("2026-01-01", "2026-03-02"), None, ("2026-03-02", None)]
    desk.at(9, "09:00")
    assert "resolution" not in desk.clocks(desk.open())


def test_a_file_says_that_it_is_meant(desk, tmp_path):
    desk.put("calendars", "comercial", **PLANNED)
    folder = Folder(registries={"calendars": {"comercial": CORRECTION}})
    with pytest.raises(Invalid) as refused:
        desk.world.read(plan, Import(folder=folder))
    (reason,) = refused.value.reasons
    assert reason.detail.startswith("calendars/comercial: valid_from: a versão 2 (de 2026-12-01 em diante) deixaria")
    with pytest.raises(Invalid, match="Um item não serve"):
        desk.world.read(
            plan, Import(folder=Folder(registries={"calendars": {"c": CORRECTION | {"replaces_later": 1}}}))
        )
    meant = Import(folder=Folder(registries={"calendars": {"comercial": CORRECTION | {"replaces_later": True}}}))
    assert [one.key for one in desk.world.run(import_folder, meant).changes] == ["comercial"]
    assert held(desk, "calendars", "comercial") == [(None, "2026-02-01"), None, ("2026-02-01", None)]
    assert desk.world.run(import_folder, meant).changes == ()


def tie(desk, *words, **values):
    with pytest.raises(Invalid) as refused:
        desk.put("sla_policies", *words, **values)
    (reason,) = refused.value.reasons
    assert reason.code == "policies_tie"
    return reason.detail, reason.details


def test_policies_that_will_tie_are_told_with_the_day(desk):
    desk.policy("rede", subject="rede", resolution="P2D")
    desk.policy("luz", subject="luz", resolution="P2D")
    told, details = tie(desk, "luz", label="Luz", subject="rede", resolution="P1D", valid_from="2026-04-01")
    assert told == (
        "as políticas 'luz' e 'rede' servem por igual, de 2026-04-01 em diante, a um atendimento com subject = rede"
    )
    assert details == {"policies": ["luz", "rede"], "criteria": {"subject": "rede"}, "since": "2026-04-01"}
    # Until `rede` is about something else they would tie, though its newest version says nothing of it.
    desk.put("sla_policies", "rede", label="Rede", subsubject="rede.cabo", resolution="P2D", valid_from="2026-05-01")
    told, _ = tie(desk, "nova", label="Nova", subject="rede", resolution="P1D", valid_from="2026-04-15")
    assert "'nova' e 'rede' servem por igual, de 2026-04-15 em diante" in told
    desk.put("sla_policies", "luz", label="Luz", subject="rede", resolution="P1D", valid_from="2026-05-01")


def test_a_policy_that_settles_a_tie_cannot_go_before_the_others(desk):
    ask = {
        "ambas": {"label": "Ambas", "subject": "rede", "priority": "alta", "resolution": "PT1H"},
        "alta": {"label": "Alta", "priority": "alta", "resolution": "PT8H"},
        "rede": {"label": "Rede", "subject": "rede", "resolution": "P2D"},
    }
    for key, values in ask.items():
        desk.put("sla_policies", key, **values)
    desk.at(9, "09:00")
    told, _ = tie(desk, "ambas", **ask["ambas"], retired=True)
    assert "'alta' e 'rede' servem por igual, de 2026-03-09 em diante, a um atendimento com priority = alta e" in told
    desk.put("sla_policies", "rede", **ask["rede"], retired=True)
    desk.put("sla_policies", "ambas", **ask["ambas"], retired=True)


def test_what_ties_already_keeps_nobody_from_changing_something_else(desk):
    """Two that were saved before such things were told; a change that makes nothing worse is taken."""
    desk.policy("rede", subject="rede", resolution="P2D")
    desk.put("sla_policies", "luz", label="Luz", subject="luz", resolution="P2D", valid_from="2026-04-01")

    def sneak(unit, _):
        said = {"label": "Velha", "subject": "luz", "resolution": "P1D"}
        at = {"since": unit.now, "made_at": unit.now, "made_by": "system:console"}
        unit.insert(None, rule_version, registry="sla_policies", key="velha", number=1, content=said, **at)
        unit.new_authority()

    desk.world.run(sneak, None)
    desk.policy("rede", subject="rede", resolution="P3D")
    told, _ = tie(
        desk, "luz", label="Luz", subject="luz", resolution="P5D", valid_from="2026-03-15", replaces_later=True
    )
    assert "'luz' e 'velha' servem por igual, de 2026-03-15 em diante" in told

"""Calendars and policies in files: what is exported is imported again, in any order, without a change."""

from __future__ import annotations

import pytest

from engine.errors import Invalid
from engine.importing import Import, import_folder, plan
from engine.registry.folder import Folder, files_of, read_folder

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
POLICIES = {
    "a_rede": {"label": "Rede", "subject": "rede", "resolution": "P2D"},
    "b_alta": {"label": "Alta", "priority": "alta", "resolution": "PT8H"},
    "c_ambas": {"label": "Ambas", "subject": "rede", "priority": "alta", "first_response": "PT1H"},
}


def test_what_is_exported_is_imported_again(desk, tmp_path):
    folder = Folder(registries={"sla_policies": POLICIES})
    done = desk.world.run(import_folder, Import(folder=folder))
    assert [one.key for one in done.changes] == list(POLICIES)
    known = desk.world.read(lambda unit, _: unit.catalogue.registries, None)
    for name, text in files_of(known).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert desk.world.read(plan, Import(folder=read_folder(tmp_path))).changes == ()


def test_policies_that_could_not_be_told_apart_are_not_imported(desk):
    folder = Folder(registries={"sla_policies": {key: POLICIES[key] for key in ("a_rede", "b_alta")}})
    with pytest.raises(Invalid) as refused:
        desk.world.read(plan, Import(folder=folder))
    (reason,) = refused.value.reasons
    assert reason.detail == (
        "sla_policies: as políticas 'a_rede' e 'b_alta' servem por igual, de 2026-03-02 em diante, a um atendimento "
        "com priority = alta e subject = rede. Cadastre antes uma política com os critérios das duas."
    )

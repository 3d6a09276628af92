"""Profiles as text: what is written out reads back as the same, and an import does what its diff showed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from permits.test_explaining import cells

from engine import actors
from engine.errors import Conflict, Invalid
from engine.permits.cells import SetCells, set_cells
from engine.permits.importing import ImportProfiles, changes_of, export_profiles, import_profiles, plan_profiles
from permissions import presets
from permissions.cells import values_of
from permissions.text import text_of


def folder(office):
    return office.world.read(export_profiles, None)


def parsed(files):
    return [presets.read(name, text) for name, text in files.items()]


def test_the_delivered_presets_are_written_in_the_form_they_are_delivered_in():
    for one in presets.load():
        text = text_of(one.key, one.label_pt, one.description, one.scope, one.rules, label_en=one.label_en)
        again = presets.read(f"{one.key}.toml", text)
        assert (again.key, again.label_pt, again.label_en, again.description, again.scope) == (
            one.key,
            one.label_pt,
            one.label_en,
            one.description,
            one.scope,
        )
        assert values_of(again.rules) == values_of(one.rules)


def test_labels_with_quotes_and_line_ends_survive():
    odd = 'Balcão "da" frente\\ \n\t\u0085\u2028'
    assert presets.read("x.toml", text_of("x", odd, odd, "own", ())).label_pt == odd


@pytest.mark.parametrize("database", ["sqlite"])
@settings(derandomize=True, max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=cells(), then=cells())
def test_an_export_brought_back_restores_exactly_what_was(office, first, then):
    office.world.run(set_cells, SetCells(changes=first), actor=office.manager)
    was = folder(office)
    before = values_of(office.rules().all)
    office.world.run(set_cells, SetCells(changes=then), actor=office.manager)
    asked = ImportProfiles(profiles=parsed(was))
    plan = office.world.read(plan_profiles, asked)
    expected = {c for c in before.keys() | values_of(office.rules().all).keys()
                if before.get(c) != values_of(office.rules().all).get(c)}  # fmt: skip
    assert set(changes_of(plan)) == expected
    office.world.run(import_profiles, asked)
    assert folder(office) == was
    assert values_of(office.rules().all) == before
    assert not office.world.read(plan_profiles, asked).profiles


def test_an_import_that_would_do_something_else_than_was_shown_is_refused(office):
    files = folder(office)
    files["balcao.toml"] = files["balcao.toml"].replace("[profile]", '[profile]\nallow = ["ticket.read"]')
    asked = ImportProfiles(profiles=parsed(files))
    shown = office.world.read(plan_profiles, asked)
    office.set("+balcao ticket.note")
    with office.refused(Conflict):
        office.world.run(import_profiles, ImportProfiles(profiles=parsed(files), shown=shown))


def test_a_new_profile_comes_with_its_rules_and_missing_ones_can_be_retired(office):
    text = text_of("novo", "Novo", "Novo.", "team", presets.load()[1].rules).replace('"agente"', '"novo"')
    asked = ImportProfiles(profiles=parsed({"novo.toml": text}))
    office.world.run(import_profiles, asked)
    known = office.world.read(lambda unit, _: unit.catalogue, None)
    assert (known.profiles["novo"].scope, known.profiles["novo"].label) == ("team", "Novo")
    held = {(c.action, c.process) for c in values_of(office.rules().all) if c.profile == "novo"}
    assert held == {(c.action, c.process) for c in values_of(presets.load()[1].rules)}
    with office.refused(Invalid) as refusal:
        office.world.run(import_profiles, ImportProfiles(profiles=parsed({"novo.toml": text}), retire_missing=True))
    assert any("balcao" in reason.detail for reason in refusal.value.reasons)


def test_an_import_cannot_leave_nobody_who_manages_permissions(office):
    files = {name: text.replace('  "permission.manage",\n', "") for name, text in folder(office).items()}
    with office.refused(Conflict, "nobody_manages"):
        office.world.run(import_profiles, ImportProfiles(profiles=parsed(files)), actor=actors.CONSOLE)
    with office.refused(Conflict, "nobody_manages"):  # and is told so by the dry run
        office.world.read(plan_profiles, ImportProfiles(profiles=parsed(files)))


def test_a_situation_nobody_knows_is_noted_and_taken(office):
    files = folder(office)
    files["balcao.toml"] += '\n[[workflow]]\nprocess = "futuro"\nsituation = "x"\nallow = ["ticket.note"]\n'
    asked = ImportProfiles(profiles=parsed(files))
    (note,) = office.world.read(plan_profiles, asked).notes
    assert "futuro" in note
    office.world.run(import_profiles, asked)


@pytest.mark.parametrize("retire", [True, False])
def test_importing_the_same_again_leaves_no_trace(office, retire):
    asked = ImportProfiles(profiles=parsed(folder(office)), retire_missing=retire)
    before = office.everything()
    office.world.run(import_profiles, asked)
    assert office.everything() == before

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotFound, NotPermitted
from engine.registry.model import KINDS
from engine.registry.putting import Put, put
from engine.registry.queries import ReadEntry, ReadRegistry, read_entry, read_registry

OWN = {
    "priorities": {"position": 5},
    "standard_replies": {"text": "Olá, {{customer.name}}"},
    "fields": {"type": "choice", "choices": ["um", "dois"], "personal": True},
    "subjects": {"team": "atendimento", "technical_assistance": True},
    "subsubjects": {"team": "financeiro"},
    "teams": {"calendar": "comercial", "yellow_from": 50, "tells": ["team", "manager"]},
    "activity_types": {"kind": "call", "asks": ["unidade"]},
    "intake_forms": {"asks": ["classification", "message"], "max_files": 3},
    "classifications": {"subject": "hidraulica", "subsubject": "hidraulica.vazamento", "fields": ["unidade"]},
    "subclassifications": {"priority": "alta", "fields": ["unidade", "solucao"]},
    "contact_forms": {"channel": "phone", "position": 7},
    "calendars": {"week": ["seg-sex 08:00-18:00"], "days": ["12-24 08:00-12:00 Véspera de Natal"]},
    "sla_policies": {"priority": "alta", "resolution": "PT8H", "calendar": "comercial"},
}
KEYS = {
    "subclassifications": "agua.novo",
    "subsubjects": "hidraulica.novo",
    "blocks": "acacias.9",
    "units": "acacias.torre_a.9b",
}


def test_every_registry_adds_changes_and_retires_with_history(world, manager, told):
    for registry in KINDS:
        one_life(world, manager, told, registry)


def one_life(world, manager, told, registry):
    key = KEYS.get(registry, "novo")
    kind = KINDS[registry].table.name

    def run(**values):
        ask = Put(registry=registry, key=key, values=OWN.get(registry, {}) | values)
        return world.run(put, ask, actor=manager)

    added = run(label="Um")
    assert (added["label"], added["retired"], added["used_by"]) == ("Um", False, [])
    assert run(label="Um") == added
    run(label="Dois")
    retired = run(label="Dois", retired=True)
    assert retired["retired"]
    assert run(label="Dois")["retired"] is False
    (first, whole), *later = told(kind, key)
    assert first == "added"
    assert whole["label"] == "Um"
    assert later == [
        ("changed", {"label": ["Um", "Dois"]}),
        ("changed", {"retired": [False, True]}),
        ("changed", {"retired": [True, False]}),
    ]
    found = world.read(read_entry, ReadEntry(registry=registry, key=key), actor=manager)
    assert (found.entry.label, found.used_by) == ("Dois", [])
    assert [row["deed"] for row in found.history] == ["changed"] * 3 + ["added"]
    assert found.history[0]["actor_name"] == "Elisa Prado"


def test_what_is_retired_is_shown_on_demand_and_priorities_stand_in_their_order(world, place):
    place("priorities", "media", label="Média", position=15)
    place("priorities", "baixa", label="Baixa", position=30, retired=True)

    def keys(**ask):
        return [e.key for e in world.read(read_registry, ReadRegistry(registry="priorities", **ask))["priorities"]]

    assert keys() == ["alta", "media", "normal"]
    assert keys(retired=True) == ["alta", "media", "normal", "baixa"]
    assert set(world.read(read_registry, ReadRegistry())) == set(KINDS)


def test_retiring_says_whom_it_concerns_and_breaks_nothing(place, registries):
    told = place("teams", "atendimento", label="Atendimento", calendar="comercial", retired=True)["used_by"]
    assert told == [
        {"what": "subjects", "count": 3, "keys": ["documentacao", "eletrica", "hidraulica"]},
        {"what": "people", "count": 2, "keys": ["ana.souza", "davi.rocha"]},
    ]
    told = place("developments", "acacias", label="Acácias", retired=True)["used_by"]
    assert told == [{"what": "blocks", "count": 2, "keys": ["acacias.torre_a", "acacias.torre_b"]}]
    assert place("blocks", "acacias.torre_a", label="A")["used_by"] == [
        {"what": "units", "count": 2, "keys": ["acacias.torre_a.301", "acacias.torre_a.302"]}
    ]
    assert place("calendars", "comercial", label="C", retired=True, valid_from="2026-03-02")["used_by"][0]["count"] == 2
    known = registries()
    assert known.subjects["hidraulica"].team == "atendimento"
    assert not known.units["acacias.torre_a.301"].retired


WRONG = (
    ("blocks", "torre_a", {}, "use <empreendimento>.<chave>"),
    ("blocks", "nada.torre_a", {}, "com um empreendimento cadastrado"),
    ("units", "acacias.torre_z.1", {}, "com um bloco ou empreendimento cadastrado"),
    ("units", "acacias.torre_a.", {}, "letras minúsculas"),
    ("units", "acacias.torre_a.3-1", {}, "letras minúsculas"),
    ("subsubjects", "hidraulica.1", {}, "começando por letra"),
    ("priorities", "p" * 41, {}, "no máximo 40 caracteres"),
    ("priorities", "urgente", {"position": -1}, "position"),
    ("priorities", "urgente", {"position": True}, "position"),
    ("teams", "x", {"text": "Olá"}, "text: não existe em teams"),
    ("teams", "x", {"calendar": "nada"}, "'nada' não está cadastrado"),
    ("teams", "x", {"calendar": []}, "não está cadastrado"),
    ("subjects", "x", {"process": "nada"}, "não está implantado"),
    ("teams", "x", {"label": "a" * 201}, "no máximo 200 caracteres"),
    ("teams", "x", {"label": "a\nb"}, "caractere de controle"),
    ("standard_replies", "x", {"text": "a\x00b"}, "caractere de controle"),
    ("standard_replies", "x", {"text": " \n"}, "text: escreva o texto"),
    ("standard_replies", "x", {}, "text: escreva o texto"),
    ("standard_replies", "x", {"text": "{{customer.nome}}"}, "{{customer.nome}} não existe; existem"),
    ("fields", "unidade", {"type": "number"}, "type: não muda"),
    ("fields", "nova", {"type": "choice", "choices": ["a", "a"]}, "cada uma só uma vez"),
    ("fields", "unit", {}, "é um nome do próprio atendimento"),
)


def test_what_does_not_fit_is_refused_with_what_would(world, registries):
    before = registries()
    for registry, key, values, why in WRONG:
        with pytest.raises(Invalid) as refused:
            world.run(put, Put(registry=registry, key=key, values={"label": "X"} | values))
        assert why in refused.value.detail, (registry, key, values)
        assert registries() == before


def test_a_unit_may_belong_to_a_development_and_digits_may_come_first(place):
    assert place("units", "ipes.7", label="Casa 7")["key"] == "ipes.7"
    assert place("units", "acacias.torre_a.1201", label="1201")["key"] == "acacias.torre_a.1201"


def test_a_right_for_one_registry_is_enough_there_and_nowhere_else(world, manager):
    def allow(unit, _):
        from engine.people.model import permission_rule, profile

        unit.insert("profile:so_prioridades", profile, key="so_prioridades", label="Só prioridades")
        values = {"profile": "so_prioridades", "action": "registry.manage:priorities", "allow": True}
        unit.insert("profile:so_prioridades", permission_rule, id="r1", **values)
        unit.record("profile:so_prioridades", "added")
        unit.new_authority()

    world.run(allow, None)
    narrow = world.person("nina", "so_prioridades")
    world.run(put, Put(registry="priorities", key="urgente", values={"label": "Urgente"}), actor=narrow)
    with pytest.raises(NotPermitted):
        world.run(put, Put(registry="teams", key="x", values={"label": "X"}), actor=narrow)
    with pytest.raises(NotPermitted):
        world.read(read_registry, ReadRegistry(), actor=narrow)


def test_what_is_not_there_is_told_so(world):
    for ask in (ReadEntry(registry="nada", key="x"), ReadEntry(registry="teams", key="nada")):
        with pytest.raises(NotFound):
            world.read(read_entry, ask)

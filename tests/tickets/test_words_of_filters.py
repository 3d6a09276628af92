"""A word that nothing is called by is no reason for an empty list: it is refused, with words like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Invalid
from engine.people.model import profile
from engine.registry.putting import Put, put
from engine.tickets.due import DueNext, due_next
from engine.tickets.listing import List, list_tickets

PEDIDO = (Path(__file__).parent / "diagrams" / "pedido.bpmn").read_bytes()


def limit(shop, scope):
    """Let agents reach no more than that."""

    def write(unit, _):
        unit.update("profile:agente", profile, {"key": "agente"}, scope=scope)
        unit.record("profile:agente", "changed", scope=[None, scope])
        unit.new_authority()

    shop.world.run(write, None)


def listed(shop, actor=None, **asked):
    return shop.world.read(list_tickets, List(**asked), actor=actor or shop.agent).rows


def refused(shop, actor=None, *, query=list_tickets, ask=List, **asked):
    with pytest.raises(Invalid) as error:
        shop.world.read(query, ask(**asked), actor=actor or shop.agent)
    found = error.value
    assert all(f"{one.detail}. {one.fix}" in found.detail for one in found.reasons)
    return found.code, [(one.details["member"], one.fix) for one in found.reasons]


def test_every_unknown_word_is_named_at_once_with_similar_ones(shop):
    asked = {"situation": "triagen", "team": "Suporta", "subject": "hidraulico", "responsible": "anna"}
    assert refused(shop, **asked) == (
        "invalid",
        [
            ("situation", "Quis dizer triagem?"),
            ("team", "Quis dizer suporte?"),
            ("responsible", "Quis dizer ana?"),
            ("subject", "Quis dizer hidraulica?"),
        ],
    )
    assert refused(shop, situation="Em execucao") == (
        "situation_unknown",
        [("situation", "Quis dizer execucao?")],
    )
    code, [(member, fix)] = refused(shop, team="zzzz")
    assert (code, member, fix) == ("team_unknown", "team", "Existem: campo, suporte, vendas.")


def test_next_actions_too(shop):
    asked = {"team": "vendaz", "responsible": "ana"}
    assert refused(shop, query=due_next, ask=DueNext, **asked) == ("team_unknown", [("team", "Quis dizer vendas?")])


def test_what_is_known_but_not_there_is_an_empty_list(shop):
    shop.world.run(put, Put(registry="teams", key="campo", values={"label": "Campo", "retired": True}))
    for asked in ({"team": "campo"}, {"situation": "concluido"}, {"situation": "encerrado"}, {"responsible": "none"}):
        assert listed(shop, **asked) == [], asked
    shop.open()
    assert listed(shop, situation="concluido", text="nada disso") == []


def test_a_situation_of_an_older_version_is_a_word_as_long_as_tickets_stand_there(shop):
    shop.open(team="campo")
    newer = PEDIDO.replace(b'"triagem"', b'"leitura"')
    assert [one.what for one in shop.world.deploy(("pedido.bpmn", newer)).deployments] == ["version"]
    carla = shop.world.person("carla", "agente", teams=["vendas"])
    limit(shop, "team")
    assert len(listed(shop, shop.boss, situation="triagem")) == 1
    assert listed(shop, carla, situation="triagem") == []  # out of reach, and no secret
    assert refused(shop, situation="triage")[0] == "situation_unknown"


def test_logins_are_suggested_to_who_may_list_people_and_of_ones_own_teams(shop):
    shop.world.person("bruno.lima", teams=["campo"])
    shop.world.person("carla.lima", teams=["vendas"])
    assert refused(shop, responsible="bruno.lina") == ("person_unknown", [("responsible", "Confira o login.")])
    assert refused(shop, responsible="carla.lina")[1] == [("responsible", "Quis dizer carla.lima?")]
    assert refused(shop, shop.boss, responsible="bruno.lina")[1][0][1].startswith("Quis dizer bruno.lima")

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotFound, NotPermitted
from engine.people.members import ReadMembers, SetMembers, read_members, set_members


def logins(people):
    return [one.login for one in people]


def test_members_are_set_from_the_teams_side(world, manager, told):
    before = world.read(read_members, ReadMembers(team="atendimento"), actor=manager)
    assert logins(before) == ["ana.souza", "davi.rocha"]
    ask = SetMembers(team="atendimento", logins=["bruno.lima", "ana.souza", "ana.souza"])
    assert logins(world.run(set_members, ask, actor=manager)) == ["ana.souza", "bruno.lima"]
    assert logins(world.read(read_members, ReadMembers(team="atendimento"))) == ["ana.souza", "bruno.lima"]
    people = {p.login: p for p in world.read(lambda unit, _: unit.catalogue.people, None).values()}
    assert people["bruno.lima"].teams == {"assistencia", "atendimento"}
    assert people["davi.rocha"].teams == {"assistencia", "financeiro"}
    joined, left = [str(people["bruno.lima"].id)], [str(people["davi.rocha"].id)]
    assert told("team", "atendimento")[-1] == ("members_changed", {"joined": joined, "left": left})
    assert told("person", joined[0])[-1] == (
        "changed",
        {"teams": [["assistencia"], ["assistencia", "atendimento"]]},
    )
    rows = len(told("team", "atendimento"))
    world.run(set_members, ask, actor=manager)
    assert len(told("team", "atendimento")) == rows


def test_a_team_that_gains_a_member_lets_them_act_in_it_at_once(world, manager):
    bruno = world.person("bruno.lima")
    world.run(set_members, SetMembers(team="financeiro", logins=["bruno.lima"]), actor=manager)
    seen = []
    world.read(lambda unit, _: (unit.catalogue, seen.append(unit.actor.teams)), None, actor=bruno)
    assert seen == [{"assistencia", "financeiro"}]


def test_who_may_not_and_what_is_not(world, manager):
    with pytest.raises(NotPermitted):
        world.run(set_members, SetMembers(team="financeiro", logins=[]), actor=world.person("ana.souza"))
    with pytest.raises(NotFound):
        world.run(set_members, SetMembers(team="nada", logins=[]), actor=manager)
    with pytest.raises(Invalid, match="ninguem"):
        world.run(set_members, SetMembers(team="financeiro", logins=["ninguem", "ana.souza"]), actor=manager)
    assert logins(world.read(read_members, ReadMembers(team="financeiro"))) == ["carla.dias", "davi.rocha"]

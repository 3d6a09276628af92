"""The profiles delivered load, make sense, and a mistake in one is told by file and key."""

from __future__ import annotations

import re

import pytest

from permissions.actions import CATALOGUE, Action, Tab
from permissions.decide import Rules, decide
from permissions.presets import PresetError, load, read

ALL = {preset.key: preset for preset in load()}
RULES = Rules.of(rule for preset in ALL.values() for rule in preset.rules)
HERE = {"process": "atendimento", "situation": "em_atendimento"}
OUTSIDERS = {
    Action.PORTAL_TICKET_OPEN,
    Action.PORTAL_TICKET_READ,
    Action.PORTAL_TICKET_COMPLEMENT,
    Action.PORTAL_INVITE,
    Action.PARTICIPATION_READ,
    Action.PARTICIPATION_MESSAGE,
}


def allowed(profile):
    return {action for action in Action if decide(RULES, profile, action, **HERE)}


def test_the_delivered_profiles():
    assert list(ALL) == [
        "administrador",
        "agente",
        "cliente_portal",
        "desenhista",
        "gestor",
        "integracao",
        "participante",
        "responsavel_portal",
        "supervisor",
    ]
    assert len({preset.label_pt for preset in ALL.values()}) == len(ALL)


@pytest.mark.parametrize("preset", ALL.values(), ids=lambda preset: preset.key)
def test_every_rule_is_the_profiles_own_and_has_a_name_of_its_own(preset):
    assert {rule.profile for rule in preset.rules} == {preset.key}
    assert len({rule.id for rule in preset.rules}) == len(preset.rules)


@pytest.mark.parametrize("preset", ALL.values(), ids=lambda preset: preset.key)
def test_no_right_is_given_in_one_layer_only(preset):
    outer = {rule.action for rule in preset.rules if rule.layer == "profile" and rule.allow}
    inner = {rule.action for rule in preset.rules if rule.layer == "situation" and rule.allow}
    assert {action for action in outer if CATALOGUE[action].by_situation} == inner
    assert allowed(preset.key) == outer


@pytest.mark.parametrize("profile", ["cliente_portal", "participante", "responsavel_portal"])
def test_outsiders_read_no_ticket_by_the_staffs_routes_and_move_none(profile):
    assert allowed(profile) < OUTSIDERS


def test_staff_holds_no_right_meant_for_outsiders():
    for profile in set(ALL) - {"cliente_portal", "participante", "responsavel_portal"}:
        assert not allowed(profile) & OUTSIDERS


def test_the_administrator_may_do_everything_the_staff_can_do():
    assert allowed("administrador") == set(Action) - OUTSIDERS


def test_an_agents_rights_grow_to_a_supervisors_and_a_managers():
    assert allowed("agente") < allowed("supervisor") < allowed("gestor") < allowed("administrador")


def test_what_each_is_there_for():
    assert {Action.TICKET_READ, Action.TICKET_OPEN, Action.TICKET_MOVE} <= allowed("agente")
    assert not {Action.TICKET_RELOCATE, Action.TICKET_WAIVE, Action.PERMISSION_EXPLAIN} & allowed("agente")
    assert {Action.TICKET_RELOCATE, Action.TICKET_WAIVE, Action.ACTIVITY_ASSIGN} <= allowed("supervisor")
    assert {Action.PERMISSION_MANAGE, Action.REGISTRY_MANAGE} <= allowed("gestor")
    assert allowed("desenhista") == {Action.PROCESS_READ, Action.PROCESS_DEPLOY, Action.REGISTRY_READ}
    assert {Action.TICKET_OPEN, Action.TICKET_MOVE, Action.TICKET_MESSAGE} <= allowed("integracao")
    assert not {a for a in allowed("integracao") if CATALOGUE[a].tab == Tab.ADMINISTRATION}


HEAD = 'key = "x"\nlabel_pt = "X"\nlabel_en = "X"\ndescription = "X."\nscope = "all"\n'


def test_denials_and_narrowings_are_read():
    preset = read(
        "x.toml",
        HEAD
        + '[profile]\nallow = ["ticket.move"]\ndeny = ["ticket.relocate"]\n'
        + '[[workflow]]\nprocess = "*"\nsituation = "*"\nallow = ["ticket.move"]\n'
        + '[[workflow]]\nprocess = "p"\nsituation = "s"\ndeny = ["ticket.move:f"]\n',
    )
    assert [(rule.id, str(rule)) for rule in preset.rules] == [
        ("x/ticket.move", "allow ticket.move to 'x'"),
        ("x/ticket.relocate", "deny ticket.relocate to 'x'"),
        ("x/*/*/ticket.move", "allow ticket.move to 'x' in '*:*'"),
        ("x/p/s/ticket.move:f", "deny ticket.move:f to 'x' in 'p:s'"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key = ", "x.toml: não é TOML válido"),
        (HEAD, "x.toml: profile: falta uma tabela"),
        (HEAD.replace('"x"', '"y"') + "[profile]", "x.toml: key: 'y' deve ser o nome do arquivo"),
        (HEAD.replace('"x"', '"X y"') + "[profile]", "x.toml: key: 'X y' só pode ter letras minúsculas"),
        (HEAD.replace('label_pt = "X"\n', "") + "[profile]", "x.toml: label_pt: falta um texto"),
        (HEAD.replace('"X."', "7") + "[profile]", "x.toml: description: falta um texto"),
        (HEAD.replace('"all"', '"alle"') + "[profile]", "x.toml: scope: 'alle': use own ou team ou all"),
        (HEAD + "colour = 1\n[profile]", "x.toml: colour: chave desconhecida"),
        (HEAD + "[profile]\nallows = []", "x.toml: profile.allows: chave desconhecida"),
        (HEAD + '[profile]\nallow = "ticket.read"', "x.toml: profile.allow: deve ser uma lista"),
        (HEAD + "[profile]\nallow = [1]", "x.toml: profile.allow: deve ser uma lista"),
        (HEAD + '[profile]\nallow = ["ticket.mov"]', "x.toml: profile.allow: a ação 'ticket.mov' não existe"),
        (HEAD + '[profile]\ndeny = ["ticket.read:a"]', "x.toml: profile.deny: a ação 'ticket.read' não pode"),
        (
            HEAD + '[profile]\nallow = ["ticket.read"]\ndeny = ["ticket.read"]',
            "x.toml: profile.deny: a ação 'ticket.read' aparece duas vezes",
        ),
        (
            HEAD + '[profile]\n[workflow]\nprocess = "*"',
            "x.toml: workflow: escreva cada bloco como [[workflow]]",
        ),
        (HEAD + '[profile]\n[[workflow]]\nprocess = "*"', "x.toml: workflow[1].situation: falta um texto"),
        (
            HEAD + '[profile]\n[[workflow]]\nprocess = "a b"\nsituation = "*"',
            "x.toml: workflow[1].process: 'a b' não é um nome",
        ),
        (
            HEAD + '[profile]\n[[workflow]]\nprocess = "*"\nsituation = "*"\nallow = ["ticket.read"]',
            "x.toml: workflow[1].allow: a ação 'ticket.read' não é perguntada por situação",
        ),
        (
            HEAD + "[profile]\n" + '[[workflow]]\nprocess = "p"\nsituation = "s"\n' * 2,
            "x.toml: workflow[2].situation: 'p:s' aparece duas vezes",
        ),
    ],
)
def test_a_mistake_is_told_by_file_and_key(text, said):
    with pytest.raises(PresetError, match=re.escape(said)):
        read("x.toml", text)

"""Profiles and cells: what is set holds from the next command on, is told in the history, and never rewrites it."""

from __future__ import annotations

from datetime import timedelta

from permits.conftest import cell
from sqlalchemy import select

from engine.errors import Conflict, Invalid, NotFound, NotPermitted
from engine.history import change_history
from engine.people.adding import AddPerson, add_person
from engine.people.model import permission_rule, permission_rule_past
from engine.permits.cells import SetCells
from engine.permits.cells import set_cells as setting
from engine.permits.profiles import (
    CreateProfile,
    ListProfiles,
    ReadProfile,
    create_profile,
    list_profiles,
    read_profile,
)
from permissions.cells import values_of
from permissions.decide import decide


def told(office, key="balcao"):
    def rows(unit, _):
        wanted = select(change_history).where(change_history.c.kind == "profile", change_history.c.key == key)
        return unit.connection.execute(wanted.order_by(change_history.c.at, change_history.c.id)).all()

    return [(row.deed, row.actor, row.detail) for row in office.world.read(rows, None)]


def test_a_cell_that_is_set_counts_at_once_and_its_history_says_who_old_and_new(office):
    office.set("+balcao ticket.read", "+balcao ticket.move", "+balcao ticket.move @ pedido triagem")
    assert decide(office.rules(), "balcao", "ticket.move", process="pedido", situation="triagem")
    office.set("-balcao ticket.move @ pedido triagem")
    assert not decide(office.rules(), "balcao", "ticket.move", process="pedido", situation="triagem")
    office.set(".balcao ticket.move @ pedido triagem")
    place = {"action": "ticket.move", "process": "pedido", "situation": "triagem"}
    assert [(deed, detail) for deed, _, detail in told(office) if detail.get("process")] == [
        ("rule_changed", place | {"old": "absent", "new": "allowed"}),
        ("rule_changed", place | {"old": "allowed", "new": "denied"}),
        ("rule_changed", place | {"old": "denied", "new": "absent"}),
    ]
    assert {actor for _, actor, _ in told(office)[-3:]} == {office.manager.id}


def test_what_a_rule_was_is_kept_and_never_changed(office):
    at = [office.clock.at]
    for text in ("+", "-", ".", "+"):
        at.append(office.clock.forward(hours=1))
        office.set(f"{text}balcao ticket.move @ pedido triagem")

    def rows(table):
        wanted = select(table).where(table.c.profile == "balcao")
        return office.world.read(lambda unit, _: unit.connection.execute(wanted).all(), None)

    (now,) = rows(permission_rule)
    assert (now.allow, now.since_at, now.since_by) == (True, at[4], office.manager.id)
    past = sorted((row.since_at, row.until_at, row.allow) for row in rows(permission_rule_past))
    assert past == [(at[1], at[2], True), (at[2], at[3], False)]


def test_what_is_so_already_leaves_no_trace(office):
    office.set("+balcao ticket.read")
    before = office.everything()
    assert office.set("+balcao ticket.read", ".balcao ticket.note") == []
    assert office.everything() == before


def test_a_rule_that_a_denial_doubles_is_one_cell(office):
    def doubled(unit, _):
        for name, allow in (("r1", True), ("r2", False)):
            values = {"profile": "balcao", "action": "ticket.read", "allow": allow}
            unit.insert("profile:balcao", permission_rule, id=name, **values)
        unit.record("profile:balcao", "x")
        unit.new_authority()

    office.world.run(doubled, None)
    assert values_of(office.rules().all)[cell("+balcao ticket.read")[0]] is False
    (done,) = office.set("+balcao ticket.read")
    assert (done.old, done.new) == (False, True)
    assert decide(office.rules(), "balcao", "ticket.read")
    assert len([rule for rule in office.rules().all if rule.profile == "balcao"]) == 1


WRONG = {
    "+balcoa ticket.read": "Não há perfil 'balcoa' (quis dizer 'balcao'?)",
    "+balcao ticket.mov": "a ação 'ticket.mov' não existe",
    "+balcao ticket.read @ pedido triagem": "não é perguntada por situação",
    "+balcao ticket.move @ pedido triajem": "não tem a situação 'triajem' (quis dizer 'triagem'?)",
    "+balcao ticket.move @ compra triagem": "o processo 'compra' não está implantado",
    "+balcao ticket.move:concluir @ pedido triagem": "não há a opção 'concluir' aí",
    "+balcao ticket.fill:unidad @ pedido triagem": "não há o campo 'unidad' aí (quis dizer 'unidade'?)",
    "+balcao registry.manage:times": "não há o cadastro 'times' aí",
    "+balcao ticket.message:x": "não há a mensagem 'x' aí",
}


def test_a_cell_that_means_nothing_is_refused_by_name(office):
    with office.refused(Invalid, "cell_invalid") as refusal:
        office.set("+balcao ticket.read", *WRONG)
    assert [told for told in WRONG.values() if told not in refusal.value.detail] == []
    assert len(refusal.value.reasons) == len(WRONG)


def test_cells_that_mean_something(office):
    office.set(
        "+balcao ticket.move:concluir @ pedido *",
        "+balcao ticket.move @ * triagem",
        "+balcao ticket.move:repetir @ pedido triagem",
        "+balcao ticket.fill:unidade @ pedido *",
        "+balcao ticket.fill:description @ * *",
        "+balcao registry.manage:teams",
        "+balcao ticket.message:pagamento_confirmado",
        "+balcao ticket.move @ visita *",
    )


def test_only_who_manages_permissions_changes_them(office):
    with office.refused(NotPermitted):
        office.set("+agente permission.manage", actor=office.agent)
    with office.refused(NotPermitted):
        office.alter_profile("agente", scope="own", actor=office.agent)
    with office.refused(NotPermitted):
        office.world.run(create_profile, CreateProfile(key="meu", label="Meu"), actor=office.agent)


def test_rights_that_changed_since_they_were_looked_at_are_refused(office):
    seen = office.world.read(lambda unit, _: unit.catalogue.number, None)
    office.set("+balcao ticket.read", seen=seen)
    with office.refused(Conflict, "authority_changed"):
        office.set("+balcao ticket.note", seen=seen)
    with office.refused(Conflict, "authority_changed"):
        office.alter_profile("balcao", scope="own", seen=seen)


def test_somebody_must_be_left_who_manages_permissions(office):
    office.set(".gestor permission.manage", actor=office.boss)
    with office.refused(Conflict, "nobody_manages"):
        office.set("-administrador permission.manage", actor=office.boss)
    office.set("+balcao permission.manage", actor=office.boss)
    office.set(".administrador permission.manage", actor=office.boss)


def test_a_profile_is_made_of_another_one_or_of_a_preset(office):
    made = office.world.run(
        create_profile, CreateProfile(key="recepcao", label="Recepção", copy_of="agente"), actor=office.manager
    )
    assert made.scope == "all"
    mine = {
        (c.action, c.process, c.situation): v
        for c, v in values_of(office.rules().all).items()
        if c.profile == "recepcao"
    }
    other = {
        (c.action, c.process, c.situation): v for c, v in values_of(office.rules().all).items() if c.profile == "agente"
    }
    assert mine == other
    assert mine
    empty = office.world.run(create_profile, CreateProfile(key="vazio", label="Vazio"), actor=office.manager)
    assert empty.scope == "own"
    held = office.world.read(read_profile, ReadProfile(key="vazio"), actor=office.manager)
    assert (held.people, list(held.rules)) == (0, [])
    with office.refused(Conflict, "profile_exists"):
        office.world.run(create_profile, CreateProfile(key="vazio", label="Outro"), actor=office.manager)
    for wrong in ({"key": "Vazio"}, {"label": " "}, {"scope": "sector"}, {"copy_of": "nada"}):
        with office.refused(Invalid):
            ask = CreateProfile(**({"key": "outro", "label": "Outro"} | wrong))
            office.world.run(create_profile, ask, actor=office.manager)


def test_a_profile_is_renamed_limited_and_retired_when_nobody_has_it(office):
    office.alter_profile("balcao", label="Balcão de entrada", scope="team")
    with office.refused(Conflict, "profile_in_use") as refusal:
        office.alter_profile("balcao", retired=True)
    assert refusal.value.extra["people"] == ["rui"]
    office.alter_profile("integracao", retired=True)
    with office.refused(Invalid):
        office.world.run(add_person, AddPerson(login="erp", name="ERP", profile="integracao"))
    with office.refused(Invalid, "cell_invalid"):
        office.set("+integracao ticket.read")
    listed = office.world.read(list_profiles, ListProfiles(), actor=office.manager)
    assert "integracao" not in {one.profile.key for one in listed}
    office.alter_profile("integracao", retired=False)
    assert [deed for deed, *_ in told(office, "integracao")][-2:] == ["changed", "changed"]
    assert told(office)[-1][2] == {"label": ["Balcão", "Balcão de entrada"], "scope": ["all", "team"]}
    with office.refused(NotFound):
        office.alter_profile("nada", label="x")


def test_a_change_under_a_key_is_done_once(office):
    from engine.unit import Answer, Key

    ask = SetCells(changes=dict([cell("+balcao ticket.read")]))
    for _ in range(2):
        office.world.run(
            setting,
            ask,
            actor=office.manager,
            key=Key("k", b"f" * 32),
            render=lambda done: Answer(status=200, body=str(len(done)).encode()),
        )
        office.clock.forward(seconds=timedelta(minutes=1).total_seconds())
    assert len(told(office)) == 2

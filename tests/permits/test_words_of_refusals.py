"""Who is refused reads names; programs find the keys in `details`."""

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotPermitted, Refused
from engine.permits.profiles import AlterProfile, alter_profile
from engine.privacy.revealing import RevealTicket, reveal_ticket
from engine.tickets.alteration import Alter, alter
from engine.tickets.delivering import Deliver, deliver
from engine.tickets.moving import Move, move

GRANTED = ("+balcao ticket.read", "+balcao ticket.move", "+balcao ticket.move @ * *")
DENIALS = [
    (
        ("-balcao ticket.move:executar @ pedido triagem",),
        "alterar situação pela opção “Executar” na situação “Triagem”",
    ),
    (("-balcao ticket.move @ pedido *",), "alterar situação em todas as situações do processo “Pedido”"),
    (("-balcao ticket.move @ * *",), "alterar situação em todas as situações"),
    (("-balcao ticket.move @ * triagem",), "alterar situação na situação “Triagem”"),
    (("-balcao ticket.move",), "alterar situação no próprio perfil"),
]


def refused(office, command, ask):
    with pytest.raises(NotPermitted) as refusal:
        office.world.run(command, ask, actor=office.renewed("rui"))
    return refusal.value


@pytest.mark.parametrize(("rules", "told"), DENIALS)
def test_what_forbids_a_move_is_told_by_names(office, rules, told):
    office.set(*GRANTED)
    office.set(*rules)
    ticket = office.open(actor=office.boss)
    found = refused(office, move, Move(ticket=ticket.protocol, move="executar"))
    in_profile = "no próprio perfil" in told
    where = "" if in_profile else " na situação “Triagem”"
    assert found.detail == (
        f"O perfil “Balcão” não pode alterar situação pela opção “Executar”{where}: uma regra proíbe isso."
    )
    (reason,) = found.reasons
    assert f"retirar a proibição de {told}" in reason.fix
    decision = reason.details["decision"]
    assert (decision["profile"], decision["action"], decision["narrowed"]) == ("balcao", "ticket.move", "executar")
    assert (decision["process"], decision["situation"]) == ("pedido", "triagem")
    assert any(not rule["allow"] for rule in decision["considered"])


def test_what_no_rule_allows_says_what_would(office):
    office.set("+balcao ticket.read")
    ticket = office.open(actor=office.boss)
    found = refused(office, move, Move(ticket=ticket.protocol, move="executar"))
    assert found.detail == "O perfil “Balcão” não pode alterar situação pela opção “Executar”."
    assert found.reasons[0].fix == (
        "Quem administra os perfis pode permitir ao perfil “Balcão” alterar situação pela opção “Executar” "
        "no próprio perfil e na situação “Triagem”."
    )


def test_a_field_a_class_and_a_message_are_called_by_their_names_too(office):
    office.set("+balcao ticket.read", "+balcao ticket.reveal", "+balcao ticket.reveal @ * *")
    office.set("-balcao ticket.reveal:document")
    ticket = office.open(actor=office.boss).protocol
    filled = refused(office, alter, Alter(ticket=ticket, fields={"numero": 1}))
    assert filled.detail == "O perfil “Balcão” não pode preencher campos próprios (campo “Número”)."
    shown = refused(office, reveal_ticket, RevealTicket(ticket=ticket, classes=["document"], reason="conferir"))
    assert shown.detail == "O perfil “Balcão” não pode revelar dados mascarados (documentos): uma regra proíbe isso."
    told = refused(office, deliver, Deliver(ticket=ticket, name="pagamento_confirmado"))
    assert "enviar mensagens ao processo (mensagem “pagamento_confirmado”)" in told.detail


def test_a_profile_is_called_by_the_label_it_has_now(office):
    office.world.run(alter_profile, AlterProfile(key="balcao", label="Recepção"), actor=office.manager)
    office.set("+balcao ticket.read")
    ticket = office.open(actor=office.boss).protocol
    assert "“Recepção”" in refused(office, move, Move(ticket=ticket, move="executar")).detail


def test_a_guard_tells_names_and_keeps_its_text_for_programs(office):
    ticket = office.open(priority="baixa")
    with pytest.raises(Invalid) as refusal:
        office.world.run(move, Move(ticket=ticket.protocol, move="escalar"), actor=office.agent)
    (reason,) = refusal.value.reasons
    assert reason.detail == "A condição desta opção não vale agora: Prioridade é “baixa”."
    assert reason.details == {"guard": 'priority = "alta"', "values": {"priority": "baixa"}}


def test_a_move_from_elsewhere_and_one_that_is_none(office):
    ticket = office.open().protocol
    for asked, code, told in (
        ("concluir", "moved_meanwhile", "A opção “Concluir” não parte da situação atual."),
        ("voar", "no_such_move", "A opção 'voar' não existe."),
    ):
        with pytest.raises(Refused) as refusal:
            office.world.run(move, Move(ticket=ticket, move=asked), actor=office.agent)
        (reason,) = refusal.value.reasons
        assert (reason.code, reason.detail.split(" A situação ")[0]) == (code, told)
        assert reason.fix.startswith("A situação “Triagem” oferece: “Executar”, “Escalar”, “Esperar”")
        assert reason.details["offered"][:3] == ["executar", "escalar", "esperar"]

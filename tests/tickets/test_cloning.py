from __future__ import annotations

from engine.errors import FieldsMissing, Invalid, NotFound, NotPermitted
from engine.registry.putting import Put, put
from engine.tickets.cloning import Clone, clone
from engine.tickets.linking import Link, Links, link, links
from engine.tickets.moving import Move, move
from engine.unit import Answer, Key


def cloned(shop, ticket, *, actor=None, **values):
    return shop.world.run(clone, Clone(ticket=ticket.protocol, **values), actor=actor or shop.agent)


def test_a_clone_is_about_the_same_and_begins_anew(shop):
    source = shop.open(
        customer="c1", subsubject="hidraulica.cano", priority="alta", description="Debaixo da pia", channel="phone"
    )
    source = shop.move(source, "esperar")
    shop.world.run(link, Link(ticket=source.protocol, other=shop.open(customer="c1").protocol), actor=shop.agent)
    shop.clock.forward(hours=2)
    made = shop.see(cloned(shop, source))
    same = ("title", "description", "subject", "subsubject", "customer_key", "priority", "process")
    assert [getattr(made, name) for name in same] == [getattr(source, name) for name in same]
    assert (made.situation, made.opened_at, made.opened_by) == ("triagem", shop.clock.at, shop.agent.id)
    assert (made.cloned_from, made.protocol != source.protocol) == (source.protocol, True)
    assert (made.timer_due_at, made.channel, made.fields) == (None, None, {})
    assert shop.world.read(links, Links(ticket=made.protocol)) == []
    assert (shop.deeds(made), shop.deeds(source)[-1]) == (["opened", "cloned_from"], "cloned")
    assert shop.history(made)[-1].detail == {"other": source.protocol}
    assert shop.history(source)[-1].detail == {"other": made.protocol}
    assert shop.see(source).revision == source.revision


def test_what_is_said_comes_instead(shop):
    made = cloned(
        shop, shop.open(fields={"numero": 7}), title="Outro cano", description="No banheiro", fields={"numero": 8}
    )
    assert (made.title, made.description, made.fields) == ("Outro cano", "No banheiro", {"numero": 8})


def test_a_clone_asks_for_what_opening_asks_for(shop):
    source = shop.open(subject="papelada", fields={"numero": 1})
    with shop.refused(FieldsMissing) as refusal:
        cloned(shop, source)
    assert refusal.value.extra["missing"] == ["numero"]
    made = cloned(shop, source, fields={"numero": 2})
    assert (made.process, made.situation, made.fields) == ("outro", "novo", {"numero": 2})


def test_a_clone_starts_in_the_version_in_force(shop):
    from pathlib import Path

    source = shop.open()
    file = Path(__file__).parent / "diagrams" / "pedido.bpmn"
    shop.world.deploy(("pedido.bpmn", file.read_bytes().replace(b'id="repetir"', b'id="repetir_agora"')))
    made = cloned(shop, source)
    assert (shop.see(source).version, made.version) == (1, 2)


def test_a_finished_ticket_can_be_cloned(shop):
    source = shop.move(shop.open(), "executar")
    source = shop.move(source, "concluir", fields={"unidade": "1", "solucao": "feito"})
    assert cloned(shop, source).standing == "open"


def test_a_retired_subject_is_not_opened_anew(shop):
    source = shop.open(subject="eletrica")
    values = {"label": "Elétrica", "process": "pedido", "retired": True}
    shop.world.run(put, Put(registry="subjects", key="eletrica", values=values))
    with shop.refused(Invalid):
        cloned(shop, source)


def test_rights_to_clone_and_to_open_are_both_asked(shop):
    from engine.people.model import permission_rule

    source = shop.open()
    paula, ivo = shop.world.person("paula", "cliente_portal"), shop.world.person("ivo", "integracao")
    with shop.refused(NotFound):
        cloned(shop, source, actor=paula)
    with shop.refused(NotPermitted) as refusal:
        cloned(shop, source, actor=ivo)
    assert [one.details["decision"]["action"] for one in refusal.value.reasons] == ["ticket.clone"]

    def forbid(unit, _):
        unit.insert("rule:x", permission_rule, id="x", profile="agente", action="ticket.open", allow=False)
        unit.record("rule:x", "put")
        unit.new_authority()

    shop.world.run(forbid, None)
    with shop.refused(NotPermitted) as refusal:
        cloned(shop, source)
    assert [one.details["decision"]["action"] for one in refusal.value.reasons] == ["ticket.open"]


def test_a_repeated_key_clones_once(shop):
    source = shop.open()

    def render(made):
        return Answer(status=201, body=made.protocol.encode())

    key = Key("k1", b"same")
    ask = Clone(ticket=source.protocol)
    first, second = (shop.world.run(clone, ask, actor=shop.agent, key=key, render=render) for _ in range(2))
    assert (first.body, second.replayed) == (second.body, True)
    assert shop.deeds(source).count("cloned") == 1


def test_a_clone_moves_by_itself(shop):
    source = shop.open(priority="alta")
    made = cloned(shop, source)
    shop.world.run(move, Move(ticket=made.protocol, move="escalar"), actor=shop.agent)
    assert (shop.see(made).situation, shop.see(source).situation) == ("execucao_urgente", "triagem")

from __future__ import annotations

from datetime import timedelta

from engine.conversations.interacting import HandOver
from engine.conversations.saying import Words
from engine.demanding import PutDemand, put_demand

NOTE = Words(kind="note", text="Volto na quarta.")


def test_everything_in_one_command(desk):
    ticket = desk.open()
    at = desk.clock() + timedelta(days=2)
    done = desk.interact(
        ticket, words=NOTE, move="aguardar", next_action_at=at, hand_over=HandOver(responsible="bia"), reason="Pediu."
    )
    now = desk.see(ticket)
    assert (now.situation, now.next_action_at, now.person.login, now.team) == ("aguardando", at, "bia", "vendas")
    deeds = [row.deed for row in desk.history(ticket)]
    assert deeds == ["opened", "next_action", "altered", "moved", "noted"]
    assert done.interaction["seq"] == 5
    assert {row.actor for row in desk.history(ticket)} == {desk.agent.id}


def test_a_part_that_is_refused_takes_all_of_it_along(desk, traceless):
    ticket = desk.open()
    at = desk.clock() + timedelta(days=2)
    whole = {"words": NOTE, "next_action_at": at, "hand_over": HandOver(responsible="bia")}
    traceless("fields_missing", lambda: desk.interact(ticket, **whole | {"hand_over": None}, move="aguardar"))
    traceless("no_such_move", lambda: desk.interact(ticket, **whole, move="voar"))
    traceless("moved_meanwhile", lambda: desk.interact(ticket, **whole, move="encerrar"))
    traceless("invalid", lambda: desk.interact(ticket, **whole | {"hand_over": HandOver(team="nenhum")}))
    traceless(
        "invalid", lambda: desk.interact(ticket, **whole | {"hand_over": HandOver(team="campo", responsible="ana")})
    )
    traceless("next_action_past", lambda: desk.interact(ticket, **whole | {"next_action_at": desk.clock()}))
    traceless("text_missing", lambda: desk.interact(ticket, **whole | {"words": Words(kind="note")}))
    traceless("not_permitted", lambda: desk.interact(ticket, **whole, actor=desk.erp))


def test_forwarding_is_refused_while_a_required_field_is_empty(desk, traceless):
    """Hard rule 3, by interaction: the note is not kept either."""
    ticket = desk.open()
    desk.interact(ticket, move="executar")
    desk.interact(ticket, move="executado", fields={"unidade": "302"})
    desk.interact(ticket, fields={"unidade": "303"}, hand_over=HandOver(team="campo"))
    refused = traceless(
        "fields_missing",
        lambda: desk.interact(ticket, words=NOTE, fields={"unidade": None}, hand_over=HandOver(team="vendas")),
    )
    assert refused.extra["missing"] == ["unidade"]


def test_handing_over_to_a_team_queues_the_ticket(desk):
    """Also where the person is of that team, and where it is the ticket's own."""
    ticket = desk.open()
    desk.interact(ticket, hand_over=HandOver(responsible="bia"))
    desk.interact(ticket, hand_over=HandOver(team="vendas"))
    assert (desk.see(ticket).team, desk.see(ticket).responsible) == ("vendas", None)
    desk.interact(ticket, hand_over=HandOver(team="campo", responsible="bia"))
    assert (desk.see(ticket).team, desk.see(ticket).person.login) == ("campo", "bia")


def test_who_is_named_keeps_the_ticket_where_the_situation_has_a_team_of_its_own(desk):
    ticket = desk.open()
    desk.interact(ticket, move="executar", hand_over=HandOver(team="vendas", responsible="ana"))
    assert (desk.see(ticket).situation, desk.see(ticket).team, desk.see(ticket).person.login) == (
        "execucao", "vendas", "ana",
    )  # fmt: skip
    assert desk.history(ticket)[-1].detail["changed"]["team"] == ["campo", "vendas"]


def test_something_has_to_be_asked(desk, traceless):
    ticket = desk.open()
    traceless("nothing_asked", lambda: desk.interact(ticket))
    traceless("nothing_asked", lambda: desk.interact(ticket, hand_over=HandOver()))


def test_situation_said_again_must_be_the_present_one(desk, traceless):
    ticket = desk.open()
    found = traceless("moved_meanwhile", lambda: desk.interact(ticket, words=NOTE, situation="em_atendimento"))
    assert found.extra["present"]["situation"] == "aberto"
    desk.interact(ticket, words=NOTE, situation="aberto")


def test_nothing_is_demanded_until_the_installation_says_so(desk):
    ticket = desk.open()
    desk.say(ticket)
    desk.say(ticket, "record", channel="email")


def test_what_a_situation_and_channel_demand_is_data(desk, traceless):
    def demand(demands, **place):
        desk.world.run(put_demand, PutDemand(demands=demands, **place), actor=desk.boss)

    ticket = desk.open()
    at = desk.clock() + timedelta(days=1)
    demand(["next_action", "situation"], channel="note")
    demand([], process="conversa", situation="em_atendimento", channel="note")
    found = traceless("demanded", lambda: desk.say(ticket))
    assert found.extra["missing"] == ["situation", "next_action"]
    found = traceless("demanded", lambda: desk.interact(ticket, words=NOTE, situation="aberto"))
    assert found.extra["missing"] == ["next_action"]
    found = traceless("demanded", lambda: desk.interact(ticket, words=NOTE, next_action_at=at))
    assert found.extra["missing"] == ["situation"]
    desk.say(ticket, "record", channel="phone")
    desk.interact(ticket, words=NOTE, situation="aberto", next_action_at=at)
    desk.interact(ticket, words=NOTE, move="atender", fields={"unidade": "1"}, next_action_at=at + timedelta(days=1))
    desk.say(ticket)


def test_closing_words_need_no_next_action(desk):
    ticket = desk.open()
    desk.interact(ticket, move="atender", fields={"unidade": "1"})
    desk.world.run(put_demand, PutDemand(channel="note", demands=["next_action"]))
    desk.interact(ticket, words=NOTE, move="encerrar")
    assert desk.see(ticket).standing == "finished"


def test_most_particular_demand_counts(desk):
    from engine.registry.demands import Demand, Demands

    rows = [
        Demand(demands=("situation",)),
        Demand(channel="note", demands=("next_action",)),
        Demand(process="p", channel="email", demands=()),
        Demand(process="p", situation="s", demands=("situation", "next_action")),
    ]
    found = Demands({one.place: one for one in rows})
    assert found.of("q", "s", "phone") == ("situation",)
    assert found.of("q", "s", "note") == ("next_action",)
    assert found.of("p", "t", "email") == ()
    assert found.of("p", "s", "email") == ("situation", "next_action")


def test_demands_speak_of_what_exists(desk, traceless):
    def demand(**values):
        return lambda: desk.world.run(put_demand, PutDemand(**values), actor=desk.boss)

    traceless("invalid", demand(process="nenhum", demands=[]))
    traceless("invalid", demand(situation="aberto", demands=[]))
    traceless("invalid", demand(process="conversa", situation="abreto", demands=[]))
    traceless("invalid", demand(channel="fax", demands=[]))
    traceless("invalid", demand(demands=["coffee"]))
    traceless("not_found", demand(demands=None))
    before = desk.count()["interaction_demand"]
    demand(channel="note", demands=["situation"])()
    demand(channel="note", demands=None)()
    assert desk.count()["interaction_demand"] == before


def test_reopening_may_bring_a_next_action_and_a_hand_over(desk, traceless):
    ticket = desk.open(fields={"unidade": "1"})
    desk.interact(ticket, move="atender")
    desk.interact(ticket, move="encerrar")
    at = desk.clock() + timedelta(days=1)
    traceless("not_active", lambda: desk.interact(ticket, words=NOTE, next_action_at=at))
    traceless("not_active", lambda: desk.interact(ticket, words=NOTE, hand_over=HandOver(responsible="bia")))
    desk.interact(ticket, words=NOTE, move="reabrir", next_action_at=at, hand_over=HandOver(responsible="bia"))
    now = desk.see(ticket)
    assert (now.situation, now.next_action_at, now.person.login) == ("em_atendimento", at, "bia")

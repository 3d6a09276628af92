"""The hard rules, each tried on every way there is: its own door, interact, bulk, clone, repetition, message, timer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from ways import MAY, Ways

from engine.history import ticket_history
from engine.outbox import outbox
from engine.people.adding import AddPresets, add_presets
from engine.registry.putting import Put, put
from engine.schema import metadata
from engine.tickets.opening import Open, open_ticket
from engine.tickets.ticking import tick_all
from permissions import presets

MAY_NOT = "fabio.nunes"  # reads and draws processes, sees no ticket


@pytest.fixture
def ways(house):
    return Ways(house)


@pytest.fixture
def demanding(house):
    """A process whose table asks for fields wherever the ticket stands: `exigente` for one, its subsubject for two."""
    folder, run = Path(__file__).parent / "diagrams", house.world.run
    subjects = {key: {"label": key.title()} for key in ("exigente", "simples")}
    for key, values in subjects.items():
        run(put, Put(registry="subjects", key=key, values=values))
    run(put, Put(registry="subsubjects", key="exigente.defeito", values={"label": "Defeito"}))
    house.world.deploy(folder / "regras.bpmn", folder / "exigidos.dmn")
    for key, values in subjects.items():
        run(put, Put(registry="subjects", key=key, values=values | {"process": "regras"}))
    return house


DEMANDING = {"subject": "exigente", "subsubject": "exigente.defeito"}
BOTH = {"unidade": "1", "descricao_defeito": "x"}


def test_rule_1_a_task_needs_the_right_and_a_subsubject(ways, house):
    without = house.ticket(subsubject=None)["protocol"]
    ways.refused(ways.task(ways.boss, without), "subsubject_missing")
    ways.refused(ways.task(house.as_(MAY_NOT), house.ticket()["protocol"]))
    within = house.ticket()["protocol"]
    assert {name: way() for name, way in ways.task(ways.boss, within).items()} == {"bulk": set(), "door": set()}


@pytest.mark.parametrize("closing", ["resolver", "cancelar"])
def test_rule_2_links_need_active_tickets_at_both_ends(ways, house, closing):
    open_one, closed = house.ticket()["protocol"], house.started()
    fields = {"resolver": {"solucao": "ok"}, "cancelar": {"motivo_cancelamento": "Engano"}}[closing]
    house.moved(closed, closing, **fields)
    ways.refused(ways.link(ways.boss, open_one, closed["protocol"]), "not_active")
    ways.refused(ways.link(ways.boss, closed["protocol"], open_one), "not_active")
    clone = house.agent.post(f"/tickets/{closed['protocol']}/clone", {}).json["protocol"]
    assert house.agent.get(f"/tickets/{clone}/links").json["links"] == []  # a clone is no way around it
    assert set().union(*(way() for way in ways.link(ways.boss, open_one, house.ticket()["protocol"]).values())) == set()


def test_rule_3_the_move_asks_for_all_of_it_at_once(ways, house):
    fresh = house.ticket()["protocol"]
    ways.refused(ways.move(ways.boss, fresh, "iniciar_atendimento"), "fields_missing")
    started = house.started()["protocol"]
    ways.refused(ways.move(ways.boss, started, "acionar_assistencia"), "fields_missing")
    told = ways.boss.post(f"/tickets/{started}/moves", {"move": "acionar_assistencia"}).json
    assert set(told["missing"]) == {"descricao_defeito", "registro_fechado"}


def test_rule_3_the_proposed_subject_and_subsubject_count(ways, demanding):
    simple = demanding.ticket(subject="simples", subsubject=None)["protocol"]
    ways.refused(ways.alter(ways.boss, simple, **DEMANDING), "fields_missing")
    told = ways.boss.patch(f"/tickets/{simple}", DEMANDING).json
    assert set(told["missing"]) == set(BOTH)
    assert {way() == set() for way in ways.alter(ways.boss, simple, **DEMANDING, fields=BOTH).values()} == {True}


def test_rule_3_opening_cloning_and_opening_under_a_key_of_others(ways, demanding):
    agent = demanding.agent
    bare = {"title": "A"} | DEMANDING
    full = demanding.ticket(**DEMANDING, fields=BOTH)["protocol"]
    ways.refused(
        {
            "door": lambda: ways.codes(agent.post("/tickets", bare)),
            "natural key": lambda: ways.codes(agent.post("/tickets", bare | {"source": "erp", "external_id": "1"})),
            "clone": lambda: ways.codes(agent.post(f"/tickets/{full}/clone", {})),
        },
        "fields_missing",
    )
    assert set(agent.post("/tickets", bare).json["missing"]) == set(BOTH)


def test_rule_3_forwarding_and_handing_over_wait_for_what_became_required(ways, demanding):
    before = demanding.ticket(subject="exigente", subsubject=None, fields={"unidade": "1"})["protocol"]
    handed = {"hand_over": {"team": "assistencia"}}
    subsubject = {"subsubject": "exigente.defeito"}
    boss = ways.boss
    forward = subsubject | {"team": "assistencia"}
    ways.refused(ways.alter(boss, before, **forward), "fields_missing")
    assert ways.codes(boss.patch(f"/tickets/{before}", subsubject | {"fields": {"descricao_defeito": "x"}})) == set()
    ways.refused(ways.alter(boss, before, fields={"descricao_defeito": None}, team="assistencia"), "fields_missing")
    assert ways.codes(boss.post(f"/tickets/{before}/interact", handed)) == set()


def test_rule_3_what_comes_by_itself_never_fails_and_lists_what_is_missing(demanding):
    by_message, by_timer = (demanding.ticket(subject="simples", subsubject=None)["protocol"] for _ in range(2))
    for protocol in (by_message, by_timer):
        assert demanding.agent.post(f"/tickets/{protocol}/moves", {"move": "esperar"}).status_code == 200
    told = demanding.as_("erp").post(f"/tickets/{by_message}/messages", {"name": "pagamento_confirmado"})
    assert told.status_code == 200, told.text
    demanding.clock.forward(days=8)
    tick_all(demanding.engine)
    inbound = demanding.world.run(open_ticket, Open(title="E-mail", inbound=True, **DEMANDING)).ticket.protocol
    for protocol, missing in ((by_message, ["numero_boleto"]), (by_timer, ["numero_boleto"]), (inbound, list(BOTH))):
        seen = demanding.agent.get(f"/tickets/{protocol}").json
        assert seen["incomplete"] == missing
        assert seen["incident"] is None
    assert demanding.agent.get(f"/tickets/{by_timer}").json["situation"] == "trabalho"
    # … and the next thing that somebody chooses to do has to bring it.
    ended = demanding.agent.post(f"/tickets/{by_timer}/moves", {"move": "encerrar"})
    assert (ended.status_code, ended.json["missing"]) == (422, ["numero_boleto"])


def test_rule_4_moving_needs_the_right(ways, house):
    ticket = house.started()["protocol"]
    blind, seeing = house.as_(MAY_NOT), _reader(house)
    ways.refused(ways.move(blind, ticket, "resolver", solucao="ok"))
    for name, way in ways.move(seeing, ticket, "resolver", solucao="ok").items():
        assert way() & {"not_permitted", "profile_lacks"}, name


def test_rule_4_only_what_the_diagram_offers(ways, house):
    ticket = house.ticket()["protocol"]
    ways.refused(ways.move(ways.boss, ticket, "resolver", solucao="ok"), "moved_meanwhile")
    ways.refused(ways.move(ways.boss, ticket, "inventada"), "no_such_move")
    # A situation is no column: no way to name it anywhere else.
    for body in ({"situation": "finalizado"}, {"standing": "finished"}):
        assert ways.codes(ways.boss.patch(f"/tickets/{ticket}", body)) & {"shape", "invalid"}
    clone = house.agent.post(f"/tickets/{ticket}/clone", {"situation": "finalizado"})
    assert ways.codes(clone) == {"shape"}


def test_rule_4_a_repetition_asks_for_the_right_again(ways, house):
    ticket = house.started()["protocol"]
    body = {"move": "aguardar_cliente"}
    assert house.agent.post(f"/tickets/{ticket}/moves", body, key="k").status_code == 200
    altered = house.admin.patch("/people/ana.souza", {"profile": "desenhista"})
    assert altered.status_code == 200, altered.text
    assert house.agent.post(f"/tickets/{ticket}/moves", body, key="k").status_code == 404


def test_rule_5_only_subjects_of_that_kind_get_an_assistance(ways, house):
    ticket = house.ticket(subject="financeiro", subsubject=None)
    house.moved(ticket, "iniciar_atendimento")
    ways.refused(ways.move(ways.boss, ticket["protocol"], "acionar_assistencia"), "guard_false")
    there = {"situation": "assistencia_tecnica:visita_a_agendar", "reason": "atalho"}
    relocated = ways.boss.post(f"/tickets/{ticket['protocol']}/relocations", there)
    assert relocated.json["situation"] == "visita_a_agendar"  # it stands there, and has no assistance all the same
    assert _rows("technical_assistance", house) == _rows("visit", house) == []
    clone = house.agent.post(f"/tickets/{ticket['protocol']}/clone", {}).json["protocol"]
    ways.refused(ways.move(ways.boss, clone, "acionar_assistencia"), "moved_meanwhile")


def test_rule_5_the_subject_stays_of_that_kind_while_one_runs(ways, house):
    ticket = house.started()
    fields = {"descricao_defeito": "x", "registro_fechado": True}
    house.moved(ticket, "acionar_assistencia", **fields)
    ways.refused(ways.alter(ways.boss, ticket["protocol"], subject="financeiro", subsubject=None), "assistance_running")


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("mailed", [False, True])
def test_rule_6_only_what_is_flagged_reaches_the_customer(ways, house, shown, mailed):
    for way in ("interact", "bulk", "door"):
        ticket = house.ticket(customer="C-1001", channel="portal")["protocol"]
        words = {"kind": "manual_reply", "text": "Olá", "shown": shown, "mailed": mailed}
        told = ways.say(ways.boss, ticket, **words)[way]()
        if mailed and not shown:
            assert "hidden_but_mailed" in told, way
            assert _mailed(house, ticket) == []
            continue
        assert told == set(), way
        (said,) = house.agent.get(f"/tickets/{ticket}/interactions").json["interactions"]
        assert (said["shown"], said["customer_sees"], said["mailed"]) == (shown, shown, mailed)
        assert len(_mailed(house, ticket)) == int(mailed)


def test_rule_6_what_a_message_or_a_timer_does_is_shown_to_nobody(house):
    ticket = house.started()
    house.moved(ticket, "aguardar_cliente")
    house.clock.forward(days=60)
    tick_all(house.engine)
    assert house.agent.get(f"/tickets/{ticket['protocol']}/interactions").json["interactions"] == []
    assert _mailed(house, ticket["protocol"]) == []


def test_rule_7_an_automatic_reply_needs_a_registered_standard_reply(ways, house):
    ticket = house.ticket(customer="C-1001")["protocol"]
    ways.refused(ways.say(ways.boss, ticket, kind="automatic_reply"), "standard_reply_missing")
    ways.refused(ways.say(ways.boss, ticket, kind="automatic_reply", standard_reply="inventada"))
    house.world.run(put, Put(registry="standard_replies", key="velha", values={"label": "V", "text": "v"}))
    house.world.run(
        put, Put(registry="standard_replies", key="velha", values={"label": "V", "text": "v", "retired": True})
    )
    ways.refused(ways.say(ways.boss, ticket, kind="automatic_reply", standard_reply="velha"))


def test_rule_17_every_way_leaves_a_trace_of_who_when_and_what(ways, house):
    deeds = {
        "moved": lambda p: ways.move(ways.boss, p, "iniciar_atendimento", unidade="1"),
        "altered": lambda p: ways.alter(ways.boss, p, priority="alta"),
        "linked": lambda p: ways.link(ways.boss, p, house.ticket()["protocol"]),
        "replied": lambda p: ways.say(ways.boss, p, kind="manual_reply", text="Olá"),
        "task_created": lambda p: ways.task(ways.boss, p),
    }
    for deed, make in deeds.items():
        for name in make(house.ticket()["protocol"]):
            ticket = house.ticket()["protocol"]
            house.clock.forward(minutes=7)
            before = _history(house, ticket)
            assert make(ticket)[name]() == set(), (deed, name)
            added = _history(house, ticket)[len(before) :]
            assert added, (deed, name)
            assert {(row.actor, row.at) for row in added} == {(_id(house, MAY), house.clock())}, (deed, name)
            assert [row.seq for row in added] == [len(before) + 1 + n for n in range(len(added))]
            if name.startswith("bulk"):
                assert all((row.detail or {}).get("bulk") for row in added), (deed, name)


def test_rule_17_what_comes_by_itself_says_what_of_the_diagram_did_it(demanding):
    protocol = demanding.ticket(subject="simples", subsubject=None)["protocol"]
    demanding.agent.post(f"/tickets/{protocol}/moves", {"move": "esperar"})
    demanding.clock.forward(days=8)
    tick_all(demanding.engine)
    last = demanding.agent.get(f"/tickets/{protocol}/history?limit=100").json["history"][-1]
    assert (last["actor"], last["cause"]["element"], last["entered"]) == (
        "system:timer",
        "uma_semana",
        "regras:trabalho",
    )


def _reader(house):
    """Somebody who may read tickets, and order bulk deeds for them, but do nothing of it."""
    allowed = {"key": "so_leitura", "label_pt": "Leitura", "label_en": "Reader", "description": "-", "scope": "all"}
    lines = [f'{name} = "{value}"' for name, value in allowed.items()]
    text = "\n".join([*lines, "[profile]", 'allow = ["ticket.read", "ticket.bulk"]'])
    house.world.run(add_presets, AddPresets(presets=[presets.read("so_leitura.toml", text)]))
    house.world.person("leitora", "so_leitura")
    token = house.admin.post("/people/leitora/tokens", {"label": "x"}).json["token"]
    return type(house.admin)(house.client, token)


def _id(house, login):
    people = house.world.read(lambda unit, _: unit.catalogue.people, None)
    return next(f"user:{one.id}" for one in people.values() if one.login == login)


def _history(house, protocol):
    table = metadata.tables["ticket"]
    wanted = (
        select(ticket_history)
        .join(table, table.c.id == ticket_history.c.ticket_id)
        .where(table.c.protocol == protocol)
        .order_by(ticket_history.c.seq)
    )
    with house.engine.reading.connect() as connection:
        return connection.execute(wanted).all()


def _rows(table, house):
    with house.engine.reading.connect() as connection:
        return connection.execute(select(metadata.tables[table])).all()


def _mailed(house, protocol):
    """Outbox rows that hand words of the ticket on to the customer."""
    table = metadata.tables["ticket"]
    wanted = select(outbox.c.topic).join(table, table.c.id == outbox.c.ticket_id).where(table.c.protocol == protocol)
    with house.engine.reading.connect() as connection:
        return [topic for topic in connection.execute(wanted).scalars() if topic.startswith("interaction")]

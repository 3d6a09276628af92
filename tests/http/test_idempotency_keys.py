"""A retry is safe: one effect, one answer, byte for byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.db import metadata
from engine.people.knowing import hash_of
from engine.people.model import token as tokens
from engine.scheduler import forget_all

OPENING = {"title": "Sem luz", "subject": "eletrica"}


def same(first, second):
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert (second.status_code, second.data) == (first.status_code, first.data)
    for name in ("ETag", "Location", "Content-Type"):
        assert second.headers.get(name) == first.headers.get(name)


def test_every_write_answers_a_repetition_byte_for_byte(house):
    ticket, moved = house.ticket(), house.started()
    path = f"/tickets/{ticket['protocol']}"
    diagram = ("pequeno.bpmn", _small_diagram())
    for number, (who, method, where, body) in enumerate(
        [
            (house.agent, "POST", "/tickets", OPENING),
            (house.agent, "PATCH", path, {"priority": "alta"}),
            (house.agent, "POST", f"{path}/moves", {"move": "iniciar_atendimento", "fields": {"unidade": "1"}}),
            (house.as_("erp"), "POST", f"{path}/messages", {"name": "pagamento_confirmado"}),
            (house.admin, "POST", f"/tickets/{moved['protocol']}/relocations", {"situation": "aberto", "reason": "x"}),
            (house.admin, "POST", "/people", {"login": "novo", "name": "Novo", "profile": "agente"}),
            (house.admin, "POST", "/people/ana.souza/tokens", {"label": "teste"}),
            (house.admin, "PUT", "/customers/K-1", {"name": "Cliente"}),
            (house.admin, "PUT", "/registry/teams/nova", {"label": "Nova"}),
            (house.admin, "POST", "/processes", {"files": [{"name": diagram[0], "content": diagram[1]}]}),
        ]
    ):
        first = who(method, where, body, key=f"k-{number}")
        assert first.status_code in {200, 201}, first.text
        before = house.rows()
        same(first, who(method, where, body, key=f"k-{number}"))
        assert house.rows() == before, where


def _small_diagram():
    return """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
  <bpmn:process id="pequeno" name="Pequeno" isExecutable="true">
    <bpmn:startEvent id="inicio"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="novo" name="Novo">
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>fechar</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="fim" name="Fim"><bpmn:incoming>fechar</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="a" sourceRef="inicio" targetRef="novo" />
    <bpmn:sequenceFlow id="fechar" name="Fechar" sourceRef="novo" targetRef="fim" />
  </bpmn:process>
</bpmn:definitions>"""


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_order_of_names_means_nothing(house):
    first = house.agent("POST", "/tickets", raw=b'{"title": "A", "subject": "eletrica"}', key="k")
    same(first, house.agent("POST", "/tickets", raw=b'{ "subject":"eletrica","title":"A" }', key="k"))


def test_another_request_under_the_key_is_refused(house, problem):
    ticket = house.ticket()
    path = f"/tickets/{ticket['protocol']}"
    first = house.agent.patch(path, {"priority": "alta"}, key="k", match='"1"')
    assert first.status_code == 200
    before = house.rows()
    for again in (
        lambda: house.agent.patch(path, {"priority": "baixa"}, key="k", match='"1"'),
        lambda: house.agent.patch(path, {"priority": "alta"}, key="k"),
        lambda: house.agent.post(f"{path}/moves", {"move": "iniciar_atendimento"}, key="k"),
        lambda: house.agent.post("/tickets", OPENING, key="k"),
    ):
        problem(again(), 422, "key_reused")
    assert house.rows() == before
    same(first, house.agent.patch(path, {"priority": "alta"}, key="k", match='"1"'))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_key_belongs_to_its_person(house):
    first = house.agent.post("/tickets", OPENING, key="k")
    other = house.admin.post("/tickets", OPENING, key="k")
    assert (first.status_code, other.status_code) == (201, 201)
    assert other.json["protocol"] != first.json["protocol"]


def test_a_refusal_frees_the_key(house, problem):
    ticket = house.ticket()
    path, body = f"/tickets/{ticket['protocol']}/moves", {"move": "iniciar_atendimento"}
    before = house.rows()
    problem(house.agent.post(path, body, key="k"), 422, "fields_missing")
    assert house.rows() == before
    house.agent.patch(f"/tickets/{ticket['protocol']}", {"fields": {"unidade": "1"}})
    assert house.agent.post(path, body, key="k").status_code == 200


def test_a_revoked_token_is_not_answered_from_the_store(house, problem):
    first = house.agent.post("/tickets", OPENING, key="k")
    assert first.status_code == 201
    house.world.run(_revoke, house.agent.token)
    problem(house.agent.post("/tickets", OPENING, key="k"), 401, "not_authenticated")


def _revoke(unit, token):
    person = next(p for p in unit.catalogue.people.values() if p.login == "ana.souza")
    unit.update(f"person:{person.id}", tokens, {"hash": hash_of(token)}, revoked_at=unit.now)
    unit.record(f"person:{person.id}", "token_revoked")
    unit.new_authority()


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_read_any_more_is_not_answered_from_the_store(house, problem):
    ticket = house.ticket()
    path, body = f"/tickets/{ticket['protocol']}", {"priority": "alta"}
    assert house.agent.patch(path, body, key="k").status_code == 200
    house.world.run(_forbid_reading, "agente")
    problem(house.agent.patch(path, body, key="k"), 404, "not_found")


def _forbid_reading(unit, profile):
    from engine.people.model import permission_rule

    about = f"profile:{profile}"
    unit.insert(about, permission_rule, id="proibido", profile=profile, action="ticket.read", allow=False)
    unit.record(about, "rule_added")
    unit.new_authority()


def test_the_same_key_at_once_has_one_effect(house):
    house.agent.get("/me")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: house.as_("ana.souza").post("/tickets", OPENING, key="k"), range(6)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.data for a in answers}) == 1
    assert sum("Idempotency-Replayed" not in a.headers for a in answers) == 1
    assert len(house.agent.get("/tickets").json["tickets"]) == 1


def test_answers_are_kept_for_a_day(house):
    first = house.agent.post("/tickets", OPENING, key="k")
    house.clock.forward(hours=23)
    assert forget_all(house.engine) == 0
    same(first, house.agent.post("/tickets", OPENING, key="k"))
    house.clock.forward(hours=2)
    assert forget_all(house.engine) == 1
    assert house.agent.post("/tickets", OPENING, key="k").json["protocol"] != first.json["protocol"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_key_is_visible_ascii(house, problem):
    before = house.rows()
    for key in ("", " ", "a b", "é", "x" * 201, "tab\tulator", "\x7f"):
        answer = house.agent("POST", "/tickets", OPENING, headers={"Idempotency-Key": key})
        problem(answer, 400, "malformed")
    assert house.rows() == before


def test_a_token_is_nowhere_at_rest_not_even_in_a_stored_answer(house):
    found = house.admin.post("/people/ana.souza/tokens", {"label": "teste"}, key="k")
    token = found.json["token"]
    assert house.as_("ana.souza").get("/me").status_code == 200
    with house.engine.reading.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)):
                for value in row:
                    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    assert token not in text, table.name


def test_a_stored_token_is_opened_only_by_the_token_that_asked_for_it(house, problem):
    asked = house.admin.post("/people/admin/tokens", {"label": "outro"}, key="a")
    other = type(house.admin)(house.client, asked.json["token"])
    first = house.admin.post("/people/ana.souza/tokens", {"label": "teste"}, key="k")
    same(first, house.admin.post("/people/ana.souza/tokens", {"label": "teste"}, key="k"))
    problem(other.post("/people/ana.souza/tokens", {"label": "teste"}, key="k"), 422, "key_reused")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_token_ends_when_it_said(house, problem):
    answer = house.admin.post("/people/ana.souza/tokens", {"label": "curto", "days": 1})
    short = type(house.admin)(house.client, answer.json["token"])
    assert short.get("/me").status_code == 200
    house.clock.at += timedelta(days=1)
    problem(short.get("/me"), 401, "not_authenticated")
    assert house.agent.get("/me").status_code == 200

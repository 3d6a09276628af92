"""Clocks, calendars, policies and reports behind their doors: a manager asks once why something is red."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from engine.queues.announcing import announce_all

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
WEEK = ["seg-sex 08:00-12:00 13:00-18:00"]


@pytest.fixture
def manager(house):
    return house.as_("elisa.prado")


def test_why_is_this_red(house, manager):
    house.clock.at = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)  # Friday, five in the afternoon
    protocol = house.ticket()["protocol"]
    house.clock.at = datetime(2026, 3, 7, 14, 30, tzinfo=UTC)  # Saturday, half past eleven
    found = house.agent.get(f"/tickets/{protocol}/sla/explain").json
    (clock,) = found["clocks"]
    assert (clock["clock"], clock["rule"]["amount"], clock["calendar"]["key"]) == ("situation", "PT4H", "comercial")
    assert (clock["red"], clock["limit_at"], clock["overdue_s"]) == (True, "2026-03-07T14:00:00Z", 1800)
    assert [(one["kind"], one.get("because"), one["seconds"]) for one in clock["intervals"]] == [
        ("counted", None, 3600),
        ("off_hours", "off_hours", 14 * 3600),
        ("counted", None, 12600),
    ]
    assert sum(found["seconds"].values()) == sum(one["seconds"] for one in found["intervals"]) == 66600
    assert "intervals" not in house.agent.get(f"/tickets/{protocol}/sla").json["clocks"][0]
    before = house.agent.get(f"/tickets/{protocol}/sla?as_of=2026-03-07T13:59:59.999999Z").json["clocks"][0]
    assert (before["red"], before["remaining_s"]) == (False, 0)
    limits = manager.get("/reports/limits?red=true").json["limits"]
    assert [(one["ticket"], one["clock"], one["time_left_s"]) for one in limits] == [(protocol, "situation", -1800)]


def test_a_calendar_by_the_month_and_its_versions(house, problem):
    found = house.agent.get("/calendars/comercial?month=2026-02").json
    days = {one["date"][-2:]: one for one in found["days"]}
    assert (days["17"]["holiday"], days["17"]["worked_s"], days["17"]["weekday"]) == ("Carnaval", 0, "ter")
    assert (days["18"]["periods"], days["18"]["worked_s"]) == (["08:00-12:00", "13:00-18:00"], 9 * 3600)
    assert found["worked_s"] == sum(one["worked_s"] for one in found["days"])
    body = {
        "label": "Horário comercial",
        "week": WEEK,
        "days": ["02-18 13:00-18:00 Cinzas"],
        "valid_from": "2026-02-10",
    }
    assert house.admin.put("/registry/calendars/comercial", body).status_code == 200
    found = house.agent.get("/calendars/comercial?month=2026-02").json
    assert [one["version"] for one in found["days"]] == [1] * 9 + [2] * 19
    assert found["days"][17]["holiday"] == "Cinzas"
    assert [one["valid_from"] for one in found["versions"]] == [None, "2026-02-10"]
    refreshes = house.admin.get("/clock-refreshes").json["refreshes"]
    assert [one["because"] for one in refreshes[:2]] == ["calendars/comercial"] * 2
    problem(house.agent.get("/calendars/nada"), 404, "not_found")
    problem(house.agent.get("/calendars/comercial?month=2026-13"), 422, "invalid")


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("week", ["seg-sex 08:00"], "week: 'seg-sex 08:00' não serve; use por exemplo"),
        ("week", ["seg 08:00-07:00"], "termina antes de começar; o que passa da meia-noite continua no dia seguinte"),
        ("week", ["seg 08:00-12:00 12:00-13:00"], "12:00-13:00 começa antes do fim do período anterior"),
        ("week", ["seg 08:00-12:00", "seg-ter 13:00-18:00"], "week: seg aparece mais de uma vez"),
        ("week", ["sex-seg 08:00-12:00"], "começa depois de terminar; a semana vai de seg a dom"),
        ("week", ["seg 08:00-24:30"], "08:00-24:30 não é um período; as horas vão de 00:00 a 24:00"),
        ("days", ["2026-02-30 fechado Nunca"], "esse dia não existe"),
        ("days", ["2026-02-03 fechado"], "days: '2026-02-03 fechado' não serve"),
        ("zone", "America/Goiania", "zone: use um fuso da base IANA, por exemplo America/Sao_Paulo"),
        ("holidays", "BR-XX", "não há estado 'XX' em BR; existem AC, AL"),
        ("optional_holidays", ["Carnaval"], "optional_holidays: só com holidays"),
        ("valid_from", "amanhã", "valid_from: use um dia de 1970 a 2199, como 2026-03-01"),
    ],
)
def test_what_a_calendar_cannot_be(house, problem, member, value, told):
    answer = house.admin.put("/registry/calendars/novo", {"label": "Novo", member: value})
    assert told in problem(answer, 422, "invalid")["detail"]


def test_optional_holidays_are_chosen_by_name(house, problem):
    body = {"label": "SP", "week": WEEK, "holidays": "BR-SP", "optional_holidays": ["Carnaval de rua"]}
    detail = problem(house.admin.put("/registry/calendars/sp", body), 422, "invalid")["detail"]
    assert "optional_holidays: Carnaval de rua não existe; existem todos, Carnaval, Corpus Christi" in detail
    assert house.admin.put("/registry/calendars/sp", body | {"optional_holidays": ["Carnaval"]}).status_code == 200
    found = house.admin.get("/calendars/sp?month=2026-07").json
    assert [one["holiday"] for one in found["days"] if one["holiday"]] == ["Revolução Constitucionalista"]


def test_a_policy_and_the_tickets_it_concerns(house):
    body = {"label": "Padrão", "first_response": "PT1H", "resolution": "P2D", "valid_from": "2026-01-01"}
    assert house.admin.put("/registry/sla_policies/padrao", body).status_code == 200
    house.clock.at = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    protocol = house.ticket()["protocol"]
    clocks = {one["clock"]: one for one in house.agent.get(f"/tickets/{protocol}/sla").json["clocks"]}
    assert clocks["resolution"]["limit_at"] == "2026-03-04T13:00:00Z"
    assert clocks["first_response"]["limit_at"] == "2026-03-02T14:00:00Z"
    assert clocks["resolution"]["rule"] == {
        "source": "policy", "policy": "padrao", "label": "Padrão", "version": 1,
        "valid_from": "2026-01-01T03:00:00Z", "criteria": {}, "amount": "P2D",
    }  # fmt: skip
    words = {"kind": "manual_reply", "text": "Já vimos.", "shown": True}
    assert house.agent.post(f"/tickets/{protocol}/interactions", words).status_code == 201
    clocks = {one["clock"]: one for one in house.agent.get(f"/tickets/{protocol}/sla").json["clocks"]}
    assert (clocks["first_response"]["state"], clocks["first_response"]["breached"]) == ("over", False)


def test_reports_as_json_as_csv_and_on_the_diagram(house, manager):
    begun = house.started()
    house.clock.at += timedelta(hours=3)
    house.moved(begun, "negociar")
    house.clock.at += timedelta(hours=1)
    found = manager.get("/reports/stays").json
    rows = {row["key"]: row for row in found["rows"]}
    assert rows["atendimento:em_atendimento"]["dwell_median_s"] == 3 * 3600
    table = list(csv.DictReader(io.StringIO(manager.get("/reports/stays.csv?by=team").data.decode("utf-8-sig"))))
    assert {row["key"] for row in table} == {"atendimento", "financeiro"}
    heat = manager.get("/processes/atendimento/heat").json
    shares = {one["element"]: one["share"] for one in heat["elements"]}
    assert shares["em_atendimento"] == 0.75
    assert abs(sum(shares.values()) - 1) < 0.001
    policies = manager.get("/reports/policies?by=team")
    assert policies.json["rows"] == []


def test_limits_page_by_page_with_the_activities_that_have_some(house, manager):
    begun = house.started()
    at = house.clock.at
    for n in range(1, 4):
        ask = {"name": f"n{n}", "team": "atendimento", "limit_at": (at + timedelta(hours=n)).isoformat()}
        if n == 2:
            ask["ticket"] = begun["protocol"]
        assert house.agent.post("/activities", ask).status_code == 201
    first = manager.get("/reports/limits?clock=activity&limit=2&within_h=6").json
    assert [(one["name"], one["ticket"], one["ring"]) for one in first["limits"]] == [
        ("n1", None, "yellow"),
        ("n2", begun["protocol"], "yellow"),
    ]
    assert first["counts"]["activity"] == 3
    rest = manager.get(first["next"].removeprefix("/api/v1")).json
    assert ([one["name"] for one in rest["limits"]], rest["next"], rest["cursor"]) == (["n3"], None, None)
    assert manager.get(f"/reports/limits?clock=activity&cursor={first['cursor']}").json["limits"] == rest["limits"]


def test_who_was_told_when_from_one_call(house):
    house.clock.at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    protocol = house.started()["protocol"]
    ask = {"name": "Ligar", "kind": "call", "responsible": "ana.souza", "ticket": protocol}
    made = house.agent.post("/activities", ask | {"limit_at": "2026-03-02T13:00:00Z"}).json
    house.clock.at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    announce_all(house.engine)
    found = house.agent.get(f"/tickets/{protocol}/sla/explain").json["announcements"]
    assert found == house.agent.get(f"/tickets/{protocol}/announcements").json["announcements"]
    (told,) = (one for one in found if one["item"] == made["id"] and one["threshold"] == "limit")
    assert (told["kind"], told["name"], told["ring"]) == ("call", "Ligar", "red")
    assert (told["due_at"], told["at"]) == ("2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z")
    assert told["told"] == [{"login": "ana.souza", "name": "Ana Souza"}]
    assert house.agent.get(f"/activities/{made['id']}/sla").json["announcements"] == [
        one for one in found if one["item"] == made["id"]
    ]
    before = house.agent.get(f"/tickets/{protocol}/sla/explain?as_of=2026-03-02T13:59:59Z").json
    assert before["announcements"] == []

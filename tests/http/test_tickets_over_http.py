"""What a backend caller does with tickets, and what it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest


def test_a_ticket_goes_its_way(house):
    opened = house.ticket(customer="C-1001")
    assert (opened["situation"], opened["standing"], opened["revision"]) == ("aberto", "open", 1)
    assert opened["customer"] == "C-1001"
    assert opened["customer_sees"] == "Recebido"
    assert opened["team"] == "atendimento"
    started = house.moved(opened, "iniciar_atendimento", unidade="Torre A, 302")
    assert (started["situation_label"], started["revision"]) == ("Em atendimento", 2)
    assert started["fields"] == {"unidade": "Torre A, 302"}
    solved = house.moved(started, "resolver", solucao="Trocado o sifão")
    assert (solved["situation"], solved["standing"]) == ("resolvido", "finished")
    rows = house.agent.get(f"/tickets/{opened['protocol']}/history").json["history"]
    assert [row["deed"] for row in rows] == ["opened", "moved", "moved"]
    assert rows[1]["actor_name"] == "Ana Souza"
    assert (rows[1]["left"], rows[1]["entered"]) == ("atendimento:aberto", "atendimento:em_atendimento")
    assert rows[2]["detail"] == {"fields": ["solucao"]}  # that it was filled, not with what


@pytest.mark.parametrize("database", ["sqlite"])
def test_opening_says_where_the_ticket_is(house):
    answer = house.agent.post("/tickets", {"title": "Sem luz", "subject": "eletrica"})
    assert answer.headers["Location"] == f"/api/v1/tickets/{answer.json['protocol']}"
    assert answer.headers["ETag"] == '"1"'
    again = house.agent.get(answer.headers["Location"].removeprefix("/api/v1"))
    assert again.json == {k: v for k, v in answer.json.items() if k != "repeated"} | {
        "header": again.json["header"],
        "activities": [],
        "open_incident": None,
    }
    assert again.json["header"]["opened_by"] == "Ana Souza"
    assert again.headers["ETag"] == '"1"'


def test_opened_twice_under_one_natural_key_is_one_ticket(house):
    body = {"title": "Sem luz", "subject": "eletrica", "source": "erp", "external_id": "4711"}
    first = house.agent.post("/tickets", body)
    second = house.agent.post("/tickets", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json | {"repeated": True}


def test_an_event_told_twice_moves_once(house):
    ticket = house.ticket()
    body = {
        "move": "iniciar_atendimento",
        "fields": {"unidade": "12"},
        "source": "erp",
        "event_id": "e-1",
        "reason": "chegou a vez",
    }
    first = house.agent.post(f"/tickets/{ticket['protocol']}/moves", body)
    second = house.agent.post(f"/tickets/{ticket['protocol']}/moves", body)
    assert (first.json["repeated"], second.json["repeated"]) == (False, True)
    assert second.json["revision"] == first.json["revision"] == 2
    rows = house.agent.get(f"/tickets/{ticket['protocol']}/history").json["history"]
    assert [row["reason"] for row in rows] == [None, "chegou a vez"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_moves_say_what_stands_in_the_way(house):
    ticket = house.started()
    answer = house.agent.get(f"/tickets/{ticket['protocol']}/moves")
    assert answer.headers["ETag"] == '"2"'
    moves = {one["move"]: one for one in answer.json["moves"]}
    assert answer.json["profile"] == "agente"
    assert moves["negociar"]["allowed"] is True
    assert moves["negociar"]["leads_to"]["label"] == "Em negociação"
    assert moves["resolver"]["missing"] == ["solucao"]
    (reason,) = moves["resolver"]["reasons"]
    assert (reason["code"], reason["fix"]) == ("fields_missing", "Envie solucao em `fields`.")


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_refusal_carries_the_same_reasons_as_the_list(house, problem):
    ticket = house.started()
    path = f"/tickets/{ticket['protocol']}/moves"
    listed = {one["move"]: one["reasons"] for one in house.agent.get(path).json["moves"]}
    refused = problem(house.agent.post(path, {"move": "resolver"}), 422, "fields_missing")
    assert refused["reasons"] == listed["resolver"]
    assert refused["missing"] == ["solucao"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_as_profile_needs_a_right_and_changes_nothing_else(house, problem):
    ticket = house.ticket()
    path = f"/tickets/{ticket['protocol']}/moves?as_profile=cliente_portal"
    problem(house.agent.get(path), 403, "not_permitted")
    answer = house.as_("elisa.prado").get(path)
    assert answer.json["profile"] == "cliente_portal"
    assert all("profile_lacks" in [r["code"] for r in one["reasons"]] for one in answer.json["moves"])
    unknown = house.as_("elisa.prado").get(f"/tickets/{ticket['protocol']}/moves?as_profile=marciano")
    problem(unknown, 422, "profile_unknown")


def test_a_stale_if_match_is_refused_and_tells_what_happened(house, problem):
    ticket = house.ticket()
    house.moved(ticket, "iniciar_atendimento", unidade="12")
    for method, path, body in (
        ("POST", "/moves", {"move": "resolver", "fields": {"solucao": "ok"}}),
        ("PATCH", "", {"priority": "alta"}),
    ):
        answer = house.agent(method, f"/tickets/{ticket['protocol']}{path}", body, match='"1"')
        refused = problem(answer, 412, "stale")
        assert refused["present"]["revision"] == 2
        assert refused["happened"]["deed"] == "moved"
    relocated = house.admin.post(
        f"/tickets/{ticket['protocol']}/relocations", {"situation": "aberto", "reason": "engano"}, match='"1"'
    )
    problem(relocated, 412, "stale")
    assert house.agent.get(f"/tickets/{ticket['protocol']}").json["revision"] == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_fresh_if_match_or_a_star_goes_through(house):
    ticket = house.ticket()
    path = f"/tickets/{ticket['protocol']}"
    assert house.agent.patch(path, {"priority": "alta"}, match='"1"').headers["ETag"] == '"2"'
    assert house.agent.patch(path, {"priority": "baixa"}, match="*").headers["ETag"] == '"3"'


@pytest.mark.parametrize("database", ["sqlite"])
def test_somebody_else_was_quicker(house, problem):
    ticket = house.ticket()
    house.moved(ticket, "iniciar_atendimento", unidade="12")
    answer = house.agent.post(f"/tickets/{ticket['protocol']}/moves", {"move": "iniciar_atendimento"})
    refused = problem(answer, 409, "moved_meanwhile")
    assert refused["present"]["situation"] == "em_atendimento"
    assert refused["happened"]["entered"] == "atendimento:em_atendimento"
    assert refused["happened"]["actor_name"] == "Ana Souza"
    assert refused["happened"]["at"].endswith("Z")


def test_altering_changes_what_is_said_and_nothing_else(house):
    ticket = house.ticket(description="Pinga.")
    body = {"responsible": "ana.souza", "priority": "alta", "fields": {"unidade": "77"}}
    altered = house.agent.patch(f"/tickets/{ticket['protocol']}", body).json
    assert (altered["responsible"], altered["priority"], altered["fields"]) == ("ana.souza", "alta", {"unidade": "77"})
    assert (altered["title"], altered["description"], altered["revision"]) == (ticket["title"], "Pinga.", 2)
    back = house.agent.patch(f"/tickets/{ticket['protocol']}", {"responsible": None}).json
    assert back["responsible"] is None


def test_relocating_is_a_right_of_its_own(house, problem):
    ticket = house.started()
    path, body = f"/tickets/{ticket['protocol']}/relocations", {"situation": "aberto", "reason": "engano"}
    problem(house.agent.post(path, body), 403, "not_permitted")
    relocated = house.admin.post(path, body, match='"2"')
    assert relocated.status_code == 200, relocated.text
    assert (relocated.json["situation"], relocated.json["revision"]) == ("aberto", 3)
    (row,) = house.agent.get(f"/tickets/{ticket['protocol']}/history?after=2").json["history"]
    assert (row["deed"], row["reason"]) == ("relocated", "engano")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_message_nobody_waits_for_is_recorded(house, problem):
    ticket = house.ticket()
    path = f"/tickets/{ticket['protocol']}/messages"
    problem(house.agent.post(path, {"name": "pagamento_confirmado"}), 403, "not_permitted")
    erp = house.as_("erp")
    answer = erp.post(path, {"name": "pagamento_confirmado", "payload": {"valor": 12.5}})
    assert (answer.json["delivered"], answer.json["ticket"]["situation"]) == (False, "aberto")
    problem(erp.post(path, {"name": "customer_replied"}), 422, "message_reserved")
    problem(erp.post(path, {"name": "nunca_vi"}), 422, "message_unknown")
    problem(erp.post(path, {"name": "pagamento_confirmado", "payload": {"cor": "azul"}}), 422, "payload")


def test_an_activity_is_shown_and_finished(house, problem):
    ticket = house.started()
    house.moved(ticket, "negociar")
    whole = house.agent.get(f"/tickets/{ticket['protocol']}").json
    (activity,) = whole["activities"]
    assert (activity["status"], activity["team"]) == ("queued", "financeiro")
    told = problem(house.agent.post(f"/activities/{activity['id']}/finish", {}), 403, "not_permitted")
    assert [reason["code"] for reason in told["reasons"]] == ["not_yours"]  # Ana is not in that team; Carla is
    answer = house.as_("carla.dias").post(f"/activities/{activity['id']}/finish", {"outcome": "done"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["activity"], answer.json["outcome"]) == (activity["id"], "done")
    assert answer.json["ticket"]["protocol"] == ticket["protocol"]
    assert house.agent.get(f"/tickets/{ticket['protocol']}").json["activities"] == []
    again = problem(house.agent.post(f"/activities/{activity['id']}/finish", {}), 409, "activity_finished")
    assert again["present"]["outcome"] == "done"


def test_an_incident_is_told(house):
    ticket = house.ticket()
    house.world.run(_get_stuck, ticket["protocol"])
    whole = house.agent.get(f"/tickets/{ticket['protocol']}").json
    assert whole["incident"] == 2
    assert (whole["open_incident"]["seq"], whole["open_incident"]["detail"]) == (2, "Falta um valor.")


def _get_stuck(unit, protocol):
    from engine.runtime.movement import Stuck
    from engine.tickets.access import readable_ticket
    from engine.tickets.following import open_incident

    ticket = readable_ticket(unit, protocol, lock=True)
    stuck = Stuck("undecided", process="atendimento", element="aberto", detail="Falta um valor.")
    open_incident(unit, ticket, stuck, actor="system:timer")


def test_lists_are_filtered_and_paged_without_loss(house):
    titles = [f"Chamado {n}" for n in range(7)]
    for title in titles:
        house.clock.forward(minutes=1)
        house.ticket(title=title)
    house.ticket(title="De outro assunto", subject="financeiro", subsubject=None)
    found, path = [], "/tickets?limit=3&subject=hidraulica&sort=opened_at&standing=open"
    while path:
        page = house.agent.get(path.removeprefix("/api/v1")).json
        found += [one["title"] for one in page["tickets"]]
        path = page["next"]
        if path:
            query = parse_qs(urlsplit(path).query)
            assert query["cursor"] == [page["cursor"]]
            assert query["subject"] == ["hidraulica"]
            house.ticket(title="aberto no meio", subject="financeiro", subsubject=None)
    assert found == titles
    assert len(house.agent.get("/tickets?team=financeiro").json["tickets"]) == 3
    assert house.agent.get("/tickets?situation=resolvido").json["tickets"] == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_lists_know_responsible_people(house, problem):
    ticket = house.ticket()
    house.ticket(title="De ninguém")
    house.agent.patch(f"/tickets/{ticket['protocol']}", {"responsible": "ana.souza"})
    (mine,) = house.agent.get("/tickets?responsible=ana.souza").json["tickets"]
    assert (mine["protocol"], mine["responsible"]) == (ticket["protocol"], "ana.souza")
    (nobodys,) = house.agent.get("/tickets?responsible=none").json["tickets"]
    assert nobodys["title"] == "De ninguém"
    problem(house.agent.get("/tickets?responsible=marciano"), 422, "person_unknown")


def test_words_are_found_and_break_nothing(house):
    ticket = house.ticket(title="Torneira pingando", description="no banheiro da suíte")
    house.ticket(title="Outra coisa")
    for words in ("torneira", "pingando", "banheiro", ticket["protocol"]):
        found = house.agent.get("/tickets", query_string={"text": words}).json["tickets"]
        assert [one["protocol"] for one in found] == [ticket["protocol"]], words
    for words in ("***", '"', "a OR", "NEAR(", "   ", "'; drop table ticket", "%", "é" * 200, "\u2028", "-", "!"):
        assert house.agent.get("/tickets", query_string={"text": words}).status_code == 200, words


def test_a_cursor_is_used_as_it_was_given(house, problem):
    for _ in range(3):
        house.ticket()
    cursor = house.agent.get("/tickets?limit=1").json["cursor"]
    problem(house.agent.get(f"/tickets?limit=1&sort=opened_at&cursor={cursor}"), 422, "cursor")
    for broken in ("x", "W10", "bnVsbA", "eyJhIjoxfQ", cursor[:-4], "é"):
        problem(house.agent.get("/tickets", query_string={"cursor": broken}), 422, "cursor")


@pytest.mark.parametrize("database", ["sqlite"])
def test_history_is_paged(house):
    ticket = house.started()
    first = house.agent.get(f"/tickets/{ticket['protocol']}/history?limit=1").json
    assert [row["seq"] for row in first["history"]] == [1]
    second = house.agent.get(first["next"].removeprefix("/api/v1")).json
    assert [row["seq"] for row in second["history"]] == [2]
    last = house.agent.get(second["next"].removeprefix("/api/v1")).json
    assert last == {"history": [], "next": None}


@pytest.mark.parametrize("database", ["sqlite"])
def test_instants_are_utc(house):
    ticket = house.ticket()
    assert ticket["opened_at"].endswith("Z")
    assert datetime.fromisoformat(ticket["opened_at"]) == house.clock.at.astimezone(UTC)

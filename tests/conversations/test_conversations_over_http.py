from __future__ import annotations


def test_saying_listing_and_paging(desk):
    ticket = desk.open()
    path = f"/tickets/{ticket.protocol}/interactions"
    for n in range(5):
        made = desk.call("POST", path, {"kind": "note", "text": f"nota {n}"}, Idempotency_Key=f"k{n}")
        assert made.status_code == 201, made.text
        assert made.json["interaction"]["text"] == f"nota {n}"
    again = desk.call("POST", path, {"kind": "note", "text": "nota 4"}, Idempotency_Key="k4")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (made.data, "true")
    texts, onward = [], f"{path}?limit=2"
    while onward:
        page = desk.call("GET", onward.removeprefix("/api/v1")).json
        texts += [one["text"] for one in page["interactions"]]
        onward = page["next"]
    assert texts == [f"nota {n}" for n in range(5)]


def test_whoever_may_not_read_learns_nothing(desk):
    ticket = desk.open()
    for path in ("interactions", "interact/form"):
        assert desk.call("GET", f"/tickets/{ticket.protocol}/{path}", who="cli").status_code == 404
    for method, path in (("POST", "interactions"), ("POST", "interact"), ("PUT", "next-action")):
        body = {"at": None} if method == "PUT" else {"kind": "note", "text": "x"} if path[-1] == "s" else {"move": "x"}
        assert desk.call(method, f"/tickets/{ticket.protocol}/{path}", body, who="cli").status_code == 404
    assert desk.call("GET", "/next-actions", who="cli").status_code == 403


def test_customer_sees_what_is_shown_of_a_ticket_that_is_shown(desk):
    ticket = desk.open()
    path = f"/tickets/{ticket.protocol}"
    desk.say(ticket, "manual_reply", shown=True)
    desk.say(ticket, "manual_reply")
    desk.say(ticket)

    def seen():
        return [one["customer_sees"] for one in desk.call("GET", f"{path}/interactions").json["interactions"]]

    assert seen() == [False, False, False]
    refused = desk.call("PATCH", path, {"portal_visible": True})
    assert (refused.status_code, refused.json["reasons"][0]["details"]["decision"]["action"]) == (403, "ticket.publish")
    assert desk.call("PATCH", path, {"portal_visible": True}, who="gil").json["portal_visible"] is True
    assert seen() == [True, False, False]
    desk.call("PATCH", path, {"portal_visible": False}, who="gil")
    assert seen() == [False, False, False]
    assert [row.shown for row in desk.said(ticket)] == [True, False, False]


def test_what_came_through_the_portal_is_shown_there(desk):
    assert desk.open(channel="portal").portal_visible
    assert not desk.open(channel="phone").portal_visible


def test_interact_over_http(desk):
    ticket = desk.open()
    body = {
        "interaction": {"kind": "automatic_reply", "standard_reply": "recebido", "shown": True, "mailed": True},
        "move": "aguardar",
        "next_action_at": "2026-03-04T10:00:00-03:00",
        "hand_over": {"team": "vendas", "responsible": "bia"},
    }
    done = desk.call("POST", f"/tickets/{ticket.protocol}/interact", body, If_Match='"1"')
    assert done.status_code == 200, done.text
    told = done.json["ticket"]
    assert (told["situation"], told["responsible"], told["next_action_at"]) == (
        "aguardando", "bia", "2026-03-04T13:00:00Z",
    )  # fmt: skip
    assert done.json["interaction"]["text"].startswith("Olá, Cliente Um!")
    assert done.headers["ETag"] == f'"{told["revision"]}"' == '"2"'
    stale = desk.call("POST", f"/tickets/{ticket.protocol}/interact", {"move": "retomar"}, If_Match='"1"')
    assert (stale.status_code, stale.json["code"]) == (412, "stale")


def test_shapes_are_strict(desk):
    ticket = desk.open()
    path = f"/tickets/{ticket.protocol}"
    for body in (
        {"kind": "sermon", "text": "x"},
        {"kind": "note", "text": "x", "shown": "yes"},
        {"kind": "note", "text": "x", "colour": "red"},
        {"kind": "manual_reply", "text": "x", "copies": "a@b.com"},
        {"kind": "note", "text": "x", "next_action_at": "2026-03-04T10:00:00"},
        {"kind": "note", "text": "x", "next_action_at": "9999-12-31T23:59:59-12:00"},
        {"kind": "note", "text": "x" * 10_001},
    ):
        assert desk.call("POST", f"{path}/interactions", body).status_code == 422
    assert desk.call("PUT", f"{path}/next-action", {}).status_code == 422
    assert desk.call("POST", f"{path}/interact", {"hand_over": {"person": "x"}}).status_code == 422


def test_hidden_but_mailed_over_http(desk):
    ticket = desk.open()
    path = f"/tickets/{ticket.protocol}/interactions"
    body = {"kind": "manual_reply", "text": "x", "mailed": True}
    refused = desk.call("POST", path, body)
    assert (refused.status_code, refused.json["code"]) == (422, "hidden_but_mailed")
    assert "force" in refused.json["reasons"][0]["fix"]
    assert desk.call("POST", path, body | {"force": True}).status_code == 201


def test_form_begins_with_the_present(desk):
    ticket = desk.open(channel="phone")
    place = {"process": "conversa", "situation": "aberto"}
    put = desk.call("PUT", "/interaction-demands", place | {"channel": "email", "demands": ["next_action"]}, who="gil")
    assert put.json["demands"] == [place | {"channel": "email", "demands": ["next_action"]}]
    form = desk.call("GET", f"/tickets/{ticket.protocol}/interact/form").json
    assert (form["situation"], form["situation_label"], form["now"]) == ("aberto", "Aberto", "2026-03-02T12:00:00Z")
    assert [one["move"] for one in form["moves"]] == ["atender", "aguardar", "executar"]
    channels = {one["channel"]: one["demands"] for one in form["channels"]}
    assert (channels["email"], channels["note"], "app" in channels) == (["next_action"], [], False)
    assert [one["key"] for one in form["standard_replies"]] == ["quem", "recebido"]


def test_demands_need_the_right_and_are_read_with_another(desk):
    refused = desk.call("PUT", "/interaction-demands", {"demands": []})
    assert refused.status_code == 403
    assert desk.call("GET", "/interaction-demands").json == {"demands": []}


def test_header_speaks_peoples_words(desk):
    ticket = desk.open()
    desk.say(ticket)
    header = desk.call("GET", f"/tickets/{ticket.protocol}").json["header"]
    assert (header["subject"], header["team"], header["opened_by"], header["customer"], header["links"]) == (
        "Hidráulica", "Vendas", "Ana", "Cliente Um", 0,
    )  # fmt: skip
    assert header["opened_at"] == "2026-03-02T12:00:00Z"

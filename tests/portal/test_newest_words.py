"""The ticket with the newest word comes first, and who has not read it yet does not write past it."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from reliability.invariants import check

from engine.tickets.listing import List, list_tickets

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
FORM = {
    "classification": "boletos",
    "subclassification": "boletos.outro",
    "contact_name": "Rita Alves",
    "contact_phone": "62 3774 3039",
    "contact_email": "rita@padaria.example",
    "message": "O boleto não chegou.",
}
SAID = {
    "shown": ({"kind": "manual_reply", "shown": True}, True),
    "a talk elsewhere": ({"kind": "record", "channel": "phone", "shown": True}, True),
    "hidden": ({"kind": "manual_reply"}, False),
    "a note": ({"kind": "note"}, False),
}


def staff(house, method, path, body=None, **more):
    answer = house.staff("bia")(method, path, body, prefix="/api/v1", **more)
    assert answer.status_code < 300, answer.text
    return answer


def listed(house):
    """What the customer and the staff read, the last changed first."""
    both = house.listed(sort="-changed_at")
    page = house.world.read(list_tickets, List(sort="-changed_at"), actor=house.agent)
    assert [row.protocol for row in page.rows] == both
    return both


def test_a_complement_lifts_its_ticket(house):
    tickets = [house.open().protocol for _ in range(3) if house.clock.forward(minutes=1)]
    assert listed(house) == tickets[::-1]
    house.clock.forward(minutes=1)
    assert house.here("beto").post(f"/tickets/{tickets[0]}/messages", {"message": "E então?"}).status_code == 201
    assert listed(house) == [tickets[0], tickets[2], tickets[1]]
    check(house.world.engine)


@pytest.mark.parametrize("which", SAID)
def test_what_the_staff_say_lifts_it_where_the_customer_reads_it(house, which):
    words, lifts = SAID[which]
    first = house.open().protocol
    house.clock.forward(minutes=1)
    second = house.open().protocol
    house.clock.forward(minutes=1)
    before = house.here("rita").get(f"/tickets/{first}")
    staff(house, "POST", f"/tickets/{first}/interactions", {"text": "Estamos vendo."} | words)
    assert listed(house) == ([first, second] if lifts else [second, first])
    after = house.here("rita").get(f"/tickets/{first}")
    assert (after.headers["ETag"] != before.headers["ETag"]) is lifts
    assert (after.json["changed_at"] != before.json["changed_at"]) is lifts
    assert after.json["revision"] == before.json["revision"]
    check(house.world.engine)


def test_a_file_that_is_shown_and_its_going_are_seen_in_the_tag(house):
    rita, at = house.here("rita"), f"/tickets/{house.open().protocol}"
    tags = [rita.get(at).headers["ETag"]]
    for shown in (False, True):
        (file,) = staff(
            house, "POST", f"/attachments?name={shown}.png", data=PNG, content_type="application/octet-stream"
        ).json["attachments"]
        body = {"attachments": [file["id"]], "shown": shown}
        staff(house, "POST", f"{at}/attachments", body)
        tags.append(rita.get(at).headers["ETag"])
        staff(house, "POST", f"{at}/attachments/{file['id']}/remove", {"reason": "engano"})
        tags.append(rita.get(at).headers["ETag"])
    assert [a == b for a, b in pairwise(tags)] == [True, True, False, False]
    check(house.world.engine)


def test_who_has_not_read_the_last_word_does_not_write_past_it(house):
    rita, beto = house.here("rita"), house.here("beto")
    opened = rita.post("/tickets", FORM)
    at = f"/tickets/{opened.json['protocol']}"
    assert opened.headers["ETag"] == beto.get(at).headers["ETag"]
    said = beto.post(f"{at}/messages", {"message": "Da Torre A."}, match=opened.headers["ETag"])
    assert said.status_code == 201
    late = rita.post(f"{at}/messages", {"message": "De que torre?"}, match=opened.headers["ETag"])
    assert (late.status_code, late.json["code"]) == (412, "stale")
    assert [one["text"] for one in rita.get(at).json["messages"]] == [FORM["message"], "Da Torre A."]
    assert said.headers["ETag"] == rita.get(at).headers["ETag"]
    for tag, status in ((said.headers["ETag"], 201), ("*", 201), ('"1"', 400), (said.headers["ETag"], 412)):
        assert rita.post(f"{at}/messages", {"message": "E agora?"}, match=tag).status_code == status, tag


def test_the_tag_of_a_complement_that_moves_the_ticket_is_the_one_that_is_read_next(house):
    ticket = house.open()
    house.fill(ticket)
    house.move(ticket, "perguntar")
    rita, at = house.here("rita"), f"/tickets/{ticket.protocol}"
    said = rita.post(f"{at}/messages", {"message": "Segue."})
    assert said.json["ticket"]["situation"] == "Recebido"
    assert said.headers["ETag"] == rita.get(at).headers["ETag"]

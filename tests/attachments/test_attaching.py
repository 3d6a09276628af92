from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from attachments.samples import PDF

from engine.attachments.attaching import Attach, Detach, OpenWith, attach, detach, open_with
from engine.attachments.drafts import MAX_DRAFTS, Drop, KeepDrafts, MayUpload, drop, keep_drafts, may_upload
from engine.attachments.model import attachment, stored_file
from engine.attachments.serving import Attachment, Attachments, attachments, fetch, fetch_shown, shown_rows
from engine.disclosure import may_see
from engine.errors import NotFound, NotPermitted
from engine.history import change_history, ticket_history
from engine.outbox import outbox
from engine.tickets.access import readable_ticket
from engine.tickets.chronicle import History, chronicle
from engine.tickets.opening import Open
from permissions.presets import load


def test_uploaded_file_waits_for_its_author_and_is_attached_once(cabinet, refused):
    ticket = cabinet.ticket()
    (one,) = cabinet.upload()
    assert [row.id for row in cabinet.drafts()] == [one]
    assert cabinet.drafts(cabinet.other) == []
    refused("draft_unknown", lambda: cabinet.attach(ticket, one, actor=cabinet.other))
    (row,) = cabinet.attach(ticket, one)
    assert (row["id"], row["name"], row["kind"], row["size"]) == (one, "laudo.pdf", "file", len(PDF))
    assert cabinet.drafts() == []
    refused("draft_unknown", lambda: cabinet.attach(ticket, one))


def test_a_foreign_draft_is_the_same_as_none(cabinet, refused):
    ticket = cabinet.ticket()
    (one,) = cabinet.upload()

    def told(id_):
        found = refused("draft_unknown", lambda: cabinet.attach(ticket, id_, actor=cabinet.other))
        return found.detail.replace(id_, "?")

    assert told(one) == told(one[:-1] + "x")
    refused("draft_unknown", lambda: cabinet.world.run(drop, Drop(id=one), actor=cabinet.other))
    cabinet.world.run(drop, Drop(id=one), actor=cabinet.ana)
    assert cabinet.drafts() == []


def test_ids_are_long_and_of_chance(cabinet):
    ids = [one for _ in range(5) for one in cabinet.upload("laudo.pdf", "foto.png")]
    assert len({*ids}) == 10
    assert all(len(one.removeprefix("at_")) * 6 >= 128 for one in ids)
    assert len({one[3:9] for one in ids}) == 10  # no part of them counts or tells the time


@pytest.mark.parametrize("kind", ["note", "manual_reply", "automatic_reply", "record"])
def test_each_kind_of_interaction_takes_files_and_a_recording(cabinet, kind):
    ticket = cabinet.ticket()
    ids = cabinet.upload("laudo.pdf", "ligação.mp3")
    more = {"text": "Segue."}
    if kind == "automatic_reply":
        more = {"standard_reply": "recebido"}
    if kind == "record":
        more["channel"] = "phone"
    said = cabinet.say(ticket, kind, attachments=ids, recording_consent=True, **more)
    rows = cabinet.listed(ticket)
    assert [(row["id"], row["seq"], row["kind"], row["consent"]) for row in rows] == [
        (ids[0], said["seq"], "file", None),
        (ids[1], said["seq"], "recording", True),
    ]


def test_a_file_or_recording_is_enough_to_be_said(cabinet, refused):
    ticket = cabinet.ticket()
    assert cabinet.say(ticket, attachments=cabinet.upload())["text"] == ""
    refused("text_missing", lambda: cabinet.say(ticket))


def test_history_tells_of_files_beside_their_message_and_never_their_names(cabinet):
    ticket = cabinet.ticket()
    cabinet.say(ticket, text="Veja.", attachments=cabinet.upload("laudo.pdf", "ligação.mp3"))
    (gone,) = cabinet.attach(ticket, *cabinet.upload("foto.png"))
    cabinet.world.run(detach, Detach(ticket=ticket.protocol, id=gone["id"], reason="engano"), actor=cabinet.boss)
    told = cabinet.world.read(chronicle, History(ticket=ticket.protocol), actor=cabinet.ana)
    assert [row["sentence"] for row in told[1:]] == [
        "Ana Souza fez uma anotação, com 1 arquivo e 1 gravação",
        "Ana Souza anexou 1 arquivo",
        "Gil retirou um anexo",
    ]
    everywhere = repr([*cabinet.rows(ticket_history), *cabinet.rows(change_history), *cabinet.rows(outbox)])
    assert not any(name in everywhere for name in ("laudo", "foto.png", "ligação"))


def test_a_refused_part_leaves_the_drafts_as_they_were(cabinet, refused):
    ticket = cabinet.ticket()
    ids = cabinet.upload()
    refused("hidden_but_mailed", lambda: cabinet.say(ticket, "manual_reply", text="x", mailed=True, attachments=ids))
    refused("draft_unknown", lambda: cabinet.say(ticket, text="x", attachments=[*ids, "at_x"]))
    refused("files_too_many", lambda: cabinet.say(ticket, text="x", attachments=[*ids, *ids]))
    refused("consent_without_recording", lambda: cabinet.say(ticket, attachments=ids, recording_consent=True))
    refused("nothing_asked", lambda: cabinet.attach(ticket))
    assert [row.id for row in cabinet.drafts()] == ids


def test_a_draft_expires(cabinet, refused):
    ticket = cabinet.ticket()
    ids = cabinet.upload()
    cabinet.clock.forward(hours=24)
    assert cabinet.drafts() == []
    refused("draft_unknown", lambda: cabinet.attach(ticket, *ids))


def test_so_many_drafts_and_no_more(cabinet, refused):
    one = cabinet.receive()
    for _ in range(MAX_DRAFTS // 10):
        cabinet.world.run(keep_drafts, KeepDrafts(files=[one] * 10), actor=cabinet.ana)
    refused("drafts_too_many", cabinet.upload)
    refused("drafts_too_many", lambda: cabinet.world.read(may_upload, MayUpload(), actor=cabinet.ana))
    cabinet.upload(actor=cabinet.other)


def test_the_same_content_lies_once(cabinet):
    first, second = cabinet.ticket(), cabinet.ticket()
    cabinet.attach(first, *cabinet.upload("laudo.pdf", "laudo.pdf"))
    cabinet.attach(second, *cabinet.upload("laudo.pdf", actor=cabinet.other), actor=cabinet.other)
    assert len(cabinet.files()) == len(cabinet.rows(stored_file)) == 1
    assert len(cabinet.rows(attachment)) == 3


def test_a_ticket_is_opened_with_files_once(cabinet):
    ids = cabinet.upload("laudo.pdf", "foto.png")
    opening = Open(title="Vazamento", subject="hidraulica", source="erp", external_id="7")
    ask = OpenWith(open=opening, drafts=ids)
    opened = [cabinet.world.run(open_with, ask, actor=cabinet.ana) for _ in range(2)]
    assert [one.repeated for one in opened] == [False, True]
    assert [row["id"] for row in cabinet.listed(opened[0].ticket)] == ids


def test_opening_with_a_file_that_is_not_there_opens_nothing(cabinet, refused):
    ask = OpenWith(open=Open(title="Vazamento", subject="hidraulica"), drafts=["at_x"])
    refused("draft_unknown", lambda: cabinet.world.run(open_with, ask, actor=cabinet.ana))


def test_who_may_not_attach_is_refused_before_and_after_the_bytes(cabinet, refused):
    reader = cabinet.world.person("leitor", "desenhista")
    ticket = cabinet.ticket()
    refused("not_permitted", lambda: cabinet.world.read(may_upload, MayUpload(), actor=reader))
    file = cabinet.receive()
    refused("not_found", lambda: cabinet.world.run(attach, Attach(ticket=ticket.protocol, files=[file]), actor=reader))


def test_taking_out_asks_for_a_right_of_its_own_and_keeps_what_others_need(cabinet, refused):
    first, second = cabinet.ticket(), cabinet.ticket()
    (one,) = cabinet.attach(first, *cabinet.upload())
    (other,) = cabinet.attach(second, *cabinet.upload())
    ask = Detach(ticket=first.protocol, id=one["id"], reason="documento de outra pessoa")
    refused("not_permitted", lambda: cabinet.world.run(detach, ask, actor=cabinet.ana))
    cabinet.world.run(detach, ask, actor=cabinet.boss)
    (row,) = cabinet.listed(first)
    assert (row["name"], row["digest"], row["removed_by"]) == ("", None, cabinet.boss.id)
    refused("attachment_removed", lambda: cabinet.world.run(detach, ask, actor=cabinet.boss))
    fetched = Attachment(ticket=first.protocol, id=one["id"])
    refused("attachment_removed", lambda: cabinet.world.read(fetch, fetched, actor=cabinet.ana))
    kept = cabinet.world.read(fetch, Attachment(ticket=second.protocol, id=other["id"]), actor=cabinet.ana)
    assert cabinet.store.where(kept["digest"]).read_bytes() == PDF


def test_an_attachment_is_found_in_its_own_ticket_only(cabinet, refused):
    first, second = cabinet.ticket(), cabinet.ticket()
    (one,) = cabinet.attach(first, *cabinet.upload())
    there = Attachment(ticket=second.protocol, id=one["id"])
    refused("attachment_unknown", lambda: cabinet.world.read(fetch, there, actor=cabinet.ana))
    reader = cabinet.world.person("leitor", "desenhista")
    here = Attachment(ticket=first.protocol, id=one["id"])
    refused("not_found", lambda: cabinet.world.read(fetch, here, actor=reader))
    refused("not_found", lambda: cabinet.world.read(attachments, Attachments(ticket=first.protocol), actor=reader))


@pytest.mark.parametrize("visible", [True, False])
def test_a_customer_is_given_what_is_shown_of_a_ticket_that_is_shown(cabinet, visible):
    ticket = cabinet.ticket(channel="portal" if visible else "phone", customer="C-1001")
    (note,) = cabinet.upload()
    (reply,) = cabinet.upload("foto.png")
    cabinet.say(ticket, text="interno", attachments=[note])
    cabinet.say(ticket, "manual_reply", text="Segue.", shown=True, attachments=[reply])
    (shown,) = cabinet.attach(ticket, *cabinet.upload("conta.xlsx"), shown=True)

    def seen(unit, _):
        found = readable_ticket(unit, ticket.protocol, lock=False)
        ids = {row["id"] for row in shown_rows(unit, found)}
        for id_ in (note, reply, shown["id"]):
            if id_ in ids:
                assert fetch_shown(unit, found, id_)["id"] == id_
            else:
                with pytest.raises(NotFound):
                    fetch_shown(unit, found, id_)
        return ids

    assert cabinet.world.read(seen, None) == ({reply, shown["id"]} if visible else set())


def test_who_does_not_see_free_texts_is_not_given_files(cabinet):
    ticket = cabinet.ticket()
    (one,) = cabinet.attach(ticket, *cabinet.upload())
    ask = Attachment(ticket=ticket.protocol, id=one["id"])
    readers = [one.key for one in load() if any(rule.action == "ticket.read" for rule in one.rules)]
    for key in readers:
        actor = cabinet.world.person(f"p{key}", key)
        sees = cabinet.world.read(
            lambda unit, _, key=key: may_see(unit.catalogue.rules, key, "text", ticket.place_process, ticket.situation),
            None,
        )
        if sees:
            assert cabinet.world.read(fetch, ask, actor=actor)["id"] == one["id"]
        else:
            with pytest.raises(NotPermitted):
                cabinet.world.read(fetch, ask, actor=actor)


def test_attaching_needs_no_second_try_for_two_at_once(cabinet):
    """The same content that comes in twice at the same time: whoever is second finds the row and goes on."""
    ticket = cabinet.ticket()
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: cabinet.upload()[0], range(8)))
        list(pool.map(lambda one: cabinet.attach(ticket, one), ids))
    assert {row["id"] for row in cabinet.listed(ticket)} == {*ids}
    assert len(cabinet.rows(stored_file)) == 1

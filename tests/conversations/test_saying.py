from __future__ import annotations

from engine.registry.putting import Put, put
from engine.registry.reaching import AddContactPoint, add_contact_point

CANARY = "{{7*7}} {{customer.name}} <script>alert(1)</script> ${7*7} =cmd()\r\nBcc: x@y.com"


def test_note_is_kept_in_one_place_and_told_in_the_history_without_its_text(desk):
    ticket = desk.open()
    said = desk.say(ticket, text="Combinado: volta na quarta.")
    (row,) = desk.said(ticket)
    assert (row.seq, row.kind, row.channel, row.text, row.shown, row.mailed) == (
        said["seq"], "note", "note", "Combinado: volta na quarta.", False, False,
    )  # fmt: skip
    assert (row.actor, row.at, row.customer_id) == (desk.agent.id, desk.clock(), ticket.customer_id)
    last = desk.history(ticket)[-1]
    assert (last.seq, last.deed, last.actor, last.at) == (row.seq, "noted", desk.agent.id, desk.clock())
    assert last.detail == {"kind": "note", "channel": "note", "shown": False, "mailed": False}
    assert "Combinado" not in repr(desk.history(ticket))
    assert not desk.posted("interaction.mail")


def test_note_changes_nothing_that_if_match_asks_for(desk):
    ticket = desk.open()
    desk.say(ticket)
    assert desk.see(ticket).revision == ticket.revision


def test_note_is_internal(desk, traceless):
    ticket = desk.open()
    for name, value in {
        "shown": True,
        "mailed": True,
        "marked": True,
        "copies": ["a@b.com"],
        "title": "x",
        "channel": "phone",
    }.items():
        traceless("note_is_internal", lambda given={name: value}: desk.say(ticket, **given))


def test_automatic_reply_needs_a_registered_standard_reply(desk, traceless):
    """Hard rule 7, by every way to leave it out."""
    ticket = desk.open()
    traceless("standard_reply_missing", lambda: desk.say(ticket, "automatic_reply"))
    traceless("standard_reply_unknown", lambda: desk.say(ticket, "automatic_reply", standard_reply="nenhuma"))
    traceless("standard_reply_unknown", lambda: desk.say(ticket, "automatic_reply", standard_reply="antiga"))
    traceless("text_unasked", lambda: desk.say(ticket, "automatic_reply", standard_reply="recebido", text="x"))
    traceless("standard_reply_unasked", lambda: desk.say(ticket, "manual_reply", standard_reply="recebido"))
    traceless("standard_reply_empty", lambda: desk.say(ticket, "automatic_reply", standard_reply="quem"))


def test_standard_reply_is_rendered_once_and_literally(desk):
    ticket = desk.open(title="{{customer.name}} & <b>{{7*7}}</b>")
    desk.say(ticket, "automatic_reply", standard_reply="recebido", shown=True)
    (row,) = desk.said(ticket)
    assert row.text == f"Olá, Cliente Um! {{{{customer.name}}}} & <b>{{{{7*7}}}}</b> ({ticket.protocol}): Recebido."
    desk.world.run(put, Put(registry="standard_replies", key="recebido", values={"label": "x", "text": "Outro."}))
    assert desk.said(ticket)[0].text == row.text


def test_reply_that_comes_with_a_move_tells_what_became_of_the_ticket(desk):
    from engine.conversations.saying import Words

    ticket = desk.open()
    words = Words(kind="automatic_reply", standard_reply="recebido", shown=True)
    desk.interact(ticket, words=words, move="atender", fields={"unidade": "302"})
    assert desk.said(ticket)[0].text.endswith(": Em atendimento.")


def test_canaries_come_back_as_they_were(desk):
    ticket = desk.open()
    desk.say(ticket, "manual_reply", text=CANARY, shown=True)
    desk.say(ticket, "record", text=CANARY, channel="phone")
    assert [row.text for row in desk.said(ticket)] == [CANARY, CANARY]
    listed = desk.call("GET", f"/tickets/{ticket.protocol}/interactions")
    assert [one["text"] for one in listed.json["interactions"]] == [CANARY, CANARY]
    assert listed.content_type == "application/json"


def test_mailing_leaves_a_reference_and_no_text_in_the_outbox(desk):
    ticket = desk.open()
    said = desk.say(ticket, "manual_reply", text="Segredo.", title="Sua visita", shown=True, mailed=True)
    (posted,) = desk.posted("interaction.mail")
    assert posted.payload == {"ticket": ticket.protocol, "seq": said["seq"], "to_customer": True, "copies": 0}
    assert said["channel"] == "email"


def test_mailing_a_hidden_message_asks_to_be_forced_and_is_kept_as_a_release(desk, traceless):
    """Hard rule 6: shown and mailed are two flags."""
    ticket = desk.open()
    traceless("hidden_but_mailed", lambda: desk.say(ticket, "manual_reply", mailed=True))
    desk.say(ticket, "manual_reply", mailed=True, force=True)
    assert [row.deed for row in desk.history(ticket)][-2:] == ["released", "replied"]
    assert desk.history(ticket)[-2].detail == {"released": "hidden_but_mailed"}
    (row,) = desk.said(ticket)
    assert (row.shown, row.mailed) == (False, True)


def test_shown_message_is_not_mailed_by_itself(desk):
    ticket = desk.open()
    desk.say(ticket, "manual_reply", shown=True)
    assert not desk.posted("interaction.mail")
    assert desk.said(ticket)[0].channel == "portal"


def test_mail_goes_to_a_registered_contact_only(desk, traceless):
    alone, without = desk.open(customer=None), desk.open(customer="c2")
    for ticket in (alone, without):
        traceless("no_recipient", lambda t=ticket: desk.say(t, "manual_reply", shown=True, mailed=True))
    desk.world.run(add_contact_point, AddContactPoint(customer="c2", kind="email", value="dois@exemplo.com.br"))
    assert desk.say(without, "manual_reply", shown=True, mailed=True)["mailed"]


def test_copies_are_recorded_and_their_addresses_stay_with_the_interaction(desk):
    ticket = desk.open()
    desk.say(ticket, "manual_reply", copies=["Sindica@Predio.COM.br", "Sindica@predio.com.br"], title="Obra")
    (row,) = desk.said(ticket)
    assert row.copies == ["Sindica@predio.com.br"]
    assert desk.history(ticket)[-1].detail["copies"] == 1
    assert "predio" not in repr(desk.history(ticket)) + repr(desk.posted("interaction.mail"))
    assert desk.posted("interaction.mail")[0].payload["to_customer"] is False


def test_copies_are_bare_addresses(desk, traceless):
    ticket = desk.open()
    for address in (
        "a@b.com\r\nBcc: c@d.com",
        "a@b.com\n",
        "Ana <a@b.com>",
        "a@b.com, c@d.com",
        '"a b"@c.com',
        "a(x)@b.com",
        "a@[127.0.0.1]",
        "a@b",
        "@b.com",
        "a b@c.com",
        "á@b.com",
        "a@b..com",
        "{{7*7}}<script>@b.com",
    ):
        copies = ["certo@exemplo.com", address]
        traceless("copies_invalid", lambda given=copies: desk.say(ticket, "manual_reply", copies=given))
    many = [f"a{n}@exemplo.com" for n in range(11)]
    traceless("copies_too_many", lambda: desk.say(ticket, "manual_reply", copies=many))


def test_title_is_one_line(desk, traceless):
    ticket = desk.open()
    mailed = {"shown": True, "mailed": True}
    for title in ("a\r\nBcc: x@y.com", "a\nb", "a\x00", "a\u2028b", "a\x85b", "x" * 201):
        given = mailed | {"title": title}
        traceless("title_invalid", lambda given=given: desk.say(ticket, "manual_reply", **given))


def test_title_is_kept_literally_and_only_where_something_is_mailed(desk, traceless):
    ticket = desk.open()
    desk.say(ticket, "manual_reply", shown=True, mailed=True, title="{{7*7}} <script> =1+1")
    assert desk.said(ticket)[0].title == "{{7*7}} <script> =1+1"
    traceless("title_without_mail", lambda: desk.say(ticket, "manual_reply", shown=True, title="Oi"))


def test_everything_wrong_is_named_at_once(desk, traceless):
    ticket = desk.open(customer=None)
    found = traceless(
        "text_missing", lambda: desk.say(ticket, "manual_reply", text=" ", mailed=True, copies=["x"], channel="fax")
    )
    assert [reason.code for reason in found.reasons] == [
        "text_missing", "channel_unknown", "copies_invalid", "hidden_but_mailed", "no_recipient",
    ]  # fmt: skip


def test_record_says_where_the_talk_took_place(desk, traceless):
    ticket = desk.open()
    traceless("channel_missing", lambda: desk.say(ticket, "record"))
    traceless("channel_unknown", lambda: desk.say(ticket, "record", channel="note"))
    traceless("copies_of_replies_only", lambda: desk.say(ticket, "record", channel="phone", copies=["a@b.com"]))
    desk.say(ticket, "record", channel="chatbot", shown=True)
    assert (desk.said(ticket)[0].channel, desk.history(ticket)[-1].deed) == ("chatbot", "recorded")


def test_app_is_open_only_to_what_came_through_it(desk, traceless):
    elsewhere, there = desk.open(channel="phone"), desk.open(channel="app")
    traceless("channel_not_open", lambda: desk.say(elsewhere, "manual_reply", channel="app", shown=True))
    traceless("channel_not_open", lambda: desk.say(elsewhere, "record", channel="app"))
    assert desk.say(there, "manual_reply", channel="app", shown=True)["channel"] == "app"


def test_each_kind_asks_for_its_own_right(desk, traceless):
    ticket = desk.open()
    refused = traceless("not_permitted", lambda: desk.say(ticket, "manual_reply", copies=["a@b.com"], actor=desk.erp))
    assert [reason.details["decision"]["action"] for reason in refused.reasons] == ["ticket.reply", "ticket.copy"]
    desk.say(ticket, actor=desk.erp)
    desk.say(ticket, "record", channel="phone", actor=desk.erp)
    assert [row.kind for row in desk.said(ticket)] == ["note", "record"]


def test_kinds_that_do_not_exist_are_refused(desk, traceless):
    ticket = desk.open()
    traceless("interaction_kind", lambda: desk.say(ticket, "sermon", text="x"))


def test_a_finished_ticket_can_still_be_talked_about(desk):
    ticket = desk.open()
    desk.interact(ticket, move="atender", fields={"unidade": "302"})
    desk.interact(ticket, move="encerrar")
    assert desk.say(ticket)["seq"] == desk.history(ticket)[-1].seq

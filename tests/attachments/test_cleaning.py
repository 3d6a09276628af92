from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attachments.samples import GOOD, PDF

from engine.attachments import scanning
from engine.attachments.attaching import Detach, detach
from engine.attachments.cleaning import clean_up, scan_pending
from engine.attachments.drafts import KeepDrafts, keep_drafts
from engine.attachments.model import draft, stored_file
from engine.attachments.scanning import Verdict
from engine.attachments.serving import Attachment, fetch
from engine.errors import Conflict

NOW = timedelta(0)
DAY = timedelta(hours=24)


def age(cabinet, hours=25):
    """Let all files grow old, and the clock go on."""
    then = time.time() - hours * 3600
    for file in cabinet.files():
        os.utime(cabinet.store.folder / file, (then, then))
    cabinet.clock.forward(hours=hours)


def until_clean(cabinet, grace=DAY):
    """Clean up, and once more when what was sent off has been away for as long again."""
    clean_up(cabinet.engine, grace)
    age(cabinet)
    return clean_up(cabinet.engine, grace)


def test_a_file_without_a_row_goes_after_a_while_and_not_before(cabinet):
    cabinet.receive()
    clean_up(cabinet.engine)
    assert len(cabinet.files()) == 1
    age(cabinet)
    assert until_clean(cabinet).files == 1
    assert cabinet.files() == []


def test_what_is_attached_or_waits_stays(cabinet):
    ticket = cabinet.ticket()
    cabinet.attach(ticket, *cabinet.upload("laudo.pdf", "foto.png"))
    age(cabinet)
    cabinet.upload("conta.xlsx")
    before = cabinet.files()
    until_clean(cabinet, timedelta(hours=26))
    assert cabinet.files() == before


def test_an_expired_draft_goes_with_its_content(cabinet):
    cabinet.upload()
    age(cabinet)
    done = clean_up(cabinet.engine)
    assert (done.drafts, done.contents) == (1, 1)
    assert cabinet.rows(draft) == cabinet.rows(stored_file) == []
    age(cabinet)
    until_clean(cabinet)
    assert cabinet.files() == []


def test_a_content_goes_when_the_last_that_needs_it_is_taken_out(cabinet):
    tickets = [cabinet.ticket(), cabinet.ticket()]
    for ticket in tickets:
        cabinet.attach(ticket, *cabinet.upload())
    for left in (1, 0):
        ticket = tickets[left]
        (row,) = cabinet.listed(ticket)
        cabinet.world.run(detach, Detach(ticket=ticket.protocol, id=row["id"], reason="x"), actor=cabinet.boss)
        age(cabinet)
        until_clean(cabinet)
        assert len(cabinet.files()) == len(cabinet.rows(stored_file)) == left


def test_what_never_got_its_place_is_swept(cabinet):
    with cabinet.store.open_new() as incoming:
        incoming.write(PDF)
        clean_up(cabinet.engine)
        assert len(cabinet.files()) == 1
        age(cabinet)
        clean_up(cabinet.engine)
        assert cabinet.files() == []


def test_the_same_content_comes_in_while_its_old_file_is_sent_off(cabinet):
    """The row of the new upload commits after the clean-up looked; what it points to is there all the same."""
    file = cabinet.receive()
    age(cabinet)
    clean_up(cabinet.engine)
    assert cabinet.files() == [f"leaving/{file.digest}"]
    cabinet.world.run(keep_drafts, KeepDrafts(files=[file]), actor=cabinet.ana)  # the slowest of all commands
    assert cabinet.store.where(file.digest).read_bytes() == PDF
    clean_up(cabinet.engine)
    assert cabinet.files() == [f"{file.digest[:2]}/{file.digest[2:4]}/{file.digest}"]


def test_a_fresh_file_that_took_the_place_between_look_and_move_is_put_back(cabinet, monkeypatch):
    file = cabinet.receive()
    age(cabinet)
    place = cabinet.store.path(file.digest)
    rename = type(place).rename

    def slowly(self, target):
        if self == place:
            monkeypatch.undo()
            cabinet.receive()  # another upload of the same content is placed first
        return rename(self, target)

    monkeypatch.setattr(type(place), "rename", slowly)
    assert not cabinet.store.send_off(file.digest, 3600)
    assert place.read_bytes() == PDF
    assert cabinet.store.departing() == []


def test_cleaning_up_twice_at_once_does_no_harm(cabinet):
    kept = cabinet.upload("foto.png")
    cabinet.world.run(keep_drafts, KeepDrafts(files=[cabinet.receive("conta.xlsx")]), actor=cabinet.other)
    for name in GOOD:
        cabinet.receive(name)
    cabinet.clock.forward(minutes=1)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            list(pool.map(lambda _: clean_up(cabinet.engine, NOW), range(2)))
    assert len(cabinet.files()) == 2
    assert [row.id for row in cabinet.drafts()] == kept


class Away:
    """A scanner that is away until somebody says what it finds."""

    verdict = Verdict(state="pending", scanner="teste")

    def scan(self, file):
        assert file.seek(0) == 0
        return self.verdict


@pytest.fixture
def scanner(monkeypatch):
    found = Away()
    monkeypatch.setitem(scanning.SCANNERS, "", lambda _: found)
    return found


@pytest.mark.parametrize("state", ["clean", "refused"])
def test_nothing_is_served_before_a_scanner_called_it_clean(cabinet, scanner, state):
    ticket = cabinet.ticket()
    (one,) = cabinet.attach(ticket, *cabinet.upload())
    ask = Attachment(ticket=ticket.protocol, id=one["id"])
    assert scan_pending(cabinet.engine) == 0
    with pytest.raises(Conflict) as refusal:
        cabinet.world.read(fetch, ask, actor=cabinet.ana)
    assert refusal.value.code == "attachment_pending"
    scanner.verdict = Verdict(state=state, scanner="teste", finding="Mau" if state == "refused" else None)
    assert scan_pending(cabinet.engine) == 1
    assert scan_pending(cabinet.engine) == 0
    if state == "clean":
        assert cabinet.world.read(fetch, ask, actor=cabinet.ana)["id"] == one["id"]
    else:
        with pytest.raises(Conflict) as refusal:
            cabinet.world.read(fetch, ask, actor=cabinet.boss)
        assert refusal.value.code == "attachment_refused"


def test_what_a_scanner_refuses_at_once_is_not_kept(cabinet, scanner, refused):
    scanner.verdict = Verdict(state="refused", scanner="teste", finding="Mau")
    found = refused("file_infected", cabinet.receive)
    assert found.reasons[0].details == {"scanner": "teste", "finding": "Mau", "file": "laudo.pdf"}

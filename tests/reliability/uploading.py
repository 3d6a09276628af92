"""Die at every boundary of an upload and of the clean-up: between bytes, names on disk, and rows (S-12, R-2)."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from reliability.apart import engine_on, fork, hasty
from sqlalchemy import event, select

from engine.actors import CONSOLE
from engine.attachments.attaching import Attach, Detach, attach, detach
from engine.attachments.cleaning import clean_up
from engine.attachments.drafts import KeepDrafts, keep_drafts
from engine.attachments.model import attachment, draft, stored_file
from engine.attachments.store import store_of
from engine.attachments.storing import receive
from engine.tickets.opening import Open, open_ticket

DAY = timedelta(hours=24)


class Clock:
    """An instant that moves only when told."""

    def __init__(self):
        self.at = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self):
        return self.at


class Stage:
    """An engine with a folder, and a ticket to attach to."""

    def __init__(self, url, folder):
        self.clock = Clock()
        self.engine = hasty(engine_on(url, clock=self.clock))
        self.engine.settings = replace(self.engine.settings, attachments_dir=Path(folder))
        self.store = store_of(self.engine.settings)
        self.ticket = self.engine.run(open_ticket, Open(title="Vazamento", process="corrida"), actor=CONSOLE).ticket

    def file(self, name):
        return receive(self.engine.settings, f"{name}.pdf", [_content(name)])

    def make_folders(self, name):
        """Some are there already by chance: then there would be fewer boundaries this time than the last."""
        self.store.path(hashlib.sha256(_content(name)).hexdigest()).parent.mkdir(parents=True, exist_ok=True)

    def upload(self, name):
        return self.engine.run(keep_drafts, KeepDrafts(files=[self.file(name)]), actor=CONSOLE)

    def attach(self, name):
        ask = Attach(ticket=self.ticket.protocol, files=[self.file(name)])
        return self.engine.run(attach, ask, actor=CONSOLE).rows

    def clean(self, name):
        """Everything the clean-up has to do at once; it ran once before, so that something is on its way out."""
        del name
        clean_up(self.engine, DAY)

    def litter(self, name):
        """An expired draft, a removed attachment, a file without a row, one on its way out, one that never came in."""
        self.upload(f"{name} expired")
        (row,) = self.attach(f"{name} removed")
        gone = Detach(ticket=self.ticket.protocol, id=row["id"], reason="x")
        self.engine.run(detach, gone, actor=CONSOLE)
        self.file(f"{name} leaves")
        self.age()
        clean_up(self.engine, DAY)
        self.file(f"{name} without a row")
        (self.store.incoming / hashlib.sha256(name.encode()).hexdigest()[:32]).write_bytes(b"half")
        self.age()

    def age(self):
        then = time.time() - 25 * 3600
        for file in self.store.folder.rglob("*"):
            if file.is_file():
                os.utime(file, (then, then))
        self.clock.at += timedelta(hours=25)

    def rows(self, table):
        with self.engine.reading.connect() as connection:
            return connection.execute(select(table)).all()

    def wrong(self):
        """A row without its file, whole."""
        for row in self.rows(stored_file):
            found = self.store.where(row.digest)
            if not found.is_file() or hashlib.sha256(found.read_bytes()).hexdigest() != row.digest:
                yield f"no file for {row.digest}"

    def remains(self):
        """What is left of files that no row needs, when the clean-up has had its time."""
        for _ in range(3):
            self.age()
            clean_up(self.engine, DAY)
        needed = {row.digest for row in (*self.rows(draft), *self.rows(attachment))}
        there = {file.name for file in self.store.folder.rglob("*") if file.is_file()}
        return sorted(there ^ (needed - {None}))


def _content(name):
    return b"%%PDF-1.4\n%% %s\n%%%%EOF\n" % name.encode()


def die_at_every_boundary(url, folder):
    """Let a worker die at each boundary of each deed; see what it left, clean up, and do it again.

    Returns:
        By deed: the boundaries that were died at, and everything that was wrong.
    """
    stage = Stage(url, folder)
    stage.attach("kept")
    stage.clean("warm")
    return {deed: _die_in(stage, deed) for deed in ("upload", "attach", "clean")}


def _die_in(stage, deed):
    boundaries, wrong = [], []
    for k in count(1):
        name = f"{deed} {k}"
        if deed == "clean":
            stage.litter(name)
        else:
            stage.make_folders(name)
        stage.engine.database.dispose()
        told = fork(lambda tell, k=k, name=name: _die_at(tell, stage, k, lambda: getattr(stage, deed)(name))).told()
        wrong += [f"{told}: {one}" for one in stage.wrong()]
        if ["through"] in told:
            break
        boundaries += told[0]
        getattr(stage, deed)(name)
        wrong += [f"{told}, again: {one}" for one in stage.wrong()]
    wrong += [f"{deed}: {one} remains" for one in stage.remains()]
    wrong += [f"{deed}, cleaned: {one}" for one in stage.wrong()]
    return {"boundaries": boundaries, "wrong": wrong}


_ON_DISK = {"open", "os.mkdir", "os.rename", "os.remove", "os.link", "os.utime"}


def _die_at(tell, stage, k, work):
    passed = count(1)
    folder = str(stage.store.folder)

    def at(where):
        if next(passed) == k:
            tell([where])
            os._exit(0)

    def on_disk(name, arguments):
        if name in _ON_DISK and any(folder in str(one) for one in arguments[:2]):
            at(f"before {name}")

    sync = os.fsync

    def synced(handle):
        at("before fsync")
        sync(handle)
        at("after fsync")

    os.fsync = synced
    sys.addaudithook(on_disk)
    database = stage.engine.database
    event.listen(database, "before_cursor_execute", lambda *a: at("before " + a[2].split()[0]))
    event.listen(database, "commit", lambda _: at("before commit"))
    event.listen(database.pool, "checkin", lambda *_: at("after commit"))
    work()
    tell(["through"])

"""A desk with files: the demonstration organisation, and a folder of its own for attachments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from attachments.samples import GOOD, PDF
from organisation import furnish
from reliability.invariants import check
from sqlalchemy import select

from engine.attachments.attaching import Attach, attach
from engine.attachments.drafts import Drafts, KeepDrafts, drafts, keep_drafts
from engine.attachments.model import attachment, draft, stored_file
from engine.attachments.serving import Attachments, attachments
from engine.attachments.store import store_of
from engine.attachments.storing import receive
from engine.conversations.interacting import Interact, interact
from engine.conversations.saying import Words
from engine.db import metadata
from engine.tickets.opening import Open, open_ticket


class Cabinet:
    """The world, with the words that these tests use again and again."""

    def __init__(self, world, folder):
        self.world = world
        self.clock = world.clock
        self.engine = world.engine
        self.engine.settings = replace(self.engine.settings, attachments_dir=folder)
        self.store = store_of(self.engine.settings)
        self.ana = world.person("ana.souza")
        self.other = world.person("bruno.lima")
        self.boss = world.person("gil", "administrador")

    def ticket(self, actor=None, **values):
        ask = Open(**({"title": "Vazamento", "subject": "hidraulica"} | values))
        return self.world.run(open_ticket, ask, actor=actor or self.ana).ticket

    def receive(self, name="laudo.pdf", content=None):
        return receive(self.engine.settings, name, [GOOD.get(name, PDF) if content is None else content])

    def upload(self, *names, actor=None):
        files = [self.receive(name) for name in names or ("laudo.pdf",)]
        rows = self.world.run(keep_drafts, KeepDrafts(files=files), actor=actor or self.ana)
        return [row["id"] for row in rows]

    def attach(self, ticket, *ids, actor=None, **more):
        ask = Attach(ticket=ticket.protocol, drafts=ids, **more)
        return self.world.run(attach, ask, actor=actor or self.ana).rows

    def attach_file(self, ticket, name, content):
        ask = Attach(ticket=ticket.protocol, files=[self.receive(name, content)])
        return self.world.run(attach, ask, actor=self.ana).rows

    def say(self, ticket, kind="note", *, actor=None, **words):
        ask = Interact(ticket=ticket.protocol, words=Words(kind=kind, **words))
        return self.world.run(interact, ask, actor=actor or self.ana).interaction

    def drafts(self, actor=None):
        return self.world.read(drafts, Drafts(), actor=actor or self.ana)

    def listed(self, ticket, actor=None):
        return self.world.read(attachments, Attachments(ticket=ticket.protocol), actor=actor or self.ana).rows

    def files(self):
        """What lies in the folder, by its place."""
        folder = self.store.folder
        return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())

    def rows(self, table):
        with self.engine.reading.connect() as connection:
            return connection.execute(select(table)).all()

    def everything(self):
        return {table.name: self.rows(table) for table in metadata.sorted_tables}, self.files()

    def sound(self):
        """Each row has its file; each draft and attachment its content; and all that holds of tickets."""
        digests = {row.digest for row in self.rows(stored_file)}
        for digest in digests:
            assert Path(self.store.where(digest)).is_file(), digest
        for row in (*self.rows(draft), *self.rows(attachment)):
            assert row.digest in digests or (row.digest is None and row.removed_at is not None)
        check(self.engine)
        return True


@pytest.fixture
def database_url(database, stock):
    url = stock.copy(database, furnish)
    yield url
    stock.drop(url)


@pytest.fixture
def cabinet(world, tmp_path):
    found = Cabinet(world, tmp_path / "attachments")
    yield found
    assert found.sound()


@pytest.fixture
def refused(cabinet):
    """Insist that something is refused with this code, and that neither a row nor a file is different after it."""

    def insist(code, deed):
        before = cabinet.everything()
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - any refusal; its code is asked below
            deed()
        assert getattr(refusal.value, "code", refusal.value) == code, refusal.value
        assert cabinet.everything() == before
        return refusal.value

    return insist

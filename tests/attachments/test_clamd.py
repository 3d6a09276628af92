"""A real ClamAV daemon with one signature of our own: the machine's, or Debian's as `make test` has unpacked it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from attachments.samples import PDF

from engine.attachments.cleaning import scan_pending
from engine.attachments.scanning import Clamd
from engine.attachments.serving import Attachment, fetch
from engine.errors import Conflict

UNPACKED = Path(__file__).parents[2] / ".setup" / "clamd"
PLACES = f"/usr/sbin:/usr/bin:/usr/local/sbin:{os.environ['PATH']}:{UNPACKED / 'usr/sbin'}"
CLAMD = shutil.which("clamd", path=PLACES)
LIBRARIES = ":".join(map(str, UNPACKED.glob("usr/lib/*")))
MARK = b"canario-de-virus"
ILL = PDF.replace(b"1 0 obj", b"% " + MARK + b"\n1 0 obj")

pytestmark = [
    pytest.mark.skipif(CLAMD is None, reason="there is no clamd here, and `make test` could not fetch one"),
    pytest.mark.parametrize("database", ["sqlite"]),
]


class Daemon:
    def __init__(self, folder):
        (folder / "db").mkdir()
        (folder / "db" / "t.ndb").write_text(f"Tramita.Teste:0:*:{MARK.hex()}\n")
        self.config = folder / "clamd.conf"
        self.socket = folder / "s"
        lines = (
            f"LocalSocket {self.socket}",
            f"DatabaseDirectory {folder / 'db'}",
            "Foreground yes",
            "StreamMaxLength 1M",
        )
        self.config.write_text("\n".join(lines) + "\n")
        self.address = f"clamd://{self.socket}"
        self.process = None

    def start(self):
        around = os.environ | ({"LD_LIBRARY_PATH": LIBRARIES} if LIBRARIES else {})
        self.process = subprocess.Popen([CLAMD, "-c", self.config], stdout=subprocess.DEVNULL, env=around)
        until = time.monotonic() + 30
        while Clamd(self.address).scan(io.BytesIO(PDF)).state == "pending":
            assert self.process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def daemon(cabinet, tmp_path):
    found = Daemon(tmp_path)
    cabinet.engine.settings = replace(cabinet.engine.settings, scanner=found.address)
    yield found
    found.end()


def test_what_the_daemon_finds_is_not_kept(cabinet, daemon, refused):
    daemon.start()
    cabinet.receive()
    told = refused("file_infected", lambda: cabinet.receive("mau.pdf", ILL))
    found = {"scanner": "clamd", "finding": "Tramita.Teste.UNOFFICIAL", "file": "mau.pdf"}
    assert told.reasons[0].details == found


def test_files_wait_for_a_daemon_that_is_away(cabinet, daemon):
    ticket = cabinet.ticket()
    asks = [
        Attachment(ticket=ticket.protocol, id=row["id"])
        for name, content in (("grande.pdf", PDF + bytes(2_000_000) + b"%%EOF"), ("bom.pdf", PDF), ("mau.pdf", ILL))
        for row in cabinet.attach_file(ticket, name, content)
    ]

    def codes():
        found = []
        for ask in asks:
            try:
                found.append(cabinet.world.read(fetch, ask, actor=cabinet.ana)["state"])
            except Conflict as refused:
                found.append(refused.code)
        return found

    assert scan_pending(cabinet.engine) == 0
    assert codes() == ["attachment_pending"] * 3
    daemon.start()
    assert scan_pending(cabinet.engine) == 2
    assert codes() == ["attachment_pending", "clean", "attachment_refused"]

"""The embedded server as a process of its own: half uploads, huge ones, a full disk under it, memory."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attachments.samples import PDF
from organisation import furnish, token_of

from api.serving import UPLOADS

TRAMITA = Path(sys.executable).parent / "tramita"
LIMIT = 60_000_000
TOKEN = token_of("ana.souza").encode()


class Server:
    def __init__(self, url, folder, *, largest_file=None):
        self.folder = folder / "attachments"
        self.database = url.removeprefix("sqlite:///")
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TRAMITA_")}
        environ |= {
            "TRAMITA_DATABASE_URL": url,
            "TRAMITA_DATA_DIR": str(folder),
            "TRAMITA_ATTACHMENT_MAX_BYTES": str(LIMIT),
            "TRAMITA_UPLOAD_MAX_BYTES": str(LIMIT),
            "TMPDIR": str(folder),
        }
        command = [TRAMITA, "serve", "--port", "0"]
        if largest_file:
            command = ["sh", "-c", f'ulimit -f {largest_file // 512} && exec "$0" "$@"', *command]
        self.process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)$", first)
        assert found, (first, self.process.kill(), self.process.communicate())
        self.port = int(found[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def upload(
        self, size, content=b"", *, path=b"/api/v1/attachments?name=a.pdf", token=TOKEN, kind=b"application/pdf"
    ):
        """Declare so much, send that, and give what is answered."""
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\n"
        head += b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
        with self.connect() as one:
            with contextlib.suppress(OSError):
                one.sendall(head % (path, kind, token, size))
                one.sendall(content)
            return answered(one)

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return [connection.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in ("draft", "stored_file")]

    def files(self):
        return [file for file in self.folder.rglob("*") if file.is_file()]

    def peak_kib(self):
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def end(self):
        self.process.kill()
        self.process.communicate()


def answered(one):
    answer = b""
    with contextlib.suppress(OSError):
        while part := one.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.fixture(scope="module")
def server(stock, tmp_path_factory):
    url = stock.copy("sqlite", furnish)
    found = Server(url, tmp_path_factory.mktemp("server"))
    yield found
    found.end()
    stock.drop(url)


def test_half_an_upload_leaves_nothing(server):
    before = server.rows()
    for sent in (0, 10, 3_000_000):
        with server.connect() as one:
            head = b"POST /api/v1/attachments?name=a.pdf HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
            one.sendall(head + b"Authorization: Bearer %s\r\nContent-Length: 5000000\r\n\r\n" % TOKEN)
            one.sendall((PDF + bytes(sent))[:sent])
    until = time.monotonic() + 20
    while list(server.folder.parent.glob("tmp*")) and time.monotonic() < until:
        time.sleep(0.05)
    assert (server.rows(), server.files()) == (before, [])


def test_a_declared_huge_upload_is_refused_unread_with_the_limit(server):
    for size in (LIMIT + 1, 10 << 30):
        status, told = server.upload(size)
        assert (status, told["code"], told["limit_bytes"]) == (413, "too_large", LIMIT)
        assert told["reasons"][0]["fix"]
    status, told = server.upload(5_000_000, kind=b"application/json")
    assert (status, told.get("limit_bytes")) == (413, None)
    assert "TRAMITA_MAX_BODY_BYTES" in told["detail"]
    status, told = server.upload(5_000_000, path=b"/portal/v1/tickets", kind=b"application/json")
    assert (status, "TRAMITA" in told["detail"], "no máximo 3,8 MB" in told["detail"]) == (413, False, True)


def test_a_chunked_upload_is_cut_off_at_the_limit(server):
    before, sent = server.rows(), 0
    with server.connect() as one:
        head = b"POST /api/v1/attachments?name=a.pdf HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
        one.sendall(head + b"Authorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n" % TOKEN)
        with contextlib.suppress(OSError):
            while sent < 3 * LIMIT:
                one.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
                sent += 1 << 20
    assert sent < 2 * LIMIT
    assert (server.rows(), server.files()) == (before, [])


def test_large_files_come_and_go_and_memory_stays_flat(server):
    content = PDF[:-6] + bytes(50_000_000) + b"%%EOF\n"
    before = server.peak_kib()
    status, told = server.upload(len(content), content)
    assert status == 201, told
    one = told["attachments"][0]
    with server.connect() as line:
        head = b"DELETE /api/v1/attachments/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % one["id"].encode()
        line.sendall(head + b"Authorization: Bearer %s\r\n\r\n" % TOKEN)
        assert answered(line)[0] == 200
    assert server.peak_kib() - before < 32_768
    for file in server.files():
        file.unlink()


def test_a_stranger_is_told_so_and_leaves_nothing(server):
    before = server.rows()
    status, told = server.upload(len(PDF), PDF, token=b"tk_" + b"x" * 43)
    assert (status, told["code"]) == (401, "not_authenticated")
    assert (server.rows(), server.files()) == (before, [])


def test_so_many_uploads_at_once_and_no_more(server):
    """They lie on disk before anybody is asked whose they are: strangers must not fill it."""
    head = b"POST /api/v1/attachments?name=a.pdf HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
    with contextlib.ExitStack() as open_:
        for _ in range(UPLOADS):
            open_.enter_context(server.connect()).sendall(head + b"Content-Length: 5000000\r\n\r\n%PDF-1.4")
        status, told = server.upload(len(PDF), PDF)
        assert (status, told["code"]) == (503, "busy")
        small = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with server.connect() as line:
            line.sendall(small)
            assert answered(line)[0] == 200
    until = time.monotonic() + 20
    while (status := server.upload(len(PDF), PDF)[0]) == 503 and time.monotonic() < until:
        time.sleep(0.05)
    assert status == 201


def test_a_full_disk_is_told_and_the_server_lives_on(stock, tmp_path):
    """No file of this process may grow beyond three megabytes: the kernel says then what a quota says."""
    url = stock.copy("sqlite", furnish)
    assert Path(url.removeprefix("sqlite:///")).stat().st_size < 2_000_000
    server = Server(url, tmp_path, largest_file=3_000_000)
    try:
        content = PDF[:-6] + bytes(4_000_000) + b"%%EOF\n"
        status, told = server.upload(len(content), content)
        assert (status, told["code"]) == (507, "no_space")
        assert "guardado" in told["detail"]
        assert (server.rows(), server.files()) == ([0, 0], [])
        status, told = server.upload(len(PDF), PDF)
        assert status == 201, told
    finally:
        server.end()
        stock.drop(url)

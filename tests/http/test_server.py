"""The embedded server as a process of its own: huge bodies, slow clients, malformed HTTP, an orderly end."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from organisation import furnish, token_of

TRAMITA = Path(sys.executable).parent / "tramita"


class Server:
    def __init__(self, url, folder):
        self.url = url
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TRAMITA_")}
        environ |= {"TRAMITA_DATABASE_URL": url, "TRAMITA_DATA_DIR": str(folder), "TRAMITA_MAX_BODY_BYTES": "100000"}
        self.errors = (folder / "stderr").open("wb")
        self.process = subprocess.Popen(
            [TRAMITA, "serve", "--port", "0"], env=environ, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)$", first)
        assert found, (first, (folder / "stderr").read_text())
        self.port = int(found[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def say(self, raw, *, wait=True):
        """Send bytes; give everything that comes back until the server closes or falls silent."""
        with self.connect() as one:
            one.settimeout(5)
            with contextlib.suppress(OSError):
                one.sendall(raw)
                one.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(OSError):
                while part := one.recv(65536):
                    answer += part
        return answer

    def health(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/health", timeout=20) as answer:
            return answer.status

    def memory_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.errors.close()


@pytest.fixture(scope="module")
def server(stock, tmp_path_factory):
    url = stock.copy("sqlite", furnish)
    found = Server(url, tmp_path_factory.mktemp("server"))
    yield found
    found.end()
    stock.drop(url)


def told(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode("latin-1").lower(), body


HEAD = b"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("size", [100_001, 10 << 30])
def test_a_declared_huge_body_is_refused_unread(server, size):
    before = server.memory_kib()
    with server.connect() as one:
        one.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % size)
        answer = b""
        while part := one.recv(65536):
            answer += part
    status, head, body = told(answer)
    assert status == 413
    assert "content-type: application/problem+json" in head
    assert json.loads(body)["code"] == "too_large"
    assert server.memory_kib() - before < 32_768


def test_an_endless_chunked_body_is_refused_on_the_way(server):
    before, answer, sent = server.memory_kib(), b"", 0
    with server.connect() as one:
        one.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 64 << 20:
                one.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
        one.settimeout(5)
        with contextlib.suppress(OSError):
            answer = one.recv(65536)
    assert sent < 64 << 20
    assert not answer or told(answer)[0] == 413
    assert server.memory_kib() - before < 32_768
    assert server.health() == 200


def test_slow_clients_keep_nobody_waiting(server):
    with contextlib.ExitStack() as open_:
        for n in range(150):
            one = open_.enter_context(server.connect())
            if n % 3 == 1:
                one.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            elif n % 3 == 2:
                one.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
        assert [server.health() for _ in range(5)] == [200] * 5


ODD = {
    "length and chunks": HEAD
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/health HTTP/1.1\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "a length in words": HEAD + b"Content-Length: ten\r\n\r\n",
    "a folded header": b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET /api/v1/health HTTP/1.1\r\nHost : x\r\n\r\n",
    "chunks in HTTP/1.0": HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": HEAD + b"Transfer-Encoding: gzip\r\n\r\nx",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    "bare line feeds": b"GET /api/v1/health HTTP/1.1\nHost: x\n\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "NUL in the line": b"GET /api/v1/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "huge headers": b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(9_000)) + b"\r\n",
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD.keys())
def test_odd_http_gets_one_answer_at_most_and_no_accident(server, raw):
    answer = server.say(raw)
    statuses = [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]
    assert len(statuses) <= 1, answer
    assert all(status in {400, 401, 404, 413, 431, 501} for status in statuses), answer
    assert b"waitress" not in answer.lower()
    assert server.health() == 200


def test_the_server_gives_no_name(server):
    status, head, _ = told(server.say(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    assert status == 200
    assert "server:" not in head


def test_proxy_headers_of_strangers_mean_nothing(server):
    raw = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    raw += b"X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: evil\r\n"
    status, _, body = told(server.say(raw + b"Authorization: Bearer " + token_of("erp").encode() + b"\r\n\r\n"))
    assert (status, json.loads(body)["login"]) == (200, "erp")


def test_a_taken_port_is_told(server):
    environ = os.environ | {"TRAMITA_DATABASE_URL": server.url, "TRAMITA_PORT": str(server.port)}
    done = subprocess.run([TRAMITA, "serve"], env=environ, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"127.0.0.1:{server.port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_sigterm_ends_it_in_order(stock, tmp_path):
    url = stock.copy("sqlite", furnish)
    found = Server(url, tmp_path)
    try:
        assert found.health() == 200
        found.process.send_signal(signal.SIGTERM)
        printed, _ = found.process.communicate(timeout=20)
        assert found.process.returncode == 0
        logged = (tmp_path / "stderr").read_text()
        assert [json.loads(line)["message"] for line in logged.splitlines()] == ["request"]
        assert re.search("setup_[A-Za-z0-9_-]{40}", printed)
        assert "setup_" not in logged
    finally:
        found.end()
        stock.drop(url)


def test_gunicorn_serves_the_application_of_the_environment(stock, tmp_path):
    url = stock.copy("sqlite", furnish)
    gunicorn = Path(sys.executable).parent / "gunicorn"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TRAMITA_")} | {"TRAMITA_DATABASE_URL": url}
    words = [gunicorn, "--workers", "1", "--bind", "127.0.0.1:0", "api.serving:application()"]
    process = subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        port = None
        for line in process.stderr:
            if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=60) as answer:
            assert (answer.status, json.load(answer)) == (200, {"status": "ready"})
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        stock.drop(url)


@pytest.mark.parametrize("database", ["sqlite"])
def test_not_ready_says_what_is_missing(house, problem, monkeypatch):
    assert house.nobody.get("/ready").json == {"status": "ready"}
    monkeypatch.setattr("api.health.missing", lambda _: ["0002", "0003"])
    told = problem(house.nobody.get("/ready"), 503, "not_ready")
    assert "0002, 0003" in told["missing"][0]
    assert "tramita migrate" in told["detail"]

    def away(_):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT 1", {}, Exception("senha=canário"))

    monkeypatch.setattr("api.health.missing", away)
    answer = house.nobody.get("/ready")
    problem(answer, 503, "not_ready")
    assert "canário" not in answer.text
    assert house.nobody.get("/health").status_code == 200

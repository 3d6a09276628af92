"""Servers in processes of their own, and clients that cost as little as a client can."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FLOOR, OURS = "benchmarks.floor_app:application()", "api.serving:application()"
READY_WITHIN_S = PATIENCE_S = 30


class Server(NamedTuple):
    port: int
    pid: int


@contextlib.contextmanager
def gunicorn(application: str, url: str, **environ: str) -> Iterator[Server]:
    """Two sync workers, one connection for each request."""
    how = ("--no-control-socket", "--worker-class", "sync", "--workers", "2", "--bind", "127.0.0.1:{port}")
    command = ["-m", "gunicorn", *how, application]
    with serving(command, url, **environ) as server:
        yield server


@contextlib.contextmanager
def waitress(application: str, url: str, **environ: str) -> Iterator[Server]:
    """One process of eight threads: the server that `tramita serve` embeds."""
    module, _, call = application.partition(":")
    name = f"{module}:{call.removesuffix('()')}"
    command = ["-m", "waitress", "--threads", "8", "--listen", "127.0.0.1:{port}", "--call", name]
    with serving(command, url, **environ) as server:
        yield server


@contextlib.contextmanager
def tramita_up(url: str, **environ: str) -> Iterator[Server]:
    """Server and scheduler in one process, as a small office runs it."""
    with serving([*_TRAMITA, "up", "--empty", "--port", "{port}"], url, **environ) as server:
        yield server


@contextlib.contextmanager
def tramita_schedule(url: str, **environ: str) -> Iterator[int]:
    """The scheduler alone, in a process of its own; its id."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    told = {**os.environ, "TRAMITA_DATABASE_URL": url, **environ}
    scheduler = subprocess.Popen([sys.executable, *_TRAMITA, "schedule"], env=told, **silent)
    try:
        yield scheduler.pid
    finally:
        scheduler.terminate()
        scheduler.wait(10)


_TRAMITA = ("-c", "from api.cli import main; main()")


@contextlib.contextmanager
def serving(command: list[str], url: str, **environ: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, *(part.format(port=port) for part in command)],
        env={**os.environ, "TRAMITA_DATABASE_URL": url, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # the log lines are written, and go nowhere
    )
    try:
        until = time.monotonic() + READY_WITHIN_S
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_WITHIN_S)
                asked.request("GET", "/")
                asked.getresponse().read()
                break
            assert server.poll() is None, f"{command[-1]} ended while starting"
            assert time.monotonic() < until, f"{command[-1]} does not answer"
            time.sleep(0.05)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(10)


@dataclass
class Client:
    """Sends prepared requests one after the other; opens a connection again when the server has closed it."""

    port: int
    requests: Iterator[bytes]
    latencies: list[float] = field(default_factory=list)
    _socket: socket.socket | None = None

    def until(self, end: float) -> None:
        while time.perf_counter() < end:
            self.once()

    def once(self) -> None:
        request = next(self.requests)
        began = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, _, body = self._read(b"\r\n\r\n")
        low = head.lower()
        length = int(low.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        while len(body) < length:
            body += self._receive()
        if b"connection: close" in low:
            self._socket.close()
            self._socket = None
        self.latencies.append(time.perf_counter() - began)
        assert head[9:12] == b"200", (head + body)[:2000]

    def _read(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        found = b""
        while mark not in found:
            found += self._receive()
        return found.partition(mark)

    def _receive(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(262_144)
        assert part, "the server closed the connection without an answer"
        return part


@dataclass
class Contender:
    """Clients of one server, and what became of their requests.

    Attributes:
        server, database: ids of processes whose CPU time is counted, with all their children.
        rates: answers per second, leg by leg.
    """

    clients: list[Client]
    server: int
    database: int
    rates: list[float] = field(default_factory=list)
    cpu_s: list[tuple[float, float]] = field(default_factory=list)

    def run(self, leg_s: float) -> None:
        """All clients at once, for one leg."""
        before, cpu = self._done(), self._cpu()
        began = time.perf_counter()
        _at_once([lambda c=client: c.until(began + leg_s) for client in self.clients])
        self.rates.append((self._done() - before) / (time.perf_counter() - began))
        self.cpu_s.append(tuple(b - a for a, b in zip(cpu, self._cpu(), strict=True)))

    def forget(self) -> None:
        """What was measured so far does not count."""
        self.rates.clear()
        self.cpu_s.clear()
        for client in self.clients:
            client.latencies.clear()

    def alone(self) -> Contender:
        """The same server with one client."""
        return Contender(self.clients[:1], self.server, self.database)

    @property
    def rate(self) -> float:
        """Answers per second: the median leg."""
        return statistics.median(self.rates)

    @property
    def p50_ms(self) -> float:
        """The median latency."""
        return statistics.median(each for client in self.clients for each in client.latencies) * 1e3

    @property
    def cpu_ms(self) -> str:
        """CPU milliseconds per answer, of the server and of the database."""
        return " + ".join(f"{sum(each) / self._done() * 1e3:.2f}" for each in zip(*self.cpu_s, strict=True))

    def _done(self) -> int:
        return sum(len(client.latencies) for client in self.clients)

    def _cpu(self) -> tuple[float, float]:
        return _cpu_s(self.server), _cpu_s(self.database)


def in_turn(contenders: Mapping[str, Contender], *, rounds: int, leg_s: float = 0.5) -> None:
    """A leg each, again and again, so that the machine's moods meet all alike; the first round only warms up."""
    for n in range(rounds + 1):
        if n == 1:
            for each in contenders.values():
                each.forget()
        for each in contenders.values():
            each.run(leg_s)


def share(one: Contender, floor: Contender) -> float:
    """How much of the floor's answers per second: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(one.rates, floor.rates, strict=True))


def database_pid(url: str) -> int:
    """The server process behind a URL of `installation.a_database`."""
    folder = Path(url.rpartition("?host=")[2])
    return int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, as Linux counts them."""
    found = 0.0
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += int((task / "schedstat").read_text().split()[0]) / 1e9
            found += sum(_cpu_s(int(child)) for child in (task / "children").read_text().split())
    return found


def _at_once(works: list[Callable[[], None]]) -> None:
    if len(works) == 1:
        works[0]()
        return
    errors: list[BaseException] = []

    def safely(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a client's failure ends the benchmark
            errors.append(error)

    threads = [threading.Thread(target=safely, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]

"""Servers in processes of their own, and clients that cost as little as a client can."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FLOOR, OURS = "benchmarks.floor_app:application()", "api.serving:application()"
READY_WITHIN_S = 30


@contextlib.contextmanager
def gunicorn(application: str, url: str, **environ: str) -> Iterator[int]:
    """Two sync workers, as performance.md measures; yields the port."""
    command = ["gunicorn", "--worker-class", "sync", "--workers", "2", "--bind", "127.0.0.1:{port}", application]
    with serving(command, url, **environ) as port:
        yield port


@contextlib.contextmanager
def waitress(application: str, url: str, **environ: str) -> Iterator[int]:
    """One process of eight threads: the server that `tramita serve` embeds."""
    module, _, call = application.partition(":")
    name = f"{module}:{call.removesuffix('()')}"
    command = ["waitress", "--threads", "8", "--listen", "127.0.0.1:{port}", "--call", name]
    with serving(command, url, **environ) as port:
        yield port


@contextlib.contextmanager
def serving(command: list[str], url: str, **environ: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", *(part.format(port=port) for part in command)],
        env={**os.environ, "TRAMITA_DATABASE_URL": url, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # the log lines are written, and go nowhere
    )
    try:
        until = time.monotonic() + READY_WITHIN_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert server.poll() is None, f"{command[-1]} ended while starting"
            assert time.monotonic() < until, f"{command[-1]} does not answer"
            time.sleep(0.05)
        yield port
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
            self._socket = socket.create_connection(("127.0.0.1", self.port), 10)
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


def in_turn(contenders: Mapping[str, list[Client]], *, rounds: int, leg_s: float = 0.5) -> dict[str, list[float]]:
    """Answers per second of each contender, leg by leg, all its clients at once; the first round only warms up."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for n in range(rounds + 1):
        for name, clients in contenders.items():
            if n == 1:
                for client in clients:
                    client.latencies.clear()
            before = sum(len(client.latencies) for client in clients)
            began = time.perf_counter()
            _at_once([lambda c=client, end=began + leg_s: c.until(end) for client in clients])
            if n:
                done = sum(len(client.latencies) for client in clients) - before
                found[name].append(done / (time.perf_counter() - began))
    return found


def share(found: dict[str, list[float]], one: str, floor: str) -> float:
    """How much of the floor's answers per second: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(found[one], found[floor], strict=True))


def p50_ms(clients: list[Client]) -> float:
    """The median latency."""
    return statistics.median(each for client in clients for each in client.latencies) * 1e3


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

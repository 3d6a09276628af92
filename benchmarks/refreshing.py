"""Limits computed anew after rules changed, and what the API does meanwhile (`python -m benchmarks.refreshing`).

`python -m benchmarks.refreshing 1000000 PostgreSQL` counts a million for real: half an hour, and 10 GB in TMPDIR.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import statistics
import sys
import time
from itertools import count, cycle
from typing import TYPE_CHECKING, Any

from benchmarks.figure import Figure, table
from benchmarks.installation import DATABASES, HERE, LIFE, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from benchmarks.over_http import our_moves
from benchmarks.queues import cpu_s
from benchmarks.refreshed_by_hand import RefreshedByHand
from benchmarks.servers import OURS, Client, gunicorn, tramita_schedule, tramita_up
from benchmarks.spreading import spread
from engine import actors
from engine.clocks.refreshing import ReadRefreshes, read_refreshes, refresh_all
from engine.processes.deploying import deploy_files
from engine.registry.putting import Put, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.installation import Installation

TICKETS = 20_000
BESIDE = 30_000
MOST_S = 120
ROUNDS, LEG_S, EVERY_S = 3, 4.5, 0.02  # a refresh begins five seconds after it was asked: the leg alone
EARLY, LATE = ["seg-sex 08:00-12:00 13:00-18:00"], ["seg-sex 09:00-12:00 13:00-18:00"]
TWICE = (*LIFE[:3], *LOOP, *LOOP)
SLA = (
    b'<extensionElements><camunda:properties><camunda:property name="%b" value="%b" />'
    b"</camunda:properties></extensionElements></userTask>"
)


def figures(number: int = TICKETS, kinds: tuple[str, ...] = DATABASES) -> Iterator[Figure]:
    for kind in kinds:
        with _desk(kind, number) as (here, url):
            by_hand = RefreshedByHand(url)
            yield _afresh(here, kind, "every limit changes", LATE, by_hand=by_hand)
            yield _afresh(here, kind, "no limit changes", LATE, days=["2019-01-01 fechado Feriado"])
            yield _afresh(here, kind, "another calendar changes", LATE, key="outro")
        if number == TICKETS:
            with _desk(kind, number, moves=TWICE) as (here, _):
                yield _afresh(here, kind, "every limit changes, each ticket has waited twice", LATE)


def beside(kinds: tuple[str, ...] = DATABASES) -> Iterator[Figure]:
    """What the API does meanwhile; some minutes."""
    for kind in kinds:
        yield from _beside(kind)


@contextlib.contextmanager
def _desk(kind: str, number: int, *, moves: tuple[str, ...] = LIFE[:3]) -> Iterator[tuple[Installation, str]]:
    """So many open tickets with three limits each, none of them over, as old as five days at most."""
    with a_database(kind) as url, installed(url) as here:
        drawn = (HERE / "diagrams" / "bancada.bpmn").read_bytes()
        for element, name, value in ((b"em_andamento", b"sla", b"PT80H"), (b"aguardando", b"pauses_sla", b"true")):
            plain = drawn.partition(b'<userTask id="' + element)[2].partition(b" />")[0]
            begins = b'<userTask id="' + element + plain
            assert begins + b" />" in drawn
            drawn = drawn.replace(begins + b" />", begins + b">" + SLA % (name, value))
        own = b'name="calendar" value="comercial" /><camunda:property name="requires_decision"'
        drawn = drawn.replace(b'name="requires_decision"', own)
        for key in ("comercial", "outro"):
            _hours(here, EARLY, key=key)
        deploy_files(here.engine, [("bancada.bpmn", drawn)], actor=actors.CONSOLE)
        policy = {"first_response": "PT60H", "resolution": "P10D", "valid_from": "2020-01-01"}
        _put(here, "sla_policies", "todos", label="Todos", **policy)
        here.ticket(moves)
        spread(here, number)
        _hours(here, EARLY, days=["2018-01-01 fechado Feriado"])
        refresh_all(here.engine)  # what stands there now is right
        here.tidy()
        yield here, url


def _hours(here: Installation, week: list[str], *, key: str = "comercial", **more: Any) -> None:
    _put(here, "calendars", key, label=key, week=week, valid_from="2020-01-01", **more)


def _put(here: Installation, registry: str, key: str, **values: object) -> None:
    here.engine.run(put, Put(registry=registry, key=key, values=values), actor=actors.CONSOLE)


class _Batches:
    """An engine whose commands are timed."""

    def __init__(self, here: Installation) -> None:
        self._run, self.seconds = here.engine.run, list[float]()

    def run(self, *args: Any, **more: Any) -> Any:
        began = time.perf_counter()
        found = self._run(*args, **more)
        self.seconds.append(time.perf_counter() - began)
        return found


def _afresh(
    here: Installation,
    kind: str,
    name: str,
    week: list[str],
    *,
    by_hand: RefreshedByHand | None = None,
    **more: Any,
) -> Figure:
    floor = [by_hand.us()] if by_hand else []
    gc.collect()
    gc.freeze()  # as the scheduler's process does
    _hours(here, week, **more)
    batches = _Batches(here)
    busy, began = cpu_s(here), time.perf_counter()
    seen = refresh_all(batches)  # type: ignore[arg-type]  # it asks an engine to run, nothing else
    spent, busy = time.perf_counter() - began, cpu_s(here) - busy
    floor += [by_hand.us()] if by_hand else []
    told = here.engine.read(read_refreshes, ReadRefreshes(most=2), actor=actors.CONSOLE)
    changed = max(one["changed"] for one in told)
    million = spent / seen * 1e6
    beside = f"; {million / statistics.mean(floor):.1f} x the same rows by hand" if floor else ""
    return Figure(
        measure=f"limits computed anew, {kind}, {seen:,} seen, {changed:,} changed: {name}",
        measured=f"{million:.0f} s a million, of CPU {busy / seen * 1e6:.0f} s{beside}; "
        f"a batch {statistics.median(batches.seconds) * 1e3:.0f} ms, the longest {max(batches.seconds) * 1e3:.0f} ms",
        asked=f"about {MOST_S} s",
        holds=million <= MOST_S,
    )


def _beside(kind: str) -> Iterator[Figure]:
    """Moves and pages over HTTP, one request every 20 ms, alone and while all limits are computed anew."""
    with _desk(kind, BESIDE) as (here, url):
        here.season()
        for name, served in (("in processes of their own", _apart), ("in one process", tramita_up)):
            tickets = [here.ticket().protocol for _ in range(25)]
            with served(url) as server:
                moves = Client(server.port, our_moves(here.token, server.port, tickets, f"{served.__name__}-"))
                pages = Client(server.port, _pages(server.port, here.token))
                weeks = cycle([LATE, EARLY])
                found: dict[str, dict[str, list[float]]] = {"alone": {}, "meanwhile": {}}
                rates = []
                for n in range(ROUNDS + 1):
                    _hours(here, next(weeks))
                    for leg, took in found.items():
                        before = _until_begun(here) if leg == "meanwhile" else 0
                        _leg({"move": moves, "page": pages}, took)
                        if leg == "meanwhile":
                            rates.append((_seen(here) - before) / LEG_S)
                        if not n:  # the first round only warms up
                            took.clear()
                    _until_idle(here)
            for what in ("move", "page"):
                alone, meanwhile = found["alone"][what], found["meanwhile"][what]
                yield Figure(
                    measure=f"a {what} over HTTP while limits are computed anew, {name}, {kind}",
                    measured=f"p50 {_ms(meanwhile, 50)} ms (alone {_ms(alone, 50)}), p99 {_ms(meanwhile, 99)} ms "
                    f"(alone {_ms(alone, 99)}), longest {_ms(meanwhile, 100)}; {statistics.median(rates):,.0f}/s",
                )


@contextlib.contextmanager
def _apart(url: str) -> Iterator[Any]:
    with gunicorn(OURS, url) as server, tramita_schedule(url):
        yield server


def _leg(clients: dict[str, Client], took: dict[str, list[float]]) -> None:
    for client in clients.values():
        client.latencies.clear()
    begins = time.perf_counter()
    turns = cycle(clients.values())
    for n in count():
        due = begins + n * EVERY_S
        if due > begins + LEG_S:
            break
        time.sleep(max(0.0, due - time.perf_counter()))
        next(turns).once()
    for name, client in clients.items():
        took.setdefault(name, []).extend(client.latencies)


def _pages(port: int, token: str) -> Iterator[bytes]:
    request = (
        f"GET /api/v1/tickets?standing=open&limit=20 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    return cycle([request.encode()])


def _refreshes(here: Installation) -> list[dict[str, Any]]:
    return here.engine.read(read_refreshes, ReadRefreshes(most=1_000), actor=actors.CONSOLE)


def _unfinished(here: Installation) -> bool:
    return any(one["finished_at"] is None for one in _refreshes(here))


def _until_idle(here: Installation) -> None:
    while _unfinished(here):
        time.sleep(0.2)


def _until_begun(here: Installation) -> int:
    """How many were seen before."""
    before = _seen(here)
    while _seen(here) == before:
        time.sleep(0.05)
    return _seen(here)


def _seen(here: Installation) -> int:
    return sum(one["seen"] for one in _refreshes(here))


def _ms(seconds: list[float], percent: int) -> str:
    ordered = sorted(seconds)
    return f"{ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1e3:.1f}"


def main() -> None:
    on_one_core()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    kinds = tuple(kind for kind in DATABASES if not sys.argv[2:] or kind.startswith(tuple(sys.argv[2:])))
    print(header(), flush=True)
    found = []
    asked = itertools.chain(figures(number, kinds), beside(kinds) if number == TICKETS else ())
    for figure in asked:
        print(f"{figure.measure}: {figure.measured}", flush=True)
        found.append(figure)
    print(table(found))


if __name__ == "__main__":
    main()

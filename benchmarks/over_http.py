"""Moves over HTTP beside a bare Flask floor: share of its moves per second, and latency (`python -m benchmarks.over_http`)."""

from __future__ import annotations

import contextlib
from itertools import count
from typing import TYPE_CHECKING

import orjson

from benchmarks.figure import Figure, table
from benchmarks.floors import FURTHER, OrmFloor
from benchmarks.installation import LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from benchmarks.servers import FLOOR, OURS, Client, gunicorn, in_turn, p50_ms, share, waitress

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS, TICKETS_EACH = 4, 25
ROUNDS = 14
SHARE, LATENCY = 0.5, 2.0


def figures() -> Iterator[Figure]:
    with a_database("PostgreSQL") as url, installed(url) as here:
        orm = OrmFloor(url)
        with orm.engine.begin() as connection:
            connection.exec_driver_sql(FURTHER)
        theirs = [[str(orm.open()) for _ in range(TICKETS_EACH)] for _ in range(3 * CLIENTS)]
        orm.close()
        ours = [[here.ticket().protocol for _ in range(TICKETS_EACH)] for _ in range(2 * CLIENTS)]
        here.analyse()
        for name, server in (("gunicorn", gunicorn), ("waitress", waitress)):
            with contextlib.ExitStack() as stack:
                floor = stack.enter_context(server(FLOOR, url))
                same = stack.enter_context(server(FLOOR, url, FLOOR_ALL_ROWS="1"))
                port = stack.enter_context(server(OURS, url))
                yield from _measured(name, here.token, (floor, theirs[:4]), (same, theirs[4:8]), (port, ours[:4]))


def _measured(name, token, floor, same, ours) -> Iterator[Figure]:
    def clients(port, tickets, make):
        return [Client(port, make(port, mine, f"{name}{n}{port}")) for n, mine in enumerate(tickets)]

    several = {
        "floor": clients(*floor, floor_moves),
        "same rows": clients(*same, floor_moves),
        "ours": clients(*ours, lambda *about: our_moves(token, *about)),
    }
    found = in_turn(several, rounds=ROUNDS)
    part = share(found, "ours", "floor")
    rate = {contender: sorted(each)[len(each) // 2] for contender, each in found.items()}
    asked = name == "gunicorn"
    yield Figure(
        measure=f"moves/s over HTTP, {CLIENTS} clients, {name}",
        measured=f"{part:.2f} of the floor ({rate['ours']:.0f} : {rate['floor']:.0f}); "
        f"{share(found, 'ours', 'same rows'):.2f} of a floor with all our rows",
        asked=f"at least {SHARE} of the floor" if asked else "",
        holds=part >= SHARE if asked else None,
    )
    alone = {contender: each[:1] for contender, each in several.items()}
    for each in alone.values():
        each[0].latencies.clear()
    in_turn(alone, rounds=ROUNDS)
    p50 = {contender: p50_ms(each) for contender, each in alone.items()}
    ratio = p50["ours"] / p50["floor"]
    yield Figure(
        measure=f"p50 of a move over HTTP, 1 client, {name}",
        measured=f"{ratio:.2f} x the floor's ({p50['ours']:.2f} : {p50['floor']:.2f} ms); "
        f"{p50['ours'] / p50['same rows']:.2f} x with all our rows",
        asked=f"at most {LATENCY:.0f} x" if asked else "",
        holds=ratio <= LATENCY if asked else None,
    )


def floor_moves(port, tickets, name) -> Iterator[bytes]:
    for n in count():
        step = LOOP[n // len(tickets) % 2]
        yield posted(port, f"/tickets/{tickets[n % len(tickets)]}/moves", {"move": step}, f"Idempotency-Key: {name}-{n}")


def our_moves(token, port, tickets, name) -> Iterator[bytes]:
    for n in count():
        step = LOOP[n // len(tickets) % 2]
        yield posted(
            port,
            f"/api/v1/tickets/{tickets[n % len(tickets)]}/moves",
            {"move": step},
            f"Idempotency-Key: {name}-{n}\r\nAuthorization: Bearer {token}",
        )


def posted(port: int, path: str, body: object, headers: str) -> bytes:
    content = orjson.dumps(body)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n{headers}\r\n\r\n"
    ).encode() + content


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

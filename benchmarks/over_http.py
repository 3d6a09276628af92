"""Moves over HTTP beside a bare Flask floor: moves per second, latency, CPU (`python -m benchmarks.over_http`)."""

from __future__ import annotations

import contextlib
import uuid
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import orjson

from benchmarks.figure import Figure, table
from benchmarks.floors import FURTHER, OrmFloor, PostgresFloor
from benchmarks.installation import LOOP, SEASONED, a_database, installed, on_one_core
from benchmarks.machine import header
from benchmarks.servers import FLOOR, OURS, Client, Contender, database_pid, gunicorn, in_turn, share, waitress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLIENTS, TICKETS_EACH = 4, 25
ROUNDS = 10
SHARE, LATENCY = 0.5, 2.0


def figures() -> Iterator[Figure]:
    with a_database("PostgreSQL") as url, installed(url) as here:
        orm = OrmFloor(url)
        with orm.engine.begin() as connection:
            connection.exec_driver_sql(FURTHER)
        for name, server in (("gunicorn", gunicorn), ("waitress", waitress)):
            theirs = [[str(orm.open()) for _ in range(TICKETS_EACH)] for _ in range(2 * CLIENTS)]
            ours = [[here.ticket().protocol for _ in range(TICKETS_EACH)] for _ in range(CLIENTS)]
            season(url, str(orm.open()))
            here.season()
            with contextlib.ExitStack() as stack:
                floor = stack.enter_context(server(FLOOR, url))
                same = stack.enter_context(server(FLOOR, url, FLOOR_ALL_ROWS="1"))
                own = stack.enter_context(server(OURS, url))
                database = database_pid(url)
                contenders = {
                    "floor": Contender(clients(floor, theirs[:CLIENTS], floor_moves), floor.pid, database),
                    "same rows": Contender(clients(same, theirs[CLIENTS:], floor_moves), same.pid, database),
                    "ours": Contender(clients(own, ours, partial(our_moves, here.token)), own.pid, database),
                }
                yield from measured(name, contenders)
        orm.close()


def season(url: str, ticket: str) -> None:
    """Let the floor with all our rows have as much behind as ours has."""
    floor = PostgresFloor(url)
    for n in range(SEASONED):
        floor.move_with_all_rows(uuid.UUID(ticket), LOOP[n % 2], f"seasoned-{ticket}-{n}")
    floor.close()


def clients(server, tickets, make) -> list[Client]:
    return [Client(server.port, make(server.port, mine, f"{server.port}-{n}")) for n, mine in enumerate(tickets)]


def measured(name: str, contenders: Mapping[str, Contender]) -> Iterator[Figure]:
    asked = name == "gunicorn"
    in_turn(contenders, rounds=ROUNDS)
    floor, same, ours = contenders.values()
    part = share(ours, floor)
    yield Figure(
        measure=f"moves/s over HTTP, {CLIENTS} clients, {name}",
        measured=f"{part:.2f} of the floor ({ours.rate:.0f} : {floor.rate:.0f}); "
        f"{share(ours, same):.2f} of a floor with all our rows",
        asked=f"at least {SHARE} of the floor" if asked else "",
        holds=part >= SHARE if asked else None,
    )
    yield Figure(
        measure=f"CPU of a move over HTTP, {name}, server + database",
        measured=f"{ours.cpu_ms} ms; the floor {floor.cpu_ms} ms",
    )
    alone = {contender: each.alone() for contender, each in contenders.items()}
    in_turn(alone, rounds=ROUNDS)
    floor, same, ours = alone.values()
    ratio = ours.p50_ms / floor.p50_ms
    yield Figure(
        measure=f"p50 of a move over HTTP, 1 client, {name}",
        measured=f"{ratio:.2f} x the floor's ({ours.p50_ms:.2f} : {floor.p50_ms:.2f} ms); "
        f"{ours.p50_ms / same.p50_ms:.2f} x that of a floor with all our rows",
        asked=f"at most {LATENCY:.0f} x" if asked else "",
        holds=ratio <= LATENCY if asked else None,
    )


def floor_moves(port, tickets, name) -> Iterator[bytes]:
    for n in count():
        step = LOOP[n // len(tickets) % 2]
        path = f"/tickets/{tickets[n % len(tickets)]}/moves"
        yield posted(port, path, {"move": step}, f"Idempotency-Key: {name}-{n}")


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

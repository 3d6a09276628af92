"""A page of 100,000 open tickets over HTTP, beside a bare one and a small queue (`python -m benchmarks.listing`)."""

from __future__ import annotations

import contextlib
from itertools import repeat
from typing import TYPE_CHECKING

import psycopg

from benchmarks.figure import Figure, table
from benchmarks.installation import a_database, installed, on_one_core
from benchmarks.machine import header
from benchmarks.servers import FLOOR, OURS, Client, Contender, database_pid, gunicorn, in_turn
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL, LARGE = 10_000, 100_000
PAGES = (20, 100)
ROUNDS = 10
MOST, MOST_GROWTH = 1.5, 1.3


def figures() -> Iterator[Figure]:
    with a_database("PostgreSQL") as url, contextlib.ExitStack() as stack:
        with installed(url) as here:
            here.ticket()
            token = here.token
        seed(url, SMALL)
        large = url.replace("/postgres?", "/large?")
        with psycopg.connect(url.replace("/postgres?", "/template1?"), autocommit=True) as outside:
            outside.execute("CREATE DATABASE large TEMPLATE postgres")
        seed(large, LARGE - SMALL)
        servers = {
            "floor": stack.enter_context(gunicorn(FLOOR, large)),
            "stern floor": stack.enter_context(gunicorn(FLOOR, large, FLOOR_ORJSON="1")),
            "ours": stack.enter_context(gunicorn(OURS, large)),
            "small": stack.enter_context(gunicorn(OURS, url)),
        }
        for limit in PAGES:
            contenders = {
                name: Contender(
                    [Client(server.port, repeat(asked(name, server.port, token, limit)))], server.pid, database_pid(url)
                )
                for name, server in servers.items()
            }
            in_turn(contenders, rounds=ROUNDS, leg_s=0.25)
            p50 = {name: each.p50_ms for name, each in contenders.items()}
            ratio, growth = p50["ours"] / p50["floor"], p50["ours"] / p50["small"]
            asks = limit == PAGES[0]
            yield Figure(
                measure=f"first {limit} of {LARGE:,} open tickets over HTTP, p50",
                measured=f"{ratio:.2f} x a bare Flask page with the same fields "
                f"({p50['ours']:.2f} : {p50['floor']:.2f} ms); "
                f"{p50['ours'] / p50['stern floor']:.2f} x one that dumps with orjson",
                asked=f"at most {MOST} x" if asks else "",
                holds=ratio <= MOST if asks else None,
            )
            yield Figure(
                measure=f"the same against {SMALL:,} open tickets",
                measured=f"{growth:.2f} x ({p50['ours']:.2f} : {p50['small']:.2f} ms)",
                asked=f"at most {MOST_GROWTH} x",
                holds=growth <= MOST_GROWTH,
            )


def seed(url: str, number: int) -> None:
    """Clone the ticket that is there, each opened a second earlier than the one before."""
    own = {
        "id": "gen_random_uuid()",
        "protocol": "'c' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 18)",
        "opened_at": "opened_at - n * interval '1 second'",
    }
    names = [column.name for column in ticket.columns]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"INSERT INTO ticket ({', '.join(names)}) "
            f"SELECT {', '.join(own.get(name, name) for name in names)} "
            f"FROM (SELECT * FROM ticket LIMIT 1) AS one, generate_series(1, {number}) AS n"
        )
        connection.execute("VACUUM ANALYZE")


def asked(name: str, port: int, token: str, limit: int) -> bytes:
    path = f"/tickets?limit={limit}" if "floor" in name else f"/api/v1/tickets?standing=open&limit={limit}"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

"""What it costs to know who calls: a session, a token, nobody asked; and signing in (`python -m benchmarks.callers`).

The same application reads the same ticket; only the hook that finds out who calls differs.
"""

from __future__ import annotations

import io
import statistics
import time
from typing import TYPE_CHECKING

from flask import g

from api import create_app
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.config import Settings
from engine.people import passwords
from engine.people.accounts import STAFF
from engine.people.links import MakeLink, UseLink, make_link, use_link
from engine.people.signing_in import SignIn, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

ROUNDS = 12
TRIES = 60
PASSWORD = "guarda-chuva azul na varanda"


def figures() -> Iterator[Figure]:
    yield told_apart()
    for kind in DATABASES:
        with a_database(kind) as url, installed(url) as here:
            session = signed_in(here)
            path = f"/api/v1/tickets/{here.ticket().protocol}"
            asked, unasked = create_app(here.engine), create_app(here.engine)
            unasked.before_request_funcs["tickets"] = [lambda agent=here.agent: setattr(g, "actor", agent)]
            legs = Legs(
                {
                    "nobody asked": reading(unasked, path, {}),
                    "token": reading(asked, path, {"HTTP_AUTHORIZATION": f"Bearer {here.token}"}),
                    "session": reading(asked, path, {"HTTP_COOKIE": f"tramita_session={session}"}),
                },
                rounds=ROUNDS,
                leg_s=0.25,
            )
            each = " : ".join(f"{legs.ms(name):.2f}" for name in ("session", "token", "nobody asked"))
            yield Figure(
                measure=f"who calls, on a ticket read, {kind}",
                measured=f"session {legs.ratio('session', 'nobody asked'):.2f} x, token "
                f"{legs.ratio('token', 'nobody asked'):.2f} x nobody asked ({each} ms)",
            )


def signed_in(here: Installation) -> str:
    made = here.engine.run(
        make_link, MakeLink(directory=STAFF, login="agente", purpose="invitation"), actor=actors.CONSOLE
    )
    use_link(
        here.engine,
        UseLink(directory=STAFF, purpose="invitation", text=made.text, password=PASSWORD, address="127.0.0.1"),
    )
    return sign_in(here.engine, SignIn(directory=STAFF, login="agente", password=PASSWORD, address="127.0.0.1")).text


def reading(app, path: str, headers: dict[str, str]) -> Callable[[], object]:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **headers,
    }

    def once() -> None:
        status = []
        body = app.wsgi_app(dict(environ), lambda told, _: status.append(told))
        b"".join(body)
        body.close()
        assert status == ["200 OK"], status

    return once


def told_apart() -> Figure:
    """A login that exists and one that does not, in turn: how long comparing takes, and whether it tells them apart."""
    settings = Settings()
    stored = passwords.hashed(settings, PASSWORD, ()).text
    spent: dict[str, list[float]] = {"there": [], "not there": []}
    for _ in range(TRIES):
        for who, kept in (("there", stored), ("not there", None)):
            began = time.perf_counter()
            passwords.matches(settings, kept, "não é esta")
            spent[who].append((time.perf_counter() - began) * 1e3)
    one, other = spent.values()
    spread = (statistics.variance(one) / TRIES + statistics.variance(other) / TRIES) ** 0.5
    t = (statistics.mean(one) - statistics.mean(other)) / spread
    return Figure(
        measure="comparing a password",
        measured=f"{statistics.median(one):.0f} ms; of nobody {statistics.median(other):.0f} ms; Welch t {t:.2f}",
        asked="|t| below 4.5",
        holds=abs(t) < 4.5,
    )


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

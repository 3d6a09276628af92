"""A board page, taking, announcing limits, among a million queued activities (`python -m benchmarks.queues`)."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.claims import claims
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.people.adding import AddPerson, add_person
from engine.people.knowing import actor_of
from engine.queues.announcing import announce_all
from engine.queues.board import ShowBoard, show_board
from engine.queues.listing import ListItems, list_items
from engine.registry.putting import Put, put
from engine.tickets.tasks import CreateTask, create_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.installation import Installation

SMALL = 10_000
LARGE = {"PostgreSQL": 1_000_000, "SQLite FULL": 100_000}
CROSSINGS = (0, 100, 10_000)
ROUNDS = 6
MOST_GROWTH, AIM_PER_S = 1.3, 5_000
NOW = datetime.now(UTC).replace(microsecond=0)


def figures() -> Iterator[Figure]:
    for kind, large in LARGE.items():
        with contextlib.ExitStack() as stack:
            few, many = (_desk(stack, kind, number) for number in (SMALL, large))
            yield from _pages(kind, few, many, large)
            yield from claims(kind, few, many, large, SMALL)
            yield from _sweeps(kind, few, many, large)


def _desk(stack: contextlib.ExitStack, kind: str, number: int) -> Installation:
    """An installation in which so many activities wait in the agent's two teams, one in ten without a limit."""
    here = stack.enter_context(installed(stack.enter_context(a_database(kind))))
    for key in ("suporte", "vendas"):
        here.engine.run(put, Put(registry="teams", key=key, values={"label": key}), actor=actors.CONSOLE)
    ask = AddPerson(login="fila", name="Fila", profile="agente", teams=("suporte", "vendas"))
    here.engine.run(add_person, ask, actor=actors.CONSOLE)
    known = here.engine.read(lambda unit, _: unit.catalogue, None, actor=actors.CONSOLE)
    here.agent = actor_of(next(p for p in known.people.values() if p.login == "fila"), known.number, token_hash=None)
    here.engine.run(create_task, CreateTask(name="Ligar", team="suporte"), actor=here.agent)
    here.ticket(())
    seed(here, number)
    return here


def seed(here: Installation, number: int, *, due: bool = False) -> None:
    """Have so many more wait; `due`: all of them with a limit that is past and still to be told."""
    postgresql = here.engine.database.dialect.name == "postgresql"
    begin = NOW - timedelta(hours=1) if due else NOW + timedelta(days=30)
    if postgresql:
        numbers, new_id = f"generate_series(1, {number}) AS n", "gen_random_uuid()"
        at = f"timestamptz '{begin.isoformat()}' + {0 if due else 1} * n * interval '1 second'"
        step = f"to_jsonb(ARRAY[ARRAY['limit', to_char({at}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+00:00']])"
        now = f"timestamptz '{NOW.isoformat()}'"
    else:
        one = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
        numbers, new_id = f"({one} WHERE n < {number}) SELECT n FROM c)", "lower(hex(randomblob(16)))"
        later = f"'{begin:%Y-%m-%d %H:%M:%S}', '+' || ({0 if due else 1} * n) || ' seconds'"
        at, now = f"strftime('%Y-%m-%d %H:%M:%S.000000', {later})", f"'{NOW:%Y-%m-%d %H:%M:%S}.000000'"
        step = f"json_array(json_array('limit', strftime('%Y-%m-%dT%H:%M:%S+00:00', {later})))"

    def limited(value: str) -> str:
        return value if due else f"CASE WHEN n % 10 = 0 THEN NULL ELSE {value} END"

    values = {
        "id": new_id,
        "kind": "'custom'",
        "team": "CASE WHEN n % 2 = 0 THEN 'suporte' ELSE 'vendas' END",
        "status": "'queued'",
        "created_at": now,
        "limit_at": limited(at),
        "limit_version": "1",
        "announce_at": limited(at),
        "to_announce": limited(step),
    }
    statement = f"INSERT INTO activity ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {numbers}"
    with here.engine.database.begin() as connection:
        connection.exec_driver_sql(statement.replace("%", "%%") if postgresql else statement)
    here.analyse()


def _pages(kind: str, few: Installation, many: Installation, large: int) -> Iterator[Figure]:
    looks = {
        "the board": lambda here: here.engine.read(show_board, ShowBoard(), actor=here.agent),
        "a page of a team's queue": lambda here: here.engine.read(
            list_items, ListItems(team="suporte"), actor=here.agent
        ),
    }
    for name, look in looks.items():
        legs = Legs({"few": lambda look=look: look(few), "many": lambda look=look: look(many)}, rounds=ROUNDS)
        ratio = legs.ratio("many", "few")
        yield Figure(
            measure=f"{name} with {large:,} queued, {kind}",
            measured=f"{ratio:.2f} x that with {SMALL:,} ({legs.ms('many'):.1f} : {legs.ms('few'):.1f} ms)",
            asked=f"at most {MOST_GROWTH} x",
            holds=ratio <= MOST_GROWTH,
        )


def _sweeps(kind: str, few: Installation, many: Installation, large: int) -> Iterator[Figure]:
    for crossings in CROSSINGS:
        spent = {}
        for name, here in (("few", few), ("many", many)):
            if crossings:
                seed(here, crossings, due=True)
            before, began = cpu_s(here), time.perf_counter()
            done = announce_all(here.engine)
            spent[name] = time.perf_counter() - began
            busy = cpu_s(here) - before
            assert done == crossings, (done, crossings)
        rate = crossings / spent["many"]
        yield Figure(
            measure=f"a sweep with {crossings:,} crossings among {large:,}, {kind}",
            measured=f"{spent['many'] * 1e3:.1f} ms (among {SMALL:,}: {spent['few'] * 1e3:.1f} ms)"
            + (f"; {rate:,.0f} announcements/s, {crossings / busy:,.0f} for a second of CPU" if crossings else ""),
            asked=f"{AIM_PER_S:,}/s" if crossings == CROSSINGS[-1] else "",
            holds=rate >= AIM_PER_S if crossings == CROSSINGS[-1] else None,
        )


def cpu_s(here: Installation) -> float:
    """Seconds of CPU that this process and its connection's server process have used; others do not count."""
    spent = time.process_time()
    if here.engine.database.dialect.name == "postgresql":
        with here.engine.database.connect() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

"""Calendar arithmetic, and what clocks add to a move (`python -m benchmarks.clocks`)."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import TYPE_CHECKING

from benchmarks.commands import looping
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, HERE, a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.clocks.refreshing import refresh_all
from engine.people.knowing import by_token, hash_of
from engine.processes.deploying import deploy_files
from engine.registry.putting import Put, put
from engine.sla.calendars import Calendar, Version
from engine.sla.durations import amount_of
from engine.sla.hours import Hours, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

ROUNDS = 8
MOST_US = 20
WEEK = ["seg-sex 08:00-12:00 13:00-18:00"]
LIMITED = {
    b'<userTask id="em_andamento" name="Em andamento" />': (b"em_andamento", b"Em andamento", b"sla", b"PT8H"),
    b'<userTask id="aguardando" name="Aguardando o cliente" />': (b"aguardando", b"Aguardando", b"pauses_sla", b"true"),
}


def figures() -> Iterator[Figure]:
    yield from _arithmetic()
    for kind in DATABASES:
        yield from _moves(kind)


def _arithmetic() -> Iterator[Figure]:
    read = read_lines(WEEK, ["12-24 08:00-12:00 Véspera de Natal"])
    hours = Hours(zone="America/Sao_Paulo", week=read.week, own=read.own, place="BR-SP", optional=("Carnaval",))
    calendar = Calendar("comercial", [Version(number=1, hours=hours)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    instants = cycle([start + timedelta(minutes=n * 3571 % 500_000) for n in range(997)])
    for name, once in (
        ("add PT8H", lambda: calendar.due(next(instants), amount_of("PT8H"))),
        ("add PT80H", lambda: calendar.due(next(instants), amount_of("PT80H"))),
        ("add P2D", lambda: calendar.due(next(instants), amount_of("P2D"))),
        ("between, up to a year", lambda: calendar.between(next(instants), next(instants))),
    ):
        measured = Legs({name: once}, rounds=ROUNDS, leg_s=0.2).ms(name) * 1000
        yield Figure(
            measure=f"calendar {name}",
            measured=f"{measured:.1f} µs",
            asked=f"about {MOST_US} µs",
            holds=measured <= MOST_US,
        )


def _moves(kind: str) -> Iterator[Figure]:
    """A move between two situations of which one has a limit and the other pauses, beside one without any clock."""
    with contextlib.ExitStack() as stack:
        places = {name: stack.enter_context(installed(stack.enter_context(a_database(kind)))) for name in _SET_UP}
        contenders = {}
        for name, here in places.items():
            _SET_UP[name](here)
            # As a request has them: the rights of today, not to be renewed with every move.
            here.agent = here.engine.read(by_token, hash_of(here.token), actor=actors.CONSOLE)
            contenders[name] = _ours(here)
        legs = Legs(contenders, rounds=ROUNDS)
        for name in list(_SET_UP)[1:]:
            yield Figure(
                measure=f"a move with {name}, {kind}, against one without clocks",
                measured=f"{legs.ratio(name, 'nothing'):.2f} x ({legs.ms(name):.2f} : {legs.ms('nothing'):.2f} ms)",
            )


def _ours(here: Installation) -> Callable[[], object]:
    numbers = count()
    tickets = [here.ticket().protocol for _ in range(20)]
    here.season()
    return looping(lambda protocol, name: here.move(protocol, name, f"k{next(numbers)}"), tickets)


def _limited(here: Installation) -> None:
    """Draw a limit and a pause, and have them count by office hours."""
    drawn = (HERE / "diagrams" / "bancada.bpmn").read_bytes()
    for plain, (element, name, key, value) in LIMITED.items():
        assert plain in drawn
        drawn = drawn.replace(
            plain,
            b'<userTask id="%b" name="%b"><extensionElements><camunda:properties>'
            b'<camunda:property name="%b" value="%b" /></camunda:properties></extensionElements></userTask>'
            % (element, name, key, value),
        )
    drawn = drawn.replace(
        b'name="requires_decision"', b'name="calendar" value="comercial" /><camunda:property name="requires_decision"'
    )
    _put(here, "calendars", "comercial", label="Comercial", week=WEEK)
    deploy_files(here.engine, [("bancada.bpmn", drawn)], actor=actors.CONSOLE)


def _with_policy(here: Installation) -> None:
    _limited(here)
    _put(here, "sla_policies", "todos", label="Todos", first_response="PT4H", resolution="P3D")
    refresh_all(here.engine)


_SET_UP: dict[str, Callable[[Installation], None]] = {
    "nothing": lambda _: None,
    "limits of situations": _limited,
    "limits and a policy": _with_policy,
}


def _put(here: Installation, registry: str, key: str, **values: object) -> None:
    here.engine.run(put, Put(registry=registry, key=key, values=values), actor=actors.CONSOLE)


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

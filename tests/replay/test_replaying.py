"""A small log that holds one of everything, told to the engine on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.config import Settings
from engine.history import ticket_history
from engine.replay.errors import ReplayError
from engine.replay.log import read_log
from engine.replay.mapping import read_map
from engine.replay.running import Replay
from engine.replay.staging import staged
from engine.tickets.model import event_key
from engine.tickets.moving import Move, move

HERE = Path(__file__).parent

RUN = {
    "opened": 13,
    "only_opened": 9,  # eight arrivals, one protocol
    "moves": 23,
    "relocations": 4,  # tarde, salto, nota, refaz
    "repeated_deeds": 2,  # duplo, fora
    "already_there": 1,  # prazo
    "unmapped": 2,  # telefone, salto
    "no_way": 1,  # fora
    "repeated": 0,
    "transitions": 5,  # prazo, duplo, junto, volta, refaz
    "incidents": 0,
    # Each visit of a situation with what was allowed there: 51 of 52; only `reabrir` was never taken.
    "precision": 0.9808,
    "moves_used": 8,
    "moves_offered": 9,
}
NOTHING = dict.fromkeys(RUN, 0) | {"precision": None}
ALWAYS = {
    "source": "balcao",
    "cases": 13,
    "events": 42,
    "late_instants": 1,  # relogio
    "absent_activities": [],
    "fitting_cases": 7,
    "fitting_percent": 53.85,
}
FIRST_DEVIATIONS = [
    ("arquivado", "Concluir", "relocated", 1),
    ("dispensado", "Dispensar", "no_way", 1),
    ("em_atendimento", "Atender", "relocated", 1),
    ("em_atendimento", "Faturar", "relocated", 1),
    ("recebido", "Esperar", "relocated", 1),
    ("recebido", "Telefonema", "unmapped", 1),
]
SITUATIONS = [  # stays, median, p90, present
    ("recebido", 13, 600, 1800, 0),
    ("em_atendimento", 9, 3600, 7200, 5),
    ("aguardando", 2, 86_400, 86_400, 1),
    ("faturado", 0, None, None, 1),
    ("concluido", 6, 864_000, 864_000, 1),
    ("arquivado", 2, 345_600, 345_600, 4),
    ("dispensado", 0, None, None, 1),
]


def check(report, of_run):
    told = report.as_dict()
    assert told | of_run | ALWAYS == told
    assert [(d["situation"], d["activity"], d["kind"], d["cases"]) for d in told["deviations"]] == FIRST_DEVIATIONS
    assert [
        (s["situation"], s["stays"], s["median_s"], s["p90_s"], s["present"]) for s in told["situations"]
    ] == SITUATIONS


def test_everything_is_counted_and_a_second_run_changes_nothing(counter):
    first = counter.replay()
    check(first, RUN)
    rows = counter.rows()
    assert (rows["ticket"], rows["opening_key"], rows["event_key"]) == (13, 13, 42 - 9)

    again = counter.replay()

    assert counter.rows() == rows
    check(again, NOTHING | {"repeated": 42})


def rows_of(counter, case):
    """What is kept of a case, but for its random names."""
    ticket = counter.tickets()[case]
    h = ticket_history.c
    statement = (
        select(h.seq, h.at, h.actor, h.deed, h.left, h.entered, h.reason, h.detail, event_key.c.event_id)
        .outerjoin(event_key, (event_key.c.ticket_id == h.ticket_id) & (event_key.c.seq == h.seq))
        .where(h.ticket_id == ticket.id)
        .order_by(h.seq)
    )
    with counter.world.engine.reading.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def at(day, hour, minute=0, second=0):
    return datetime(2026, 1, day, hour, minute, second, tzinfo=UTC)


def test_a_timer_fires_at_its_own_instant_and_the_log_finds_the_deed_done(counter):
    counter.replay()
    deeds = [(row[1], row[2], row[3], row[5], row[8]) for row in rows_of(counter, "prazo")]
    assert deeds == [
        (at(5, 9), "system:replay", "opened", "balcao:recebido", None),
        (at(5, 10), "system:replay", "moved", "balcao:em_atendimento", "prazo#2"),
        (at(5, 12), "system:replay", "moved", "balcao:concluido", "prazo#3"),
        (at(15, 12), "system:timer", "transition", "balcao:arquivado", None),
        (at(15, 12, 0, 15), "system:replay", "noted", None, "prazo#4"),
    ]


def test_history_says_who_did_what_and_why_it_was_relocated(counter):
    counter.replay()
    by_case = {case: [(row[3], row[6]) for row in rows_of(counter, case)] for case in ("direto", "salto", "nota")}
    assert by_case["direto"][1] == ("moved", "replay: Atender, por Ana")
    assert by_case["salto"] == [
        ("opened", None),
        ("relocated", "replay: Esperar, por Ana: nenhum movimento leva de 'recebido' a 'aguardando'"),
        ("noted", "replay: Telefonema, por Ana: não está no mapa"),
    ]
    # What the situation asks for is waived, and the history says so: a log has no values for fields.
    assert [deed for deed, _ in by_case["nota"]] == ["opened", "moved", "released", "relocated"]


def test_order_in_a_case_is_the_number_and_the_clock_never_goes_back(counter):
    counter.replay()
    assert [row[8] for row in rows_of(counter, "junto")][1:3] == ["junto#1", "junto#2"]
    assert [row[1] for row in rows_of(counter, "relogio")] == [at(6, 12), at(6, 12)]


@pytest.mark.parametrize("done", [1, 20, 41])
def test_a_run_that_was_interrupted_is_taken_up_where_it_stopped(counter, done):
    class PowerCutError(Exception):
        pass

    def cut(so_far, _all, _at):
        if so_far == done:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        counter.replay(progress=cut)
    report = counter.replay()

    assert report.repeated == done
    assert (report.fitting_cases, len(report.deviations)) == (7, 6)
    assert [(s.situation, s.stays, s.median_s, s.p90_s, s.present) for s in report.situations] == SITUATIONS
    assert counter.rows()["event_key"] == 42 - 9
    check(counter.replay(), NOTHING | {"repeated": 42})


def test_what_somebody_else_moved_in_between_is_looked_at_again(counter):
    """The replay meets a ticket that an agent moves between its reading and its moving."""
    agent = counter.world.person("ana", "administrador")

    class Meddled(Replay):
        meddled = False

        def _move(self, event, case, ticket, flow):
            if event.id == "direto#4" and not self.meddled:
                self.meddled = True
                counter.world.run(move, Move(ticket=ticket.id, move="retomar"), actor=agent)
            super()._move(event, case, ticket, flow)

    chart = read_map(HERE / "balcao.toml")
    log = read_log(HERE / "balcao.csv", chart.columns)
    with staged(Settings(), "balcao", chart, database_url=counter.world.url) as stage:
        run = Meddled(stage, log, opens=chart.opens)
        tally = run.run()

    assert run.meddled
    assert tally.relocations == 5
    assert [(row[3], row[5], row[8]) for row in rows_of(counter, "direto")][3:5] == [
        ("moved", "balcao:em_atendimento", None),
        ("relocated", "balcao:aguardando", "direto#4"),  # nobody insists where it stands now
    ]


def test_the_timers_of_others_are_left_alone(counter, a_log):
    counter.replay()
    assert {case: row.timer_due_at for case, row in counter.tickets().items() if row.timer_due_at} == {
        "refaz": at(30, 17)
    }
    later = a_log("pedido,n,feito,quando,quem\nx,1,Atender,2026-03-01T09:00:00Z,Ana\n", "outro.csv")
    assert counter.replay(later).transitions == 0
    assert counter.tickets()["refaz"].situation == "concluido"


def test_a_log_is_not_told_to_two_processes_of_one_database(counter, a_log, a_map):
    log = a_log("case_id,event_no,activity,timestamp,resource\nx,1,Closed,2026-03-01T09:00:00Z,\n")
    assert counter.replay(log, process="helpdesk", mapping=None).relocations == 1
    rows = counter.rows()
    other = a_map("[activities]\nClosed = 'arquivado'\n")
    with pytest.raises(ReplayError, match="já são atendimentos do processo helpdesk"):
        counter.replay(log, mapping=other)
    assert counter.rows() == rows

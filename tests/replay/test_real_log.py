"""The real help desk log, told to the delivered processes: held against a few lines that know nothing of the engine."""

from __future__ import annotations

import csv
import random
import tomllib
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from engine.config import Settings
from engine.history import ticket_history
from engine.replay.log import read_log
from engine.replay.mapping import read_map
from engine.replay.replaying import tell
from engine.replay.staging import staged
from engine.schema import metadata
from engine.tickets.model import event_key, opening_key
from engine.tickets.model import ticket as tickets

ROOT = Path(__file__).parents[2]
LOG = ROOT.parent / "shared" / "data" / "helpdesk.csv"
BPMN = ROOT / "bpmn"
MAP = BPMN / "helpdesk.replay.toml"
MEANS = tomllib.loads(MAP.read_text())["activities"]

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the help desk log is not at ../shared/data/helpdesk.csv")


class Oracle:
    """What must become of a log: situations are names, moves are pairs of names, a timer is an instant."""

    def __init__(self, process, path):
        self.moves, self.closes_after = drawn(process)
        self.cases = defaultdict(list)
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                at = datetime.fromisoformat(row["timestamp"])
                self.cases[row["case_id"]].append((int(row["event_no"]), at, row["activity"]))
        self.end = max(at for events in self.cases.values() for _, at, _ in events)
        self.moved = self.relocated = self.repeated = self.closed = self.fitting = self.found_done = self.opened = 0
        self.last = {case: self.follow(sorted(events)) for case, events in self.cases.items()}

    def follow(self, events):
        here, since, by_itself, fits, seen = "aberto", events[0][1], False, True, {}
        for number, at, activity in events:
            here, since, by_itself = self.pass_time(here, since, by_itself, at)
            target = MEANS[activity]
            if number == 1 and target == here:
                self.opened += 1
            elif (here, target) in self.moves:
                self.moved += 1
                here, since, by_itself = target, at, False
            elif here == target and activity in seen and at - seen[activity] <= timedelta(minutes=1):
                self.repeated += 1
            elif here == target and by_itself:
                self.found_done += 1
            else:
                self.relocated += 1
                here, since, by_itself, fits = target, at, False, False
            seen[activity] = at
        self.fitting += fits
        return self.pass_time(here, since, by_itself, self.end)[0]

    def pass_time(self, here, since, by_itself, until):
        if self.closes_after and here == "resolvido" and since + self.closes_after <= until:
            self.closed += 1
            return "fechado", since + self.closes_after, True
        return here, since, by_itself


def drawn(process):
    """The pairs of situations that a move joins, and after how many days a timer closes."""
    root = ET.parse(BPMN / f"{process}.bpmn").getroot()
    tag = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    flows = [(f.get("sourceRef"), f.get("targetRef")) for f in root.iter(f"{tag}sequenceFlow")]
    gateways = {g.get("id") for g in root.iter(f"{tag}exclusiveGateway")}
    situations = {t.get("id") for t in root.iter(f"{tag}userTask")}
    pairs = {(a, c) for a, b in flows if b in gateways for b2, c in flows if b2 == b}
    pairs |= {(a, b) for a, b in flows if b in situations}
    timers = [t.text for t in root.iter(f"{tag}timeDuration")]
    return {(a, b) for a, b in pairs if a in situations}, timedelta(days=15) if timers == ["P15D"] else None


def sample(tmp_path, cases):
    """So many cases of the log, always the same ones, in a file of their own."""
    with LOG.open(newline="") as file:
        head, *rows = csv.reader(file)
    wanted = set(random.Random(20).sample(sorted({row[0] for row in rows}), cases))
    path = tmp_path / "helpdesk_sample.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *(row for row in rows if row[0] in wanted)])
    return path


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_whole_log_on_sqlite(database, request):
    hold("helpdesk", LOG, database, request)


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_thousand_cases_on_postgresql(database, request, tmp_path):
    hold("helpdesk", sample(tmp_path, 1000), database, request)


@pytest.mark.long
@pytest.mark.parametrize("database", ["postgresql"])
def test_the_whole_log_on_postgresql(database, request):
    hold("helpdesk", LOG, database, request)


def test_a_timer_closes_what_is_resolved(database, request, tmp_path):
    hold("helpdesk_temporizador", sample(tmp_path, 300), database, request)


@pytest.mark.long
def test_a_timer_closes_what_is_resolved_in_the_whole_log(database, request):
    hold("helpdesk_temporizador", LOG, database, request)


def hold(process, path, database, request):
    """Tell the log twice, and hold what became of it against the oracle."""
    url = "" if database == "sqlite" else request.getfixturevalue("database_url")
    oracle, chart = Oracle(process, path), read_map(MAP)
    log = read_log(path, chart.columns)
    with staged(Settings(), process, chart, database_url=url) as stage:
        report = tell(stage, log, chart)
        hold_report(report, oracle)
        with stage.engine.reading.connect() as connection:
            hold_tickets(connection, log, oracle)
            hold_history(connection)
            before = rows(connection)
        again = tell(stage, log, chart)
        with stage.engine.reading.connect() as connection:
            assert rows(connection) == before
    assert (again.repeated, again.moves, again.opened) == (report.events, 0, 0)
    assert (again.fitting_cases, again.deviations, again.situations) == (
        report.fitting_cases,
        report.deviations,
        report.situations,
    )


def hold_report(report, oracle):
    assert report.fitting_percent >= 95.9
    assert {
        "cases": len(oracle.cases),
        "events": sum(map(len, oracle.cases.values())),
        "opened": len(oracle.cases),
        "only_opened": oracle.opened,
        "moves": oracle.moved,
        "relocations": oracle.relocated,
        "repeated_deeds": oracle.repeated,
        "already_there": oracle.found_done,
        "transitions": oracle.closed,
        "fitting_cases": oracle.fitting,
        "incidents": 0,
        "unmapped": 0,
        "no_way": 0,
        "repeated": 0,
        "late_instants": 0,
    }.items() <= report.as_dict().items()
    assert sum(s.present for s in report.situations) == len(oracle.cases)
    assert sum(d.cases for d in report.deviations) == len(oracle.cases) - oracle.fitting
    assert 0.5 < report.precision <= 1


def hold_tickets(connection, log, oracle):
    """None is lost: each stands where the log leaves it, with a token to go on by, and every event is known."""
    found = connection.execute(
        select(opening_key.c.external_id, tickets).join(tickets, tickets.c.id == opening_key.c.ticket_id)
    ).all()
    assert {row.external_id: row.situation for row in found} == oracle.last
    assert all(row.state and not row.ended and row.incident is None for row in found)
    told = set(connection.scalars(select(event_key.c.event_id)))
    only_opened = {e.id for e in log.events if e.number == 1 and MEANS[e.activity] == "aberto"}
    assert told | only_opened == {event.id for event in log.events}
    assert not told & only_opened


def hold_history(connection):
    """Time never goes back in a ticket, and timers fire at their own instant."""
    h = ticket_history.c
    before = None
    for row in connection.execute(select(h.ticket_id, h.seq, h.at, h.deed, h.cause).order_by(h.ticket_id, h.seq)):
        if before is not None and before.ticket_id == row.ticket_id:
            assert (row.seq, before.at <= row.at) == (before.seq + 1, True)
        else:
            assert (row.seq, row.deed) == (1, "opened")
        if row.deed == "transition":
            assert datetime.fromisoformat(row.cause["due_at"]) == row.at
        before = row


def rows(connection):
    return {t.name: connection.execute(select(func.count()).select_from(t)).scalar() for t in metadata.sorted_tables}

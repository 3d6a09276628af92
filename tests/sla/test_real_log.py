"""The real help desk log under office hours: every second of every ticket's life lies in exactly one interval."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from benchmarks.log_report import lives, told

LOG = Path(__file__).parents[3] / "shared" / "data" / "helpdesk.csv"

pytestmark = [
    pytest.mark.skipif(not LOG.exists(), reason="the help desk log is not at ../shared/data/helpdesk.csv"),
    pytest.mark.parametrize("database", ["sqlite"]),
]


def sums(log):
    with told(log) as (engine, _):
        found = [one["seconds"] for one in lives(engine)]
    return len(found), {kind: sum(one[kind] for one in found) for kind in found[0]}


def test_a_part_of_the_log_adds_up(database, tmp_path):
    with LOG.open(newline="") as file:
        head, *rows = csv.reader(file)
    wanted = set(random.Random(5).sample(sorted({row[0] for row in rows}), 40))
    path = tmp_path / "parte.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *(row for row in rows if row[0] in wanted)])
    number, seconds = sums(path)
    assert number == 40
    assert min(seconds["counted"], seconds["off_hours"], seconds["paused"], seconds["over"]) > 0
    assert seconds["not_started"] == 0


@pytest.mark.long
def test_the_whole_log_adds_up(database):
    number, _ = sums(LOG)
    assert number == 4580

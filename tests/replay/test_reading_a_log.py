"""Lines of a log become events in the order in which they happened."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.replay.log import read_log
from engine.replay.mapping import Columns

HEADER = "case_id,event_no,activity,timestamp,resource\n"


def test_zones_are_honoured_and_none_means_utc(a_log):
    log = read_log(
        a_log("\ufeff" + HEADER + "a,1,x,2026-01-05T09:00:00-03:00,\n\na,2,y,2026-01-05 12:00:01,\na,3,z,20260106,\n"),
        Columns(),
    )
    assert [event.at for event in log.events] == [
        datetime(2026, 1, 5, 12, tzinfo=UTC),
        datetime(2026, 1, 5, 12, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 6, tzinfo=UTC),
    ]
    assert [event.line for event in log.events] == [2, 4, 5]


def test_without_numbers_and_resources_the_lines_decide(a_log):
    columns = Columns(case="c", event="", activity="a", timestamp="t", resource="")
    log = read_log(a_log('t,a,c\n2026-01-05,"x, ""y""",1\n2026-01-05,z,2\n2026-01-05,w,1\n'), columns)
    assert [(event.id, event.activity, event.resource) for event in log.events] == [
        ("1#1", 'x, "y"', ""),
        ("1#2", "w", ""),
        ("2#1", "z", ""),
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=30), st.randoms())
@settings(max_examples=60, derandomize=True, deadline=None)
def test_time_orders_the_log_and_numbers_the_cases(tmp_path_factory, told, chance):
    numbered: dict[str, int] = {}
    lines = []
    for case, minute in told:
        numbered[case] = numbered.get(case, 0) + 1
        lines.append(f"{case},{numbered[case]},x,2026-01-05T09:{minute:02}:00Z,\n")
    chance.shuffle(lines)
    path = tmp_path_factory.mktemp("log") / "log.csv"
    path.write_text(HEADER + "".join(lines))

    log = read_log(path, Columns())

    assert sorted(f"{case}#{n}" for case in numbered for n in range(1, numbered[case] + 1)) == sorted(
        event.id for event in log.events
    )
    assert [event.at for event in log.events] == sorted(event.at for event in log.events)
    for case, last in numbered.items():
        assert [e.number for e in log.events if e.case == case] == list(range(1, last + 1))

"""When a timer is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from engine.expressions import EvaluationError, ExpressionError, Undecided, compile_timer


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PT4H", datetime(2026, 1, 31, 16, tzinfo=UTC)),
        (" P7D\n", datetime(2026, 2, 7, 12, tzinfo=UTC)),
        ("P2W", datetime(2026, 2, 14, 12, tzinfo=UTC)),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("P1Y1M1DT1H1M1S", datetime(2027, 3, 1, 13, 1, 1, tzinfo=UTC)),
        ("PT0S", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("PT0.5S", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ('duration("PT4H")', datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ('= duration("P1D") * 2', datetime(2026, 2, 2, 12, tzinfo=UTC)),
        ('if priority = "alta" then @"PT1H" else @"P1M"', datetime(2026, 1, 31, 13, tzinfo=UTC)),
        ('"PT4H"', datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ("fields.text", datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ("fields.wait", datetime(2026, 1, 31, 14, tzinfo=UTC)),
        ('"P" + fields.days + "D"', datetime(2026, 2, 3, 12, tzinfo=UTC)),
    ],
)
def test_durations_count_from_now(now, text, wanted):
    facts = {
        "priority": "alta",
        "fields.wait": timedelta(hours=2),
        "fields.text": " PT4H ",
        "fields.days": "3",
    }
    due_at = compile_timer("duration", text).instant(facts, now)
    assert due_at == wanted
    assert due_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-01T08:00:00-03:00", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-03-01T08:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2020-01-01T00:00:00.5+00:00", datetime(2020, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ('date and time("2026-03-01T08:00:00-03:00")', datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ('now() + @"P1D"', datetime(2026, 2, 1, 12, tzinfo=UTC)),
        ("today()", datetime(2026, 1, 31, tzinfo=UTC)),
        ("fields.visit", datetime(2026, 2, 10, tzinfo=UTC)),
        ('fields.visit - duration("P1D")', datetime(2026, 2, 9, tzinfo=UTC)),
        ("fields.at", datetime(2026, 2, 10, 13, tzinfo=UTC)),
        ("fields.text", datetime(2026, 2, 10, 13, tzinfo=UTC)),
        ('opened_at + duration("P1M")', datetime(2026, 2, 28, 12, tzinfo=UTC)),
    ],
)
def test_dates_are_instants(now, text, wanted):
    facts = {
        "opened_at": now,
        "fields.visit": date(2026, 2, 10),
        "fields.at": datetime(2026, 2, 10, 10, tzinfo=timezone(timedelta(hours=-3))),
        "fields.text": "2026-02-10T10:00:00-03:00",
    }
    due_at = compile_timer("date", text).instant(facts, now)
    assert due_at == wanted
    assert due_at.tzinfo is UTC


def test_days_without_a_time_begin_in_the_zone_of_now(now):
    here = now.astimezone(ZoneInfo("America/Sao_Paulo"))
    due_at = compile_timer("date", "fields.visit").instant({"fields.visit": date(2026, 2, 10)}, here)
    assert due_at == datetime(2026, 2, 10, 3, tzinfo=UTC)


def test_months_go_by_the_calendar_of_the_zone_and_hours_by_the_clock_of_the_world():
    zone = ZoneInfo("Europe/Lisbon")
    before = datetime(2026, 2, 28, 12, tzinfo=zone)
    assert compile_timer("duration", "P1M").instant({}, before) == datetime(2026, 3, 28, 12, tzinfo=UTC)
    eve = datetime(2026, 3, 28, 12, tzinfo=zone)  # the clocks go forward in that night
    assert compile_timer("duration", "P1D").instant({}, eve) == datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert compile_timer("duration", "P1M").instant({}, eve) == datetime(2026, 4, 28, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("duration", "", "falta"),
        ("duration", "PT", "duração"),
        ("duration", "P1DT", "duração"),
        ("duration", "-PT4H", "negativa"),
        ("duration", "-P1M", "negativa"),
        ("duration", "P0.5Y", "duração"),
        ("duration", "P101Y", "duração"),
        ("duration", "P99999999999D", "duração"),
        ("duration", "P0001-00-00T00:00:00", "duração"),
        ("duration", "2026-03-01T08:00:00Z", "timer de data"),
        ("duration", "R3/PT1H", "ciclos"),
        ("date", "R/2026-01-01T00:00:00Z/P1D", "ciclos"),
        ("date", "PT4H", "timer de duração"),
        ("date", "2026-03-01", "com fuso"),
        ("date", "2026-03-01T08:00:00", "falta o fuso"),
        ("date", "2026-02-30T08:00:00Z", "com fuso"),
        ("date", "2026-03-01 08:00:00Z", "com fuso"),
        ("duration", 'priority = "alta"', "verdadeiro/falso"),
        ("duration", "now()", "data e hora"),
        ("duration", "today()", "data"),
        ("duration", "4", "número"),
        ("date", 'duration("PT4H")', "duração"),
        ("date", "1 + 1", "número"),
        ("duration", "${prazo}", "Camunda 7"),
        ("duration", "PT4H + PT4H", "duração"),
    ],
)  # fmt: skip
def test_other_texts_are_refused_before_they_run(kind, text, word):
    with pytest.raises(ExpressionError) as refused:
        compile_timer(kind, text)
    assert word.lower() in refused.value.detail.lower()


@pytest.mark.parametrize(
    ("kind", "text", "given"),
    [
        ("duration", "fields.x", "amanhã"),
        ("duration", "fields.x", "-PT4H"),
        ("duration", "fields.x", timedelta(hours=-1)),
        ("duration", '@"PT1H" - @"PT2H"', 1),
        ("duration", '-@"P1M"', 1),
        ("duration", "fields.x", 4),
        ("duration", "fields.x", True),
        ("duration", "fields.x", ["PT4H"]),
        ("duration", "fields.x", timedelta.max),
        ("duration", 'if true then null else @"PT1H"', 1),
        ("duration", "fields.x + 1", "a"),
        ("date", "fields.x", "2026-02-10"),
        ("date", "fields.x", "2026-02-10T08:00:00"),
        ("date", "fields.x", timedelta(1)),
        ("date", "fields.x", 1),
        ("date", "fields.x", date.min),
        ("date", "fields.x", datetime(2026, 2, 10)),  # noqa: DTZ001 - that is the point
    ],
)
def test_other_values_are_refused_by_name(now, kind, text, given):
    with pytest.raises(EvaluationError) as refused:
        compile_timer(kind, text).instant({"fields.x": given}, now.astimezone(ZoneInfo("Asia/Tokyo")))
    assert text in refused.value.detail


def test_a_missing_value_is_named(now):
    timer = compile_timer("date", 'if priority = "alta" then fields.a else fields.b')
    assert timer.names == {"priority", "fields.a", "fields.b"}
    with pytest.raises(Undecided) as open_still:
        timer.instant({"priority": "alta"}, now)
    assert open_still.value.names == ("fields.a",)

"""Reports hold what was there: stays, waiting, limits reached and about to be; of tickets that the reader reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clocks.reports import Heat, Report, heat, report
from engine.errors import Invalid, NotFound, NotPermitted

HOUR = 3600


@pytest.fixture
def week(desk):
    """Three tickets of a week: one solved in time, one late after waiting, one that is still open."""
    desk.policy("tudo", resolution="PT6H", first_response="PT1H")
    desk.refresh()
    desk.at(2, "08:00")
    quick, late = desk.open(), desk.open(subject="luz", team="campo")
    desk.at(2, "08:30")
    desk.answer(quick)
    desk.at(2, "10:00")
    desk.move(quick, "resolver")
    desk.move(late, "esperar")
    desk.at(3, "10:00")
    desk.move(late, "retomar")
    desk.at(4, "10:00")
    desk.move(late, "resolver")
    desk.at(5, "09:00")
    desk.open()
    desk.at(5, "10:00")
    return desk


def rows(desk, actor=None, **more):
    found = desk.world.read(report, Report(since=desk.clock.at - timedelta(days=7), **more), actor=actor or desk.boss)
    return {row["key"]: row for row in found["rows"]}


def test_stays_by_situation(week):
    found = rows(week)
    opened = found["chamado:aberto"]
    assert (opened["left"], opened["present"], opened["limited"], opened["breached"], opened["red"]) == (3, 1, 4, 1, 0)
    # 2, 2 and 24 hours; in working time 2, 2 (by the field team's calendar) and 4 + 4.
    assert (opened["dwell_median_s"], opened["dwell_p90_s"]) == (2 * HOUR, 24 * HOUR)
    assert (opened["worked_median_s"], opened["worked_p90_s"]) == (2 * HOUR, 8 * HOUR)
    waited = found["chamado:esperando"]
    assert (waited["left"], waited["waiting_s"], waited["waiting_share"], waited["limited"]) == (1, 24 * HOUR, 1.0, 0)
    assert opened["open_s"] == (2 + 2 + 24 + 1) * HOUR


@pytest.mark.parametrize("database", ["sqlite"])
def test_by_team_by_subject_and_by_person(week):
    by_team = rows(week, by="team")
    assert (by_team["campo"]["label"], by_team["campo"]["waiting_share"]) == ("Campo", round(24 / 50, 4))
    assert (by_team["campo"]["resolution_limited"], by_team["campo"]["resolution_breached"]) == (1, 1)
    assert (by_team["suporte"]["first_response_limited"], by_team["suporte"]["first_response_breached"]) == (2, 1)
    by_subject = rows(week, by="subject")
    assert by_subject["rede"]["breached"] == 0
    assert by_subject["luz"]["breached"] == 1
    by_person = rows(week, by="person")
    assert [(key, one["label"]) for key, one in by_person.items()] == [(None, "Sem responsável")]


@pytest.mark.parametrize("database", ["sqlite"])
def test_heat_has_every_situation_of_the_file(week):
    found = week.world.read(heat, Heat(process="chamado"), actor=week.boss)
    assert {one["element"]: one["share"] for one in found["elements"]} == {
        "aberto": round(29 / 53, 4),
        "esperando": round(24 / 53, 4),
        "feito": 0.0,
    }
    with pytest.raises(NotFound):
        week.world.read(heat, Heat(process="nada"), actor=week.boss)


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_and_what_cannot_be(week):
    with pytest.raises(NotPermitted):
        rows(week, actor=week.agent)
    with pytest.raises(Invalid, match="process: 'nada' não está implantado"):
        week.world.read(report, Report(process="nada"), actor=week.boss)
    with pytest.raises(Invalid, match="400 dias"):
        week.world.read(report, Report(since=week.clock.at - timedelta(days=401)), actor=week.boss)
    with pytest.raises(Invalid, match="from: não vem antes de until"):
        week.world.read(report, Report(since=week.clock.at), actor=week.boss)

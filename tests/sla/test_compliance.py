"""How well policies are kept: every clock is decided once, in the period in which it ended in time or ran out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clocks.compliance import Compliance, compliance
from engine.clocks.reports import Report, report
from engine.errors import Invalid, NotPermitted

HOUR = 3600


@pytest.fixture
def talk(desk):
    """A ticket with three waits of its customer's, another with an answer that came late; by hours of the team."""
    desk.policy("tudo", first_response="PT1H", next_response="PT2H", resolution="P2D")
    desk.policy("luz", subject="luz", first_response="PT1H")
    desk.refresh()
    desk.at(2, "08:00")
    desk.net, desk.light = desk.open(), desk.open(subject="luz", team="campo")
    desk.at(2, "08:30")
    desk.answer(desk.net)  # first response: half an hour
    desk.wait(9, 10)  # one hour: kept
    desk.wait(13, 16)  # three: late
    desk.at(2, "17:00")
    desk.write(desk.net)  # still waits at six, is late at nine the next day
    desk.at(2, "17:30")
    desk.answer(desk.light)  # late since nine on Monday
    return desk


@pytest.fixture
def desk(desk):
    def write(ticket):
        desk.move(ticket, "esperar")
        desk.hear(ticket)

    def wait(begin, end):
        desk.at(2, f"{begin:02}:00")
        write(desk.net)
        desk.at(2, f"{end:02}:00")
        desk.answer(desk.net)

    desk.write, desk.wait = write, wait
    return desk


def rows(desk, since, until, actor=None, **more):
    ask = Compliance(since=desk.at(*since), until=desk.at(*until), **more)
    desk.at(9, "08:00")
    found = desk.world.read(compliance, ask, actor=actor or desk.boss)["rows"]
    return {(one["key"], one["clock"]): (one["limited"], one["kept"], one["breached"]) for one in found}


WEEK = ((2, "00:00"), (9, "00:00"))


def test_each_wait_is_a_clock_and_each_policy_a_group(talk):
    assert rows(talk, *WEEK) == {
        ("tudo", "first_response"): (1, 1, 0),
        ("tudo", "next_response"): (3, 1, 2),
        ("tudo", "resolution"): (1, 0, 1),
        ("luz", "first_response"): (1, 0, 1),
    }
    found = talk.world.read(compliance, Compliance(), actor=talk.boss)["rows"]
    assert [(one["key"], one["label"]) for one in found] == [("tudo", "Tudo")] * 3 + [("luz", "Luz")]
    waits = found[1]
    assert waits["kept_share"] == 0.3333
    # One hour, three, and of the one that nobody has answered all that was worked until the period's end.
    assert (waits["used_median_s"], waits["used_p90_s"]) == (3 * HOUR, (1 + 4 * 9) * HOUR)


def test_periods_that_adjoin_count_every_clock_once(talk):
    whole = rows(talk, *WEEK)
    for cut in ((2, "08:30"), (2, "09:00"), (2, "10:00"), (2, "15:00"), (2, "16:00"), (3, "08:30"), (3, "09:00")):
        parts = [rows(talk, WEEK[0], cut), rows(talk, cut, WEEK[1])]
        both = {key: [part.get(key, (0, 0, 0)) for part in parts] for key in {*parts[0], *parts[1]}}
        assert {key: tuple(map(sum, zip(*pair, strict=True))) for key, pair in both.items()} == whole, cut


def test_a_wait_that_is_not_due_yet_is_not_decided(talk):
    before = rows(talk, WEEK[0], (3, "08:59"))
    assert before["tudo", "next_response"] == (2, 1, 1)
    assert ("tudo", "resolution") not in before
    assert rows(talk, WEEK[0], (3, "09:00"))["tudo", "next_response"] == (3, 1, 2)


def test_clocks_are_those_of_who_had_the_ticket_when_they_were_decided(talk):
    talk.at(3, "08:30")
    talk.alter(talk.net, team="campo", responsible="ana")
    talk.at(3, "12:00")
    talk.answer(talk.net)
    by_team = rows(talk, *WEEK, by="team")
    # The third wait began in one team and ran out in the other, half an hour after it was handed over.
    assert by_team["suporte", "next_response"] == (2, 1, 1)
    assert by_team["campo", "next_response"] == (1, 0, 1)
    assert by_team["campo", "first_response"] == (1, 0, 1)
    assert rows(talk, *WEEK, by="person")["ana", "next_response"] == (1, 0, 1)
    assert rows(talk, *WEEK, by="subject")["luz", "first_response"] == (1, 0, 1)
    stays = talk.world.read(report, Report(by="team"), actor=talk.boss)["rows"]
    counted = {one["key"]: (one["next_response_limited"], one["next_response_breached"]) for one in stays}
    assert counted == {"suporte": (2, 1), "campo": (1, 1)}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_ticket_that_is_reopened_is_decided_again(desk):
    desk.policy("tudo", resolution="PT6H")
    desk.refresh()
    desk.at(2, "08:00")
    desk.net = desk.open()
    desk.at(2, "10:00")
    desk.move(desk.net, "resolver")
    desk.at(4, "08:00")
    desk.move(desk.net, "reabrir")
    assert rows(desk, (2, "00:00"), (3, "00:00")) == {("tudo", "resolution"): (1, 1, 0)}
    assert rows(desk, (3, "00:00"), (4, "12:00")) == {("tudo", "resolution"): (1, 0, 1)}
    assert rows(desk, (5, "00:00"), (6, "00:00")) == {}


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_may_not_and_what_cannot_be(talk):
    with pytest.raises(NotPermitted):
        talk.world.read(compliance, Compliance(), actor=talk.agent)
    with pytest.raises(Invalid, match="process: 'nada' não está implantado"):
        talk.world.read(compliance, Compliance(process="nada"), actor=talk.boss)
    with pytest.raises(Invalid, match="400 dias"):
        talk.world.read(compliance, Compliance(since=talk.clock.at - timedelta(days=401)), actor=talk.boss)

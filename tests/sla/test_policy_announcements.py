"""The limits of policies are told of, too: before and at the limit, each once, and anew when the limit is another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from reliability.invariants import check
from sqlalchemy import select

from engine import actors
from engine.activities.model import announcement
from engine.errors import Invalid
from engine.queues.announcing import announce_all
from engine.tickets.chronicle import History, chronicle


def told(desk, ticket):
    """Thresholds that were told of, in their order."""

    def read(unit, _):
        of = announcement.c
        rows = unit.connection.execute(
            select(of.threshold, of.due_at).where(of.item_id == ticket.id).order_by(of.due_at)
        )
        return [(row.threshold, row.due_at) for row in rows]

    announce_all(desk.world.engine)
    check(desk.world.engine)
    return desk.world.engine.read(read, None, actor=actors.CONSOLE)


def test_each_limit_and_each_step_is_told_once_from_its_very_instant(desk):
    desk.policy("tudo", first_response="PT1H", resolution="PT8H", escalate="50%:responsible, -PT30M:team")
    desk.at(2, "08:00")
    ticket = desk.open()
    half, whole = desk.at(2, "08:30"), desk.at(2, "09:00")
    desk.clock.at = half - timedelta(microseconds=1)
    assert told(desk, ticket) == []
    desk.clock.at = half
    steps = [("first_response:-PT30M:team", half), ("first_response:50%:responsible", half)]
    assert sorted(told(desk, ticket)) == steps
    desk.clock.at = whole
    assert sorted(told(desk, ticket)) == [("first_response", whole), *steps]
    assert told(desk, ticket)[-1] == ("first_response", whole)
    desk.at(2, "09:30")
    desk.answer(ticket)
    desk.at(3, "09:00")
    late = [name for name, _ in told(desk, ticket) if name.startswith("resolution")]
    assert late == ["resolution:50%:responsible", "resolution:-PT30M:team", "resolution"]
    sentences = [one["sentence"] for one in desk.world.read(chronicle, History(ticket=ticket.protocol))]
    assert "O prazo da primeira resposta venceu: aviso a Ana" in sentences
    assert "O prazo de solução tem aviso marcado (-PT30M): aviso a Ana" in sentences


def test_an_answer_in_time_a_pause_and_an_end_leave_nothing_to_tell(desk):
    desk.policy("tudo", first_response="PT1H", next_response="PT1H", resolution="PT4H")
    desk.at(2, "08:00")
    answered, paused, ended = desk.open(), desk.open(), desk.open()
    desk.at(2, "08:30")
    desk.answer(answered)
    desk.move(paused, "esperar")
    desk.move(ended, "resolver")
    desk.at(2, "11:59")
    assert [told(desk, one) for one in (answered, paused, ended)] == [[], [], []]
    desk.hear(answered)
    limit = desk.at(2, "13:59")
    assert [name for name, _ in told(desk, answered)] == ["limit", "resolution", "next_response"]
    assert told(desk, answered)[-1] == ("next_response", limit)


def test_a_pause_moves_the_limit_and_what_was_told_before_it_is_not_told_again(desk):
    desk.policy("tudo", first_response="PT1H", resolution="PT2H")
    desk.at(2, "08:00")
    ticket = desk.open()
    desk.at(2, "09:30")
    assert [name for name, _ in told(desk, ticket)] == ["first_response"]
    desk.move(ticket, "esperar")
    desk.at(2, "15:00")
    desk.move(ticket, "retomar")
    assert [name for name, _ in told(desk, ticket)] == ["first_response"]
    desk.at(2, "15:30")
    assert told(desk, ticket)[-1] == ("resolution", desk.at(2, "15:30"))


def test_another_priority_sets_another_deadline_and_what_has_passed_by_it_is_told_at_once(desk):
    desk.policy("tudo", resolution="PT3H")
    desk.policy("alta", priority="alta", resolution="PT1H")
    desk.at(2, "08:00")
    ticket = desk.open(priority="baixa")
    desk.at(2, "09:30")
    assert told(desk, ticket) == []
    desk.alter(ticket, priority="alta")
    assert told(desk, ticket) == [("resolution", desk.at(2, "09:00"))]
    desk.at(2, "09:40")
    desk.alter(ticket, priority="baixa")
    desk.at(2, "11:00")
    # Two versions of the deadline, each told once.
    assert [name for name, _ in told(desk, ticket)] == ["resolution", "resolution"]
    desk.alter(ticket, priority="alta")
    assert [name for name, _ in told(desk, ticket)] == ["resolution", "resolution"]


def test_a_refresh_arms_the_limits_that_it_changes(desk):
    desk.policy("tudo", resolution="PT3H")
    desk.at(2, "08:00")
    ticket = desk.open()
    desk.put(
        "calendars", "comercial", label="C", zone="America/Sao_Paulo", week=["seg-sex 10:00-16:00"],
        valid_from="2026-03-01",
    )  # fmt: skip
    desk.refresh()
    desk.at(2, "12:00")
    assert told(desk, ticket) == []
    desk.at(2, "13:00")
    assert told(desk, ticket) == [("resolution", desk.at(2, "13:00"))]


@pytest.mark.parametrize("database", ["sqlite"])
def test_steps_that_nobody_can_read_are_refused(desk):
    for wrong in ("50%", "50%:chefe", "-PT1H/24x7:team", "0%:team", "-:team", "+P1D:manager;"):
        with pytest.raises(Invalid, match="escalate: use passos como 50%:responsible"):
            desk.policy("tudo", resolution="PT3H", escalate=wrong)

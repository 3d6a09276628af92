"""Random days over HTTP against a small model in memory: after each request the product and the model agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from reliability.invariants import check

from engine.registry.putting import Put, put

MOVES = {
    ("aberto", "atender"): "em_atendimento",
    ("aberto", "aguardar"): "aguardando",
    ("aberto", "executar"): "execucao",
    ("aguardando", "retomar"): "em_atendimento",
    ("execucao", "executado"): "em_atendimento",
    ("em_atendimento", "encerrar"): "encerrado",
    ("encerrado", "reabrir"): "em_atendimento",
}
TEAMS = {"ana": {"vendas"}, "bia": {"vendas", "campo"}}
AT_MOST = 4  # tickets in a day
_KEYS = count()


@dataclass
class Expected:
    """What a ticket should be, as its readers see it."""

    title: str
    situation: str = "aberto"
    team: str = "vendas"
    responsible: str | None = None
    subsubject: str | None = None
    unidade: str | None = None
    next_action_at: str | None = None
    cloned_from: str | None = None
    said: list = field(default_factory=list)
    tasks: dict = field(default_factory=dict)  # id -> status
    links: set = field(default_factory=set)

    @property
    def open(self):
        return self.situation != "encerrado"


class Days(RuleBasedStateMachine):
    """An agent's requests in any order; each either does all of what the model says, or is refused and does nothing."""

    desk = None  # set by the test: the doors, on one of the databases
    tickets = Bundle("tickets")
    tasks = Bundle("tasks")

    def __init__(self):
        super().__init__()
        self.model: dict[str, Expected] = {}
        self.revisions: dict[str, int] = {}

    # --- asking

    def ask(self, method, path, body=None, *, expected, who="ana", **headers):
        """Ask twice under one key: whatever was done is answered again and not done again."""
        key = f"dia-{next(_KEYS)}"
        answer = self.desk.call(method, path, body, who=who, Idempotency_Key=key, **headers)
        assert answer.status_code in expected, (path, body, answer.status_code, answer.text, self.model)
        if answer.status_code < 400:
            again = self.desk.call(method, path, body, who=who, Idempotency_Key=key, **headers)
            assert (again.status_code, again.data) == (answer.status_code, answer.data)
        return answer

    def later(self, hours):
        return (self.desk.clock() + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")

    def choice(self, ticket, pick):
        """A move that the situation offers, or now and then any."""
        offered = [move for situation, move in MOVES if situation == self.model[ticket].situation]
        return [move for _, move in MOVES][pick % len(MOVES)] if pick > 5 else offered[pick % len(offered)]

    # --- rules

    @initialize(target=tickets)
    def first(self):
        return self.open_one("vazamento", None)

    @precondition(lambda self: len(self.model) < AT_MOST)
    @rule(target=tickets, title=st.sampled_from(["Torneira", "{{7*7}}", "<b>Pia</b>"]), finer=st.booleans())
    def opened(self, title, finer):
        return self.open_one(title, "hidraulica.cano" if finer else None)

    def open_one(self, title, subsubject):
        body = {"title": title, "subject": "hidraulica", "customer": "c1"} | (
            {"subsubject": subsubject} if subsubject else {}
        )
        found = self.ask("POST", "/tickets", body, expected={201}).json
        self.model[found["protocol"]] = Expected(title=title, subsubject=subsubject)
        return found["protocol"]

    @rule()
    def time_passes(self):
        self.desk.clock.forward(hours=1)

    @rule(ticket=tickets, pick=st.integers(0, 8), unidade=st.sampled_from([None, "1", "2"]))
    def moved(self, ticket, pick, unidade):
        move = self.choice(ticket, pick)
        one = self.model[ticket]
        fields = {"unidade": unidade} if unidade else {}
        leads_to = MOVES.get((one.situation, move))
        if leads_to is None:
            expected = {409}
        elif (move == "aguardar" and not (one.next_action_at and one.responsible)) or (
            one.situation == "em_atendimento" and not (unidade or one.unidade)
        ):
            expected = {422}
        else:
            expected = {200}
        answer = self.ask("POST", f"/tickets/{ticket}/moves", {"move": move, "fields": fields}, expected=expected)
        if answer.status_code == 200:
            one.situation = leads_to
            one.unidade = unidade or one.unidade
            if leads_to == "execucao" and one.team != "campo":
                one.team = "campo"
                one.responsible = one.responsible if one.responsible and "campo" in TEAMS[one.responsible] else None

    @rule(
        ticket=tickets,
        changes=st.fixed_dictionaries(
            {},
            optional={
                "title": st.sampled_from(["Outro", "=1+1"]),
                "team": st.sampled_from(["vendas", "campo", "lua"]),
                "responsible": st.sampled_from(["ana", "bia", "ninguem", None]),
                "subsubject": st.sampled_from(["hidraulica.cano", "hidraulica.nada", None]),
            },
        ),
        unidade=st.sampled_from([None, "3"]),
    )
    def altered(self, ticket, changes, unidade):
        one = self.model[ticket]
        body = changes | ({"fields": {"unidade": unidade}} if unidade else {})
        team = changes.get("team", one.team)
        wrong = changes.get("team") == "lua" or changes.get("subsubject") == "hidraulica.nada"
        person = changes.get("responsible", None if team != one.team else one.responsible)
        if "responsible" in changes and person is not None:
            wrong = wrong or person == "ninguem" or team not in TEAMS[person]
        if (changes and not one.open) or wrong or (one.situation == "em_atendimento" and not (unidade or one.unidade)):
            expected = {422}
        else:
            expected = {200}
        answer = self.ask("PATCH", f"/tickets/{ticket}", body, expected=expected)
        if answer.status_code == 200:
            one.title = changes.get("title", one.title)
            one.team, one.responsible = team, person
            one.subsubject = changes.get("subsubject", one.subsubject)
            one.unidade = unidade or one.unidade

    @rule(ticket=tickets, title=st.sampled_from(["Tarde", "Demais"]))
    def altered_by_somebody_who_looked_too_long_ago(self, ticket, title):
        revision = self.desk.call("GET", f"/tickets/{ticket}").json["revision"]
        self.ask("PATCH", f"/tickets/{ticket}", {"title": title}, expected={412}, If_Match=f'"{revision + 1}"')

    @rule(ticket=tickets, other=tickets, away=st.booleans())
    def linked(self, ticket, other, away):
        if away and self.model[ticket].links:
            other = min(self.model[ticket].links)
        one, two = self.model[ticket], self.model[other]
        there = other in one.links
        both_open = one.open and two.open
        if away:
            expected = {422} if ticket == other else {404} if not there else {200, 204} if both_open else {422}
            answer = self.ask("DELETE", f"/tickets/{ticket}/links/{other}", expected=expected)
        else:
            expected = {422} if ticket == other else {422} if not both_open else {200, 201}
            answer = self.ask("POST", f"/tickets/{ticket}/links", {"ticket": other}, expected=expected)
        if answer.status_code < 400:
            change = set.discard if away else set.add
            change(one.links, other)
            change(two.links, ticket)

    @precondition(lambda self: len(self.model) < AT_MOST)
    @rule(target=tickets, ticket=tickets)
    def cloned(self, ticket):
        one = self.model[ticket]
        found = self.ask("POST", f"/tickets/{ticket}/clone", {}, expected={201}).json
        self.model[found["protocol"]] = Expected(title=one.title, subsubject=one.subsubject, cloned_from=ticket)
        return found["protocol"]

    @rule(
        ticket=tickets,
        text=st.sampled_from(["Oi", "{{customer.name}}", ""]),
        shown=st.booleans(),
        at=st.integers(-1, 2),
    )
    def said(self, ticket, text, shown, at):
        one = self.model[ticket]
        body = {"kind": "manual_reply", "text": text, "shown": shown}
        if at:
            body["next_action_at"] = self.later(at)
        expected = {422} if not text or at < 0 or (at and not one.open) else {201}
        answer = self.ask("POST", f"/tickets/{ticket}/interactions", body, expected=expected)
        if answer.status_code == 201:
            one.said.append((text, shown))
            one.next_action_at = body.get("next_action_at", one.next_action_at)

    @rule(target=tasks, ticket=tickets)
    def task_made(self, ticket):
        one = self.model[ticket]
        expected = {201} if one.open and one.subsubject else {422}
        answer = self.ask("POST", f"/tickets/{ticket}/tasks", {"name": "Ligar"}, expected=expected)
        if answer.status_code != 201:
            return None
        task = self.desk.call("GET", f"/tickets/{ticket}/tasks").json["tasks"][-1]["id"]
        one.tasks[task] = "queued"
        return ticket, task

    @rule(made=consumes(tasks), outcome=st.sampled_from(["done", "archived"]))
    def task_finished(self, made, outcome):
        if made is None:
            return
        ticket, task = made
        self.ask("POST", f"/activities/{task}/finish", {"outcome": outcome}, expected={200})
        self.model[ticket].tasks[task] = "finished"

    @rule(ticket=tickets, pick=st.integers(0, 8), at=st.integers(-1, 2))
    def interacted_all_or_nothing(self, ticket, pick, at):
        """One command with a note, a next action and a move: a part that is refused takes the others with it."""
        one, move = self.model[ticket], self.choice(ticket, pick)
        body = {"interaction": {"kind": "note", "text": "junto"}, "move": move}
        if at:
            body["next_action_at"] = self.later(at)
        leads_to = MOVES.get((one.situation, move))
        fits = (
            leads_to is not None
            and at >= 0
            and (move != "aguardar" or ((bool(at) or one.next_action_at) and one.responsible))
            and (one.situation != "em_atendimento" or one.unidade)
        )
        answer = self.ask("POST", f"/tickets/{ticket}/interact", body, expected={200} if fits else {409, 422})
        if answer.status_code == 200:
            one.said.append(("junto", False))
            one.next_action_at = body.get("next_action_at", one.next_action_at)
            one.situation = leads_to
            if leads_to == "execucao" and one.team != "campo":
                one.team = "campo"
                one.responsible = one.responsible if one.responsible and "campo" in TEAMS[one.responsible] else None

    # --- what holds after each of them

    @invariant()
    def they_agree(self):
        for protocol, one in self.model.items():
            found = self.desk.call("GET", f"/tickets/{protocol}").json
            shown = {name: found[name] for name in ("title", "situation", "team", "responsible", "subsubject")}
            assert shown == {name: getattr(one, name) for name in shown}, protocol
            assert found["fields"].get("unidade") == one.unidade
            assert found["next_action_at"] == one.next_action_at
            assert found["cloned_from"] == one.cloned_from
            assert found["revision"] >= self.revisions.get(protocol, 1)
            self.revisions[protocol] = found["revision"]
            tasks = self.desk.call("GET", f"/tickets/{protocol}/tasks").json["tasks"]
            assert {task["id"]: task["status"] == "finished" for task in tasks} == {
                task: status == "finished" for task, status in one.tasks.items()
            }
            links = self.desk.call("GET", f"/tickets/{protocol}/links").json["links"]
            assert {link["protocol"] for link in links} == one.links
            said = self.desk.call("GET", f"/tickets/{protocol}/interactions?limit=100").json["interactions"]
            assert [(row["text"], row["shown"]) for row in said] == one.said


# Each step asks the product for all tickets again: few days, but long ones.
DAYS = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a day that fails is told whole; to shrink it would take hours
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def days(desk):
    """The rules, on the desk of one of the databases."""
    desk.world.run(put, Put(registry="subsubjects", key="hidraulica.cano", values={"label": "Cano"}))
    return type("TheseDays", (Days,), {"desk": desk})


def test_random_days_over_http_agree_with_the_model(days, world):
    run_state_machine_as_test(days, settings=DAYS)
    check(world.engine)


@pytest.mark.long
def test_many_random_days_over_http_agree_with_the_model(days, world):
    run_state_machine_as_test(days, settings=settings(DAYS, max_examples=300, stateful_step_count=50))
    check(world.engine)

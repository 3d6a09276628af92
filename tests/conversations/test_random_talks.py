"""Random interactions against a small model: what is allowed happens whole, what is refused leaves nothing."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from reliability.invariants import check

from engine.conversations.interacting import HandOver
from engine.conversations.saying import Words
from engine.errors import Refused

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
WORDS = {  # what is said -> the code of its refusal
    Words(kind="note", text="{{7*7}}"): None,
    Words(kind="manual_reply", text="<script>", shown=True, mailed=True): None,
    Words(kind="manual_reply", text="Oi", copies=("a@exemplo.com",)): None,
    Words(kind="automatic_reply", standard_reply="recebido"): None,
    Words(kind="record", text="Falamos.", channel="phone", marked=True): None,
    Words(kind="automatic_reply"): "standard_reply_missing",
    Words(kind="manual_reply", text="Oi", mailed=True): "hidden_but_mailed",
    Words(kind="record", text="Oi"): "channel_missing",
}


class Model:
    """What the ticket should be."""

    def __init__(self, now):
        self.now = now
        self.situation, self.team, self.person, self.next_action, self.field = "aberto", "vendas", None, None, None
        self.said = 0

    def state(self):
        return self.situation, self.team, self.person, self.next_action, self.field, self.said

    def whole(self, words, move, next_action, hand_over, field):  # noqa: C901, PLR0911 - a list of rules
        """The state after all of it; None: something of it is refused."""
        team, person = self.team, self.person
        if not (words or move or next_action or hand_over or field) or (words and WORDS[words]):
            return None
        if (hand_over or next_action) and self.situation == "encerrado" and move != "reabrir":
            return None
        if next_action and next_action <= self.now:
            return None
        if hand_over:
            team = hand_over.team or team
            person = hand_over.responsible
            if person and team not in TEAMS[person]:
                return None
        situation, kept, due = self.situation, field or self.field, next_action or self.next_action
        if move:
            situation = MOVES.get((situation, move))
            if situation is None:
                return None
            if move == "aguardar" and not (due and person):
                return None
            if self.situation == "em_atendimento" and not kept:
                return None
            if situation == "execucao" and not hand_over and team != "campo":
                team, person = "campo", person if person and "campo" in TEAMS[person] else None
        elif (hand_over or field) and situation == "em_atendimento" and not kept:
            return None
        return situation, team, person, due, kept, self.said + bool(words)


@pytest.mark.parametrize("seed", range(3))
def test_random_interactions_follow_the_model(desk, seed):
    chance = random.Random(seed)
    ticket = desk.open()
    model = Model(desk.clock())

    def perhaps(how_often, values):
        return chance.choice(values) if chance.random() < how_often else None

    done = 0
    for _ in range(40):
        model.now = desk.clock.forward(minutes=1)
        given = (
            perhaps(0.6, list(WORDS)),
            perhaps(0.5, [move for _, move in MOVES]),
            perhaps(0.3, [model.now, model.now + timedelta(hours=1), model.now + timedelta(days=1)]),
            perhaps(0.4, [HandOver(team=t, responsible=p) for t in (None, "vendas", "campo") for p in ("ana", "bia")]
                    + [HandOver(team="vendas"), HandOver(team="campo")]),
            perhaps(0.3, ["302", "303"]),
        )  # fmt: skip
        words, move, at, hand_over, field = given
        expected = model.whole(*given)
        before = desk.count()
        fields = {"unidade": field} if field else {}
        asked = {"words": words, "move": move, "next_action_at": at, "hand_over": hand_over, "fields": fields}
        if expected is None:
            with pytest.raises(Refused):
                desk.interact(ticket, **asked)
            assert desk.count() == before
            continue
        desk.interact(ticket, **asked)
        done += 1
        model.situation, model.team, model.person, model.next_action, model.field, model.said = expected
        now = desk.see(ticket)
        person = now.person.login if now.person else None
        found = (now.situation, now.team, person, now.next_action_at, now.fields.get("unidade"), len(desk.said(ticket)))
        assert found == model.state(), given
    assert done > 5
    check(desk.world.engine)

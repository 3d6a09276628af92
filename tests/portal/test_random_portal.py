"""Random deeds of customers and staff against a small model of who sees what."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from reliability.invariants import check

from engine.conversations.interacting import Interact, interact
from engine.conversations.saying import Words
from engine.errors import NotActive, NotFound
from engine.tickets.alteration import Alter, alter

# Where each leads, and whether a customer may still write there.
MOVES = {
    "analisar": True,
    "perguntar": True,
    "resolver": True,
    "responder": True,
    "arquivar": False,
    "descartar": False,
}


@dataclass
class Kept:
    """What should be true of a ticket."""

    ticket: object
    company: str
    visible: bool = True
    takes: bool = True
    moved: bool = False
    texts: list = field(default_factory=list)


class Model:
    """Deeds, each done and remembered."""

    def __init__(self, portal, chance):
        self.portal = portal
        self.chance = chance
        self.people = {"E-1": [portal.rita, portal.beto], "E-2": [portal.sara]}
        self.kept = {}

    def step(self, text):
        company = self.chance.choice(list(self.people))
        who = self.chance.choice(self.people[company])
        deed = self.chance.choice((self.open, self.say, self.say, self.reply, self.hide, self.move, self.follow))
        if not self.kept or deed == self.open:
            return self.open(company, who, text)
        one = self.chance.choice(list(self.kept.values()))
        own = one.company == company and one.visible
        return deed(one, who, text, own=own)

    def open(self, company, who, text):
        self.keep(Kept(self.portal.open(actor=who, message=text), company, texts=[text]))

    def keep(self, one):
        self.kept[one.ticket.protocol] = one
        self.change(one, contact_reason="outros")

    def change(self, one, **changes):
        ask = Alter(ticket=one.ticket.protocol, changes=changes)
        self.portal.world.run(alter, ask, actor=self.portal.boss)

    def say(self, one, who, text, *, own):
        if own and one.takes:
            self.portal.say(one.ticket, text, actor=who)
            one.texts.append(text)
        else:
            with self.portal.refused(NotActive if own else NotFound):
                self.portal.say(one.ticket, text, actor=who)

    def follow(self, one, who, text, *, own):
        if own:
            made = self.portal.open(actor=who, follows=one.ticket.protocol, message=text)
            self.keep(replace(one, ticket=made, takes=True, moved=True, texts=[text]))
        else:
            with self.portal.refused(NotFound):
                self.portal.open(actor=who, follows=one.ticket.protocol, message=text)

    def reply(self, one, _, text, *, own):
        shown = self.chance.random() < 0.5
        words = Words(kind="manual_reply", text=text, shown=shown)
        ask = Interact(ticket=one.ticket.protocol, words=words)
        self.portal.world.run(interact, ask, actor=self.portal.agent)
        one.texts += [text] if shown else []

    def hide(self, one, *_, own):
        one.visible = self.chance.random() < 0.5
        self.change(one, portal_visible=one.visible)

    def move(self, one, *_, own):
        if not one.moved:
            name = self.chance.choice(list(MOVES))
            self.portal.move(one.ticket, name)
            one.moved, one.takes = True, MOVES[name]

    def insist(self, company, who):
        """Everything that somebody sees, by each way to see it."""
        wanted = {p: one for p, one in self.kept.items() if one.company == company and one.visible}
        assert set(self.portal.listed(actor=who, limit=100)) == set(wanted)
        for protocol, one in self.kept.items():
            if protocol not in wanted:
                with pytest.raises(NotFound):
                    self.portal.see(one.ticket, actor=who)
                continue
            contact = self.portal.see(one.ticket, actor=who)
            assert [message.text for message in contact.messages] == one.texts
            assert contact.takes_messages is one.takes
            assert protocol in self.portal.listed(actor=who, text=one.texts[-1], limit=100)


@pytest.mark.parametrize("seed", range(2))
def test_everybody_sees_their_own_and_what_is_shown_and_nothing_else(portal, seed):
    chance = random.Random(seed)
    model = Model(portal, chance)
    for number in range(30):
        portal.clock.forward(seconds=chance.randrange(2))
        model.step(f"Dito {number}")
    for company, people in model.people.items():
        for who in people:
            model.insist(company, who)
    check(portal.world.engine)

"""Words that few tickets have and words that many have are looked for in two ways, and found alike."""

from __future__ import annotations

import pytest

from engine.tickets import listing
from engine.tickets.listing import List, list_tickets


def found(shop, **asked):
    page = shop.world.read(list_tickets, List(**asked), actor=shop.agent)
    return [row.protocol for row in page.rows], page.next


@pytest.mark.parametrize("few", [0, 1, 1_000])
def test_rare_and_common_words_are_found_alike(shop, monkeypatch, few):
    monkeypatch.setattr(listing, "_FEW", few)
    burst = [shop.open(title=f"Cano furado {n}").protocol for n in range(3)]
    shop.open(title="Lâmpada queimada")
    assert found(shop, text="furado") == (burst[::-1], None)
    assert found(shop, text="furado", standing="open", responsible="none") == (burst[::-1], None)
    assert found(shop, text="nunca escrito") == ([], None)
    assert found(shop, text=burst[1]) == ([burst[1]], None)
    first, cursor = found(shop, text="furado", limit=2)
    rest, _ = found(shop, text="furado", limit=2, cursor=cursor)
    assert first + rest == burst[::-1]


def test_finished_tickets_and_those_of_nobody_are_found(shop):
    one, other = shop.open(priority="alta"), shop.open()
    shop.move(one, "escalar")
    shop.move(one, "resolver_urgente")
    assert found(shop, standing="finished") == ([one.protocol], None)
    assert found(shop, standing="cancelled") == ([], None)
    assert found(shop, standing="open", responsible="none") == ([other.protocol], None)
    assert found(shop, responsible="ana") == ([], None)

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotFound, NotPermitted
from engine.tickets.listing import SORTS, List, list_tickets
from engine.tickets.queries import Moves, Show, moves, show


def page(shop, *, actor=None, **values):
    return shop.world.read(list_tickets, List(**values), actor=actor or shop.agent)


def protocols(found):
    return [row.protocol for row in found.rows]


def weighed(shop, ticket, *, actor=None, as_profile=None):
    ask = Moves(ticket=ticket.protocol, as_profile=as_profile)
    _, found = shop.world.read(moves, ask, actor=actor or shop.agent)
    return {option.move: option for option in found.options}


def test_all_moves_are_listed_allowed_or_not_with_every_reason(shop):
    found = weighed(shop, shop.open(fields={"numero": 7}))
    assert list(found) == ["executar", "escalar", "esperar", "repetir", "visitar", "conferir"]
    assert {name for name, option in found.items() if option.allowed} == {"executar", "esperar", "repetir", "visitar"}
    assert [r.code for r in found["escalar"].reasons] == ["guard_undecided"]
    assert found["escalar"].reasons[0].fix == "Preencha Prioridade."
    assert [r.code for r in found["conferir"].reasons] == ["stuck"]
    assert found["executar"].default
    assert str(found["visitar"].leads_to) == "visita:a_agendar"
    assert found["esperar"].label == "Esperar"


def test_reasons_come_together(shop):
    ticket = shop.move(shop.open(), "executar")
    found = weighed(shop, ticket, as_profile="desenhista", actor=shop.boss)
    codes = [reason.code for reason in found["concluir"].reasons]
    assert codes == ["profile_lacks", "profile_lacks", "fields_missing"]
    reading, moving = (reason.details["decision"] for reason in found["concluir"].reasons[:2])
    assert reading["action"] == "ticket.read"  # who may not see a ticket may not move it either
    decision = moving
    assert decision["lacking"] == ["profile", "situation"]
    assert decision["fix"]["add"]


def test_asking_as_another_profile_needs_its_right_and_changes_no_reading(shop):
    ticket = shop.open()
    with pytest.raises(NotPermitted):
        weighed(shop, ticket, as_profile="gestor")
    with pytest.raises(Invalid, match="existem"):
        weighed(shop, ticket, as_profile="nada", actor=shop.boss)
    outsider = shop.world.person("paula", "cliente_portal")
    with pytest.raises(NotFound):
        weighed(shop, ticket, as_profile="administrador", actor=outsider)


def test_list_pages_without_skipping_or_repeating_while_others_write(shop):
    tickets = []
    for _ in range(7):
        tickets.append(shop.open().protocol)
        shop.clock.forward(seconds=1)
    for sort in SORTS:
        seen, cursor = [], None
        while True:
            found = page(shop, limit=3, cursor=cursor, sort=sort)
            seen += protocols(found)
            cursor = found.next
            if cursor is None:
                break
            shop.clock.forward(seconds=1)
            if sort == "-opened_at":
                shop.open()  # newer than all: belongs before the first page
        wanted = tickets if sort in {"opened_at", "changed_at"} else tickets[::-1]
        assert [p for p in seen if p in tickets] == wanted
        assert len(seen) == len(set(seen))


def test_list_pages_through_tickets_of_one_instant(shop):
    wanted = {shop.open().protocol for _ in range(5)}
    first = page(shop, limit=3)
    second = page(shop, limit=3, cursor=first.next)
    assert set(protocols(first)) | set(protocols(second)) == wanted
    assert second.next is None


def test_list_filters(shop):
    one = shop.open(priority="alta")
    two = shop.open(subject="eletrica", team="campo")
    shop.move(one, "escalar")
    shop.move(one, "resolver_urgente")
    assert protocols(page(shop, standing="finished")) == [one.protocol]
    assert protocols(page(shop, standing="open")) == [two.protocol]
    assert protocols(page(shop, situation="concluido")) == [one.protocol]
    assert protocols(page(shop, team="campo")) == [two.protocol]
    assert protocols(page(shop, subject="eletrica")) == [two.protocol]
    assert protocols(page(shop, responsible="ana")) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("vazamento", True),
        ("VAZAMENTO cozinha", True),
        ("vazamento garagem", False),
        ('"; DROP TABLE ticket', False),
        ("NEAR(a b) OR *", False),
        ("'", False),
        ("-", False),
    ],
)
def test_text_search_uses_words_and_never_a_query_language(shop, words, found):
    ticket = shop.open(title="Vazamento na cozinha", description="Água por toda parte")
    shop.open(title="Outra coisa", description="garagem")
    assert protocols(page(shop, text=words)) == ([ticket.protocol] if found else [])


def test_text_search_finds_the_protocol_and_what_was_altered(shop):
    from engine.tickets.alteration import Alter, alter

    ticket = shop.open(title="Vazamento")
    assert protocols(page(shop, text=ticket.protocol)) == [ticket.protocol]
    shop.world.run(alter, Alter(ticket=ticket.protocol, changes={"title": "Infiltração"}), actor=shop.agent)
    assert protocols(page(shop, text="infiltração")) == [ticket.protocol]
    assert protocols(page(shop, text="vazamento")) == []


@pytest.mark.parametrize("cursor", ["x", "!!!", "W10", "eyJhIjoxfQ", "é"])
def test_a_cursor_of_somebody_elses_making_is_refused(shop, cursor):
    with pytest.raises(Invalid, match="cursor"):
        page(shop, cursor=cursor)


def test_list_needs_the_right_to_read(shop):
    with pytest.raises(NotPermitted):
        page(shop, actor=shop.world.person("paula", "cliente_portal"))


def test_unknown_ticket(shop):
    with pytest.raises(NotFound):
        shop.world.read(show, Show(ticket="2026-0000000-0"))

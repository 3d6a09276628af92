from __future__ import annotations

from engine.errors import Conflict, Invalid, NotFound, NotPermitted
from engine.registry.customers import PutCustomer, put_customer
from engine.tickets.participants import Invite, Participants, Remove, invite, participants, remove


def invited(shop, ticket, *, actor=None, **values):
    ask = Invite(**({"ticket": ticket.protocol, "kind": "agency"} | values))
    return shop.world.run(invite, ask, actor=actor or shop.agent)


def removed(shop, ticket, number, *, actor=None):
    return shop.world.run(remove, Remove(ticket=ticket.protocol, number=number), actor=actor or shop.agent)


def listed(shop, ticket):
    return shop.world.read(participants, Participants(ticket=ticket.protocol), actor=shop.agent)[1]


def test_a_company_a_person_and_a_mere_name_are_invited(shop):
    ticket = shop.open()
    shop.world.run(put_customer, PutCustomer(key="i1", name="Imobiliária Um", kind="company"))
    numbers = [
        invited(shop, ticket, customer="i1").number,
        invited(shop, ticket, kind="broker", login="ana", sees="shown").number,
        invited(shop, ticket, kind="broker", name=" João Corretor ").number,
    ]
    assert numbers == [1, 2, 3]
    told = [(row.kind, row.customer, row.login, row.name, row.customer_name, row.sees) for row in listed(shop, ticket)]
    assert told == [
        ("agency", "i1", None, None, "Imobiliária Um", "marked"),
        ("broker", None, "ana", None, None, "shown"),
        ("broker", None, None, "João Corretor", None, "marked"),
    ]
    rows = shop.history(ticket)[1:]
    assert [row.deed for row in rows] == ["participant_invited"] * 3
    assert rows[2].detail == {"participant": 3, "kind": "broker", "sees": "marked"}  # no name in the history
    assert shop.see(ticket).revision == ticket.revision


def test_invited_twice_it_is_the_same_participant_until_taken_out(shop):
    ticket = shop.open()
    first = invited(shop, ticket, name="Imobiliária Um")
    before = shop.everything()
    again = invited(shop, ticket, name="Imobiliária Um")
    assert (again.number, again.repeated, first.repeated) == (1, True, False)
    assert shop.everything() == before
    removed(shop, ticket, 1)
    assert invited(shop, ticket, name="Imobiliária Um").number == 2
    rows = listed(shop, ticket)
    assert [(row.number, row.removed_by) for row in rows] == [(1, shop.agent.id), (2, None)]
    assert shop.deeds(ticket) == ["opened", "participant_invited", "participant_removed", "participant_invited"]


def test_taken_out_twice_or_never_there_is_told(shop):
    ticket = shop.open()
    invited(shop, ticket, name="Imobiliária Um")
    removed(shop, ticket, 1)
    with shop.refused(Conflict, "participant_removed"):
        removed(shop, ticket, 1)
    with shop.refused(NotFound):
        removed(shop, ticket, 2)


def test_who_is_not_clear_is_not_invited(shop):
    ticket = shop.open()
    for values, kind, code in (
        ({}, Invalid, "participant_unclear"),
        ({"name": " "}, Invalid, "participant_unclear"),
        ({"name": "A", "customer": "c1"}, Invalid, "participant_unclear"),
        ({"customer": "c9"}, NotFound, "customer_unknown"),
        ({"login": "ninguem"}, Invalid, "person_unknown"),
        ({"name": "A", "kind": "friend"}, Invalid, "invalid"),
        ({"name": "A", "sees": "all"}, Invalid, "invalid"),
    ):
        with shop.refused(kind, code):
            invited(shop, ticket, **values)


def test_the_right_is_asked(shop):
    ticket = shop.open()
    invited(shop, ticket, name="A")
    for login, profile, kind in (("ivo", "integracao", NotPermitted), ("paula", "cliente_portal", NotFound)):
        other = shop.world.person(login, profile)
        with shop.refused(kind):
            invited(shop, ticket, name="B", actor=other)
        with shop.refused(kind):
            removed(shop, ticket, 1, actor=other)

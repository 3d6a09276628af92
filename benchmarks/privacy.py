"""What masking and access rows add to a read, a page and a move (`python -m benchmarks.privacy`).

The same application answers three times in turn: with neither, to an agent who may see nothing of the customer, and to
one who may see everything, with the row that tells of it.
"""

from __future__ import annotations

from itertools import count, cycle
from typing import TYPE_CHECKING, Any

import orjson

from api import create_app
from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import DATABASES, LOOP, a_database, installed, on_one_core
from benchmarks.machine import header
from engine import actors
from engine.people.adding import AddPerson, add_person
from engine.people.model import permission_rule
from engine.people.tokens import IssueToken, issue_token
from engine.privacy.sight import View
from engine.registry.customers import PutCustomer, put_customer
from engine.registry.reaching import AddContactPoint, add_contact_point
from engine.tickets.model import ticket as tickets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

ROUNDS = 8
CUSTOMERS = TICKETS = 40
_KEPT = {name: View.__dict__[name] for name in ("__call__", "fields")}
_BARE = {"__call__": lambda _, __, value: value, "fields": lambda _, values: values}


def figures() -> Iterator[Figure]:
    for kind in DATABASES:
        with a_database(kind) as url, installed(url) as here:
            protocols = furnished(here)
            for what, ask in Doors(here, blind(here)).all(protocols).items():
                yield measured(f"{what}, {kind}", ask)


def measured(what: str, ask: Callable[[str], object]) -> Figure:
    legs = Legs({who: (lambda who=who: ask(who)) for who in ("bare", "masked", "shown")}, rounds=ROUNDS, leg_s=0.25)
    return Figure(
        measure=what,
        measured=f"masked {legs.ratio('masked', 'bare'):.2f} x, shown and told of {legs.ratio('shown', 'bare'):.2f} x "
        f"that without either ({legs.ms('masked'):.2f}, {legs.ms('shown'):.2f} : {legs.ms('bare'):.2f} ms)",
    )


class Doors:
    """The application, and who calls it: `bare` is an agent while nothing is masked and nothing told of."""

    def __init__(self, here: Installation, blind_token: str) -> None:
        self.client = create_app(here.engine).test_client()
        self.tokens = {"bare": here.token, "shown": here.token, "masked": blind_token}

    def all(self, protocols: list[str]) -> dict[str, Callable[[str], object]]:
        one, key = cycle(protocols), cycle(range(CUSTOMERS))
        return {
            "a ticket read": lambda who: self.get(who, f"/tickets/{next(one)}"),
            "a customer read": lambda who: self.get(who, f"/customers/C-{next(key)}"),
            "a page of 20 tickets": lambda who: self.get(who, "/tickets?standing=open&limit=20"),
            "a page of 20 customers": lambda who: self.get(who, "/customers?limit=20"),
            "a move": self.moving(protocols),
        }

    def get(self, who: str, path: str) -> None:
        self.call(who, "GET", path)

    def moving(self, protocols: list[str]) -> Callable[[str], object]:
        steps, numbers = cycle([(one, name) for name in LOOP for one in protocols]), count()

        def once(who: str) -> None:
            protocol, name = next(steps)
            key = {"Idempotency-Key": f"p{next(numbers)}"}
            self.call(who, "POST", f"/tickets/{protocol}/moves", {"move": name}, key)

        return once

    def call(self, who: str, method: str, path: str, body: Any = None, headers: Any = None) -> None:
        for name, deed in (_BARE if who == "bare" else _KEPT).items():
            setattr(View, name, deed)
        sent = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": "application/json"} | (headers or {})
        data = None if body is None else orjson.dumps(body)
        answer = self.client.open(f"/api/v1{path}", method=method, headers=sent, data=data)
        assert answer.status_code == 200, answer.text


def furnished(here: Installation) -> list[str]:
    """Tickets of customers who can be reached."""
    run = here.engine.run
    for n in range(CUSTOMERS):
        run(put_customer, PutCustomer(key=f"C-{n}", name=f"Cliente número {n}"), actor=actors.CONSOLE)
        for kind, value in (("email", f"cliente{n}@exemplo.com"), ("mobile", f"(62) 98123-{n:04}")):
            run(add_contact_point, AddContactPoint(customer=f"C-{n}", kind=kind, value=value), actor=actors.CONSOLE)
    made = [here.ticket() for _ in range(TICKETS)]
    with here.engine.database.begin() as connection:
        for one, row in zip(made, connection.exec_driver_sql("SELECT id FROM customer").all(), strict=True):
            customer = one.id.__class__(str(row[0]))
            connection.execute(tickets.update().where(tickets.c.id == one.id).values(customer_id=customer))
    here.season()
    return [one.protocol for one in made]


def blind(here: Installation) -> str:
    """The token of an agent who may see nothing of customers."""

    def deny(unit: Any, _: None) -> None:
        unit.insert("profile:integracao", permission_rule, id="b/1", profile="integracao", allow=False, action=SEE)
        unit.record("profile:integracao", "changed")
        unit.new_authority()

    here.engine.run(deny, None, actor=actors.CONSOLE)
    here.engine.run(add_person, AddPerson(login="cego", name="Cego", profile="integracao"), actor=actors.CONSOLE)
    found: str = here.engine.run(issue_token, IssueToken(login="cego", label="bancada"), actor=actors.CONSOLE)
    return found


SEE = "ticket.read_customer"


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()

from __future__ import annotations

import contextlib
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from alembic import command as alembic
from sqlalchemy import text

from engine import migrating
from engine.actors import CONSOLE
from engine.config import Settings
from engine.errors import Conflict, Invalid, NotFound, NotPermitted
from engine.migrating import migrate
from engine.registry.customers import (
    PutCustomer,
    ReadCustomer,
    put_customer,
    read_customer,
    read_customer_history,
)
from engine.registry.finding import FindCustomers, find_customers
from engine.registry.reaching import (
    MOST,
    AddContactPoint,
    AlterContactPoint,
    RemoveContactPoint,
    TellConsent,
    add_contact_point,
    alter_contact_point,
    remove_contact_point,
    tell_consent,
)
from engine.starting import start


@pytest.fixture
def agent(world):
    return world.person("ana.souza")


@pytest.fixture
def add(world, agent):
    def run(kind, value, customer="C-1002", **more):
        return world.run(
            add_contact_point, AddContactPoint(customer=customer, kind=kind, value=value, **more), actor=agent
        )

    return run


@pytest.fixture
def see(world):
    def run(key="C-1002"):
        return world.read(read_customer, ReadCustomer(key=key))

    return run


@pytest.fixture
def find(world, agent):
    def run(**asked):
        return [one.key for one in world.read(find_customers, FindCustomers(**asked), actor=agent).customers]

    return run


def test_contact_points_are_kept_in_one_form_and_answers_are_what_is_read(world, add, see, agent):
    given = (
        ("mobile", "62 98123-4568", "+5562981234568"),
        ("whatsapp", "5562981234568", "+5562981234568"),
        ("email", "Joao@Exemplo.EXAMPLE", "Joao@exemplo.example"),
        ("app", "dispositivo-1", "dispositivo-1"),
    )
    for kind, value, kept in given:
        answered = add(kind, value)
        assert answered == see()
        assert (answered.contact_points[-1]["kind"], answered.contact_points[-1]["value"]) == (kind, kept)
    for kind, value in (("mobile", "(62) 9 8123 4568"), ("email", "JOAO@exemplo.example")):
        with pytest.raises(Conflict):
            add(kind, value)
    for kind, value in (("fax", "62 3774 3039"), ("phone", "3774-3039"), ("email", "joao"), ("app", "a b")):
        with pytest.raises(Invalid):
            add(kind, value)
    assert len(see().contact_points) == 1 + len(given)


def test_one_contact_point_of_a_kind_is_preferred(world, add, see, agent):
    add("phone", "62 3774 3040", preferred=True)
    found = add("phone", "62 3774 3041", preferred=True)
    add("email", "joao@exemplo.example", preferred=True)
    second, third = found.contact_points[1]["id"], found.contact_points[2]["id"]

    def preferred():
        return [p["id"] for p in see().contact_points if p["preferred"] and p["kind"] == "phone"]

    assert preferred() == [third]
    ask = AlterContactPoint(customer="C-1002", id=second, preferred=True, verified=True)
    assert world.run(alter_contact_point, ask, actor=agent) == see()
    assert preferred() == [second]
    assert [p["verified"] for p in see().contact_points if p["id"] == second] == [True]
    world.run(alter_contact_point, AlterContactPoint(customer="C-1002", id=second, preferred=False), actor=agent)
    assert preferred() == []
    assert world.run(remove_contact_point, RemoveContactPoint(customer="C-1002", id=third), actor=agent) == see()
    assert third not in [p["id"] for p in see().contact_points]
    for command, ask in (
        (alter_contact_point, AlterContactPoint(customer="C-1001", id=second, verified=True)),
        (remove_contact_point, RemoveContactPoint(customer="C-1002", id=uuid4())),
        (remove_contact_point, RemoveContactPoint(customer="C-9", id=second)),
    ):
        with pytest.raises(NotFound):
            world.run(command, ask, actor=agent)


def test_the_last_word_on_a_channel_holds(world, see, agent, clock):
    def tell(given, how="form", channel="whatsapp", at=None):
        ask = TellConsent(customer="C-1002", channel=channel, given=given, how=how, at=at)
        return world.run(tell_consent, ask, actor=agent)

    began = clock()
    assert tell(given=True) == see()
    clock.forward(hours=1)
    assert tell(given=False, how="call") == see()
    tell(given=True, how="contract", channel="email")
    assert tell(given=True, how="contract", at=began - timedelta(days=9)) == see()
    email, whatsapp = see().consents
    assert (email["channel"], email["given"]) == ("email", True)
    assert (whatsapp["channel"], whatsapp["given"], whatsapp["how"]) == ("whatsapp", False, "call")
    assert (whatsapp["at"], whatsapp["actor"]) == (began + timedelta(hours=1), agent.id)
    for wrong in ({"channel": "fax"}, {"how": "sei lá"}, {"at": clock() + timedelta(seconds=1)}):
        with pytest.raises(Invalid):
            tell(given=True, **wrong)


def test_customers_are_found_by_exactly_a_number_or_an_address(find, add):
    add("phone", "62 98123-4567")  # the same telephone as C-1001's
    assert find(phone="(62) 98123-4567") == ["C-1001", "C-1002"]
    assert find(phone="5562981234567", q="carla") == ["C-1001"]
    assert find(phone="62 3774 3039") == ["C-1002"]
    assert find(phone="62 3774 3030") == []
    assert find(email="CARLA.mendes@Exemplo.example") == ["C-1001"]
    assert find(email="carla@exemplo.example") == []
    for wrong in ({"phone": "3774-3039"}, {"email": "carla"}):
        with pytest.raises(Invalid):
            find(**wrong)


def test_customers_are_found_by_a_part_of_the_name(world, find, agent):
    assert find(q="joao  BATISTA") == ["C-1002"]
    assert find(q="acácias") == find(q="ACACIAS") == ["C-2001"]
    assert find() == ["C-1001", "C-2001", "C-1002"]
    for pattern in ("%", "_", "\\", "/", "a%s", "'"):
        assert find(q=pattern) == []
    world.run(put_customer, PutCustomer(key="C-1002", name="João B. Ferreira", retired=True), actor=agent)
    assert find(q="ferreira") == []
    assert find(q="ferreira", retired=True) == ["C-1002"]


def test_a_name_that_grows_when_it_is_folded_can_be_kept(world, find):
    world.run(put_customer, PutCustomer(key="C-8", name="\ufdfa" * 300))
    assert find(q="\ufdfa"[:1]) == ["C-8"]


def test_pages_hold_every_customer_once(world, agent):
    for n in range(7):
        world.run(put_customer, PutCustomer(key=f"n{n}", name=f"Nome {n % 2}"), actor=agent)
    seen, cursor = [], None
    while True:
        page = world.read(find_customers, FindCustomers(limit=2, cursor=cursor), actor=agent)
        seen += [one.key for one in page.customers]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ["C-1001", "C-2001", "C-1002", "n0", "n2", "n4", "n6", "n1", "n3", "n5"]
    for cursor in ("x", "bnVsbA", "W10", "WyIAIiwieCJd"):
        with pytest.raises(Invalid, match="cursor"):
            world.read(find_customers, FindCustomers(cursor=cursor), actor=agent)


def test_history_tells_what_was_done_and_nothing_personal(world, add, agent, told, see):
    world.run(put_customer, PutCustomer(key="C-1002", name="Segredo da Silva", kind="company"), actor=agent)
    point = add("email", "segredo@exemplo.example").contact_points[-1]["id"]
    add("mobile", "62 98123-4599")
    world.run(remove_contact_point, RemoveContactPoint(customer="C-1002", id=point), actor=agent)
    ask = TellConsent(customer="C-1002", channel="sms", given=False, how="message")
    world.run(tell_consent, ask, actor=agent)
    rows = told("customer", str(see().id))
    assert [deed for deed, _ in rows] == [
        "added",
        "contact_point_added",
        "changed",
        "contact_point_added",
        "contact_point_added",
        "contact_point_removed",
        "consent_withdrawn",
    ]
    assert rows[2][1] == {"kind": ["person", "company"], "name": "changed"}
    whole = orjson.dumps(rows).decode()
    assert not [word for word in ("egredo", "Ferreira", "98123", "3774") if word in whole]
    read = world.read(read_customer_history, ReadCustomer(key="C-1002"), actor=agent)
    assert [row["deed"] for row in read] == [deed for deed, _ in reversed(rows)]


def test_a_customer_as_it_is_already_is_left_alone(world, told, see):
    rows = told("customer", str(see().id))
    assert world.run(put_customer, PutCustomer(key="C-1002", name=" João Batista Ferreira ")) == see()
    assert told("customer", str(see().id)) == rows
    for wrong in ({"name": " "}, {"name": "a" * 301}, {"name": "a\nb"}, {"kind": "cat"}, {"key": "k" * 81}):
        with pytest.raises(Invalid):
            world.run(put_customer, PutCustomer(**{"key": "C-1002", "name": "João"} | wrong))


def test_a_customer_has_a_bounded_number_of_contact_points(add):
    for n in range(MOST - 1):
        add("app", f"d{n}")
    with pytest.raises(Invalid, match=str(MOST)):
        add("app", "mais-um")


def test_rights(world):
    designer = world.person("fabio.nunes")
    for query, ask in (
        (read_customer, ReadCustomer(key="C-1002")),
        (read_customer_history, ReadCustomer(key="C-1002")),
        (find_customers, FindCustomers(phone="62 3774 3039")),
    ):
        with pytest.raises(NotPermitted):
            world.read(query, ask, actor=designer)
    for command, ask in (
        (put_customer, PutCustomer(key="C-1", name="X")),
        (add_contact_point, AddContactPoint(customer="C-1002", kind="app", value="x")),
        (alter_contact_point, AlterContactPoint(customer="C-1002", id=uuid4(), verified=True)),
        (remove_contact_point, RemoveContactPoint(customer="C-1002", id=uuid4())),
        (tell_consent, TellConsent(customer="C-1002", channel="sms", given=True, how="form")),
    ):
        with pytest.raises(NotPermitted):
            world.run(command, ask, actor=designer)


def test_customers_of_an_older_schema_are_found_after_migrating(tmp_path):
    with _engine(f"sqlite:///{tmp_path / 'old.db'}") as old:
        with old.database.begin() as connection:
            alembic.upgrade(migrating._config(connection), "0001")
            connection.execute(
                text("INSERT INTO customer (id, key, kind, name) VALUES (:id, 'C-1', 'person', 'Zoé  Ávila')"),
                {"id": uuid4().hex},
            )
        migrate(old.database)
        asked = FindCustomers(q="zoe avila")
        assert [one.key for one in old.read(find_customers, asked, actor=CONSOLE).customers] == ["C-1"]


@contextlib.contextmanager
def _engine(url):
    engine = start(Settings(database_url=url))
    yield engine
    engine.database.dispose()

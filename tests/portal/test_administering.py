"""Who administers a company's accounts: its own people say so, and the staff."""

from __future__ import annotations

from sqlalchemy import select

from engine.history import change_history

_APPOINTED = select(change_history).where(change_history.c.deed == "appointed").order_by(change_history.c.id)


def test_whoever_administers_lets_a_colleague_do_so_too_and_takes_it_back(house):
    rita, beto = house.here("rita"), house.here("beto")
    people = {one["name"]: one["id"] for one in rita.get("/people").json["people"]}
    his, hers = (f"/people/{people[name]}" for name in ("Beto Lima", "Rita Alves"))
    refused = [beto("PATCH", hers, {"admin": False}), rita("PATCH", hers, {"admin": False})]
    assert [(one.status_code, one.json["code"]) for one in refused] == [(403, "not_permitted"), (409, "last_admin")]
    pending = rita.post("/people", {"name": "Caio", "email": "caio@padaria.example", "admin": True})
    assert pending.status_code == 201
    assert rita("PATCH", hers, {"admin": False}).json["code"] == "last_admin"  # who has no password cannot do it yet
    told = [rita("PATCH", his, {"admin": True}, key="a") for _ in range(2)]
    assert told[0].json["admin"] is True
    assert told[0].data == told[1].data
    assert beto.get("/session").json["admin"] is True  # in the session that he has
    assert beto("PATCH", hers, {"admin": False}).json["admin"] is False
    assert [rita.get(path).status_code for path in ("/people", "/tickets")] == [403, 200]
    assert rita("PATCH", his, {"admin": False}).status_code == 403
    assert beto("DELETE", his).json["code"] == "last_admin"
    for wrong in ({}, {"admin": None}, {"admin": "sim"}, {"admin": True, "email": "x@padaria.example"}):
        assert beto("PATCH", hers, wrong).json["code"] == "shape", wrong
    deeds = house.world.read(lambda unit, _: unit.connection.execute(_APPOINTED).all(), None)
    assert [(row.key, row.detail["admin"]) for row in deeds] == [
        (people["Beto Lima"], True),
        (people["Rita Alves"], False),
    ]


def test_the_staff_say_who_administers_even_where_nobody_would(house):
    gil = house.staff("gil")
    at = "/customers/E-1/portal-accounts"
    people = {one["name"]: one for one in gil.get(at, prefix="/api/v1").json["people"]}
    hers = f"{at}/{people['Rita Alves']['id']}"
    assert gil("PATCH", hers, {"admin": False}, prefix="/api/v1").json["admin"] is False
    assert house.here("rita").get("/people").status_code == 403
    back = gil("PATCH", hers, {"admin": True}, prefix="/api/v1")
    assert back.json == people["Rita Alves"]
    assert house.here("rita").get("/people").status_code == 200
    absent = gil("PATCH", hers.replace("E-1", "E-2"), {"admin": True}, prefix="/api/v1")
    assert (absent.status_code, absent.json["code"]) == (404, "account_unknown")
    assert house.staff("ana")("PATCH", hers, {"admin": False}, prefix="/api/v1").status_code == 403

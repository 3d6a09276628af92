"""What is masked is revealed with a right and a reason; and who saw what is told, or it is not shown."""

from __future__ import annotations

from neighbours import neighbour
from sqlalchemy import text

from engine.unit import idempotency

canaries, masking = (neighbour(__file__, name) for name in ("test_personal_canaries", "test_masking"))
SEEN, PART, ONE, scene = canaries.SEEN, canaries.PART, masking.ONE, masking.scene


def test_to_reveal_takes_a_right_and_a_reason_and_is_kept(scene, problem):
    path, ask = f"{scene.path}/reveal", {"classes": ["document", "name"], "reason": " Conferir o distrato "}
    refused = scene.blind.post(path, ask)
    assert canaries.kinds_in(canaries.told_by(refused)) == set()
    assert {one["code"] for one in problem(refused, 403, "not_permitted")["reasons"]} == {"profile_lacks"}
    caller = canaries.profile_that(scene, "revela", lacks=(SEEN, PART), reveals=True)
    problem(caller.post(path, {"classes": ["document"], "reason": "  "}), 422, "reason_missing")
    problem(caller.post(path, {"classes": [], "reason": "x"}), 422, "shape")
    problem(caller.post(path, {"classes": ["tudo"], "reason": "x"}), 422, "shape")
    shown = canaries.done(caller.post(path, ask, key="k"))
    assert shown["fields"] == {"cpf": "529.982.247-25"}
    assert shown["customer"] == {"key": "C-1001", "name": "Qanariana Qanarisilva", "contact_points": []}
    assert (shown["description"], shown["unit"]) == (None, None)
    row = canaries.rows_of(scene)[-1]
    assert (row.classes, row.reason) == (["document", "name"], "Conferir o distrato")
    last = scene.admin.get(f"{scene.path}/history").json["history"][-1]
    assert (last["deed"], last["reason"], last["detail"]["classes"]) == (
        "revealed",
        "Conferir o distrato",
        ["document", "name"],
    )
    problem(caller.post(path, ask, key="k"), 403, "answer_withheld")

    def stored(unit, _):
        return unit.connection.execute(idempotency.select().where(idempotency.c.key == "k")).all()

    assert not any(b"Qanari" in bytes(one.body) for one in scene.world.read(stored, None))


@ONE
def test_a_customer_in_the_register_is_revealed_alike(scene, problem):
    path, ask = "/customers/C-1001/reveal", {"classes": ["name"], "reason": "Conferir"}
    problem(scene.blind.post(path, ask), 403, "not_permitted")
    problem(scene.blind.post("/customers/nenhum/reveal", ask), 403, "not_permitted")
    caller = canaries.profile_that(scene, "revela", lacks=(SEEN, PART), reveals=True)
    assert caller.get("/customers/C-1001").json["name"] is None
    assert canaries.done(caller.post(path, ask))["name"] == "Qanariana Qanarisilva"
    problem(caller.post("/customers/nenhum/reveal", ask), 404, "customer_unknown")
    (newest, *_) = scene.admin.get("/customers/C-1001/history").json["history"]
    assert (newest["deed"], newest["detail"]) == ("revealed", {"classes": ["name"]})


def test_who_looked_at_a_customer(scene, problem):
    scene.agent.get("/customers/C-1001")
    scene.agent.get(scene.path)
    found = scene.admin.get("/access?customer=C-1001&actor=ana.souza").json["accesses"]
    assert [(one["door"], one["ticket"]) for one in found[:2]] == [
        ("GET /api/v1/tickets/<protocol>", scene.path.rpartition("/")[2]),
        ("GET /api/v1/customers/<key>", None),
    ]
    assert {one["customer"] for one in found} == {"C-1001"}
    assert found[0]["actor_name"] == "Ana Souza"
    assert found[0]["classes"] == ["address", "name", "personal", "text"]
    later = scene.clock.forward(days=1).isoformat().replace("+00:00", "Z")
    assert scene.admin.get("/access", query_string={"from": later}).json["accesses"] == []
    pages, onward = [], "/access?limit=2&customer=C-1001&actor=ana.souza"
    while onward:
        page = scene.admin.get(onward.removeprefix("/api/v1")).json
        pages += page["accesses"]
        onward = page["next"]
    assert pages == found
    sheet = scene.admin.get("/access.csv?customer=C-1001").text
    assert sheet.startswith('\ufeff"at","actor",')
    assert canaries.kinds_in(sheet) == set()
    problem(scene.agent.get("/access"), 403, "not_permitted")
    problem(scene.agent.get("/access.csv"), 403, "not_permitted")
    problem(scene.admin.get("/access?customer=ninguem"), 404, "customer_unknown")


@ONE
def test_a_page_without_personal_data_is_not_told_of(scene):
    before = canaries.rows_of(scene)
    for path in ("/tickets", "/tickets?team=atendimento", "/next-actions", f"{scene.path}/links", "/me"):
        assert scene.agent.get(path).status_code == 200
    scene.blind.get(scene.path)
    assert canaries.rows_of(scene) == before


def test_what_cannot_be_told_of_is_not_shown(scene, problem):
    with scene.engine.database.begin() as connection:
        connection.execute(text("ALTER TABLE access RENAME TO access_away"))
    for path in (scene.path, f"{scene.path}/history", f"{scene.path}/history.csv", "/customers", "/customers/C-1001"):
        answer = scene.admin.get(path)
        problem(answer, 503, "access_not_recorded")
        assert answer.headers["Retry-After"]
        assert canaries.kinds_in(canaries.told_by(answer)) == set()
    before = scene.rows()
    answer = scene.agent.patch(scene.path, {"priority": "alta"})
    assert answer.status_code >= 500
    assert canaries.kinds_in(canaries.told_by(answer)) == set()
    assert scene.rows() == before
    assert scene.blind.get(scene.path).status_code == 200
    assert scene.agent.get("/tickets").status_code == 200

"""Masking where it is easily forgotten: conflicts, searches, guards, clones and repetitions."""

from __future__ import annotations

import pytest
from neighbours import neighbour

from engine.registry.putting import Put, put

canaries = neighbour(__file__, "test_personal_canaries")
SEEN, PART = canaries.SEEN, canaries.PART
ONE = pytest.mark.parametrize("database", ["sqlite"])  # nothing here depends on the database
GUARD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">
  <process id="guardado" name="Guardado" isExecutable="true">
    <startEvent id="inicio" />
    <sequenceFlow id="f1" sourceRef="inicio" targetRef="novo" />
    <userTask id="novo" name="Novo" />
    <sequenceFlow id="f2" sourceRef="novo" targetRef="g" />
    <exclusiveGateway id="g" />
    <sequenceFlow id="pelo_cpf" name="Pelo CPF" sourceRef="g" targetRef="fim">
      <conditionExpression>fields.cpf = "0" and description = "0"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="outra" name="Outra" sourceRef="g" targetRef="fim" />
    <endEvent id="fim" name="Fim" />
  </process>
</definitions>"""


@pytest.fixture
def scene(house):
    """A ticket with personal data, and two who may do everything but see them: one not at all, one in part."""
    canaries.registered(house)
    house.admin.put("/customers/C-1001", {"name": "Qanariana Qanarisilva"})
    opened = house.ticket(customer="C-1001", description="Qanaritext aqui", title="Infiltração na sala")
    path = f"/tickets/{opened['protocol']}"
    canaries.done(house.admin.patch(path, canaries.UNIT | {"fields": canaries.VALUES}))
    house.path = path
    house.blind = canaries.profile_that(house, "cego", lacks=(SEEN, PART))
    house.partly = canaries.profile_that(house, "parte", lacks=(SEEN,))
    return house


@ONE
def test_a_ticket_as_three_readers_see_it(scene):
    whole, partly, blind = (who.get(scene.path).json for who in (scene.admin, scene.partly, scene.blind))
    assert (whole["description"], whole["unit"], whole["fields"]) == (
        "Qanaritext aqui",
        "qadev.qablock.q777",
        canaries.VALUES,
    )
    assert (whole["header"]["customer"], whole["header"]["unit"], whole["withheld"]) == (
        "Qanariana Qanarisilva",
        "Qanarilabel 777",
        [],
    )
    nothing = dict.fromkeys(canaries.VALUES)
    assert (partly["description"], partly["unit"], partly["fields"]) == (
        None,
        None,
        nothing | {"cpf": "***.***.***-25"},
    )
    assert (partly["header"]["customer"], partly["header"]["unit"]) == ("Q*** Q***", None)
    assert (blind["description"], blind["block"], blind["fields"]) == (None, None, nothing)
    assert blind["header"]["customer"] is None
    assert (blind["title"], blind["customer"], blind["development"]) == (whole["title"], "C-1001", "qadev")
    assert blind["withheld"] == partly["withheld"] == list(canaries.CLASSES)


@ONE
def test_what_is_withheld_does_not_depend_on_whether_there_is_a_value(scene):
    empty = scene.ticket()
    assert scene.blind.get(f"/tickets/{empty['protocol']}").json["withheld"] == list(canaries.CLASSES)


@ONE
def test_the_scopes_of_a_token_narrow_what_is_seen(scene):
    assert scene.admin.get(scene.path).json["description"] == "Qanaritext aqui"
    asked = {"label": "x", "scopes": ["ticket.read", "ticket.read_customer:text"]}
    token = canaries.done(scene.admin.post("/people/admin/tokens", asked))["token"]
    narrow = type(scene.admin)(scene.client, token)
    seen = narrow.get(scene.path).json
    assert (seen["description"], seen["unit"], seen["fields"]["cpf"]) == ("Qanaritext aqui", None, None)
    assert seen["header"]["customer"] is None
    assert scene.admin.get(scene.path).json["unit"] == "qadev.qablock.q777"


def test_a_conflict_shows_the_others_value_to_whom_it_may_be_shown(scene, problem):
    seen = scene.admin.get(scene.path).headers["ETag"]
    canaries.done(scene.admin.patch(scene.path, {"description": "Qanaritext novo", "fields": {"cpf": "52998224725"}}))
    body = {"description": "meu", "fields": {"cpf": "1"}}
    for query in ("", "?merge=disjoint"):
        for who, text_seen, cpf in (
            (scene.admin, "Qanaritext novo", "52998224725"),
            (scene.partly, None, "***.***.***-25"),
            (scene.blind, None, None),
        ):
            found = problem(who.patch(scene.path + query, body, match=seen), 412, "stale")["conflicts"]
            assert (found["description"]["theirs"], found["fields.cpf"]["theirs"]) == (text_seen, cpf)
            assert found["description"]["yours"] == "meu"


def test_a_refused_conflict_is_told_of_too(scene):
    seen = scene.admin.get(scene.path).headers["ETag"]
    canaries.done(scene.admin.patch(scene.path, {"description": "Qanaritext novo"}))
    before = len(canaries.rows_of(scene))
    assert scene.admin.patch(scene.path, {"description": "meu"}, match=seen).status_code == 412
    (row,) = canaries.rows_of(scene)[before:]
    assert (row.classes, row.door) == (["text"], "PATCH /api/v1/tickets/<protocol>")


@ONE
def test_an_error_does_not_quote_where_the_customer_lives(scene, problem):
    scene.world.run(put, Put(registry="units", key="qadev.outro", values={"label": "Outra"}))
    answer = scene.blind.patch(scene.path, {"unit": "qadev.outro"})
    assert "qablock" not in problem(answer, 422, "invalid")["detail"]


def test_words_of_a_text_find_nothing_for_whom_it_is_masked(scene):
    def found(who, words):
        return [one["protocol"] for one in who.get("/tickets", query_string={"text": words}).json["tickets"]]

    protocol = scene.path.rpartition("/")[2]
    assert found(scene.admin, "qanaritext") == found(scene.admin, "infiltração") == [protocol]
    for who in (scene.blind, scene.partly):
        assert found(who, "qanaritext") == []
        assert found(who, "infiltração") == found(who, protocol) == [protocol]
        assert found(who, "infiltração qanaritext") == []
        # That a word is not there would tell as much as that it is.
        assert found(who, "infiltração -qanaritext") == found(who, "infiltração -nenhures")


@ONE
def test_a_denial_in_one_situation_takes_the_text_search_away(scene):
    here = canaries.profile_that(scene, "aqui", denies=[(f"{SEEN}:text", "atendimento", "aberto")])
    assert here.get("/tickets?text=qanaritext").json["tickets"] == []
    assert here.get(scene.path).json["description"] is None
    moved = f"{scene.path}/moves"
    canaries.done(scene.agent.post(moved, {"move": "iniciar_atendimento", "fields": {"unidade": "1"}}))
    assert here.get(scene.path).json["description"] == "Qanaritext aqui"


def test_customers_are_found_by_their_whole_name_only(scene, problem):
    for key, name in (("Z-1", "Abel Um"), ("Z-2", "Aarão Dois"), ("Z-3", "Abel Um")):
        canaries.done(scene.admin.put(f"/customers/{key}", {"name": name}))

    def found(who, **query):
        return [(one["key"], one["name"]) for one in who.get("/customers", query_string=query).json["customers"]]

    assert found(scene.admin, q="abel") == [("Z-1", "Abel Um"), ("Z-3", "Abel Um")]
    assert found(scene.blind, q="abel") == found(scene.partly, q="abel u") == []
    assert found(scene.blind, q="ABEL UM") == [("Z-1", None), ("Z-3", None)]
    assert found(scene.partly, q="abel um")[0] == ("Z-1", "A*** U***")
    everybody = [key for key, _ in found(scene.blind, limit=100)]
    assert everybody[-3:] == ["Z-1", "Z-2", "Z-3"], "the order tells nothing of the names"
    assert [key for key, _ in found(scene.admin, limit=100)][:3] == ["Z-2", "Z-1", "Z-3"]
    theirs = scene.admin.get("/customers?limit=1").json["cursor"]
    problem(scene.blind.get("/customers", query_string={"limit": 1, "cursor": theirs}), 422, "cursor")
    seen, cursor = [], None
    while True:
        page = scene.blind.get("/customers", query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [one["key"] for one in page["customers"]]
        if (cursor := page["cursor"]) is None:
            break
    assert seen == everybody


@ONE
def test_a_guard_tells_its_values_to_whom_they_may_be_shown(scene):
    done = scene.world.deploy(("guardado.bpmn", GUARD.encode()))
    assert done
    values = {"label": "Guardado", "process": "guardado"}
    scene.world.run(put, Put(registry="subjects", key="guardado", values=values))
    opened = scene.ticket(subject="guardado", subsubject=None, description="Qanaritext guardado")
    path = f"/tickets/{opened['protocol']}"
    canaries.done(scene.admin.patch(path, {"fields": {"cpf": "52998224725"}}))

    def reason(who):
        (listed,) = who.get(f"{path}/moves").json["moves"][0]["reasons"]
        (refused,) = who.post(f"{path}/moves", {"move": "pelo_cpf"}).json["reasons"]
        assert listed == refused
        return listed

    assert "52998224725" in reason(scene.admin)["detail"]
    assert reason(scene.partly)["details"]["values"] == {"description": None, "fields.cpf": "***.***.***-25"}
    told = reason(scene.blind)
    assert told["details"]["values"] == {"description": None, "fields.cpf": None}
    assert "Descrição não se mostra, Cpf não se mostra" in told["detail"]


def test_a_history_tells_of_a_personal_field_what_its_reader_sees_and_leaves_a_row(scene):
    canaries.done(scene.admin.patch(scene.path, {"fields": {"cpf": "111.444.777-35", "alergia": None}}))

    def told(who):
        (altered,) = who.get(f"{scene.path}/history?deed=altered&after=2").json["history"]
        found = {one["name"]: one for one in altered["changes"]}
        assert set(found) == {"cpf", "alergia"}
        return [(found[name]["old"], found[name]["new"], found[name]["withheld"]) for name in ("cpf", "alergia")]

    before = len(canaries.rows_of(scene))
    whole, part, nothing = (told(who) for who in (scene.admin, scene.partly, scene.blind))
    (row,) = canaries.rows_of(scene)[before:]
    assert (row.classes, row.door) == (["document", "health"], "GET /api/v1/tickets/<protocol>/history")
    assert whole == [("529.982.247-25", "111.444.777-35", False), ("Qanarihealth", None, False)]
    assert part == [("***.***.***-25", "***.***.***-35", True), (None, None, True)]
    assert nothing == [(None, None, True), (None, None, True)]


@ONE
def test_as_profile_never_shows_more_than_the_asker_may_see(scene):
    answer = scene.blind.get(f"{scene.path}/moves?as_profile=administrador")
    assert canaries.kinds_in(answer.text) == set()


@ONE
def test_a_clone_leaves_behind_what_its_maker_may_not_see(scene):
    made = canaries.done(scene.blind.post(f"{scene.path}/clone", {"title": "Clone"}))
    copy = scene.admin.get(f"/tickets/{made['protocol']}").json
    assert (copy["description"], copy["block"], copy["unit"]) == ("", None, None)
    assert (copy["customer"], copy["development"]) == ("C-1001", "qadev")
    whole = canaries.done(scene.admin.post(f"{scene.path}/clone", {"title": "Clone"}))
    assert (whole["description"], whole["unit"]) == ("Qanaritext aqui", "qadev.qablock.q777")


@ONE
def test_a_standard_reply_is_made_of_the_name_and_shown_without_it(scene):
    body = {"kind": "automatic_reply", "standard_reply": "qari", "shown": True}
    reads = canaries.profile_that(scene, "le", denies=[(f"{SEEN}:name", None, None)])
    said = canaries.done(reads.post(f"{scene.path}/interactions", body))["interaction"]
    assert said["text"] is None
    (theirs,) = scene.admin.get(f"{scene.path}/interactions").json["interactions"]
    assert theirs["text"] == "Prezada Qanariana Qanarisilva, sobre Qanarilabel 777."
    own = canaries.done(reads.post(f"{scene.path}/interactions", {"kind": "note", "text": "Anotado"}))
    assert own["interaction"]["text"] == "Anotado"


def test_a_repetition_asks_again_and_is_told_of(scene, problem):
    caller = canaries.profile_that(scene, "muda")
    body = {"description": "Qanaritext de novo"}
    first = caller.patch(scene.path, body, key="k")
    before = canaries.rows_of(scene)
    again = caller.patch(scene.path, body, key="k")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    (row,) = canaries.rows_of(scene)[len(before) :]
    assert row.classes == before[-1].classes
    assert row.answer != before[-1].answer

    def deny(unit, _):
        about = "profile:muda"
        values = {"profile": "muda", "action": str(SEEN), "allow": False}
        unit.insert(about, canaries.permission_rule, id="muda/nunca", **values)
        unit.record(about, "changed")
        unit.new_authority()

    scene.world.run(deny, None)
    withheld = caller.patch(scene.path, body, key="k")
    problem(withheld, 403, "answer_withheld")
    assert canaries.kinds_in(canaries.told_by(withheld)) == set()
    assert len(canaries.rows_of(scene)) == len(before) + 1

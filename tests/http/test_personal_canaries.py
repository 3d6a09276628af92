"""Personal data planted in every member that may hold some; every door tried by those who may see it and who may not.

The doors are those of the permission matrix: a new one is covered as soon as it has its row there.
"""

from __future__ import annotations

import pytest
from neighbours import neighbour
from sqlalchemy import select

from engine.disclosure import access
from engine.history import change_history
from engine.outbox import outbox
from engine.people.model import permission_rule, profile
from engine.registry.putting import Put, put
from permissions.actions import Action
from permissions.personal import CLASSES

CANARIES = {
    "name": ("Qanariana", "Qanaripart"),
    "contact": ("qanari.mail@q.example", "62981112233", "qanari.copy@q.example"),
    "document": ("52998224725",),
    "address": ("qablock", "Qanarilabel"),
    "financial": ("Qanarifin",),
    "health": ("Qanarihealth",),
    "personal": ("Qanaripers",),
    "text": ("Qanaritext",),
}
FIELDS = {"cpf": "document", "renda": "financial", "alergia": "health", "apelido": "personal"}
VALUES = {"cpf": "529.982.247-25", "renda": "Qanarifin", "alergia": "Qanarihealth", "apelido": "Qanaripers"}
UNIT = {"development": "qadev", "block": "qadev.qablock", "unit": "qadev.qablock.q777"}
SEEN, PART = Action.TICKET_READ_CUSTOMER, Action.TICKET_RECOGNISE_CUSTOMER
# What of the matrix needs no ticket and no customer, and tells of units in general.
NOBODYS = {"read_registries", "read_one_registry", "read_one_entry"}

# Where no ticket stands anywhere, the profile alone decides.
NOWHERE = ("/customers", "/activities")


def matrix():
    return neighbour(__file__, "test_permission_matrix")


def profile_that(house, key, *, lacks=(), denies=(), reveals=False):
    """A person whose profile may do everything but what it lacks, or what is denied at (action, process, situation)."""

    def make(unit, _):
        about = f"profile:{key}"
        unit.insert(about, profile, key=key, label=key)
        without = {*lacks, *(() if reveals else (Action.TICKET_REVEAL,))}
        rules = [(action, True, place) for action in set(Action) - without for place in ((None, None), ("*", "*"))]
        rules += [(action, False, tuple(place)) for action, *place in denies]
        for number, (action, allow, (process, situation)) in enumerate(rules):
            values = {"profile": key, "action": str(action), "allow": allow, "process": process, "situation": situation}
            unit.insert(about, permission_rule, id=f"{key}/{number}", **values)
        unit.record(about, "added")
        unit.new_authority()

    house.world.run(make, None)
    house.world.person(f"p.{key}", key)
    token = house.admin.post(f"/people/p.{key}/tokens", {"label": "x"}).json["token"]
    return type(house.admin)(house.client, token)


def done(answer):
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


def registered(house):
    for name, kind in FIELDS.items():
        values = {"label": name.title(), "personal": True, "personal_class": kind}
        house.world.run(put, Put(registry="fields", key=name, values=values))
    for registry, key, label in (
        ("developments", "qadev", "Dev"),
        ("blocks", "qadev.qablock", "Qanarilabel"),
        ("units", "qadev.qablock.q777", "Qanarilabel 777"),
    ):
        house.world.run(put, Put(registry=registry, key=key, values={"label": label}))
    text = "Prezada {{customer.name}}, sobre {{ticket.unit}}."
    house.world.run(put, Put(registry="standard_replies", key="qari", values={"label": "Q", "text": text}))


def planted(house):
    """The matrix's scene with a canary in every personal member of its tickets and customers."""
    registered(house)
    scene = matrix().Scene(house)
    admin = house.admin
    for key in ("C-1001", "C-1002"):
        done(admin.put(f"/customers/{key}", {"name": "Qanariana Qanarisilva"}))
        done(admin.post(f"/customers/{key}/contact-points", {"kind": "email", "value": "qanari.mail@q.example"}))
        done(admin.post(f"/customers/{key}/contact-points", {"kind": "mobile", "value": "(62) 98111-2233"}))
    for one in ("protocol", "assisted", "linked"):
        path = f"/tickets/{scene.names[one]}"
        body = UNIT | {"description": "Qanaritext descrito", "fields": VALUES, "reason": "Qanaritext por quê"}
        done(admin.patch(path, body))
        done(admin.post(f"{path}/interactions", {"kind": "note", "text": "Qanaritext anotado"}))
        reply = {"kind": "manual_reply", "text": "Qanaritext dito", "shown": True, "mailed": True}
        more = {"title": "Qanaritext assunto", "copies": ["qanari.copy@q.example"]}
        done(admin.post(f"{path}/interactions", reply | more))
        done(admin.post(f"{path}/interactions", {"kind": "automatic_reply", "standard_reply": "qari", "shown": True}))
        done(admin.post(f"{path}/participants", {"kind": "broker", "name": "Qanaripart"}))
        done(admin.post(f"{path}/participants", {"kind": "agency", "customer": "C-1002"}))
        done(admin.post(f"{path}/tasks", {"name": "Ligar", "description": "Qanaritext tarefa"}))
        pdf = {"raw": matrix().PDF, "headers": {"Content-Type": "application/pdf"}}
        done(admin.post(f"{path}/attachments?name=Qanaritext.pdf", **pdf))
    for name, activity in scene.names.items():
        if name.startswith("activity_"):
            done(admin.patch(f"/activities/{activity}", {"description": "Qanaritext atividade"}))
    assisted = f"/tickets/{scene.names['assisted']}"
    time = {"starts_at": "2030-05-04T13:00:00Z", "ends_at": "2030-05-04T14:00:00Z"}
    done(admin.post(f"{assisted}/visits", time | {"note": "Qanaritext visita"}))
    done(admin.post(f"{assisted}/acceptance", {"acceptance": "refused", "reason": "Qanaritext recusa"}))
    return scene


def told_by(answer):
    """Everything that leaves with an answer: its headers and its body, a file's too."""
    body = answer.get_data()
    return repr(list(answer.headers)) + body.decode("utf-8", "replace")


def kinds_in(text):
    """The classes whose canaries occur, however they are written."""
    plain = text.replace(".", "").replace("-", "").replace(" ", "").replace("(", "").replace(")", "")
    found = set()
    for kind, canaries in CANARIES.items():
        if any(one in text or one.replace(".", "").replace("-", "") in plain for one in canaries):
            found.add(kind)
    return found


def tried(house, scene, caller):
    """Every operation of the matrix, what it answered, and the access rows it left."""
    for operation in matrix().MATRIX:
        if operation != "set_up_installation":
            before = len(rows_of(house))
            answer = scene.ask(caller, operation)
            told = told_by(answer)
            yield operation, told, rows_of(house)[before:]


def rows_of(house):
    statement = select(access).order_by(access.c.id)
    return house.world.read(lambda unit, _: unit.connection.execute(statement).all(), None)


def test_who_may_see_sees_everything_and_every_answer_is_told_of(house, logged):
    scene = planted(house)
    caller = profile_that(house, "tudo", reveals=True)
    met = set()
    for operation, told, rows in tried(house, scene, caller):
        shown = kinds_in(told) - ({"address"} if operation in NOBODYS else set())
        met |= shown
        noted = {kind for row in rows for kind in row.classes}
        assert shown <= noted, (operation, shown, noted)
        assert all(row.door.startswith(matrix().MATRIX[operation][1]) for row in rows), operation
    assert met == set(CLASSES), "some canaries are shown by no door: the test below proves nothing of them"
    assert kinds_in(logged()) == set()


HALVES = (("name", "text", "document", "health"), ("contact", "address", "financial", "personal"))
BLIND = {
    "nada": {"lacks": (SEEN, PART)},
    "em parte": {"lacks": (SEEN,)},
    "onde está": {"denies": [(action, "*", "*") for action in (SEEN, PART)]},
    **{
        f"metade {n}": {"denies": [(f"{action}:{kind}", None, None) for kind in half for action in (SEEN, PART)]}
        for n, half in enumerate(HALVES)
    },
}


ON_BOTH = [(one, "postgresql" if one == "nada" else "sqlite") for one in BLIND]


@pytest.mark.parametrize(("blind", "database"), ON_BOTH)
def test_no_door_tells_who_may_not_see(house, logged, blind):
    scene = planted(house)
    caller = profile_that(house, "cego", **BLIND[blind])
    hidden = set(HALVES[int(blind[-1])]) if blind.startswith("metade") else set(CLASSES)
    by_situation = blind == "onde está"
    for operation, told, rows in tried(house, scene, caller):
        if by_situation and matrix().MATRIX[operation][2].startswith(NOWHERE):
            continue
        shown = kinds_in(told) - ({"address"} if operation in NOBODYS else set())
        assert not shown & hidden, (operation, shown & hidden, told)
        assert not {kind for row in rows for kind in row.classes} & hidden, operation
    assert kinds_in(logged()) == set()


def test_what_is_kept_for_others_holds_no_personal_data(house):
    planted(house)

    def everything(unit, _):
        tables = (outbox, change_history)
        return repr([unit.connection.execute(table.select()).all() for table in tables])

    assert kinds_in(house.world.read(everything, None)) <= {"address"}  # the register of units tells of its changes

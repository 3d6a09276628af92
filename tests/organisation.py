"""What `tramita up` loads, and a token for everybody: a step of the stock of databases."""

from __future__ import annotations

import hashlib

from api import loading
from engine.people.knowing import hash_of
from engine.people.model import token as tokens

ADMIN = "admin"
LOGINS = (ADMIN, "ana.souza", "bruno.lima", "carla.dias", "davi.rocha", "elisa.prado", "fabio.nunes", "erp")


def token_of(login: str) -> str:
    return "tk_" + hashlib.sha256(login.encode()).hexdigest()[:43]


def furnish(world):
    """Everything that `tramita up` loads, and a token for everybody."""
    loaded = loading.load(world.engine, loading.demonstration())
    assert not loaded.wrong, loaded.wrong
    loading.deploy(world.engine, loading.delivered())
    world.person(ADMIN, "administrador")
    world.run(_issue_all, None)


def _issue_all(unit, _):
    for person in unit.catalogue.people.values():
        about = f"person:{person.id}"
        values = {"hash": hash_of(token_of(person.login)), "person_id": person.id}
        unit.insert(about, tokens, **values, label="teste", issued_at=unit.now)
        unit.record(about, "token_issued")

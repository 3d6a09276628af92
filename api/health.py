"""Is it alive, and is it ready: for load balancers and for people who look after it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from marshmallow import fields
from sqlalchemy.exc import SQLAlchemyError

from api import commands
from api.auth import engine
from api.errors import problem
from api.openapi import Doors
from api.shapes import Shape
from engine.migrating import missing

if TYPE_CHECKING:
    from flask import Response

    from engine.unit import Engine

log = logging.getLogger(__name__)
doors = Doors("health", description="Is it alive, is it ready", public=True)


class StateShape(Shape):
    """How it is."""

    status = fields.String(required=True)


@doors.door("GET", "/health", gives=StateShape(), example={"status": "alive"})
def health() -> Response:
    """Ask whether the process is alive.

    Asks nothing of the database: a process that answers here need not be restarted.
    """
    return commands.shown({"status": "alive"})


@doors.door("GET", "/ready", gives=StateShape(), example={"status": "ready"})
def ready() -> Response:
    """Ask whether requests can be served.

    The database can be reached and has the schema this code needs; else 503 with what is missing.
    """
    lacking = not_ready(engine())
    if not lacking:
        return commands.shown({"status": "ready"})
    return problem(503, "not_ready", " ".join(lacking), headers=[("Retry-After", "5")], missing=lacking)


def not_ready(found: Engine) -> list[str]:
    """What keeps the engine from serving, each as a Portuguese sentence."""
    try:
        migrations = missing(found.database)
    except SQLAlchemyError as error:
        log.warning("database cannot be reached: %s", str(getattr(error, "orig", error)).strip().partition("\n")[0])
        return ["O banco de dados não responde."]
    if migrations:
        return [migrations_missing(migrations)]
    return []


def migrations_missing(names: list[str]) -> str:
    """What to tell of migrations that the database lacks."""
    return f"Faltam migrações no banco de dados ({', '.join(names)}): execute `tramita migrate`."

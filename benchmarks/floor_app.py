"""The bare Flask application that our API is measured against: the same deed by hand, and nothing else."""

from __future__ import annotations

import os
import threading

import orjson
from flask import Flask, Response, request
from psycopg.rows import dict_row

from benchmarks.floors import PostgresFloor

# What our own page says of each ticket.
FIELDS = (
    "protocol, revision, process, place_process, situation, standing, ended, title, subject, subsubject, team, "
    "responsible, priority, opened_at, changed_at, entered_at, timer_due_at, incomplete"
)
PAGE = f"SELECT {FIELDS} FROM ticket WHERE standing = 'open' ORDER BY opened_at DESC, id DESC LIMIT %s"


def application() -> Flask:
    """The WSGI application on TRAMITA_DATABASE_URL.

    With FLOOR_ALL_ROWS=1 a move writes outbox and answer too; with FLOOR_ORJSON=1 a page is not Flask's own JSON.
    """
    app = Flask(__name__)
    here = threading.local()
    stern = os.environ.get("FLOOR_ORJSON") == "1"
    all_rows = os.environ.get("FLOOR_ALL_ROWS") == "1"

    def floor() -> PostgresFloor:
        if not hasattr(here, "floor"):
            here.floor = PostgresFloor(os.environ["TRAMITA_DATABASE_URL"])
        return here.floor

    @app.post("/tickets/<uuid:ticket>/moves")
    def move(ticket):
        name = request.get_json()["move"]
        if all_rows:
            return floor().move_with_all_rows(ticket, name, request.headers["Idempotency-Key"])
        return floor().move(ticket, name)

    @app.get("/tickets")
    def page():
        connection = floor().connection
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(PAGE, (request.args.get("limit", type=int),)).fetchall()
        connection.commit()
        if stern:
            return Response(orjson.dumps({"tickets": rows}), mimetype="application/json")
        return {"tickets": rows}

    return app

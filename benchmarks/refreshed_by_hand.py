"""Three limits of tickets changed by hand, with a history row each: as bare as our tables and indexes allow."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

TICKETS, PORTION = 4_000, 400
_TIMES = ("limit_at", "announce_at", "response_limit_at", "resolution_limit_at")
_DETAIL = json.dumps(
    {"because": "calendars/comercial", "limits": dict.fromkeys(_TIMES[1:], ["2026-11-23T12:00:00.123456+00:00"] * 2)}
)


class RefreshedByHand:
    """The oldest tickets' limits a second later, and as they were again; nothing is worked out."""

    def __init__(self, url: str) -> None:
        self._postgresql = url.startswith("postgresql")
        self._connection: Any
        if self._postgresql:
            self._connection = psycopg.connect(url, autocommit=True)
        else:
            self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")

    def us(self) -> float:
        """Microseconds for a ticket."""
        found = self._connection.execute(f"SELECT id FROM ticket ORDER BY id LIMIT {TICKETS}").fetchall()
        ids = [one for (one,) in found]
        later = self._on_postgresql if self._postgresql else self._on_sqlite
        began = time.perf_counter()
        for seconds in (1, -1):
            for n in range(0, len(ids), PORTION):
                later(ids[n : n + PORTION], seconds)
        return (time.perf_counter() - began) / (2 * len(ids)) * 1e6

    def _on_postgresql(self, ids: list[Any], seconds: int) -> None:
        sets = ", ".join(f"{name} = {name} + %(by)s" for name in _TIMES)
        self._connection.execute(
            f"WITH changed AS (UPDATE ticket SET seq = seq + 1, limit_version = limit_version + 1, {sets} "
            "WHERE id = ANY(%(ids)s) RETURNING id, seq, version_id) "
            "INSERT INTO ticket_history (ticket_id, seq, at, actor, deed, version_id, detail) "
            "SELECT id, seq, now(), 'system:timer', 'limits_changed', version_id, %(detail)s FROM changed",
            {"ids": ids, "by": timedelta(seconds=seconds), "detail": _DETAIL},
        )

    def _on_sqlite(self, ids: list[Any], seconds: int) -> None:
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        sets = ", ".join(
            f"{name} = strftime('%Y-%m-%d %H:%M:%S', {name}, '{seconds:+d} seconds') || substr({name}, 20)"
            for name in _TIMES
        )
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            f"UPDATE ticket SET seq = seq + 1, limit_version = limit_version + 1, {sets} WHERE id = ?",
            [(one,) for one in ids],
        )
        self._connection.executemany(
            "INSERT INTO ticket_history (ticket_id, seq, at, actor, deed, version_id, detail) "
            "SELECT id, seq, ?, 'system:timer', 'limits_changed', version_id, ? FROM ticket WHERE id = ?",
            [(at, _DETAIL, one) for one in ids],
        )
        self._connection.execute("COMMIT")

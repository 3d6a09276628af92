"""The same deed by hand: lock a ticket, change its situation, write a history row; as bare as can be correct."""

from __future__ import annotations

import json
import sqlite3
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import DateTime, ForeignKey, Integer, String, Text, Uuid, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

NEXT = {("em_andamento", "aguardar"): "aguardando", ("aguardando", "retomar"): "em_andamento"}


class Base(DeclarativeBase):
    pass


class FloorTicket(Base):
    __tablename__ = "floor_ticket"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    protocol: Mapped[str] = mapped_column(String(20), unique=True)
    revision: Mapped[int] = mapped_column(Integer)
    situation: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FloorHistory(Base):
    __tablename__ = "floor_history"
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("floor_ticket.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(String(80))
    deed: Mapped[str] = mapped_column(String(40))
    left: Mapped[str | None] = mapped_column(String(250))
    entered: Mapped[str] = mapped_column(String(250))


# The two further rows our own command writes, for the floor with the same rows.
FURTHER = """
CREATE TABLE floor_outbox (
    id uuid PRIMARY KEY, at timestamptz NOT NULL, topic text NOT NULL, ticket_id uuid, payload jsonb NOT NULL
);
CREATE TABLE floor_answer (
    principal text, key text, fingerprint bytea NOT NULL, status int NOT NULL, body bytea NOT NULL,
    ticket_id uuid, at timestamptz NOT NULL, PRIMARY KEY (principal, key)
);
"""


class OrmFloor:
    """SQLAlchemy's ORM as its tutorial uses it: load, change, add, commit."""

    def __init__(self, url: str) -> None:
        driver = url.replace("postgresql://", "postgresql+psycopg://")
        self.engine = create_engine(driver)
        if url.startswith("sqlite"):
            event.listen(self.engine, "connect", _durable)
        Base.metadata.create_all(self.engine)
        self.now: list[uuid.UUID] = []

    def open(self) -> uuid.UUID:
        new = uuid.uuid4()
        with Session(self.engine) as session:
            session.add(
                FloorTicket(
                    id=new,
                    protocol=new.hex[:14],
                    revision=1,
                    situation="em_andamento",
                    title="Impressora não imprime",
                    description="Desde ontem.",
                    changed_at=datetime.now(UTC),
                )
            )
            session.flush()
            session.add(_first(new))
            session.commit()
        return new

    def move(self, ticket: uuid.UUID, name: str) -> None:
        with Session(self.engine) as session:
            found = session.get_one(FloorTicket, ticket, with_for_update=True)
            left, found.situation = found.situation, NEXT[found.situation, name]
            found.revision += 1
            found.changed_at = now = datetime.now(UTC)
            session.add(
                FloorHistory(
                    ticket_id=found.id,
                    seq=found.revision,
                    at=now,
                    actor="user:agente",
                    deed="moved",
                    left=left,
                    entered=found.situation,
                )
            )
            session.commit()

    def close(self) -> None:
        self.engine.dispose()


def _first(ticket: uuid.UUID) -> FloorHistory:
    return FloorHistory(
        ticket_id=ticket,
        seq=1,
        at=datetime.now(UTC),
        actor="user:agente",
        deed="opened",
        left=None,
        entered="em_andamento",
    )


def _durable(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class PostgresFloor:
    """psycopg and five statements: BEGIN, SELECT … FOR UPDATE, UPDATE, INSERT, COMMIT."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, prepare_threshold=1)

    def move(self, ticket: uuid.UUID, name: str) -> dict[str, Any]:
        with self.connection.cursor() as cursor:
            found = cursor.execute(
                "SELECT situation, revision FROM floor_ticket WHERE id = %s FOR UPDATE", (ticket,)
            ).fetchone()
            assert found is not None
            left, revision = found
            entered, now = NEXT[left, name], datetime.now(UTC)
            cursor.execute(
                "UPDATE floor_ticket SET situation = %s, revision = %s, changed_at = %s WHERE id = %s",
                (entered, revision + 1, now, ticket),
            )
            cursor.execute(
                "INSERT INTO floor_history VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (ticket, revision + 1, now, "user:agente", "moved", left, entered),
            )
        self.connection.commit()
        return {"ticket": str(ticket), "situation": entered, "revision": revision + 1}

    def move_with_all_rows(self, ticket: uuid.UUID, name: str, key: str) -> bytes:
        """The same with the outbox and the stored answer that our own command writes: eight statements."""
        with self.connection.cursor() as cursor:
            earlier = cursor.execute(
                "SELECT body FROM floor_answer WHERE principal = %s AND key = %s", ("user:agente", key)
            ).fetchone()
            assert earlier is None
            found = cursor.execute(
                "SELECT situation, revision FROM floor_ticket WHERE id = %s FOR UPDATE", (ticket,)
            ).fetchone()
            assert found is not None
            left, revision = found
            entered, now = NEXT[left, name], datetime.now(UTC)
            body = json.dumps({"ticket": str(ticket), "situation": entered, "revision": revision + 1})
            cursor.execute(
                "UPDATE floor_ticket SET situation = %s, revision = %s, changed_at = %s WHERE id = %s",
                (entered, revision + 1, now, ticket),
            )
            cursor.execute(
                "INSERT INTO floor_history VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (ticket, revision + 1, now, "user:agente", "moved", left, entered),
            )
            cursor.execute(
                "INSERT INTO floor_outbox VALUES (%s, %s, %s, %s, %s)",
                (uuid.uuid4(), now, "ticket.moved", ticket, body),
            )
            cursor.execute(
                "INSERT INTO floor_answer VALUES (%s, %s, %s, %s, %s, %s, %s)",
                ("user:agente", key, b"\0" * 32, 200, body.encode(), ticket, now),
            )
        self.connection.commit()
        return body.encode()

    def close(self) -> None:
        self.connection.close()


class SqliteFloor:
    """The standard library's sqlite3, every commit on the disk."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        _durable(self.connection, None)

    def move(self, ticket: uuid.UUID, name: str) -> None:
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        left, revision = run("SELECT situation, revision FROM floor_ticket WHERE id = ?", (ticket.hex,)).fetchone()
        entered, now = NEXT[left, name], str(datetime.now(UTC))
        run(
            "UPDATE floor_ticket SET situation = ?, revision = ?, changed_at = ? WHERE id = ?",
            (entered, revision + 1, now, ticket.hex),
        )
        run(
            "INSERT INTO floor_history VALUES (?, ?, ?, ?, ?, ?, ?)",
            (ticket.hex, revision + 1, now, "user:agente", "moved", left, entered),
        )
        run("COMMIT")

    def close(self) -> None:
        self.connection.close()

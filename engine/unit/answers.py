"""Answers kept under an Idempotency-Key, so that a request repeated is answered and not done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Uuid, select

from engine.db import Json, UtcDateTime, metadata
from engine.disclosure import Disclosed
from engine.errors import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from uuid import UUID

    from engine.unit.work import Unit

idempotency = Table(
    "idempotency",
    metadata,
    Column("principal", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("ticket_id", Uuid),
    Column("disclosed", Json),  # the personal data it carries: asked again, and told of, before it is given again
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
    info={"again": True},
)


class Key(NamedTuple):
    """An Idempotency-Key: the caller's word, and a digest of what it stands for."""

    value: str
    fingerprint: bytes

    def kept(self, answer: Answer) -> dict[str, Any]:
        """The columns that keep an answer under this key."""
        told = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        return {"key": self.value, "fingerprint": self.fingerprint, **told}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back: made before COMMIT, stored under the key in the same transaction.

    Attributes:
        disclosed: of an answer given before: the personal data in it.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False
    disclosed: Disclosed | None = None


class Earlier(NamedTuple):
    """What was answered to this key before."""

    fingerprint: bytes
    ticket_id: UUID | None
    answer: Answer

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """From the columns that the first SELECT brought along."""
        answer = Answer(
            status=found["_status"],
            body=bytes(found["_body"]),
            headers=found["_headers"],
            replayed=True,
            disclosed=Disclosed.of_json(found["_disclosed"]),
        )
        return cls(bytes(found["_fingerprint"]), found["_ticket_id"], answer)

    def insist_on_seeing(self, unit: Unit) -> None:
        """Refuse unless the actor would be shown now what the answer shows.

        Raises:
            Withheld: what was asked was done, and is not done again.
        """
        told, actor = self.answer.disclosed, unit.actor
        if told and not actor.is_system and not told.allowed(unit.catalogue.rules, actor.profile or ""):
            raise Withheld(
                "O pedido já foi feito, e não se faz de novo. A resposta guardada traz dados que este perfil não pode "
                "mais ver; leia o atendimento ou o cliente de novo."
            )


class Replay(Exception):  # noqa: N818 - control flow between a command and `run`
    """The answer is there already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True)
class ForgetKeys:
    """Forget stored answers older than this."""

    older_than: timedelta


def forget_keys(unit: Unit, ask: ForgetKeys) -> int:
    """Delete answers whose time is over, at most a thousand at once; returns how many."""
    old = select(idempotency.c.principal, idempotency.c.key).where(idempotency.c.at < unit.now - ask.older_than)
    rows = unit.connection.execute(old.limit(1000).with_for_update(skip_locked=True)).all()
    for principal, key in rows:
        unit.connection.execute(
            idempotency.delete().where(idempotency.c.principal == principal, idempotency.c.key == key)
        )
    return len(rows)

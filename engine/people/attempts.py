"""Count tries at secrets, in the database: so it holds across workers, and parallel requests share one count."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from engine.errors import TooMany
from engine.people.credentials import attempt
from engine.people.throttle import ADDRESS, KNOWN_FOR, LOGIN, SECRET, TOGETHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.people.throttle import Bucket
    from engine.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try at a secret.

    Attributes:
        kind: of account.
        address: where the request comes from.
        login: whose password; None: a link or the set-up token.
    """

    kind: str
    address: str
    login: str | None = None

    @property
    def buckets(self) -> Mapping[Bucket, bytes]:
        """The buckets that it falls into, each with its key."""
        place = _place(self.address)
        if self.login is None:
            return {SECRET: _key(SECRET, self.kind, place)}
        # However a directory reads what was typed: spaces and capitals make no new login to guess at.
        login = "".join(self.login.split()).lower()
        return {
            TOGETHER: _key(TOGETHER, self.kind, login, place),
            LOGIN: _key(LOGIN, self.kind, login),
            ADDRESS: _key(ADDRESS, self.kind, place),
        }


def admit(unit: Unit, ask: Try) -> None:
    """Count a try before anything is looked at, whether there is such a login or not.

    Raises:
        TooMany: this one is not made, and does not count.
    """
    rows = _rows(unit, ask)
    wait_s = 0
    known = _is_known(unit, ask, rows)
    for bucket, key in ask.buckets.items():
        if bucket is LOGIN and known:
            continue
        row = rows.get(key)
        empty_at, wait = bucket.with_one_more(row.empty_at if row else None, unit.now)
        wait_s = max(wait_s, math.ceil(wait.total_seconds()))
        if row is None:
            unit.insert(None, attempt, key=key, empty_at=empty_at)
        else:
            unit.update(None, attempt, {"key": key}, empty_at=empty_at)
    if wait_s:
        raise TooMany("Foram tentativas demais. Espere um pouco e tente de novo.", retry_after_s=wait_s)


def give_back(unit: Unit, ask: Try) -> None:
    """It was no guess: take it out again. The login is known at this address from now on."""
    rows = _rows(unit, ask)
    known = _is_known(unit, ask, rows)
    for bucket, key in ask.buckets.items():
        row = rows.get(key)
        if row is None or (bucket is LOGIN and known):
            continue
        more = {"known_until": unit.now + KNOWN_FOR} if bucket is TOGETHER else {}
        empty_at = unit.now if bucket is TOGETHER else bucket.with_one_less(row.empty_at)
        unit.update(None, attempt, {"key": key}, empty_at=empty_at, **more)


@dataclass(frozen=True)
class ForgetAttempts:
    """Forget what says nothing any more."""


def forget_attempts(unit: Unit, _: ForgetAttempts) -> int:
    """Delete rows of empty buckets, at most a thousand at once; returns how many."""
    over = or_(attempt.c.known_until.is_(None), attempt.c.known_until <= unit.now)
    old = select(attempt.c.key).where(attempt.c.empty_at <= unit.now, over).order_by(attempt.c.key)
    keys = unit.connection.execute(old.limit(1000).with_for_update(skip_locked=True)).scalars().all()
    for key in keys:
        unit.delete(None, attempt, key=key)
    return len(keys)


def _rows(unit: Unit, ask: Try) -> dict[bytes, Any]:
    """The rows, locked in one order: of two tries at once the second one sees the first."""
    keys = list(ask.buckets.values())
    statement = select(attempt).where(attempt.c.key.in_(keys)).order_by(attempt.c.key).with_for_update()
    return {bytes(row.key): row for row in unit.connection.execute(statement)}


def _is_known(unit: Unit, ask: Try, rows: Mapping[bytes, Any]) -> bool:
    row = rows.get(ask.buckets[TOGETHER]) if ask.login is not None else None
    return row is not None and row.known_until is not None and row.known_until > unit.now


def _place(address: str) -> str:
    """The address; of IPv6 the network, whose addresses one machine has by the billion."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _key(bucket: Bucket, *words: str) -> bytes:
    return hashlib.sha256("\0".join((bucket.name, *words)).encode()).digest()

"""Rings: yellow while a queued item's limit is ahead, red from the very instant of the limit; worked out on reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, bindparam

from engine.db import UtcDateTime

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

Ring = Literal["yellow", "red"]
RINGS: Final = ("yellow", "red")
_NOW: Final = bindparam("now", type_=UtcDateTime())


def ring(status: str, limit_at: datetime | None, yellow_at: datetime | None, now: datetime) -> Ring | None:
    """The ring of an item; only what waits in a queue has one.

    Args:
        yellow_at: from when on it is yellow; None: from the start.
    """
    if status != "queued" or limit_at is None:
        return None
    if now >= limit_at:
        return "red"
    return "yellow" if yellow_at is None or now >= yellow_at else None


def overdue(status: str, limit_at: datetime | None, now: datetime) -> bool:
    """Whether somebody who has it is late: it has no ring, for it waits no more."""
    return status == "pending" and limit_at is not None and now >= limit_at


def told_as(status: str, threshold: str) -> str | None:
    """What is flagged when a threshold is crossed: a ring, `overdue`, or None for steps before and after the limit."""
    if threshold == "limit":
        return "red" if status == "queued" else "overdue"
    return "yellow" if threshold == "yellow" else None


def past_limit(of: Any) -> ColumnElement[bool]:
    """The same for lists: red of what is queued, overdue of what is pending. `of`: columns; the parameter is `now`."""
    found: ColumnElement[bool] = of.limit_at <= _NOW
    return found


def yellow(of: Any) -> ColumnElement[bool]:
    """Yellow of what is queued."""
    return and_(of.limit_at > _NOW, (of.yellow_at <= _NOW) | of.yellow_at.is_(None))

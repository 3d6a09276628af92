"""Calendars and SLA policies as registries: what people write, and every version that held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Index, Integer, String, Table, Uuid, text

from engine.db import Json, UtcDateTime, metadata
from engine.registry.table import KEY, registry_table

calendar = registry_table(
    "calendar",
    Column("zone", String(80)),
    Column("week", Json),  # lines such as `seg-sex 08:00-12:00 13:00-18:00`; none: always worked
    Column("holidays", String(80)),
    Column("optional_holidays", Json),
    Column("days", Json),  # lines such as `2026-12-24 08:00-12:00 Véspera de Natal`
    Column("valid_from", String(10)),
)
sla_policy = registry_table(
    "sla_policy",
    Column("subject", KEY),
    Column("subsubject", String(170)),
    Column("priority", String(40)),
    Column("customer_kind", String(20)),
    Column("first_response", String(20)),
    Column("next_response", String(20)),
    Column("resolution", String(20)),
    Column("calendar", KEY),
    Column("escalate", String(250)),
    Column("valid_from", String(10)),
)

# Appended to, never changed: figures of the past are computed with what held then.
rule_version = Table(
    "rule_version",
    metadata,
    Column("registry", String(40), primary_key=True),  # calendars, sla_policies
    Column("key", KEY, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("valid_from", String(10)),  # a calendar's: the local day; NULL: it holds for all time
    Column("since", UtcDateTime),  # a policy's: clocks that begin from then on follow it
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("content", Json, nullable=False),
    info={"again": True},
)

_UNFINISHED: Final = text("finished_at IS NULL")

# What is to be computed anew because rules changed, and how far that has come: a restart goes on from `last_id`.
clock_refresh = Table(
    "clock_refresh",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("what", String(20), nullable=False),  # tickets, activities
    Column("because", String(130), nullable=False),  # <registry>/<key>
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("last_id", Uuid),  # the last ticket seen
    Column("seen", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_clock_refresh_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
)

LISTS: Final = ("week", "optional_holidays", "days")


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """When people work; see `engine.sla.hours` for the lines.

    Attributes:
        zone: IANA; None: the installation's.
        week: the working periods; none: every instant is worked.
        holidays: whose public holidays are closed, as in `BR-SP`; None: nobody's.
        optional_holidays: names of the optional ones that are closed too, or `todos`.
        days: the installation's own days.
        valid_from: the local day from which on it is so; None: always.
    """

    key: str
    label: str
    zone: str | None = None
    week: tuple[str, ...] = ()
    holidays: str | None = None
    optional_holidays: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    valid_from: str | None = None
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class SlaPolicy:
    """How long tickets of a kind may take; what is None concerns any ticket.

    Attributes:
        first_response, next_response, resolution: durations such as `PT8H`, `P2D`, `P2D/24x7`.
        calendar: key; None: the process's, else the team's, else the installation's.
        escalate: who is told before and after each limit, as in `80%:responsible, -PT1H:manager`; None: nobody.
        valid_from: clocks that begin from this local day on follow it; None: from when it was put down.
    """

    key: str
    label: str
    subject: str | None = None
    subsubject: str | None = None
    priority: str | None = None
    customer_kind: str | None = None
    first_response: str | None = None
    next_response: str | None = None
    resolution: str | None = None
    calendar: str | None = None
    escalate: str | None = None
    valid_from: str | None = None
    retired: bool = False

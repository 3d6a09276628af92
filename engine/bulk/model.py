"""The rows of bulk: what somebody ordered, and what became of each ticket."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, Uuid, text

from engine.db import Json, UtcDateTime, metadata

_AT_WORK = text("state IN ('selecting', 'weighing', 'applying')")

bulk_job = Table(
    "bulk_job",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),  # who ordered it, and in whose name it is done
    Column("token", LargeBinary),  # hash of the token they came with: its end and its scopes are those of the job
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("deed", String(20), nullable=False),
    Column("what", Json, nullable=False),  # as the deed's own door takes it; without its texts once the job is over
    Column("filter", Json),  # NULL: tickets were named
    Column("state", String(20), nullable=False),
    Column("regardless", Boolean, nullable=False),  # apply to what has changed since it was selected, too
    Column("size", Integer, nullable=False),  # tickets selected
    Column("cursor", String(400)),  # where selecting goes on
    Column("phase_at", UtcDateTime, nullable=False),  # when the present state began
    Column("phase_size", Integer, nullable=False),  # tickets that this state has to deal with
    Column("handled", Integer, nullable=False),  # and those it has dealt with
    Column("applied_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("stopped", Json),  # code and detail: why it went no further
    Column("worker", String(40)),  # who works on it
    Column("lease_until", UtcDateTime),  # until when nobody else does
    Index(None, "person_id", "id"),
    Index("ix_bulk_job_at_work", "lease_until", sqlite_where=_AT_WORK, postgresql_where=_AT_WORK),
)

bulk_item = Table(
    "bulk_item",
    metadata,
    Column("job_id", ForeignKey("bulk_job.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("protocol", String(20), nullable=False),
    Column("revision", Integer),  # the ticket's when it was selected; NULL: there is no such ticket
    Column("state", String(20), nullable=False),  # waiting, ready, refused, unchanged, done, failed
    Column("outcome", String(250), nullable=False),  # the group it is listed in
    Column("detail", Text),
    Column("reasons", Json),
    Column("seq", Integer),  # the ticket's last history row when the deed was done
    Column("at", UtcDateTime, nullable=False),
    Index(None, "job_id", "state", "outcome", "number"),
)

"""A ticket's rows: the ticket, the values of its fields, its assistance, incidents and natural keys."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from engine.db import Json, UtcDateTime, metadata

_OPEN = text("standing = 'open'")
_TO_CONTACT = text("next_action_at IS NOT NULL AND standing = 'open'")
_NOT_CLOSED = text("closed_at IS NULL")
_DUE = text("timer_due_at IS NOT NULL")
_SHOWN = text("portal_visible")
_QUEUED = text("standing = 'open' AND responsible IS NULL")
_PENDING = text("standing = 'open' AND responsible IS NOT NULL")
_CLOSED = text("standing <> 'open'")
_TO_ANNOUNCE = text("announce_at IS NOT NULL")


def _limits(name: str, column: str) -> Index:
    """Whom a limit concerns is told by its index alone: a reader may reach few of many."""
    some = text(f"{column} IS NOT NULL")  # only what is open has any
    return Index(name, column, "id", "team", "responsible", "opened_by", sqlite_where=some, postgresql_where=some)


ticket = Table(
    "ticket",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("protocol", String(20), nullable=False, unique=True),
    Column("revision", Integer, nullable=False),  # grows with columns, own fields and state
    Column("seq", Integer, nullable=False),  # number of the last history row
    Column("version_id", ForeignKey("process_version.id"), nullable=False),
    Column("process", String(200), nullable=False),  # key of the version's process
    Column("place_process", String(200), nullable=False),  # key of the process whose file holds the situation
    Column("situation", String(200), nullable=False),
    Column("standing", String(20), nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("shown", Json),  # [process, situation] whose label the customer sees
    Column("waiting_for", Json),
    Column("awaits", Json, nullable=False),
    Column("incomplete", Json, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("timer_due_at", UtcDateTime),
    Column("incident", Integer),  # history row of the open incident
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("subject", String(80)),
    Column("subsubject", String(170)),
    Column("team", String(80)),
    Column("responsible", Uuid),
    Column("priority", String(40)),
    Column("channel", String(40)),
    Column("request_type", String(80)),
    Column("customer_id", ForeignKey("customer.id")),
    Column("development", String(80)),
    Column("block", String(170)),  # <development>.<own key>
    Column("unit", String(250)),  # <block>.<own key>
    Column("contact_reason", String(80)),
    Column("next_action_at", UtcDateTime),  # when the customer is to be contacted; the history keeps all
    Column("portal_visible", Boolean, nullable=False),
    Column("cloned_from", String(20)),  # protocol
    Column("fields", Json, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("limit_at", UtcDateTime),  # of its service item: the present situation's limit
    Column("limit_version", Integer, nullable=False, server_default="0"),  # grows whenever the limit is set
    Column("yellow_at", UtcDateTime),  # from when on its service item is ringed yellow in the queue
    Column("to_announce", Json),  # [threshold, instant] still to be told of the limit, the earliest first
    Column("announce_at", UtcDateTime),  # the first of them
    Column("announced", String(10)),  # the ring told last: yellow, red, overdue
    Column("announced_at", UtcDateTime),
    Column("response_limit_at", UtcDateTime),  # of the answer that is due, by the policy; NULL while held
    Column("resolution_limit_at", UtcDateTime),
    Column("handed", Json),  # [until when, team]: the teams before, for their calendars
    Column("clocks", Json),  # what `engine.sla.kept` needs to move them on
    Index("ix_ticket_open", "opened_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_ticket_open_team", "team", "opened_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "ix_ticket_open_responsible",
        "responsible",
        "opened_at",
        "id",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_ticket_team", "team", "opened_at", "id"),  # this and the next two: pages within a scope
    Index("ix_ticket_responsible", "responsible", "opened_at", "id"),
    Index("ix_ticket_opened_by", "opened_by", "opened_at", "id"),
    Index("ix_ticket_situation", "situation", "opened_at", "id"),
    Index("ix_ticket_opened", "opened_at", "id"),
    Index("ix_ticket_changed", "changed_at", "id"),
    Index("ix_ticket_subject", "subject", "opened_at", "id"),
    Index("ix_ticket_closed", "standing", "opened_at", "id", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    Index(
        "ix_ticket_next_action",
        "next_action_at",
        "id",
        sqlite_where=_TO_CONTACT,
        postgresql_where=_TO_CONTACT,
    ),
    Index(
        "ix_ticket_next_action_team",
        "team",
        "next_action_at",
        "id",
        sqlite_where=_TO_CONTACT,
        postgresql_where=_TO_CONTACT,
    ),
    Index(
        "ix_ticket_next_action_responsible",
        "responsible",
        "next_action_at",
        "id",
        sqlite_where=_TO_CONTACT,
        postgresql_where=_TO_CONTACT,
    ),
    Index("ix_ticket_timer", "timer_due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    Index("ix_ticket_portal", "customer_id", "opened_at", "id", sqlite_where=_SHOWN, postgresql_where=_SHOWN),
    _limits("ix_ticket_response_limit", "response_limit_at"),
    _limits("ix_ticket_resolution_limit", "resolution_limit_at"),
    _limits("ix_ticket_limit", "limit_at"),
    # The service item in the lists of engine/queues.
    # `yellow_at` is only for counting: the board's counts need no row.
    Index(
        "ix_ticket_queue_team", "team", "limit_at", "id", "yellow_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED
    ),
    Index("ix_ticket_pending_team", "team", "limit_at", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
    Index(
        "ix_ticket_pending_person", "responsible", "limit_at", "id", sqlite_where=_PENDING, postgresql_where=_PENDING
    ),
    Index("ix_ticket_done_team", "team", "entered_at", "id", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    Index("ix_ticket_done_person", "responsible", "entered_at", "id", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
    Index("ix_ticket_announce", "announce_at", "id", sqlite_where=_TO_ANNOUNCE, postgresql_where=_TO_ANNOUNCE),
    info={"again": True},
)

# Every value an own field ever had. The present ones stand in ticket.fields too, for one read per command;
# erasing a person blanks both and leaves the history's skeleton valid.
field_value = Table(
    "field_value",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("field", String(80), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("value", Json),
)

technical_assistance = Table(
    "technical_assistance",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("opened_seq", Integer, primary_key=True, autoincrement=False),  # the history row that opened it
    Column("process", String(200), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(20)),  # ended, abandoned
    Column("acceptance", String(20)),  # accepted, refused; the last answer counts
    Column("acceptance_seq", Integer),  # the history row that tells who, when and why
)

incident = Table(
    "incident",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # the history row that tells of it
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("process", String(200), nullable=False),
    Column("element", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_incident_open", "at", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED),
)

# Natural keys last for ever: what was opened or told once is recognised after any time.
opening_key = Table(
    "opening_key",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("ticket_id", Uuid, nullable=False),
    info={"again": True},
)

event_key = Table(
    "event_key",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("event_id", String(200), primary_key=True),
    Column("ticket_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    info={"again": True},
)

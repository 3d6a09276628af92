"""Activities: something for somebody to do, asked for by a diagram or made by hand, inside a ticket or without one."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, Uuid, text

from engine.db import Json, UtcDateTime, metadata

SERVICE = "service"  # the kind of a ticket's own item: its place in the queue, which is a row of `ticket`

_OPEN = text("status <> 'finished'")
_FINISHED = text("status = 'finished'")
_TO_ANNOUNCE = text("announce_at IS NOT NULL")
_LIMITED = text("status <> 'finished' AND limit_at IS NOT NULL")

activity = Table(
    "activity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id")),  # NULL: somebody's own to-do
    Column("token", LargeBinary),  # the diagram's token that waits for it; an activity made by hand has none
    Column("version_id", ForeignKey("process_version.id")),
    Column("process", String(200)),
    Column("element", String(200)),
    Column("kind", String(20), nullable=False),  # of ACTIVITY_KINDS
    Column("team", String(80)),
    Column("handed", Json),  # [until when, team]: the teams before, for their calendars
    Column("status", String(20), nullable=False),  # queued, pending, finished
    Column("outcome", String(20)),  # done, archived
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("finished_by", String(80)),
    Column("cause", String(40)),  # why the engine archived it: interrupted, ticket_closed, relocated
    Column("name", Text),  # of one made by hand; a diagram's has its element's
    Column("description", Text),
    Column("person_id", Uuid),  # who has it; queued: who alone may take it
    Column("created_by", String(80)),
    Column("type", String(80)),  # of the registry activity_types
    Column("customer_id", ForeignKey("customer.id")),  # the contact it refers to
    Column("fields", Json),  # what its type asks for
    Column("template", String(80)),  # a standard reply
    Column("taken_at", UtcDateTime),  # since when it is pending
    Column("due_kind", String(20)),  # deadline: do by; appointment: do at
    Column("limit_at", UtcDateTime),
    Column("limit_version", Integer, nullable=False, server_default="0"),  # grows whenever the limit is set
    Column("yellow_at", UtcDateTime),  # from when on it is ringed yellow in the queue
    Column("to_announce", Json),  # [threshold, instant] still to be told, the earliest first
    Column("announce_at", UtcDateTime),  # the first of them
    Column("announced", String(10)),  # the ring told last: yellow, red, overdue
    Column("announced_at", UtcDateTime),
    Index("ix_activity_ticket", "ticket_id", "id"),
    Index("ix_activity_open", "ticket_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    # What comes after the id is only for counting: the board's counts need no row.
    Index(
        "ix_activity_open_team",
        *("team", "status", "limit_at", "id", "person_id", "yellow_at"),
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "ix_activity_open_person",
        *("person_id", "status", "limit_at", "id", "yellow_at"),
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(  # whom a limit concerns is told by the index alone
        "ix_activity_limit",
        "limit_at",
        "id",
        "status",
        "team",
        "person_id",
        "created_by",
        sqlite_where=_LIMITED,
        postgresql_where=_LIMITED,
    ),
    Index("ix_activity_done_team", "team", "finished_at", "id", sqlite_where=_FINISHED, postgresql_where=_FINISHED),
    Index(
        "ix_activity_done_person", "person_id", "finished_at", "id", sqlite_where=_FINISHED, postgresql_where=_FINISHED
    ),
    Index("ix_activity_customer", "customer_id", "id"),
    Index("ix_activity_announce", "announce_at", "id", sqlite_where=_TO_ANNOUNCE, postgresql_where=_TO_ANNOUNCE),
)

# What people wrote when they handed an activity over: texts have a home of their own, the history points to it.
activity_note = Table(
    "activity_note",
    metadata,
    Column("activity_id", ForeignKey("activity.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("text", Text, nullable=False),
)

# Who was told what of a limit, once: the key is the item, the version of its deadline, and the threshold.
announcement = Table(
    "announcement",
    metadata,
    Column("item_id", Uuid, primary_key=True),  # an activity's id, or a ticket's for its service item
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("threshold", String(40), primary_key=True),  # yellow, limit, or a step such as 50%:team
    Column("ticket_id", Uuid),
    Column("ring", String(10)),  # yellow, red, overdue; NULL: a step before or after the limit
    Column("due_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("told", Json, nullable=False),  # ids of people
    Index("ix_announcement_ticket", "ticket_id", "at"),
)

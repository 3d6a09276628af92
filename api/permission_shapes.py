"""Shapes of profiles, cells, the matrix, explanations and suppositions."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from api.shapes import Instant, Shape, Whole, YesNo, described, string
from permissions.presets import SCOPES

KEY: Final = 80
VALUES: Final = ("allowed", "denied", "absent")
_SCOPE: Final = validate.OneOf(SCOPES, error=f"use {', '.join(SCOPES)}")


def scope(**more: Any) -> fields.String:
    """Whose tickets a profile's rights speak of."""
    meaning = "`own`: those one has, opened or works in; `team`: those of one's teams, too; `all`."
    return fields.String(validate=_SCOPE, metadata={"description": meaning, "enum": list(SCOPES)}, **more)


def _value(meaning: str, **more: Any) -> fields.String:
    check = validate.OneOf(VALUES, error=f"use {', '.join(VALUES)}")
    return fields.String(validate=check, metadata={"description": meaning, "enum": list(VALUES)}, **more)


class ActionShape(Shape):
    """Something that can be allowed."""

    action = fields.String(required=True)
    label = fields.String(required=True, **described("In Portuguese."))
    label_en = fields.String(required=True)
    sentence = fields.String(required=True, **described("What it allows, in Portuguese."))
    by_situation = fields.Boolean(required=True, **described("Whether the matrix is asked, too."))
    narrows = fields.String(required=True, allow_none=True, **described("What a rule may be narrowed to."))


class TabShape(Shape):
    """Actions that a manager finds together."""

    tab = fields.String(required=True)
    label = fields.String(required=True)
    label_en = fields.String(required=True)
    actions = fields.List(fields.Nested(ActionShape()), required=True)


class ActionsShape(Shape):
    """The catalogue, by tab."""

    tabs = fields.List(fields.Nested(TabShape()), required=True)


class RuleShape(Shape):
    """A rule: it allows or denies one profile one action, everywhere or where tickets stand."""

    id = fields.String(required=True)
    profile = fields.String(required=True)
    action = fields.String(required=True)
    allow = fields.Boolean(required=True)
    process = fields.String(required=True, allow_none=True, **described("Null: a rule of the profile layer."))
    situation = fields.String(required=True, allow_none=True)


class ProfileShape(Shape):
    """A named set of rights; a person has exactly one."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    description = fields.String(required=True)
    scope = scope(required=True)
    retired = fields.Boolean(required=True)
    people = Whole(0, 1_000_000, required=True, **described("How many people have it and may act."))


class WholeProfileShape(ProfileShape):
    """A profile with its rules."""

    rules = fields.List(fields.Nested(RuleShape()), required=True)
    authority = Whole(0, 2**62, required=True, **described("Send it back with a change: refused if rights changed."))


class ProfilesShape(Shape):
    """Every profile, by key."""

    profiles = fields.List(fields.Nested(ProfileShape()), required=True)
    presets = fields.List(fields.String(), required=True, **described("Delivered ones, to copy from."))


class ProfilesQuery(Shape):
    """Which profiles."""

    retired = fields.Boolean(load_default=False, **described("Those that were retired, too."))


class ProfileAsk(Shape):
    """A new profile."""

    key = string(KEY, 2, required=True, metadata={"description": "Small letters, digits, `_`; it stays."})
    label = string(200, 1, required=True)
    description = string(2000)
    scope = scope()
    copy_of = string(KEY, metadata={"description": "A profile, or a preset, whose rules it begins with."})


class AlterProfileAsk(Shape):
    """What shall be different about a profile."""

    label = string(200, 1)
    description = string(2000)
    scope = scope()
    retired = YesNo(**described("`true` only while nobody has it; `false` takes it back."))
    authority = Whole(0, 2**62, **described("As it was read: refused if rights have changed since."))


class CellAsk(Shape):
    """What one cell shall hold."""

    profile = string(KEY, 1, required=True)
    action = string(250, 1, required=True, metadata={"description": "Perhaps narrowed: `ticket.move:resolver`."})
    process = string(200, 1, allow_none=True, load_default=None, metadata={"description": "Or `*`; null: everywhere."})
    situation = string(200, 1, allow_none=True, load_default=None, metadata={"description": "Or `*`."})
    value = _value("What it shall hold.", required=True)


class CellsAsk(Shape):
    """Cells to be set, all or none."""

    cells = fields.List(fields.Nested(CellAsk()), required=True, validate=validate.Length(1, 2000))
    authority = Whole(0, 2**62, **described("As it was read: refused if rights have changed since."))


class CellShape(Shape):
    """A cell."""

    profile = fields.String(required=True)
    action = fields.String(required=True)
    process = fields.String(required=True, allow_none=True)
    situation = fields.String(required=True, allow_none=True)


class ChangedShape(CellShape):
    """A cell that holds something else now."""

    old = _value("What it held.", required=True)
    new = _value("What it holds.", required=True)


class CellsShape(Shape):
    """What has changed; empty where all of it was so already."""

    changed = fields.List(fields.Nested(ChangedShape()), required=True)


class CarryAsk(Shape):
    """From which situation to which."""

    process = string(200, 1, required=True)
    situation = string(200, 1, required=True)
    to = string(200, 1, required=True)
    authority = Whole(0, 2**62, **described("As it was read: refused if rights have changed since."))


class MatrixQuery(Shape):
    """Which part of a matrix."""

    profile = fields.List(fields.String(), load_default=list, **described("Keys; may be repeated; default: all."))
    action = fields.List(fields.String(), load_default=list, **described("May be repeated and narrowed."))
    as_of = Instant(load_default=None, **described("The rules as of this instant."))


class FilledShape(Shape):
    """A cell of a row."""

    profile = fields.String(required=True)
    action = fields.String(required=True)
    value = _value("What the matrix says there.", required=True)
    own = _value("What the cell itself holds; the rule may be a broader one.", required=True)
    rule = fields.String(required=True, allow_none=True, **described("Id of the strongest rule that covers it."))
    answer = fields.Boolean(required=True, **described("Whether the profile may: both layers."))


class MatrixRowShape(Shape):
    """A situation; `*`: all of them at once."""

    situation = fields.String(required=True)
    label = fields.String(required=True)
    in_force = fields.Boolean(required=True, **described("Whether the newest version has it."))
    versions = fields.List(fields.String(), required=True, **described("`process:number`, where it was looked at."))
    tickets = Whole(0, 2**62, required=True, **described("Running ones that stand there."))
    moves = fields.Dict(keys=fields.String(), values=fields.String(), required=True, **described("Id -> label."))
    cells = fields.List(fields.Nested(FilledShape()), required=True)


class MatrixShape(Shape):
    """Rows are situations, columns profiles and actions."""

    process = fields.String(required=True)
    as_of = fields.AwareDateTime(required=True, allow_none=True)
    profiles = fields.List(fields.String(), required=True)
    actions = fields.List(fields.String(), required=True)
    authority = Whole(0, 2**62, required=True, **described("Send it back with a change."))
    rows = fields.List(fields.Nested(MatrixRowShape()), required=True)


class PermissionHistoryQuery(Shape):
    """Which changes."""

    profile = string(KEY, load_default=None)
    before = string(80, load_default=None, metadata={"description": "Id of the last row of the page before."})
    limit = Whole(1, 200, load_default=50)


class PermissionChangeShape(Shape):
    """Something that somebody changed."""

    id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    actor_name = fields.String(required=True)
    profile = fields.String(required=True)
    deed = fields.String(required=True)
    sentence = fields.String(required=True)
    detail = fields.Dict(required=True, **described("Old and new."))


class PermissionHistoryShape(Shape):
    """Changes, the newest first."""

    changes = fields.List(fields.Nested(PermissionChangeShape()), required=True)

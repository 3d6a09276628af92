"""Shapes of registries: their entries, what is asked of them, their history."""

from __future__ import annotations

from marshmallow import fields, validate

from api.shapes import Shape, Whole, YesNo, described, string
from engine.registry.checking import LAST, MAX_TEXT
from engine.registry.model import KINDS

_OF = {
    "calendar": "Teams: key of a calendar.",
    "process": "Subjects: key of a deployed process.",
    "technical_assistance": "Subjects: may call technical assistance.",
    "team": "Subjects, subsubjects: who gets their tickets.",
    "position": "Priorities: the lowest comes first.",
    "text": "Standard replies: the text, with placeholders such as `{{ticket.protocol}}`.",
    "type": "Fields: `text`, `number`, `date`, `choice` or `yes_no`; never changes.",
    "choices": "Fields of type `choice`.",
    "personal": "Fields: holds personal data.",
}


class EntryShape(Shape):
    """An entry of any registry: the members that its registry has."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    retired = fields.Boolean(required=True)
    calendar = fields.String(allow_none=True, **described(_OF["calendar"]))
    process = fields.String(allow_none=True, **described(_OF["process"]))
    technical_assistance = fields.Boolean(**described(_OF["technical_assistance"]))
    team = fields.String(allow_none=True, **described(_OF["team"]))
    position = fields.Integer(**described(_OF["position"]))
    text = fields.String(**described(_OF["text"]))
    type = fields.String(**described(_OF["type"]))
    choices = fields.List(fields.String(), **described(_OF["choices"]))
    personal = fields.Boolean(**described(_OF["personal"]))


RegistriesShape = Shape.from_dict(
    {name: fields.List(fields.Nested(EntryShape())) for name in KINDS if name != "fields"}
    # A member `fields` would hide the schema's own.
    | {"fields_": fields.List(fields.Nested(EntryShape()), attribute="fields", data_key="fields")},
    name="RegistriesShape",
)


class UseShape(Shape):
    """Who refers to an entry."""

    what = fields.String(required=True, **described("A registry, `people` or `tickets` (open ones)."))
    count = fields.Integer(required=True, **described("Of tickets at most 1,000 are counted."))
    keys = fields.List(fields.String(), required=True, **described("The first twenty; none for tickets."))


class UsedEntryShape(EntryShape):
    """An entry, and who refers to it."""

    used_by = fields.List(fields.Nested(UseShape()), required=True)


class RegistryChangeShape(Shape):
    """One thing that was done; what is personal is not told."""

    at = fields.String(required=True)
    actor = fields.String(required=True)
    actor_name = fields.String(required=True, allow_none=True)
    deed = fields.String(required=True)
    detail = fields.Dict(required=True, **described("For a change, member: [old, new]."))


class WholeEntryShape(UsedEntryShape):
    """An entry, who refers to it, and what was done to it."""

    history = fields.List(
        fields.Nested(RegistryChangeShape()), required=True, **described("The newest first, at most 200.")
    )


class RegistryQuery(Shape):
    """What of it."""

    retired = fields.String(
        load_default="false",
        validate=validate.OneOf(("true", "false"), error="use true ou false"),
        metadata={"description": "`true`: show what was retired, too."},
    )


class EntryAsk(Shape):
    """The entry as it shall be; what is left out gets its default, and each registry has its own members."""

    label = string(200, 1, required=True, metadata={"description": "What people read."})
    retired = YesNo(**described("Hidden from new tickets; nothing is ever deleted."))
    calendar = string(80, allow_none=True, metadata={"description": _OF["calendar"]})
    process = string(200, allow_none=True, metadata={"description": _OF["process"]})
    technical_assistance = YesNo(**described(_OF["technical_assistance"]))
    team = string(80, allow_none=True, metadata={"description": _OF["team"]})
    position = Whole(0, LAST, **described(_OF["position"]))
    text = string(MAX_TEXT, 1, metadata={"description": _OF["text"]})
    type = string(20, metadata={"description": _OF["type"]})
    choices = fields.List(string(200, 1), **described(_OF["choices"]))
    personal = YesNo(**described(_OF["personal"]))


class MembersAsk(Shape):
    """Who shall belong to the team, and nobody else."""

    members = fields.List(string(120, 1), required=True, **described("Logins."))


class MemberShape(Shape):
    """Somebody who belongs to the team."""

    login = fields.String(required=True)
    name = fields.String(required=True)


class MembersShape(Shape):
    """Who belongs to the team, by login."""

    members = fields.List(fields.Nested(MemberShape()), required=True)


class PlaceholderShape(Shape):
    """What may stand between double braces."""

    name = fields.String(required=True)
    label = fields.String(required=True)


class PlaceholdersShape(Shape):
    """Every placeholder that a standard reply may hold."""

    placeholders = fields.List(fields.Nested(PlaceholderShape()), required=True)

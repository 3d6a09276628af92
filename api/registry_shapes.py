"""Shapes of registries: their entries, what is asked of them, their history."""

from __future__ import annotations

from marshmallow import fields, validate

from api.shapes import Shape, Whole, YesNo, described, string
from engine.registry.checking import LAST, MAX_TEXT
from engine.registry.intake import MOST_FILES
from engine.registry.model import KINDS
from permissions.personal import OF_FIELDS

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
    "personal_class": f"Fields: of which personal data; one of {', '.join(OF_FIELDS)}.",
    "subject": "Classifications: key of the subject their tickets will have; SLA policies: of the tickets meant.",
    "subsubject": "Classifications, subclassifications: key of the subsubject, of that subject.",
    "form": "Classifications: the only intake form that offers it; none: every one does.",
    "priority": "Classifications, subclassifications: of their tickets.",
    "channel": "Contact forms: the channel it stands for.",
    "asks": "Intake forms: what they ask for; activity types: own fields filled in when one is created.",
    "yellow_from": "Teams: per cent of the limit after which what waits is yellow, and told; none: from the start.",
    "tells": "Teams: who is told at a limit: `responsible` (the default), `team`, `manager`.",
    "kind": "Activity types: `email`, `call`, `appointment`, `custom` or `social`.",
    "template": "Activity types: key of the standard reply that one starts from.",
    "optional": "Intake forms: what of it may stay empty.",
    "max_files": "Intake forms: how many files may come with a contact or a complement.",
    "zone": "Calendars: IANA time zone; none: the installation's.",
    "week": "Calendars: the working periods, as in `seg-sex 08:00-12:00 13:00-18:00`; none: all time is worked.",
    "holidays": "Calendars: whose public holidays are closed, as in `BR` or `BR-SP`.",
    "optional_holidays": "Calendars: which optional ones are closed too, as in `Carnaval`, or `todos`.",
    "days": "Calendars: own days, as in `2026-12-24 08:00-12:00 Véspera de Natal` or `01-25 fechado Aniversário`.",
    "valid_from": "Calendars, SLA policies: the local day from which on it is so.",
    "customer_kind": "SLA policies: `person` or `company`.",
    "first_response": "SLA policies: `PT8H` (working time), `P2D` (working days), `P2D/24x7` (by the wall clock).",
    "next_response": "SLA policies: likewise, after each word of the customer.",
    "resolution": "SLA policies: likewise, until the ticket is finished.",
    "escalate": "SLA policies: who is told before and after each limit, as in `80%:responsible, -PT1H:manager`.",
    "fields": "Classifications, subclassifications, contact forms: own fields that the customer has to fill.",
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
    personal_class = fields.String(allow_none=True, **described(_OF["personal_class"]))
    subject = fields.String(allow_none=True, **described(_OF["subject"]))
    subsubject = fields.String(allow_none=True, **described(_OF["subsubject"]))
    form = fields.String(allow_none=True, **described(_OF["form"]))
    priority = fields.String(allow_none=True, **described(_OF["priority"]))
    channel = fields.String(allow_none=True, **described(_OF["channel"]))
    asks = fields.List(fields.String(), **described(_OF["asks"]))
    optional = fields.List(fields.String(), **described(_OF["optional"]))
    max_files = fields.Integer(**described(_OF["max_files"]))
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields", **described(_OF["fields"]))
    yellow_from = fields.Integer(allow_none=True, **described(_OF["yellow_from"]))
    tells = fields.List(fields.String(), **described(_OF["tells"]))
    kind = fields.String(**described(_OF["kind"]))
    template = fields.String(allow_none=True, **described(_OF["template"]))
    zone = fields.String(allow_none=True, **described(_OF["zone"]))
    week = fields.List(fields.String(), **described(_OF["week"]))
    holidays = fields.String(allow_none=True, **described(_OF["holidays"]))
    optional_holidays = fields.List(fields.String(), **described(_OF["optional_holidays"]))
    days = fields.List(fields.String(), **described(_OF["days"]))
    valid_from = fields.String(allow_none=True, **described(_OF["valid_from"]))
    customer_kind = fields.String(allow_none=True, **described(_OF["customer_kind"]))
    first_response = fields.String(allow_none=True, **described(_OF["first_response"]))
    next_response = fields.String(allow_none=True, **described(_OF["next_response"]))
    resolution = fields.String(allow_none=True, **described(_OF["resolution"]))
    escalate = fields.String(allow_none=True, **described(_OF["escalate"]))


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


class StretchShape(Shape):
    """Local days."""

    from_ = fields.String(
        required=True, allow_none=True, attribute="from", data_key="from", **described("null: of all time before, too.")
    )
    until = fields.String(
        required=True, allow_none=True, **described("The first day that is none of them; null: for ever.")
    )


class RuleVersionShape(Shape):
    """A version of a calendar or policy."""

    number = fields.Integer(required=True)
    valid_from = fields.String(required=True, allow_none=True)
    in_force = fields.Nested(StretchShape(), required=True, allow_none=True, **described("null: a later one ended it."))
    made_at = fields.String(required=True)
    made_by = fields.String(required=True)
    says = fields.Dict(required=True, **described("Its hours, or its terms."))


class WholeEntryShape(UsedEntryShape):
    """An entry, who refers to it, and what was done to it."""

    versions = fields.List(fields.Nested(RuleVersionShape()), **described("Of calendars and SLA policies."))

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
    personal_class = string(20, allow_none=True, metadata={"description": _OF["personal_class"]})
    subject = string(80, allow_none=True, metadata={"description": _OF["subject"]})
    subsubject = string(170, allow_none=True, metadata={"description": _OF["subsubject"]})
    form = string(80, allow_none=True, metadata={"description": _OF["form"]})
    priority = string(40, allow_none=True, metadata={"description": _OF["priority"]})
    channel = string(20, allow_none=True, metadata={"description": _OF["channel"]})
    asks = fields.List(string(80), **described(_OF["asks"]))
    optional = fields.List(string(40), **described(_OF["optional"]))
    max_files = Whole(0, MOST_FILES, **described(_OF["max_files"]))
    fields_ = fields.List(string(80), attribute="fields", data_key="fields", **described(_OF["fields"]))
    yellow_from = Whole(1, 99, allow_none=True, **described(_OF["yellow_from"]))
    tells = fields.List(string(20, 1), **described(_OF["tells"]))
    kind = string(20, metadata={"description": _OF["kind"]})
    template = string(80, allow_none=True, metadata={"description": _OF["template"]})
    zone = string(80, allow_none=True, metadata={"description": _OF["zone"]})
    week = fields.List(string(200), **described(_OF["week"]))
    holidays = string(80, allow_none=True, metadata={"description": _OF["holidays"]})
    optional_holidays = fields.List(string(200), **described(_OF["optional_holidays"]))
    days = fields.List(string(300), **described(_OF["days"]))
    valid_from = string(10, allow_none=True, metadata={"description": _OF["valid_from"]})
    customer_kind = string(20, allow_none=True, metadata={"description": _OF["customer_kind"]})
    first_response = string(20, allow_none=True, metadata={"description": _OF["first_response"]})
    next_response = string(20, allow_none=True, metadata={"description": _OF["next_response"]})
    resolution = string(20, allow_none=True, metadata={"description": _OF["resolution"]})
    escalate = string(250, allow_none=True, metadata={"description": _OF["escalate"]})
    replaces_later = YesNo(**described("Calendars, SLA policies: versions that begin later are ended; else 409."))


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

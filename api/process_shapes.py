"""Shapes of processes: files in, findings and versions out."""

from __future__ import annotations

from marshmallow import fields, validate

from api.shapes import Shape, described, string
from api.ticket_shapes import PlaceShape, instant, maybe


class FileAsk(Shape):
    """One file."""

    name = string(
        200,
        1,
        pattern=r"[^\x00-\x1f\x7f/\\]+",
        wanted="use só o nome do arquivo, sem pastas",
        required=True,
        metadata={"description": "Ends in `.bpmn` or `.dmn`."},
    )
    content = fields.String(required=True, **described("The XML."))


class FilesAsk(Shape):
    """The files that belong together."""

    files = fields.List(
        fields.Nested(FileAsk()),
        required=True,
        validate=validate.Length(1, 100, error="envie de {min} a {max} arquivos"),
    )


class FindingShape(Shape):
    """One thing that is wrong, and what to do instead."""

    file = fields.String(required=True)
    line = fields.Integer(required=True)
    element = maybe("Id of the element; null: the whole file.")
    rule = fields.String(required=True, **described("Name of the rule: its heading in docs/bpmn.md."))
    severity = fields.String(required=True, validate=validate.OneOf(("error", "warning")))
    message = fields.String(required=True)
    hint = fields.String(required=True)


class ReportShape(Shape):
    """Everything found in all files, in one go."""

    files = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    warnings = fields.Integer(required=True)
    findings = fields.List(fields.Nested(FindingShape()), required=True)


class DeploymentShape(Shape):
    """What became of one process or decision."""

    kind = fields.String(required=True, validate=validate.OneOf(("process", "decision")))
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    what = fields.String(
        required=True,
        validate=validate.OneOf(("new", "version", "cosmetic", "unchanged")),
        **described("`cosmetic`: only names, colours or layout changed; they show at once."),
    )
    why = fields.String(
        required=True,
        validate=validate.OneOf(("file", "called")),
        **described("`called`: a new version only because something it calls has one."),
    )


class DeployedShape(Shape):
    """What became of the files, and the warnings."""

    deployments = fields.List(fields.Nested(DeploymentShape()), required=True)
    warnings = fields.List(fields.Nested(FindingShape()), required=True)


class ProcessRowShape(Shape):
    """A process and its newest version."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    version = fields.Integer(required=True)
    file = fields.String(required=True)
    deployed_at = instant()
    deployed_by = fields.String(required=True)


class DecisionRowShape(Shape):
    """A decision and its newest version."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    file = fields.String(required=True)


class ProcessesShape(Shape):
    """What is deployed."""

    processes = fields.List(fields.Nested(ProcessRowShape()), required=True)
    decisions = fields.List(fields.Nested(DecisionRowShape()), required=True)


class VersionRowShape(Shape):
    """One version of a process."""

    version = fields.Integer(required=True)
    label = fields.String(required=True)
    file = fields.String(required=True)
    deployed_at = instant()
    deployed_by = fields.String(required=True)
    calls = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, **described("Version of each process it calls.")
    )


class ProcessShape(Shape):
    """A process with all its versions, the newest first."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    version = fields.Integer(required=True)
    versions = fields.List(fields.Nested(VersionRowShape()), required=True)


class DrawnMoveShape(Shape):
    """A way out of a situation, as it is drawn."""

    move = fields.String(required=True)
    label = fields.String(required=True)
    default = fields.Boolean(required=True)
    guard = maybe("The condition under which it exists.")
    requires = fields.List(fields.String(), required=True)
    requires_decision = fields.List(fields.String(), required=True)
    leads_to = fields.Nested(PlaceShape(), required=True, allow_none=True)


class SituationShape(Shape):
    """Where a ticket can rest."""

    process = fields.String(required=True)
    situation = fields.String(required=True)
    label = fields.String(required=True)
    standing = fields.String(required=True)
    team = maybe()
    sla = maybe()
    escalate = maybe()
    calendar = maybe()
    pauses_sla = fields.Boolean(required=True)
    color = maybe()
    customer_label = maybe()
    customer_next = maybe()
    requires = fields.List(fields.String(), required=True)
    requires_decision = fields.List(fields.String(), required=True)
    moves = fields.List(fields.Nested(DrawnMoveShape()), required=True)


class DrawnActivityShape(Shape):
    """What the diagram asks somebody to do."""

    process = fields.String(required=True)
    element = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True)
    team = maybe()


class VersionShape(Shape):
    """What a version means."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    label = fields.String(required=True)
    requires = fields.List(fields.String(), required=True, **described("Asked by every move of the process."))
    requires_decision = fields.List(fields.String(), required=True)
    messages = fields.List(fields.String(), required=True, **described("Awaited anywhere in it."))
    situations = fields.List(
        fields.Nested(SituationShape()), required=True, **described("Its own and those of what it calls.")
    )
    ends = fields.List(fields.Nested(PlaceShape()), required=True)
    activities = fields.List(fields.Nested(DrawnActivityShape()), required=True)

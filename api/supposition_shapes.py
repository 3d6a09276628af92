"""Shapes of what is asked about permissions: explanations, suppositions, and the review."""

from __future__ import annotations

from marshmallow import fields, validate

from api.permission_shapes import KEY, CellAsk, CellShape, RuleShape, scope
from api.shapes import Instant, ReasonShape, Shape, Whole, described, string


class ReviewQuery(Shape):
    """How long a right must lie unused."""

    days = Whole(1, 3660, load_default=90)


class OrphanShape(RuleShape):
    """A rule about a place that is nowhere any more."""

    gone = fields.String(required=True, **described("`process`, `situation` or `move`."))
    label = fields.String(required=True, allow_none=True, **described("What the situation was called."))
    renamed_to = fields.List(fields.String(), required=True, **described("Situations in force with that label."))


class AlikeShape(Shape):
    """Two profiles that differ in one cell at most."""

    profiles = fields.List(fields.String(), required=True)
    cell = fields.Nested(CellShape(), required=True, allow_none=True)


class ReviewShape(Shape):
    """What there is to tidy up."""

    since = fields.AwareDateTime(required=True)
    unused = fields.List(fields.Nested(CellShape()), required=True)
    orphans = fields.List(fields.Nested(OrphanShape()), required=True)
    alike = fields.List(fields.Nested(AlikeShape()), required=True)


class ScopeAsk(Shape):
    """The scope a profile would have."""

    profile = string(KEY, 1, required=True)
    scope = scope(required=True)


class SupposeAsk(Shape):
    """A change that nobody has made yet."""

    cells = fields.List(fields.Nested(CellAsk()), load_default=list, validate=validate.Length(0, 2000))
    scopes = fields.List(fields.Nested(ScopeAsk()), load_default=list, validate=validate.Length(0, 200))


class EffectShape(Shape):
    """A profile gains or loses something."""

    profile = fields.String(required=True)
    action = fields.String(required=True)
    label = fields.String(required=True)
    process = fields.String(required=True, allow_none=True)
    situation = fields.String(required=True, allow_none=True)
    situation_label = fields.String(required=True, allow_none=True)
    standing = fields.String(required=True, allow_none=True, **described("Of the tickets that stand there."))
    gained = fields.Boolean(required=True)
    people = Whole(0, 2**62, required=True)
    tickets = Whole(0, 2**62, required=True, allow_none=True, **described("Running ones; null: not about tickets."))


class StrandedShape(Shape):
    """Tickets that nobody could move."""

    process = fields.String(required=True)
    situation = fields.String(required=True)
    situation_label = fields.String(required=True)
    standing = fields.String(required=True, **described("`finished`: they are done, and nobody could reopen them."))
    tickets = Whole(0, 2**62, required=True)
    before = Whole(0, 2**62, required=True, **described("How many of them nobody can move even now."))


class SupposedShape(Shape):
    """What the change would do."""

    running = Whole(0, 2**62, required=True, **described("Tickets that were looked at."))
    authority = Whole(0, 2**62, required=True, **described("Send it with the change: refused if rights changed."))
    effects = fields.List(fields.Nested(EffectShape()), required=True)
    untouched = Whole(
        0, 2**62, required=True, **described("Effects left out: in situations where no ticket of theirs stands now.")
    )
    stranded = fields.List(fields.Nested(StrandedShape()), required=True)
    unused = fields.List(fields.Nested(CellShape()), required=True, **described("Of these profiles, for 90 days."))
    alike = fields.List(fields.Nested(AlikeShape()), required=True)


class WhichAsk(SupposeAsk):
    """One line of the answer."""

    line = fields.String(
        required=True,
        validate=validate.OneOf(("gained", "lost", "stranded"), error="use gained, lost ou stranded"),
        metadata={"enum": ["gained", "lost", "stranded"]},
    )
    profile = string(KEY)
    action = string(250, metadata={"description": "Perhaps narrowed: `ticket.move:resolver`."})
    process = string(200)
    situation = string(200)
    cursor = string(400)
    limit = Whole(1, 100, load_default=20)


class ExplainQuery(Shape):
    """The question; about nobody in particular: about oneself."""

    action = string(250, load_default=None, metadata={"description": "Default: `ticket.move`."})
    move = string(200, load_default=None)
    actor = string(120, load_default=None, metadata={"description": "A login; needs `permission.explain`."})
    profile = string(KEY, load_default=None, metadata={"description": "A key; needs `permission.explain`."})
    as_of = Instant(load_default=None, **described("Rights as of this instant; needs `permission.explain`."))


class HadSayShape(RuleShape):
    """A rule that had a say, and who made it so."""

    changed_at = fields.AwareDateTime(required=True, allow_none=True, **described("Null: before this was kept."))
    changed_by = fields.String(required=True, allow_none=True, **described("Only for `permission.explain`."))


class DecisionShape(Shape):
    """One decision, as every refusal carries it."""

    allowed = fields.Boolean(required=True)
    profile = fields.String(required=True)
    action = fields.String(required=True)
    narrowed = fields.String(required=True, allow_none=True)
    process = fields.String(required=True, allow_none=True)
    situation = fields.String(required=True, allow_none=True)
    lacks = fields.String(required=True, allow_none=True)
    lacking = fields.List(fields.String(), required=True)
    considered = fields.List(fields.Nested(HadSayShape()), required=True, **described("Strongest first."))
    fix = fields.Dict(required=True)


class GoneShape(RuleShape):
    """A rule that once had a say."""

    since_at = fields.AwareDateTime(required=True, allow_none=True)
    until_at = fields.AwareDateTime(required=True)
    until_by = fields.String(required=True, allow_none=True)


class ExplainedShape(Shape):
    """May they do it, why, and what would change that."""

    ticket = fields.String(required=True)
    process = fields.String(required=True)
    situation = fields.String(required=True)
    as_of = fields.AwareDateTime(required=True, allow_none=True)
    actor = fields.String(required=True, allow_none=True)
    profile = fields.String(required=True)
    scope = scope(required=True)
    reached = fields.Boolean(required=True, allow_none=True, **described("Whether the scope reaches the ticket."))
    action = fields.String(required=True)
    move = fields.String(required=True, allow_none=True)
    allowed = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(ReasonShape()), required=True, **described("Those a refusal carries."))
    decisions = fields.List(fields.Nested(DecisionShape()), required=True)
    gone = fields.List(fields.Nested(GoneShape()), required=True, **described("Rules that were changed or taken away."))
    change = fields.List(
        fields.Nested(CellAsk()),
        required=True,
        **described("The smallest change, ready for `PATCH /permissions/cells`."),
    )

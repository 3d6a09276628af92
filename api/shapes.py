"""Shapes of what comes in and goes out: marshmallow schemas that answer in Portuguese."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

_TEXTS: Final = {
    "required": "é obrigatório",
    "null": "não pode ser nulo",
    "invalid": "não serve",
    "validator_failed": "não serve",
}
_INVALID: Final[dict[type[fields.Field[Any]], str]] = {
    fields.String: "use um texto",
    fields.Integer: "use um número inteiro",
    fields.Boolean: "use true ou false",
    fields.List: "use uma lista",
    fields.Mapping: "use um objeto",
    fields.Nested: "use um objeto",
    fields.AwareDateTime: "use um instante com fuso, como 2026-03-02T09:00:00-03:00",
}
_DIGITS: Final = re.compile(r"-?[0-9]{1,10}")


class Shape(ma.Schema):
    """A shape; members it does not name are refused by name."""

    class Meta:
        """Said aloud, so that the API's pages say it too."""

        unknown = ma.RAISE

    error_messages = {  # noqa: RUF012 - marshmallow declares it as a plain attribute
        "type": "use um objeto",
        "unknown": "não existe aqui",
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give the field its Portuguese texts."""
        del field_name
        field_obj.error_messages.update(_TEXTS)
        for kind, text in _INVALID.items():
            if isinstance(field_obj, kind):
                field_obj.error_messages.update({"invalid": text, "type": text})


class Whole(fields.Integer):
    """A whole number: `1` in JSON, `"1"` in a query; never `true`, `1.0` or `1_000`."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(validate=ma.validate.Range(low, high, error="use de {min} a {max}"), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, str) and isinstance(data, dict):
            raise self.make_error("invalid", input=value)
        if isinstance(value, bool | float) or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Instant(fields.AwareDateTime):
    """An instant with its offset, ISO 8601; without one it would mean another hour to each reader."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        "invalid_awareness": "diga o fuso, como em 2026-03-02T09:00:00-03:00"
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **more).astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type="datetime") from None


class YesNo(fields.Boolean):
    """`true` or `false`, and nothing that looks like them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


def string(high: int, low: int = 0, *, pattern: str | None = None, wanted: str = "", **more: Any) -> fields.String:
    """A text of so many characters; `wanted` says in Portuguese what the pattern asks for."""
    checks: list[Any] = [ma.validate.Length(low, high, error=_length(low))]
    if pattern is not None:
        # \Z and not $, which would let a line end pass; JSON Schema's $ means the end already.
        checks.append(ma.validate.Regexp(rf"(?:{pattern})\Z", error=wanted))
        more.setdefault("metadata", {})["pattern"] = f"^(?:{pattern})$"
    return fields.String(validate=checks, **more)


def _length(low: int) -> str:
    return "use de {min} a {max} caracteres" if low else "use no máximo {max} caracteres"


def described(sentence: str, **more: Any) -> dict[str, Any]:
    """Metadata for the API's pages."""
    return {"metadata": {"description": sentence, **more}}


class ReasonShape(Shape):
    """One cause of a refusal, for programs and for people."""

    code = fields.String(required=True, **described("A stable word, such as `fields_missing` or `guard_false`."))
    detail = fields.String(required=True, **described("One sentence in Portuguese: what is the matter."))
    fix = fields.String(required=True, **described("The smallest change that would allow it; may be empty."))
    details = fields.Dict(required=True, **described("For programs: field names, guard text, values, rule ids."))


class ProblemShape(Shape):
    """An answer that says no, after RFC 9457."""

    class Meta:
        """What is not named here is the refusal's own: `missing`, `present`, `happened`, `findings` and the like."""

        unknown = ma.INCLUDE

    type = fields.String(required=True, **described("`urn:tramita:problem:` and the code."))
    title = fields.String(required=True, **described("The status in Portuguese words."))
    status = fields.Integer(required=True)
    code = fields.String(required=True, **described("A stable word for programs."))
    detail = fields.String(required=True, **described("One sentence in Portuguese: what is the matter, what to do."))
    reasons = fields.List(fields.Nested(ReasonShape()), **described("Every reason, strongest first."))
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        **described("What is wrong with the request's shape, by member."),
    )
    request_id = fields.String(required=True, **described("Quote it when asking for help: the log knows it."))

"""Every refusal the engine can give.

* Refused
  x NotFound            there is no such thing, or none this actor may know of
  x NotAuthenticated    nobody knows this token, or it has ended
  x NotPermitted        the rights say no; carries the decision
    + Withheld          what was answered to this key holds data that the rights no longer show
  x Invalid             what was asked does not fit
    + FieldsMissing     the move asks for fields that are empty
    + NoSuchMove        no flow leads there from here
    + NotActive         linking, tasks, visits and the like ask for an open ticket
    + ProcessDiffers    the new subject lives in another process, and nothing said where to go
    + KeyReused         this Idempotency-Key already stands for another request
    + NotDeployable     the diagrams have findings of severity error
  x UnfitFile           a file of a type that is not taken, or not of the type that its name says
  x TooLarge            more bytes than are taken
  x NoSpace             the disk does not take the file
  x Conflict            somebody else changed it first
    + MovedMeanwhile    the move is no longer there; carries what happened
    + Stale             the caller looked at an older revision (If-Match)
  x TooMany             tried too often; says when to try again
  x Busy                the database could not be had in time; nothing was done, try again
    + Unwitnessed       no row could be written that tells who sees this personal data: it is not shown
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One cause of a refusal, for programs (`code`, `details`) and for people (`detail`).

    Attributes:
        code: a stable word such as `fields_missing`.
        detail: one sentence in Portuguese: what is the matter.
        fix: the smallest change that would allow it, in Portuguese; empty where there is none.
        details: what programs need: field names, guard text, values, rule ids.
    """

    code: str
    detail: str
    fix: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The reason as plain JSON types."""
        return asdict(self)


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an accident
    """What was asked is not done, and nothing was changed.

    Attributes:
        code: a stable word for programs.
        status: the HTTP status that says the same.
        detail: one Portuguese sentence for people: what is the matter and what to do.
        reasons: every reason, strongest first.
        extra: further members of the answer (the present situation, what happened meanwhile, findings).
    """

    code = "refused"
    status = 422

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        reasons: Sequence[Reason] = (),
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.reasons = tuple(reasons)
        self.extra = extra

    @classmethod
    def because(cls, reason: Reason, **extra: Any) -> Self:
        """A refusal for this reason alone: it has its code, and tells it together with what to do."""
        return cls(f"{reason.detail} {reason.fix}".strip(), code=reason.code, reasons=[reason], **extra)


class NotFound(Refused):
    """There is no such thing, or none this actor may know of."""

    code = "not_found"
    status = 404


class NotAuthenticated(Refused):
    """Nobody knows this token, or it has ended."""

    code = "not_authenticated"
    status = 401


class NotPermitted(Refused):
    """The rights say no; `reasons` carry the decision."""

    code = "not_permitted"
    status = 403


class Withheld(NotPermitted):
    """What was answered to this key holds personal data that the rights no longer show."""

    code = "answer_withheld"


class Invalid(Refused):
    """What was asked does not fit."""

    code = "invalid"

    @classmethod
    def of(cls, wrong: Sequence[str], *, opening: str = "", code: str | None = None) -> Self:
        """A refusal that names everything that does not fit, each as `member: what is the matter`.

        Args:
            opening: of the whole text.
            code: of the refusal; None: `invalid`.
        """
        members = [one.partition(":")[0] for one in wrong]
        reasons = [
            Reason(
                code=code or cls.code,
                detail=one,
                fix=f"Corrija {member} e envie de novo.",
                details={"member": member},
            )
            for one, member in zip(wrong, members, strict=True)
        ]
        return cls(opening + "; ".join(wrong) + ".", code=code, reasons=reasons)

    @classmethod
    def at(cls, member: str, matter: str, fix: str, *, code: str = "invalid") -> Self:
        """A refusal of one member's value: what is the matter with it, and what to do."""
        return cls.because(Reason(code=code, detail=f"{member}: {matter}", fix=fix, details={"member": member}))


class FieldsMissing(Invalid):
    """The move asks for fields that are empty; `extra["missing"]` lists all of them."""

    code = "fields_missing"


class NoSuchMove(Invalid):
    """No flow of that name leads anywhere from here."""

    code = "no_such_move"


class NotActive(Invalid):
    """Linking, tasks, visits and the like ask for an open ticket."""

    code = "not_active"


class ProcessDiffers(Invalid):
    """The new subject lives in another process, and nothing said where to go."""

    code = "process_differs"


class KeyReused(Invalid):
    """This Idempotency-Key already stands for another request."""

    code = "key_reused"


class NotDeployable(Invalid):
    """The diagrams have findings of severity error; `extra["findings"]` lists them all."""

    code = "not_deployable"


class UnfitFile(Refused):
    """The file's type is not taken, or its content is not of the type that its name says."""

    code = "file_type"
    status = 415


class TooLarge(Refused):
    """More bytes than are taken; `limit_bytes` says how many are."""

    code = "too_large"
    status = 413


class NoSpace(Refused):
    """The disk does not take the file; nothing of it was kept."""

    code = "no_space"
    status = 507


class Conflict(Refused):
    """Somebody else changed it first; carries who changed what and the present state."""

    code = "conflict"
    status = 409


class MovedMeanwhile(Conflict):
    """The move is no longer there; carries what happened."""

    code = "moved_meanwhile"


class Stale(Conflict):
    """The caller looked at an older revision (If-Match)."""

    code = "stale"
    status = 412


class TooMany(Refused):
    """Tried too often; `extra["retry_after_s"]` says when to try again. What was tried now does not count."""

    code = "too_many"
    status = 429


class Busy(Refused):
    """The database could not be had in time; nothing was done, try again."""

    code = "busy"
    status = 503


class Unwitnessed(Busy):
    """No row could be written that tells who sees this personal data: it is not shown."""

    code = "access_not_recorded"

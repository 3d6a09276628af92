"""What became of one ticket, and the group it is listed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.bulk.deeds import Try, carry_out
from engine.errors import FieldsMissing, NotAuthenticated, NotPermitted, Reason, Refused
from engine.tickets.changes import label_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.unit import Unit

State = Literal["waiting", "ready", "refused", "unchanged", "done", "failed"]

_LONGEST: Final = 250
_MISSING: Final = "fields_missing"
# What is said of one, and of several.
_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "waiting": ("ainda não examinado", "ainda não examinados"),
    "ready": ("pode", "podem"),
    "done": ("feito", "feitos"),
    "unchanged": ("já estava assim", "já estavam assim"),
    "not_permitted": ("sem permissão", "sem permissão"),
    "not_found": ("não encontrado", "não encontrados"),
    "stale": ("mudou enquanto isso", "mudaram enquanto isso"),
    "moved_meanwhile": ("em situação de que a opção não parte", "em situação de que a opção não parte"),
    "no_such_move": ("em processo sem esta opção", "em processo sem esta opção"),
    "not_active": ("finalizado ou cancelado", "finalizados ou cancelados"),
    "subsubject_missing": ("sem subassunto", "sem subassunto"),
    "link_to_itself": ("é o próprio", "são o próprio"),
    "internal": ("falhou do nosso lado", "falharam do nosso lado"),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Where one ticket stands in a job.

    Attributes:
        state: `ready`: it can be done; `refused`: the dry run said no; `failed`: applying it was refused.
        group: the state again, or the refusal's code; what is missing stands behind `fields_missing:`.
    """

    state: State
    group: str
    detail: str | None = None
    reasons: Sequence[Mapping[str, Any]] = ()

    def refused(self) -> Outcome:
        """The same, of a dry run."""
        return replace(self, state="refused")


READY: Final = Outcome(state="ready", group="ready")
DONE: Final = Outcome(state="done", group="done")
UNCHANGED: Final = Outcome(state="unchanged", group="unchanged")
BROKEN: Final = Outcome(
    state="failed",
    group="internal",
    detail="Algo falhou do nosso lado; este atendimento não foi mudado. O registro do servidor conta o que houve.",
)


def weighed(unit: Unit, ask: Try) -> Outcome:
    """What the command would say now: it is run, and nothing of it is kept."""
    try:
        _, changed = unit.rehearse(carry_out, ask)
    except NotAuthenticated:
        raise  # says nothing of the ticket
    except Refused as refused:
        return refusal(refused, "refused")
    return READY if changed else UNCHANGED


def refusal(refused: Refused, state: State) -> Outcome:
    """A refusal as an outcome, without values of the ticket."""
    reasons = [_without_values(one) for one in refused.reasons]
    detail = reasons[0].detail if reasons else refused.detail
    return Outcome(state=state, group=_group(refused), detail=detail, reasons=[one.as_dict() for one in reasons])


def label(unit: Unit, group: str, count: int, sample: str | None) -> str:
    """What people call a group: "37 sem Empreendimento"; where it has no name, what one ticket was refused with."""
    code, _, names = group.partition(":")
    if code == _MISSING:
        return "sem " + ", ".join(label_of(unit, name) for name in names.split(","))
    one, several = _LABELS.get(code) or (
        f"{word} ({(sample or code).rstrip('.')})" for word in ("recusado", "recusados")
    )
    return one if count == 1 else several


def _group(refused: Refused) -> str:
    if isinstance(refused, NotPermitted):
        return "not_permitted"
    if isinstance(refused, FieldsMissing):
        return f"{_MISSING}:{','.join(sorted(refused.extra['missing']))}"[:_LONGEST]
    return refused.code


def _without_values(reason: Reason) -> Reason:
    """A job outlives what its tickets hold: it keeps which condition did not hold, not for what value."""
    if "values" not in reason.details:
        return reason
    details = {name: value for name, value in reason.details.items() if name != "values"}
    return Reason(code=reason.code, detail="A condição desta opção não vale.", fix=reason.fix, details=details)

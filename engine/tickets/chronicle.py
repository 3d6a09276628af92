"""Read a ticket's history: who, when, what, from where to where, old and new values, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.activities.naming import called, names_of
from engine.builtin import CHANNEL_LABELS
from engine.history import ticket_history
from engine.people import knowing
from engine.processes.deployed import deployed, number_of
from engine.rights import insist
from engine.runtime.movement import Place
from engine.tickets.access import readable_ticket
from engine.tickets.changes import Past, changes, detail_seen, label_of, said_at
from engine.tickets.keys import label
from engine.tickets.scope import reached
from engine.tickets.sentences import sentence
from permissions.actions import Action
from permissions.personal import TEXT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from engine.actors import Actor
    from engine.privacy.sight import View
    from engine.runtime.process import Process
    from engine.unit import Engine, Unit

_OUTCOMES: Final = {"done": "feita", "archived": "arquivada"}
CLOCKS: Final = {
    "first_response": "da primeira resposta",
    "next_response": "da próxima resposta",
    "resolution": "de solução",
}
_PARTICIPANTS: Final = {"agency": "a imobiliária", "broker": "o corretor"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A page of a history, oldest first.

    Attributes:
        deed: only this one.
        actor: only this one's: a login, or an id such as `system:timer`.
        since, until: from this instant on; before that one.
        after: the last number already seen.
    """

    deed: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class History(Part):
    """A page of a ticket's history."""

    ticket: str


def history(unit: Unit, ask: History) -> Sequence[Any]:
    """Rows of `ticket_history`."""
    return _rows(unit, readable_ticket(unit, ask.ticket, lock=False).id, ask)


def chronicle(unit: Unit, ask: History) -> list[dict[str, Any]]:
    """The rows as people read them: with a sentence, labels, and the values before and after."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    return retold(unit, ticket.id, _rows(unit, ticket.id, ask), ticket.view)


def retold(unit: Unit, ticket_id: UUID | None, rows: Sequence[Any], view: View) -> list[dict[str, Any]]:
    """Rows of one history as people read them.

    Args:
        ticket_id: None: of an activity that is in no ticket; its rows have no `version_id`.
    """
    past = Past(unit, ticket_id, rows)
    others = {row.detail["other"] for row in rows if row.detail and "other" in row.detail}
    hidden = others.difference(reached(unit, others))
    names = names_of(unit, rows)
    return [_told(unit, row, changes(unit, row, past, view), view, hidden, names) for row in rows]


def exported(unit: Unit, ask: History) -> list[dict[str, Any]]:
    """The same, for a file; needs a right of its own."""
    readable_ticket(unit, ask.ticket, lock=False)
    insist(unit, Action.TICKET_EXPORT)
    return chronicle(unit, ask)


def pages(engine: Engine, ask: History, actor: Actor) -> Iterator[list[dict[str, Any]]]:
    """Everything that is to be exported, page by page, each read for itself: a history only grows.

    The first page is read before this returns, so that a refusal comes before anything is sent.
    """
    first = engine.read(exported, ask, actor=actor)

    def rest() -> Iterator[list[dict[str, Any]]]:
        page = first
        while page:
            yield page
            if len(page) < ask.limit:
                return
            page = engine.read(exported, replace(ask, after=page[-1]["seq"]), actor=actor)

    return rest()


def name_of(unit: Unit, actor: str, view: View | None = None) -> str:
    """What people call an actor of the history, as far as the reader before that ticket may know."""
    return knowing.name_of(unit, actor, view)


def _rows(unit: Unit, ticket_id: UUID, ask: History) -> Sequence[Any]:
    return part_of(unit, select(ticket_history).where(ticket_history.c.ticket_id == ticket_id), ticket_history.c, ask)


def part_of(unit: Unit, statement: Select[Any], told: Any, ask: Part) -> Sequence[Any]:
    """The rows of a history that are asked for; `told`: its columns `seq`, `deed`, `actor`, `at`."""
    statement = statement.where(told.seq > ask.after)
    if ask.deed is not None:
        statement = statement.where(told.deed == ask.deed)
    if ask.actor is not None:
        statement = statement.where(told.actor == knowing.id_of(unit, ask.actor))
    if ask.since is not None:
        statement = statement.where(told.at >= ask.since)
    if ask.until is not None:
        statement = statement.where(told.at < ask.until)
    return unit.connection.execute(statement.order_by(told.seq).limit(ask.limit)).all()


def _told(
    unit: Unit,
    row: Any,
    changed: Sequence[Mapping[str, Any]],
    view: View,
    hidden: Collection[str],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Of the `hidden` tickets, which this reader does not reach, the protocols are not told; `names`: of activities."""
    process = deployed(unit, row.version_id) if row.version_id else None
    detail = detail_seen(row.detail, view)
    if detail is not None and detail.get("other") in hidden:
        detail = {**detail, "other": None}
    before = (row.detail or {}).get("from_version")
    cause = None if row.cause is None else {**row.cause, "label": _element(process, row.cause)}
    parts = {
        "actor": name_of(unit, row.actor, view),
        "left": _place(deployed(unit, UUID(before)) if before else process, row.left),
        "entered": _place(process, row.entered),
        "element": cause["label"] if cause else None,
        **_detail_parts(unit, process, row, called(row.detail or {}, process, names)),
        "other": (detail or {}).get("other") or "(fora do seu alcance)",
        "changed": ", ".join(one["label"] for one in changed) or "nada",
    }
    variants = (cause["kind"] if cause else "", "stays" if row.entered is None else "", _variant(row))
    both = f"{variants[0]}.{variants[1]}"
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "actor_name": parts["actor"],
        "deed": row.deed,
        "sentence": sentence(row.deed, (variants[1], variants[0], both, variants[2]), parts)
        + _in_bulk(row)
        + _deputised(unit, row),
        "cause": cause,
        "process": process.key if process else None,
        "version": number_of(unit, row.version_id) if process else None,
        "left": row.left,
        "left_label": parts["left"],
        "entered": row.entered,
        "entered_label": parts["entered"],
        "reason": view(TEXT, row.reason),
        "changes": changed,
        "detail": detail,
    }


def _in_bulk(row: Any) -> str:
    return ", em lote" if "bulk" in (row.detail or {}) else ""


def _deputised(unit: Unit, row: Any) -> str:
    """Whom the deed's doer stood in for, and whom what was handed over was meant for."""
    detail = row.detail or {}
    told = ""
    if absent := detail.get("stands_in_for"):
        told += f", no lugar de {name_of(unit, f'user:{absent}')}"
    if absent := detail.get("meant_for"):
        told += f" (era para {name_of(unit, f'user:{absent}')}, que está ausente)"
    return told


def _variant(row: Any) -> str:
    """What sets this row apart from others of its deed."""
    detail = row.detail or {}
    if row.deed == "noted" and "activity" in detail:
        return "log"
    if row.deed == "announced":
        clock, _, step = str(detail["threshold"]).partition(":")
        return ("policy.step" if step else "policy") if clock in CLOCKS else str(detail.get("ring") or "")
    if str(detail.get("because", "")).startswith("TRAMITA_"):
        return "setting"
    files = "files" if "attachments" in detail else ""
    return str(detail.get("released") or (detail.get("assistance") == "closed" and "closed") or files)


def _place(process: Process | None, text: str | None) -> str | None:
    """What people call the situation or end today; one that the version no longer calls has its id."""
    if text is None or process is None:
        return None
    key, _, element = text.rpartition(":")
    place = Place(key, element)
    found = process.situations.get(place) or process.ends.get(place)
    return found.label if found else element


def _element(process: Process | None, cause: Mapping[str, Any]) -> str | None:
    diagram = process.diagrams.get(cause["process"]) if process else None
    if diagram is None:
        return cause["element"] or None
    found = diagram.flows.get(cause["element"]) or diagram.nodes.get(cause["element"])
    return (found.name if found else "") or cause["element"] or None


def _detail_parts(unit: Unit, process: Process | None, row: Any, activity: str | None) -> dict[str, Any]:
    """What a sentence may tell of the row's detail; `activity`: what that is called."""
    detail = row.detail or {}
    starts_at = detail.get("starts_at")
    element, kind = detail.get("element"), detail.get("kind", "")
    row_process = process.key if process else None
    return {
        **{name: detail.get(name) for name in ("message", "visit", "tries", "text", "because")},
        "stuck": element and _element(process, {"process": detail.get("process") or row_process, "element": element}),
        "channel": CHANNEL_LABELS.get(detail.get("channel", ""), detail.get("channel")),
        "waived": ", ".join(label_of(unit, name) for name in detail.get("waived", ())),
        "activity": activity or detail.get("activity"),
        "outcome": _OUTCOMES.get(detail.get("outcome", "")),
        "participant": f"{_PARTICIPANTS.get(kind, '')} {detail.get('participant')}".strip(),
        "starts_at": starts_at and said_at(unit, starts_at),
        "files": _files(detail.get("attachments", ())),
        "to": _given_to(unit, detail),
        **_announced(unit, detail, activity),
    }


def _files(told: Sequence[Mapping[str, Any]]) -> str:
    """So many files and so many recordings."""
    counted = [sum(one["kind"] == kind for one in told) for kind in ("file", "recording")]
    words = (("1 arquivo", "{} arquivos"), ("1 gravação", "{} gravações"))
    found = [one if n == 1 else many.format(n) for n, (one, many) in zip(counted, words, strict=True) if n]
    return " e ".join(found)


def _given_to(unit: Unit, detail: Mapping[str, Any]) -> str:
    """The person something was handed to, or the team in whose queue it lies."""
    if person := detail.get("person"):
        return name_of(unit, f"user:{person}")
    return label(unit.catalogue.registries, "team", detail.get("team")) or "a fila"


def _announced(unit: Unit, detail: Mapping[str, Any], activity: str | None) -> dict[str, str]:
    """Of what a limit was crossed, and who was told."""
    if "threshold" not in detail:
        return {}
    told = ", ".join(name_of(unit, f"user:{one}") for one in detail["told"])
    clock, _, step = detail["threshold"].partition(":")
    return {
        "clock": CLOCKS.get(clock, ""),
        "step": step.rpartition(":")[0],
        "of": f"A atividade {activity}" if "activity" in detail else "O atendimento",
        "told": f"aviso a {told}" if told else "não havia a quem avisar",
    }

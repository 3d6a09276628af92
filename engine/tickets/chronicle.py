"""Read a ticket's history: who, when, what, from where to where, old and new values, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

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

    from engine.actors import Actor
    from engine.privacy.sight import View
    from engine.runtime.process import Process
    from engine.unit import Engine, Unit

_OUTCOMES: Final = {"done": "feita", "archived": "arquivada"}
_KINDS: Final = {
    "email": "e-mail",
    "call": "ligação",
    "appointment": "compromisso",
    "custom": "tarefa",
    "social": "rede social",
}
_CHANNELS: Final = {"phone": "telefone", "email": "e-mail"}
_PARTICIPANTS: Final = {"agency": "a imobiliária", "broker": "o corretor"}


@dataclass(frozen=True, kw_only=True)
class History:
    """A page of a ticket's history, oldest first.

    Attributes:
        deed: only this one.
        actor: only this one's: a login, or an id such as `system:timer`.
        since, until: from this instant on; before that one.
        after: the last number already seen.
    """

    ticket: str
    deed: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int = 100


def history(unit: Unit, ask: History) -> Sequence[Any]:
    """Rows of `ticket_history`."""
    return _rows(unit, readable_ticket(unit, ask.ticket, lock=False).id, ask)


def chronicle(unit: Unit, ask: History) -> list[dict[str, Any]]:
    """The rows as people read them: with a sentence, labels, and the values before and after."""
    ticket = readable_ticket(unit, ask.ticket, lock=False)
    rows = _rows(unit, ticket.id, ask)
    past, view = Past(unit, ticket.id, rows), ticket.view
    others = {row.detail["other"] for row in rows if row.detail and "other" in row.detail}
    hidden = others.difference(reached(unit, others))
    return [_told(unit, row, changes(unit, row, past, view), view, hidden) for row in rows]


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
    told = ticket_history.c
    statement = select(ticket_history).where(told.ticket_id == ticket_id, told.seq > ask.after)
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
    unit: Unit, row: Any, changed: Sequence[Mapping[str, Any]], view: View, hidden: Collection[str]
) -> dict[str, Any]:
    """Of the `hidden` tickets, which this reader does not reach, the protocols are not told."""
    process = deployed(unit, row.version_id)
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
        **_detail_parts(unit, process, row),
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
        "process": process.key,
        "version": number_of(unit, row.version_id),
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
        return str(detail.get("ring") or "")
    files = "files" if "attachments" in detail else ""
    return str(detail.get("released") or (detail.get("assistance") == "closed" and "closed") or files)


def _place(process: Process, text: str | None) -> str | None:
    """What people call the situation or end today; one that the version no longer calls has its id."""
    if text is None:
        return None
    key, _, element = text.rpartition(":")
    place = Place(key, element)
    found = process.situations.get(place) or process.ends.get(place)
    return found.label if found else element


def _element(process: Process, cause: Mapping[str, Any]) -> str | None:
    diagram = process.diagrams.get(cause["process"])
    if diagram is None:
        return cause["element"] or None
    found = diagram.flows.get(cause["element"]) or diagram.nodes.get(cause["element"])
    return (found.name if found else "") or cause["element"] or None


def _detail_parts(unit: Unit, process: Process, row: Any) -> dict[str, Any]:
    """What a sentence may tell of the row's detail."""
    detail = row.detail or {}
    starts_at = detail.get("starts_at")
    element, kind = detail.get("element"), detail.get("kind", "")
    return {
        **{name: detail.get(name) for name in ("message", "visit", "tries", "text", "because")},
        "stuck": element and _element(process, {"process": detail.get("process", process.key), "element": element}),
        "channel": _CHANNELS.get(detail.get("channel", ""), detail.get("channel")),
        "waived": ", ".join(label_of(unit, name) for name in detail.get("waived", ())),
        "activity": (element and _activity(process, element)) or _KINDS.get(kind) or detail.get("activity"),
        "outcome": _OUTCOMES.get(detail.get("outcome", "")),
        "participant": f"{_PARTICIPANTS.get(kind, '')} {detail.get('participant')}".strip(),
        "starts_at": starts_at and said_at(unit, starts_at),
        "files": _files(detail.get("attachments", ())),
        "to": _given_to(unit, detail),
        **_announced(unit, process, detail),
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


def _announced(unit: Unit, process: Process, detail: Mapping[str, Any]) -> dict[str, str]:
    """Of what a limit was crossed, and who was told."""
    if "threshold" not in detail:
        return {}
    element, kind = detail.get("element"), detail.get("kind", "")
    of = (element and _activity(process, element)) or _KINDS.get(kind)
    told = ", ".join(name_of(unit, f"user:{one}") for one in detail["told"])
    return {
        "of": f"A atividade {of}" if "activity" in detail else "O atendimento",
        "told": f"aviso a {told}" if told else "não havia a quem avisar",
    }


def _activity(process: Process, element: str) -> str:
    return next((one.label for place, one in process.activities.items() if place.element == element), element)

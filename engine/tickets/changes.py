"""Old and new values of a history row, with the labels people know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from engine.tickets import keys
from engine.tickets.model import field_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from engine.people.model import Person
    from engine.privacy.sight import View
    from engine.unit import Unit

COLUMNS: Final[Mapping[str, str]] = {
    "title": "Título",
    "description": "Descrição",
    "subject": "Assunto",
    "subsubject": "Subassunto",
    "development": "Empreendimento",
    "block": "Bloco",
    "unit": "Unidade do empreendimento",
    "team": "Time",
    "responsible": "Responsável",
    "priority": "Prioridade",
    "channel": "Canal",
    "request_type": "Tipo de solicitação",
    "contact_reason": "Motivo do contato",
    "next_action_at": "Próxima ação",
    "portal_visible": "Visível no portal",
    "customer": "Cliente",
}
"""What a ticket's columns are called."""


_OF_ACTIVITIES: Final[Mapping[str, str]] = {"name": "Nome", "limit_at": "Prazo", "due_kind": "Tipo de prazo"}
_INSTANTS: Final = frozenset({"next_action_at", "limit_at"})


def label_of(unit: Unit, name: str) -> str:
    """What people call a column or an own field."""
    own = unit.catalogue.registries.fields.get(name)
    return own.label if own else COLUMNS.get(name) or _OF_ACTIVITIES.get(name, name)


class Past:
    """The values that own fields had, for a page of history rows of one ticket: read once."""

    def __init__(self, unit: Unit, ticket_id: UUID | None, rows: Iterable[Any]) -> None:
        wanted = {name for row in rows for name in (row.detail or {}).get("fields", ())}
        self._values: dict[str, list[tuple[int, Any]]] = {}
        if wanted:
            statement = select(field_value.c.field, field_value.c.revision, field_value.c.value).where(
                field_value.c.ticket_id == ticket_id, field_value.c.field.in_(wanted)
            )
            for one in unit.connection.execute(statement.order_by(field_value.c.revision)):
                self._values.setdefault(one.field, []).append((one.revision, one.value))

    def of(self, name: str, revision: int | None) -> tuple[Any, Any] | None:
        """The values before and after the deed that met the ticket at `revision`; None: it did not change there."""
        if revision is None:
            return None
        before = None
        for at, value in self._values.get(name, ()):
            if at == revision + 1:
                return before, value
            before = value
        return None


def changes(unit: Unit, row: Any, past: Past, view: View) -> Sequence[Mapping[str, Any]]:
    """What the row changed: name, label, old and new value, and what people call those.

    Texts are named without their values, and personal fields with as much of them as the reader sees where the ticket
    stands now; `withheld` says that it is not all.
    """
    detail = row.detail or {}
    return [
        *_columns(unit, detail, view),
        *_set(unit, detail),
        *_fields(unit, row, detail, past, view),
        *_of_activity(unit, row, detail),
    ]


def detail_seen(detail: Mapping[str, Any] | None, view: View) -> Mapping[str, Any] | None:
    """A row's detail with the values that the reader may see."""
    told = (detail or {}).get("changed")
    if detail is None or not isinstance(told, dict):
        return detail
    seen = {
        name: [view.member(name, one) for one in pair] if isinstance(pair, list) else pair
        for name, pair in told.items()
    }
    return {**detail, "changed": seen}


def _columns(unit: Unit, detail: Mapping[str, Any], view: View) -> Iterator[dict[str, Any]]:
    told = detail.get("changed")
    for name, pair in told.items() if isinstance(told, dict) else ():
        if isinstance(pair, list) and view.knows(name):
            yield _change(unit, name, *(view.member(name, one) for one in pair))
        else:
            yield _withheld(unit, name)


def _set(unit: Unit, detail: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    told = detail.get("changed") or {}
    for name, value in (detail.get("sets") or {}).items():
        if name not in told:
            yield _change(unit, name, None, value)


def _fields(unit: Unit, row: Any, detail: Mapping[str, Any], past: Past, view: View) -> Iterator[dict[str, Any]]:
    for name in detail.get("fields") or ():
        own = unit.catalogue.registries.fields.get(name)
        pair = past.of(name, row.revision)
        if own is None or row.revision is None:
            yield _withheld(unit, name)
        elif pair is not None:  # else it was given as it already was
            seen = _change(unit, name, *(view.member(name, one) for one in pair))
            yield seen if view.knows(name) else seen | {"withheld": True}


def _of_activity(unit: Unit, row: Any, detail: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Whose an activity was and became, until when it was to be done, and what else of it was changed."""
    was = detail.get("was") or {}
    if "team" in was:
        yield _change(unit, "team", was["team"], detail.get("team"))
    if "person_id" in was:
        # What nobody had counts as done by whoever finished it.
        new = row.actor.removeprefix("user:") if row.deed == "activity_finished" else detail.get("person")
        yield _change(unit, "responsible", was["person_id"], new)
    if limits := detail.get("limit_at"):
        yield _change(unit, "limit_at", *limits)
    if row.deed == "activity_changed":
        yield from (_withheld(unit, name) for name in detail["changed"] if name != "limit_at")


def _change(unit: Unit, name: str, old: Any, new: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": label_of(unit, name),
        "old": old,
        "new": new,
        "old_label": _said(unit, name, old),
        "new_label": _said(unit, name, new),
        "withheld": False,
    }


def _withheld(unit: Unit, name: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("old", "new", "old_label", "new_label"))
    return {"name": name, "label": label_of(unit, name), **nothing, "withheld": True}


def _said(unit: Unit, name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "sim" if value else "não"
    if name in keys.REGISTRY:
        return keys.label(unit.catalogue.registries, name, str(value))
    if name == "responsible":
        person: Person | None = unit.catalogue.people.get(UUID(value))
        return person.name if person else str(value)
    if name in _INSTANTS:
        return said_at(unit, value)
    return str(value)


def said_at(unit: Unit, text: str) -> str:
    """An instant as people of this installation say it."""
    return f"{datetime.fromisoformat(text).astimezone(unit.engine.zone):%d/%m/%Y %H:%M}"

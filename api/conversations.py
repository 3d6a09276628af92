"""Interactions over HTTP: say something, do more along with it, and see what is due."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from api import commands
from api import conversation_examples as examples
from api.attachment_dumps import attachment_body
from api.conversation_shapes import (
    DemandAsk,
    DemandsShape,
    DueQuery,
    DueShape,
    FormShape,
    InteractAsk,
    InteractedShape,
    InteractionAsk,
    InteractionsQuery,
    InteractionsShape,
    NextActionAsk,
)
from api.openapi import ETAG, Doors
from api.ticket_dumps import label_of, listed, option_body, ticket_body, told
from api.ticket_shapes import TicketShape
from engine.attachments.serving import by_seq
from engine.conversations import queries
from engine.conversations.interacting import HandOver, Interact, Interacted, interact
from engine.conversations.saying import Words, said_body
from engine.demanding import PutDemand, ReadDemands, put_demand, read_demands
from engine.tickets.chronicle import name_of
from engine.tickets.due import DueNext, due_next
from engine.tickets.next_action import SetNextAction, set_next_action
from engine.tickets.sight import customer_sees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from engine.registry.demands import Demand
    from engine.tickets.ticket import Ticket
    from engine.unit import Answer, Unit

doors = Doors("conversations", description="What is said of tickets, and when their customers are contacted next")


@doors.door(
    "GET",
    "/tickets/<protocol>/interactions",
    query=InteractionsQuery(),
    gives=InteractionsShape(),
    example=examples.INTERACTIONS,
    refusals=(404,),
)
def list_interactions(asked: dict[str, Any], protocol: str) -> Response:
    """List what was said of a ticket.

    Notes, replies and records of talks, oldest first: whoever receives a ticket reads what was agreed before.
    """
    rows, more = commands.read(_interactions, queries.ListInteractions(ticket=protocol, **asked))
    onward = f"{request.path}?{urlencode(asked | {'after': rows[-1]['seq']})}" if more else None
    return commands.shown({"interactions": rows, "next": onward})


def _interactions(unit: Unit, ask: queries.ListInteractions) -> tuple[list[dict[str, Any]], bool]:
    found = queries.list_interactions(unit, ask)
    rows = [row._mapping for row in found.rows]  # noqa: SLF001 - SQLAlchemy's public mapping access is spelled so
    ticket = found.ticket
    files = by_seq(unit, ticket.id, [row["seq"] for row in rows])
    return [
        _body(ticket, {**row, "attachments": files.get(row["seq"], ())}, name_of(unit, row["actor"], ticket.view))
        for row in rows
    ], found.more


def _body(ticket: Ticket, row: Mapping[str, Any], actor_name: str) -> dict[str, Any]:
    sees = customer_sees(portal_visible=ticket.portal_visible, shown=row["shown"])
    said = said_body(ticket.view, row)
    files = [attachment_body(ticket, one) for one in row["attachments"]]
    told = {"actor_name": actor_name, "attachments": files, "customer_sees": sees}
    return {name: row[name] for name in _TOLD} | said | told


_TOLD = (
    "seq",
    "at",
    "actor",
    "kind",
    "channel",
    "shown",
    "mailed",
    "marked",
    "standard_reply",
)


@doors.door(
    "POST",
    "/tickets/<protocol>/interactions",
    takes=InteractionAsk(),
    taken=examples.SAY,
    status=201,
    gives=InteractedShape(),
    example=examples.INTERACTED,
    refusals=(404, 409, 412),
    match=True,
    headers=ETAG,
)
def say(asked: dict[str, Any], protocol: str) -> Response:
    """Say something of a ticket.

    A note, a reply, or the record of a talk on another channel; with a next action, if wanted. What is mailed is only
    handed on here. Mailing what is not shown to the customer is refused with `hidden_but_mailed` unless forced.
    """
    apart = {name: asked.pop(name) for name in ("next_action_at", "situation") if name in asked}
    return _interact(Interact(ticket=protocol, words=Words(**asked), seen=commands.seen(), **apart), 201)


@doors.door(
    "POST",
    "/tickets/<protocol>/interact",
    takes=InteractAsk(),
    taken=examples.INTERACT,
    gives=InteractedShape(),
    example=examples.INTERACTED,
    refusals=(404, 409, 412),
    match=True,
    headers=ETAG,
)
def interact_with_ticket(asked: dict[str, Any], protocol: str) -> Response:
    """Say, move, set the next action and hand over at once.

    All or nothing, in one command: each part is refused as it would be alone. What a situation and channel demand
    is data of the installation; a refusal (`demanded`) names all of it in `missing`.
    """
    words, hand_over = asked.pop("interaction", None), asked.pop("hand_over", None)
    ask = Interact(
        ticket=protocol,
        words=None if words is None else Words(**words),
        hand_over=None if hand_over is None else HandOver(**hand_over),
        seen=commands.seen(),
        **asked,
    )
    return _interact(ask, 200)


def _interact(ask: Interact, status: int) -> Response:
    def render(done: tuple[Interacted, str]) -> Answer:
        found, name = done
        ticket = found.ticket
        said = None if found.interaction is None else _body(ticket, found.interaction, name)
        body = {"interaction": said, "ticket": ticket_body(ticket)}
        return commands.answer(status, body, ETag=commands.etag(ticket.revision))

    return commands.run(_interacted, ask, render)


def _interacted(unit: Unit, ask: Interact) -> tuple[Interacted, str]:
    return interact(unit, ask), unit.actor.name


@doors.door(
    "GET",
    "/tickets/<protocol>/interact/form",
    gives=FormShape(),
    example=examples.FORM,
    refusals=(404,),
    headers=ETAG,
)
def read_interact_form(protocol: str) -> Response:
    """Read what a form begins with.

    The present situation and instant, the moves there are, and what each channel demands here.
    """
    body = commands.read(_form, queries.Prefill(ticket=protocol))
    return commands.shown(body, ETag=commands.etag(body["revision"]))


def _form(unit: Unit, ask: queries.Prefill) -> dict[str, Any]:
    found = queries.prefill(unit, ask)
    ticket, process = found.ticket, found.ticket.diagram
    return {
        "protocol": ticket.protocol,
        "revision": ticket.revision,
        "situation": ticket.situation,
        "situation_label": label_of(process, ticket.place_process, ticket.situation),
        "now": found.now,
        "next_action_at": ticket.next_action_at,
        "moves": [option_body(process, option) for option in found.weighed.options],
        "channels": [{"channel": name, "demands": demands} for name, demands in found.demanded.items()],
        "standard_replies": [{"key": one.key, "label": one.label} for one in found.replies],
    }


@doors.door(
    "PUT",
    "/tickets/<protocol>/next-action",
    takes=NextActionAsk(),
    taken=examples.NEXT_ACTION,
    gives=TicketShape(),
    example=examples.TICKET,
    refusals=(404, 412),
    match=True,
    headers=ETAG,
)
def put_next_action(asked: dict[str, Any], protocol: str) -> Response:
    """Set a ticket's next action.

    The latest one holds; the history keeps all. An instant that has passed is refused.
    """
    return commands.run(set_next_action, SetNextAction(ticket=protocol, seen=commands.seen(), **asked), told)


@doors.door("GET", "/next-actions", query=DueQuery(), gives=DueShape(), example=examples.DUE)
def list_next_actions(asked: dict[str, Any]) -> Response:
    """List whom to contact.

    Open tickets whose next action is due, the earliest first.
    """
    found, cursor = commands.read(_due, DueNext(**asked))
    onward = None
    if cursor is not None:
        onward = f"{request.path}?{urlencode({**request.args.to_dict(), 'cursor': cursor})}"
    return commands.shown({"tickets": found, "next": onward, "cursor": cursor})


def _due(unit: Unit, ask: DueNext) -> tuple[list[dict[str, Any]], str | None]:
    page = due_next(unit, ask)
    return listed(unit, page.rows), page.next


@doors.door("GET", "/interaction-demands", gives=DemandsShape(), example=examples.DEMANDS)
def read_interaction_demands() -> Response:
    """Read what interactions demand."""
    return commands.shown(_demands(commands.read(read_demands, ReadDemands())))


@doors.door(
    "PUT",
    "/interaction-demands",
    takes=DemandAsk(),
    taken=examples.DEMAND,
    gives=DemandsShape(),
    example=examples.DEMANDS,
    refusals=(404,),
)
def put_interaction_demand(asked: dict[str, Any]) -> Response:
    """Say what interactions demand.

    One row: in a situation, on a channel, a situation or a next action must come along. The most particular row
    counts; without any, nothing is demanded.
    """

    def render(found: list[Demand]) -> Answer:
        return commands.answer(200, _demands(found))

    return commands.run(put_demand, PutDemand(**asked), render)


def _demands(found: list[Demand]) -> dict[str, Any]:
    return {"demands": [asdict(one) for one in found]}

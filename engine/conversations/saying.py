"""Say something about a ticket: a note, a reply, or the record of a talk that took place elsewhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from engine.attachments.attaching import insist_on_consent, put, taken_drafts
from engine.attachments.drafts import told as told_of
from engine.builtin import CHANNELS, NOTE, PORTAL
from engine.conversations.model import interaction
from engine.errors import Invalid, Reason
from engine.registry.addresses import email
from engine.registry.customer_model import contact_point
from permissions.actions import Action
from permissions.personal import CONTACT, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.privacy.sight import View
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

AUTOMATIC: Final = "automatic_reply"
MANUAL: Final = "manual_reply"
RECORD: Final = "record"
CUSTOMER: Final = "customer_message"  # what the customer wrote to us; nobody of the staff says such a thing
RIGHTS: Final[Mapping[str, Action]] = {
    NOTE: Action.TICKET_NOTE,
    AUTOMATIC: Action.TICKET_REPLY,
    MANUAL: Action.TICKET_REPLY,
    RECORD: Action.TICKET_RECORD,
}
"""Each kind of interaction, and the right it asks for."""

MAX_TEXT: Final = 10_000
MAX_TITLE: Final = 200
MAX_COPIES: Final = 10
_DEEDS: Final[Mapping[str, str]] = {
    NOTE: "noted",
    AUTOMATIC: "replied",
    MANUAL: "replied",
    RECORD: "recorded",
    CUSTOMER: "customer_wrote",
}
_UNPRINTED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said.

    Attributes:
        kind: `note` (internal), `automatic_reply` (from a standard reply), `manual_reply`, or `record`.
        channel: of a record, where the talk took place; of a reply, where it goes: e-mail if it is mailed, else portal.
        standard_reply: key of the registered text that an automatic reply is made of.
        title: subject of the e-mail, beside the protocol number.
        shown: to the customer, wherever the ticket is shown to them.
        mailed: to the customer.
        marked: for participants, whatever the customer sees.
        copies: e-mail addresses of third parties.
        force: mail it to the customer though it is not shown to them; history keeps that as a release.
        attachments: ids of the actor's drafts; whoever sees the message sees its files.
        recording_consent: where a recording is among them: whether those who are heard agreed.
    """

    kind: str
    text: str | None = None
    channel: str | None = None
    standard_reply: str | None = None
    title: str | None = None
    shown: bool = False
    mailed: bool = False
    marked: bool = False
    copies: Sequence[str] = ()
    force: bool = False
    attachments: Sequence[str] = ()
    recording_consent: bool | None = None

    @property
    def place(self) -> str:
        """The channel on which demands are asked."""
        if self.kind == NOTE:
            return NOTE
        return self.channel or ("email" if self.mailed else PORTAL)

    def rights(self) -> list[tuple[Action, str | None]]:
        """The rights it asks for."""
        insist_on_kind(self)
        asked = [RIGHTS[self.kind], *([Action.TICKET_COPY] if self.copies else [])]
        asked += [Action.TICKET_ATTACH] if self.attachments else []
        return [(action, None) for action in asked]


def insist_on_kind(words: Words) -> None:
    """Refuse a kind that does not exist.

    Raises:
        Invalid: names those that do.
    """
    if words.kind not in RIGHTS:
        raise Invalid(f"kind: use um de {', '.join(RIGHTS)}.", code="interaction_kind")


def insist_on_words(unit: Unit, ticket: Ticket, words: Words) -> tuple[str, ...]:
    """Refuse what cannot be said like this, naming everything at once; returns the addresses of the copies.

    Raises:
        Invalid: with the code of the first reason.
    """
    insist_on_kind(words)
    copies, reasons = _copies(words)
    reasons = [*_wrong_members(words), *_wrong_text(unit, words), *_wrong_channel(ticket, words), *reasons]
    reasons += _wrong_mail(unit, ticket, words)
    if reasons:
        raise Invalid(" ".join(reason.detail for reason in reasons), code=reasons[0].code, reasons=reasons)
    return copies


def say(
    unit: Unit,
    ticket: Ticket,
    words: Words,
    *,
    text: str,
    copies: tuple[str, ...],
    holds: tuple[str, ...] = (),
    reason: str | None = None,
) -> dict[str, Any]:
    """Write down what was checked, and attach its files; returns the row, with them as `attachments`.

    What is to be mailed goes to the outbox, without its text.

    Args:
        holds: classes of personal data that were put into the text.

    Raises:
        Invalid: a file is not there to be attached.
    """
    files = taken_drafts(unit, words.attachments)
    insist_on_consent(files, words.recording_consent)
    if words.mailed and not words.shown:
        ticket.record("released", reason=reason, detail={"released": "hidden_but_mailed"})
    told = {"kind": words.kind, "channel": words.place, "shown": words.shown, "mailed": words.mailed}
    told |= {"marked": True} if words.marked else {}
    told |= {"standard_reply": words.standard_reply} if words.standard_reply else {}
    # The addresses are personal: history says how many, the interaction says which.
    told |= {"copies": len(copies)} if copies else {}
    told |= {"attachments": told_of(files)} if files else {}
    seq = ticket.record(_DEEDS[words.kind], detail=told)
    seen = {"shown": words.shown, "marked": words.marked}
    attached = put(unit, ticket, files, seq=seq, consent=words.recording_consent, **seen)
    row = {
        "ticket_id": ticket.id,
        "seq": seq,
        "at": unit.now,
        "actor": unit.actor.id,
        "kind": words.kind,
        "channel": words.place,
        "title": words.title,
        "text": text,
        "shown": words.shown,
        "mailed": words.mailed,
        "marked": words.marked,
        "copies": list(copies),
        "standard_reply": words.standard_reply,
        "holds": list(holds) or None,
        "customer_id": ticket.customer_id,
    }
    unit.insert(ticket.about, interaction, **row)
    if words.shown:
        ticket.shown_last = seq
    if words.mailed or copies:
        unit.post(
            "interaction.mail",
            ticket_id=ticket.id,
            ticket=ticket.protocol,
            seq=seq,
            to_customer=words.mailed,
            copies=len(copies),
        )
    return row | {"attachments": attached}


def hear(unit: Unit, ticket: Ticket, text: str, *, channel: str, attachments: Sequence[str] = ()) -> dict[str, Any]:
    """Write down what the customer wrote to us on a channel of ours; it is theirs, so it is shown. Returns the row.

    Raises:
        Invalid: there is no text, or too much.
    """
    words = Words(kind=CUSTOMER, text=text, channel=channel, shown=True, attachments=attachments)
    reasons = list(_wrong_text(unit, words))
    if reasons:
        raise Invalid(" ".join(reason.detail for reason in reasons), code=reasons[0].code, reasons=reasons)
    return say(unit, ticket, words, text=text, copies=())


def said_body(view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader sees of what was said: a text only with all the classes of data that were put into it."""
    text = view(TEXT, row["text"]) if view.sees(row["holds"] or ()) else None
    for kind in (row["holds"] or ()) if text is not None else ():
        view(kind, text)  # told of, too
    return {"title": view(TEXT, row["title"]), "text": text, "copies": view(CONTACT, row["copies"]) or []}


def _wrong_members(words: Words) -> Iterator[Reason]:
    given = {
        name
        for name in ("channel", "standard_reply", "title", "shown", "mailed", "marked", "copies")
        if getattr(words, name) not in (None, False, (), [])
    }
    if words.kind == NOTE and given:
        fix = "Anotações são internas; para falar com o cliente, use uma resposta."
        yield _reason("note_is_internal", f"Uma anotação não leva {', '.join(sorted(given))}.", fix)
    if words.kind == RECORD and "copies" in given:
        yield _reason("copies_of_replies_only", "Só respostas levam cópias.", "Tire `copies`.")
    if words.kind in {MANUAL, RECORD} and words.standard_reply is not None:
        fix = "Use kind automatic_reply, ou tire `standard_reply`."
        yield _reason("standard_reply_unasked", "Só a resposta automática leva uma resposta padrão.", fix)
    if words.title is not None:
        if not (words.mailed or words.copies):
            yield _reason("title_without_mail", "title: é o assunto do e-mail, e nada será enviado.", "Tire `title`.")
        elif len(words.title) > MAX_TITLE or any(unicodedata.category(one) in _UNPRINTED for one in words.title):
            fix = f"Use uma linha de no máximo {MAX_TITLE} caracteres, sem caracteres de controle."
            yield _reason("title_invalid", "title: não serve como assunto de e-mail.", fix)


def _wrong_text(unit: Unit, words: Words) -> Iterator[Reason]:
    if words.kind != AUTOMATIC:
        if not (words.text or "").strip() and not words.attachments:
            yield _reason("text_missing", "text: escreva o que foi dito.", "")
        elif len(words.text or "") > MAX_TEXT:
            yield _reason("text_too_long", f"text: use no máximo {MAX_TEXT} caracteres.", "")
        return
    if words.text is not None:
        fix = "Tire `text`, ou use kind manual_reply."
        yield _reason("text_unasked", "text: o da resposta automática é o da resposta padrão.", fix)
    known = unit.catalogue.registries.standard_replies
    offered = ", ".join(sorted(key for key, entry in known.items() if not entry.retired)) or "nenhuma"
    fix = f"Cadastradas: {offered}."
    if words.standard_reply is None:
        detail = "Uma resposta automática precisa de uma resposta padrão cadastrada."
        yield _reason("standard_reply_missing", detail, fix)
    elif words.standard_reply not in known or known[words.standard_reply].retired:
        detail = f"A resposta padrão {words.standard_reply!r} não está cadastrada."
        yield _reason("standard_reply_unknown", detail, fix)


def _wrong_channel(ticket: Ticket, words: Words) -> Iterator[Reason]:
    if words.kind == NOTE:
        return
    if words.kind == RECORD and words.channel is None:
        fix = f"Use um de {', '.join(CHANNELS)}."
        yield _reason("channel_missing", f"channel: onde foi a conversa? {fix}", fix)
    elif words.place not in CHANNELS:
        yield _reason(
            "channel_unknown", f"channel: {words.place!r} não é um canal.", f"Use um de {', '.join(CHANNELS)}."
        )
    elif words.place == "app" and ticket.channel != "app":
        fix = "Use outro canal."
        yield _reason("channel_not_open", "Pelo aplicativo só se fala de atendimento que veio pelo aplicativo.", fix)


def _copies(words: Words) -> tuple[tuple[str, ...], list[Reason]]:
    found: dict[str, None] = {}
    reasons = []
    for address in words.copies:
        try:
            found[email(address)] = None
        except Invalid as refused:
            reasons.append(_reason("copies_invalid", f"copies: {address!r} não serve. {refused.detail}", ""))
    if len(words.copies) > MAX_COPIES:
        reasons = [_reason("copies_too_many", f"copies: no máximo {MAX_COPIES} endereços.", "")]
    return tuple(found), reasons


def _wrong_mail(unit: Unit, ticket: Ticket, words: Words) -> Iterator[Reason]:
    if words.kind == NOTE or not words.mailed:
        return
    if not words.shown and not words.force:
        fix = "Marque `shown`, ou repita com `force: true`; o histórico registra a liberação."
        yield _reason("hidden_but_mailed", "A mensagem iria por e-mail ao cliente sem ser exibida a ele.", fix)
    if ticket.customer_id is None or not _has_address(unit, ticket):
        fix = "Cadastre um contato do tipo email no cliente, ou deixe `mailed` de fora."
        yield _reason("no_recipient", "O cliente do atendimento não tem e-mail cadastrado.", fix)


def _has_address(unit: Unit, ticket: Ticket) -> bool:
    wanted = select(contact_point.c.id).where(
        contact_point.c.customer_id == ticket.customer_id, contact_point.c.kind == "email"
    )
    return unit.connection.execute(wanted.limit(1)).first() is not None


def _reason(code: str, detail: str, fix: str) -> Reason:
    return Reason(code=code, detail=detail, fix=fix)

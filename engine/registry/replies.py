"""Standard replies: texts in which placeholders become values, once and literally."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from permissions.personal import ADDRESS, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ticket.protocol": "número de protocolo",
        "ticket.title": "título",
        "ticket.situation": "situação como o cliente a vê",
        "ticket.subject": "assunto",
        "ticket.subsubject": "subassunto",
        "ticket.request_type": "tipo de solicitação",
        "ticket.priority": "prioridade",
        "ticket.team": "equipe",
        "ticket.responsible": "nome da pessoa responsável",
        "ticket.development": "empreendimento",
        "ticket.block": "bloco",
        "ticket.unit": "unidade",
        "ticket.opened_on": "dia da abertura",
        "customer.name": "nome do cliente",
        "agent.name": "nome de quem responde",
    }
)
# The class of personal data that a placeholder puts into a reply.
_HOLDS: Final[Mapping[str, str]] = MappingProxyType(
    {"customer.name": NAME, "ticket.block": ADDRESS, "ticket.unit": ADDRESS}
)
_MARK: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every placeholder replaced by its value; what has no value leaves nothing.

    A value is inserted as it is: placeholders in it stay text, and so does markup.
    """

    def one(found: re.Match[str]) -> str:
        name = found[1].strip()
        return (values.get(name) or "") if name in PLACEHOLDERS else found[0]

    return _MARK.sub(one, text)


def holds(text: str, values: Mapping[str, str | None]) -> tuple[str, ...]:
    """The classes of personal data that these values put into the text."""
    named = {found[1].strip() for found in _MARK.finditer(text)}
    return tuple(sorted({_HOLDS[name] for name in named & _HOLDS.keys() if values.get(name)}))


def wrong_placeholders(text: str) -> Iterator[str]:
    """What is wrong with the placeholders of a text, each in a Portuguese sentence without full stop."""
    asked = {found[1].strip() for found in _MARK.finditer(text)}
    known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
    if unknown := sorted(asked - PLACEHOLDERS.keys()):
        told = ", ".join(f"{{{{{name}}}}}" for name in unknown)
        yield f"text: {told} não existe; existem {known}"
    if "{{" in _MARK.sub("", text):
        yield "text: há {{ sem }} que o feche"

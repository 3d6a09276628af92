"""Classes of personal data: what a right to customers' data may be narrowed to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "name"
CONTACT: Final = "contact"
ADDRESS: Final = "address"
TEXT: Final = "text"
PERSONAL: Final = "personal"

CLASSES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        NAME: ("Nome", "Name"),
        CONTACT: ("Contatos", "Contact points"),
        "document": ("Documentos", "Documents"),
        ADDRESS: ("Unidade e endereço", "Unit and address"),
        "financial": ("Dados financeiros", "Financial data"),
        "health": ("Dados de saúde", "Health data"),
        PERSONAL: ("Outros dados pessoais", "Other personal data"),
        TEXT: ("Textos livres", "Free texts"),
    }
)
"""Every class, with its Portuguese and English label; docs/privacy.md says what belongs to each."""

# An own field is of one of these: the others are the product's own members.
OF_FIELDS: Final = ("document", CONTACT, ADDRESS, "financial", "health", PERSONAL)

"""Telephone numbers and e-mail addresses in one form each; what could be read in two ways is refused."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from engine.errors import Invalid

HOME: Final = "BR"
_WRITTEN: Final = re.compile("[0-9+().\\- \u00a0\u2010-\u2015]{3,40}")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN_PART: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_LOCAL: Final = 64
_LONGEST_DOMAIN: Final = 253
_LONGEST_ADDRESS: Final = 254
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_OLD_MOBILE: Final = re.compile(r"(?:\+?55)?0?([1-9][1-9])([6-9][0-9]{7})")
_WHATSAPP: Final = re.compile(r"\+?[0-9]{8,15}")


def phone(value: str) -> str:
    """A telephone number in E.164, from how Brazilians write it: `62 3774 3039` is `+556237743039`.

    Raises:
        Invalid: it cannot be one, or which one it is cannot be known.
    """
    return _e164(_home(_written(value)))


def mobile(value: str) -> str:
    """A mobile number in E.164.

    Raises:
        Invalid: as for `phone`, or it belongs to no mobile telephone.
    """
    found = _home(_written(value))
    if phonenumbers.number_type(found) not in _MOBILE:
        raise _wrong("é de telefone fixo ou de serviço; cadastre-o como phone")
    return _e164(found)


def whatsapp(value: str) -> str:
    """A WhatsApp number in E.164: country, area and number without anything between, as in `5511999999999`.

    Without country it is Brazilian, unless another country's number could be meant.

    Raises:
        Invalid: it has spaces or signs, or one of the reasons of `phone`.
    """
    if not _WHATSAPP.fullmatch(value):
        raise _wrong("use só dígitos, sem espaços nem sinais: país, DDD e número, como 5511999999999")
    if value.startswith("+"):
        return _e164(_home(value))
    here, there = _read(value, HOME), _read("+" + value, None)
    if here is not None and there is not None and here != there:
        raise _wrong(f"pode ser {_e164(here)} ou {_e164(there)}; escreva-o com + e o código do país")
    found = here or there
    return _e164(found if found is not None else _home(value))


def email(value: str) -> str:
    """The address as it was given, its domain in lower case: a dot-atom, an @ and a domain of at least two labels.

    Quoted names, comments, display names, address literals and letters beyond ASCII are refused: mail programs
    read them in more than one way.

    Raises:
        Invalid: says what is wrong.
    """
    local, at, domain = value.rpartition("@")
    labels = domain.split(".")
    if not at or not local or not domain:
        wrong = "use nome@domínio"
    elif not value.isascii():
        wrong = "use só letras sem acento, dígitos e sinais ASCII"
    elif not _ATOM.fullmatch(local) or len(local) > _LONGEST_LOCAL:
        wrong = "antes do @ use letras, dígitos e sinais, sem espaços, aspas, parênteses nem pontos seguidos"
    elif not all(_DOMAIN_PART.fullmatch(label) for label in labels) or len(domain) > _LONGEST_DOMAIN:
        wrong = "depois do @ use um domínio, como exemplo.com.br"
    elif len(labels) == 1 or labels[-1].isdigit():
        wrong = "o domínio precisa de um ponto e de um final que não seja número"
    elif len(value) > _LONGEST_ADDRESS:
        wrong = f"use no máximo {_LONGEST_ADDRESS} caracteres"
    else:
        return f"{local}@{domain.lower()}"
    raise Invalid(f"E-mail: {wrong}.", code="email_invalid")


def _written(value: str) -> str:
    if not _WRITTEN.fullmatch(value.strip()):
        raise _wrong("use só dígitos, espaços, parênteses, ponto e hífen, sem ramal e um número só")
    plain = re.sub(r"[^0-9+]", "", value)
    if "+" in plain[1:]:
        raise _wrong("o + só pode vir no começo")
    if plain.startswith("00"):
        # After 00 Brazilians dial a carrier, others the country: 0055 62 … could be either.
        raise _wrong("não use 00; escreva + e o código do país")
    return plain


def _home(plain: str) -> PhoneNumber:
    found = _read(plain, HOME)
    if found is not None:
        return found
    if old := _OLD_MOBILE.fullmatch(plain):
        raise _wrong(f"falta o nono dígito do celular, como em {old[1]} 9{old[2]}")
    digits = plain.lstrip("+")
    if not plain.startswith("+") and len(digits) in {8, 9}:
        raise _wrong("falta o DDD: escreva, por exemplo, 62 3774 3039")
    raise _wrong("não existe número assim; confira o DDD e a quantidade de dígitos")


def _read(plain: str, region: str | None) -> PhoneNumber | None:
    try:
        found = phonenumbers.parse(plain, region)
    except NumberParseException:
        return None
    return found if phonenumbers.is_valid_number(found) else None


def _e164(found: PhoneNumber) -> str:
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def _wrong(why: str) -> Invalid:
    return Invalid(f"Telefone: {why}.", code="phone_invalid")

"""Passwords: hashed with argon2id, compared in the same time for everybody, refused when they are easy to guess."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cache, cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from engine.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.config import Settings

SHORTEST: Final = 12
LONGEST: Final = 200
_LOOKED_AT: Final = 72  # characters of it; the estimate takes longer than it is worth beyond
_STRONG: Final = 3  # of 0 to 4: a hundred million guesses or more
_OF_ITS_OWN: Final = 8  # characters besides names and common words
_NAME: Final = 3  # characters; shorter parts of a name stand in any word
# What zxcvbn's own lists, English ones, do not know.
_COMMON: Final = re.findall(
    r"\w+",
    "tramita senha minha forte segura mudar trocar acesso admin bemvindo atendimento empresa brasil deus jesus amor "
    "familia futebol flamengo corinthians palmeiras santos gremio cruzeiro vasco segunda terca quarta quinta sexta "
    "sabado domingo janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
)
_AT_ONCE: Final = BoundedSemaphore(4)  # each takes the memory of the settings


@dataclass(frozen=True)
class Hashed:
    """A password that was good enough, as it is stored; made by `hashed`."""

    text: str = field(repr=False)


def hashed(settings: Settings, text: str, words: Iterable[str]) -> Hashed:
    """Hash a new password; takes a tenth of a second, so never inside a transaction.

    Args:
        words: login and names of whose it is.

    Raises:
        Invalid: too short, too long, or easy to guess.
    """
    plain = _plain(text)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise Invalid(f"password: use de {SHORTEST} a {LONGEST} caracteres.", code="password_length")
    near = [*words, *(part for word in words for part in word.replace(".", " ").split()), *_COMMON]
    tight = "".join(filter(str.isalnum, plain))  # a name said twice is easy to guess with a space between, too
    known = "|".join(map(re.escape, sorted((one for one in near if len(one) >= _NAME), key=len, reverse=True)))
    if len(re.sub(known, "", plain, flags=re.IGNORECASE)) < _OF_ITS_OWN or any(
        zxcvbn(one[:_LOOKED_AT], user_inputs=near)["score"] < _STRONG for one in (plain, tight) if one
    ):
        raise Invalid(
            "password: é fácil de adivinhar. Use algumas palavras que não se sigam umas das outras, "
            "sem nomes, datas nem sequências; não é preciso misturar símbolos.",
            code="password_weak",
        )
    return Hashed(_hashing(settings).hash(plain))


def matches(settings: Settings, stored: str | None, text: str) -> bool:
    """Whether it is the password; without a stored one it takes as long, and is not."""
    return _hashing(settings).verify(stored, _plain(text))


def refreshed(settings: Settings, stored: str, text: str) -> Hashed | None:
    """The password that was just verified, hashed as the settings want it now; None: it is already."""
    hashing = _hashing(settings)
    return Hashed(hashing.hash(_plain(text))) if hashing.hasher.check_needs_rehash(stored) else None


@dataclass(frozen=True)
class _Hashing:
    hasher: PasswordHasher

    @cached_property
    def nobodys(self) -> str:
        """A hash of what nobody types."""
        return self.hasher.hash(secrets.token_urlsafe(32))

    def hash(self, text: str) -> str:
        with _AT_ONCE:
            return self.hasher.hash(text)

    def verify(self, stored: str | None, text: str) -> bool:
        against = stored or self.nobodys
        with _AT_ONCE:
            try:
                return self.hasher.verify(against, text) and stored is not None
            except (VerificationError, InvalidHashError):
                return False


@cache
def _made(memory_kib: int, passes: int, lanes: int) -> _Hashing:
    return _Hashing(PasswordHasher(memory_cost=memory_kib, time_cost=passes, parallelism=lanes))


def _hashing(settings: Settings) -> _Hashing:
    made = _made(settings.password_memory_kib, settings.password_passes, settings.password_lanes)
    _ = made.nobodys  # made before the first comparison, whoever it is for
    return made


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)

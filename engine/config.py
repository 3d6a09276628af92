"""The settings of an installation, read once from the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class SettingsError(ValueError):
    """One or more settings cannot be used; the text names every one and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may choose. Each is read from `TRAMITA_` + its name in capitals.

    Attributes:
        data_dir: where the embedded default keeps its files.
        database_url: SQLAlchemy URL; empty: an SQLite file in `data_dir`.
        host, port: where the server listens; loopback unless told otherwise.
        threads: how many requests are worked on at once in one server process.
        zone: IANA time zone that `today()` and local dates mean.
        default_process: key of the process for tickets whose subject names none.
        messages: the installation's own messages that the API may send, each with the members its payload may
            have: `pagamento_confirmado(valor numero), chave_entregue`. Expressions see them as `message.valor`.
        max_body_bytes: a larger request body is refused before it is read.
        tick_every_s: seconds between two looks of the scheduler.
        keys_kept_h: hours an answer stays stored for its Idempotency-Key.
        log_level: DEBUG, INFO, WARNING or ERROR.
    """

    data_dir: Path = Path("data")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    zone: str = "America/Sao_Paulo"
    default_process: str = "atendimento"
    messages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    max_body_bytes: int = 4_000_000
    tick_every_s: int = 1
    keys_kept_h: int = 24
    log_level: str = "INFO"

    @property
    def url(self) -> str:
        """The database to use: the one named, else the embedded default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tramita.db'}"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `TRAMITA_…`.

    Raises:
        SettingsError: a value cannot be used, or a `TRAMITA_` name means nothing. All are told at once.
    """
    names = {f"TRAMITA_{f.name.upper()}": f.name for f in fields(Settings)}
    wrong = [
        f"{name}: não existe; existem {', '.join(sorted(names))}"
        for name in sorted(environ)
        if name.startswith("TRAMITA_") and name not in names
    ]
    given: dict[str, Any] = {}
    for name, setting in names.items():
        if name not in environ:
            continue
        read, wanted = _READERS[setting]
        try:
            given[setting] = read(environ[name].strip())
        except (ValueError, KeyError, OSError):
            told = name if setting == "database_url" else f"{name}={environ[name]!r}"  # a URL may hold a password
            wrong.append(f"{told}: {wanted}")
    if wrong:
        raise SettingsError("Configuração inválida:\n  " + "\n  ".join(wrong))
    return Settings(**given)


def _whole(low: int, high: int) -> tuple[Callable[[str], int], str]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return read, f"use um número inteiro de {low} a {high}"


def _matching(pattern: str, wanted: str) -> tuple[Callable[[str], str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return read, wanted


def _messages(text: str) -> Mapping[str, frozenset[str]]:
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        shape = re.fullmatch(r"([a-z][a-z0-9_]{0,62})(?:\(([a-z0-9_ ]*)\))?", part)
        if shape is None:
            raise ValueError(text)
        found[shape[1]] = frozenset((shape[2] or "").split())
    return found


_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "data_dir": (Path, "use o caminho de uma pasta"),
    "database_url": _matching(
        r"(sqlite:///.+|postgresql(\+psycopg)?://.*)?",
        "use sqlite:///ARQUIVO ou postgresql://USUARIO@SERVIDOR/BANCO",
    ),
    "host": _matching(r"\S+", "use um endereço, por exemplo 127.0.0.1"),
    "port": _whole(0, 65535),
    "threads": _whole(1, 256),
    "zone": (lambda text: str(ZoneInfo(text)), "use um fuso da base IANA, por exemplo America/Sao_Paulo"),
    "default_process": _matching(r"[A-Za-z_][\w.-]*", "use a chave de um processo implantado"),
    "messages": (
        _messages,
        "use nomes em minúsculas separados por vírgula, por exemplo pago(valor numero), entregue",
    ),
    "max_body_bytes": _whole(1_000, 1_000_000_000),
    "tick_every_s": _whole(1, 3600),
    "keys_kept_h": _whole(1, 24 * 366),
    "log_level": _matching(r"DEBUG|INFO|WARNING|ERROR", "use DEBUG, INFO, WARNING ou ERROR"),
}

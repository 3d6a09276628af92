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
        calendar: key of the calendar that counts where no diagram, team or policy names one; empty: all time counts.
        default_process: key of the process for tickets whose subject names none.
        messages: the installation's own messages that the API may send, each with the members its payload may
            have: `pagamento_confirmado(valor numero), chave_entregue`. Expressions see them as `message.valor`.
        max_body_bytes: a larger request body is refused before it is read.
        attachments_dir: where attached files lie; None: `attachments` in `data_dir`.
        attachment_types: the types of files that are taken; see `engine.attachments.kinds`.
        attachment_max_bytes: a larger file is refused.
        upload_max_bytes: a larger request that brings files is refused before it is read.
        drafts_kept_h: hours a file waits to be attached by whoever uploaded it.
        scanner: what looks at files besides the allow-list; empty: nothing.
        tick_every_s: seconds between two looks of the scheduler.
        bulk_max: so many tickets one bulk job may select.
        keys_kept_h: hours an answer stays stored for its Idempotency-Key.
        access_kept_days: days that is kept who saw whose personal data.
        log_level: DEBUG, INFO, WARNING or ERROR.
        public_url: where people reach the installation, without a slash at the end: links begin with it, and with
            `https` cookies are for https only. Empty: the address that the server listens on.
        proxies: how many proxies of ours a request passes; so many entries of `X-Forwarded-For` are believed.
        session_idle_h: hours after which a session ends that nobody uses.
        session_h: hours after which a session ends in any case.
        link_h: hours that an invitation or a reset is good for.
        password_memory_kib, password_passes, password_lanes: what hashing a password with argon2id costs.
    """

    data_dir: Path = Path("data")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 8
    zone: str = "America/Sao_Paulo"
    calendar: str = ""
    default_process: str = "atendimento"
    messages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    max_body_bytes: int = 4_000_000
    attachments_dir: Path | None = None
    attachment_types: str = "pdf, png, jpeg, xls, xlsx, docx, pptx, mp3, ogg, wav, m4a"
    attachment_max_bytes: int = 25_000_000
    upload_max_bytes: int = 100_000_000
    drafts_kept_h: int = 24
    scanner: str = ""
    tick_every_s: int = 1
    bulk_max: int = 50_000
    keys_kept_h: int = 24
    access_kept_days: int = 184
    log_level: str = "INFO"
    public_url: str = ""
    proxies: int = 0
    session_idle_h: int = 12
    session_h: int = 168
    link_h: int = 72
    password_memory_kib: int = 65_536
    password_passes: int = 3
    password_lanes: int = 4

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
    "calendar": _matching(r"([a-z][a-z0-9_]{0,78})?", "use a chave de um calendário cadastrado"),
    "default_process": _matching(r"[A-Za-z_][\w.-]*", "use a chave de um processo implantado"),
    "messages": (
        _messages,
        "use nomes em minúsculas separados por vírgula, por exemplo pago(valor numero), entregue",
    ),
    "max_body_bytes": _whole(1_000, 1_000_000_000),
    "attachments_dir": (Path, "use o caminho de uma pasta"),
    "attachment_types": _matching(r"(?s).*\S.*", "use tipos separados por vírgula, por exemplo pdf, png, jpeg"),
    "attachment_max_bytes": _whole(1_000, 10_000_000_000),
    "upload_max_bytes": _whole(1_000, 100_000_000_000),
    "drafts_kept_h": _whole(1, 24 * 366),
    "scanner": _matching(r"(clamd://\S+)?", "use clamd:///CAMINHO/DO/SOCKET ou clamd://ENDERECO:PORTA"),
    "tick_every_s": _whole(1, 3600),
    "bulk_max": _whole(1, 1_000_000),
    "keys_kept_h": _whole(1, 24 * 366),
    "access_kept_days": _whole(1, 366 * 20),
    "public_url": _matching(
        r"(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)?",
        "use https://NOME, sem barra no fim, por exemplo https://atendimento.empresa.com.br",
    ),
    "proxies": _whole(0, 9),
    "session_idle_h": _whole(1, 24 * 30),
    "session_h": _whole(1, 24 * 366),
    "link_h": _whole(1, 24 * 30),
    "password_memory_kib": _whole(19_456, 4_194_304),
    "password_passes": _whole(2, 100),
    "password_lanes": _whole(1, 64),
    "log_level": _matching(r"DEBUG|INFO|WARNING|ERROR", "use DEBUG, INFO, WARNING ou ERROR"),
}

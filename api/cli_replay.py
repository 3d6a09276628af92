"""`tramita replay`: how well does a process fit what really happened?"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from api.replay_text import as_text, number
from engine.config import SettingsError, read_settings
from engine.replay.errors import ReplayError, ReplayStopped
from engine.replay.replaying import replay

if TYPE_CHECKING:
    from datetime import datetime

_FILE = click.Path(path_type=Path)


@click.command("replay", short_help="Reproduzir um log de eventos num processo e medir quanto cabe.")
@click.argument("log", type=_FILE, metavar="LOG.csv")
@click.option("--process", required=True, metavar="CHAVE", help="Processo, implantado ou dos que vêm prontos.")
@click.option("--mapping", type=_FILE, metavar="ARQUIVO", help="Mapa das atividades (TOML); padrão: o do processo.")
@click.option("--database-url", default="", metavar="URL", help="Banco a usar; padrão: um SQLite apagado no fim.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="Formato do relatório.")
def replay_command(log: Path, process: str, mapping: Path | None, database_url: str, shape: str) -> None:
    """Abre e move atendimentos nos instantes do LOG.csv, pelos comandos de sempre, e conta o que coube.

    Sem --database-url, nada fica gravado. Repetir o mesmo log no mesmo banco não muda nada.
    """
    progress = Progress()
    try:
        report = replay(
            log,
            process=process,
            settings=read_settings(),
            mapping=mapping,
            database_url=database_url,
            progress=progress,
        )
    except (ReplayError, SettingsError) as error:
        progress.end()
        click.echo(f"Erro: {error}", err=True)
        sys.exit(1 if isinstance(error, ReplayStopped) else 2)
    progress.end()
    if shape == "json":
        click.echo(orjson.dumps(report.as_dict(), option=orjson.OPT_INDENT_2))
    else:
        click.echo(as_text(report))


def register(group: click.Group) -> None:
    """Make it a command of the group."""
    group.add_command(replay_command)


class Progress:
    """Tells on standard error how far it is: on a terminal one line written anew, else a line now and then."""

    terminal_s = 0.2
    other_s = 10.0

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._terminal else self.other_s)
        self._shown = False

    def __call__(self, done: int, total: int, at: datetime) -> None:
        """Told after each event."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (self.terminal_s if self._terminal else self.other_s)
        self._shown = True
        line = f"{number(done)} de {number(total)} eventos ({100 * done // total} %), {at:%d/%m/%Y}"
        click.echo(f"\r\x1b[K{line}" if self._terminal else line, nl=not self._terminal, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown and self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)

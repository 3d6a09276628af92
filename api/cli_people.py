"""The command line for people and registries: user, token, registry."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import loading
from api.cli_support import insist_on_ready, opened
from engine.actors import CONSOLE
from engine.config import read_settings
from engine.people.adding import AddPerson, IssueToken, add_person, issue_token
from engine.registry.folder import read_folder

if TYPE_CHECKING:
    from collections.abc import Callable


def register(cli: click.Group) -> None:
    """Add the commands."""
    for group in (user, token, registry):
        cli.add_command(group)


@click.group()
def user() -> None:
    """Pessoas que podem agir."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Nome da pessoa.")
@click.option("--profile", required=True, help="Perfil de acesso: exatamente um.")
@click.option("--team", "teams", multiple=True, help="Equipe; pode ser repetida.")
def add_command(login: str, name: str, profile: str, teams: tuple[str, ...]) -> None:
    """Acrescenta uma pessoa."""
    _run(add_person, AddPerson(login=login, name=name, profile=profile, teams=teams))
    click.echo(f"{login} foi acrescentado. Para que aja pela API: tramita token issue {login}")


@click.group()
def token() -> None:
    """Tokens com que pessoas e sistemas se identificam."""


@token.command("issue")
@click.argument("login")
@click.option("--label", default="linha de comando", show_default=True, help="Para que serve.")
@click.option("--days", type=click.IntRange(1, 3660), help="Por quantos dias vale; sem isso, até ser revogado.")
def issue_command(login: str, label: str, days: int | None) -> None:
    """Emite um token e o escreve na saída padrão, esta única vez."""
    lasts = timedelta(days=days) if days else None
    click.echo(_run(issue_token, IssueToken(login=login, label=label, lasts=lasts)))


@click.group()
def registry() -> None:
    """Cadastros: equipes, assuntos, campos, clientes."""


@registry.command("load")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def load_command(context: click.Context, folder: Path) -> None:
    """Carrega uma pasta de TOML; pode ser repetido, e o que já é assim fica como está."""
    found = read_folder(folder)
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        loaded = loading.load(engine, found)
    click.echo(f"{loaded.done} itens em dia.")
    for wrong in loaded.wrong:
        click.echo(wrong, err=True)
    context.exit(1 if loaded.wrong else 0)


def _run(command: Callable[..., Any], ask: Any) -> Any:
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        return engine.run(command, ask, actor=CONSOLE)

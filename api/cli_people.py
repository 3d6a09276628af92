"""The command line for people and registries: user, token, registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli_support import insist_on_ready, opened
from api.plan_text import plan_lines
from engine.actors import CONSOLE
from engine.config import read_settings
from engine.importing import Import, import_folder, plan
from engine.people.adding import AddPerson, IssueToken, add_person, issue_token
from engine.registry.folder import files_of, read_folder

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


@registry.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--units-csv", is_flag=True, help="Unidades em units.csv, para planilhas, em vez de TOML.")
def export_command(folder: Path, *, units_csv: bool) -> None:
    """Escreve os cadastros em FOLDER, um arquivo por cadastro, sempre na mesma ordem: serve para o git.

    Clientes e pessoas não são exportados.
    """
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        known = engine.read(lambda unit, _: unit.catalogue.registries, None, actor=CONSOLE)
    other = folder / ("units.toml" if units_csv else "units.csv")
    if other.exists():
        raise click.ClickException(f"{other} diria as unidades uma segunda vez; apague-o antes.")
    folder.mkdir(parents=True, exist_ok=True)
    written = files_of(known, units_csv=units_csv)
    for name, text in written.items():
        (folder / name).write_bytes(text.encode())
    click.echo(f"{len(written)} arquivos em {folder}.")


@registry.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Não pergunta.")
@click.option("--dry-run", is_flag=True, help="Só mostra o que mudaria.")
@click.option("--retire-missing", is_flag=True, help="Aposenta o que falta nos cadastros que a pasta contém.")
@click.pass_context
def import_command(context: click.Context, folder: Path, *, yes: bool, dry_run: bool, retire_missing: bool) -> None:
    """Importa uma pasta de TOML: mostra o que mudaria, pergunta, e faz tudo ou nada.

    Pode ser repetido: o que já é assim fica como está.
    """
    asked = Import(folder=read_folder(folder), retire_missing=retire_missing)
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        found = engine.read(plan, asked, actor=CONSOLE)
        for line in plan_lines(found):
            click.echo(line)
        for note in found.notes:
            click.echo(note, err=True)
        if dry_run or not found.changes:
            return
        if not (yes or click.confirm("Importar?")):
            context.exit(1)
        engine.run(import_folder, replace(asked, shown=found), actor=CONSOLE)
        click.echo("Importado.")


registry.add_command(import_command, "load")


def _run(command: Callable[..., Any], ask: Any) -> Any:
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        return engine.run(command, ask, actor=CONSOLE)

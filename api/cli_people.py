"""The command line for people and registries: user, token, registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli_support import insist_on_ready, opened
from api.link_pages import link_of
from api.plan_text import plan_lines
from engine.actors import CONSOLE
from engine.config import read_settings
from engine.importing import Import, import_folder, plan
from engine.people.accounts import STAFF
from engine.people.adding import AddPerson, add_person
from engine.people.leaving import Deactivate, Reactivate, deactivate, reactivate
from engine.people.links import MakeLink, make_link
from engine.people.members import members_of
from engine.people.sessions import handle_of
from engine.people.tokens import IssueToken, RevokeToken, Tokens, issue_token, revoke_token, tokens
from engine.queues.handing_back import hand_back
from engine.registry.folder import files_of, read_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from engine.people.links import Purpose
    from engine.unit import Engine


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
@click.option("--email", help="Endereço para os links.")
def add_command(login: str, name: str, profile: str, teams: tuple[str, ...], email: str | None) -> None:
    """Acrescenta uma pessoa."""
    _run(add_person, AddPerson(login=login, name=name, profile=profile, teams=teams, email=email))
    click.echo(f"{login} foi acrescentado. Para que entre: tramita user invite {login}")
    click.echo(f"Para que aja pela API: tramita token issue {login}")


@user.command("invite")
@click.argument("login")
@click.option("--reset", is_flag=True, help="Para quem já tem senha e não a sabe mais.")
def invite_command(login: str, *, reset: bool) -> None:
    """Escreve um link que vale uma vez, com que a pessoa define a senha."""
    purpose: Purpose = "reset" if reset else "invitation"
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        made = engine.run(make_link, MakeLink(directory=STAFF, login=login, purpose=purpose), actor=CONSOLE)
    click.echo(link_of(engine.settings, purpose, made.text))
    click.echo(f"Vale até {made.ends_at.astimezone(engine.zone):%d/%m/%Y %H:%M}.", err=True)


@user.command("deactivate")
@click.argument("login")
def deactivate_command(login: str) -> None:
    """Desativa uma pessoa: seus acessos terminam, e o que ela tinha volta às filas."""
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        found = engine.run(deactivate, Deactivate(login=login), actor=CONSOLE)
        tickets = activities = 0
        more = True
        while more:
            done = hand_back(engine, found.id)
            tickets, activities = tickets + done.tickets, activities + done.activities
            more = done.more and bool(done.tickets or done.activities)
    click.echo(f"{login} foi desativado. Voltaram às filas: atendimentos {tickets}, atividades {activities}.")


@user.command("reactivate")
@click.argument("login")
def reactivate_command(login: str) -> None:
    """Deixa uma pessoa desativada agir de novo, com o perfil e as equipes que tinha."""
    _run(reactivate, Reactivate(login=login))
    click.echo(f"{login} está ativo. Para que entre: tramita user invite {login}")


@click.group()
def token() -> None:
    """Tokens com que pessoas e sistemas se identificam."""


@token.command("issue")
@click.argument("login")
@click.option("--label", default="linha de comando", show_default=True, help="Para que serve.")
@click.option("--days", type=click.IntRange(1, 3660), help="Por quantos dias vale; sem isso, até ser revogado.")
@click.option("--scope", "scopes", multiple=True, help="Ação para que serve; pode ser repetida. Sem isso, todas.")
def issue_command(login: str, label: str, days: int | None, scopes: tuple[str, ...]) -> None:
    """Emite um token e o escreve na saída padrão, esta única vez."""
    lasts = timedelta(days=days) if days else None
    click.echo(_run(issue_token, IssueToken(login=login, label=label, lasts=lasts, scopes=scopes or None)))


@token.command("list")
@click.argument("login")
def list_command(login: str) -> None:
    """Lista os tokens de uma pessoa que valem: nome, para que, desde quando, até quando, último uso, escopos."""
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        for row in engine.read(tokens, Tokens(login=login), actor=CONSOLE):
            told = [_day(engine, getattr(row, name)) for name in ("issued_at", "ends_at", "used_at")]
            scopes = "tudo" if row.scopes is None else ", ".join(row.scopes) or "nada"
            click.echo("  ".join((handle_of(row.hash), row.label, *told, scopes)))


@token.command("revoke")
@click.argument("login")
@click.argument("name")
def revoke_command(login: str, name: str) -> None:
    """Revoga o token NAME de uma pessoa, como `token list` o chama."""
    _run(revoke_token, RevokeToken(login=login, handle=name))
    click.echo(f"O token {name} não vale mais.")


@click.group()
def registry() -> None:
    """Cadastros: equipes, assuntos, campos, clientes."""


@registry.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--units-csv", is_flag=True, help="Unidades em units.csv, para planilhas, em vez de TOML.")
def export_command(folder: Path, *, units_csv: bool) -> None:
    """Escreve os cadastros em FOLDER, um arquivo por cadastro, sempre na mesma ordem: serve para o git.

    Clientes e pessoas não são exportados; dos membros das equipes, só o login.
    """
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        known = engine.read(lambda unit, _: unit.catalogue, None, actor=CONSOLE)
    other = folder / ("units.toml" if units_csv else "units.csv")
    if other.exists():
        raise click.ClickException(f"{other} diria as unidades uma segunda vez; apague-o antes.")
    folder.mkdir(parents=True, exist_ok=True)
    written = files_of(
        known.registries,
        demands=known.demands.by_place.values(),
        members={team: [one.login for one in members_of(known, team)] for team in known.registries.teams},
        intake_form=known.intake_form,
        units_csv=units_csv,
    )
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


def _day(engine: Engine, at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(engine.zone).strftime("%d/%m/%Y")


def _run(command: Callable[..., Any], ask: Any) -> Any:
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        return engine.run(command, ask, actor=CONSOLE)

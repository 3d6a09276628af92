"""The command line: serve, schedule, migrate, and everything at once for a first look."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import orjson
from sqlalchemy.exc import DBAPIError

from api import cli_people, cli_permissions, cli_processes, cli_replay, loading, logs
from api.cli_support import insist_on_ready, opened, told
from api.serving import PortTakenError, end_on_sigterm, serve
from engine.actors import CONSOLE
from engine.config import Settings, SettingsError, read_settings
from engine.errors import Refused
from engine.migrating import migrate
from engine.people.adding import AddPresets, PrintSetup, add_presets, print_setup
from engine.registry.folder import FolderError
from engine.scheduler import start_scheduler
from engine.starting import NoDatabaseError, note, start

if TYPE_CHECKING:
    from engine.unit import Engine


class Group(click.Group):
    """Tells every refusal and every bad setting in one clear message, and ends with 1 or 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.UsageError(str(error), ctx=None) from error
        except (FolderError, PortTakenError, NoDatabaseError) as error:
            raise click.ClickException(str(error)) from error
        except Refused as refused:
            raise click.ClickException(told(refused)) from refused
        except DBAPIError as error:
            first = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(f"O banco de dados não responde: {first}") from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramita", message="tramita %(version)s")
def cli() -> None:
    """Tramita: atendimentos que andam por diagramas BPMN.

    As configurações vêm de variáveis TRAMITA_…; docs/operations.md explica cada uma.
    """


@cli.command("serve")
@click.option("--host", help="Endereço em que escutar, em vez de TRAMITA_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Porta, em vez de TRAMITA_PORT.")
def serve_command(host: str | None, port: int | None) -> None:
    """Serve a API; o relógio fica com `tramita schedule`."""
    settings = _settings(host, port)
    logs.set_up(settings.log_level)
    with opened(settings) as engine:
        insist_on_ready(engine)
        note(engine)
        serve(engine, started=lambda found: _announce(engine, found))


@cli.command("schedule")
def schedule_command() -> None:
    """Bate o relógio: dispara temporizadores vencidos. Vários podem rodar ao mesmo tempo."""
    settings = read_settings()
    logs.set_up(settings.log_level)
    with opened(settings) as engine:
        insist_on_ready(engine)
        note(engine)
        end_on_sigterm()
        gc.freeze()  # what was built at the start lives as long as the process: nothing for the collector to look at
        scheduler = start_scheduler(engine)
        click.echo(f"O relógio bate a cada {settings.tick_every_s} s. Ctrl+C para parar.")
        try:
            threading.Event().wait()
        except (KeyboardInterrupt, SystemExit):
            scheduler.shutdown()


@cli.command("migrate")
def migrate_command() -> None:
    """Traz o banco de dados para o esquema deste programa; pode ser repetido."""
    with opened(read_settings(), create=True) as engine:
        newest = migrate(engine.database)
        added = engine.run(add_presets, AddPresets(), actor=CONSOLE)
        click.echo(f"O banco de dados está na migração {newest}.")
        if added:
            click.echo(f"Perfis acrescentados: {', '.join(added)}.")


@cli.command("up")
@click.option("--host", help="Endereço em que escutar, em vez de TRAMITA_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Porta, em vez de TRAMITA_PORT.")
@click.option("--empty", is_flag=True, help="Sem a organização de demonstração.")
def up_command(host: str | None, port: int | None, *, empty: bool) -> None:
    """Prepara o banco, carrega uma organização de demonstração se ele está vazio, e serve, com o relógio junto."""
    settings = _settings(host, port)
    logs.set_up(settings.log_level)
    with opened(settings, create=True) as engine:
        migrate(engine.database)
        engine.run(add_presets, AddPresets(), actor=CONSOLE)
        note(engine)
        if not empty and _is_empty(engine):
            click.echo("Banco vazio: carregando a organização de demonstração e os processos entregues…")
            for wrong in loading.load(engine, loading.demonstration()).wrong:
                click.echo(f"  {wrong}", err=True)
            loading.deploy(engine, loading.delivered())
        scheduler = start_scheduler(engine)
        try:
            serve(engine, started=lambda found: _announce(engine, found))
        finally:
            scheduler.shutdown()


@cli.command("openapi")
@click.option("--portal", is_flag=True, help="O documento do portal dos clientes.")
def openapi_command(portal: bool) -> None:  # noqa: FBT001 - click's way
    """Escreve o documento OpenAPI da API na saída padrão."""
    from api import create_app, document_of

    app = create_app(start(Settings(database_url="sqlite:///:memory:")))
    document = document_of(app, "PORTAL_" if portal else "")
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


def _settings(host: str | None, port: int | None) -> Settings:
    settings = read_settings()
    return replace(settings, host=settings.host if host is None else host, port=settings.port if port is None else port)


def _is_empty(engine: Engine) -> bool:
    known = engine.read(lambda unit, _: unit.catalogue, None, actor=CONSOLE)
    return not (known.processes or known.registries.subjects or known.people)


def _announce(engine: Engine, port: int) -> None:
    settings = engine.settings
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - only compared
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    address = f"http://{host}:{port}"
    click.echo(f"Tramita está no ar em {address}")
    click.echo(f"  páginas da API  {address}/api/docs")
    click.echo(f"  banco de dados  {engine.database.url.render_as_string(hide_password=True)}")
    token = engine.run(print_setup, PrintSetup(), actor=CONSOLE)
    if token is None:
        click.echo("  mais um token   tramita token issue LOGIN")
        return
    body = orjson.dumps({"setup_token": token, "login": "admin", "name": "Administração"}).decode()
    click.echo("\nToken de instalação, que vale uma vez:\n")
    click.echo(f"  {token}\n")
    click.echo("Cole em outro terminal; a resposta é o token do primeiro administrador:\n")
    click.echo(f"  curl -sS -X POST {address}/api/v1/setup -H 'Content-Type: application/json' -d '{body}'\n")


cli_processes.register(cli)
cli_people.register(cli)
cli_permissions.register(cli)
cli_replay.register(cli)


def main() -> None:
    """Run the command line."""
    cli(prog_name="tramita")

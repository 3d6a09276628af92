"""The command line for processes: check, deploy, explain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import orjson

from api import loading
from api.cli_support import insist_on_ready, opened, reason_lines
from engine.actors import CONSOLE
from engine.builtin import MESSAGES
from engine.config import read_settings
from engine.processes.checking import Known, check
from engine.processes.judging import known_names
from engine.registry.folder import read_folder
from engine.starting import NoDatabaseError
from engine.tickets import queries

if TYPE_CHECKING:
    from engine.processes.checking import Finding
    from engine.processes.deploying import Deployment
    from engine.runtime.process import Process
    from engine.tickets.moves import Option, Weighed
    from engine.tickets.ticket import Ticket
    from engine.unit import Unit

_PATHS: Final = click.Path(exists=True, path_type=Path)
_WHAT: Final = {"new": "nova", "version": "versão nova", "cosmetic": "só a aparência", "unchanged": "sem mudança"}
_UNVERIFIED: Final = (
    "sem cadastro para comparar: nomes de equipes, campos, calendários e assuntos não foram verificados "
    "(--registry PASTA ou um banco)"
)
_KIND: Final = {"process": "processo", "decision": "decisão"}
_STANDING: Final = {"open": "aberto", "finished": "finalizado", "cancelled": "cancelado"}


def register(cli: click.Group) -> None:
    """Add the commands."""
    for command in (check_command, deploy_command, explain_command):
        cli.add_command(command)


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
@click.option(
    "--registry",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Pasta de TOML com equipes, assuntos e campos; sem ela, vale o banco configurado, se existe.",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def check_command(context: click.Context, paths: tuple[Path, ...], registry: Path | None, shape: str) -> None:
    """Verifica diagramas e tabelas: todos os achados de todos os arquivos de uma vez.

    Termina com 0 sem erros, 1 com erros, 2 se foi chamado errado.
    """
    files = loading.read_files(paths, whole=True)
    if not files:
        raise click.UsageError("Não há arquivos .bpmn ou .dmn nesses caminhos.")
    known = _installed() if registry is None else _of_folder(registry)
    report = check(files, known or Known(messages=_messages()))
    if known is None:
        report = replace(report, findings=tuple(one for one in report.findings if not _is_unverified(one)))
        click.echo(_UNVERIFIED, err=True)
    if shape == "json":
        click.echo(orjson.dumps(report.as_dict(), option=orjson.OPT_INDENT_2))
    else:
        click.echo(report.as_text())
    context.exit(1 if report.errors else 0)


def _installed() -> Known | None:
    """The names of the configured database; None if there is none to be asked."""
    try:
        with opened(read_settings()) as engine:
            insist_on_ready(engine)
            return engine.read(lambda unit, _: known_names(unit), None, actor=CONSOLE)
    except (NoDatabaseError, click.ClickException):
        return None


def _is_unverified(finding: Finding) -> bool:
    return finding.severity == "warning" and finding.rule.startswith("unknown-")


def _messages() -> dict[str, frozenset[str]]:
    return {**MESSAGES, **read_settings().messages}


def _of_folder(registry: Path) -> Known:
    folder = read_folder(registry)
    return Known(
        teams=folder.keys("teams"),
        calendars=folder.keys("calendars"),
        fields=folder.keys("fields"),
        subjects=folder.keys("subjects"),
        replies=folder.keys("standard_replies"),
        messages=_messages(),
    )


@click.command("deploy")
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
def deploy_command(paths: tuple[Path, ...]) -> None:
    """Implanta diagramas e tabelas: todos ou nenhum."""
    files = loading.read_files(paths)
    if not files:
        raise click.UsageError("Não há arquivos .bpmn ou .dmn nesses caminhos.")
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        done = loading.deploy(engine, files)
    for one in done.deployments:
        click.echo(_told(one))
    for finding in done.report.findings:
        click.echo(finding.as_text())


def _told(one: Deployment) -> str:
    because = ", porque algo que ele chama mudou" if one.why == "called" else ""
    return f"{_KIND[one.kind]} {one.key}, versão {one.number}: {_WHAT[one.what]}{because}"


@click.command("explain")
@click.argument("protocol")
@click.option("--profile", help="Com os direitos deste perfil; sem ele, os do próprio motor, a quem nada se nega.")
def explain_command(protocol: str, profile: str | None) -> None:
    """Mostra as opções de um atendimento, permitidas ou não, com todas as razões."""
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        ask = queries.Moves(ticket=protocol, as_profile=profile)
        click.echo(engine.read(_explained, ask, actor=CONSOLE))


def _explained(unit: Unit, ask: queries.Moves) -> str:
    ticket, weighed = queries.moves(unit, ask)
    return "\n".join(_lines(ticket, weighed, ask.as_profile))


def _lines(ticket: Ticket, weighed: Weighed, profile: str | None) -> list[str]:
    process = ticket.diagram
    here = process.situations.get(ticket.place) or process.ends[ticket.place]
    lines = [
        f"{ticket.protocol}  {ticket.title}",
        f"{process.settings[process.key].label}, versão {ticket.version}; revisão {ticket.revision}",
        f"situação: {here.label} ({ticket.place}), {_STANDING[ticket.standing]}",
        f"perfil: {profile or 'o próprio motor'}",
    ]
    if ticket.waiting_for:
        lines.append(f"espera por {ticket.waiting_for['element']} ({ticket.waiting_for['cause']})")
    if ticket.incomplete:
        lines.append(f"falta preencher: {', '.join(ticket.incomplete)}")
    if ticket.incident is not None:
        lines.append(f"parado por um incidente: veja a linha {ticket.incident} do histórico")
    lines.append("")
    for option in weighed.options:
        lines += _option_lines(process, option)
    if not weighed.options:
        lines.append("Daqui não sai nenhuma opção.")
    return lines


def _option_lines(process: Process, option: Option) -> list[str]:
    found = option.leads_to and (process.situations.get(option.leads_to) or process.ends[option.leads_to])
    leads_to = f"  → {found.label}" if found else ""
    default = "  (padrão)" if option.default else ""
    lines = [f"{'✔' if option.allowed else '✘'} {option.label} [{option.move}]{leads_to}{default}"]
    if option.requires:
        lines.append(f"    pede: {', '.join(option.requires)}")
    return lines + [line for reason in option.reasons for line in reason_lines(reason)]

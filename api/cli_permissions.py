"""The command line for permissions: profiles as a folder of text, and why somebody may or may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from api.cli_support import insist_on_ready, opened, reason_lines
from engine.actors import CONSOLE
from engine.config import read_settings
from engine.people.knowing import name_of
from engine.permits.cells import STATES
from engine.permits.explaining import Explain, explain
from engine.permits.importing import ImportProfiles, changes_of, export_profiles, import_profiles, plan_profiles
from permissions.presets import PresetError, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.permits.explaining import Explained
    from engine.permits.importing import ImportPlan
    from engine.unit import Unit
    from permissions.presets import Preset

_SIGNS: Final = {"allowed": "permite", "denied": "proíbe", "absent": "nada"}
_FOLDER: Final = click.Path(file_okay=False, path_type=Path)


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(permissions)


@click.group()
def permissions() -> None:
    """Perfis de acesso e suas regras."""


@permissions.command("export")
@click.argument("folder", type=_FOLDER)
def export_command(folder: Path) -> None:
    """Escreve cada perfil em FOLDER, um arquivo TOML por perfil, sempre na mesma ordem: serve para o git."""
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        files = engine.read(export_profiles, None, actor=CONSOLE)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    click.echo(f"{len(files)} perfis em {folder}.")


@permissions.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Não pergunta.")
@click.option("--dry-run", is_flag=True, help="Só mostra o que mudaria.")
@click.option("--retire-missing", is_flag=True, help="Desativa os perfis que a pasta não tem.")
@click.pass_context
def import_command(context: click.Context, folder: Path, *, yes: bool, dry_run: bool, retire_missing: bool) -> None:
    """Importa os perfis de uma pasta: mostra o que mudaria, pergunta, e faz tudo ou nada.

    Pode ser repetido: o que já é assim fica como está.
    """
    asked = ImportProfiles(profiles=_read(folder), retire_missing=retire_missing)
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        found = engine.read(plan_profiles, asked, actor=CONSOLE)
        for line in _lines(found):
            click.echo(line)
        for note in found.notes:
            click.echo(f"Atenção: {note}", err=True)
        if dry_run or not found.profiles:
            return
        if not (yes or click.confirm("Importar?")):
            context.exit(1)
        engine.run(import_profiles, replace(asked, shown=found), actor=CONSOLE)
        click.echo("Importado.")


def _read(folder: Path) -> list[Preset]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise click.ClickException(f"Não há arquivos .toml em {folder}.")
    try:
        return [read(file.name, file.read_text(encoding="utf-8")) for file in files]
    except (PresetError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error


def _lines(plan: ImportPlan) -> Iterator[str]:
    for one in plan.profiles:
        if one.before is None:
            yield f"+ {one.after.key}: {one.after.label} (alcance {one.after.scope})"
        elif one.after.retired and not one.before.retired:
            yield f"- {one.after.key}: desativado"
        else:
            yield f"~ {one.after.key}"
            for name in ("label", "description", "scope"):
                old, new = getattr(one.before, name), getattr(one.after, name)
                if old != new:
                    yield f"    {name}: {old!r} → {new!r}"
        for each in one.cells:
            where = "" if each.cell.process is None else f" em {each.cell.process}:{each.cell.situation}"
            yield f"    {each.cell.action}{where}: {_SIGNS[STATES[each.old]]} → {_SIGNS[STATES[each.new]]}"
    rules = len(changes_of(plan))
    yield f"Perfis que mudam: {len(plan.profiles)}; regras: {rules}; perfis que ficam como estão: {plan.unchanged}."


@permissions.command("explain")
@click.argument("protocol")
@click.option("--actor", help="Login de uma pessoa.")
@click.option("--profile", help="Chave de um perfil, em vez de uma pessoa.")
@click.option("--action", help="Ação do catálogo; sem ela, ticket.move.")
@click.option("--move", help="A opção de situação.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="Os direitos desse instante.")
def explain_command(
    protocol: str,
    actor: str | None,
    profile: str | None,
    action: str | None,
    move: str | None,
    as_of: datetime | None,
) -> None:
    """Diz se alguém pode, que regras decidem, quem as fez, e a menor mudança que permitiria."""
    if (actor is None) == (profile is None):
        raise click.UsageError("Diga --actor ou --profile.")
    at = as_of.astimezone(UTC) if as_of else None
    ask = Explain(ticket=protocol, actor=actor, profile=profile, action=action, move=move, at=at)
    with opened(read_settings()) as engine:
        insist_on_ready(engine)
        click.echo(engine.read(_explained, ask, actor=CONSOLE))


def _explained(unit: Unit, ask: Explain) -> str:
    return "\n".join(_explained_lines(unit, explain(unit, ask)))


def _explained_lines(unit: Unit, found: Explained) -> Iterator[str]:
    asked = f"{found.action}:{found.narrowed}" if found.narrowed else found.action
    who = f"{found.person.login} ({found.profile.key})" if found.person else found.profile.key
    yield f"{'✔' if found.allowed else '✘'} {who}: {asked} em {found.place}"
    for reason in found.reasons:
        yield from reason_lines(reason)
    for rule in (rule for one in found.decisions for rule in one.considered):
        stamp = found.stamps[rule.id]
        by = f"por {name_of(unit, stamp.by)} em {stamp.at:%Y-%m-%d %H:%M}" if stamp.by and stamp.at else "de origem"
        yield f"  {'permite' if rule.allow else 'proíbe'}  {rule.id}  ({by})"
    for cell, allow in found.change.items():
        yield f"  mudança que bastaria: {cell}: {_SIGNS[STATES[allow]]}"

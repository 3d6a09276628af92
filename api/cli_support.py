"""What the commands of the command line share: an engine for a while, and refusals as text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import OperationalError

from api.health import migrations_missing
from engine.migrating import missing
from engine.processes.checking import Finding
from engine.starting import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.config import Settings
    from engine.errors import Reason, Refused
    from engine.unit import Engine


@contextmanager
def opened(settings: Settings, *, create: bool = False) -> Iterator[Engine]:
    """An engine on the settings' database, closed afterwards.

    Args:
        create: whether an SQLite file that does not exist may be made.
    """
    engine = start(settings, create=create)
    try:
        yield engine
    except OperationalError as error:
        where = engine.database.url.host or engine.database.url.database or engine.database.url.query.get("host", "")
        said = [line.strip() for line in str(error.orig).splitlines() if line.strip()] or [type(error).__name__]
        raise click.ClickException(f"O banco de dados em {where} não responde: {said[0]}") from error
    finally:
        engine.database.dispose()


def insist_on_ready(engine: Engine) -> None:
    """End with a clear message unless the database has the schema that is needed."""
    if lacking := missing(engine.database):
        raise click.ClickException(migrations_missing(lacking))


def told(refused: Refused) -> str:
    """A refusal for people: what is the matter, every reason, every finding."""
    lines = [refused.detail]
    lines += [line for reason in refused.reasons for line in reason_lines(reason) if line.strip() != refused.detail]
    lines += [Finding(**finding).as_text() for finding in refused.extra.get("findings", ())]
    return "\n".join(lines)


def reason_lines(reason: Reason) -> Iterator[str]:
    """A reason as indented lines."""
    yield f"      {reason.detail}"
    if reason.fix:
        yield f"        → {reason.fix}"

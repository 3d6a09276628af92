"""What the commands of the command line share: an engine for a while, and refusals as text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from api.health import not_ready
from engine.starting import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.config import Settings
    from engine.errors import Reason, Refused
    from engine.unit import Engine


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """An engine on the settings' database, closed afterwards."""
    engine = start(settings)
    try:
        yield engine
    finally:
        engine.database.dispose()


def insist_on_ready(engine: Engine) -> None:
    """End with a clear message unless the database can be used."""
    if lacking := not_ready(engine):
        raise click.ClickException(" ".join(lacking))


def told(refused: Refused) -> str:
    """A refusal for people: what is the matter, every reason, every finding."""
    lines = [refused.detail]
    lines += [line for reason in refused.reasons for line in reason_lines(reason) if line.strip() != refused.detail]
    for finding in refused.extra.get("findings", ()):
        lines.append(f"  {finding['file']}:{finding['line']}: [{finding['rule']}] {finding['message']}")
        lines.append(f"      → {finding['hint']}")
    return "\n".join(lines)


def reason_lines(reason: Reason) -> Iterator[str]:
    """A reason as indented lines."""
    yield f"      {reason.detail}"
    if reason.fix:
        yield f"        → {reason.fix}"

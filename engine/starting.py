"""Put an engine together from its settings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.catalogue import load_catalogue
from engine.db import connect
from engine.people.knowing import renew
from engine.unit import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.config import Settings


def start(settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Engine:
    """An engine on the settings' database; the database must be migrated already."""
    if settings.url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Engine(
        connect(settings.url, pool_size=settings.threads + 2),
        settings=settings,
        load=load_catalogue,
        renew=renew,
        clock=clock,
    )

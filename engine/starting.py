"""Put an engine together from its settings."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from engine.actors import CONSOLE
from engine.attachments.kinds import offered
from engine.catalogue import load_catalogue
from engine.config import SettingsError
from engine.db import connect
from engine.people.accounts import STAFF
from engine.people.knowing import renewal
from engine.portal.directory import PORTAL
from engine.registry.defaults import NoteSettings, because_of, note_settings
from engine.unit import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.config import Settings

log = logging.getLogger(__name__)


class NoDatabaseError(Exception):
    """The SQLite file of the settings does not exist; the text says so and what makes it."""


def start(
    settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), create: bool = True
) -> Engine:
    """An engine on the settings' database; the database must be migrated already.

    Args:
        create: whether an SQLite file that does not exist may be made.

    Raises:
        SettingsError: the data folder or a type of attachments cannot be used.
        NoDatabaseError: there is no such file, and none shall be made.
    """
    offered(settings)
    if create:
        _make_folder(settings)
    elif (file := _file(settings)) is not None and not _exists(file):
        name = "TRAMITA_DATABASE_URL" if settings.database_url else "TRAMITA_DATA_DIR"
        raise NoDatabaseError(f"Não há banco em {file} ({name}); comece com `tramita up` ou `tramita migrate`.")
    return Engine(
        connect(settings.url, pool_size=settings.threads + 2),
        settings=settings,
        load=partial(load_catalogue, zone=settings.zone, calendar=settings.calendar or None),
        renew=renewal(STAFF, PORTAL),
        clock=clock,
    )


def note(engine: Engine) -> tuple[str, ...]:
    """Before serving or beating: keep the settings that clocks are measured by; returns those that are other ones."""
    found: dict[str, str] = engine.run(note_settings, NoteSettings(), actor=CONSOLE)
    for name, deed in found.items():
        if deed == "changed":
            log.info("setting changed", extra={"told": {"setting": because_of(name)}})
    return tuple(found)


def _make_folder(settings: Settings) -> None:
    if settings.database_url:
        return
    folder = settings.data_dir
    wrong = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        wrong = error.strerror or type(error).__name__
    else:
        if not os.access(folder, os.W_OK | os.X_OK):
            wrong = "não se pode escrever nela"
    if wrong:
        raise SettingsError(
            f"TRAMITA_DATA_DIR={str(folder)!r}: a pasta não pode ser usada ({wrong}); "
            "use o caminho de uma pasta em que este usuário escreva."
        )


def _file(settings: Settings) -> Path | None:
    url = make_url(settings.url)
    kept = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(str(url.database)) if kept else None


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a folder on the way may not be entered
        return False

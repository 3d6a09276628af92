"""Load an organisation: folders of TOML and of diagrams, through the commands that everybody uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from engine.actors import CONSOLE
from engine.errors import Refused
from engine.importing import Import, import_folder
from engine.processes.deploying import Deployed, deploy_files
from engine.registry.folder import Folder, read_folder

if TYPE_CHECKING:
    from pathlib import Path

    from engine.importing import Plan
    from engine.processes.judging import File
    from engine.unit import Engine


@dataclass
class Loaded:
    """What was put, and what could not be, each with a Portuguese sentence."""

    done: int = 0
    wrong: list[str] = field(default_factory=list)


def load(engine: Engine, folder: Folder) -> Loaded:
    """Import everything of the folder, or nothing if anything of it cannot be.

    A subject whose process is not deployed yet is put without it and told of, so that registries can come before
    the diagrams that name them: load again after deploying.
    """
    try:
        done: Plan = engine.run(import_folder, Import(folder=folder), actor=CONSOLE)
    except Refused as refused:
        return Loaded(wrong=[reason.detail for reason in refused.reasons] or [refused.detail])
    return Loaded(done=len(done.changes) + done.unchanged, wrong=list(done.notes))


def demonstration() -> Folder:
    """The small organisation that is delivered."""
    return read_folder(files("engine.registry") / "demonstration")


def delivered() -> list[File]:
    """The processes that are delivered."""
    return sorted(
        (entry.name, entry.read_bytes()) for entry in files("bpmn").iterdir() if entry.name.endswith((".bpmn", ".dmn"))
    )


def read_files(paths: tuple[Path, ...], *, whole: bool = False) -> list[File]:
    """The `.bpmn` and `.dmn` files that are named, and those in the folders that are named.

    Args:
        whole: call them by their path as it was given, not by their name alone.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found |= dict.fromkeys(sorted(p for p in path.iterdir() if p.suffix in {".bpmn", ".dmn"} and p.is_file()))
        else:
            found[path] = None
    return [(str(path) if whole else path.name, path.read_bytes()) for path in found]


def deploy(engine: Engine, given: list[File]) -> Deployed:
    """Deploy the files as the command line."""
    done: Deployed = deploy_files(engine, given, actor=CONSOLE)
    return done

"""Load an organisation: folders of TOML and of diagrams, through the commands that everybody uses."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from engine.actors import CONSOLE
from engine.errors import Invalid, Refused
from engine.people.adding import AddPerson, add_person
from engine.processes.deploying import Deployed, deploy_files
from engine.registry.folder import ORDER, Folder, read_folder
from engine.registry.putting import Put, PutCustomer, put, put_customer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.processes.deploying import File
    from engine.unit import Engine, Unit


@dataclass
class Loaded:
    """What was put, and what could not be, each with a Portuguese sentence."""

    done: int = 0
    wrong: list[str] = field(default_factory=list)


def load(engine: Engine, folder: Folder) -> Loaded:
    """Put everything of the folder, each entry by itself; what is so already stays as it is.

    A subject whose process is not deployed yet is put without it and told of, so that registries can come before
    the diagrams that name them: load again after deploying.
    """
    loaded = Loaded()
    told: Mapping[str, Any]
    catalogue = engine.read(lambda unit, _: unit.catalogue, None, actor=CONSOLE)
    for registry in ORDER:
        for key, values in folder.registries.get(registry, {}).items():
            process = values.get("process") if registry == "subjects" else None
            if process is not None and process not in catalogue.processes:
                loaded.wrong.append(
                    f"subjects/{key}: o processo {process!r} ainda não está implantado; o assunto ficou sem ele. "
                    "Implante com `tramita deploy` e carregue de novo."
                )
                values = {name: value for name, value in values.items() if name != "process"}  # noqa: PLW2901
            told = {"registry": registry, "key": key, "values": values}
            _put(engine, loaded, f"{registry}/{key}", put, Put, told)
    for told in folder.customers:
        _put(engine, loaded, f"customers/{told.get('key')}", put_customer, PutCustomer, told)
    known = {person.login for person in catalogue.people.values()}
    for told in folder.people:
        if told.get("login") not in known:
            _put(engine, loaded, f"people/{told.get('login')}", add_person, AddPerson, told)
    return loaded


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


def _put(
    engine: Engine,
    loaded: Loaded,
    name: str,
    command: Callable[[Unit, Any], Any],
    make: Callable[..., Any],
    told: Mapping[str, Any],
) -> None:
    try:
        engine.run(command, _ask(make, told), actor=CONSOLE)
    except Refused as refused:
        loaded.wrong.append(f"{name}: {refused.detail}")
    except (TypeError, AttributeError):  # a number where a text belongs, and the like
        loaded.wrong.append(f"{name}: um dos valores é de outro tipo.")
    else:
        loaded.done += 1


def _ask(make: Any, told: Mapping[str, Any]) -> Any:
    known = {one.name: one.default is MISSING and one.default_factory is MISSING for one in fields(make)}
    if strange := sorted(told.keys() - known.keys()):
        raise Invalid(f"{', '.join(strange)}: não existe aqui; existem {', '.join(known)}.")
    if lacking := [name for name, needed in known.items() if needed and name not in told]:
        raise Invalid(f"falta {', '.join(lacking)}.")
    return make(**told)

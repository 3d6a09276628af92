"""Deploy diagrams and tables: each change of meaning makes a version, bound to the exact versions it calls."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select

from engine.db import new_id
from engine.errors import Invalid, NotDeployable
from engine.processes.digest import digest
from engine.processes.judging import File, judge, newest
from engine.processes.model import decision_version, process_head, process_version
from engine.processes.trial import try_start
from engine.rights import insist
from engine.runtime.diagram import Diagram, read
from engine.runtime.tables import read_decisions
from permissions.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from engine.actors import Actor
    from engine.processes.checking import Report
    from engine.unit import Answer, Engine, Key, Unit

What = Literal["new", "version", "cosmetic", "unchanged"]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What became of one file.

    Attributes:
        what: `new` (first version), `version` (a further one), `cosmetic` (names, labels, colours, layout of the
            present version), `unchanged`.
        why: `file`, or `called` when it is a new version only because something it calls has one.
    """

    kind: Literal["process", "decision"]
    key: str
    number: int
    what: What
    why: Literal["file", "called"] = "file"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The outcome: what became of each file, and the warnings."""

    deployments: tuple[Deployment, ...]
    report: Report


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """Files to deploy together.

    Attributes:
        files: (name, bytes) of `.bpmn` and `.dmn` files.
        tried: what `try_first` answered for the very same files.
    """

    files: tuple[File, ...]
    tried: bytes = field(repr=False)


def deploy_files(
    engine: Engine,
    files: Sequence[File],
    *,
    actor: Actor,
    key: Key | None = None,
    render: Callable[[Deployed], Answer] | None = None,
) -> Any:
    """Try the files in a limited child process, then deploy them in one transaction.

    Raises:
        NotPermitted: the profile may not deploy.
        NotDeployable: findings of severity error; all of them are listed.
    """
    ask = Deploy(files=tuple(files), tried=try_first(engine, files, actor=actor))
    return engine.run(deploy, ask, actor=actor, key=key, render=render)


def try_first(engine: Engine, files: Sequence[File], *, actor: Actor) -> bytes:
    """Check and start the files, with all that calls them, outside of this process and of any transaction.

    Raises:
        NotPermitted, NotDeployable: see `deploy_files`.
    """

    def around(unit: Unit, _: None) -> tuple[list[File], list[File]]:
        insist(unit, Action.PROCESS_DEPLOY)
        heads = [(row.file, bytes(row.raw)) for row in newest(unit).values()]
        rows = unit.connection.execute(select(decision_version).order_by(decision_version.c.number))
        by_key = {row.key: (row.file, bytes(row.raw)) for row in rows}
        return heads, list(dict(by_key.values()).items())

    heads, tables = engine.read(around, None, actor=actor)
    if problem := try_start(files, [*heads, *tables]):
        raise NotDeployable(f"A partida de prova falhou: {problem}", findings=[])
    return _fingerprint(files)


def deploy(unit: Unit, ask: Deploy) -> Deployed:
    """Make versions of what has changed in meaning; callers of a changed process get a new version too."""
    unit.replay()
    insist(unit, Action.PROCESS_DEPLOY)
    assert ask.tried == _fingerprint(ask.files), "files must be tried before they are deployed"
    if not ask.files:
        raise Invalid("Envie ao menos um arquivo .bpmn ou .dmn.", code="no_files")
    report = judge(unit, ask.files)
    if report.errors:
        raise NotDeployable(
            f"Há {report.errors} erro(s) nos arquivos; nada foi implantado.",
            findings=[finding.as_dict() for finding in report.findings],
        )
    done = [*_decisions(unit, ask.files), *_processes(unit, ask.files)]
    if any(one.what != "unchanged" for one in done):
        unit.new_authority()
    return Deployed(deployments=tuple(done), report=report)


def _decisions(unit: Unit, files: Sequence[File]) -> list[Deployment]:
    done: list[Deployment] = []
    for name, raw in files:
        if not name.lower().endswith(".dmn"):
            continue
        for table in read_decisions(raw, name):
            done.append(_decision(unit, table.id, name, raw))  # noqa: PERF401 - two loops read better
    return done


def _decision(unit: Unit, key: str, file: str, raw: bytes) -> Deployment:
    meaning = hashlib.sha256(raw).digest()
    number = unit.connection.execute(
        select(func.max(decision_version.c.number)).where(decision_version.c.key == key)
    ).scalar()
    if number is not None:
        present = unit.connection.execute(
            select(decision_version.c.digest).where(decision_version.c.key == key, decision_version.c.number == number)
        ).scalar_one()
        if bytes(present) == meaning:
            return Deployment(kind="decision", key=key, number=number, what="unchanged")
    about = f"decision:{key}"
    unit.insert(
        about,
        decision_version,
        id=new_id(),
        key=key,
        number=(number or 0) + 1,
        digest=meaning,
        raw=raw,
        file=file,
        deployed_at=unit.now,
        deployed_by=unit.actor.id,
    )
    unit.record(about, "deployed", number=(number or 0) + 1)
    return Deployment(kind="decision", key=key, number=(number or 0) + 1, what="version" if number else "new")


def _processes(unit: Unit, files: Sequence[File]) -> list[Deployment]:
    given = {d.key: d for d in (read(raw, name) for name, raw in files if not name.lower().endswith(".dmn"))}
    heads = newest(unit)
    diagrams = {key: read(bytes(row.raw), row.file) for key, row in heads.items()} | given
    versions: dict[str, UUID] = {key: row.id for key, row in heads.items()}
    closures = {key: dict(row.calls) for key, row in heads.items()}
    done = []
    for key in _callees_first(diagrams):
        diagram = diagrams[key]
        calls: dict[str, str] = {}
        for callee in sorted(diagram.called):
            calls |= {callee: str(versions[callee])} | closures[callee]
        closures[key] = calls
        one = _process(unit, diagram, calls, heads.get(key), versions, given=key in given)
        if one:
            done.append(one)
    return done


def _process(
    unit: Unit,
    diagram: Diagram,
    calls: Mapping[str, str],
    head: Any,
    versions: dict[str, UUID],
    *,
    given: bool,
) -> Deployment | None:
    about, key = f"process:{diagram.key}", diagram.key
    meaning = digest(diagram, [versions[callee] for callee in diagram.called])
    label = diagram.name or key
    if head is not None and bytes(head.digest) == meaning:
        if not given:
            return None
        if bytes(head.raw) == diagram.raw:
            return Deployment(kind="process", key=key, number=head.number, what="unchanged")
        unit.update(
            about,
            process_version,
            {"id": head.id, "looks": head.looks},
            looks=head.looks + 1,
            raw=diagram.raw,
            file=diagram.file,
            label=label,
        )
        unit.record(about, "cosmetic", number=head.number, looks=head.looks + 1)
        return Deployment(kind="process", key=key, number=head.number, what="cosmetic")
    number = head.number + 1 if head is not None else 1
    versions[key] = new_id()
    unit.insert(
        about,
        process_version,
        id=versions[key],
        key=key,
        number=number,
        digest=meaning,
        raw=diagram.raw,
        file=diagram.file,
        label=label,
        looks=1,
        calls=dict(calls),
        deployed_at=unit.now,
        deployed_by=unit.actor.id,
    )
    if head is None:
        unit.insert(about, process_head, key=key, version_id=versions[key])
    else:
        unit.update(about, process_head, {"key": key, "version_id": head.id}, version_id=versions[key])
    unit.record(about, "deployed", number=number, calls=dict(calls), why="file" if given else "called")
    return Deployment(
        kind="process",
        key=key,
        number=number,
        what="version" if head is not None else "new",
        why="file" if given else "called",
    )


def _callees_first(diagrams: Mapping[str, Diagram]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key not in ordered:
            for callee in sorted(diagrams[key].called):
                visit(callee)
            ordered[key] = None

    for key in sorted(diagrams):
        visit(key)
    return list(ordered)


def _fingerprint(files: Sequence[File]) -> bytes:
    found = hashlib.sha256()
    for name, raw in files:
        found.update(len(name).to_bytes(4, "big") + name.encode() + len(raw).to_bytes(8, "big") + raw)
    return found.digest()

"""Clean up: drafts that nobody attached, contents that nothing needs, files without a row; and scan what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, exists, not_, select

from engine.actors import CONSOLE
from engine.attachments.drafts import Expire, expire_drafts
from engine.attachments.model import attachment, draft, stored_file
from engine.attachments.scanning import scanner_of
from engine.attachments.store import store_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.attachments.scanning import Verdict
    from engine.unit import Engine, Unit

# Between the file and its row lie milliseconds, and a retried command's ten seconds at most. A back-up that is taken
# of the database first and of the files within this time afterwards holds a file for each row.
GRACE: Final = timedelta(hours=24)
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Cleaned:
    """How much went: drafts, rows of contents, files."""

    drafts: int
    contents: int
    files: int


def clean_up(engine: Engine, grace: timedelta = GRACE) -> Cleaned:
    """Let go of everything that nothing needs; may be killed anywhere, and run anywhere at the same time."""
    drafts = contents = 0
    while (some := engine.run(expire_drafts, Expire(), actor=CONSOLE)) > 0:
        drafts += some
    while (some := engine.run(forget_contents, Forget(grace), actor=CONSOLE)) > 0:
        contents += some
    return Cleaned(drafts=drafts, contents=contents, files=_clean_disk(engine, grace.total_seconds()))


@dataclass(frozen=True)
class Forget:
    """Contents that nothing has needed for so long."""

    older_than: timedelta


def forget_contents(unit: Unit, ask: Forget) -> int:
    """Delete rows of contents that no draft and no attachment needs, some at once; returns how many.

    The rows are locked first and asked about again: an upload of the same content that came between is seen.
    """
    unit.replay()
    old = select(stored_file.c.digest).where(_FREE, stored_file.c.stored_at < unit.now - ask.older_than)
    locked = unit.connection.execute(old.limit(_AT_ONCE).with_for_update(skip_locked=True)).scalars().all()
    still = select(stored_file.c.digest).where(_FREE, stored_file.c.digest.in_(locked))
    digests = unit.connection.execute(still).scalars().all() if locked else []
    for digest in digests:
        unit.delete(f"stored_file:{digest}", stored_file, digest=digest)
        unit.record(f"stored_file:{digest}", "forgotten")
    return len(digests)


_FREE: Final = and_(
    not_(exists().where(draft.c.digest == stored_file.c.digest)),
    not_(exists().where(attachment.c.digest == stored_file.c.digest)),
)


@dataclass(frozen=True)
class Known:
    """Which of these contents have a row."""

    digests: Sequence[str]


def known(unit: Unit, ask: Known) -> set[str]:
    """Those that have."""
    wanted = select(stored_file.c.digest).where(stored_file.c.digest.in_(ask.digests))
    return set(unit.connection.execute(wanted).scalars())


@dataclass(frozen=True)
class Judge:
    """What a scanner says of a content that waited for it."""

    digest: str
    verdict: Verdict


def judge(unit: Unit, ask: Judge) -> bool:
    """Write the verdict down, unless somebody else did; returns whether it was written."""
    unit.replay()
    waits = select(stored_file.c.digest).where(stored_file.c.digest == ask.digest, stored_file.c.state == "pending")
    if ask.verdict.state == "pending" or unit.connection.execute(waits.with_for_update()).first() is None:
        return False
    about, told = f"stored_file:{ask.digest}", ask.verdict
    judged = {"state": told.state, "scanner": told.scanner, "finding": told.finding, "scanned_at": unit.now}
    unit.update(about, stored_file, {"digest": ask.digest, "state": "pending"}, **judged)
    unit.record(about, "scanned", state=told.state, scanner=told.scanner, finding=told.finding)
    return True


def scan_pending(engine: Engine) -> int:
    """Ask the scanner again about what it could not judge when it came in; returns how many it judged now."""
    judged = 0
    for digest in engine.read(_pending, None, actor=CONSOLE):
        with store_of(engine.settings).where(digest).open("rb") as file:
            verdict = scanner_of(engine.settings).scan(file)
        if verdict.state == "pending" and verdict.finding is None:
            break  # the scanner is away: the others can wait too
        judged += engine.run(judge, Judge(digest, verdict), actor=CONSOLE)
    return judged


def _pending(unit: Unit, _: None) -> Sequence[str]:
    waiting = select(stored_file.c.digest).where(stored_file.c.state == "pending")
    return unit.connection.execute(waiting.order_by(stored_file.c.stored_at).limit(_AT_ONCE)).scalars().all()


def _clean_disk(engine: Engine, grace_s: float) -> int:
    store = store_of(engine.settings)
    gone = store.sweep(grace_s)
    for digest, needed in _judged(engine, iter(store.departing())):
        if needed:
            store.take_back(digest)
        else:
            gone += store.remove(digest, grace_s)
    for digest, needed in _judged(engine, store.digests(grace_s)):
        if not needed:
            store.send_off(digest, grace_s)
    return gone


def _judged(engine: Engine, digests: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Each content with whether a row needs it, asked for some at once."""
    while some := list(islice(digests, _AT_ONCE)):
        there = engine.read(known, Known(some), actor=CONSOLE)
        yield from ((digest, digest in there) for digest in some)

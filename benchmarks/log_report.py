"""The help desk log under office hours, as a page with plots (`python -m benchmarks.log_report [LOG.csv]`)."""

# ruff: noqa: E501 - lines of the page are as long as those of other pages
from __future__ import annotations

import statistics
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from benchmarks.installation import a_database
from engine import actors
from engine.clocks.explaining import Explain, explain
from engine.clocks.reports import Report, report
from engine.config import Settings
from engine.history import ticket_history
from engine.migrating import migrate
from engine.people.adding import AddPresets, add_presets
from engine.registry.putting import Put, put
from engine.replay.replaying import replay
from engine.starting import start
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.unit import Engine

ROOT = Path(__file__).parents[1]
LOG = ROOT.parent / "shared" / "data" / "helpdesk.csv"
PAGE = ROOT / "docs" / "sla-report.md"
IMAGES = ROOT / "docs" / "images"
OFFICE = {
    "label": "Escritório",
    "zone": "Europe/Rome",
    "week": ["seg-sex 08:00-12:00 13:00-18:00"],
    "holidays": "IT",
}
POLICY = {"label": "Todos", "resolution": "P20D", "valid_from": "2000-01-01"}
KINDS = ("counted", "off_hours", "paused", "over")
NAMES = {
    "counted": "contado",
    "off_hours": "fora do expediente",
    "paused": "esperando o cliente",
}
OPEN = KINDS[:3]
COLORS = {"counted": "#2e7d32", "off_hours": "#b0bec5", "paused": "#f9a825"}


@contextmanager
def told(log: Path) -> Iterator[tuple[Engine, datetime]]:
    """The log, told to the delivered process under office hours; and its last instant."""
    with a_database("SQLite FULL") as url:
        settings = replace(Settings(database_url=url), calendar="escritorio")
        engine = start(settings)
        migrate(engine.database)
        engine.run(add_presets, AddPresets(), actor=actors.CONSOLE)
        for registry, key, values in (("calendars", "escritorio", OFFICE), ("sla_policies", "todos", POLICY)):
            engine.run(put, Put(registry=registry, key=key, values=values), actor=actors.CONSOLE)
        replay(log, process="helpdesk", settings=settings, database_url=url)
        with engine.reading.connect() as connection:
            end = connection.execute(select(func.max(ticket_history.c.at))).scalar_one()
        engine.clock = lambda: end
        yield engine, end
        engine.database.dispose()


def lives(engine: Engine) -> Iterator[dict[str, Any]]:
    """Every ticket's clocks with every interval; each adds up to the ticket's life, or this fails."""
    with engine.reading.connect() as connection:
        protocols = list(connection.scalars(select(ticket.c.protocol).order_by(ticket.c.id)))
    for protocol in protocols:
        found = engine.read(explain, Explain(ticket=protocol, whole=True), actor=actors.CONSOLE)
        life = int(found["as_of"].timestamp()) - int(found["opened_at"].timestamp())
        for ledger in (found, *found["clocks"]):
            assert sum(ledger["seconds"].values()) == life, protocol
            assert sum(one["seconds"] for one in ledger["intervals"]) == life, protocol
            ends = [one["until"] for one in ledger["intervals"]]
            assert [one["from"] for one in ledger["intervals"]] == [found["opened_at"], *ends[:-1]][: len(ends)], (
                protocol
            )
        yield found


def main() -> None:
    log = Path(sys.argv[1]) if len(sys.argv) > 1 else LOG
    with told(log) as (engine, end):
        whole = dict.fromkeys(KINDS, 0)
        resolution: list[float] = []
        intervals = breached = number = 0
        for found in lives(engine):
            number += 1
            intervals += len(found["intervals"])
            for kind in KINDS:
                whole[kind] += found["seconds"][kind]
            (clock,) = [one for one in found["clocks"] if one["clock"] == "resolution"]
            breached += clock["breached"]
            if clock["state"] == "over":
                resolution.append(clock["seconds"]["counted"] / 3600)
        years = [datetime(year, 1, 1, tzinfo=UTC) for year in range(2010, end.year + 2)]
        rows: list[Mapping[str, Any]] = []
        for since, until in pairwise(years):
            ask = Report(since=since, until=min(until, end + timedelta(seconds=1)))
            if since < end:
                rows += [{"year": since.year, **row} for row in engine.read(report, ask, actor=actors.CONSOLE)["rows"]]
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "sla-life.svg").write_text(life_plot(whole), encoding="utf-8")
    (IMAGES / "sla-resolution.svg").write_text(histogram(resolution), encoding="utf-8")
    PAGE.write_text(page(number, intervals, whole, resolution, breached, rows), encoding="utf-8")


def page(
    number: int,
    intervals: int,
    whole: Mapping[str, int],
    resolution: Sequence[float],
    breached: int,
    rows: Sequence[Mapping[str, Any]],
) -> str:
    total = sum(whole[kind] for kind in OPEN)
    cuts = statistics.quantiles(resolution, n=10)
    shares = "\n".join(f"| {NAMES[k]} | {whole[k]:,} | {100 * whole[k] / total:.2f} % |" for k in OPEN)
    busiest = max({row["year"] for row in rows}, key=lambda year: sum(r["left"] for r in rows if r["year"] == year))
    lines = "\n".join(
        f"| {row['label']} | {row['left']:,} | {_hours(row['dwell_median_s'])} | {_hours(row['dwell_p90_s'])} "
        f"| {_hours(row['worked_median_s'])} | {_hours(row['worked_p90_s'])} "
        f"| {100 * (row['waiting_share'] or 0):.0f} % |"
        for row in rows
        if row["year"] == busiest
    )
    return f"""# A real log under office hours

A public event log of a help desk ({number:,} tickets), replayed through the ordinary commands ([replay.md](replay.md)) on the delivered process
`helpdesk`, under a calendar of office hours: Monday to Friday 08:00–12:00 and 13:00–18:00 in Rome, the public holidays of Italy closed. One
policy for all: solved within 20 working days. Made by `python -m benchmarks.log_report`; a test does the same with a part of the log.

## Every second is somewhere

Each of the {number:,} tickets was explained as `GET /tickets/{{protocol}}/sla/explain` does: {intervals:,} intervals. In every ticket, and in each of its
clocks, they follow one another without a gap and **add up exactly to the ticket's life**; a single second too much or too little stops the
script. All the time in which tickets were open, together (the rest, {whole["over"]:,} seconds until the end of the log, they were finished):

| | seconds | share |
|---|---:|---:|
{shares}
| together | {total:,} | 100 % |

![What the time was in which tickets were open](images/sla-life.svg)

## Until it was solved

Working hours that were counted until a ticket was finished (waiting for the customer and the time outside office hours left out): median
{statistics.median(resolution):.1f} h, nine tenths below {cuts[-1]:.1f} h. {breached:,} tickets ({100 * breached / number:.1f} %) reached the limit of 20 working days.

![How many working hours tickets took](images/sla-resolution.svg)

## By situation, {busiest}

| situation | stays | median | p90 | median, working | p90, working | waiting |
|---|---:|---:|---:|---:|---:|---:|
{lines}

Hours. Median and p90 are stays that were there, not interpolated: each can be found again in a history. Waiting is the share of time in
situations with `pauses_sla`, which have no working time.
"""


def life_plot(whole: Mapping[str, int]) -> str:
    """One bar, cut by kind."""
    total, left, parts = sum(whole[kind] for kind in OPEN), 20.0, []
    for n, kind in enumerate(OPEN):
        width = 720 * whole[kind] / total
        parts.append(f'<rect x="{left:.1f}" y="20" width="{width:.1f}" height="50" fill="{COLORS[kind]}"/>')
        parts.append(f'<rect x="{20 + 240 * n}" y="90" width="14" height="14" fill="{COLORS[kind]}"/>')
        share = f"{100 * whole[kind] / total:.1f}".replace(".", ",")
        parts.append(f'<text x="{40 + 240 * n}" y="102">{NAMES[kind]} {share} %</text>')
        left += width
    return _svg(760, 120, parts)


def histogram(hours: Sequence[float]) -> str:
    """Tickets by working hours, ten a bar, all beyond the last in one."""
    step, bars = 10, 36
    counts = [0] * bars
    for one in hours:
        counts[min(int(one // step), bars - 1)] += 1
    most = max(counts)
    parts = []
    for n, found in enumerate(counts):
        height = 180 * found / most
        parts.append(
            f'<rect x="{50 + 19 * n}" y="{200 - height:.1f}" width="17" height="{height:.1f}" fill="#2e7d32"/>'
        )
        if n % 5 == 0:
            parts.append(f'<text x="{50 + 19 * n}" y="218">{n * step}</text>')
    parts.append(f'<text x="{50 + 19 * (bars - 1) - 10}" y="218">{(bars - 1) * step}+</text>')
    parts.append('<line x1="48" y1="200" x2="740" y2="200" stroke="#455a64"/>')
    parts.append(f'<text x="4" y="26">{most:,}</text><text x="30" y="204">0</text>')
    parts.append('<text x="300" y="238">horas úteis até a solução</text>')
    return _svg(760, 250, parts)


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    inner = "\n".join(parts)
    return f'{head} font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n{inner}\n</svg>\n'


def _hours(seconds: int | None) -> str:
    return "–" if seconds is None else f"{seconds / 3600:,.1f}"


if __name__ == "__main__":
    main()

"""Open tickets that began at instants of their own, with their histories, made by the database from one real ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.history import ticket_history
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from benchmarks.installation import Installation

SECONDS: Final = 5 * 86_400
_TIMES: Final = ("opened_at", "entered_at", "changed_at")
_HANDS: Final = ("resolution", "first")


def spread(here: Installation, number: int) -> None:
    """Clone the newest ticket, each clone a little older than the one before; ids grow in the order of the rows.

    The limits they keep are those of the ticket: have them computed anew before anything is measured.
    """
    dialect = here.engine.database.dialect.name
    step = SECONDS / number
    own = (_postgresql if dialect == "postgresql" else _sqlite)(step)
    numbers = (
        f"generate_series(1, {number})"
        if dialect == "postgresql"
        else f"(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {number}) SELECT n FROM up)"
    )
    names = [column.name for column in ticket.columns]
    told = {column.name: _quoted(column.name) for column in ticket_history.columns}
    newest = "(SELECT id FROM ticket ORDER BY id DESC LIMIT 1)"
    statements = (
        f"CREATE TABLE spread AS SELECT * FROM ticket WHERE id = {newest}",
        f"CREATE TABLE spread_history AS SELECT * FROM ticket_history WHERE ticket_id = {newest}",
        _copy("ticket", {name: own.get(name, name) for name in names}, f"spread, {numbers} AS n ORDER BY n"),
        _copy("ticket_history", told | {"ticket_id": own["id"], "at": own["at"]}, f"{numbers} AS n, spread_history"),
        "DROP TABLE spread",
        "DROP TABLE spread_history",
    )
    with here.engine.database.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def _copy(name: str, values: dict[str, str], source: str) -> str:
    columns = ", ".join(_quoted(one) for one in values)
    return f"INSERT INTO {name} ({columns}) SELECT {', '.join(values.values())} FROM {source}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _postgresql(step: float) -> dict[str, str]:
    hands = ", ".join(
        f"'{name}', jsonb_build_array((clocks->'{name}'->>0)::bigint - n * {step * 1e6:.0f}::bigint, 0, NULL, "
        f"(clocks->'{name}'->>3)::int)"
        for name in _HANDS
    )
    return {
        "id": "(lpad(to_hex(1000000000000 + n), 12, '0') || '70008000' || substr(md5(n::text), 1, 12))::uuid",
        "protocol": "'c' || n",
        "team": "'team' || (n % 20)",
        "responsible": "CASE n % 3 WHEN 0 THEN NULL ELSE lpad(to_hex(n * 7919::bigint % 400), 32, '0')::uuid END",
        "clocks": f"jsonb_build_object({hands})",
        **{name: f"{name} - n * {step:.6f} * interval '1 second'" for name in (*_TIMES, "at")},
    }


def _sqlite(step: float) -> dict[str, str]:
    def shifted(name: str) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-' || (n * {step:.6f}) || ' seconds')"

    hands = ", ".join(
        f"'{name}', json_array(json_extract(clocks, '$.{name}[0]') - CAST(n * {step * 1e6:.0f} AS INTEGER), 0, NULL, "
        f"json_extract(clocks, '$.{name}[3]'))"
        for name in _HANDS
    )
    return {
        "id": "printf('%012x', 1000000000000 + n) || '70008000' || printf('%012x', n)",
        "protocol": "'c' || n",
        "team": "'team' || (n % 20)",
        "responsible": "CASE n % 3 WHEN 0 THEN NULL ELSE printf('%032x', n * 7919 % 400) END",
        "clocks": f"json_object({hands})",
        **{name: shifted(name) for name in (*_TIMES, "at")},
    }

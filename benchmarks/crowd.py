"""A hundred thousand open tickets of many teams and people, made by the database itself from one real ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from engine import actors
from engine.activities.model import activity
from engine.people.adding import AddPerson, add_person
from engine.people.tokens import IssueToken, issue_token
from engine.permits.profiles import CreateProfile, create_profile
from engine.registry.putting import Put, put
from engine.tickets.model import ticket

if TYPE_CHECKING:
    from benchmarks.installation import Installation

TICKETS: Final = 100_000
TEAMS: Final = 20
_NUMBERS: Final = {
    "sqlite": "(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {}) SELECT n FROM up)",
    "postgresql": "generate_series(1, {})",
}
# How each database makes an id of a number, steps back in time, and writes a person of the few hundred there are.
_OWN: Final = {
    "sqlite": {
        "id": "lower(hex(randomblob(16)))",
        "protocol": "'c' || n",
        "opened_at": "strftime('%Y-%m-%d %H:%M:%f000', opened_at, '-' || n || ' seconds')",
        "responsible": "printf('%032x', 1000 + (n * 7919) % 400)",
        "opened_by": "'user:' || printf('00000000-0000-0000-0000-%012x', 1000 + (n * 104729) % 400)",
    },
    "postgresql": {
        "id": "gen_random_uuid()",
        "protocol": "'c' || n",
        "opened_at": "opened_at - n * interval '1 second'",
        "responsible": "lpad(to_hex(1000 + (n * 7919) % 400), 32, '0')::uuid",
        "opened_by": "'user:' || lpad(to_hex(1000 + (n * 104729::bigint) % 400), 32, '0')::uuid",
    },
}


def crowd(here: Installation, number: int = TICKETS, *, situations: tuple[str, ...] = ()) -> None:
    """Clone the ticket that is there; every tenth clone has an activity in its team's queue.

    Args:
        situations: each in its turn; none: all stand where the ticket does.
    """
    dialect = here.engine.database.dialect.name
    own = _OWN[dialect] | {"team": f"'team' || (n % {TEAMS})"}
    if situations:
        told = " ".join(f"WHEN {n} THEN '{one}'" for n, one in enumerate(situations))
        own["situation"] = f"CASE n % {len(situations)} {told} END"
    names = [column.name for column in ticket.columns]
    shown = ", ".join(own.get(name, name) for name in names)
    numbers = _NUMBERS[dialect].format(number)
    given = {"ticket_id": "id", "id": own["id"], "kind": "'custom'", "status": "'queued'", "created_at": "opened_at"}
    given |= {"team": "team"}
    given |= {"limit_version": "0"}
    needed = [column.name for column in activity.columns if column.name in given or not column.nullable]
    with here.engine.database.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO ticket ({', '.join(names)}) SELECT {shown} "
                f"FROM (SELECT * FROM ticket LIMIT 1) AS one, {numbers} AS n"
            )
        )
        connection.execute(
            text(
                f"INSERT INTO activity ({', '.join(needed)}) SELECT {', '.join(given[name] for name in needed)} "
                f"FROM ticket WHERE protocol LIKE 'c%0'"
            )
        )
    here.analyse()


def member(here: Installation, scope: str, teams: tuple[str, ...] = ()) -> str:
    """Somebody with every right of an agent, within that scope; returns their token."""
    for key in teams:
        here.engine.run(put, Put(registry="teams", key=key, values={"label": key}), actor=actors.CONSOLE)
    profile = CreateProfile(key=f"agente_{scope}", label=scope, scope=scope, copy_of="agente")
    here.engine.run(create_profile, profile, actor=actors.CONSOLE)
    person = AddPerson(login=f"pessoa.{scope}", name=scope, profile=profile.key, teams=teams)
    here.engine.run(add_person, person, actor=actors.CONSOLE)
    token: str = here.engine.run(issue_token, IssueToken(login=person.login, label="b"), actor=actors.CONSOLE)
    return token

"""Permissions over HTTP: the catalogue, profiles, cells, the matrix, what-if, review and history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api import commands, supposition_shapes
from api import permission_examples as examples
from api import permission_shapes as shapes
from api.openapi import LOCATION, Doors
from api.permission_dumps import (
    alike_body,
    catalogue_body,
    cells_of,
    changed_body,
    matrix_body,
    profile_body,
    review_body,
    supposed_body,
    whole_profile_body,
)
from api.ticket_dumps import listed
from api.ticket_shapes import PageShape
from engine.permits.carrying import Carry, carry
from engine.permits.cells import SetCells, set_cells
from engine.permits.listing import Which, which
from engine.permits.matrix import ReadMatrix, read_matrix
from engine.permits.profiles import (
    AlterProfile,
    CreateProfile,
    ListProfiles,
    ReadProfile,
    alter_profile,
    create_profile,
    list_profiles,
    read_profile,
)
from engine.permits.reviewing import UNUSED_FOR, Review, review, unused
from engine.permits.supposing import Suppose, suppose
from engine.permits.telling import Changes, permission_changes
from permissions.presets import load

if TYPE_CHECKING:
    from flask import Response

    from engine.people.model import Profile
    from engine.permits.cells import Changed
    from engine.unit import Answer, Unit

doors = Doors("permissions", description="Who may do what, where, and why; and what a change would do")


@doors.door("GET", "/permissions/actions", gives=shapes.ActionsShape(), example=examples.ACTIONS)
def list_actions() -> Response:
    """List everything that can be allowed.

    By tab, with a sentence on each. Nobody needs a right to read this.
    """
    return commands.shown(catalogue_body())


@doors.door(
    "GET",
    "/permissions/profiles",
    query=shapes.ProfilesQuery(),
    gives=shapes.ProfilesShape(),
    example=examples.PROFILES,
)
def list_all_profiles(asked: dict[str, Any]) -> Response:
    """List profiles."""
    held = commands.read(list_profiles, ListProfiles(**asked))
    return commands.shown({"profiles": [profile_body(one) for one in held], "presets": [one.key for one in load()]})


@doors.door(
    "POST",
    "/permissions/profiles",
    takes=shapes.ProfileAsk(),
    taken=examples.PROFILE_ASK,
    status=201,
    gives=shapes.ProfileShape(),
    example=examples.NEW_PROFILE,
    refusals=(409,),
    headers=LOCATION,
)
def create_a_profile(asked: dict[str, Any]) -> Response:
    """Create a profile.

    With no rules, or with those of another profile or preset (`copy_of`).
    """
    return commands.run(_created, CreateProfile(**asked), _profile_made)


def _created(unit: Unit, ask: CreateProfile) -> dict[str, Any]:
    made = create_profile(unit, ask)
    return _plain(made) | {"people": 0}


def _plain(one: Profile) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "description": one.description,
        "scope": one.scope,
        "retired": one.retired,
    }


def _profile_made(body: dict[str, Any]) -> Answer:
    return commands.answer(201, body, Location=f"/api/v1/permissions/profiles/{body['key']}")


@doors.door(
    "GET",
    "/permissions/profiles/<key>",
    gives=shapes.WholeProfileShape(),
    example=examples.WHOLE_PROFILE,
    refusals=(404,),
)
def read_a_profile(key: str) -> Response:
    """Read a profile with its rules."""
    return commands.shown(commands.read(_whole_profile, ReadProfile(key=key)))


def _whole_profile(unit: Unit, ask: ReadProfile) -> dict[str, Any]:
    return whole_profile_body(read_profile(unit, ask)) | {"authority": unit.catalogue.number}


@doors.door(
    "PATCH",
    "/permissions/profiles/<key>",
    takes=shapes.AlterProfileAsk(),
    taken={"scope": "team"},
    gives=shapes.ProfileShape(),
    example=examples.PROFILE,
    refusals=(404, 409),
)
def alter_a_profile(asked: dict[str, Any], key: str) -> Response:
    """Rename, describe, limit or retire a profile.

    A profile that somebody has cannot be retired.
    """
    seen = asked.pop("authority", None)
    return commands.run(_altered, AlterProfile(key=key, seen=seen, **asked), _shown)


def _altered(unit: Unit, ask: AlterProfile) -> dict[str, Any]:
    people = sum(one.profile == ask.key and not one.ended for one in unit.catalogue.people.values())
    return _plain(alter_profile(unit, ask)) | {"people": people}


def _shown(body: dict[str, Any]) -> Answer:
    return commands.answer(200, body)


@doors.door(
    "PATCH",
    "/permissions/cells",
    takes=shapes.CellsAsk(),
    taken=examples.CELLS_ASK,
    gives=shapes.CellsShape(),
    example=examples.CELLS,
    refusals=(409,),
)
def set_permission_cells(asked: dict[str, Any]) -> Response:
    """Set cells: allow, deny, or empty them.

    All or none; each that changes is a row of the history. Ask `POST /permissions/what-if` first.
    """
    ask = SetCells(changes=cells_of(asked["cells"]), seen=asked.get("authority"))
    return commands.run(set_cells, ask, _changed)


def _changed(done: list[Changed]) -> Answer:
    return commands.answer(200, changed_body(done))


@doors.door(
    "GET",
    "/permissions/matrix/<process>",
    query=shapes.MatrixQuery(),
    gives=shapes.MatrixShape(),
    example=examples.MATRIX,
    refusals=(404, 422),
)
def read_permission_matrix(asked: dict[str, Any], process: str) -> Response:
    """Read the matrix of a process.

    Situations of the version in force and of those on which tickets still run. `*` as the process: rules for all.
    """
    ask = ReadMatrix(process=process, profiles=asked["profile"], actions=asked["action"], at=asked["as_of"])
    return commands.shown(matrix_body(commands.read(read_matrix, ask), asked["as_of"]))


@doors.door(
    "POST",
    "/permissions/what-if",
    takes=supposition_shapes.SupposeAsk(),
    taken=examples.SUPPOSE_ASK,
    gives=supposition_shapes.SupposedShape(),
    example=examples.SUPPOSED,
    refusals=(404,),
    key=False,
)
def suppose_a_change(asked: dict[str, Any]) -> Response:
    """Ask what a change would do.

    Who gains and loses which move on how many running tickets, and which tickets nobody could move. Changes nothing.
    """
    return commands.shown(commands.read(_supposed, _suppose(asked)))


def _suppose(asked: dict[str, Any]) -> Suppose:
    scopes = {one["profile"]: one["scope"] for one in asked.pop("scopes")}
    return Suppose(changes=cells_of(asked.pop("cells")), scopes=scopes)


def _supposed(unit: Unit, ask: Suppose) -> dict[str, Any]:
    found = suppose(unit, ask)
    profiles = sorted({cell.profile for cell in ask.changes} | set(ask.scopes))
    return supposed_body(found) | {
        "authority": unit.catalogue.number,
        "unused": [one.as_dict() for one in unused(unit, unit.now - UNUSED_FOR, profiles)],
        "alike": alike_body(found.alike),
    }


@doors.door(
    "POST",
    "/permissions/what-if/tickets",
    takes=supposition_shapes.WhichAsk(),
    taken=examples.WHICH_ASK,
    gives=PageShape(),
    example=examples.PAGE,
    refusals=(404,),
    key=False,
)
def list_supposed_tickets(asked: dict[str, Any]) -> Response:
    """List the tickets behind one line of what was supposed.

    The newest first; those of them that the caller may read.
    """
    supposed = _suppose(asked)
    rows, cursor = commands.read(_which, Which(suppose=supposed, **asked))
    return commands.shown({"tickets": rows, "next": None, "cursor": cursor})


def _which(unit: Unit, ask: Which) -> tuple[list[dict[str, Any]], str | None]:
    page = which(unit, ask)
    return listed(unit, page.rows), page.next


@doors.door(
    "POST",
    "/permissions/carry",
    takes=shapes.CarryAsk(),
    taken=examples.CARRY_ASK,
    gives=shapes.CellsShape(),
    example=examples.CELLS,
    refusals=(409,),
)
def carry_rules(asked: dict[str, Any]) -> Response:
    """Carry rules to a situation that got another id.

    What the new situation has of its own stays; the old cells are emptied once nothing stands there any more.
    """
    seen = asked.pop("authority", None)
    return commands.run(carry, Carry(seen=seen, **asked), _changed)


@doors.door(
    "GET",
    "/permissions/review",
    query=supposition_shapes.ReviewQuery(),
    gives=supposition_shapes.ReviewShape(),
    example=examples.REVIEW,
)
def review_permissions(asked: dict[str, Any]) -> Response:
    """Look over all rights.

    Those nobody used, rules about situations that are gone, profiles that are all but the same.
    """
    found = commands.read(review, Review(unused_for=timedelta(days=asked["days"])))
    return commands.shown(review_body(found))


@doors.door(
    "GET",
    "/permissions/history",
    query=shapes.PermissionHistoryQuery(),
    gives=shapes.PermissionHistoryShape(),
    example=examples.HISTORY,
    refusals=(422,),
)
def read_permission_history(asked: dict[str, Any]) -> Response:
    """Read who changed which right, the newest first."""
    return commands.shown({"changes": commands.read(permission_changes, Changes(**asked))})

"""Scopes of a token: a list of actions that narrows what its person's profile allows, and grants nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def within(scopes: Collection[str] | None, action: str, narrowed: str | None = None) -> bool:
    """Whether the scopes hold the action: whole, or narrowed to just what is asked. None: there is no limit."""
    if scopes is None or action in scopes:
        return True
    return narrowed is not None and f"{action}:{narrowed}" in scopes


def exceeding(wanted: Collection[str], scopes: Collection[str]) -> list[str]:
    """What of the wanted scopes the other ones do not hold."""
    return sorted(one for one in wanted if not within(scopes, *_parts(one)))


def _parts(scope: str) -> tuple[str, str | None]:
    action, colon, narrowed = scope.partition(":")
    return action, narrowed if colon else None

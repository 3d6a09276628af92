"""What an interaction has to bring along, by situation and channel: data of the installation, not code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, String, Table

from engine.db import Json, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

interaction_demand = Table(
    "interaction_demand",
    metadata,
    Column("process", String(200), primary_key=True),  # `*`: any
    Column("situation", String(200), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("demands", Json, nullable=False),  # of DEMANDS; an empty list is an exception to a wider row
)

ANY: Final = "*"
DEMANDS: Final = ("situation", "next_action")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What interactions on a channel demand in a situation; `*` stands for any."""

    process: str = ANY
    situation: str = ANY
    channel: str = ANY
    demands: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str]:
        """What it speaks about."""
        return self.process, self.situation, self.channel


@dataclass(frozen=True)
class Demands:
    """All of an installation's demands. Without a row nothing is demanded."""

    by_place: Mapping[tuple[str, str, str], Demand] = field(default_factory=dict)

    def of(self, process: str, situation: str, channel: str) -> tuple[str, ...]:
        """What the most particular row demands: a situation's before its process's, a channel's before any."""
        for place in ((process, situation), (process, ANY), (ANY, ANY)):
            for which in (channel, ANY):
                found = self.by_place.get((*place, which))
                if found is not None:
                    return found.demands
        return ()

"""Who acts: a person by a token, or the engine itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The principal of one command.

    Attributes:
        id: `user:<uuid>`, or `system:timer`, `system:message`, `system:activity`, `system:console`,
            `system:replay`.
        profile: key of the one profile; None for the engine itself, of whom no right is asked.
        teams: keys of the teams the person belongs to.
        token: hash of the token the person came with, to ask again when rights have changed.
        authority: number under which this was read; see `engine.history.authority`.
        ends_at: when the token ends, if it does.
    """

    id: str
    name: str
    profile: str | None = None
    teams: frozenset[str] = frozenset()
    user_id: UUID | None = None
    token: bytes | None = None
    authority: int = -1
    ends_at: datetime | None = None

    @property
    def is_system(self) -> bool:
        """True for the engine itself."""
        return self.profile is None


TIMER = Actor(id="system:timer", name="temporizador")
MESSAGE = Actor(id="system:message", name="mensagem")
ACTIVITY = Actor(id="system:activity", name="atividade")
CONSOLE = Actor(id="system:console", name="linha de comando")
REPLAY = Actor(id="system:replay", name="reprodução de log")

"""Who acts: a person by a token or a session, or the engine itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STAFF: Final = "staff"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The principal of one command.

    Attributes:
        id: `user:<uuid>`, or `system:timer`, `system:message`, `system:activity`, `system:console`,
            `system:replay`.
        profile: key of the one profile; None for the engine itself, of whom no right is asked.
        teams: keys of the teams the person belongs to.
        kind: of account: `staff`, or another that has a directory of its own (engine/people/accounts.py). The doors
            of one kind take no principal of another.
        token: hash of the token the person came with, to ask again when rights have changed.
        session: hash of the session, of who came with a cookie.
        scopes: actions, perhaps narrowed, that the token was issued for; None: all that the profile allows.
        authority: number under which this was read; see `engine.history.authority`.
        ends_at: when the token or session ends, if it does.
    """

    id: str
    name: str
    profile: str | None = None
    teams: frozenset[str] = frozenset()
    user_id: UUID | None = None
    kind: str = STAFF
    token: bytes | None = None
    session: bytes | None = None
    scopes: frozenset[str] | None = None
    authority: int = -1
    ends_at: datetime | None = None

    @property
    def is_system(self) -> bool:
        """True for the engine itself."""
        return self.profile is None


# Looks callers up, and acts until there is a first administrator. Nobody's rights are asked of it.
DOOR = Actor(id="system:door", name="porta de entrada")
TIMER = Actor(id="system:timer", name="temporizador")
MESSAGE = Actor(id="system:message", name="mensagem")
ACTIVITY = Actor(id="system:activity", name="atividade")
CONSOLE = Actor(id="system:console", name="linha de comando")
HAND_BACK = Actor(id="system:hand_back", name="saída de pessoa")
BULK = Actor(id="system:bulk", name="lote")
REPLAY = Actor(id="system:replay", name="reprodução de log")

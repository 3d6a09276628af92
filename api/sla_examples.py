"""Examples of what is told of clocks."""

from __future__ import annotations

from typing import Any, Final

from api import activity_examples, examples

_NONE: Final = {"not_started": 0, "counted": 0, "off_hours": 0, "paused": 0, "over": 0}
_INTERVALS: Final = [
    {
        "from": "2026-03-02T20:00:00Z",
        "until": "2026-03-02T21:00:00Z",
        "seconds": 3600,
        "kind": "counted",
        "situation": "atendimento:aberto",
        "situation_label": "Aberto",
        "calendar_version": 1,
    },
    {
        "from": "2026-03-02T21:00:00Z",
        "until": "2026-03-03T11:00:00Z",
        "seconds": 50400,
        "kind": "off_hours",
        "situation": "atendimento:aberto",
        "situation_label": "Aberto",
        "calendar_version": 1,
        "because": "off_hours",
    },
    {
        "from": "2026-03-03T11:00:00Z",
        "until": "2026-03-03T14:10:00Z",
        "seconds": 11400,
        "kind": "counted",
        "situation": "atendimento:aberto",
        "situation_label": "Aberto",
        "calendar_version": 1,
    },
]
_SECONDS: Final = _NONE | {"counted": 15000, "off_hours": 50400}
_CLOCK: Final[dict[str, Any]] = {
    "clock": "situation",
    "state": "running",
    "began_at": "2026-03-02T20:00:00Z",
    "ended_at": None,
    "limit_at": "2026-03-03T14:00:00Z",
    "held_limit_at": None,
    "reached_at": "2026-03-03T14:00:00Z",
    "red": True,
    "breached": True,
    "remaining_s": 0,
    "overdue_s": 600,
    "rule": {
        "source": "diagram",
        "process": "atendimento",
        "version": 1,
        "element": "aberto",
        "amount": "PT4H",
        "team": "atendimento",
    },
    "calendar": {"key": "comercial", "version": 1, "zone": "America/Sao_Paulo"},
    "seconds": _SECONDS,
}
CLOCKS: Final = {
    "ticket": examples.TICKET["protocol"],
    "as_of": "2026-03-03T14:10:00Z",
    "rules": "then",
    "opened_at": "2026-03-02T20:00:00Z",
    "situation": "atendimento:aberto",
    "situation_label": "Aberto",
    "clocks": [_CLOCK],
}
_ANNOUNCEMENTS: Final = [
    activity_examples.ANNOUNCEMENT | {"due_at": "2026-03-03T14:00:00Z", "at": "2026-03-03T14:00:01Z"},
]
LEDGER: Final = CLOCKS | {
    "clocks": [_CLOCK | {"intervals": _INTERVALS}],
    "seconds": _SECONDS,
    "visits": [
        {
            "situation": "atendimento:aberto",
            "situation_label": "Aberto",
            "entered_at": "2026-03-02T20:00:00Z",
            "left_at": None,
            "sla": "PT4H",
            "limit_at": "2026-03-03T14:00:00Z",
            "breached": True,
            "calendar": "comercial",
            "seconds": _SECONDS,
        }
    ],
    "intervals": _INTERVALS,
    "announcements": _ANNOUNCEMENTS,
}
ACTIVITY: Final = {
    "activity": "019525a0-0000-7000-8000-000000000001",
    "ticket": examples.TICKET["protocol"],
    "as_of": "2026-03-03T14:10:00Z",
    "rules": "then",
    "status": "queued",
    "clocks": [_CLOCK | {"clock": "activity", "intervals": _INTERVALS}],
    "announcements": _ANNOUNCEMENTS,
}
MONTH: Final = {
    "calendar": "comercial",
    "label": "Horário comercial",
    "month": "2026-02",
    "worked_s": 612000,
    "days": [
        {
            "date": "2026-02-17",
            "weekday": "ter",
            "periods": [],
            "holiday": "Carnaval",
            "version": 1,
            "worked_s": 0,
        }
    ],
    "versions": [
        {
            "number": 1,
            "valid_from": None,
            "in_force": {"from": None, "until": None},
            "made_at": "2026-01-05T12:00:00Z",
            "made_by": "Elisa Prado",
            "zone": "America/Sao_Paulo",
            "week": ["seg-sex 08:00-12:00 13:00-18:00"],
            "holidays": "BR-GO",
            "optional_holidays": ["Carnaval"],
            "days": [],
        }
    ],
}
REFRESHES: Final = {
    "refreshes": [
        {
            "id": "019525a0-0000-7000-8000-000000000002",
            "what": "tickets",
            "because": "calendars/comercial",
            "asked_at": "2026-03-03T14:10:00Z",
            "asked_by": "Elisa Prado",
            "seen": 1200,
            "changed": 37,
            "finished_at": None,
        }
    ]
}

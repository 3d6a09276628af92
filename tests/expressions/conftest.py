from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.expressions import compile_expression


@pytest.fixture(scope="session")
def now():
    return datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def value(now):
    def evaluate(text, **fields):
        facts = {f"fields.{name}": given for name, given in fields.items()}
        return compile_expression(text).evaluate(facts, now)

    return evaluate

"""Towns for this room's tests: SQLite, or what `BOTH` of tests/slack/town.py asks for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures import database, empty_database, store
from tests.slack.town import Town, open_town

__all__ = ["database", "empty_database", "store"]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """Beside the loop: a database server takes its time to start."""
    there = getattr(request, "param", "sqlite") == "postgresql"
    return str(request.getfixturevalue("ready_url")) if there else ""


@pytest.fixture
async def asleep(tmp_path: Path, url: str) -> AsyncIterator[Town]:
    """One in which nobody has begun to work."""
    async with open_town(tmp_path, url) as opened:
        yield opened


@pytest.fixture
async def town(asleep: Town) -> Town:
    """One at work."""
    await asleep.works()
    return asleep

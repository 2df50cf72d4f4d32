from collections.abc import AsyncIterator

import pytest

from tests.sandbox.slack.hall import App, Hall, open_app, open_hall


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with open_hall() as opened:
        yield opened


@pytest.fixture
async def app(hall: Hall) -> AsyncIterator[App]:
    async with open_app(hall) as opened:
        yield opened

"""The house at work, for every test here. They share one event loop, and so one browser: each opens contexts of its own
in it, with a storage and a network of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.conftest import open_browser, watched_pages
from tests.e2e.office import demo, lasting, office, open_demo, open_office
from tests.servers.pages import Pages

__all__ = ["demo", "office", "open_demo", "open_office"]

HERE = Path(__file__).parent
PATIENCE = 240
"""Seconds for a whole test: on a busy machine each of many waits takes its time, and each has a patience of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@lasting
async def new_page(browser: Browser) -> AsyncIterator[Pages]:
    async with watched_pages(browser) as pages:
        yield pages

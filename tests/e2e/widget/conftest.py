"""The widget on somebody's site, with the shop behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.site import Site
from tests.e2e.widget.world import World
from tests.servers.pages import Pages


@pytest.fixture
async def world(new_page: Pages, tmp_path: Path) -> AsyncIterator[World]:
    site = await Site.open()
    made = World(site, new_page, tmp_path)
    await made.start()
    yield made
    await new_page.close()
    await made.stop()
    await site.server.close()

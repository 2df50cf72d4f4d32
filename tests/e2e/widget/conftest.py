"""The widget on somebody's site, with the shop behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

from gateway.limits import Limits
from tests.e2e.office import lasting
from tests.e2e.site import Site
from tests.e2e.widget.world import AWAY, World
from tests.servers.pages import Pages


@lasting
async def world(new_page: Pages, tmp_path: Path) -> AsyncIterator[World]:
    site = await Site.open()
    made = World(site, new_page, tmp_path)
    await made.start()
    yield made
    await new_page.close()
    await made.stop()
    await site.server.close()


@lasting
async def closed(world: World) -> World:
    """A shop where nobody has been online for a while."""
    world.limits = Limits(presence_ping=1_000, presence_expires=3_000, presence_settles=0)
    await world.configure(away=AWAY)
    world.shop.clock.ahead += 2_000
    return world

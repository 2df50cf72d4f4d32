"""The tour of the README goes as it is told there."""

import asyncio
from collections.abc import Callable

from playwright.async_api import expect

from tests.pictures import DESK, PHONE, QUIET, tour, way
from tests.servers.pages import Pages
from tests.servers.parley import Parley


async def test_a_newcomer_s_first_minutes(parley: Callable[..., Parley], new_page: Pages) -> None:
    demo = await asyncio.to_thread(parley, command="demo", **{**QUIET, "PARLEY_SANDBOX__HISTORY": "150"})
    customer = await new_page(viewport=PHONE, locale="ko-KR")
    supervisor = await new_page(viewport=DESK)
    await tour(customer, supervisor, demo)
    assert await supervisor.evaluate("document.documentElement.scrollHeight <= innerHeight"), (
        "the page scrolls"
    )

    agent = await new_page(viewport=DESK)
    await agent.goto(await way(demo, r"^ +agent +http://[^/]+(/link/\S+)"))
    teams = agent.locator("nav a[href^='/list/team']")
    await expect(teams).to_have_count(1)
    await expect(teams).to_contain_text("주문 Orders")

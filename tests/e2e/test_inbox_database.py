"""PostgreSQL is away: the inbox says so, keeps what is written, and goes on by itself when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.e2e.office import GONE, OpenOffice
from tests.servers.pages import Pages
from tests.servers.postgres import Postgres


@pytest.fixture
def server() -> Iterator[Postgres]:
    """One of our own, to be killed."""
    made = Postgres.start(durable=True)
    yield made
    made.stop()


@pytest.mark.may_block("makes a database")
async def test_it_says_so_and_sends_afterwards(
    open_office: OpenOffice, new_page: Pages, server: Postgres
) -> None:
    new_page.expect(GONE + "|503")
    office = await open_office(PARLEY_DATABASE__URL=server.database())
    mina = await office.hire("Mina")
    await office.writes("Is my parcel on its way?")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    banner = inbox.page.locator(".banner")

    await asyncio.to_thread(server.kill)
    await inbox.reply("It left this morning.")
    await expect(banner).to_contain_text(inbox.words("banner.database"))
    assert await inbox.faults("database-away") == []

    await asyncio.to_thread(server.restart)
    await expect(banner).to_have_count(0)
    await mina.has(["Is my parcel on its way?", "It left this morning."])
    await inbox.settled()

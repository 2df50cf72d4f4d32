"""A browser that reads too slowly is cut and resumes; nobody else waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from playwright.async_api import expect

from tests.e2e.network import Wire
from tests.e2e.office import GONE, Office, OpenOffice, lasting
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.servers.pages import Pages

LONG = "x" * 9_000


@lasting
async def narrow(open_office: OpenOffice) -> Office:
    """Little may wait for a slow browser here."""
    return await open_office(PARLEY_LIMITS__SOCKET_BUFFER="32768", PARLEY_LIMITS__PRESENCE_SETTLES="0")


@lasting
async def wire(narrow: Office) -> AsyncIterator[Wire]:
    made = await Wire.to(narrow.url)
    yield made
    await made.close()


async def test_a_stalled_agent_is_cut_and_catches_up(narrow: Office, wire: Wire, new_page: Pages):
    new_page.expect(GONE)
    mina, bo = await narrow.hire("Mina"), await narrow.hire("Bo")
    token = await narrow.writes("first")
    slow = await mina.inbox(base_url=wire.url)
    quick = await bo.inbox()
    for tab in (slow, quick):
        await tab.open("Unnamed visitor")
        await tab.sees("first")
    colleagues = quick.page.locator(".nav-people li")
    await expect(colleagues).to_have_count(1)

    wire.stall()
    await narrow.goes_on(token, *(f"{n} {LONG}" for n in range(30)))
    told = ["first", *(str(n) for n in range(30))]
    await become(lambda: beginnings(quick), told)
    await expect(colleagues).to_have_count(0)  # the house has let go of her
    wire.flow()
    await become(lambda: beginnings(slow), told)
    await slow.reply("here")
    await become(lambda: beginnings(quick), [*told, "here"])
    await slow.is_true()


async def beginnings(tab: InboxPage) -> list[str]:
    """The first word of each message; long ones are folded."""
    return [text.split()[0] for text in await tab.told()]


async def test_a_wire_that_breaks_again_and_again(narrow: Office, wire: Wire, new_page: Pages):
    """Cut without a goodbye while both sides write: both resume from where they were."""
    new_page.expect(GONE)
    mina = await narrow.hire("Mina")
    chat = await narrow.customer(url=wire.url)
    await chat.say("c0")
    inbox = await mina.inbox(base_url=wire.url)
    await inbox.open("Unnamed visitor")
    await inbox.sees("c0")
    for n in range(1, 9):
        await chat.say(f"c{n}")
        wire.cut()
        await inbox.reply(f"a{n}")
    await expect(inbox.message("a8")).to_have_count(1)
    mine, theirs = [f"c{n}" for n in range(9)], [f"a{n}" for n in range(1, 9)]
    await mina.has(mine + theirs)
    told = await mina.texts()
    assert [text for text in told if text in mine] == mine
    assert [text for text in told if text in theirs] == theirs
    await inbox.tells(told)
    await chat.tells(told)
    await inbox.is_true()
    await chat.is_true()

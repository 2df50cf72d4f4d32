"""The server dies without a word in the middle of a chat, and comes back: both sides go on by themselves."""

from __future__ import annotations

import asyncio

from tests.e2e.office import GONE, Office
from tests.servers.pages import Pages


async def test_the_server_is_killed_while_both_sides_send(office: Office, new_page: Pages):
    new_page.expect(GONE)
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    chat = await office.customer()
    await chat.say("c0")
    inbox, watching = await mina.inbox(), await bo.inbox()
    for tab in (inbox, watching):
        await tab.open("Unnamed visitor")
        await tab.sees("c0")

    async def customer() -> None:
        for n in range(1, 13):
            await chat.say(f"c{n}")

    async def agent() -> None:
        for n in range(1, 13):
            await inbox.note(f"n{n}") if n % 4 == 0 else await inbox.reply(f"a{n}")

    async def power() -> None:
        for _ in range(3):
            await asyncio.sleep(0.15)  # somewhere in the middle; where exactly is what varies
            await office.dies()
            await office.comes_back()

    await asyncio.gather(customer(), agent(), power())
    mine = [f"c{n}" for n in range(13)]
    theirs = [f"n{n}" if n % 4 == 0 else f"a{n}" for n in range(1, 13)]
    await mina.has(mine + theirs)
    told = await mina.texts()
    assert [text for text in told if text in mine] == mine
    assert [text for text in told if text in theirs] == theirs
    await inbox.tells(told)
    await watching.tells(told)
    await chat.tells([text for text in told if not text.startswith("n")])
    for screen in (inbox, watching, chat):
        await screen.is_true()


async def test_a_quiet_restart_disturbs_nobody(office: Office, new_page: Pages):
    """What an agent has open and begun stays as it is; signing in is not asked again."""
    new_page.expect(GONE)
    mina = await office.hire("Mina")
    token = await office.writes("Hello")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.write("Half a sent")
    await office.dies()
    await office.comes_back()
    await office.goes_on(token, "Still there?")
    await inbox.sees("Still there?")
    await inbox.is_true()
    await inbox.field.press_sequentially("ence")
    await inbox.field.press("Enter")
    await inbox.tells(["Hello", "Still there?", "Half a sentence"])

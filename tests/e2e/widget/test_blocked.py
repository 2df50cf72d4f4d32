"""A way that lets no WebSocket through: the chat asks for its news instead, and goes back when a socket opens."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Request, WebSocketRoute, expect

from gateway.bus import AgentTyping
from tests.e2e.widget.world import CUT, DESKTOP, Chat, World, until


class Way:
    """What lies between this page and the house. `refuses`: sockets are ended at once; else they are swallowed."""

    def __init__(self, page: Page, *, refuses: bool) -> None:
        self.page = page
        self.refuses = refuses
        self.blocks = True
        self.sockets = 0
        self.asking: set[Request] = set()

    @classmethod
    async def of(cls, page: Page, *, refuses: bool = True) -> Way:
        way = cls(page, refuses=refuses)
        await page.context.route_web_socket("**/ws/visitor/**", way._socket)
        page.on("request", way._begins)
        page.on("requestfinished", way._ends)
        page.on("requestfailed", way._ends)
        return way

    def _begins(self, request: Request) -> None:
        if "/events" in request.url:
            self.asking.add(request)

    def _ends(self, request: Request) -> None:
        self.asking.discard(request)

    async def _socket(self, socket: WebSocketRoute) -> None:
        if not self.blocks:
            self.sockets += 1
            socket.connect_to_server()
        elif self.refuses:
            await socket.close()

    async def opens(self) -> None:
        """The proxy is mended; the browser notices a change of its network."""
        self.blocks = False
        for frame in self.page.frames:
            await frame.evaluate("dispatchEvent(new Event('online'))")
        await until(self._by_socket)

    async def _by_socket(self) -> bool:
        return self.sockets >= 1 and not self.asking


@pytest.mark.parametrize("refuses", [True, False], ids=["refused", "swallowed"])
async def test_the_chat_lives_without_a_socket(world: World, refuses: bool):
    world.pages.expect(CUT)
    page = await world.pages(viewport=DESKTOP)
    way = await Way.of(page, refuses=refuses)
    chat = await world.talk(page)
    await chat.say("hello?")
    await chat.settled()
    conversation = await world.shop.conversation()
    await world.shop.reply(conversation, "good day")
    await chat.shows("hello?", "good day")
    await chat.say("are you there?")
    await chat.settled()
    for n in range(3):
        await world.shop.reply(conversation, f"yes {n}")
    await chat.shows("hello?", "good day", "are you there?", "yes 0", "yes 1", "yes 2")
    # What she has read goes up, and who writes to her comes down.
    last = await world.shop.one("select max(position) as position from messages where author_kind = 'agent'")

    async def all_read() -> bool:
        return bool((await world.shop.one("select read_to from legs"))["read_to"] == last["position"])

    await until(all_read)
    person = (await world.shop.one("select person_id from identities"))["person_id"]

    async def typing_is_seen() -> bool:
        said = AgentTyping(conversation, world.shop.agent, "t", "Mina", None, "public", True, (person,))
        world.shop.bus.signal(said)
        await asyncio.sleep(0.2)
        return bool(await chat.frame.locator(".typing").count())

    await until(typing_is_seen)
    assert way.sockets == 0

    await way.opens()
    await world.shop.reply(conversation, "by socket again")
    await expect(chat.frame.locator("article .text").last).to_have_text("by socket again")
    assert not way.asking


async def test_what_is_missed_while_nothing_works_comes_once(world: World):
    """The house restarts for one whose sockets are blocked: she asks until it is back."""
    world.pages.expect(CUT)
    page = await world.pages(viewport=DESKTOP)
    await Way.of(page)
    chat = await world.talk(page)
    await chat.say("hello?")
    await chat.settled()
    await world.shop.reply(await world.shop.conversation(), "before")
    await chat.shows("hello?", "before")
    await world.stop()
    await chat.say("while away")
    await world.start()
    await world.shop.reply(await world.shop.conversation(), "after")
    await chat.settled()
    await expect(chat.frame.locator("article")).to_have_count(4)
    assert sorted(await chat.frame.locator("article .text").all_text_contents()) == sorted(
        ["hello?", "before", "while away", "after"]
    )


async def test_a_restart_brings_nobody_off_the_socket(world: World):
    """Where sockets come through, the first one after a restart is taken again, within seconds."""
    world.pages.expect(CUT)
    page = await world.pages(viewport=DESKTOP)
    way = await Way.of(page)
    way.blocks = False
    chat: Chat = await world.talk(page)
    await chat.say("hello?")
    await chat.settled()
    assert way.sockets == 1
    await world.stop()
    await page.wait_for_timeout(2_500)
    way.sockets = 0
    await world.start()

    async def back() -> bool:
        return way.sockets >= 1 and not way.asking

    await until(back, 20)
    await world.shop.reply(await world.shop.conversation(), "back again")
    await chat.shows("hello?", "back again")

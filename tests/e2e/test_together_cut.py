"""The network of either side is cut, and cut again, in the middle of sending: nothing lost, doubled or reordered."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Route, WebSocketRoute, expect

from tests.e2e.office import OFFLINE, Office
from tests.e2e.pages.screen import Screen
from tests.media.conftest import SAMPLES
from tests.servers.pages import Pages


@dataclass
class Wall:
    """Pages can be loaded through it, nothing they want to say or hear gets through."""

    stands: bool = True

    @classmethod
    async def around(cls, screen: Screen) -> Wall:
        wall = cls()

        async def ask(route: Route) -> None:
            await (route.abort("internetdisconnected") if wall.stands else route.continue_())

        def talk(socket: WebSocketRoute) -> None:
            if not wall.stands:
                socket.connect_to_server()

        for path in ("**/visitor/**", "**/api/v1/uploads*"):
            await screen.page.context.route(path, ask)
        await screen.page.context.route_web_socket("**/ws/**", talk)
        # The sockets that are open already end here.
        await screen.offline()
        await screen.online()
        return wall


async def test_the_customers_network_flips_while_she_sends(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("c0")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees("c0")
    for n in range(1, 13):
        if n % 4 == 1:
            await chat.offline()
        if n % 4 == 3:
            await chat.online()
        await chat.say(f"c{n}")
        await inbox.reply(f"a{n}")
    mine = [f"c{n}" for n in range(13)]
    theirs = [f"a{n}" for n in range(1, 13)]
    await mina.has(mine + theirs)
    told = await mina.texts()
    assert [text for text in told if text in mine] == mine
    assert [text for text in told if text in theirs] == theirs
    await chat.tells(told)
    await inbox.tells(told)
    await chat.is_true()
    await inbox.is_true()


async def test_the_agents_network_flips_while_she_sends(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("c0")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees("c0")
    for n in range(1, 13):
        if n % 4 == 1:
            await inbox.offline()
        if n % 4 == 3:
            await inbox.online()
        await inbox.note(f"n{n}") if n % 3 == 0 else await inbox.reply(f"a{n}")
        await chat.say(f"c{n}")
    mine = [f"c{n}" for n in range(13)]
    theirs = [f"n{n}" if n % 3 == 0 else f"a{n}" for n in range(1, 13)]
    await mina.has(mine + theirs)
    told = await mina.texts()
    assert [text for text in told if text in mine] == mine
    assert [text for text in told if text in theirs] == theirs
    await inbox.tells(told)
    await chat.tells([text for text in told if not text.startswith("n")])
    await chat.is_true()
    await inbox.is_true()


async def test_what_was_not_sent_survives_a_reload_on_both_sides(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("Hello")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees("Hello")
    walls = [await Wall.around(screen) for screen in (chat, inbox)]
    await chat.attach(SAMPLES / "plain.png")
    await chat.say("one", "two", "three")
    for text in ("eins", "zwei", "drei"):
        await inbox.reply(text)
    await chat.tells(["Hello", "… one", "… two", "… three"])
    await inbox.tells(["Hello", "… eins", "… zwei", "… drei"])
    await chat.reload()
    await chat.tells(["… one", "… two", "… three"])
    inbox.page.on("dialog", lambda dialog: dialog.accept())  # "Leave? Something is unsent."
    for wall, screen in zip(walls, (chat, inbox), strict=True):
        wall.stands = False
        await screen.reload()
    await mina.has(["Hello", "one", "two", "three", "eins", "zwei", "drei"])
    told = await mina.texts()
    assert [text for text in told if text in ("one", "two", "three")] == ["one", "two", "three"]
    assert [text for text in told if text in ("eins", "zwei", "drei")] == ["eins", "zwei", "drei"]
    await chat.tells(told)
    await inbox.tells(told)
    await expect(inbox.message("one").get_by_role("img")).to_have_count(1)
    await inbox.is_true()
    await chat.is_true()


async def test_acts_made_offline_arrive_when_the_network_is_back(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.writes("Hello")
    inbox, other = await mina.inbox(), await bo.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees("Hello")
    await inbox.offline()
    await inbox.assign("Bo")
    await inbox.close()
    await expect(inbox.page.locator(".banner")).to_contain_text(inbox.words("banner.offline"))
    await other.counts(all=1, mine=0)
    await inbox.online()
    await other.counts(all=0)
    await other.open_list("closed")
    await expect(other.row("Unnamed visitor")).to_have_count(1)
    found = await bo.conversation(status="closed")
    assert found["assignee"] == bo.id
    await inbox.is_true()
    await other.is_true()

"""Nothing moves under the reader."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.e2e.office import Colleague, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become

LONG = 130
# The first message that begins on the screen, and where.
PLACE = """() => {
  const log = document.querySelector("[role=log]"), top = log.getBoundingClientRect().top;
  for (const row of log.querySelectorAll("article")) {
    const box = row.getBoundingClientRect();
    if (box.top >= top) return [row.dataset.key, Math.round(box.top - top)];
  }
}"""


async def long_talk(office: Office, agent: Colleague) -> str:
    """A conversation of many notes; answers the customer's token."""
    token = await office.writes("Hello")
    found = await agent.conversation()
    for n in range(LONG):
        body = {"text": f"note {n}", "visibility": "note", "client_id": f"long-{n:05d}"}
        await agent.ask("POST", f"/conversations/{found['id']}/messages", body)
    return token


async def first(inbox: InboxPage) -> list[str | int]:
    place: list[str | int] = await inbox.page.evaluate(PLACE)
    return place


async def settled(inbox: InboxPage) -> list[str | int]:
    """The same, once rows that have just come into view have taken their true height."""
    seen = await first(inbox)
    while True:
        await asyncio.sleep(0.3)
        before, seen = seen, await first(inbox)
        if before == seen:
            return seen


async def test_a_long_history_is_read_upwards(office: Office):
    """Older pages come above as one reads on; what is being read stays where it is."""
    mina = await office.hire("Mina")
    await long_talk(office, mina)
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees(f"note {LONG - 1}")
    articles = inbox.log.get_by_role("article")
    await expect(articles).to_have_count(50)
    while await articles.count() <= LONG:
        known = await articles.count()
        await inbox.log.evaluate("(log) => { log.scrollTop = 60 }")
        place = await inbox.page.evaluate(PLACE)
        await expect(articles).not_to_have_count(known)
        assert await settled(inbox) == place
    assert await inbox.told() == ["Hello", *(f"note {n}" for n in range(LONG))]
    await expect(inbox.page.get_by_text(inbox.words("thread.beginning"))).to_be_visible()


# The reader's hand is quicker than the frame that would tell of it: it scrolls just when news are about to be drawn.
QUICK = """() => {
  const Real = WebSocket;
  window.WebSocket = class extends Real {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        if (!window.awaited || !data.includes(window.awaited)) return;
        delete window.awaited;
        document.querySelector("[role=log]").scrollTop = 60;
      });
    }
  };
}"""


@pytest.mark.parametrize("place", ["the end", "the middle"])
async def test_who_scrolls_just_when_something_comes_is_not_held_back(office: Office, place: str):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    token = await long_talk(office, mina)
    inbox = await bo.inbox()
    await inbox.page.add_init_script(f"({QUICK})()")
    await inbox.page.reload()
    await inbox.open("Unnamed visitor")
    await inbox.sees(f"note {LONG - 1}")
    articles = inbox.log.get_by_role("article")
    await expect(articles).to_have_count(50)
    if place == "the middle":
        await inbox.log.evaluate("(log) => { log.scrollTop = log.scrollHeight / 2 }")
    before, _ = await settled(inbox)
    await inbox.page.evaluate("window.awaited = 'while you scroll'")
    await office.goes_on(token, "while you scroll")
    await expect(articles).to_have_count(101)
    assert (await settled(inbox))[0] != before
    await expect(inbox.page.locator(".thread-pill")).to_be_visible()


async def test_what_comes_while_one_reads_above_waits_below(office: Office):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    token = await long_talk(office, mina)
    inbox = await bo.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.sees(f"note {LONG - 1}")
    above = inbox.page.locator(".thread-pill")

    async def reads_above() -> bool:
        # A page that is still being laid out may follow its end once more.
        await inbox.log.evaluate("(log) => { log.scrollTop = log.scrollHeight - log.clientHeight - 900 }")
        return await above.is_visible()

    await become(reads_above, True)
    place = await settled(inbox)
    await office.goes_on(token, "one more", "and one more")
    pill = inbox.page.get_by_role("button", name=inbox.words("thread.below.other", n=2))
    await expect(pill).to_be_visible()
    assert await settled(inbox) == place
    await expect(inbox.row("Unnamed visitor")).to_have_class(re.compile(r"\bunread\b"))
    await pill.click()
    await expect(pill).to_have_count(0)
    await expect(inbox.row("Unnamed visitor")).not_to_have_class(re.compile(r"\bunread\b"))


@pytest.mark.parametrize("what", ["order", "presence"])
async def test_the_list_stands_still_under_the_pointer(office: Office, what: str):
    mina = await office.hire("Mina")
    older, newer = await office.writes("First"), await office.writes("Second")
    inbox = await mina.inbox()
    rows = inbox.page.locator("[data-row]")

    async def shown() -> list[str]:
        return await rows.locator(".row-preview").all_text_contents()

    await become(shown, ["Second", "First"])
    await rows.nth(1).hover()
    await office.goes_on(older, "First again")
    if what == "presence":
        await office.goes_on(newer, "Second again")
    wanted = ["Second", "First again"] if what == "order" else ["Second again", "First again"]
    await become(shown, wanted)
    await inbox.page.mouse.move(1000, 500)
    await become(shown, ["First again", "Second"] if what == "order" else wanted)
    await inbox.is_true()


async def test_marked_unread_it_stays_so_until_it_is_opened_again(office: Office):
    """By key, menu and from a message on: the row is unread at once, though the conversation is still on the screen;
    opened again, the line "New" stands there, and looking at it reads it."""
    mina = await office.hire("Mina")
    await office.known_writes("Two", "Good day")
    token = await office.known_writes("One", "Hello")
    await office.goes_on(token, "Second", "Third")
    inbox = await mina.inbox()
    row, other = inbox.row("One"), inbox.row("Two")
    unread = re.compile(r"\bunread\b")
    fresh = inbox.log.locator(".fresh")

    async def stands_above(text: str) -> None:
        await expect(fresh).to_have_count(1)
        after = await fresh.evaluate("(line) => line.nextElementSibling.querySelector('.words').textContent")
        assert after == text

    await inbox.open("One")
    await expect(row).not_to_have_class(unread)
    await inbox.page.keyboard.press("Shift+U")
    await expect(row).to_have_class(unread)
    await asyncio.sleep(1.5)  # longer than what stands on the screen takes to be read
    await expect(row).to_have_class(unread)
    await stands_above("Third")

    await inbox.open("Two")
    await expect(other).not_to_have_class(unread)
    await expect(row).to_have_class(unread)
    await inbox.open("One")
    await stands_above("Third")
    await expect(row).not_to_have_class(unread)

    message = inbox.message("Second")
    await message.hover()
    await inbox.choose(
        message.get_by_role("button", name=inbox.words("message.acts")), inbox.words("message.mark_unread")
    )
    await expect(row).to_have_class(unread)
    await stands_above("Second")
    await inbox.page.keyboard.press("u")
    await expect(row).not_to_have_class(unread)

    for name in ("One", "Two"):
        await inbox.row(name).hover()
        await inbox.page.get_by_role("checkbox", name=inbox.words("bulk.select", name=name)).check(force=True)
    await inbox.act("bulk-unread").click()
    for one in (row, other):
        await expect(one).to_have_class(unread)
    await expect(inbox.page.locator(".toast").last).to_contain_text(inbox.words("bulk.unread.other", n=2))

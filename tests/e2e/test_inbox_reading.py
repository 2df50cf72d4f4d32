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
# The first message that is on the screen, and where.
PLACE = """() => {
  const log = document.querySelector("[role=log]"), top = log.getBoundingClientRect().top;
  for (const row of log.querySelectorAll("article")) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) return [row.dataset.key, Math.round(box.top - top)];
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


async def first(inbox: InboxPage) -> object:
    return await inbox.page.evaluate(PLACE)


async def settled(inbox: InboxPage) -> object:
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
        key, _ = await inbox.page.evaluate(PLACE)
        await expect(articles).not_to_have_count(known)
        assert (await inbox.page.evaluate(PLACE))[0] == key
    assert await inbox.told() == ["Hello", *(f"note {n}" for n in range(LONG))]
    await expect(inbox.page.get_by_text(inbox.words("thread.beginning"))).to_be_visible()


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

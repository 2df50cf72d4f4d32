"""Two agents at the same conversation in the same moment."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.office import OFFLINE, Office
from tests.e2e.pages.inbox import InboxPage
from tests.servers.pages import Pages


async def two_at_one(office: Office) -> tuple[InboxPage, InboxPage]:
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.writes("Is it open on Sunday?")
    first, second = await mina.inbox(), await bo.inbox()
    for tab in (first, second):
        await tab.open("Unnamed visitor")
        await tab.sees("Is it open on Sunday?")
    return first, second


async def test_a_reply_that_crossed_another_is_stopped_and_may_be_mended(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    first, second = await two_at_one(office)
    await second.write("Yes, all day.")
    await second.crosses(first, "No, sorry.")
    await expect(second.stopped).to_contain_text(second.words("stopped.title", name="Mina"))
    await expect(second.stopped).to_contain_text("No, sorry.")
    await expect(second.stopped).to_contain_text("Yes, all day.")
    await first.tells(["Is it open on Sunday?", "No, sorry."])
    await second.stopped.get_by_role("button", name=second.words("edit")).click()
    await expect(second.field).to_have_value("Yes, all day.")
    await expect(second.field).to_be_focused()
    await office.people["Bo"].has_read()
    await second.reply("Mina is right, it is closed.")
    told = ["Is it open on Sunday?", "No, sorry.", "Mina is right, it is closed."]
    for tab in (first, second):
        await tab.tells(told)
        await tab.is_true()
    assert await office.boss.texts() == told


async def test_a_stopped_reply_is_sent_anyway_or_let_go(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    first, second = await two_at_one(office)
    await second.write("Yes.")
    await second.crosses(first, "No.")
    await second.stopped.get_by_role("button", name=second.words("stopped.anyway")).click()
    await first.tells(["Is it open on Sunday?", "No.", "Yes."])
    await office.people["Bo"].has_read()
    await first.write("Hm?")
    await first.crosses(second, "I mean: from ten.")
    await first.stopped.get_by_role("button", name=first.words("discard")).click()
    told = ["Is it open on Sunday?", "No.", "Yes.", "I mean: from ten."]
    for tab in (first, second):
        await expect(tab.stopped).to_have_count(0)
        await tab.tells(told)
        await tab.is_true()


async def test_sending_anyway_overtakes_only_what_was_shown(office: Office, new_page: Pages):
    """A third answer that comes while one decides stops the reply once more."""
    new_page.expect(OFFLINE)
    first, second = await two_at_one(office)
    chi = await office.hire("Chi")
    await second.write("Yes.")
    await second.crosses(first, "No.")
    await expect(second.stopped).to_contain_text("No.")
    await second.offline()
    await second.stopped.get_by_role("button", name=second.words("stopped.anyway")).click()
    third = await chi.inbox()
    await third.open("Unnamed visitor")
    await chi.has_read()
    await third.reply("Only from ten.")
    await third.sees("Only from ten.")
    await second.online()
    await expect(second.stopped).to_contain_text(second.words("stopped.title", name="Chi"))
    await expect(second.stopped).to_contain_text("Only from ten.")
    await second.stopped.get_by_role("button", name=second.words("stopped.anyway")).click()
    told = ["Is it open on Sunday?", "No.", "Only from ten.", "Yes."]
    for tab in (first, second, third):
        await tab.tells(told)
    assert await office.boss.texts() == told


async def test_what_another_window_of_mine_shows_was_not_seen_in_this_one(office: Office, new_page: Pages):
    """An unattended second window reads along; the answer written in the first one is stopped all the same."""
    new_page.expect(OFFLINE)
    first, second = await two_at_one(office)
    other = await office.people["Bo"].inbox()
    await other.open("Unnamed visitor")
    for n in range(30):
        await first.note(f"n{n}")
    await second.sees("n29")
    await other.sees("n29")
    await second.log.evaluate("(log) => log.scrollTo(0, 0)")
    await expect(second.page.locator(".thread-pill")).to_be_visible()
    await second.write("Yes.")
    await first.reply("No.")
    await office.people["Bo"].has_read()
    await second.sees("No.")
    await second.field.press("Enter")
    await expect(second.stopped).to_contain_text(second.words("stopped.title", name="Mina"))


async def test_a_stop_tells_what_came_since_from_what_was_only_not_seen(office: Office, new_page: Pages):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    token = await office.writes("First")
    first = await mina.inbox()
    await first.open("Unnamed visitor")
    await first.sees("First")
    for n in range(20):
        await first.note(f"n{n}")
    await first.sees("n19")
    await mina.has_read()
    await first.reply("Yes, on Sunday too.")
    await first.sees("Yes, on Sunday too.")
    await office.goes_on(token, "Thank you")
    await first.sees("Thank you")
    # It opens where he has read to, nothing: the answer stands further down.
    second = await bo.inbox()
    await second.open("Unnamed visitor")
    await expect(second.page.locator(".thread-pill")).to_be_visible()
    await second.reply("No idea.")
    title = second.stopped.locator(".stopped-title")
    newer = second.stopped.locator(".stopped-newer")
    await expect(title).to_have_text(second.words("stopped.unseen", name="Mina"))
    await expect(newer).to_have_count(3)
    await second.stopped.get_by_role("button", name=second.words("edit")).click()
    new_page.expect(OFFLINE)
    await second.crosses(first, "And on Monday.")
    await expect(title).to_have_text(second.words("stopped.title", name="Mina"))
    await expect(newer).to_have_count(1)
    await expect(newer).to_contain_text("And on Monday.")
    await expect(second.stopped).to_contain_text(second.words("stopped.earlier.other", n=3))


async def test_both_take_it_both_close_it(office: Office, new_page: Pages):
    new_page.expect(OFFLINE)
    first, second = await two_at_one(office)
    await asyncio.gather(first.tag("sunday"), second.tag("sunday"))
    # Neither sees what the other does before it is done.
    for tab, name in ((first, "Mina"), (second, "Bo")):
        await tab.offline()
        await tab.assign(name)
        await tab.close()
    await asyncio.gather(first.online(), second.online())
    for tab in (first, second):
        await tab.counts(all=0)
        await expect(tab.head.locator(".tag-name", has_text="sunday")).to_have_count(1)
        await expect(tab.page.get_by_role("alert")).to_have_count(0)
        await tab.is_true()
    assert (await first.picture())["conversation"] == (await second.picture())["conversation"]
    assert len((await office.boss.ask("GET", "/tags"))["tags"]) == 1


async def test_many_hands_one_story(office: Office):
    """Three agents and the customer write at once: everybody is shown the same, in the same order."""
    people = [await office.hire(name) for name in ("Mina", "Bo", "Chi")]
    chat = await office.customer()
    await chat.say("start")
    tabs = [await person.inbox() for person in people]
    for tab in tabs:
        await tab.open("Unnamed visitor")
        await tab.sees("start")

    async def writes(tab: InboxPage, name: str) -> None:
        for n in range(5):
            await tab.note(f"{name}{n}")

    async def asks() -> None:
        for n in range(8):
            await chat.say(f"c{n}")

    await asyncio.gather(
        asks(), *(writes(tab, person.name) for tab, person in zip(tabs, people, strict=True))
    )
    wanted = ["start", *(f"c{n}" for n in range(8)), *(f"{one.name}{n}" for one in people for n in range(5))]
    await office.boss.has(wanted)
    told = await office.boss.texts()
    for tab in tabs:
        await tab.tells(told)
        await tab.is_true()
    await chat.tells([text for text in told if text == "start" or text.startswith("c")])
    await chat.is_true()

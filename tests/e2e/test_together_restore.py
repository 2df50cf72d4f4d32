"""Parley is put back to an earlier day under open browsers: each starts over by itself and shows that day."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.office import GONE, OFFLINE, Office
from tests.servers.pages import Pages


async def test_a_backup_is_restored_under_open_browsers(office: Office, new_page: Pages):
    new_page.expect(GONE)
    new_page.expect("status of 40[14]")
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    chat = await office.customer()
    await chat.say("Before the backup")
    inbox, other = await mina.inbox(), await bo.inbox()
    for tab in (inbox, other):
        await tab.open("Unnamed visitor")
    await inbox.reply("Answered before the backup")
    await chat.sees("Answered before the backup")
    file = office.server.folder / "monday.backup"
    await office.command("backup", str(file))
    await chat.say("After the backup")
    await inbox.reply("Answered after the backup")
    await office.writes("Somebody new after the backup")
    for tab in (inbox, other):
        await tab.sees("After the backup", "Answered after the backup")
        await tab.counts(all=2)

    await office.dies()
    await chat.say("Said while it was away")
    await inbox.note("Noted while it was away")
    await office.command("restore", str(file), "--force")
    await office.comes_back()
    old = ["Before the backup", "Answered before the backup"]
    await mina.has([*old, "Said while it was away", "Noted while it was away"])
    told = await mina.texts()
    assert told[:2] == old
    for tab in (inbox, other):
        await tab.tells(told)
        await tab.counts(all=1)
        await tab.is_true()
    told.remove("Noted while it was away")
    await chat.tells(told)

    await chat.say("And on it goes")
    await inbox.sees("And on it goes")
    await inbox.reply("So it does")
    await chat.tells([*told, "And on it goes", "So it does"])
    await other.sees("So it does")
    await expect(other.page.get_by_role("alert")).to_have_count(0)
    for screen in (inbox, other, chat):
        await screen.is_true()


async def test_what_was_seen_before_a_restore_stops_nobody_from_being_asked(office: Office, new_page: Pages):
    """A reply from before it says how far its author had read: in the restored log that number means other things."""
    for silence in (GONE, OFFLINE, "status of 40[149]"):
        new_page.expect(silence)
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    token = await office.writes("Is it open?")
    file = office.server.folder / "monday.backup"
    await office.command("backup", str(file))
    await office.goes_on(token, *(f"and on day {n}?" for n in range(6)))
    inbox, other = await mina.inbox(), await bo.inbox()
    for tab in (inbox, other):
        await tab.open("Unnamed visitor")
        await tab.sees("and on day 5?")
    await bo.has_read()

    await office.dies()
    await other.write("Yes.")
    await other.offline()
    await other.field.press("Enter")
    await office.command("restore", str(file), "--force")
    await office.comes_back()
    await inbox.tells(["Is it open?"])
    await inbox.reply("No.")
    await inbox.tells(["Is it open?", "No."])
    await other.online()
    await expect(other.stopped).to_contain_text(other.words("stopped.unseen", name="Mina"))
    assert await mina.texts() == ["Is it open?", "No."]
    assert (await bo.ask("GET", f"/conversations/{(await bo.conversation())['id']}"))["read"] <= 3
    await other.stopped.get_by_role("button", name=other.words("stopped.anyway")).click()
    await other.tells(["Is it open?", "No.", "Yes."])

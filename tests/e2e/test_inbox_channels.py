"""What goes over a provider, on the agent's screen: how far it has come, what went wrong and what to do, by which way
and until when one may write, templates, what phones send besides words. Phones and provider are the sandbox's."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from dataclasses import replace

from playwright.async_api import expect

from gateway.sandbox.phones.records import File, Saying
from tests.e2e import notices
from tests.e2e.office import PHONE, Colleague, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import Words
from tests.e2e.town import Town, asks, town
from tests.providers.town import ACCOUNT, HURRY, MINA, SMS, TOM, WHATSAPP

HOUR = 3_600_000
DAY = 24 * HOUR


def tick(inbox: InboxPage, text: str, state: str):
    return inbox.message(text).locator(f".tick-{state}")


def change(place: Town, sql: str, *values: object) -> None:
    """What would take the provider's patience (two minutes) or a day."""
    database = place.office.server.data / "parley.db"
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(sql, values)


def heard(place: Town, ago: int) -> None:
    """It was so long ago (ms) that she wrote."""
    for table in ("legs", "endpoints"):
        change(place, f"update {table} set last_inbound_at = ?", time.time_ns() // 1_000_000 - ago)


async def test_ticks_rise_and_what_went_wrong_says_what_to_do(open_office: OpenOffice) -> None:
    async with town(open_office) as place:
        await asks(place, "hello", to=WHATSAPP)
        inbox = await place.office.boss.inbox()
        await inbox.open("Mina")
        await inbox.reply("soon")
        await expect(tick(inbox, "soon", "delivered")).to_be_visible()
        place.network.open_chat(MINA, WHATSAPP)
        await expect(tick(inbox, "soon", "read")).to_be_visible()
        await expect(tick(inbox, "soon", "read")).to_contain_text(inbox.words("tick.read"))
        await inbox.message("soon").hover()
        await expect(tick(inbox, "soon", "read").locator(".tick-at")).to_be_visible()
        assert inbox.words("tick.delivered") in (
            await tick(inbox, "soon", "read").get_attribute("title") or ""
        )

        # The carrier gives up; sent again by key it arrives, and the line says who did it.
        place.network.weather = replace(HURRY, undelivered=1.0)
        await inbox.reply("lost")
        trouble = inbox.message("lost").get_by_role("group", name=inbox.words("tick.failed"))
        await expect(trouble).to_contain_text("63023")
        sign = inbox.row("Mina").locator(".row-trouble")
        await expect(sign).to_have_text(inbox.words("row.trouble.failed"))
        assert await inbox.faults("channels-failed") == []
        # It stands in a list of its own, which says how many there are, and its author is told.
        nav = inbox.page.get_by_role("navigation")
        entry = nav.get_by_title(inbox.words("list.undelivered"), exact=True)
        await expect(entry.locator(".nav-count")).to_have_text("1")
        await entry.click()
        await expect(inbox.row("Mina")).to_be_visible()
        assert await inbox.faults("channels-undelivered") == []
        await inbox.act("notices").click()
        told = notices.rows(inbox).filter(has_text=inbox.words("notice.failed", contact="Mina"))
        await expect(told).to_have_count(1)
        assert await inbox.faults("channels-failed-told") == []
        await told.click()
        await expect(trouble).to_be_visible()
        place.network.weather = HURRY
        await trouble.get_by_role("button", name=inbox.words("trouble.again")).focus()
        await inbox.page.keyboard.press("Enter")
        await expect(tick(inbox, "lost", "read")).to_be_visible()
        await expect(inbox.message("lost")).to_be_focused()
        await expect(sign).to_have_count(0)
        await expect(entry.locator(".nav-count")).to_have_count(0)
        assert place.mina.count("lost") == 1

        # Of this one nobody knows; it is left, and stays so for everybody.
        place.network.set_airplane(MINA, True)
        await inbox.reply("perhaps")
        await expect(tick(inbox, "perhaps", "sent")).to_be_visible()
        change(place, "update deliveries set state = 'unknown' where state = 'sent'")
        change(place, "update messages set delivery = 'unknown' where text = 'perhaps'")
        lost = "insert into undelivered select id, conversation_id, delivery, at from messages"
        change(place, f"{lost} where text = 'perhaps'")
        await inbox.reload()
        unknown = inbox.message("perhaps").get_by_role("group", name=inbox.words("tick.unknown"))
        await expect(unknown).to_contain_text(inbox.words("trouble.unknown"))
        await expect(sign).to_have_text(inbox.words("row.trouble.unknown"))
        assert await inbox.faults("channels-unknown") == []
        await unknown.get_by_role("button", name=inbox.words("trouble.leave")).click()
        await expect(unknown).to_contain_text(inbox.words("trouble.left"))
        await expect(sign).to_have_count(0)
        await inbox.reload()
        await expect(unknown).to_contain_text(inbox.words("trouble.left"))
        await expect(inbox.act("let-be")).to_have_count(0)

        # One that was lost while she looked elsewhere: opened and closed in a moment, it is let be all the same.
        place.network.set_airplane(MINA, False)
        place.network.weather = replace(HURRY, undelivered=1.0)
        await inbox.walk("/list/undelivered")
        noah = await place.office.hire("Noah")
        talk = (await noah.conversation())["id"]
        said = {"client_id": "noah-says-it", "text": "and this", "visibility": "public"}
        await noah.ask("POST", f"/conversations/{talk}/messages", said)
        await expect(entry.locator(".nav-count")).to_have_text("1")
        await inbox.row("Mina").click()
        await inbox.act("close").click()
        await expect(entry.locator(".nav-count")).to_have_count(0)


async def test_each_way_says_what_may_be_written_and_until_when(open_office: OpenOffice) -> None:
    async with town(open_office) as place:
        await asks(place, "hello", to=WHATSAPP)
        inbox = await place.office.boss.inbox()
        await inbox.open("Mina")
        window = inbox.composer.locator(".composer-window")
        await expect(window).to_have_text(re.compile(r"23h \d+m|24h"))
        heard(place, DAY - HOUR)
        await inbox.reload()
        await expect(window).to_have_class(re.compile("soon"))
        heard(place, DAY + HOUR)
        await inbox.reload()
        await expect(inbox.field).to_be_disabled()
        closed = inbox.composer.locator(".composer-closed")
        await expect(closed).to_contain_text(inbox.words("composer.closed.window_template", span="1 day"))
        await expect(closed.get_by_role("button")).to_have_count(2)
        assert await inbox.faults("channels-window") == []

        # A template: found, its places filled, what is missing stops it.
        await closed.get_by_role("button", name=inbox.words("template.choose")).click()
        dialog = inbox.page.get_by_role("dialog", name=inbox.words("template.title"))
        refused = dialog.get_by_role("button", name=re.compile("sale"))
        await expect(refused).to_contain_text(inbox.words("template.state.rejected"))
        await refused.click()
        await expect(dialog).to_contain_text("Too loud")
        await expect(dialog.get_by_role("button", name=inbox.words("composer.send"))).to_be_disabled()
        await dialog.get_by_role("button", name=inbox.words("template.others")).click()
        await dialog.get_by_role("searchbox").fill("way order")
        await dialog.get_by_role("button", name=re.compile("order_sent")).click()
        await expect(dialog.get_by_label(inbox.words("template.place", name="1"))).to_be_focused()
        await inbox.page.keyboard.type("Mina")
        await inbox.page.keyboard.press("Enter")
        second = dialog.get_by_label(inbox.words("template.place", name="2"))
        await expect(second).to_be_focused()
        await expect(dialog.get_by_role("alert")).to_have_text(inbox.words("template.gaps"))
        await second.fill("A-9")
        assert await inbox.faults("channels-template") == []
        await inbox.page.keyboard.press("Enter")
        said = "Hello Mina, your order A-9 is on its way."
        await expect(tick(inbox, said, "delivered")).to_be_visible()
        await expect(inbox.message(said)).to_contain_text(inbox.words("template.mark", name="order_sent"))
        assert place.mina.count(said) == 1

        # Taken back it stands there as it was filled in.
        await place.office.boss.ask("PATCH", "/session/preferences", {"values": {"undo_send": 30}})
        await inbox.act("templates").click()
        await dialog.get_by_role("button", name=re.compile("order_sent")).click()
        for name, value in (("1", "Tom"), ("2", "B-7")):
            await dialog.get_by_label(inbox.words("template.place", name=name)).fill(value)
        await dialog.get_by_role("button", name=inbox.words("composer.send")).click()
        await inbox.act("undo-send").click()
        await expect(second).to_have_value("B-7")
        await inbox.page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await place.office.boss.ask("PATCH", "/session/preferences", {"values": {"undo_send": 0}})

        # The same number by text messages, by which nobody has gone here yet; parts and encoding are counted.
        channel = inbox.words("trouble.other", channel="Text messages")
        await closed.get_by_role("button", name=channel).click()
        await expect(inbox.composer.locator(".composer-account")).to_have_text("Text messages")
        await inbox.write("plain words")
        await expect(inbox.composer.locator(".composer-encoding")).to_have_text("GSM-7")
        await inbox.write("한글")
        await expect(inbox.composer.locator(".composer-encoding")).to_have_text("UCS-2")
        await inbox.write("word " * 340)
        await expect(inbox.composer.locator(".composer-parted")).to_contain_text("2")
        await inbox.act("leg").click()
        choices = inbox.page.get_by_role("option")
        # Both of her number's, and the chat's page, to which a link leads.
        await expect(choices).to_have_count(3)
        await expect(choices.last).to_contain_text(inbox.words("invite", channel="Website"))
        assert await inbox.faults("channels-ways") == []
        await inbox.page.keyboard.press("Escape")
        await inbox.reply("by text")
        await expect(tick(inbox, "by text", "delivered")).to_be_visible()

        # She wants no more of them; then she does.
        place.says("STOP", to=SMS)
        await expect(inbox.field).to_be_disabled()
        await expect(closed).to_contain_text(inbox.words("composer.closed.opted_out"))
        line = inbox.log.locator(
            ".line", has_text=inbox.words("line.opted_out", name="Mina", channel="Text messages")
        )
        await expect(line).to_be_visible()
        place.says("START", to=SMS)
        await expect(inbox.field).to_be_enabled()


async def test_who_refused_messages_is_not_offered_the_same_channel_in_one_breath(
    open_office: OpenOffice,
) -> None:
    """She wrote from two numbers. One says stop: another channel is offered, the same one only with words."""
    async with town(open_office) as place:
        boss = place.office.boss
        await asks(place, "from the other")
        mine = (await boss.conversation())["contact"]["id"]
        place.network.say(TOM, SMS, Saying("hello"))
        await become(lambda: preview(boss), "hello")
        hers = (await boss.conversation())["contact"]["id"]
        await boss.ask("POST", f"/contacts/{mine}/merge", {"into": hers})
        number = (await boss.conversation())["number"]
        place.network.say(TOM, SMS, Saying("STOP"))
        inbox = await boss.inbox(f"/c/{number}")
        closed = inbox.composer.locator(".composer-closed")
        await expect(closed).to_contain_text(inbox.words("composer.closed.opted_out"))
        await expect(closed).to_contain_text(inbox.words("composer.closed.only_asked"))
        same = closed.locator(".composer-closed-asked").get_by_role("button")
        await expect(same).to_have_count(1)
        # It says from which number of ours to which of hers.
        await expect(same).to_contain_text(re.compile(r"Text messages from \+[\d -]+ to \+82 10-5555-0111"))
        await expect(closed.locator(".composer-closed-acts")).not_to_contain_text("Text messages")
        assert await inbox.faults("channels-refused") == []


async def preview(boss: Colleague) -> str:
    return str((await boss.conversation())["preview"]["text"])


async def test_what_phones_send_is_drawn_and_a_file_that_did_not_come_is_asked_for_again(
    open_office: OpenOffice,
) -> None:
    async with town(open_office) as place:
        here = {
            "Latitude": "37.5665",
            "Longitude": "126.978",
            "Label": "City Hall",
            "Address": "110 Sejong-daero",
        }
        place.says("", to=WHATSAPP, MessageType="location", **here)
        place.says(
            "Yes, please", to=WHATSAPP, MessageType="button", ButtonText="Yes, please", ButtonPayload="YES"
        )
        place.says("", to=WHATSAPP, MessageType="interactive", InteractiveData='{"cups": 2, "milk": "oat"}')
        came = {
            "ReferralHeadline": "Autumn sale",
            "ReferralSourceUrl": "https://example.com/ad",
            "ReferralSourceType": "ad",
        }
        place.says("I saw this", to=WHATSAPP, Forwarded="true", **came)
        place.says("", to=WHATSAPP, MessageType="order")
        held = place.sends(File("image/png", b"no picture"), "Look")
        media, held.media = held.media, []
        place.sends(File("text/vcard", b"BEGIN:VCARD\nFN:Hana\nTEL:+82 10-1234-5678\nEND:VCARD"), "Ask her")
        await asks(place, "that is all", to=WHATSAPP)
        inbox = await place.office.boss.inbox(viewport=PHONE, color_scheme="dark")
        await inbox.row("Mina").click()
        spot = inbox.log.get_by_role("link", name=re.compile("City Hall"))
        await expect(spot).to_have_attribute("href", re.compile(r"mlat=37\.5665&mlon=126\.978"))
        await expect(inbox.message("Yes, please")).to_contain_text(inbox.words("content.button"))
        await expect(inbox.log.get_by_role("definition")).to_have_text(["2", "oat"])
        await expect(inbox.message("I saw this")).to_contain_text(inbox.words("content.forwarded.once"))
        await expect(inbox.log.get_by_role("link", name=re.compile("Autumn sale"))).to_be_visible()
        await expect(inbox.log.locator(".unsupported")).to_contain_text("order")
        card = inbox.message("Ask her").get_by_role("group", name=inbox.words("content.contact"))
        await expect(card.get_by_role("link")).to_have_attribute("href", "tel:+821012345678")
        lost = inbox.message("Look")
        await expect(lost.locator(".file-waiting.bad")).to_be_visible()
        assert await inbox.faults("channels-content") == []
        held.media = media
        await lost.get_by_role("button", name=inbox.words("try_again")).click()
        await expect(lost.locator(".file-waiting")).to_have_count(0)
        await expect(lost.locator(".file")).to_be_visible()


async def test_an_account_that_is_not_let_in_says_so_and_a_number_is_written_to_first(
    open_office: OpenOffice,
) -> None:
    async with town(open_office) as place:
        await asks(place, "hello")
        inbox = await place.office.boss.inbox(language="ko")
        await inbox.open("+82 10-5555-0111")
        place.network.accounts[ACCOUNT.sid] = replace(ACCOUNT, token="another")
        await inbox.reply("waits")
        banner = inbox.page.locator(".banner.bad")
        await expect(banner).to_contain_text("Text messages")
        await expect(tick(inbox, "waits", "queued")).to_be_visible()
        assert await inbox.faults("channels-stuck") == []
        place.network.accounts[ACCOUNT.sid] = ACCOUNT
        await inbox.act("mended").click()
        await expect(banner).to_have_count(0)
        await expect(tick(inbox, "waits", "delivered")).to_be_visible()

        await inbox.act("dial").click()
        dialog = inbox.page.get_by_role("dialog", name=inbox.words("start.dial"))
        await dialog.get_by_label(inbox.words("start.number")).fill("12")
        await dialog.get_by_role("textbox", name=inbox.words("composer.reply")).fill("안녕하세요")
        send = dialog.get_by_role("button", name=inbox.words("composer.send"))
        await send.click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        assert await inbox.faults("channels-dial") == []
        await dialog.get_by_label(inbox.words("start.number")).fill("+44 7700 900222")
        await send.click()
        await expect(tick(inbox, "안녕하세요", "delivered")).to_be_visible()
        assert place.network.phones[TOM].count("안녕하세요") == 1

        # He answers, so the number is his: what was offered says so at once, also while it is looked at.
        await inbox.act("leg").click()
        other = inbox.page.get_by_role("option", name=re.compile("WhatsApp"))
        await expect(other).to_contain_text(Words("errors", "ko")("errors.way_unproven"))
        place.network.say(TOM, SMS, Saying("네"))
        await expect(inbox.message("네")).to_be_visible()
        await expect(other).to_contain_text(inbox.words("composer.way.template"))

        # He is not on WhatsApp: it says so, and the other way stands beside it.
        await other.click()
        await inbox.act("template").click()
        chooser = inbox.page.get_by_role("dialog", name=inbox.words("template.title"))
        await chooser.get_by_role("button", name=re.compile("order_sent")).click()
        for part in ("1", "2"):
            await chooser.get_by_label(inbox.words("template.place", name=part)).fill("x")
        await chooser.get_by_role("button", name=inbox.words("composer.send")).click()
        trouble = inbox.log.get_by_role("group", name=inbox.words("tick.failed"))
        await expect(trouble).to_contain_text("63003")
        assert await inbox.faults("channels-never") == []
        await trouble.get_by_role("button", name=re.compile("Text messages")).click()
        await expect(inbox.field).to_have_value("Hello x, your order x is on its way.")
        await expect(inbox.composer.locator(".composer-account")).to_have_text("Text messages")

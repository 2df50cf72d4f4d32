"""The demo's mail: from a customer's mail program to the inbox and back, by real SMTP both ways. One house for all."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from gateway.sandbox.demo import ACCOUNT
from gateway.sandbox.guests import personas
from gateway.sandbox.mail.office import DOMAIN
from gateway.sandbox.mail.residents import ADDRESS, address_of
from gateway.sandbox.pictures import picture
from gateway.stream.codes import CODE_SUBJECT
from gateway.stream.gone_on import GONE_ON, masked
from gateway.stream.transcript import TRANSCRIPT
from tests.e2e.office import DESKTOP, PHONE, QUIET_DEMO, Colleague, Office, lasting
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.mail import PAGE, MailPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LOCALES, Language, catalogue
from tests.e2e.test_demo_phones import open_newest
from tests.servers.pages import Pages
from tests.servers.parley import Parley

OWNERS = {"en": "Olivia Brandt", "ko": "김하늘"}
LABELS = {"en": "Haru Coffee Mail", "ko": "하루커피 메일"}
SAYS_CODE = {"en": CODE_SUBJECT.en, "ko": CODE_SUBJECT.ko}
CROSS = "Marcus Webb"
_numbers = itertools.count(1)
"""The house is one for all tests: each says something of its own, also at a second try."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[Parley]:
    settings = {**QUIET_DEMO, "PARLEY_SANDBOX__HISTORY": "12"}
    started = await asyncio.to_thread(Parley.start, "demo", **settings)
    yield started
    await asyncio.to_thread(started.stop)


@lasting
async def demo(house: Parley, new_page: Pages) -> AsyncIterator[Office]:
    made = Office(house, new_page)
    yield made
    await made.close()


@lasting
async def sora(demo: Office) -> Colleague:
    """By the sandbox's button, which works again and again."""
    home = (await demo.said(PAGE))[1].removesuffix("/mail")
    async with demo._session().post(f"{home}/enter/supervisor", allow_redirects=False) as answer:
        link = answer.headers["Location"].removeprefix("/link/")
    return await demo.enter(link, password=None)


async def mail_of(demo: Office, owner: str, language: Language = "en", **options: Any) -> MailPage:
    options = {"viewport": DESKTOP, "locale": LOCALES[language], "reduced_motion": "reduce", **options}
    mail = await MailPage.of(await demo.new_page(**options), demo, language)
    await mail.take(owner)
    # In the weather that everybody begins with, whatever a former test has left.
    key = next(one.key for one in personas().values() if one.name == owner)
    fair = {"box": address_of(key), "takes": "all", "afterwards": False, "slow": False, "away": False}
    home = (await demo.said(PAGE))[1]
    async with demo._session().post(f"{home}/weather", json=fair) as answer:
        assert answer.status == 204
    return mail


@pytest.mark.parametrize("language", ["ko"])
async def test_there_with_a_picture_and_back_in_one_conversation(
    demo: Office, sora: Colleague, tmp_path: Path, language: Language
):
    mail = await mail_of(demo, OWNERS[language], language)
    number = next(_numbers)
    asked, answer, thanks = {
        "en": (f"Grinder {number}", "It is, look", "Lovely, thank you!"),
        "ko": (f"그라인더 {number}", "네, 이렇게 생겼어요", "감사합니다!"),
    }[language]
    words = f"{asked} ({language})"
    (tmp_path / "parcel.png").write_bytes(picture("parcel"))
    await mail.begin(ADDRESS, asked, words)
    await mail.attach(tmp_path / "parcel.png")
    assert await mail.faults(f"mail-writing-{language}") == []
    await mail.send()
    inbox = await open_newest(sora, words, language)
    await expect(inbox.page.locator(".head-contact")).to_have_text(OWNERS[language])
    await expect(inbox.log.locator("img")).not_to_have_count(0)

    await inbox.attach(tmp_path / "parcel.png")
    await inbox.reply(answer)
    await inbox.sees(answer)
    await expect(mail.row(f"Re: {asked}")).to_have_class(re.compile(r"\bunread\b"))
    await expect(mail.page).to_have_title(re.compile(r"^\(\d+\) "))
    await mail.open(f"Re: {asked}")
    await mail.reads(answer)
    await become(mail.pictures, 1)
    await expect(mail.row(f"Re: {asked}")).not_to_have_class(re.compile(r"\bunread\b"))
    assert await mail.faults(f"mail-reading-{language}") == []

    # Only what is new in her answer is shown.
    await mail.answer(thanks)
    await inbox.sees(thanks)
    await sora.has([words, answer, thanks])


async def test_what_does_not_arrive_is_shown_with_its_reason(demo: Office, sora: Colleague):
    mail, subject = await mail_of(demo, CROSS), f"Charged {next(_numbers)}"
    await mail.write(ADDRESS, subject, f"I have been charged: {subject}")
    inbox = await open_newest(sora, f"I have been charged: {subject}")
    reasons = catalogue("errors", "en")
    # Refused at once, and taken first and bounced afterwards: to the agent it is the same.
    await mail.weather("unknown")
    await inbox.reply("We look at once")
    await tells(inbox, "We look at once", reasons["delivery.no_such_address"])
    await mail.weather("full")
    await mail.turn("afterwards")
    await expect(mail.page.get_by_role("switch").first).to_be_checked()
    await inbox.reply("You have your money back")
    await tells(inbox, "You have your money back", reasons["delivery.mailbox_full"])
    await expect(mail.row(f"Re: {subject}")).to_have_count(0)

    # What the shop does not take comes back to her as well.
    await mail.weather("all")
    await mail.write("nobody@haru.example", "Is anybody there?", "Hello?")
    await mail.rows.filter(has_text="Undelivered Mail Returned to Sender").first.click()
    await expect(mail.letters.last.locator(".plain-words")).to_contain_text("nobody@haru.example")


async def tells(inbox: InboxPage, text: str, reason: str) -> None:
    await expect(inbox.message(text)).to_contain_text(reason)


async def test_whoever_is_in_copy_reads_along_and_answers_all(demo: Office, sora: Colleague):
    mail, subject = await mail_of(demo, CROSS), f"For us both {next(_numbers)}"
    await mail.begin(ADDRESS, subject, f"{subject}, please")
    await mail.press("cc")
    await mail.line("cc").fill(address_of("olivia"))
    await mail.send()
    inbox = await open_newest(sora, f"{subject}, please")
    await inbox.reply("To you both")
    await mail.open(f"Re: {subject}")
    await mail.reads("To you both")
    await mail.take(OWNERS["en"])
    await mail.open(f"Re: {subject}")
    await mail.reads("To you both")
    await mail.answer("From me, too", "reply_all")
    await inbox.sees("From me, too")
    await mail.take(CROSS)
    await mail.open(f"Re: {subject}")
    await mail.reads("From me, too")
    await sora.has([f"{subject}, please", "To you both", "From me, too"])


async def test_a_note_of_absence_is_shown_and_answered_by_nobody(demo: Office, sora: Colleague):
    mail, subject = await mail_of(demo, OWNERS["ko"]), f"배송 문의 {next(_numbers)}"
    await mail.write(ADDRESS, subject, f"{subject}드려요")
    inbox = await open_newest(sora, f"{subject}드려요")
    await mail.turn("away")
    await inbox.reply("네, 금요일에 도착해요.")
    await expect(inbox.log.get_by_text("휴가 중이라")).to_be_visible()
    await mail.open(f"Re: {subject}")
    assert len(await sora.texts()) == 3


@pytest.mark.parametrize("language", ["en"])
async def test_from_the_chat_by_mail_and_back_to_the_chat(demo: Office, sora: Colleague, language: Language):
    key = {"en": "olivia", "ko": "haneul"}[language]
    # An address of hers that nobody has seen yet.
    number = next(_numbers)
    first, later = f"first here, {number}", f"by mail now, {number}."
    address = f"{key}+{number}@{DOMAIN}"
    chat = await demo.customer(language, account=ACCOUNT, viewport=DESKTOP)
    await chat.say(first)
    await chat.sees(first)
    inbox = await open_newest(sora, first, language)
    here = (await sora.conversation())["id"]
    mail = await mail_of(demo, OWNERS[language], language)

    # Her address is proven by a code that she reads in her mailbox and tells in the chat.
    await inbox.page.locator("[data-act=prove]").first.click()
    dialog = inbox.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").first.fill(address)
    await dialog.get_by_role("radio", name=LABELS[language]).check()
    await dialog.get_by_role("button", name=inbox.words("prove.send")).click()
    await expect(dialog.get_by_role("status")).to_contain_text(address)
    await mail.page.locator(".row-of.unread", has_text=SAYS_CODE[language]).first.click()
    told = mail.whole.get_by_text(re.compile(r"^\s*\d{6}\s*$")).first
    code = (await told.inner_text()).strip()
    await chat.say(code)
    await chat.sees(code)
    await dialog.get_by_role("textbox", name=inbox.words("prove.code")).fill(code)
    await inbox.page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)

    # By mail, and her answer in the same conversation.
    await inbox.choose(inbox.act("leg"), LABELS[language])
    await expect(inbox.act("leg")).to_contain_text(LABELS[language])
    await inbox.reply(later)
    await inbox.sees(later)
    await mail.rows.filter(has_text=later).click()
    await mail.reads(later)
    await mail.answer("and my answer by mail")
    await inbox.sees("and my answer by mail")

    # What was said in the chat, for her alone: to the address that is proven to be hers, and that is told her in part.
    await chat.place.get_by_role("button", name=chat.words("moves.label")).click()
    panel = chat.place.get_by_role("region", name=chat.words("moves.label"))
    await expect(panel).to_contain_text(chat.words("copy.text", address=masked(address)))
    assert await chat.faults(f"copy-{language}") == []
    await panel.get_by_role("button", name=chat.words("copy.send")).click()
    await expect(panel).to_contain_text(chat.words("copy.sent", address=masked(address)))
    copied = TRANSCRIPT.ko if language == "ko" else TRANSCRIPT.en
    await mail.rows.filter(has_text=copied[:20]).first.click()
    await expect(mail.whole.locator("body")).to_contain_text(first)
    await chat.place.get_by_role("button", name=chat.words("moves.label")).click()

    # Back in the chat, which shows what was said there; to us it was one conversation all along.
    await chat.say("back in the chat")
    await inbox.sees("back in the chat")
    await inbox.reply("and so are we")
    line = (GONE_ON.ko if language == "ko" else GONE_ON.en).format(address=masked(address))
    await chat.tells([first, code, line, "back in the chat", "and so are we"])
    await sora.has(
        [first, code, line, later, "and my answer by mail", copied, "back in the chat", "and so are we"], here
    )


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
async def test_the_page_is_for_everybody(demo: Office, language: Language, scheme: str):
    for viewport in (DESKTOP, PHONE):
        mail = await mail_of(demo, CROSS, language, viewport=viewport, color_scheme=scheme)
        name = f"{scheme}-{language}-{viewport['width']}"
        assert await mail.faults(f"mail-list-{name}") == []
        subject = f"{'W' * 300} {next(_numbers)}"
        await mail.write(address_of("cross"), subject, "مرحبا " + "W" * 400)
        await mail.open(subject)
        assert await mail.faults(f"mail-thread-{name}") == []
        await mail.letters.last.get_by_role("button", name=mail.words("reply"), exact=True).click()
        await mail.page.locator("details.quoted summary").click()
        assert await mail.faults(f"mail-answer-{name}") == []
        assert await mail.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await mail.press("discard")


async def test_what_is_begun_is_kept_and_nothing_is_lost_when_it_is_refused(demo: Office):
    mail, subject = await mail_of(demo, OWNERS["en"]), f"Begun {next(_numbers)}"
    await mail.begin("not an address", subject, "half a mail")
    await mail.press("send")
    await expect(mail.page.get_by_text(mail.words("bad_address"))).to_be_visible()
    await mail.take(CROSS)
    await mail.take(OWNERS["en"])
    await mail.press("continue")
    await expect(mail.field).to_have_value("half a mail")
    await mail.line("to").fill(ADDRESS)
    await mail.page.keyboard.press("Control+Enter")
    await mail.folder("sent")
    await expect(mail.row(subject)).to_have_count(1)
    await expect(mail.row(subject).locator(".marks")).to_have_count(0)

"""A customer moves between channels by proof: from the chat to her phone, and a number that she says."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Locator, expect

from gateway.sandbox.demo import ACCOUNT
from gateway.stream.proofs import SEEN
from tests.e2e.office import DESKTOP, PHONE, OpenDemo
from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.phone import PhonePage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LOCALES, Language, catalogue
from tests.e2e.test_demo_phones import HANEUL, SHORT, open_newest, phone_of
from tests.servers.pages import Pages

IN_A_HAND: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
NUMBER, AT_HOME, SHOWN = "+821055550111", "010-5555-0111", "+82 10-5555-0111"


TO_WHATSAPP = {"en": "by WhatsApp", "ko": "WhatsApp으로"}
INVITE = {"en": "Invite to Haru Coffee", "ko": "하루커피로 초대하기"}
SMS_LABEL = {"en": "Haru Coffee SMS", "ko": "하루커피 문자"}
WHATSAPP_LABEL = {"en": "Haru Coffee WhatsApp", "ko": "하루커피 WhatsApp"}
TO_SMS = {"en": "by text message", "ko": "문자 메시지로"}


async def opens_moves(chat: ChatPage) -> Locator:
    """The window with the ways to her phone."""
    await chat.place.get_by_role("button", name=chat.words("moves.label")).click()
    panel = chat.place.get_by_role("region", name=chat.words("moves.label"))
    await expect(panel.get_by_role("link")).to_have_count(1)
    return panel


def written(link: str | None) -> str:
    """What the link has written for her."""
    return unquote(urlsplit(link or "").fragment.rpartition("/")[2])


async def is_uncut(panel: Locator, chat: ChatPage) -> None:
    """Everything of it is seen at once, and the field below as well."""
    assert await panel.evaluate(
        "(it) => it.scrollHeight <= it.clientHeight && it.scrollWidth <= it.clientWidth"
    )
    for part in await panel.locator("button, a, svg, p").all():
        await expect(part).to_be_in_viewport(ratio=1)
    await expect(chat.field).to_be_in_viewport(ratio=1)


def side(inbox: InboxPage) -> Locator:
    return inbox.page.get_by_role("region", name=inbox.words("context.label"), exact=True)


@pytest.mark.parametrize("language", ["ko"])
async def test_a_chat_goes_on_by_whatsapp(open_demo: OpenDemo, new_page: Pages, language: Language):
    demo = await open_demo(**SHORT)
    sora = await demo.click_link("supervisor")
    chat = await demo.customer(language, account=ACCOUNT, viewport=DESKTOP)
    head = chat.place.get_by_role("button", name=chat.words("moves.label"))
    await chat.say("안녕하세요")
    await chat.sees("안녕하세요")
    await expect(head).to_have_attribute("aria-expanded", "false")
    panel = await opens_moves(chat)
    await expect(panel.get_by_role("img")).to_have_count(1)
    await is_uncut(panel, chat)
    assert await chat.faults(f"moves-{language}-desk") == []
    way = panel.get_by_role("link", name=chat.words("moves.on", by=TO_WHATSAPP[language]))
    link = await way.get_attribute("href")
    # The word and the number stand there as well, for whoever types.
    word = re.findall(r"#\w{10}$", written(link))[0]
    await expect(panel).to_contain_text(word)
    await expect(panel).to_contain_text("+82 70-5555-0101")

    number = (await sora.conversation())["number"]
    inbox = await sora.inbox(f"/c/{number}", language)
    # In the demo the link leads to its own phones, with the words ready to be sent.
    async with chat.page.expect_popup() as opened:
        await way.click()
    phone = PhonePage(await opened.value, language)
    await expect(phone.field).to_have_value(written(link))
    assert word not in phone.page.url
    await phone.field.press("Enter")
    said = re.sub(r"#\w{10}$", SEEN, written(link))
    await inbox.sees("안녕하세요", said)
    line = inbox.log.get_by_text(re.compile(rf"{HANEUL}.*{WHATSAPP_LABEL[language]}"))
    await expect(line).to_have_count(1)
    address = side(inbox).locator(".identity").filter(has_text=SHOWN)
    await expect(address.locator(".proof")).to_have_text(inbox.words("proof.3"))
    assert await inbox.faults(f"moved-{language}") == []
    # The chat shows itself again, and says where it goes on; a fresh page says the same.
    await expect(panel).to_have_count(0)
    goes_on = chat.words("moves.done", by=TO_WHATSAPP[language])
    await expect(chat.place.get_by_role("status").first).to_have_text(goes_on)
    assert await chat.faults(f"goes-on-{language}-desk") == []
    await chat.reload()
    await expect(chat.place.get_by_role("status").first).to_have_text(goes_on)

    # Three letters of a name are not cut in the composer's head.
    to = inbox.page.locator(".composer-to")
    assert await to.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    await inbox.reply("여기로 답해 드려요")
    await phone.sees(written(link), "여기로 답해 드려요")
    # The browser shows what was said in the browser.
    await chat.tells(["안녕하세요"])
    # The word is used up: what comes with it once more is a message.
    await phone.say(written(link))
    await inbox.sees(written(link))
    await chat.say("다시 여기예요")
    await expect(chat.place.get_by_role("status").first).to_have_text("")
    await inbox.is_true()


async def test_in_a_hand_there_are_links_and_no_codes(open_demo: OpenDemo):
    demo = await open_demo(**SHORT)
    chat = await demo.customer("ko", account=ACCOUNT, **IN_A_HAND)
    await chat.say("안녕하세요")
    await chat.sees("안녕하세요")
    panel = await opens_moves(chat)
    await expect(panel.get_by_role("img")).to_have_count(0)
    await panel.get_by_role("button", name="문자 메시지").click()
    await expect(panel.get_by_role("link", name=chat.words("moves.on", by=TO_SMS["ko"]))).to_have_attribute(
        "href", re.compile(r"/sandbox/[\w-]+/phones#/\+827055550100/")
    )
    await expect(panel.get_by_role("status")).to_have_text(chat.words("moves.hand"))
    for part in await panel.locator("a, button").all():
        box = await part.bounding_box()
        assert box and box["height"] >= 44
    await is_uncut(panel, chat)
    assert await chat.faults("moves-ko-hand") == []


async def test_in_a_small_dark_window_a_whole_code_is_seen(open_demo: OpenDemo):
    demo = await open_demo(**SHORT)
    small: dict[str, Any] = {"viewport": {"width": 380, "height": 600}, "color_scheme": "dark"}
    chat = await demo.customer("ko", account=ACCOUNT, **small)
    await chat.say("안녕하세요")
    await chat.sees("안녕하세요")
    panel = await opens_moves(chat)
    assert await chat.faults("moves-ko-small") == []
    drawn = await panel.locator("svg path").get_attribute("d")
    await is_uncut(panel, chat)
    await panel.get_by_role("button", name="문자 메시지").click()
    await expect(panel.get_by_role("img", name=chat.words("moves.code", by=TO_SMS["ko"]))).to_have_count(1)
    assert await panel.locator("svg path").get_attribute("d") != drawn
    await is_uncut(panel, chat)
    await chat.place.get_by_role("button", name=chat.words("moves.label")).click()
    await expect(panel).to_have_count(0)


@pytest.mark.parametrize("language", ["en"])
async def test_a_number_is_confirmed_by_a_code(open_demo: OpenDemo, new_page: Pages, language: Language):
    demo = await open_demo(**SHORT)
    sora = await demo.click_link("supervisor")
    chat = await demo.customer("ko", account=ACCOUNT)
    await chat.say("안녕하세요")
    await chat.sees("안녕하세요")
    number = (await sora.conversation())["number"]
    inbox = await sora.inbox(f"/c/{number}", language)
    await side(inbox).locator("[data-act=prove]").first.click()
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("prove.title"))
    # What is no number is refused in so many words; one is understood as it is said at home.
    await dialog.get_by_role("radio", name=SMS_LABEL[language]).check()
    typed = dialog.get_by_role("textbox", name=inbox.words("start.number"))
    await typed.fill("5555-0111")
    await dialog.get_by_role("button", name=inbox.words("prove.send")).click()
    await expect(dialog.get_by_role("alert")).to_have_text(catalogue("errors", language)["errors.no_address"])
    await typed.fill(AT_HOME)
    assert await inbox.faults(f"prove-number-{language}") == []
    await dialog.get_by_role("button", name=inbox.words("prove.send")).click()
    await expect(dialog.get_by_role("status")).to_contain_text(NUMBER)

    phone = await phone_of(new_page, demo, "ko")
    await phone.open("sms")
    received = phone.log.locator(".words").first
    await expect(received).to_have_text(re.compile(r"인증번호는 \d{6}예요"))
    code = re.findall(r"\d{6}", await received.inner_text())[0]
    field = dialog.get_by_role("textbox", name=inbox.words("prove.code"))
    await field.fill(f"{(int(code) + 1) % 10**6:06}")
    await field.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text(inbox.words("prove.wrong", n=4))
    assert await inbox.faults(f"prove-code-{language}") == []
    # Closed by mistake (what is typed asks once), it is found again: no second code has to be sent.
    await inbox.page.keyboard.press("Escape")
    await expect(dialog.get_by_role("button", name=inbox.words("dialog.discard"))).to_be_visible()
    await inbox.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await side(inbox).locator("[data-act=prove]").first.click()
    await expect(dialog.get_by_role("status")).to_contain_text(NUMBER)
    await field.fill(f"{code[:3]} {code[3:]}")
    await field.press("Enter")
    await expect(dialog).to_have_count(0)
    address = side(inbox).locator(".identity").filter(has_text=SHOWN)
    await expect(address.locator(".proof")).to_have_text(inbox.words("proof.3"))
    # Taken back, the number is somebody of its own again.
    await inbox.page.locator(".toast").get_by_role("button", name=inbox.words("undo")).click()
    await expect(address).to_have_count(0)
    await inbox.is_true()


async def follow(chat: ChatPage, link: str, *, press: bool = True) -> None:
    """Her link in a browser, and, with `press`, the button by which it is spent."""
    await chat.page.goto(link)
    button = chat.place.get_by_role("button", name=chat.words("line.here"))
    await expect(button).to_be_visible()
    if press:
        await button.click()


@pytest.mark.parametrize("language", ["ko"])
async def test_and_back_to_the_web_by_a_link(open_demo: OpenDemo, new_page: Pages, language: Language):
    demo = await open_demo(**SHORT)
    sora = await demo.click_link("supervisor")
    phone = await phone_of(new_page, demo, language)
    await phone.open("whatsapp")
    await phone.say("안녕하세요")
    inbox = await open_newest(sora, "안녕하세요", language)
    await inbox.act("leg").click()
    invitation = inbox.page.get_by_role("option", name=INVITE[language])
    await expect(invitation).to_have_count(1)
    assert await inbox.faults(f"invite-{language}") == []
    await invitation.click()
    await expect(inbox.field).to_have_value(re.compile(r"/chat/shop#go=••••••link-\w+$"))
    # The words stand ready, and the focus behind them.
    await expect(inbox.field).to_be_focused()
    assert await inbox.field.evaluate("(it) => it.selectionStart === it.value.length")
    await inbox.page.keyboard.press("Enter")
    # The link itself stands on her telephone and nowhere else.
    sent = phone.log.get_by_role("link").filter(has_text=re.compile("#go="))
    await expect(sent).to_have_attribute("rel", "noopener noreferrer")
    link = await sent.get_attribute("href") or ""
    assert await sent.inner_text() == link
    assert await inbox.page.locator("a[href*='#go=']").count() == 0

    # A preview that runs the page's scripts spends nothing: nobody has pressed.
    preview = await new_page(viewport=DESKTOP, locale=LOCALES[language])
    await follow(ChatPage(preview, demo.url, language), link, press=False)
    await preview.close()
    hand = await new_page(**IN_A_HAND, locale=LOCALES[language], reduced_motion="reduce")
    chat = ChatPage(hand, demo.url, language)
    await follow(chat, link, press=False)
    assert await chat.faults(f"asks-{language}-hand") == []
    await chat.place.get_by_role("button", name=chat.words("line.here")).click()
    await chat.sees("안녕하세요")
    assert "#" not in hand.url
    await chat.say("웹으로 왔어요")
    await inbox.sees("안녕하세요", "웹으로 왔어요")
    await inbox.reply("여기서 이어서 답해 드려요")
    await chat.sees("웹으로 왔어요", "여기서 이어서 답해 드려요")
    assert await chat.faults(f"back-{language}-hand") == []
    # Another day it is still she; another browser comes too late.
    await chat.reload()
    await chat.sees("웹으로 왔어요")
    # She taps the link in her messages again, in the browser that it let in: it goes on.
    await hand.goto("about:blank")
    await follow(chat, link)
    await chat.sees("웹으로 왔어요", "여기서 이어서 답해 드려요")
    other = await new_page(viewport=DESKTOP, locale=LOCALES[language])
    late = ChatPage(other, demo.url, language)
    await follow(late, link)
    await expect(late.place.get_by_role("status").first).to_contain_text(late.words("line.over"))
    await expect(
        other.get_by_role("heading", name="하루커피" if language == "ko" else "Haru Coffee")
    ).to_be_visible()
    brand = await other.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')")
    assert brand == "#7a4419"
    await expect(late.log.locator(".greeting")).not_to_be_empty()
    await expect(late.field).to_be_disabled()
    assert await late.faults(f"over-{language}-desk") == []
    await other.get_by_role("button", name=late.words("line.start")).click()
    await late.say("새로 시작할게요")
    await late.tells(["새로 시작할게요"])
    await inbox.is_true()


@pytest.mark.parametrize("language", ["en"])
async def test_one_person_in_two_conversations_is_offered_to_be_one(
    open_demo: OpenDemo, new_page: Pages, language: Language
):
    """Somebody is merged who waits in two conversations: they are joined by a press, and parted by another."""
    many = {"en": "one", "ko": "other"}[language]
    demo = await open_demo(**SHORT)
    sora = await demo.click_link("supervisor")
    chat = await demo.customer(language, account=ACCOUNT)
    await chat.say("first here")
    await chat.sees("first here")
    inbox = await open_newest(sora, "first here", language)
    here = await sora.conversation()
    phone = await phone_of(new_page, demo, language)
    await phone.open("sms")
    await phone.say("then by text")

    async def newest() -> str:
        return str((await sora.conversation())["preview"]["text"])

    await become(newest, "then by text")
    other = await sora.conversation()
    offer = side(inbox).locator(".side-running")
    await expect(offer).to_have_count(0)
    told = await sora.ask(
        "POST", f"/contacts/{other['contact']['id']}/merge", {"into": here["contact"]["id"]}
    )
    assert [one["number"] for one in told["running"]] == [other["number"], here["number"]]
    await expect(offer.locator("p").first).to_have_text(inbox.words(f"running.{many}", n=1))
    assert await inbox.faults(f"running-{language}") == []
    await offer.get_by_role("button", name=inbox.words(f"running.join.{many}")).click()
    await inbox.tells(["first here", "then by text"])
    await expect(offer).to_have_count(0)
    said = inbox.words(f"running.joined.{many}", n=1, number=here["number"])
    toast = inbox.page.locator(".toast").filter(has_text=said)
    await toast.get_by_role("button", name=inbox.words("undo")).click()
    await inbox.tells(["first here"])
    await expect(offer).to_have_count(1)
    await inbox.is_true()


@pytest.mark.parametrize("language", ["ko"])
async def test_a_word_from_a_number_that_is_known_is_told_on_both_sides(
    open_demo: OpenDemo, new_page: Pages, language: Language
):
    demo = await open_demo(**SHORT)
    sora = await demo.click_link("supervisor")
    phone = await phone_of(new_page, demo, language)
    await phone.open("whatsapp")
    await phone.say("somebody else's number")
    chat = await demo.customer(language, account=ACCOUNT)
    await chat.say("shown here")
    await chat.sees("shown here")
    inbox = await open_newest(sora, "shown here", language)
    here = (await sora.conversation())["number"]
    panel = await opens_moves(chat)
    way = panel.get_by_role("link", name=chat.words("moves.on", by=TO_WHATSAPP[language]))
    text = written(await way.get_attribute("href"))
    await phone.say(text)
    there = int((await sora.ask("GET", "/conversations?q=somebody"))["conversations"][0]["number"])
    line = inbox.page.locator(".line").filter(has_text=inbox.words("line.word_into", other=f"#{there}"))
    await expect(line).to_have_count(1)
    await line.get_by_role("link").click()
    back = inbox.words("line.word_from", other=f"#{here}")
    await expect(inbox.page.locator(".line").filter(has_text=back)).to_have_count(1)
    await inbox.is_true()

"""One conversation by three ways: from the web chat to text messages, to WhatsApp and back, on everybody's screen.

The customer has the chat's page in one tab and her phone beside it; of the agent's screen nobody reloads anything. What
stands on each of hers is what travelled by that way, and nothing of the others.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.office import Colleague, OpenDemo
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LANGUAGES, Language
from tests.e2e.test_demo_phones import SHORT, fares, open_newest, phone_of
from tests.e2e.test_together_merge import merge
from tests.servers.pages import Pages

ACCOUNT = "shop"
WAYS = {
    "en": ("Haru Coffee", "Haru Coffee SMS", "Haru Coffee WhatsApp"),
    "ko": ("하루커피", "하루커피 문자", "하루커피 WhatsApp"),
}
"""What agents call the demo's accounts: the chat, text messages, WhatsApp."""
SAID = {
    "en": {
        "asks": "Where is my order?",
        "looks": "One moment, I am looking.",
        "bus": "I am on the bus now, here is my number",
        "bus_answer": "It leaves today.",
        "home": "At home again",
        "home_answer": "It is at your door by six.",
        "back": "Back at my desk, thank you",
        "back_answer": "You are welcome!",
    },
    "ko": {
        "asks": "제 주문은 어디에 있나요?",
        "looks": "잠시만요, 확인해 볼게요.",
        "bus": "지금 버스예요, 제 번호예요",
        "bus_answer": "오늘 출발해요.",
        "home": "집에 왔어요",
        "home_answer": "여섯 시까지 문 앞에 도착해요.",
        "back": "다시 자리예요, 고마워요",
        "back_answer": "별말씀을요!",
    },
}
"""What is said, in its order."""
SWITCH = {"en": "changed the channel to", "ko": "님이 채널을"}
"""Of a line that says so."""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_the_chat_to_the_phone_and_back(
    open_demo: OpenDemo, new_page: Pages, language: Language
) -> None:
    said, (web, sms, whatsapp) = SAID[language], WAYS[language]
    demo = await open_demo(**SHORT)
    sora, phone = await demo.click_link("supervisor"), await phone_of(new_page, demo, language)
    chat = await demo.customer(language, account=ACCOUNT)

    # In the web chat: each sees the other type, and that her words were read.
    await chat.say(said["asks"])
    inbox = await open_newest(sora, said["asks"], language)
    await chat.seen(said["asks"])
    await chat.field.press_sequentially("...", delay=30)
    await expect(inbox.page.locator(".typing")).to_be_visible()
    await chat.field.fill("")
    await inbox.write("...")
    await expect(chat.place.locator(".typing")).to_be_visible()
    await inbox.reply(said["looks"])
    await chat.tells([said["asks"], said["looks"]])
    await inbox.tick(said["looks"], "read")
    number = (await sora.conversation())["number"]

    # On the bus she writes by text message, and says who she is; the agent joins the two.
    await phone.open("sms")
    await phone.say(said["bus"])
    await join(sora, said["bus"], number)
    await inbox.tells([said["asks"], said["looks"], said["bus"]])
    await switch(inbox, sms)
    await inbox.reply(said["bus_answer"])
    await phone.sees(said["bus"], said["bus_answer"])
    await fares(sora, said["bus_answer"], "delivered")
    await phone.close()

    # At home by WhatsApp: the same number, so it goes on by itself. Typing is shown there, and reading told from there.
    await phone.open("whatsapp")
    await phone.say(said["home"])
    await inbox.sees(said["home"])
    await expect(inbox.composer.locator(".composer-account")).to_have_text(whatsapp)
    await inbox.write("...")
    await expect(phone.typing).to_be_visible()
    await phone.ticks(said["home"], "read")
    await inbox.reply(said["home_answer"])
    await phone.sees(said["home"], said["home_answer"])
    await inbox.tick(said["home_answer"], "read")

    # And back at her desk in the chat, which has nothing of what went to her phone.
    await chat.say(said["back"])
    await inbox.sees(said["back"])
    await switch(inbox, web)
    await inbox.reply(said["back_answer"])
    await chat.tells([said["asks"], said["looks"], said["back"], said["back_answer"]])
    await inbox.tick(said["back_answer"], "read")
    await phone.sees(said["home"], said["home_answer"])

    assert (await sora.conversation())["number"] == number
    await inbox.tells(list(said.values()))
    switches = inbox.page.locator(".line").filter(has_text=SWITCH[language])
    await expect(switches).to_have_text([re.compile(f"{way}(’|\\b)(?! WhatsApp)") for way in (sms, whatsapp)])
    # What was merged here is no other conversation of hers.
    await expect(inbox.page.locator(".past-item").filter(has_text=said["bus"])).to_have_count(0)
    assert await inbox.faults(f"together-ways-{language}") == []
    await inbox.is_true()
    await chat.is_true()


async def join(by: Colleague, text: str, number: int) -> None:
    """What just came from another number is the same person's, and belongs to this conversation."""

    async def newest() -> str:
        return str((await by.conversation())["preview"]["text"])

    await become(newest, text)
    came = await by.conversation()
    into = (await by.ask("GET", f"/conversations/{number}"))["conversation"]
    if came["number"] == number:
        return
    if came["contact"]["id"] != into["contact"]["id"]:
        await by.ask("POST", f"/contacts/{came['contact']['id']}/merge", {"into": into["contact"]["id"]})
    await merge(by, came["number"], number)


async def switch(inbox: InboxPage, way: str) -> None:
    """The agent goes on by this way."""
    await inbox.act("leg").click()
    await inbox.page.get_by_role("option", name=re.compile(f"^{way}(?! (SMS|WhatsApp|문자))")).first.click()
    await expect(inbox.composer.locator(".composer-account")).to_have_text(way)

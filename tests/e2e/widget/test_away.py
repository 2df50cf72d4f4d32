"""Nobody is here, and an address that is left; unsent words that agents see, and the customer's knowing of it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from gateway.bus import AgentHere, CustomerTyping
from tests.e2e.widget.world import AWAY, DESKTOP, PHONE, Chat, World, until
from tests.servers.pages import accessibility_faults
from tests.visitors.conftest import vouch


@pytest.mark.parametrize(
    ("lang", "options"),
    [("en", {"viewport": DESKTOP}), ("ko", PHONE), ("ko", {"viewport": DESKTOP, "color_scheme": "dark"})],
)
async def test_while_nobody_is_here_it_says_so_and_takes_an_address(
    closed: World, lang: str, options: dict[str, object]
):
    closed.site.lang = lang
    words = {
        "en": ("Nobody is here right now", "Leave it", "We can also reach you at kim@shop.example."),
        "ko": ("지금은 상담원이 없어요", "남기기", "kim@shop.example 주소로도 연락드릴 수 있어요."),
    }[lang]
    chat = await closed.talk(None, **options)
    card = chat.frame.get_by_role("region", name=words[0])
    await expect(card).to_contain_text(AWAY[lang])
    assert not await accessibility_faults(chat.page)
    field = card.get_by_role("textbox")
    await field.fill("no address")
    await card.get_by_role("button", name=words[1]).click()
    assert not await field.evaluate("it => it.validity.valid")
    await expect(field).to_be_visible()
    await field.fill("kim@shop.example")
    await field.press("Enter")
    await expect(card).to_contain_text(words[2])
    assert not await accessibility_faults(chat.page)
    await chat.say("hello")
    await chat.settled()
    # The message is stored, and told, a moment before what is known of her.
    await until(lambda: closed.shop.one("select 1 from contacts where claims like '%kim@shop.example%'"))
    assert "kim@shop.example" not in (await closed.shop.one("select attributes from contacts"))["attributes"]
    # Another day it is still known, and can be changed.
    await closed.visit(chat.page)
    if "is_mobile" in options:
        await chat.page.evaluate("Parley.open()")
    chat = await Chat.on(chat.page)
    card = chat.frame.get_by_role("region", name=words[0])
    await expect(card).to_contain_text(words[2])
    await card.get_by_role("button").click()
    await expect(card.get_by_role("textbox")).to_have_value("kim@shop.example")
    # Somebody comes.
    closed.shop.bus.signal(AgentHere(closed.shop.agent, "t"))
    await expect(card).to_have_count(0)


async def test_who_was_vouched_for_is_not_asked_and_an_account_may_do_without(closed: World):
    closed.site.tag = f' data-vouch="{vouch("anna", email="anna@shop.example")}"'
    chat = await closed.talk()
    await expect(chat.frame.locator(".away")).to_contain_text("anna@shop.example")
    await expect(chat.frame.locator(".away input")).to_have_count(0)
    await chat.page.close()
    await closed.configure(ask_email=False)
    closed.shop.clock.ahead += 2_000
    closed.site.tag = ""
    chat = await closed.talk()
    await expect(chat.frame.locator(".away")).to_contain_text("Nobody is here right now.")
    await expect(chat.frame.locator(".away input, .away button")).to_have_count(0)


@pytest.mark.parametrize(("lang", "today"), [("en", True), ("ko", True), ("en", False), ("ko", False)])
async def test_outside_the_teams_hours_it_says_when_the_team_is_back(world: World, lang: str, today: bool):
    """However many agents sit there: the hours are the business's word."""
    await world.configure(team="Night shift")
    add = "insert into teams (id, name, created_at) values ($1, 'Night shift', $2)"
    await world.shop.store.write(lambda tx: tx.run(add, "night", tx.now))
    page = await world.pages(viewport=DESKTOP, timezone_id="Asia/Seoul")
    noon = 1_790_218_800_000  # Thursday, 2026-09-24, 12:00 in Seoul
    await page.clock.install(time=noon / 1000)
    back_at = noon + (2 if today else 26) * 3_600_000
    state: dict[str, object] = {"open": False, "back_at": back_at}

    async def closed(_: str) -> dict[str, object]:
        return state

    world.shop.desk.opening.state = closed  # type: ignore[assignment,method-assign]
    world.site.lang = lang
    chat = await world.talk(page)
    words = {
        ("en", True): "We are back today at 2:00",
        ("en", False): "We are back on Friday at 2:00",
        ("ko", True): "오늘 오후 2:00에 다시 답해 드려요.",
        ("ko", False): "금요일 오후 2:00에 다시 답해 드려요.",
    }
    await expect(chat.frame.locator(".away")).to_contain_text(words[lang, today])


async def test_while_somebody_is_here_nothing_is_asked(world: World):
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    await expect(chat.frame.locator(".away")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "ko"])
async def test_unsent_words_reach_agents_only_where_she_is_told_so(world: World, lang: str):
    world.site.lang = lang
    told: list[str | None] = []
    notice = {"en": "The team can see what you type.", "ko": "입력 중인 내용을 상담팀이 볼 수 있어요."}[lang]
    chat = await world.talk()
    await chat.say("hello")
    await chat.settled()
    world.shop.bus.take_signals(CustomerTyping, lambda said: told.append(said.preview))

    async def typing_is_told() -> bool:
        await chat.frame.locator("textarea").press("x")  # what is typed before the line is up, nobody hears
        return None in told

    await until(typing_is_told)
    await expect(chat.frame.get_by_text(notice)).to_have_count(0)
    assert not any(told), "off unless the account says otherwise"

    await chat.page.goto("about:blank")
    await world.configure(preview=True)
    world.shop.bus.take_signals(CustomerTyping, lambda said: told.append(said.preview))
    await world.visit(chat.page)
    chat = await Chat.on(chat.page)
    await expect(chat.frame.get_by_text(notice)).to_be_visible()
    await expect(chat.frame.locator("textarea")).to_have_accessible_description(notice)
    await expect(chat.frame.locator("article .text")).to_have_count(1)
    await chat.frame.locator("textarea").fill("")
    await chat.frame.locator("textarea").press_sequentially("Do you have the blue one", delay=20)
    await until(lambda: _told(told, "Do you have the blue one"), 3)
    assert not await accessibility_faults(chat.page)


async def _told(told: list[str | None], what: str | None) -> bool:
    return what in told

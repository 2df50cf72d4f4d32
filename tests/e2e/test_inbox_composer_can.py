"""What a channel can decides what may be written; modes cannot be confused; every state is for everybody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.e2e.office import DESKTOP, PHONE, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.words import LANGUAGES, Language
from tests.e2e.test_inbox_composer import acts, macro, menu, options, problem
from tests.e2e.test_together_merge import merge

NOTE = re.compile("mode-note")
PUBLIC = re.compile("mode-public")


# --- what a channel can ---------------------------------------------------------------------------------------------


async def with_accounts(inbox: InboxPage, **changes: dict[str, Any]) -> None:
    """The server tells this browser of accounts that can other things; the browser goes by nothing else."""

    def changed(text: str) -> str:
        frame = json.loads(text)
        if frame.get("kind") != "snapshot":
            return text
        for account in frame["directory"]["accounts"]:
            change = dict(changes.get(account["id"], {}))
            account["capabilities"].update(change.pop("capabilities", {}))
            account.update(change)
        return json.dumps(frame)

    def between(near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        near.on_message(far.send)
        far.on_message(lambda text: near.send(changed(text) if isinstance(text, str) else text))

    await inbox.page.route_web_socket(re.compile("/ws/agent"), between)
    await inbox.page.reload()
    await inbox.settled()


async def test_what_is_too_long_is_not_sent_and_says_why(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    segments = {
        "alone": 10,
        "together": 8,
        "wide_alone": 5,
        "wide_together": 4,
        "basic": "abcdefghijklmnopqrstuvwxyz ",
        "double": "",
    }
    await with_accounts(
        inbox, web={"capabilities": {"text_length": 40, "segments": segments, "formatting": "plain"}}
    )
    await inbox.open("One")
    left = inbox.composer.locator(".composer-left")
    await expect(inbox.composer.get_by_role("button", name=inbox.words("format.b"))).to_have_count(0)
    await inbox.write("abcdefghijkl")
    await expect(left).to_have_text(inbox.words("parts.other", n=2, left=4))
    await inbox.write("가나다")
    await expect(left).to_have_text(inbox.words("parts.one", n=1, left=2))
    await inbox.write("a" * 35)
    await expect(left).to_have_text(inbox.words("composer.left", n=5))
    await inbox.write("a" * 43)
    await expect(problem(inbox)).to_have_text(inbox.words("composer.too_long", n=3, most=40))
    await expect(left).to_have_text(inbox.words("composer.over", n=3))
    await inbox.field.press("Enter")
    await inbox.tells(["Hello"])
    await expect(inbox.composer.get_by_role("button", name=inbox.words("composer.send"))).to_be_disabled()
    await inbox.field.press("Control+b")
    await expect(inbox.field).to_have_value("a" * 43)
    await inbox.act("note").click()
    await expect(problem(inbox)).to_have_count(0)
    await expect(inbox.composer.get_by_role("button", name=inbox.words("format.b"))).to_be_visible()


async def test_by_which_channel_a_reply_goes_is_chosen_by_key(open_office: Any):
    office: Office = await open_office(
        PARLEY_CHANNELS__SHOP__TYPE="webchat", PARLEY_CHANNELS__SHOP__LABEL="Shop"
    )
    ada = office.boss
    await office.known_writes("One", "From the web")
    await office.writes("From the shop", account="shop")
    await merge(office.boss, 2, 1)
    inbox = await ada.inbox()
    await inbox.open("One")
    picker = inbox.act("leg")
    await picker.focus()
    await inbox.page.keyboard.press("Enter")
    rows = inbox.page.get_by_role("option")
    await expect(rows).to_have_count(2)
    now = await inbox.composer.locator(".composer-account").text_content()
    await inbox.page.keyboard.press("ArrowDown" if now == "Website" else "Home")
    await inbox.page.keyboard.press("Enter")
    other = "Shop" if now == "Website" else "Website"
    await expect(inbox.composer.locator(".composer-account")).to_have_text(other)

    day = 86_400_000
    await with_accounts(
        inbox,
        web={"state": "retired"},
        shop={"capabilities": {"reply_window": day}},
    )
    await inbox.open("One")
    await picker.click()
    retired = rows.filter(has_text=inbox.words("composer.way.retired"))
    await expect(retired).to_have_attribute("aria-disabled", "true")
    await expect(retired).to_contain_text("One · Website")
    await expect(rows.filter(has_text="Shop")).to_contain_text(re.compile(r"\d+h"))
    await retired.dispatch_event("click")
    await expect(picker).to_have_attribute("aria-expanded", "true")

    # One by which nothing goes out is not written to at all, and the other is offered in its place.
    mute = "web" if other == "Website" else "shop"
    await with_accounts(inbox, **{mute: {"capabilities": {"sends": False}}})
    await inbox.open("One")
    closed = inbox.composer.locator(".composer-closed")
    await expect(closed).to_contain_text(inbox.words("composer.closed.receives_only"))
    await expect(inbox.composer.locator("textarea")).to_be_disabled()
    await closed.get_by_role("button", name=now or "").click()
    await expect(closed).to_have_count(0)


# --- modes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reply_that_opens_what_was_closed_says_so_before(office: Office, language: Language):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox(language=language)
    await inbox.open("One")
    says = inbox.composer.get_by_text(inbox.words("composer.reopens"))
    await expect(inbox.field).to_be_enabled()
    await expect(says).to_have_count(0)
    await inbox.close()
    await expect(says).to_be_visible()
    await inbox.act("note").click()
    await expect(says).to_have_count(0)
    await inbox.note("Only for us.")
    await inbox.sees("Only for us.")
    assert (await mina.conversation(status="closed"))["status"] == "closed"
    await inbox.act("reply").click()
    await inbox.reply("One more thing")
    await inbox.sees("One more thing")
    await expect(says).to_have_count(0)
    assert (await mina.conversation())["status"] == "open"


async def test_modes_cannot_be_confused_and_are_remembered(office: Office):
    mina = await office.hire("Mina")
    for name in ("One", "Two"):
        await office.known_writes(name, "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    ground = "(it) => getComputedStyle(it.querySelector('.composer-field')).backgroundColor"
    reply = await inbox.composer.evaluate(ground)
    await inbox.page.keyboard.press("n")
    await expect(inbox.composer).to_have_class(NOTE)
    assert await inbox.composer.evaluate(ground) != reply
    await expect(inbox.composer).to_contain_text(inbox.words("composer.only_team"))
    await expect(inbox.composer.get_by_role("button", name=inbox.words("composer.add_note"))).to_be_attached()
    await inbox.page.keyboard.press("Escape")
    await inbox.open("Two")
    await expect(inbox.composer).to_have_class(PUBLIC)
    await inbox.open("One")
    await expect(inbox.composer).to_have_class(NOTE)
    await inbox.reload()
    await expect(inbox.composer).to_have_class(NOTE)
    await inbox.page.keyboard.press("r")
    await expect(inbox.composer).to_have_class(PUBLIC)
    await expect(inbox.field).to_be_focused()


# --- how it looks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "language", "theme"), [("desk", "ko", "dark"), ("hand", "en", "light")])
async def test_every_state_is_for_everybody(office: Office, kind: str, language: Language, theme: str):
    mina = await office.hire("Mina", "supervisor")
    await office.hire("김민지")
    for n in range(12):
        await macro(
            mina,
            f"환불 안내 {n}",
            "{{contact.name}} 님, 환불은 **3일** 걸려요.\n감사합니다.",
            priority=3,
            status="closed",
        )
    await office.writes("Hello")
    size: dict[str, Any] = (
        {"viewport": PHONE, "has_touch": True, "is_mobile": True} if kind == "hand" else {"viewport": DESKTOP}
    )
    inbox = await mina.inbox(language=language, color_scheme=theme, **size)
    await inbox.page.locator("[data-row]").first.click()
    await expect(inbox.log).to_be_visible()
    faults: list[str] = []

    async def look(name: str) -> None:
        faults.extend(await inbox.faults(f"composer-{kind}-{language}-{theme}-{name}"))
        wider = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        assert await inbox.page.evaluate(wider) <= 0, name

    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/")
    await expect(menu(inbox).locator(".macro-words")).to_be_visible()
    await look("macros")
    await inbox.field.press("Enter")
    await expect(acts(inbox)).to_have_count(2)
    await inbox.field.press("Enter")
    await expect(problem(inbox)).to_be_visible()
    await look("gap")
    await inbox.field.fill("")
    await inbox.act("note").click()
    await inbox.field.press_sequentially("@")
    await expect(options(inbox).first).to_be_visible()
    await look("mentions")
    await inbox.field.press("Enter")
    await look("mentioned")
    await inbox.act("emoji").click()
    await expect(inbox.page.locator(".emoji").first).to_be_visible()
    await look("emoji")
    assert not faults, "\n".join(faults)

"""Where agents write: macros, mentions, emoji, marks, files, undo."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import Colleague, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LANGUAGES, Language


def menu(inbox: InboxPage) -> Locator:
    return inbox.composer.locator(".composer-menu")


def options(inbox: InboxPage) -> Locator:
    return menu(inbox).get_by_role("option")


def current(inbox: InboxPage) -> Locator:
    return menu(inbox).locator("[role=option][aria-selected=true] .choice-label")


def acts(inbox: InboxPage) -> Locator:
    return inbox.composer.locator(".act-chip-word")


def problem(inbox: InboxPage) -> Locator:
    return inbox.composer.locator(".composer-problem")


async def macro(who: Colleague, name: str, text: str = "", **acts: Any) -> str:
    body = {"name": name, "text": text, "actions": acts}
    made: str = (await who.ask("POST", "/macros", body))["macro"]["id"]
    return made


async def stands(who: Colleague) -> tuple[str, int, int]:
    view = await who.ask("GET", "/conversations/1")
    return (
        view["conversation"]["status"],
        view["conversation"]["priority"],
        len(view["conversation"]["tags"]),
    )


# --- macros ---------------------------------------------------------------------------------------------------------


async def test_a_macro_is_found_filled_and_sent_with_what_it_does(office: Office):
    mina = await office.hire("Mina", "supervisor")
    tag = (await mina.ask("POST", "/tags", {"name": "refund", "colour": "#dc2626"}))["tag"]["id"]
    await macro(mina, "Shipping", "On its way.")
    await macro(
        mina, "Refund", "Dear {{contact.name}}, it is paid back.", tags_add=[tag], priority=3, status="closed"
    )
    await office.known_writes("Ann Lee", "Hello")
    inbox = await mina.inbox()
    await inbox.open("Ann Lee")
    keys = inbox.page.keyboard

    await inbox.act("reply").click()
    await inbox.field.press_sequentially("and/or /re")
    await expect(options(inbox)).to_have_count(1)
    await expect(menu(inbox).locator(".macro-words")).to_have_text("Dear Ann Lee, it is paid back.")
    await expect(inbox.field).to_have_attribute("aria-activedescendant", "composer-menu-0")
    await keys.press("Escape")
    await expect(menu(inbox)).to_have_count(0)
    await expect(inbox.field).to_be_focused()
    await inbox.field.fill("")
    await inbox.field.press_sequentially("/")
    await expect(options(inbox)).to_have_count(2)
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    chosen = await current(inbox).text_content()
    assert chosen == "Shipping" or chosen == "Refund"
    await inbox.field.press_sequentially("refu")
    await expect(current(inbox)).to_have_text("Refund")
    await keys.press("Enter")
    await expect(inbox.field).to_have_value("Dear Ann Lee, it is paid back.")
    words = inbox.words
    wanted = [
        words("macro.act.tag", name="refund"),
        words("macro.act.priority", priority=words("priority.3")),
        words("macro.act.close"),
    ]
    await expect(acts(inbox)).to_have_text(wanted)
    await inbox.composer.get_by_role(
        "button", name=words("macro.act.remove", act=words("macro.act.close")), exact=True
    ).click()
    await expect(acts(inbox)).to_have_text(wanted[:2])

    await inbox.reload()
    await expect(inbox.field).to_have_value("Dear Ann Lee, it is paid back.")
    await expect(acts(inbox)).to_have_text(wanted[:2])
    await inbox.field.press("Enter")
    await inbox.sees("Dear Ann Lee, it is paid back.")
    await expect(acts(inbox)).to_have_count(0)
    await become(lambda: stands(mina), ("open", 3, 1))

    # The one that was used comes first now; all it does goes with it.
    await inbox.act("macro").click()
    await expect(inbox.field).to_have_value("/")
    await expect(current(inbox)).to_have_text("Refund")
    await keys.press("Tab")
    await expect(inbox.field).to_have_value("Dear Ann Lee, it is paid back.")
    await inbox.field.fill("Bye")
    await inbox.field.press("Enter")
    await become(lambda: stands(mina), ("closed", 3, 1))


async def test_a_missing_value_stops_the_send(office: Office):
    mina = await office.hire("Mina")
    await macro(mina, "Greeting", "Hello {{contact.name}}, we write to {{contact.email}}.")
    await office.writes("Hi")
    inbox = await mina.inbox()
    await inbox.open(inbox.words("contact.unnamed"))
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/")
    name = inbox.words("macro.place.contact.name")
    email = inbox.words("macro.place.contact.email")
    await expect(menu(inbox).locator(".gap")).to_have_text([name, email])
    await expect(menu(inbox).locator(".macro-missing")).to_have_text(
        inbox.words("macro.missing", names=f"{name}, {email}")
    )
    await inbox.field.press("Enter")
    await expect(inbox.composer.locator(".field-gap")).to_have_text(["{{contact.name}}", "{{contact.email}}"])
    chosen = "(it) => it.value.slice(it.selectionStart, it.selectionEnd)"
    assert await inbox.field.evaluate(chosen) == "{{contact.name}}"
    await inbox.page.keyboard.type("Ann")
    await inbox.field.press("Enter")
    await expect(problem(inbox)).to_have_text(inbox.words("macro.gap", name=email))
    await expect(problem(inbox)).to_have_role("alert")
    assert await inbox.field.evaluate(chosen) == "{{contact.email}}"
    await inbox.tells(["Hi"])
    await inbox.page.keyboard.type("a@example.com")
    await expect(problem(inbox)).to_have_count(0)
    await inbox.field.press("Enter")
    await inbox.sees("Hello Ann, we write to a@example.com.")


async def test_without_macros_the_menu_teaches_how_to_make_one(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/")
    link = menu(inbox).get_by_role("link", name=inbox.words("macro.make"))
    await expect(link).to_have_attribute("href", "/settings/macros")
    await inbox.field.press("Enter")
    await inbox.tells(["Hello"])
    await macro(mina, "Thanks", "Thank you!")
    await expect(options(inbox)).to_have_count(1)
    # A name that no macro has is not sent to anybody, unless one says that it is meant so.
    await inbox.field.fill("")
    await inbox.field.press_sequentially("/thonks")
    await inbox.field.press("Enter")
    await expect(menu(inbox)).to_have_text(inbox.words("macro.none_so"))
    await inbox.tells(["Hello"])
    await inbox.field.press("Escape")
    await inbox.field.press("Enter")
    await inbox.sees("/thonks")


async def test_a_macro_may_act_without_words(office: Office):
    mina = await office.hire("Mina")
    await macro(mina, "Urgent", priority=4)
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    await inbox.act("note").click()
    await inbox.field.press_sequentially("/urg")
    await expect(options(inbox)).to_have_count(1)
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("")
    await inbox.composer.get_by_role("button", name=inbox.words("macro.run")).click()
    await become(lambda: stands(mina), ("open", 4, 0))
    await inbox.tells(["Hello"])


async def test_what_a_macro_does_goes_with_its_words(office: Office):
    mina = await office.hire("Mina")
    await macro(mina, "Refund", "It is paid back.", priority=3, status="closed")
    await macro(mina, "Urgent", priority=4)
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/urg")
    await expect(options(inbox)).to_have_count(1)
    await inbox.field.press("Enter")
    await expect(acts(inbox)).to_have_count(1)
    await inbox.field.press_sequentially("/ref")
    await expect(options(inbox)).to_have_count(1)
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("It is paid back.")
    await expect(menu(inbox)).to_have_count(0)
    await expect(acts(inbox)).to_have_count(2)
    await inbox.field.press("ControlOrMeta+a")
    await inbox.field.press("Backspace")
    await expect(acts(inbox)).to_have_count(0)
    await inbox.reload()
    await expect(acts(inbox)).to_have_count(0)
    await inbox.field.press_sequentially("Another answer")
    await inbox.field.press("Enter")
    await inbox.sees("Another answer")
    assert await stands(mina) == ("open", 0, 0)


async def test_whoever_is_named_closes_the_list(office: Office):
    """Enter and Tab come up again behind the name: the list stays shut, and the next Enter sends."""
    mina = await office.hire("Mina")
    await office.hire("Sora", teams=[await office.team("주문")])
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    for typed, key, named in [("봐 주세요 @So", "Enter", "@Sora"), ("@주", "Tab", "@주문")]:
        await inbox.act("note").click()
        await inbox.field.press_sequentially(typed)
        await expect(current(inbox)).to_have_text(named[1:])
        await inbox.field.press(key)
        await expect(inbox.composer.locator(".field-mention")).to_have_text([named])
        await expect(menu(inbox)).to_have_count(0)
        await inbox.field.press("Shift")
        await expect(menu(inbox)).to_have_count(0)
        await inbox.field.press("Enter")
        await expect(inbox.field).to_have_value("")
        await expect(inbox.page.locator(".mention", has_text=named)).to_have_count(1)
        # The same place names somebody anew.
        await inbox.field.press_sequentially("@")
        await expect(menu(inbox)).to_have_count(1)
        await inbox.field.press("Backspace")


async def test_macros_in_the_customers_language_come_first(office: Office):
    mina = await office.hire("Mina")
    for name, text in [("Refund", "It is paid back."), ("환불 안내", "환불해 드렸어요."), ("Urgent", "")]:
        await macro(mina, name, text, priority=3)
    await office.known_writes("One", "환불 언제 되나요?")
    inbox = await mina.inbox()
    await inbox.open("One")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/")
    await expect(options(inbox)).to_have_count(3)
    await expect(options(inbox).last.locator(".choice-label")).to_have_text("Refund")


async def test_who_answers_is_offered_what_is_nobodys(office: Office):
    """The visitor has one name in the list, the header and the composer; the keys are told in full."""
    mina = await office.hire("Mina")
    await office.writes("Hello")
    inbox = await mina.inbox()
    unnamed = inbox.words("contact.unnamed")
    await inbox.open(unnamed)
    await expect(inbox.composer.locator(".composer-to")).to_have_text(
        inbox.words("composer.to", name=unnamed)
    )
    # Whole at the usual width, and where it would be cut, none of it.
    for width, whole in [(1440, True), (1280, False)]:
        await inbox.page.set_viewport_size({"width": width, "height": 900})
        hint = inbox.composer.locator(".composer-hint")
        await expect(hint).to_have_text(inbox.words("composer.keys"))
        room, words = await hint.bounding_box(), await hint.locator("span").bounding_box()
        assert room and words
        assert (words["y"] + words["height"] <= room["y"] + room["height"] + 1) is whole
        assert whole or words["y"] >= room["y"] + room["height"] - 1
    take = inbox.act("take")
    await inbox.act("note").click()
    await inbox.field.press_sequentially("For us")
    await expect(take).to_have_count(0)
    await inbox.act("reply").click()
    await expect(take).to_have_count(0)
    await inbox.field.press_sequentially("For you")
    await expect(take).to_have_count(1)
    await inbox.field.press("Enter")
    await inbox.sees("For you")
    await expect(inbox.field).to_have_value("")
    await take.click()
    await expect(inbox.field).to_be_focused()
    await expect(take).to_have_count(0)

    async def assignee() -> str | None:
        found: str | None = (await mina.ask("GET", "/conversations/1"))["conversation"]["assignee"]
        return found

    await become(assignee, mina.id)


async def test_menus_work_while_hangul_is_composed(office: Office):
    """The menu follows the syllables; Enter confirms them first, and only the next one takes the choice."""
    mina = await office.hire("Mina")
    await office.hire("김민지")
    await macro(mina, "환불 안내", "환불은 3일 걸려요.")
    await macro(mina, "배송 확인", "확인해 볼게요.")
    await office.known_writes("One", "안녕하세요")
    inbox = await mina.inbox(language="ko")
    await inbox.open("One")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/")
    await inbox.compose("ㅎ")
    await expect(options(inbox)).to_have_text([re.compile("환불 안내"), re.compile("배송 확인")])
    await expect(current(inbox)).to_have_text("환불 안내")
    await inbox.confirm("ㅎ")
    await inbox.compose("ㅂ")
    await expect(options(inbox)).to_have_count(1)
    await inbox.press_composing("Enter", "Enter")
    await expect(inbox.field).to_have_value("/ㅎㅂ")
    await inbox.tells(["안녕하세요"])
    await inbox.confirm("ㅂ")
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("환불은 3일 걸려요.")
    await inbox.field.fill("")

    await inbox.act("note").click()
    await inbox.field.press_sequentially("@")
    await inbox.compose("ㅁ", "미")
    await expect(current(inbox)).to_have_text("김민지")
    await inbox.confirm("민")
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("@김민지 ")
    await inbox.tells(["안녕하세요"])


# --- mentions -------------------------------------------------------------------------------------------------------


async def test_colleagues_are_named_in_notes(office: Office):
    orders, tech = await office.team("Orders"), await office.team("Tech")
    mina = await office.hire("Mina", teams=[orders])
    jun = await office.hire("Jun", teams=[orders])
    await office.hire("Tess", teams=[tech])
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    await inbox.team("Orders")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("@")
    await expect(menu(inbox)).to_have_count(0)
    await inbox.field.fill("")
    await inbox.act("note").click()
    await inbox.field.press_sequentially("Look @")
    names = menu(inbox).locator(".choice-label")
    await expect(names).to_have_text(["Ada", "Jun", "Orders", "Tess", "Tech"])
    off = menu(inbox).locator("[aria-disabled=true]")
    await expect(off.locator(".choice-label")).to_have_text(["Tess", "Tech"])
    await expect(off.first).to_contain_text(inbox.words("mention.unseen"))
    await inbox.field.press_sequentially("tes")
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("Look @tes")
    for _ in range(3):
        await inbox.field.press("Backspace")
    await inbox.field.press_sequentially("ju")
    await inbox.field.press("Enter")
    await expect(inbox.field).to_have_value("Look @Jun ")
    await expect(inbox.composer.locator(".field-mention")).to_have_text(["@Jun"])
    await expect(menu(inbox)).to_have_count(0)
    await inbox.field.press("Backspace")
    await inbox.field.press("Backspace")
    await expect(inbox.field).to_have_value("Look ")
    await inbox.act("mention").click()
    await inbox.field.press_sequentially("jun")
    await inbox.field.press("Enter")
    # A space is there already; who types one out of habit does not make it two.
    await inbox.field.press_sequentially(" and Tess")
    await inbox.field.press("Enter")
    await expect(inbox.message("Look @Jun and Tess").locator(".mention")).to_have_text(["@Jun"])

    async def told() -> list[str]:
        return [one["kind"] for one in (await jun.ask("GET", "/notices"))["notices"]]

    await become(told, ["mention"])
    await inbox.is_true()


# --- emoji, marks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_emoji_by_name_in_either_language(office: Office, language: Language):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox(language=language)
    await inbox.open("One")
    await inbox.write("Hi ")
    await inbox.act("emoji").click()
    search = inbox.page.get_by_role("searchbox", name=inbox.words("emoji.search"))
    await expect(search).to_be_focused()
    tone = inbox.page.get_by_role("radio", name=inbox.words("emoji.tone.3"), exact=True)
    await tone.click()
    await search.fill("엄지" if language == "en" else "thumbs up")
    await expect(inbox.page.locator(".emoji", has_text="👍").first).to_be_visible()
    await search.fill("thumbs up")
    await search.press("Enter")
    await expect(inbox.field).to_have_value("Hi 👍🏽")
    await expect(inbox.field).to_be_focused()
    await inbox.act("emoji").click()
    await expect(inbox.page.locator(".emoji").first).to_have_text("👍🏽")  # used lately
    await search.press("ArrowDown")
    await expect(inbox.page.locator(".emoji").first).to_be_focused()
    await inbox.page.keyboard.press("ArrowUp")
    await expect(search).to_be_focused()
    await search.press("ArrowDown")
    assert not await inbox.faults(f"emoji-{language}")
    await inbox.page.keyboard.press("Enter")
    await expect(inbox.field).to_have_value("Hi 👍🏽👍🏽")


async def test_marks_are_drawn_on_both_sides_and_never_become_markup(office: Office):
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("**not bold** <b>x</b>")
    inbox = await mina.inbox()
    await inbox.open(inbox.words("contact.unnamed"))
    await expect(inbox.log.locator("strong")).to_have_count(0)
    await inbox.write("big")
    await inbox.field.press("Control+a")
    await inbox.field.press("Control+b")
    await expect(inbox.field).to_have_value("**big**")
    await inbox.field.press("Control+b")
    await expect(inbox.field).to_have_value("big")
    await inbox.composer.get_by_role("button", name=inbox.words("format.i")).click()
    await expect(inbox.field).to_have_value("_big_")
    await inbox.field.press("Control+z")
    await expect(inbox.field).to_have_value("big")
    await inbox.field.fill("- one")
    await inbox.field.press("End")
    await inbox.field.press("Shift+Enter")
    await inbox.field.press_sequentially("**two** <img src=x onerror=alert(1)>")
    await expect(inbox.field).to_have_value("- one\n- **two** <img src=x onerror=alert(1)>")
    await inbox.field.press("Enter")
    for place in (inbox.log, chat.log):
        await expect(place.locator("li")).to_have_text(["one", "two <img src=x onerror=alert(1)>"])
        await expect(place.locator("strong")).to_have_text(["two"])
        await expect(place.locator("img[src=x]")).to_have_count(0)
    await expect(chat.log.locator("b, strong")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 390])
async def test_the_tools_stand_in_one_row_on_a_phone(office: Office, width: int):
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("Hello")
    hand: dict[str, Any] = {"viewport": {"width": width, "height": 700}, "has_touch": True, "is_mobile": True}
    inbox = await mina.inbox(language="ko", color_scheme="dark", **hand)
    await inbox.open(inbox.words("contact.unnamed"))
    boxes = """() => [...document.querySelectorAll(".composer-foot button")].map((one) => {
        const {left, right, top, width, height} = one.getBoundingClientRect();
        return {left, right, middle: Math.round(top + height / 2), width, height};
    })"""
    for mode in ("note", "public"):
        await inbox.write("가" * 9_950 if mode == "public" and width > 320 else "안녕하세요", mode)
        found: list[dict[str, float]] = await inbox.page.evaluate(boxes)
        assert len(found) == (9 if mode == "note" else 8)
        assert max(one["middle"] for one in found) - min(one["middle"] for one in found) <= 2, "one row"
        assert all(one["width"] >= 28 and one["height"] >= 38 for one in found), "to be met with a finger"
        assert all(one["right"] <= other["left"] + 1 for one, other in pairwise(found)), "none over another"
        assert found[-1]["right"] <= width
    assert await inbox.faults(f"tools-{width}") == []


# --- files ----------------------------------------------------------------------------------------------------------

DROP = """(place, files) => {
  const data = new DataTransfer();
  for (const [name, type, size] of files) data.items.add(new File([new Uint8Array(size).fill(97)], name, {type}));
  for (const kind of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
    if (kind === "dragover") window.dropSaid = document.querySelector(".drop-place")?.textContent ?? null;
  }
}"""


async def test_files_keep_their_order_and_say_what_is_wrong_with_them(office: Office, tmp_path: Path):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    await expect(inbox.composer.get_by_role("button", name=inbox.words("composer.attach"))).to_have_attribute(
        "title", re.compile(r"10 files")
    )
    office.new_page.expect(r"Failed to load resource|ERR_FAILED")
    refuse = True

    async def door(route: Any) -> None:
        if refuse and "two.txt" in route.request.url:
            await route.abort()
        else:
            await route.continue_()

    await inbox.page.route("**/api/v1/uploads**", door)
    files = [
        ["one.txt", "text/plain", 10],
        ["two.txt", "text/plain", 20],
        ["x.exe", "application/x-msdownload", 5],
    ]
    await inbox.log.evaluate(DROP, files)
    chips = inbox.composer.locator(".upload")
    await expect(chips).to_have_count(3)
    await expect(chips.nth(1)).to_contain_text(inbox.words("upload.interrupted"))
    await expect(chips.nth(2)).to_contain_text(inbox.words("upload.kind"))
    refuse = False
    await chips.nth(1).get_by_role("button", name=inbox.words("try_again")).click()
    await expect(chips.nth(1)).not_to_have_class(re.compile("bad"))
    await inbox.composer.get_by_role("button", name=inbox.words("upload.remove", name="x.exe")).click()
    await expect(chips).to_have_count(2)
    await expect(inbox.composer.locator("progress")).to_have_count(0)
    await inbox.write("Two files")
    await inbox.field.press("Enter")
    await inbox.sees("Two files")
    await expect(inbox.message("Two files").locator(".file-name")).to_have_text(["one.txt", "two.txt"])


# --- undo -----------------------------------------------------------------------------------------------------------


async def test_what_is_taken_back_comes_back_whole(office: Office, tmp_path: Path):
    mina = await office.hire("Mina")
    await mina.ask("PATCH", "/session/preferences", {"values": {"undo_send": 20}})
    await macro(mina, "Bye", "Good bye {{contact.name}}", priority=2, status="closed")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    paper = tmp_path / "paper.txt"
    paper.write_text("x")
    await inbox.act("reply").click()
    await inbox.field.press_sequentially("/bye")
    await expect(options(inbox)).to_have_count(1)
    await inbox.field.press("Enter")
    await inbox.composer.locator(".act-chip button").last.click()
    await inbox.attach(paper)
    await inbox.field.press("Enter")
    await expect(inbox.act("undo-send")).to_be_visible()
    await expect(inbox.field).to_have_value("")
    await inbox.field.press("Control+z")
    await expect(inbox.field).to_have_value("Good bye One")
    await expect(inbox.composer.locator(".upload-name")).to_have_text(["paper.txt"])
    await expect(acts(inbox)).to_have_text(
        [inbox.words("macro.act.priority", priority=inbox.words("priority.2"))]
    )
    await inbox.tells(["Hello"])
    await inbox.field.press("Enter")
    await inbox.act("send-now").click()
    await expect(inbox.act("send-now")).to_have_count(0)
    await become(lambda: stands(mina), ("open", 2, 0))

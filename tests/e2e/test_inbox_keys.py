"""The keyboard, and the input methods of those who write Korean."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.office import OFFLINE, Office
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.words import LANGUAGES, Language
from tests.e2e.test_inbox_conversation import pick

KOREAN = dict(zip("JKRNEATZ", "ㅓㅏㄱㅜㄷㅁㅅㅋ", strict=True))
CHOSEN = re.compile(r"\bchosen\b")


async def test_enter_while_a_syllable_is_composed_never_sends(office: Office):
    mina = await office.hire("Mina")
    chat = await office.customer("ko")
    await chat.field.focus()
    await chat.compose("ㅇ", "아", "안")
    await chat.press_composing("Enter", "Enter")
    await expect(chat.field).to_have_value("안")
    await expect(chat.log.get_by_role("article")).to_have_count(0)
    await chat.confirm("안")
    await chat.compose("ㄴ", "녀", "녕")
    await chat.confirm("녕")
    await chat.field.press("Enter")
    await chat.tells(["안녕"])

    inbox = await mina.inbox(language="ko")
    await inbox.open(inbox.words("contact.unnamed"))
    for mode in ("reply", "note"):
        await inbox.act(mode).click()
        await inbox.field.focus()
        await inbox.compose("ㄴ", "네")
        await inbox.press_composing("Enter", "Enter")
        await expect(inbox.field).to_have_value("네")
        await inbox.tells(["안녕"])
        await inbox.confirm("네")
        await expect(inbox.field).to_have_value("네")
        await inbox.field.fill("")
    await inbox.act("reply").click()
    await inbox.field.focus()
    await inbox.compose("ㄴ", "네")
    await inbox.confirm("네")
    await inbox.field.press("Shift+Enter")
    await inbox.field.press_sequentially("2")
    await inbox.field.press("Enter")
    await inbox.tells(["안녕", "네\n2"])
    await chat.tells(["안녕", "네\n2"])


@pytest.mark.parametrize("layout", LANGUAGES)
async def test_shortcuts_work_on_either_layout(office: Office, layout: Language):
    """j and k walk, Enter opens, r n e a t z act, Escape leads out, / finds, ? explains."""
    mina = await office.hire("Mina")
    for name in ("One", "Two", "Three"):
        await office.writes(f"I am {name}", name=name)
    inbox = await mina.inbox()

    async def press(code: str) -> None:
        await inbox.press_key(code, KOREAN[code[-1]] if layout == "ko" else code[-1].lower())

    rows = inbox.page.locator("[data-row]")
    await expect(rows).to_have_count(3)
    await press("KeyJ")
    await expect(rows.nth(0)).to_be_focused()
    await press("KeyJ")
    await expect(rows.nth(1)).to_be_focused()
    await inbox.page.keyboard.press("Enter")
    await inbox.sees("I am Two")
    await expect(rows.nth(1)).to_have_class(CHOSEN)
    await press("KeyJ")
    await inbox.sees("I am One")
    await press("KeyK")
    await inbox.sees("I am Two")

    await press("KeyN")
    await expect(inbox.composer).to_have_class(re.compile("mode-note"))
    await expect(inbox.field).to_be_focused()
    await expect(inbox.field).to_have_value("")
    await inbox.page.keyboard.press("Escape")
    await press("KeyR")
    await expect(inbox.composer).to_have_class(re.compile("mode-public"))
    await expect(inbox.field).to_be_focused()
    await press("KeyE")  # somebody writes: nothing is closed
    await inbox.page.keyboard.press("Escape")
    await expect(inbox.field).not_to_be_focused()
    for code, act in (("KeyA", "assign"), ("KeyT", "tag"), ("KeyZ", "snooze")):
        await press(code)
        await expect(inbox.act(act)).to_have_attribute("aria-expanded", "true")
        await inbox.page.keyboard.press("Escape")
        await expect(inbox.act(act)).to_have_attribute("aria-expanded", "false")
        await expect(inbox.act(act)).to_be_focused()
    await inbox.counts(all=3)
    await press("KeyE")
    await inbox.counts(all=2)
    await press("KeyE")
    await inbox.counts(all=3)
    await inbox.page.keyboard.press("Slash")
    await expect(inbox.page.get_by_role("searchbox")).to_be_focused()
    await inbox.page.keyboard.press("Escape")
    await inbox.page.keyboard.press("Shift+Slash")
    help_page = inbox.page.get_by_role("dialog", name=inbox.words("shortcuts.title"))
    await expect(help_page).to_be_visible()
    keys = await help_page.locator("kbd").all_inner_texts()
    assert [key for key in keys if key != key.capitalize()] == [], "as they stand on the keyboard"
    await inbox.page.set_viewport_size({"width": 1280, "height": 720})
    assert await help_page.evaluate("(it) => it.scrollHeight <= it.clientHeight"), "some lie below the fold"
    await inbox.page.keyboard.press("Escape")
    await expect(help_page).to_have_count(0)
    await inbox.page.keyboard.press("Escape")
    await expect(inbox.log).to_have_count(0)


async def test_everything_is_done_without_a_pointer(office: Office):
    """From the list to a sent reply, a tag and a snooze, by the keyboard alone."""
    mina = await office.hire("Mina")
    await office.writes("Hello", name="One")
    inbox = await mina.inbox()
    keys = inbox.page.keyboard
    await keys.press("j")
    await expect(inbox.page.locator("[data-row]")).to_be_focused()
    await keys.press("Enter")
    await inbox.sees("Hello")
    await keys.press("r")
    await expect(inbox.field).to_be_focused()
    await keys.type("Good morning")
    await keys.press("Enter")
    await inbox.sees("Good morning")
    await keys.press("Escape")
    await keys.press("t")
    await expect(inbox.page.get_by_role("combobox")).to_be_focused()
    await keys.type("morning")
    await keys.press("Enter")
    await keys.press("Escape")
    await expect(inbox.head.locator(".tag-name")).to_have_text(["morning"])
    await keys.press("a")
    await expect(inbox.page.get_by_role("combobox")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await inbox.counts(mine=1)
    await expect(inbox.act("assign")).to_be_focused()
    await keys.press("z")
    await keys.press("Tab")
    await keys.press("Enter")
    await inbox.counts(mine=0, snoozed=1)
    await inbox.is_true()


async def test_signs_are_known_by_what_they_write(office: Office):
    """On a German keyboard ? stands where others have -, and / is Shift and 7; what stands there instead is no sign."""
    mina = await office.hire("Mina")
    inbox = await mina.inbox()
    help_page = inbox.page.get_by_role("dialog", name=inbox.words("shortcuts.title"))

    async def press(key: str, code: str, *, shift: bool = False) -> None:
        await inbox.page.evaluate(
            "([key, code, shiftKey]) => document.body.dispatchEvent(new KeyboardEvent('keydown',"
            " { key, code, shiftKey, bubbles: true, cancelable: true }))",
            [key, code, shift],
        )

    await press("-", "Slash")
    await press("_", "Slash", shift=True)
    await expect(inbox.page.get_by_role("searchbox")).not_to_be_focused()
    await expect(help_page).to_have_count(0)
    await press("/", "Digit7", shift=True)
    await expect(inbox.page.get_by_role("searchbox")).to_be_focused()
    await inbox.page.keyboard.press("Escape")
    await inbox.page.keyboard.press("Escape")
    await expect(inbox.page.get_by_role("searchbox")).not_to_be_focused()
    await press("?", "Minus", shift=True)
    await expect(help_page).to_be_visible()


async def test_every_act_is_taken_back_by_a_key(office: Office):
    """Close, snooze and priority say what they did and how to undo it; a snoozed one is closed in one step."""
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    keys = inbox.page.keyboard
    toast = inbox.page.locator(".toast").last

    await inbox.snooze()
    await inbox.counts(all=0, snoozed=1)
    await expect(toast.locator("kbd")).to_have_text("U")
    await keys.press("u")
    await inbox.counts(all=1, snoozed=0)
    await inbox.snooze()
    await inbox.counts(all=0, snoozed=1)
    await keys.press("e")
    await inbox.counts(all=0, snoozed=0)
    await expect(toast).to_contain_text(inbox.words("closed.toast", number=1))
    await keys.press("Control+z")
    await inbox.counts(snoozed=1)
    await inbox.act("snooze").click()
    await inbox.page.get_by_role("button", name=inbox.words("snooze.wake")).click()
    await inbox.counts(all=1, snoozed=0)

    await expect(inbox.act("priority")).to_contain_text(inbox.words("priority.0"))
    await keys.press("p")
    await keys.press("4")
    await expect(inbox.act("priority")).to_contain_text(inbox.words("priority.4"))
    await keys.press("u")
    await expect(inbox.act("priority")).to_contain_text(inbox.words("priority.0"))
    await inbox.is_true()


async def test_the_connection_is_told_of_without_moving_the_page(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("One", "Hello")
    inbox = await mina.inbox()
    await inbox.open("One")
    places = """() => ['.conversation-head', '.list-pane', '.composer', '.nav'].map((what) => {
        const box = document.querySelector(what).getBoundingClientRect();
        return [box.x, box.y, box.width, box.height];
    })"""
    before = await inbox.page.evaluate(places)
    office.new_page.expect(OFFLINE)
    await inbox.offline()
    await expect(inbox.page.locator(".notices .banner")).to_be_visible()
    assert await inbox.page.evaluate(places) == before
    await inbox.online()
    await expect(inbox.page.locator(".notices .banner")).to_have_count(0)
    assert await inbox.page.evaluate(places) == before


async def test_a_long_name_is_read_whole(office: Office):
    """Beside the open side at 1440 px, forty letters are not cut."""
    mina = await office.hire("Mina")
    name = "Wilhelmina Alexandra Papadopoulou-Smythe"
    await office.known_writes(name, "Hello")
    inbox = await mina.inbox()
    await inbox.open(name)
    await expect(
        inbox.page.get_by_role("region", name=inbox.words("context.label"), exact=True)
    ).to_be_visible()
    cut = "(it) => it.scrollHeight > it.clientHeight + 1 || it.scrollWidth > it.clientWidth + 1"
    assert not await inbox.page.locator(".head-contact").evaluate(cut)


# --- dialogs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_typed_at_once_is_written_in_the_dialog(office: Office, language: Language):
    """Behind what stands there; a space closes nothing, and no letter is a shortcut."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    inbox = await mina.inbox(language=language)
    await inbox.open("Jisoo")
    await inbox.reply("Sent")
    await inbox.sees("Sent")
    await pick(inbox, "Sent", "message.edit")
    dialog = inbox.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await inbox.page.keyboard.type(" while we exist. z e w i n")
    await expect(dialog.get_by_role("textbox")).to_have_value("Sent while we exist. z e w i n")
    await dialog.get_by_role("button", name=inbox.words("save")).click()
    await inbox.sees("Sent while we exist. z e w i n")
    assert (await mina.conversation())["status"] == "open"
    # What was pressed to come here has the focus again: the keys are shortcuts as before.
    await expect(dialog).to_have_count(0)
    await inbox.page.keyboard.press("Escape")


FORMS = {
    "macros": "macros.make",
    "agents": "agents.invite",
    "teams": "teams.make",
    "tags": "tags.make",
    "attributes": "attributes.make",
    "webhooks": "webhooks.make",
}


async def test_every_form_opens_in_its_first_field(office: Office):
    await office.writes("Hello")
    inbox = await office.boss.inbox()
    dialog = inbox.page.get_by_role("dialog")
    within = dialog.locator("input:focus, textarea:focus, select:focus")
    settings = SettingsPage(inbox.page, office.url)
    for page, button in FORMS.items():
        await settings.go(page)
        await settings.button(button).first.click()
        await inbox.page.keyboard.type("A b")
        await expect(within).to_have_value("A b")
        # What was typed is not thrown away by one press.
        await inbox.page.keyboard.press("Escape")
        await expect(dialog.get_by_role("alert")).to_contain_text(inbox.words("dialog.asks"))
        await expect(within).to_have_value("A b")
        await inbox.page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(settings.button(button).first).to_be_focused()
    await settings.go("agents")
    await settings.row("Ada").get_by_role("button", name=settings.words("edit"), exact=True).click()
    await inbox.page.keyboard.type(" L")
    await expect(within).to_have_value("Ada L")
    await inbox.go("/list/all")
    await inbox.page.get_by_role("button", name=inbox.words("narrow"), exact=True).click()
    await expect(within).to_have_value("open")


async def test_escape_asks_once_before_it_throws_words_away(office: Office):
    await office.writes("Hello")
    inbox = await office.boss.inbox()
    dialog = inbox.page.get_by_role("dialog")
    settings = SettingsPage(inbox.page, office.url)
    await settings.go("tags")
    keys, make = inbox.page.keyboard, settings.button("tags.make").first
    within = dialog.get_by_role("textbox").first
    for typed, presses in (("", 1), (" ", 1), ("urgent", 2)):
        await make.click()
        await expect(within).to_be_focused()
        await keys.type(typed)
        for _ in range(presses - 1):
            await keys.press("Escape")
            await expect(dialog.get_by_role("alert")).to_be_visible()
        assert await inbox.faults("dialog-asks") == []
        await keys.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(make).to_be_focused()
    # Who goes on writing is asked again; who says so leaves at once, as by the button that closes.
    for leave in ("dialog.discard", "close"):
        await make.click()
        await expect(within).to_be_focused()
        await keys.type("urg")
        await keys.press("Escape")
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await keys.type("ent")
        await expect(dialog.get_by_role("alert")).to_have_count(0)
        await keys.press("Escape")
        await dialog.get_by_role("button", name=inbox.words(leave), exact=True).click()
        await expect(dialog).to_have_count(0)


async def test_a_dialog_without_a_field_has_its_act_in_focus_and_never_what_closes_it(office: Office):
    mina = await office.hire("Mina")
    await office.writes("Hello")
    inbox = await mina.inbox()
    await inbox.page.keyboard.press("?")
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("shortcuts.title"))
    await expect(dialog).to_be_focused()
    await inbox.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_closing_goes_on_as_the_agent_prefers(office: Office):
    """Chosen in the settings: the next of the list opens, past the last one the one above, and nothing is closed that
    was not meant; undo leads back. Or the list stands there with the focus on what comes next."""
    mina = await office.hire("Mina")
    for name in ("Three", "Two", "One"):
        await office.known_writes(name, f"I am {name}")
    inbox = await mina.inbox("/settings/me")
    ways = inbox.page.get_by_role("radiogroup", name=inbox.words("settings.after_close"))
    await expect(ways.get_by_label(inbox.words("settings.after_close_stay"))).to_be_checked()
    await ways.get_by_label(inbox.words("settings.after_close_next")).check()
    await inbox.walk("/list/all")
    here = inbox.page.locator(".head-contact")
    keys = inbox.page.keyboard

    await inbox.open("Two")
    await inbox.act("close").dblclick()
    await expect(here).to_have_text("Three")
    await inbox.counts(all=2, closed=0)
    await expect(inbox.row("Three")).to_be_focused()
    await keys.press("u")
    await expect(here).to_have_text("Two")
    await inbox.counts(all=3)
    await keys.press("e")
    await expect(here).to_have_text("Three")
    await keys.press("e")
    await expect(here).to_have_text("One")
    await inbox.counts(all=1)
    await keys.press("e")
    await expect(inbox.page).to_have_url(re.compile(r"/list/all$"))
    await inbox.counts(all=0)
    await keys.press("u")
    await expect(here).to_have_text("One")
    await inbox.counts(all=1)

    await mina.ask("PATCH", "/session/preferences", {"values": {"after_close": "list"}})
    await office.known_writes("Four", "I am Four")
    await inbox.open("Four")
    await keys.press("e")
    await expect(inbox.page).to_have_url(re.compile(r"/list/all$"))
    await expect(inbox.row("One")).to_be_focused()

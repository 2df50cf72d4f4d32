"""One conversation, as it is read: quotes, keys, pictures, sounds, texts, ticks, who else is there, and the side."""

from __future__ import annotations

import io
import math
import re
import struct
import wave
import zlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import PHONE, Colleague, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LANGUAGES, Language

HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
CLIPBOARD: dict[str, Any] = {"permissions": ["clipboard-read", "clipboard-write"]}
CODE = "```\nError: <b>no</b>\n  at line 1\n```"


def picture(width: int, height: int, blue: int = 90) -> bytes:
    """A PNG of our own, so that it may be as large as a test wants."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((200, 60 + row % 120, blue)) * width for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def sound(seconds: int) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(
            b"".join(struct.pack("<h", int(6000 * math.sin(n / 9))) for n in range(8000 * seconds))
        )
    return made.getvalue()


async def upload(who: Colleague, name: str, kind: str, body: bytes) -> str:
    """Ready to be sent; its id."""
    headers = {"Content-Type": kind}
    async with who.http.post("/api/v1/uploads", params={"name": name}, data=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        key: str = (await answer.json())["attachment"]["id"]
        return key


async def says(who: Colleague, text: str = "", *, visibility: str = "public", **more: Any) -> dict[str, Any]:
    """Into the newest conversation she sees."""
    found = await who.conversation()
    body = {"text": text, "visibility": visibility, "client_id": uuid4().hex, **more}
    made: dict[str, Any] = (await who.ask("POST", f"/conversations/{found['id']}/messages", body))["message"]
    return made


async def sends_pictures(who: Colleague, *names: str) -> None:
    files = [await upload(who, name, "image/png", picture(640, 420, 40 * n)) for n, name in enumerate(names)]
    await says(who, "", attachments=files)


async def copied(inbox: InboxPage) -> str:
    text: str = await inbox.page.evaluate("navigator.clipboard.readText()")
    return text


def side(inbox: InboxPage) -> Locator:
    return inbox.page.get_by_role("region", name=inbox.words("context.label"), exact=True)


def quoting(inbox: InboxPage) -> Locator:
    """What stands over the field: the message that is answered."""
    return inbox.composer.locator(".composer-quote")


async def pick(inbox: InboxPage, text: str, key: str) -> None:
    """From the menu of the message that says so."""
    row = inbox.message(text)
    await row.hover()
    await row.get_by_role("button", name=inbox.words("message.acts")).click()
    await inbox.page.get_by_role("option", name=inbox.words(key), exact=True).click()


# --- quotes and keys -------------------------------------------------------------------------------------------------


async def test_a_quote_leads_to_its_message(office: Office):
    """Answered from its menu, quoted, and from the quote one comes back to it, however far it is."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Where is my order?")
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    await pick(inbox, "Where is my order?", "message.reply")
    await expect(quoting(inbox)).to_contain_text("Where is my order?")
    await inbox.reply("On its way")
    quote = inbox.message("On its way").locator(".quote")
    await expect(quote).to_contain_text("Jisoo Where is my order?")
    for n in range(80):
        await says(mina, f"line {n}", visibility="note")
    await says(mina, "And again", reply_to=(await messages(mina))[0]["id"])
    await inbox.reload()
    await inbox.sees("And again")
    await expect(inbox.message("Where is my order?")).to_have_count(0)
    await inbox.message("And again").locator(".quote").click()
    found = inbox.message("Where is my order?")
    await expect(found).to_be_in_viewport()
    await expect(found).to_have_class(re.compile(r"\blinked\b"))
    await expect(found).to_be_focused()
    await expect(found).not_to_have_class(re.compile(r"\blinked\b"))


async def messages(who: Colleague) -> list[dict[str, Any]]:
    """The oldest of the newest conversation."""
    key = (await who.conversation())["id"]
    page = await who.ask("GET", f"/conversations/{key}/messages", limit=100)
    found: list[dict[str, Any]] = page["messages"]
    return found


async def test_messages_are_walked_quoted_and_copied_by_keys(office: Office):
    """Also with the Korean layout, where Q is ㅂ."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "First", "Second")
    inbox = await mina.inbox(**CLIPBOARD)
    await inbox.open("Jisoo")
    await inbox.sees("First", "Second")
    page = inbox.page
    await page.keyboard.press("Shift+ArrowUp")
    await expect(inbox.message("Second")).to_be_focused()
    await page.keyboard.press("Shift+ArrowUp")
    await expect(inbox.message("First")).to_be_focused()
    await page.keyboard.press("c")
    await become(lambda: copied(inbox), "First")
    await page.keyboard.press("l")
    first = (await messages(mina))[0]
    number = (await mina.conversation())["number"]
    await become(lambda: copied(inbox), f"{office.url}/c/{number}/m/{first['id']}")
    await inbox.press_key("KeyQ", "ㅂ")
    await expect(quoting(inbox)).to_contain_text("First")
    await expect(inbox.field).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("q")
    await expect(quoting(inbox)).to_contain_text("Second")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option").first).to_be_visible()


async def test_a_note_is_answered_by_a_note_in_words(office: Office):
    """No customer ever sees what refers to a note."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    await says(mina, "She is a VIP\nbe kind", visibility="note")
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    row = inbox.message("She is a VIP\nbe kind")
    await row.hover()
    await row.locator("[data-quote]").click()
    await expect(inbox.act("note")).to_have_attribute("aria-selected", "true")
    await expect(inbox.field).to_have_value("> She is a VIP\n> be kind\n\n")
    await expect(quoting(inbox)).to_have_count(0)


async def test_a_finger_draws_a_message_to_answer_it(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    number = (await mina.conversation())["number"]
    inbox = await mina.inbox(f"/c/{number}", **HAND)
    await inbox.sees("Hello")
    box = await inbox.message("Hello").locator(".bubble").bounding_box()
    assert box
    finger = await inbox.page.context.new_cdp_session(inbox.page)

    async def draws(by: int) -> None:
        at = {"x": box["x"] + 20, "y": box["y"] + box["height"] / 2}
        await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        for step in range(1, 9):
            moved = {**at, "x": at["x"] + by * step / 8}
            await finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    await draws(30)
    await expect(quoting(inbox)).to_have_count(0)
    await draws(90)
    await expect(quoting(inbox)).to_contain_text("Hello")


# --- words -----------------------------------------------------------------------------------------------------------


async def test_words_lead_where_they_say(office: Office):
    """Addresses, mail and numbers are live, code stands as code, markup is only text, a lone emoji is large."""
    mina = await office.hire("Mina")
    text = f"010-1234-5678로 전화 주세요. https://a.example/b, hi@a.example\n{CODE}\nand `npm start`"
    await office.known_writes("지수", text, "👍🏽")
    inbox = await mina.inbox(language="ko", **CLIPBOARD)
    await inbox.open("지수")
    row = inbox.log.get_by_role("article").first

    async def links() -> list[str | None]:
        return [await one.get_attribute("href") for one in await row.locator(".words a").all()]

    await become(links, ["tel:01012345678", "https://a.example/b", "mailto:hi@a.example"])
    web = row.locator("a[href^=https]")
    assert await web.get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(row.locator("pre code")).to_have_text("Error: <b>no</b>\n  at line 1")
    await expect(row.locator(".words > code")).to_have_text("npm start")
    await expect(row.locator("b b")).to_have_count(0)
    await row.get_by_role("button", name=inbox.words("message.code_copy")).click()
    await become(lambda: copied(inbox), "Error: <b>no</b>\n  at line 1")
    breaks = "(words) => getComputedStyle(words).wordBreak"
    assert await row.locator(".words").evaluate(breaks) == "keep-all"
    await expect(inbox.page.locator(".large-emoji")).to_have_text("👍🏽")
    assert await inbox.faults("words") == []


async def test_what_was_edited_or_erased_says_so(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    await inbox.reply("Helo")
    await inbox.sees("Helo")
    await pick(inbox, "Helo", "message.edit")
    await inbox.page.get_by_role("dialog").get_by_role("textbox").fill("Hello there")
    await inbox.page.get_by_role("dialog").get_by_role("button", name=inbox.words("save")).click()
    row = inbox.message("Hello there")
    await row.get_by_text(inbox.words("message.edited")).click()
    former = inbox.page.get_by_role("dialog", name=inbox.words("versions")).locator(".version .words")
    await expect(former).to_have_text(["Hello there", "Helo"])
    await inbox.page.keyboard.press("Escape")
    await pick(inbox, "Hello there", "message.erase")
    await inbox.page.get_by_role("button", name=inbox.words("erase"), exact=True).click()
    await expect(inbox.message(inbox.words("message.erased"))).to_have_count(1)
    await inbox.is_true()


async def test_ticks_tell_since_when(office: Office):
    """Asked for when somebody looks, by pointer or by key."""
    mina = await office.hire("Mina")
    chat = await office.customer()
    await chat.say("Hello")
    await chat.sees("Hello")
    inbox = await mina.inbox()
    await inbox.open("Unnamed visitor")
    await inbox.reply("Good day")
    await chat.sees("Good day")
    await inbox.tick("Good day", "read")
    row = inbox.message("Good day")
    at = row.locator(".tick-at")
    await expect(at).to_have_count(0)
    await row.hover()
    await expect(at).to_have_text(re.compile(r"^\d{1,2}:\d\d"))
    title = await row.locator(".tick").get_attribute("title") or ""
    assert [line.split(" · ")[0] for line in title.split("\n")] == [
        inbox.words(f"tick.{step}") for step in ("sent", "delivered", "read")
    ]
    await inbox.page.mouse.move(5, 5)
    await expect(at).to_have_count(0)
    await inbox.field.press("Escape")
    await inbox.page.keyboard.press("Shift+ArrowUp")
    await expect(at).to_have_count(1)


async def test_who_else_looks_and_writes(office: Office):
    """A pen on her face in the head, words beside the composer."""
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.known_writes("Jisoo", "Hello")
    first, second = await mina.inbox(), await bo.inbox()
    for inbox in (first, second):
        await inbox.open("Jisoo")
    face = first.page.locator(".looking li")
    await expect(face).to_have_attribute("title", first.words("looking.one", name="Bo"))
    await second.write("I think")
    await expect(face).to_have_attribute("title", first.words("typing.replying", name="Bo"))
    await expect(face.locator(".looking-pen")).to_be_visible()
    await expect(first.page.locator(".typing")).to_have_text(first.words("typing.replying", name="Bo"))
    typing = await first.page.locator(".typing").bounding_box()
    composer = await first.composer.bounding_box()
    assert typing and composer and typing["y"] + typing["height"] <= composer["y"] + 1
    await second.write("She is right", "note")
    await expect(face).to_have_attribute("title", first.words("typing.noting", name="Bo"))


# --- pictures, sounds, texts -----------------------------------------------------------------------------------------


async def test_pictures_are_looked_at_whole(office: Office):
    """All of the conversation by arrows, closer and back by keys, and the focus comes back to where it was."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Send me pictures")
    await sends_pictures(mina, "one.png")
    await sends_pictures(mina, "two.png", "three.png")
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    opens = inbox.log.get_by_role("button", name=inbox.words("attachment.open", name="two.png"))
    await opens.click()
    page = inbox.page
    box = page.get_by_role("dialog")
    name, scale = box.locator(".lightbox-name"), box.locator(".lightbox-scale")
    await expect(name).to_have_text("two.png")
    await expect(box.locator(".lightbox-more")).to_contain_text("2 / 3")
    assert await inbox.faults("lightbox") == []
    for key, shown in (("ArrowRight", "three.png"), ("ArrowRight", "three.png"), ("Home", "one.png")):
        await page.keyboard.press(key)
        await expect(name).to_have_text(shown)
    await page.keyboard.press("End")
    await expect(name).to_have_text("three.png")
    for key, shown in (("+", "150%"), ("+", "225%"), ("-", "150%"), ("0", "100%")):
        await page.keyboard.press(key)
        await expect(scale).to_have_text(shown)
    stage = box.locator(".lightbox-stage")
    await stage.dblclick(position={"x": 500, "y": 300})
    await expect(scale).to_have_text("250%")

    async def left() -> float:
        box = await stage.locator("img").bounding_box()
        return box["x"] if box else 0.0

    before = await left()
    await page.keyboard.press("Shift+ArrowRight")
    await become(left, before - 80)
    await page.mouse.move(700, 450)
    await page.mouse.wheel(0, -600)
    await become(lambda: has_grown(scale), True)
    await page.keyboard.press("ArrowLeft")
    await expect(name).to_have_text("two.png")
    await expect(scale).to_have_text("100%")
    async with page.expect_download() as loading:
        await box.get_by_role("link", name=inbox.words("attachment.download", name="two.png")).click()
    assert (await loading.value).suggested_filename == "two.png"
    for _ in range(12):
        await page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert await page.evaluate(inside)
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await expect(opens).to_be_focused()


async def has_grown(scale: Locator) -> bool:
    return int((await scale.text_content() or "0").rstrip("%")) > 300


async def test_a_sound_is_played_here(office: Office):
    """How long it is, where it stands, how fast."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    await says(mina, "", attachments=[await upload(mina, "memo.wav", "audio/wav", sound(3))])
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    player = inbox.log.get_by_role("group", name=inbox.words("player.label", name="memo.wav"))
    await expect(player.locator(".player-foot")).to_contain_text("0:00 / 0:03")
    await player.get_by_role("button", name=inbox.words("player.speed", speed="1")).click()
    rate = "() => document.querySelector('.player audio').playbackRate"
    assert await inbox.page.evaluate(rate) == 1.5
    place = player.get_by_role("slider")
    await place.focus()
    await inbox.page.keyboard.press("End")
    await expect(place).to_have_attribute(
        "aria-valuetext", inbox.words("player.at", at="0:03", length="0:03")
    )
    await inbox.page.keyboard.press("Home")
    await player.get_by_role("button", name=inbox.words("player.play")).click()
    at = "() => document.querySelector('.player audio').currentTime > 0"
    await become(lambda: inbox.page.evaluate(at), True)


async def test_a_text_is_read_here(office: Office):
    """As words only, whatever it says; what else it may be is only a download."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    words = "배송 안내 <script>alert(1)</script>\n" * 20
    text = await upload(mina, "안내.txt", "text/plain", words.encode())
    packed = await upload(mina, "all.zip", "application/zip", b"PK\5\6" + bytes(18))
    await says(mina, "", attachments=[text, packed])
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    await expect(inbox.log.get_by_role("link")).to_have_count(2)
    previews = inbox.log.locator(".file-card button")
    await expect(previews).to_have_count(1)
    await previews.click()
    shown = inbox.page.get_by_role("dialog", name="안내.txt").locator("pre")
    await expect(shown).to_have_text(words)
    await expect(shown.locator("script")).to_have_count(0)
    assert await inbox.faults("reader") == []


# --- the side --------------------------------------------------------------------------------------------------------


async def test_the_side_folds_and_remembers(office: Office):
    """On every device; what is folded is not even asked for."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    ways = side(inbox).get_by_role("button", name=inbox.words("context.identities"), exact=True)
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await ways.click()
    await expect(ways).to_have_attribute("aria-expanded", "false")
    await expect(side(inbox).locator(".identity")).to_have_count(0)

    other = await mina.inbox()
    await other.open("Jisoo")
    await expect(side(other).locator(".side-person")).to_be_visible()
    await expect(side(other).locator(".identity")).to_have_count(0)
    await ways.focus()
    await inbox.page.keyboard.press("Enter")
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await expect(side(other).locator(".identity")).to_have_count(1)


async def test_a_person_belongs_to_an_organisation(office: Office):
    """Made where the person is looked at, with its own fields edited there; taken back too."""
    field = {
        "target": "organisation",
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "choices": ["S", "L"],
    }
    await office.boss.ask("POST", "/attributes", field)
    await office.known_writes("Jisoo", "Hello")
    inbox = await office.boss.inbox()
    await inbox.open("Jisoo")
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("organisation.choose"))
    await inbox.act("organisation").click()
    await dialog.get_by_role("textbox").fill("Haru Trading")
    await dialog.get_by_role("button", name=inbox.words("organisation.make", name="Haru Trading")).click()
    await expect(inbox.act("organisation")).to_contain_text("Haru Trading")
    await side(inbox).get_by_label("Plan").select_option("L")

    async def stored() -> Any:
        found = (await office.boss.ask("GET", "/organisations", q="haru"))["organisations"]
        return [one["attributes"] for one in found]

    await become(stored, [{"plan": "L"}])
    await inbox.act("organisation").click()
    await expect(dialog.get_by_role("button").filter(has_text="Haru Trading")).to_be_visible()
    assert await inbox.faults("organisation") == []
    await dialog.get_by_role("button", name=inbox.words("organisation.none")).click()
    await expect(inbox.act("organisation")).to_contain_text(inbox.words("organisation.choose"))


async def test_another_conversation_is_looked_into(office: Office):
    """Where it stands; from there it is opened."""
    mina = await office.hire("Mina")
    token = await office.known_writes("Jisoo", "The first one")
    first = await mina.conversation()
    await mina.ask("PATCH", f"/conversations/{first['id']}", {"status": "closed"})
    assert token
    second = await mina.ask(
        "POST",
        "/conversations",
        {
            "account": first["legs"][0]["account"],
            "identity": first["legs"][0]["identity"]["id"],
            "text": "How was it?",
            "client_id": uuid4().hex,
        },
    )
    inbox = await mina.inbox(f"/c/{second['conversation']['number']}")
    await inbox.sees("How was it?")
    row = side(inbox).locator(".past-row")
    await row.click()
    await expect(side(inbox).locator(".peek-story li")).to_contain_text(["The first one"])
    await expect(inbox.log).to_contain_text("How was it?")
    assert await inbox.faults("peek") == []
    await side(inbox).get_by_role("link", name=inbox.words("context.open_past")).click()
    await expect(inbox.page).to_have_url(re.compile(rf"/c/{first['number']}$"))
    await inbox.sees("The first one")


# --- looks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "language", "theme"), [("desk", "ko", "dark"), ("hand", "en", "light")])
async def test_it_looks_right(office: Office, kind: str, language: Language, theme: str):
    """axe-core finds nothing, and nothing is wider than the screen: whatever kind of message, whatever its length."""
    hand = kind == "hand"
    mina = await office.hire("Mina")
    await office.known_writes("지수", "안녕하세요", "가" * 300, "https://a.example/" + "x" * 300, CODE, "👍")
    await sends_pictures(mina, "one.png", "two.png", "three.png")
    files = [
        await upload(mina, "memo.wav", "audio/wav", sound(2)),
        await upload(mina, "a-very-long-name-" * 8 + ".txt", "text/plain", b"words"),
    ]
    first = (await messages(mina))[0]
    await says(mina, "Here you are", attachments=files, reply_to=first["id"])
    await says(mina, "a note", visibility="note")
    number = (await mina.conversation())["number"]
    options = {**(HAND if hand else {}), "color_scheme": theme}
    inbox = await mina.inbox(f"/c/{number}", language, **options)
    await inbox.sees("Here you are", "안녕하세요")
    name = f"conversation-{language}-{theme}-{kind}"
    found = await inbox.faults(name)
    wider = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert await inbox.page.evaluate(wider) <= 0
    beyond: Callable[[], Any] = lambda: inbox.log.evaluate("(log) => log.scrollWidth - log.clientWidth")  # noqa: E731
    assert await beyond() <= 0
    await inbox.log.evaluate("(log) => { log.scrollTop = 0 }")
    found += await inbox.faults(f"{name}-top")
    await inbox.log.locator(".picture").first.click()
    await expect(inbox.page.locator(".lightbox-name")).to_be_visible()
    found += await inbox.faults(f"{name}-lightbox")
    await inbox.page.keyboard.press("Escape")
    if hand:
        await inbox.act("side").click()
        await expect(side(inbox)).to_be_visible()
        found += await inbox.faults(f"{name}-side")
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_closing_moves_nothing_under_the_reader(office: Office, language: Language):
    """Even where the properties fill their line; and what came without words is called what it is."""
    mina = await office.hire("Mina")
    await office.known_writes("Lee", "Hello")
    tag = (await office.boss.ask("POST", "/tags", {"name": "delivery", "colour": "#2563eb"}))["tag"]["id"]
    conversation = await mina.conversation()
    await mina.ask("PATCH", f"/conversations/{conversation['id']}", {"tags": [tag]})
    await says(mina, "", attachments=[await upload(mina, "box.png", "image/png", picture(40, 30))])
    inbox = await mina.inbox(language=language)
    await expect(inbox.row("Lee")).to_contain_text(inbox.words("preview.pictures.one", n=1))
    await inbox.open("Lee")
    head = inbox.page.locator(".conversation-head")
    await expect(head.locator(".tag-add")).to_be_visible()
    before = await head.bounding_box()
    await inbox.close()
    await expect(head.locator(".status-closed")).to_have_text(inbox.words("status.closed"))
    assert await head.bounding_box() == before

"""Documents, films and sounds, where they stand: nothing has to be downloaded to be known."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.office import PHONE, Office
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import Language
from tests.e2e.papers import paper
from tests.e2e.test_inbox_conversation import says, upload

HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
INK = """(canvas) => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, at) => at % 4 === 0 && value < 100);
}"""
RECORD = """async ([kind, pictures]) => {
  const sound = new AudioContext();
  const [tone, out] = [sound.createOscillator(), sound.createMediaStreamDestination()];
  tone.connect(out);
  tone.start();
  const canvas = Object.assign(document.createElement("canvas"), {width: 64, height: 48});
  const pen = canvas.getContext("2d");
  const tracks = [...out.stream.getAudioTracks(), ...(pictures ? canvas.captureStream(20).getVideoTracks() : [])];
  const recorder = new MediaRecorder(new MediaStream(tracks), {mimeType: kind});
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start();
  for (let n = 0; n < 40; n++) {
    pen.fillStyle = `rgb(${n * 6} 90 120)`;
    pen.fillRect(0, 0, 64, 48);
    await new Promise((done) => setTimeout(done, 50));
  }
  await new Promise((done) => ((recorder.onstop = done), recorder.stop()));
  await sound.close();
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa([...bytes].map((one) => String.fromCharCode(one)).join(""));
}"""


async def recorded(page: Page, kind: str, *, pictures: bool) -> bytes:
    """Two seconds, as this browser's own recorder writes them: without their length."""
    return base64.b64decode(await page.evaluate(RECORD, [kind, pictures]))


def document(inbox: InboxPage, name: str) -> Locator:
    return inbox.page.get_by_role("dialog", name=inbox.words("pdf.label", name=name))


async def opens(inbox: InboxPage, name: str) -> Locator:
    await inbox.log.get_by_role("button", name=inbox.words("attachment.preview", name=name)).click()
    box = document(inbox, name)
    await expect(box).to_be_visible()
    return box


# --- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko"])
async def test_a_document_is_read_here(office: Office, language: Language):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    file = await upload(
        mina, "계약.pdf", "application/pdf", paper("First page", "둘째 장입니다", *["More"] * 10)
    )
    await says(mina, "", attachments=[file])
    inbox = await mina.inbox(language=language)
    asked: list[str] = []
    inbox.page.on("request", lambda request: asked.append(request.url))
    await inbox.open("Jisoo")
    assert not [url for url in asked if "pdf" in url.rpartition("/")[2]], "nothing of it before it is wanted"
    box = await opens(inbox, "계약.pdf")
    words = box.locator(".pdf-page .only-heard")
    await expect(words.first).to_have_text("First page")
    assert await box.locator("canvas").first.evaluate(INK)
    status = box.get_by_role("status")
    await expect(status).to_have_text(inbox.words("pdf.at", n=1, of=12))
    await inbox.page.keyboard.press("PageDown")
    await expect(status).to_have_text(inbox.words("pdf.at", n=2, of=12))
    await expect(words.nth(1)).to_have_text("둘째 장입니다")
    assert await box.locator("[data-page='2'] canvas").evaluate(INK)
    assert any(url.endswith("/KSCms-UHC-H.bcmap") for url in asked), "Korean without a font of its own"
    assert await inbox.faults(f"pdf-{language}") == []
    # By number, to the end; far pages hold no picture.
    await box.get_by_role("textbox", name=inbox.words("pdf.go")).fill("12")
    await inbox.page.keyboard.press("Enter")
    await expect(status).to_have_text(inbox.words("pdf.at", n=12, of=12))
    await expect(box.locator("[data-page='1'] canvas")).to_have_count(0)
    await expect(box.get_by_role("button", name=inbox.words("pdf.next"))).to_be_disabled()
    scale = box.locator(".lightbox-scale")
    await box.locator(".pdf-stage").focus()
    await inbox.page.keyboard.press("+")
    await expect(scale).to_contain_text("125")
    await expect(status).to_have_text(inbox.words("pdf.at", n=12, of=12))
    await inbox.page.keyboard.press("0")
    await expect(scale).to_contain_text("100")
    await inbox.page.keyboard.press("Home")
    await expect(status).to_have_text(inbox.words("pdf.at", n=1, of=12))
    async with inbox.page.expect_download() as loading:
        await box.get_by_role("link").click()
    assert (await loading.value).suggested_filename == "계약.pdf"
    await inbox.page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    assert {url.split("/")[2] for url in asked} == {inbox.page.url.split("/")[2]}, "from nowhere else"


async def test_a_document_on_a_phone(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    await says(mina, "", attachments=[await upload(mina, "a.pdf", "application/pdf", paper("One", "Two"))])
    inbox = await mina.inbox(**HAND)
    await inbox.open("Jisoo")
    box = await opens(inbox, "a.pdf")
    await expect(box.locator(".pdf-page .only-heard").first).to_have_text("One")
    await box.get_by_role("button", name=inbox.words("pdf.next")).tap()
    await expect(box.get_by_role("status")).to_have_text(inbox.words("pdf.at", n=2, of=2))
    wide = "() => document.querySelector('.pdf-stage').scrollWidth <= innerWidth"
    assert await inbox.page.evaluate(wide), "a page fits"
    await box.get_by_role("button", name=inbox.words("lightbox.larger")).tap()
    await become(lambda: inbox.page.evaluate(wide), False)
    assert await inbox.faults("pdf-phone") == []
    await box.get_by_role("button", name=inbox.words("close")).tap()
    await expect(box).to_have_count(0)


@pytest.mark.parametrize("language", ["en"])
async def test_a_locked_document_opens_with_its_password(office: Office, language: Language):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    body = paper("Secret", password="open sesame")
    await says(mina, "", attachments=[await upload(mina, "a.pdf", "application/pdf", body)])
    inbox = await mina.inbox(language=language)
    await inbox.open("Jisoo")
    box = await opens(inbox, "a.pdf")
    await expect(box.get_by_text(inbox.words("pdf.locked"))).to_be_visible()
    field = box.get_by_label(inbox.words("password"))
    await expect(field).to_be_focused()
    assert await inbox.faults(f"pdf-locked-{language}") == []
    async with inbox.page.expect_download() as loading:
        await box.locator(".pdf-ways").get_by_role("link").click()
    assert (await loading.value).suggested_filename == "a.pdf"
    await field.fill("guessed")
    await field.press("Enter")
    await expect(box.get_by_role("alert")).to_have_text(inbox.words("pdf.wrong"))
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    assert await inbox.faults(f"pdf-wrong-{language}") == []
    await field.fill("open sesame")
    await box.get_by_role("button", name=inbox.words("pdf.open")).click()
    await expect(box.locator(".pdf-page .only-heard")).to_have_text("Secret")
    await expect(field).to_have_count(0)


async def test_a_document_that_cannot_be_read_says_why(office: Office):
    body = b"%PDF-1.4\nnothing of a document\n%%EOF"
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    await says(mina, "", attachments=[await upload(mina, "a.pdf", "application/pdf", body)])
    inbox = await mina.inbox()
    await inbox.open("Jisoo")
    box = await opens(inbox, "a.pdf")
    await expect(box.get_by_role("alert")).to_contain_text(inbox.words("pdf.broken"))
    assert await inbox.faults("pdf-broken") == []
    async with inbox.page.expect_download() as loading:
        await box.get_by_role("alert").get_by_role("link").click()
    assert (await loading.value).suggested_filename == "a.pdf"


# --- films and sounds -----------------------------------------------------------------------------------------------


async def test_a_film_plays_where_it_stands(office: Office):
    """And anywhere in it at once: the server gives the part that is asked for."""
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    inbox = await mina.inbox()
    film = await recorded(inbox.page, "video/webm", pictures=True)
    await says(mina, "", attachments=[await upload(mina, "film.webm", "video/webm", film)])
    parts: list[int] = []
    inbox.page.on("response", lambda answer: parts.extend([answer.status] if "/media/" in answer.url else []))
    await inbox.open("Jisoo")
    video = inbox.log.locator("video")
    await become(lambda: video.evaluate("it => it.readyState > 0 && it.videoWidth"), 64)
    await video.focus()
    await inbox.page.keyboard.press("Space")
    await become(lambda: video.evaluate("it => it.currentTime > 0.2"), True)
    await inbox.page.keyboard.press("Space")
    await become(lambda: video.evaluate("it => it.paused"), True)
    await video.evaluate("it => { it.currentTime = 1.2 }")
    await become(lambda: video.evaluate("it => !it.seeking && Math.abs(it.currentTime - 1.2) < 0.2"), True)
    assert set(parts) == {206}
    assert await inbox.faults("film") == []


async def test_a_recorded_voice_has_a_length_and_is_sought_by_key(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Jisoo", "Hello")
    inbox = await mina.inbox()
    voice = await recorded(inbox.page, "audio/webm", pictures=False)
    await says(mina, "", attachments=[await upload(mina, "voice.webm", "audio/webm", voice)])
    await inbox.open("Jisoo")
    player = inbox.log.get_by_role("group", name=inbox.words("player.label", name="voice.webm"))
    await expect(player.locator(".player-foot")).to_contain_text("0:00 / 0:0")
    audio = player.locator("audio")
    await player.get_by_role("button", name=inbox.words("player.play")).press("Enter")
    await become(lambda: audio.evaluate("it => it.currentTime > 0.1"), True)
    await player.get_by_role("button", name=inbox.words("player.pause")).press("Enter")
    place = player.get_by_role("slider")
    await place.focus()
    await inbox.page.keyboard.press("Home")
    for _ in range(10):
        await inbox.page.keyboard.press("ArrowRight")
    await become(lambda: audio.evaluate("it => !it.seeking && Math.round(it.currentTime * 10) / 10"), 1)
    assert await inbox.faults("voice") == []

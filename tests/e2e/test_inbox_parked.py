"""Parked calls as admins see to them: what it is, in words; looked at, replayed, discarded and put back; live."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import PHONE, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.words import Language
from tests.provider import NAME, SECRET, SIGNED, said, signature
from tests.servers.with_provider import MENDED

PROVIDED: dict[str, Any] = {
    "program": (sys.executable, "-m", "tests.servers.with_provider"),
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "PARLEY_CHANNELS__POST__TYPE": NAME,
    "PARLEY_CHANNELS__POST__LABEL": "Pigeon post",
    "PARLEY_CHANNELS__POST__SECRET": SECRET,
}
KINDS: dict[Language, dict[str, Any]] = {
    "en": {},
    "ko": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}
HOSTILE = b'<img src=x onerror="document.title=1"> ' + "아주긴낱말".encode() * 60
WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
both = pytest.mark.parametrize("language", ["en", "ko"])


async def calls(office: Office, *bodies: Any) -> None:
    """The provider calls, and each call is acknowledged."""
    port = office.url.rpartition(":")[2]
    async with aiohttp.ClientSession() as http:
        for what in bodies:
            body = what if isinstance(what, bytes) else json.dumps(what).encode()
            signed = {SIGNED: signature(f"http://localhost:{port}/webhooks/post", body)}
            headers = {"Content-Type": "application/json", **signed}
            async with http.post(f"{office.url}/webhooks/post", data=body, headers=headers) as answer:
                assert answer.status == 202, await answer.text()


async def opened(office: Office, language: Language) -> SettingsPage:
    inbox = await office.boss.inbox("/settings/me", language, **KINDS[language])
    return await SettingsPage(inbox.page, office.url, language).go("parked")


def rows(settings: SettingsPage) -> Locator:
    return settings.page.locator(".parked-row")


async def says(settings: SettingsPage, words: str) -> None:
    await expect(settings.page.locator(".toast").last).to_contain_text(words)


@pytest.mark.parametrize("language", ["ko"])
async def test_it_is_seen_to(open_office: OpenOffice, language: Language) -> None:
    office = await open_office(**PROVIDED)
    settings = await opened(office, language)
    words, page = settings.words, settings.page
    await expect(page.get_by_text(words("parked.none.waiting"), exact=True)).to_be_visible()
    assert await settings.faults(f"parked-empty-{language}") == []

    await calls(office, HOSTILE, {"news": [said("m1", "배송 문의", name="지수")]}, {"messages": [{}]})
    await expect(rows(settings)).to_have_count(3)
    await expect(page.get_by_text(words("parked.count.other", n=3), exact=True)).to_be_visible()
    for reason, n in (("unreadable", 2), ("fault", 1)):
        await expect(page.locator(".badge", has_text=words(f"parked.reason.{reason}"))).to_have_count(n)
    assert await settings.faults(f"parked-{language}") == []
    assert await page.evaluate(WIDER) <= 0

    await rows(settings).last.get_by_role("button", name=words("parked.look")).click()
    dialog = page.get_by_role("dialog", name=words("parked.call"))
    await expect(dialog.get_by_role("region", name=words("parked.body"))).to_contain_text("<img src=x")
    await expect(dialog.get_by_role("region", name=words("parked.head"))).to_contain_text("/webhooks/post")
    await expect(dialog).not_to_contain_text(SIGNED)
    await expect(dialog.locator("img")).to_have_count(0)
    assert await settings.faults(f"parked-call-{language}") == []
    assert await page.evaluate(WIDER) <= 0
    async with page.expect_download() as download:
        await dialog.get_by_role("link", name=words("parked.download")).click()
    assert Path(await (await download.value).path()).read_bytes() == HOSTILE
    await page.keyboard.press("Escape")

    await rows(settings).last.get_by_role("button", name=words("parked.replay"), exact=True).click()
    await says(settings, words("parked.still", reason=words("parked.reason.unreadable")))
    await expect(rows(settings).last).to_contain_text(words("parked.tries.other", n=2))

    await rows(settings).last.get_by_role("button", name=words("parked.discard")).click()
    await expect(rows(settings)).to_have_count(2)
    await page.locator(".toast").last.get_by_role("button", name=words("undo")).click()
    await expect(rows(settings)).to_have_count(3)
    await rows(settings).last.get_by_role("button", name=words("parked.discard")).click()
    await expect(rows(settings)).to_have_count(2)
    await page.get_by_role("radio", name=words("parked.discarded")).check()
    await expect(rows(settings)).to_have_count(1)
    assert await settings.faults(f"parked-discarded-{language}") == []
    await rows(settings).get_by_role("button", name=words("parked.restore")).click()
    await expect(page.get_by_text(words("parked.none.discarded"), exact=True)).to_be_visible()
    await page.get_by_role("radio", name=words("parked.waiting")).check()

    (office.server.folder / MENDED).touch()
    await settings.button("parked.replay_all").click()
    await says(settings, words("parked.all_taken.one", n=1))
    await says(settings, words("parked.all_failed.other", n=2))
    await expect(rows(settings)).to_have_count(2)
    inbox = await InboxPage(page, office.url, language).go("/list/all")
    await inbox.open("지수")
    await expect(page.locator(".conversation")).to_contain_text("배송 문의")


async def test_far_too_much_comes_by_pages(open_office: OpenOffice) -> None:
    office = await open_office(**PROVIDED, PARLEY_LIMITS__PAGE="20")
    await calls(office, *(b"bad %d" % number for number in range(45)))
    settings = await opened(office, "ko")
    await expect(rows(settings)).to_have_count(20)
    more = settings.button("search.more")
    await more.click()
    await expect(rows(settings)).to_have_count(40)
    assert await settings.faults("parked-many") == []
    await more.click()
    await expect(rows(settings)).to_have_count(45)
    await expect(more).to_have_count(0)


async def test_it_is_for_admins(open_office: OpenOffice) -> None:
    office = await open_office(**PROVIDED)
    sue = await office.hire("Sue", role="supervisor")
    inbox = await sue.inbox("/settings/audit")
    settings = await SettingsPage(inbox.page, office.url).go("audit")
    links = settings.page.get_by_role("navigation", name=settings.words("settings.title"))
    await expect(links.get_by_role("link", name=settings.words("settings.audit"), exact=True)).to_be_visible()
    await expect(links.get_by_role("link", name=settings.words("settings.parked"))).to_have_count(0)
    await settings.page.goto(f"{office.url}/settings/parked")
    await expect(settings.page.get_by_text(settings.words("settings.refused"), exact=True)).to_be_visible()
    await expect(settings.page.get_by_text(settings.words("settings.refused_admin"))).to_be_visible()
    assert await settings.faults("settings-refused") == []


@both
async def test_a_page_of_the_settings_that_is_not_ones_own_says_whose(
    office: Office, language: Language
) -> None:
    mina = await office.hire("Mina")
    inbox = await mina.inbox("/settings/tags", language)
    await expect(
        inbox.page.get_by_role("heading", name=inbox.words("settings.tags"), level=2)
    ).to_be_visible()
    await expect(inbox.page.get_by_text(inbox.words("settings.refused_supervisor"))).to_be_visible()
    await inbox.page.get_by_role("link", name=inbox.words("settings.look")).click()
    await expect(inbox.page.get_by_text(inbox.words("settings.refused"), exact=True)).to_have_count(0)

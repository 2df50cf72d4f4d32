"""Webhooks as admins see to them: made, watched, sent again, given another secret; with a program at the other end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Locator, expect

from tests.e2e.office import PHONE, Office, OpenOffice, lasting
from tests.e2e.pages.settings import SettingsPage
from tests.e2e.pages.words import Language
from tests.servers.hook_receiver import Receiver, hook_receiver, verified
from tests.servers.pages import Pages

TRUSTING = {"PARLEY_WEBHOOKS__TRUSTED": "127.0.0.1"}
KINDS: dict[Language, dict[str, Any]] = {
    "en": {},
    "ko": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}
HOSTILE = '<img src=x onerror="document.title=1"> 아주긴낱말' + "x" * 400
WIDER = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@lasting
async def receiver() -> AsyncIterator[Receiver]:
    async with hook_receiver() as made:
        yield made


async def opened(office: Office, language: Language) -> SettingsPage:
    inbox = await office.boss.inbox("/settings/me", language, **KINDS[language])
    return await SettingsPage(inbox.page, office.url, language).go("webhooks")


async def looks(settings: SettingsPage, name: str) -> None:
    """As it should on every screen."""
    assert await settings.faults(name) == []
    assert await settings.page.evaluate(WIDER) <= 0


def deliveries(settings: SettingsPage) -> Locator:
    return settings.page.locator("section .rows .rows-row")


async def makes(settings: SettingsPage, url: str, label: str) -> str:
    """By the form; the secret that is shown."""
    words, page = settings.words, settings.page
    await settings.button("webhooks.make").click()
    dialog = page.get_by_role("dialog", name=words("webhooks.make"))
    await dialog.locator("input[type=url]").fill(url)
    await dialog.get_by_label(words("webhooks.label"), exact=True).fill(label)
    await looks(settings, f"webhook-form-{settings.words.language}")
    await dialog.get_by_role("button", name=words("save")).click()
    return await secret_shown(settings)


async def secret_shown(settings: SettingsPage) -> str:
    shown = settings.page.get_by_role("dialog", name=settings.words("webhooks.secret"))
    secret = await shown.get_by_role("textbox").input_value()
    await looks(settings, f"webhook-secret-{settings.words.language}")
    await shown.get_by_role("button", name=settings.words("done")).click()
    await expect(shown).to_have_count(0)
    return secret


@pytest.mark.parametrize("language", ["ko"])
async def test_one_is_made_watched_and_sent_again(
    open_office: OpenOffice, receiver: Receiver, language: Language
) -> None:
    office = await open_office(**TRUSTING)
    settings = await opened(office, language)
    words, page = settings.words, settings.page
    await expect(page.get_by_text(words("webhooks.none"), exact=True)).to_be_visible()
    await looks(settings, f"webhooks-empty-{language}")

    secret = await makes(settings, receiver.url, "CRM 데이터")
    assert secret.startswith("whsec_")
    receiver.secrets = [secret]
    await expect(page.get_by_text(words("webhooks.no_deliveries"), exact=True)).to_be_visible()
    await settings.button("webhooks.ping").click()
    await expect(page.locator(".toast").last).to_contain_text("200")
    assert [call.type for call in receiver.taken] == ["webhook.ping"]

    receiver.answer = lambda call: web.Response(status=422, text=HOSTILE)
    await office.writes("배송 언제 와요?")
    await settings.button("webhooks.refresh").click()
    failing = deliveries(settings).filter(has_text=words("webhooks.problem.status", status=422)).last
    await expect(failing).to_be_visible()
    await expect(page.locator(".badge.bad", has_text=words("webhooks.failing"))).to_be_visible()
    await looks(settings, f"webhook-failing-{language}")
    await failing.get_by_role("button", name=words("webhooks.look")).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("code", has_text="<img src=x").first).to_be_visible()
    await expect(dialog.locator("img")).to_have_count(0)
    await expect(dialog.get_by_role("region", name=words("webhooks.payload"))).to_contain_text("cursor")
    await looks(settings, f"webhook-delivery-{language}")
    await page.keyboard.press("Escape")

    receiver.answer = lambda call: 200
    await page.get_by_role("button", name=words("webhooks.pause"), exact=True).click()
    await expect(page.locator(".badge", has_text=words("webhooks.state.paused"))).to_be_visible()
    await page.get_by_role("button", name=words("webhooks.resume"), exact=True).click()
    taken = deliveries(settings).filter(has=page.locator(".badge.good"))
    await expect(taken.first).to_be_visible(timeout=20_000)
    seen = len(receiver.taken)
    await taken.first.get_by_role("button", name=words("webhooks.look")).click()
    await page.get_by_role("dialog").get_by_role("button", name=words("webhooks.redeliver")).click()
    await expect(page.locator(".toast").last).to_contain_text(words("webhooks.redelivering"))
    for _ in range(100):
        if len(receiver.taken) > seen:
            break
        await page.wait_for_timeout(50)
    assert receiver.taken[-1].id in [call.id for call in receiver.taken[:-1]], "under the id it had"

    await settings.button("webhooks.rotate").click()
    dialog = page.get_by_role("dialog", name=words("webhooks.rotate"))
    await looks(settings, f"webhook-rotate-{language}")
    await dialog.get_by_role("button", name=words("webhooks.rotate")).click()
    fresh = await secret_shown(settings)
    receiver.secrets = []
    await settings.button("webhooks.ping").click()
    await expect(page.locator(".toast").last).to_contain_text("200")
    call = receiver.taken[-1]
    assert verified(fresh, call.body, call.headers) and verified(secret, call.body, call.headers)

    await settings.button("webhooks.replay").click()
    dialog = page.get_by_role("dialog", name=words("webhooks.replay_now"))
    await dialog.get_by_label(words("webhooks.only_all"), exact=True).check()
    await looks(settings, f"webhook-replay-{language}")
    await dialog.get_by_role("button", name=words("webhooks.replay_now"), exact=True).click()
    await expect(page.locator(".toast").last).to_contain_text(words("webhooks.replaying"))

    # What a delivery is about is one step away, and back.
    about = deliveries(settings).first.get_by_role("link", name=words("webhooks.conversation", number=1))
    await about.click()
    await expect(page).to_have_url(re.compile(r"/c/1$"))
    await expect(page.get_by_text("배송 언제 와요?").first).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name=re.compile("CRM")).click()
    await expect(about).to_be_visible()
    await looks(settings, f"webhook-deliveries-{language}")

    await settings.button("webhooks.remove").click()
    dialog = page.get_by_role("dialog", name=words("webhooks.remove"))
    await dialog.get_by_role("button", name=words("webhooks.remove"), exact=True).click()
    await expect(page.get_by_text(words("webhooks.none"), exact=True)).to_be_visible()


@pytest.mark.parametrize("language", ["en"])
async def test_admins_are_told_of_one_that_was_switched_off(
    open_office: OpenOffice, receiver: Receiver, language: Language
) -> None:
    office = await open_office(**TRUSTING)
    settings = await opened(office, language)
    words, page = settings.words, settings.page
    await makes(settings, receiver.url, "")
    await settings.page.goto(f"{office.url}/list/all")
    alarm = page.locator(".banner", has_text=words("webhooks.alarm.one", n=1))
    await expect(page.locator(".list-pane")).to_be_visible()
    await expect(alarm).to_have_count(0)
    receiver.answer = lambda call: 410
    await office.writes("안녕하세요")
    await expect(alarm).to_be_visible(timeout=20_000)
    await looks(settings, f"webhook-alarm-{language}")
    await alarm.get_by_role("link").click()
    await settings.shows("webhooks")
    await expect(alarm).to_have_count(0)
    await expect(page.get_by_text(words("webhooks.off.gone"))).to_be_visible()
    await looks(settings, f"webhook-off-{language}")
    await settings.go("audit")
    await expect(page.get_by_text(words("audit.webhook.disabled"))).to_be_visible()
    await alarm.get_by_role("button", name=words("close")).click()
    await expect(alarm).to_have_count(0)


async def test_what_is_refused_says_why_and_they_are_for_admins(
    open_office: OpenOffice, new_page: Pages
) -> None:
    office = await open_office()
    settings = await opened(office, "en")
    page, words = settings.page, settings.words
    await settings.button("webhooks.make").click()
    dialog = page.get_by_role("dialog", name=words("webhooks.make"))
    await dialog.locator("input[type=url]").fill("https://192.168.0.1/hook")
    page_problem = dialog.get_by_role("alert")
    new_page.expect("status of 422 .*/api/v1/webhooks")
    await dialog.get_by_role("button", name=words("save")).click()
    await expect(page_problem).to_contain_text("192.168.0.1")
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name=words("dialog.discard")).click()
    sue = await office.hire("Sue", role="supervisor")
    inbox = await sue.inbox("/settings/audit")
    other = await SettingsPage(inbox.page, office.url).go("audit")
    links = other.page.get_by_role("navigation", name=words("settings.title"))
    await expect(links.get_by_role("link", name=words("settings.audit"), exact=True)).to_be_visible()
    await expect(links.get_by_role("link", name=words("settings.webhooks"))).to_have_count(0)

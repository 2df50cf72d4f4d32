"""The workspace's page in a real browser, with a small app behind it: thread, buttons, a modal, the home tab."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import expect
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websockets import SocketModeClient

from tests.e2e.office import PHONE
from tests.e2e.pages.words import catalogue
from tests.sandbox.slack.hall import actions, button, field_of, menu, modal, words
from tests.sandbox.slack.stage import KEY, Stage, open_stage
from tests.servers.pages import Pages, accessibility_faults

HEAD = [
    {"type": "header", "text": {"type": "plain_text", "text": "박하늘 · HR-4021-318"}},
    {
        **words("*WhatsApp*, 5 minutes :hourglass_flowing_sand:"),
        "accessory": menu("more", "whisper", kind="overflow"),
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://parley.example|inbox>"}]},
    actions(button("reply", "Reply", style="primary"), menu("snooze", "tomorrow")),
]
REPLY = modal(field_of("words", {"type": "plain_text_input", "action_id": "text", "multiline": True}))
HOME = {"type": "home", "blocks": [words("*3* wait"), actions(button("pull", "Pull"))]}


@contextlib.asynccontextmanager
async def an_app(stage: Stage) -> AsyncIterator[list[str]]:
    """Opens the modal at "reply", is not content with its first words, and has a home tab. Tells what it was sent."""
    sent: list[str] = []

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = request.payload
        answer: dict[str, Any] | None = None
        if payload["type"] == "view_submission":
            sent.append(payload["view"]["state"]["values"]["words"]["text"]["value"])
            if len(sent) == 1:
                answer = {"response_action": "errors", "errors": {"words": "Somebody answered meanwhile"}}
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        if payload["type"] == "block_actions" and payload["actions"][0]["action_id"] == "reply":
            await stage.client.views_open(trigger_id=payload["trigger_id"], view=REPLY)
        if payload.get("event", {}).get("type") == "app_home_opened":
            await stage.client.views_publish(user_id=payload["event"]["user"], view=HOME)

    socket = SocketModeClient(stage.slack.installation.app_token, web_client=stage.client)
    socket.socket_mode_request_listeners.append(hear)
    await socket.connect()
    try:
        yield sent
    finally:
        await socket.close()


async def test_a_thread_is_worked_by_hand(new_page: Pages) -> None:
    said = catalogue("town", "ko")
    async with open_stage() as stage, an_app(stage) as sent:
        stage.slack.deliveries.patience = 3
        head = await stage.client.chat_postMessage(channel=stage.support.id, text="박하늘", blocks=HEAD)
        page = await new_page(viewport=PHONE, locale="ko-KR", color_scheme="dark", reduced_motion="reduce")
        await page.goto(f"{stage.url}/sandbox/{KEY}/slack")
        await page.get_by_role("button", name="support").click()
        await expect(page.locator(".entry", has_text="HR-4021-318")).to_be_visible()
        assert await accessibility_faults(page) == []
        await (
            page.locator(".entry", has_text="HR-4021-318")
            .get_by_role("button", name=said["town.answer"], exact=True)
            .click()
        )
        thread = page.locator(".thread")
        await thread.get_by_label(said["town.write_thread"]).fill("택배사에 전화했어요")
        await thread.get_by_role("button", name=said["town.send"]).click()
        await expect(thread.locator(".entry")).to_have_count(2)
        assert stage.support.thread_of(head["ts"])[1].text == "택배사에 전화했어요"
        await thread.get_by_role("button", name="Reply").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.get_by_role("alert").first).to_be_visible()
        assert sent == []
        await dialog.get_by_role("textbox").fill("오늘 도착해요")
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.get_by_text("Somebody answered meanwhile")).to_be_visible()
        assert await accessibility_faults(page) == []
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog).to_have_count(0)
        assert sent == ["오늘 도착해요"] * 2
        await thread.get_by_role("button", name=said["town.close"]).click()
        await page.get_by_role("button", name=said["town.back"]).click()
        await page.get_by_role("button", name=said["town.home"]).click()
        await expect(page.get_by_role("button", name="Pull")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

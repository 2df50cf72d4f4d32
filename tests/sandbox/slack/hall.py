"""A Slack by itself, and an app on the official client that listens to it by hand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websockets import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from gateway.sandbox.slack.installation import EVERYTHING
from gateway.sandbox.slack.records import Channel, Json, Person
from gateway.sandbox.slack.town import Slack, open_slack

NOON = 1_795_003_200_000
"""2026-11-18 12:00 UTC."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def add(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


@dataclass
class Hall:
    """Mina and Tom are in #support with the app; Gwen is a guest there."""

    slack: Slack
    clock: Clock
    client: AsyncWebClient
    mina: Person
    tom: Person
    gwen: Person
    support: Channel

    async def post(self, text: str = "Hello", **more: Any) -> str:
        """The app writes; returns the ts."""
        self.clock.add(2)
        said = await self.client.chat_postMessage(channel=self.support.id, text=text, **more)
        return str(said["ts"])

    async def refused(self, method: str, **arguments: Any) -> dict[str, Any]:
        """What the method says no with."""
        with pytest.raises(SlackApiError) as no:
            await self.client.api_call(method, json=arguments)
        return dict(no.value.response.data)


@contextlib.asynccontextmanager
async def open_hall(**more: Any) -> AsyncIterator[Hall]:
    clock = Clock()
    async with open_slack(clock=clock, retries=(0.0, 0.05, 0.05), **more) as slack:
        slack.deliveries.patience = 0.3
        slack.installation.scopes = EVERYTHING
        mina = slack.person("Mina Park", locale="ko-KR")
        tom = slack.person("Tom Hale", admin=True)
        gwen = slack.person("Gwen Ash", guest="single")
        support = slack.channel("support", mina, tom, gwen)
        # The client's own handlers would call once more after a line was cut: also what has been done.
        client = AsyncWebClient(
            slack.installation.bot_token, base_url=slack.api, timeout=5, retry_handlers=[]
        )
        yield Hall(slack, clock, client, mina, tom, gwen, support)


@dataclass
class App:
    """What came by Socket Mode; `answer` says what goes back with the acknowledgement."""

    hall: Hall
    socket: SocketModeClient
    heard: list[SocketModeRequest] = field(default_factory=list)
    silent: int = 0
    """So many envelopes are not acknowledged."""
    answer: Callable[[SocketModeRequest], Json | None] = lambda _: None
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.silent > 0:
            self.silent -= 1
        else:
            response = SocketModeResponse(request.envelope_id, self.answer(request))
            await client.send_socket_mode_response(response)
        async with self.came:
            self.came.notify_all()

    async def hears(self, number: int) -> list[SocketModeRequest]:
        """Wait until so many have come."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: len(self.heard) >= number)
        return self.heard

    @property
    def events(self) -> list[Json]:
        return [one.payload["event"] for one in self.heard if one.type == "events_api"]


@contextlib.asynccontextmanager
async def open_app(hall: Hall) -> AsyncIterator[App]:
    socket = SocketModeClient(hall.slack.installation.app_token, web_client=hall.client, ping_interval=0.2)
    app = App(hall, socket)
    socket.socket_mode_request_listeners.append(app.hear)
    await socket.connect()
    await hall.slack.sockets.connected()
    try:
        yield app
    finally:
        await socket.close()
        # The client only asks its own tasks to end.
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


def button(action: str = "take", words: str = "Take", **more: Any) -> Json:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": words},
        **more,
    }


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "deeds", "elements": list(elements)}


def menu(action: str, *values: str, kind: str = "static_select") -> Json:
    options = [{"text": {"type": "plain_text", "text": one.title()}, "value": one} for one in values]
    return {"type": kind, "action_id": action, "options": options}


def words(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def field_of(block: str, element: Json, *, optional: bool = False) -> Json:
    label = {"type": "plain_text", "text": block.title()}
    return {"type": "input", "block_id": block, "label": label, "element": element, "optional": optional}


def modal(*blocks: Json, **more: Any) -> Json:
    title = {"type": "plain_text", "text": "Reply to customer"}
    submit = {"type": "plain_text", "text": "Send"}
    return {"type": "modal", "title": title, "submit": submit, "blocks": list(blocks), **more}

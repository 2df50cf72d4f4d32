"""A house with an admin who makes webhooks, the follower at work, and a real program at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.config import Webhooks
from gateway.followers.hooks import Hooks
from gateway.stream.hook_pace import Pace
from tests.inbox.conftest import Caller, House
from tests.servers.hook_receiver import Receiver, hook_receiver

QUICK = Pace(again_after=(20,), rests=(0,))
HERE = ("127.0.0.1",)


class Office:
    def __init__(self, house: House, receiver: Receiver, admin: Caller) -> None:
        self.house, self.receiver, self.admin = house, receiver, admin
        self.hook: dict[str, Any] = {}
        self.secret = ""

    async def make(self, **more: Any) -> None:
        body = {"url": self.receiver.url, "kinds": ["message.created"], "label": "CRM"} | more
        made = await self.admin.does("POST", "/webhooks", body)
        self.hook, self.secret = made["webhook"], made["secret"]
        self.receiver.secrets = [self.secret]

    @property
    def path(self) -> str:
        return f"/webhooks/{self.hook['id']}"

    async def deliveries(self, state: str = "all") -> list[dict[str, Any]]:
        return list((await self.admin.get(f"{self.path}/deliveries", state=state))["deliveries"])

    async def until(self, *states: str) -> list[dict[str, Any]]:
        """Of the deliveries, the oldest first."""
        for _ in range(500):
            found = (await self.deliveries())[::-1]
            if [one["state"] for one in found] == list(states):
                return found
            await asyncio.sleep(0.02)
        raise AssertionError((states, await self.deliveries()))


@pytest.fixture
async def office(both: House) -> AsyncIterator[Office]:
    desk = both.desk
    object.__setattr__(desk.config, "webhooks", Webhooks(trusted=HERE))
    hooks = Hooks(both.store, desk.bus, desk.limits, HERE, desk.clock, QUICK)
    task = asyncio.create_task(hooks.run())
    async with hook_receiver() as receiver:
        yield Office(both, receiver, await both.client("ada"))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

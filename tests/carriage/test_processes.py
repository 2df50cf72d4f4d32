"""Two real processes, an agent at one, a customer at the other: both are in the same house, whatever goes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from gateway.events import SYSTEM, new_id
from gateway.limits import Limits
from gateway.store import open_store
from gateway.stream.agents import add_agent
from inbox.auth.sessions import start_session
from inbox.wire import PROTOCOL
from tests.inbox.tabs import Tab
from tests.servers.parley import Parley
from tests.servers.valkey import Valkey

CONFIG = '[channels.web]\ntype = "webchat"\nlabel = "Website"\npreview = true\n'


@dataclass
class Town:
    one: Parley
    two: Parley
    agents: dict[str, str]
    cookies: dict[str, str]


@pytest.fixture
async def town(parley: Callable[..., Parley], ready_url: str, own_valkey: Valkey, tmp_path: Path) -> Town:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    agents, cookies = {}, {}
    store = await open_store(ready_url)
    for name in ("ann", "bob"):

        async def join(tx: Any, name: str = name) -> tuple[str, str]:
            agent = await add_agent(tx, f"{name}@example.com", name.title(), "agent", SYSTEM)
            return agent, (await start_session(tx, agent, "192.0.2.1", "test", Limits())).secret

        agents[name], cookies[name] = await store.write(join)
    await store.close()
    where = {
        "PARLEY_DATABASE__URL": ready_url,
        "PARLEY_REDIS__URL": own_valkey.url,
        "PARLEY_SECRETS__KEY": "k" * 32,
    }
    one, two = (parley("--config", str(config), **where) for _ in range(2))
    return Town(one, two, agents, cookies)


async def tab_at(town: Town, process: Parley, who: str) -> Tab:
    """An agent's tab, greeted."""
    tab = await socket(process, "/ws/agent", {"Cookie": f"parley={town.cookies[who]}"})
    await tab.say(kind="hello", protocol=PROTOCOL)
    await tab.hears("private")
    return tab


async def socket(process: Parley, path: str, headers: dict[str, str]) -> Tab:
    url = process.url.replace("http", "ws") + path
    return Tab(await connect(url, additional_headers=headers, origin=Origin(process.url), proxy=None))


class Customer:
    """A browser with the chat, at whichever process it is sent to."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.token = ""

    async def ask(self, process: Parley, path: str, **body: Any) -> Any:
        headers = {"Origin": process.url} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        url = f"{process.url}/visitor/web/{path}"
        async with self.http.post(url, json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def says(self, process: Parley, text: str) -> None:
        await self.ask(process, "messages", client_id=new_id(), text=text)

    async def socket(self, process: Parley) -> Tab:
        chat = await socket(process, "/ws/visitor/web", {})
        await chat.say(kind="hello", protocol=1, token=self.token)
        await chat.hears("snapshot")
        return chat


def texts(tab: Tab) -> list[str]:
    return [
        event["message"]["text"]
        for frame in tab.frames
        if frame["kind"] == "events"
        for event in frame["events"]
        if event.get("message")
    ]


def has_heard(text: str) -> Callable[[Tab], bool]:
    return lambda tab: text in str(texts(tab))


def typing(tab: Tab) -> list[Any]:
    """Who types in the conversation that it shows, as last told."""
    told = [frame["conversation"]["typing"] for frame in tab.frames if frame.get("conversation")]
    return told[-1] if told else []


def customer_here(tab: Tab) -> list[bool]:
    return [frame["conversation"]["customer_here"] for frame in tab.frames if frame.get("conversation")]


async def test_agent_and_customer_at_different_processes(town: Town, own_valkey: Valkey) -> None:
    async with aiohttp.ClientSession() as http:
        customer = Customer(http)
        customer.token = (await customer.ask(town.two, "session"))["token"]
        ann, bob = await tab_at(town, town.one, "ann"), await tab_at(town, town.two, "bob")
        await bob.until(
            lambda tab: any(town.agents["ann"] in frame.get("agents", {}) for frame in tab.frames),
            "that Ann is here",
        )
        chat = await customer.socket(town.two)
        await customer.says(town.two, "Where is my order?")
        await ann.until(has_heard("Where is my order?"), "her message")
        async with http.get(
            f"{town.one.url}/api/v1/conversations", headers={"Cookie": f"parley={town.cookies['ann']}"}
        ) as answer:
            conversation = (await answer.json())["conversations"][0]["id"]

        await ann.look(conversation)
        await ann.until(lambda tab: customer_here(tab)[-1], "that she is on the site")
        await chat.say(kind="typing", active=True, preview="it should have c")
        await ann.until(
            lambda tab: [one.get("preview") for one in typing(tab)] == ["it should have c"], "her words"
        )
        await ann.say(kind="typing", conversation=conversation, mode="public", active=True)
        await chat.until(lambda tab: any(frame.get("who") for frame in tab.of("typing")), "that Ann types")
        await ann.say(kind="typing", conversation=conversation, mode="note", active=True)
        await ann.does("reply", conversation=conversation, text="It left today.", client_id=new_id())
        await chat.until(has_heard("It left today."), "the answer")
        await bob.look(conversation)
        await bob.until(lambda tab: town.agents["ann"] in looking(tab), "that Ann looks")

        second = await tab_at(town, town.two, "ann")
        await ann.does("set_availability", availability="busy")
        await second.until(
            lambda tab: tab.of("private")[-1]["private"].get("availability") == "busy", "her own news"
        )
        await bob.until(
            lambda tab: any(
                frame.get("agents", {}).get(town.agents["ann"]) == "busy" for frame in tab.frames
            ),
            "that Ann is busy",
        )

        own_valkey.kill()
        await customer.says(town.two, "Thank you!")
        await ann.until(has_heard("Thank you!"), "her message, by the database")
        await ann.does(
            "reply",
            conversation=conversation,
            text="You're welcome.",
            client_id=new_id(),
        )
        await chat.until(has_heard("You're welcome."), "the answer, by the database")

        own_valkey.restart()
        town.two.kill()
        await chat.gone()
        chat = await customer.socket(town.one)
        await customer.says(town.one, "One more thing")
        await ann.until(has_heard("One more thing"), "what she says at the other process")
        assert [
            texts(ann).count(text) for text in ("Where is my order?", "Thank you!", "One more thing")
        ] == [1, 1, 1]
        for tab in (ann, chat):
            await tab.close()
        for tab in (bob, second):
            await tab.gone()
        assert "Redis is away" in town.one.said()


def looking(tab: Tab) -> list[str]:
    told = [frame["conversation"]["looking"] for frame in tab.frames if frame.get("conversation")]
    return told[-1] if told else []

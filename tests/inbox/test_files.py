"""Files of both audiences behind one path: a link opens them, and whoever uses it is looked at anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.app import Parley, listening, open_parley
from gateway.config import Config, Media, Server
from gateway.events import SYSTEM
from gateway.stream.agents import add_agent, set_teams
from gateway.stream.assign import set_team
from gateway.stream.directory import make_team
from inbox.auth.sessions import start_session

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def config(folder: Path) -> Config:
    return Config(
        data=folder,
        server=Server(),
        database={"url": f"sqlite:///{folder}/parley.db"},  # type: ignore[arg-type]
        media=Media(store=f"disk:{folder}/media"),  # type: ignore[arg-type]
        channels={"web": {"type": "webchat"}},
    )


class Running:
    def __init__(self, parley: Parley, base: str, http: aiohttp.ClientSession) -> None:
        self.parley, self.base, self.http = parley, base, http

    async def post(self, path: str, token: str = "", **more: Any) -> Any:
        headers = {"Origin": self.base, **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self.http.post(f"{self.base}{path}", headers=headers, **more) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def status(self, url: str, cookie: str = "") -> int:
        headers = {"Cookie": f"parley={cookie}"} if cookie else {}
        async with self.http.get(f"{self.base}{url}", headers=headers) as answer:
            return answer.status

    async def visitor_sends_a_picture(self) -> tuple[str, dict[str, Any]]:
        """The visitor's token, and her message as she is told it."""
        token = (await self.post("/visitor/web/session", json={}))["token"]
        file = await self.post("/visitor/web/uploads?name=a.png", token, data=PNG)
        said = {"client_id": "a-message-1", "attachments": [file["attachment"]["id"]]}
        return token, (await self.post("/visitor/web/messages", token, json=said))["message"]

    async def agent(self, name: str, team: str | None) -> str:
        """A signed-in agent's cookie."""

        async def verb(tx: Any) -> str:
            key = await add_agent(tx, f"{name}@example.com", name, "agent", SYSTEM)
            if team is not None:
                await set_teams(tx, key, [team], SYSTEM)
            limits = self.parley.config.limits
            return (await start_session(tx, key, "127.0.0.1", "test", limits)).secret

        return await self.parley.store.write(verb)

    async def agents_link(self, cookie: str, conversation: str) -> str:
        url = f"{self.base}/api/v1/conversations/{conversation}/messages"
        async with self.http.get(url, headers={"Cookie": f"parley={cookie}"}) as answer:
            found: str = (await answer.json())["messages"][0]["attachments"][0]["url"]
        return found


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with (
        open_parley(config(tmp_path)) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as http,
    ):
        yield Running(parley, f"http://127.0.0.1:{port}", http)


async def conversation_of(running: Running, message: str) -> str:
    found: str = await running.parley.store.read(
        lambda look: look.value("select conversation_id from messages where id = $1", message)
    )
    return found


async def test_a_customers_file_opens_by_her_link(running: Running) -> None:
    _, message = await running.visitor_sends_a_picture()
    (file,) = message["attachments"]
    assert await running.status(file["url"]) == 200
    assert file["inline"] is True


async def test_an_agents_link_opens_only_for_an_agent_who_sees_the_conversation(running: Running) -> None:
    _, message = await running.visitor_sends_a_picture()
    conversation = await conversation_of(running, message["id"])
    team = await running.parley.store.write(lambda tx: make_team(tx, "sales", SYSTEM))
    inside, outside = await running.agent("ann", team), await running.agent("bob", None)
    link = await running.agents_link(inside, conversation)
    assert await running.status(link) == 404
    assert await running.status(link, inside) == 200
    assert await running.status(link, outside) == 200
    await running.parley.store.write(lambda tx: set_team(tx, conversation, team, SYSTEM))
    assert await running.status(link, inside) == 200
    assert await running.status(link, outside) == 404


async def test_a_link_that_was_tampered_with_is_not_found(running: Running) -> None:
    _, message = await running.visitor_sends_a_picture()
    url: str = message["attachments"][0]["url"]
    broken = url.replace("/media/", "/media/A", 1)
    assert await running.status(broken) == 404


async def test_the_bundles_files_are_kept_for_ever_and_nothing_else_is_served(running: Running) -> None:
    async with running.http.get(f"{running.base}/") as page:
        script = (await page.text()).split('src="')[1].split('"')[0]
    async with running.http.get(f"{running.base}{script}") as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.content_type == "text/javascript"
    for path in ("manifest.json.gz", "..%2f..%2fpyproject.toml", "nothing.js", "i18n/../manifest.json"):
        async with running.http.get(f"{running.base}/static/{path}") as answer:
            assert answer.status == 404 or path.startswith("i18n"), path

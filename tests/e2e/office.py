"""A house at work: the real process, its people, their browsers, and the customers'."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import pytest_asyncio

from tests.e2e.pages.chat import ChatPage
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import LOCALES, Language
from tests.servers.forked import Forked
from tests.servers.pages import Pages
from tests.servers.parley import Parley

PASSWORD = "a long sentence to remember"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LINK = re.compile(r"/link/([\w-]+)")
OFFLINE = r"ERR_INTERNET_DISCONNECTED"
GONE = (
    r"ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED"
    r"|closed before receiving a handshake"
)


@dataclass
class Colleague:
    """An agent, by REST and by session."""

    office: Office
    name: str
    email: str
    id: str
    http: aiohttp.ClientSession

    @property
    def cookie(self) -> str:
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == "parley")

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """What must succeed."""
        async with self.http.request(method, f"/api/v1{path}", json=body, params=query) as answer:
            told = await answer.json() if answer.content_type.endswith("json") else None
            assert answer.status < 300, (method, path, answer.status, told)
            return told

    async def conversation(self, **query: Any) -> dict[str, Any]:
        """The newest one she sees."""
        found: dict[str, Any] = (await self.ask("GET", "/conversations", **query))["conversations"][0]
        return found

    async def texts(self, conversation: str = "") -> list[str]:
        """What REST says stands in it."""
        key = conversation or (await self.conversation())["id"]
        page = await self.ask("GET", f"/conversations/{key}/messages", limit=100)
        return [message["text"] for message in page["messages"]]

    async def has(self, texts: Sequence[str], conversation: str = "") -> None:
        """Wait until exactly these are stored, in whatever order."""

        async def stored() -> list[str]:
            return sorted(await self.texts(conversation))

        await become(stored, sorted(texts))

    async def has_read(self) -> None:
        """Wait until she has had the whole newest conversation before her eyes."""

        async def is_read() -> bool:
            found = await self.conversation()
            page = await self.ask("GET", f"/conversations/{found['id']}/messages")
            mark = (await self.ask("GET", f"/conversations/{found['id']}"))["read"]
            return bool(mark >= page["messages"][-1]["position"])

        await become(is_read, True)

    async def inbox(self, place: str = "/list/all", language: Language = "en", **options: Any) -> InboxPage:
        """A browser of her own, signed in."""
        page = await self.office.new_page(
            **{"viewport": DESKTOP, "locale": LOCALES[language], "reduced_motion": "reduce", **options}
        )
        url = options.get("base_url", self.office.url)
        await page.context.add_cookies([{"name": "parley", "value": self.cookie, "url": url}])
        return await InboxPage(page, url, language).go(place)


@dataclass
class Office:
    server: Parley
    new_page: Pages
    people: dict[str, Colleague] = field(default_factory=dict)
    _http: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def boss(self) -> Colleague:
        return self.people["Ada"]

    # --- people -----------------------------------------------------------------------------------------------------

    async def found(self) -> None:
        """The first start: its one-time link makes the admin."""
        link = await self.said(LINK)
        await self.enter(link[1], name="Ada", email="ada@example.com")

    async def enter(self, link: str, **answer: str | None) -> Colleague:
        """Follow a one-time link, with a password unless told otherwise."""
        http = self._session()
        body = {"link": link, "password": PASSWORD, **answer}
        async with http.post("/api/v1/session/link", json=body) as told:
            assert told.status == 200, await told.text()
            agent = (await told.json())["agent"]
        made = Colleague(self, agent["name"], agent["email"], agent["id"], http)
        # What is said goes at once, so that tests wait for nothing; undo is tried by tests of its own.
        await made.ask("PATCH", "/session/preferences", {"values": {"undo_send": 0}})
        self.people[made.name] = made
        return made

    async def hire(self, name: str, role: str = "agent", teams: Sequence[str] = ()) -> Colleague:
        body = {"name": name, "email": f"{name.lower()}@example.com", "role": role, "teams": list(teams)}
        invited = await self.boss.ask("POST", "/agents", body)
        link = LINK.search("/link/" + invited["link"].rpartition("/")[2])
        assert link, invited
        return await self.enter(link[1])

    async def team(self, name: str) -> str:
        made: str = (await self.boss.ask("POST", "/teams", {"name": name}))["team"]["id"]
        return made

    def _session(self) -> aiohttp.ClientSession:
        made = aiohttp.ClientSession(
            self.url, headers={"Origin": self.url}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self._http.append(made)
        return made

    async def click_link(self, role: str) -> Colleague:
        """Sign in by one of the demo's one-click links."""
        link = await self.said(re.compile(rf"{role} .*/link/([\w-]+)  "))
        return await self.enter(link[1], password=None)

    async def said(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """What the process writes to its terminal; some of it after the door has opened."""

        async def is_said() -> bool:
            return pattern.search(self.server.said()) is not None

        await become(is_said, True)
        found = pattern.search(self.server.said())
        assert found
        return found

    # --- customers --------------------------------------------------------------------------------------------------

    async def customer(
        self, language: Language = "en", url: str = "", account: str = "web", **options: Any
    ) -> ChatPage:
        """Somebody's browser with the chat page open."""
        page = await self.new_page(**{"locale": LOCALES[language], "reduced_motion": "reduce", **options})
        return await ChatPage(page, url or self.url, language).go(account)

    async def writes(self, *texts: str, name: str = "", vouch: str = "", account: str = "web") -> str:
        """A customer without a browser says these, with the site's word for her if given; answers her token."""
        http = self._session()
        claims = {"name": name} if name else {}
        body = {"claims": claims, **({"vouch": vouch} if vouch else {})}
        async with http.post(f"/visitor/{account}/session", json=body) as told:
            assert told.status == 200, await told.text()
            token: str = (await told.json())["token"]
        await self.goes_on(token, *texts, account=account)
        return token

    async def known_writes(self, name: str, *texts: str) -> str:
        """The same of a customer whom the team calls so; answers her token."""
        token = await self.writes(*texts)
        contact = (await self.boss.conversation())["contact"]["id"]
        await self.boss.ask("PATCH", f"/contacts/{contact}", {"name": name})
        return token

    async def leaves_address(self, token: str, address: str, account: str = "web") -> None:
        """She leaves an address to answer to, as the window offers it."""
        body = {"token": token, "claims": {"email": address}}
        async with self._http[0].post(f"/visitor/{account}/session", json=body) as told:
            assert told.status == 200, await told.text()

    async def goes_on(self, token: str, *texts: str, account: str = "web") -> None:
        for text in texts:
            body = {"client_id": uuid4().hex, "text": text}
            headers = {"Authorization": f"Bearer {token}"}
            async with self._http[0].post(f"/visitor/{account}/messages", json=body, headers=headers) as told:
                assert told.status in (200, 201), await told.text()

    # --- the process ------------------------------------------------------------------------------------------------

    async def dies(self) -> None:
        """kill -9. What a browser was fetching at that moment ends in the middle."""
        self.new_page.expect("ERR_CONTENT_LENGTH_MISMATCH")
        await asyncio.to_thread(self.server.kill)

    async def comes_back(self) -> None:
        await asyncio.to_thread(self.server.restart)

    async def command(self, *arguments: str) -> str:
        """`parley ...` on the same data, from the command line; must succeed."""
        log = self.server.folder / f"{arguments[0]}.log"
        asked = [*arguments, "--data", str(self.server.data)]
        made = await asyncio.to_thread(lambda: Forked(asked, env={}, cwd=self.server.folder, log=log))
        code, said = await asyncio.to_thread(made.wait), log.read_text()
        log.unlink()
        assert code == 0, said
        return said

    async def close(self) -> None:
        for http in self._http:
            await http.close()


lasting = pytest_asyncio.fixture(loop_scope="session")
"""A fixture in the loop that all tests of this room share."""
OpenOffice = Callable[..., Awaitable[Office]]
SETTINGS = {
    "PARLEY_CHANNELS__WEB__TYPE": "webchat",
    "PARLEY_CHANNELS__WEB__LABEL": "Website",
    "PARLEY_CHANNELS__WEB__TITLE__EN": "Haru Coffee",
    "PARLEY_CHANNELS__WEB__TITLE__KO": "하루커피",
}


@lasting
async def open_office(parley: Callable[..., Parley], new_page: Pages) -> AsyncIterator[OpenOffice]:
    """With settings of its own: `await open_office(PARLEY_LIMITS__PAGE="20")`."""
    opened: list[Office] = []

    async def start(**settings: str) -> Office:
        server = await asyncio.to_thread(parley, **{**SETTINGS, **settings})
        opened.append(Office(server, new_page))
        await opened[-1].found()
        return opened[-1]

    yield start
    for one in opened:
        await one.close()


@lasting
async def office(open_office: OpenOffice) -> Office:
    """Parley with an admin, Ada; colleagues are hired by the test."""
    return await open_office()


OpenDemo = Callable[..., Awaitable[Office]]
QUIET_DEMO = {"PARLEY_SANDBOX__HISTORY": "60", "PARLEY_SANDBOX__CUSTOMERS": "false"}
"""A short history, and nobody who comes by themselves."""


@lasting
async def open_demo(parley: Callable[..., Parley], new_page: Pages) -> AsyncIterator[OpenDemo]:
    """The demo, nobody signed in yet; with settings of its own: `await open_demo(PARLEY_SANDBOX__CUSTOMERS="true")`."""
    opened: list[Office] = []

    async def start(**settings: str) -> Office:
        server = await asyncio.to_thread(lambda: parley(command="demo", **{**QUIET_DEMO, **settings}))
        opened.append(Office(server, new_page))
        return opened[-1]

    yield start
    for one in opened:
        await one.close()


@lasting
async def demo(open_demo: OpenDemo) -> Office:
    """A team of three with a past; an agent, a supervisor and an admin are signed in."""
    made = await open_demo()
    for role in ("agent", "supervisor", "admin"):
        await made.click_link(role)
    return made

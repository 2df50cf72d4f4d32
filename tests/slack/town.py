"""A team at work here and in Slack: the real store and desk, a Slack that can be made to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.config import Slack as Settings
from gateway.sandbox.slack.rates import Limits
from gateway.sandbox.slack.records import Channel, Message, Person, View
from gateway.sandbox.slack.town import Slack, open_slack
from gateway.store import Reader, Store
from inbox.slack import app as ours
from inbox.slack.send import Pace
from tests.inbox.conftest import Clock, House, does, open_house

FAST = Limits(
    tiers=(9_000, 9_000, 9_000, 9_000), bursts=(900, 900, 900, 900), posts=900, burst=900, workspace=90_000
)
QUICK = Pace(
    gather=0.005,
    post=0.0,
    header=0.0,
    unsure=0.1,
    again=0.02,
    again_most=0.1,
    probe=0.02,
    tick=0.02,
    rules=0.05,
    stirred=0.02,
    alert=0.05,
    home=0.05,
    look=0.2,
)
LEFT = """select count(*) from pull_posts where state in ('queued', 'sending', 'unknown')
    or (state = 'posted' and stale > 0)"""
BEHIND = "select count(*) from pull_places where position < (select position from log_head)"
BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
"""For a test whose town is on each database."""
PATIENCE = 20.0
MINUTE = 60_000


@dataclass
class Town:
    house: House
    slack: Slack
    mina: Person
    """Is ann here, once she is linked."""
    joon: Person
    """Is linked to nobody."""
    support: Channel
    clock: Clock
    """Slack's; the house has its own."""
    _running: list[asyncio.Task[None]] = field(default_factory=list)
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def store(self) -> Store:
        return self.house.store

    async def starts(
        self, pace: Pace = QUICK, application: web.Application | None = None, store: Any = None
    ) -> None:
        works = await self._open.enter_async_context(
            ours.open_slack(application or web.Application(), self.house.desk, pace)
        )
        self._running = [asyncio.create_task(_run(work, store or self.store)) for work in works]

    async def listens(self) -> None:
        """Starts, and hears Slack by the socket."""
        await self.starts()
        await self.slack.sockets.connected()

    async def works(self) -> None:
        """Listens; Mina is linked."""
        await self.listens()
        await self.links(self.mina)

    async def stops(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running = []
        await self._open.aclose()

    def passes(self, seconds: float) -> None:
        """Time, here and there: nobody waits for it."""
        for clock in (self.clock, self.house.clock):
            clock.ahead += round(seconds * 1000)

    async def links(self, person: Person, who: str = "ann") -> None:
        made = await does(self.house, who, "make_link_code", place="slack")
        answer = await self.slack.slash(person, self.support, f"link {made['code']}")
        assert answer.heard

    async def pulls(self, conversation: str, who: str = "ann") -> str:
        """Returns the thread's ts, once it stands."""
        made = await does(
            self.house, who, "pull_out", conversation=conversation, place="slack", channel=self.support.id
        )
        await self.settles()
        return str(await self.value("select thread from pulls where id = $1", made["pull"]))

    async def pulled(self) -> tuple[str, str]:
        """A conversation and its thread."""
        taken = await self.house.customer_writes("hello", team="sales")
        return taken.conversation, await self.pulls(taken.conversation)

    async def settles(self, patience: float = PATIENCE) -> None:
        """Until Slack shows everything."""
        async with asyncio.timeout(patience):
            while await self.value(BEHIND) or await self.value(LEFT):
                for task in self._running:
                    assert not task.done(), task
                await asyncio.sleep(0.01)

    async def comes_to(self, sql: str, wanted: Any) -> None:
        for _ in range(int(PATIENCE / 0.01)):
            if await self.value(sql) == wanted:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"it is not {wanted!r}: {sql}")

    async def heard(self) -> None:
        """Until everything that was done in Slack is done here."""
        async with asyncio.timeout(PATIENCE):
            await self.slack.rest()

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.store.scan(lambda look: look.value(sql, *args))

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        async def all_of(look: Reader) -> list[Any]:
            return list(await look.all(sql, *args))

        return await self.store.scan(all_of)

    async def said(self, conversation: str) -> list[tuple[str, str]]:
        """(visibility, text), in order."""
        rows = await self.rows(
            "select visibility, text from messages where conversation_id = $1 and author_kind = 'agent'"
            " order by position",
            conversation,
        )
        return [(row["visibility"], row["text"]) for row in rows]

    def shown(self, thread: str) -> list[Message]:
        """Our posts in the thread but the header and the story, in order."""
        return self.slack.posts(self.support, thread)[2:]

    def view(self, person: Person) -> View:
        """The modal that they have before them."""
        found = self.slack.modal(person)
        assert found is not None
        return found

    def whispers(self, person: Person) -> list[str]:
        return [one.text for one in self.slack.whispers(person, self.support)]


def words(post: Message) -> str:
    """Everything that a person reads in it."""
    return read_in(post.blocks)


def read_in(body: Any) -> str:
    return "\n".join(_texts(body))


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list):
        return [text for one in node for text in _texts(one)]
    return []


def ruled(**rules: dict[str, Any]) -> dict[str, Any]:
    """For `open_town`: these rules, all of #support."""
    return {"rules": {name: {"channel": "#support", **said} for name, said in rules.items()}}


async def watched(town: Town, sql: str, wanted: int) -> None:
    await town.comes_to(f"select count(*) from watches where {sql}", wanted)


def alerts(town: Town) -> list[str]:
    return [words(one) for one in town.slack.posts(town.support) if not one.thread]


async def shows(town: Town, wanted: str) -> None:
    for _ in range(500):
        if any(wanted in one for one in alerts(town)):
            return
        await asyncio.sleep(0.01)
    raise AssertionError((wanted, alerts(town)))


def keys_of(slack: Slack, *, socket: bool = True) -> dict[str, Any]:
    """For `[slack]`: what its app was given there."""
    installed = slack.installation
    way = {"app_token": installed.app_token} if socket else {"signing_secret": installed.signing_secret}
    return {"bot_token": installed.bot_token, "api_base": slack.api, **way}


async def _run(work: Any, store: Store) -> None:
    await work(store)


@contextlib.asynccontextmanager
async def open_town(
    folder: Path, url: str = "", *, limits: Limits = FAST, socket: bool = True, **more: Any
) -> AsyncIterator[Town]:
    clock = Clock()
    async with (
        open_slack(limits=limits, clock=clock) as slack,
        open_house(url or f"sqlite:///{folder}/parley.db", folder) as house,
    ):
        said = {**keys_of(slack, socket=socket), **more}
        house.desk.config = house.desk.config.model_copy(update={"slack": Settings(**said)})
        mina, joon = slack.person("Mina Park"), slack.person("Joon Lee", locale="ko-KR")
        town = Town(house, slack, mina, joon, slack.channel("support", mina, joon), clock)
        try:
            yield town
        finally:
            await town.stops()

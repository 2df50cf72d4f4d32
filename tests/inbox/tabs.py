"""Tabs of agents on real sockets, read by the `websockets` library: it knows nothing of ours and checks every frame."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from inbox.wire import PROTOCOL
from tests.inbox.conftest import House

SOON = 20.0
"""Seconds after which what should have come is missing; nothing waits that long when all is well."""

Frame = dict[str, Any]


class Tab:
    """One browser tab: every frame in order, and how the socket ended."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []
        self.closed: int | None = None
        self._news = asyncio.Event()
        self._ids = itertools.count(1)
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self.connection:
                assert isinstance(text, str), "we never send binary frames"
                self.take(orjson.loads(text))
                self._news.set()
        self.closed = self.connection.close_code
        self._news.set()

    def take(self, frame: Frame) -> None:
        self.frames.append(frame)

    async def until(self, found: Callable[[Tab], Any], why: str = "") -> Any:
        """What `found` finds in the frames, as soon as it does; fails when it never will."""
        try:
            async with asyncio.timeout(SOON):
                while not (value := found(self)):
                    assert self.closed is None, (
                        f"closed with {self.closed} while waiting for {why}: {self.kinds}"
                    )
                    self._news.clear()
                    await self._news.wait()
                return value
        except TimeoutError:
            raise AssertionError(f"never came: {why}; came: {self.frames[-5:]}") from None

    async def ended(self) -> int:
        """The close code."""
        async with asyncio.timeout(SOON):
            await self._reader
        assert self.closed is not None
        return self.closed

    async def gone(self) -> int:
        """The close code, whenever that will be."""
        await asyncio.shield(self._reader)
        assert self.closed is not None
        return self.closed

    @property
    def kinds(self) -> list[str]:
        return [frame["kind"] for frame in self.frames]

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["kind"] == kind]

    @property
    def events(self) -> list[Frame]:
        return [event for frame in self.of("events") for event in frame["events"]]

    @property
    def cursor(self) -> str | None:
        told = [frame["cursor"] for frame in self.frames if "cursor" in frame]
        return told[-1] if told else None

    @property
    def position(self) -> int:
        return int((self.cursor or ".0").partition(".")[2])

    async def reaches(self, position: int) -> None:
        await self.until(lambda tab: tab.position >= position, f"position {position}")

    async def hears(self, kind: str, count: int = 1) -> Frame:
        """The newest frame of this kind, once there are so many."""
        await self.until(lambda tab: len(tab.of(kind)) >= count, f"{count} x {kind}")
        return self.of(kind)[-1]

    async def say(self, **frame: Any) -> None:
        await self.connection.send(orjson.dumps(frame).decode())

    async def look(self, conversation: str | None) -> None:
        """Looks, and waits until that is known."""
        before = len(self.frames)
        await self.say(kind="look", conversation=conversation)
        if conversation is not None:
            await self.until(
                lambda tab: any(
                    frame.get("conversation") for frame in tab.frames[before:] if frame["kind"] == "signals"
                ),
                "how things stand where it looks",
            )

    async def command(self, name: str, /, **args: Any) -> Frame:
        """Its result or problem."""
        key = f"c{next(self._ids)}"
        await self.say(kind="command", id=key, name=name, args=args)
        answer: Frame = await self.until(
            lambda tab: next((frame for frame in tab.frames if frame.get("id") == key), None),
            f"answer to {name}",
        )
        return answer

    async def does(self, name: str, /, **args: Any) -> Any:
        answer = await self.command(name, **args)
        assert answer["kind"] == "result", answer
        return answer["value"]

    async def nothing_more(self) -> int:
        """Everything said so far has been answered; how many frames there are now."""
        answer = await self.command("no_such_command")
        assert answer["kind"] == "problem"
        return len(self.frames)

    async def close(self) -> None:
        await self.connection.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def cut(self) -> None:
        """The line is gone: nobody says goodbye."""
        self.connection.transport.abort()
        await asyncio.gather(self._reader, return_exceptions=True)


async def connected(house: House, who: str | None, *, tab: type[Tab] = Tab, **more: Any) -> Tab:
    """A socket of this agent on which nothing has been said."""
    url = house.server.make_url("/ws/agent")
    headers = {"Cookie": f"parley={house.cookies[who]}"} if who else {}
    origin = Origin(str(house.server.make_url("")).rstrip("/"))
    connection = await connect(
        str(url.with_scheme("ws")),
        additional_headers=headers,
        origin=origin,
        proxy=None,
        max_size=None,
        **more,
    )
    return tab(connection)


async def opened(house: House, who: str, cursor: str | None = None, **more: Any) -> Tab:
    """A tab that has been greeted and caught up."""
    tab = await connected(house, who, **more)
    hello: Frame = {"kind": "hello", "protocol": PROTOCOL}
    await tab.say(**hello | ({"cursor": cursor} if cursor else {}))
    await tab.hears("private")
    if cursor and tab.frames[0].get("resumed") and int(cursor.rpartition(".")[2]) < house.store.published:
        await tab.reaches(house.store.published)
    return tab


@contextlib.asynccontextmanager
async def tabs(house: House, *who: str) -> AsyncIterator[list[Tab]]:
    """Tabs of these agents, closed at the end."""
    open_ = [await opened(house, one) for one in who]
    try:
        yield open_
    finally:
        await asyncio.gather(*(tab.close() for tab in open_))

"""A wire between browsers and the house that a test can stall and cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SMALL = 8 * 1024
"""Bytes the wire holds: a browser behind a stalled one is slow at once, not after megabytes."""


@dataclass
class Wire:
    """Browsers that come by `url` reach the house through here."""

    port: int
    url: str = ""
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    @classmethod
    async def to(cls, url: str) -> Wire:
        wire = cls(urlsplit(url).port or 80)
        wire.flow()
        wire._server = await asyncio.start_server(wire._carry, "127.0.0.1", 0)
        wire.url = f"http://127.0.0.1:{wire._server.sockets[0].getsockname()[1]}"
        return wire

    def stall(self) -> None:
        """Nothing of what the house says is taken any more; it is not told so."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """All connections end without a goodbye; new ones are let through."""
        for writer in tuple(self._open):
            writer.transport.abort()

    async def close(self) -> None:
        assert self._server
        self._server.close()
        self.flow()
        self.cut()
        await asyncio.sleep(0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.port))
        theirs, ours = await asyncio.open_connection(sock=narrow, limit=SMALL)
        self._open |= {writer, ours}
        with contextlib.suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, ours, always=True))
                group.create_task(self._pass(theirs, writer))
        for each in (writer, ours):
            self._open.discard(each)
            each.close()

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, always: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while always or await self._flows.wait():
                if not (taken := await source.read(SMALL)):
                    break
                if not always:
                    await self._flows.wait()
                sink.write(taken)
                await sink.drain()
        sink.close()

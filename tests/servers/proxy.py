"""A line that can be cut: between two ends of TCP; a test decides what comes through and where it breaks off."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

PIECE = 65536
"""Bytes read at a time."""

ACCEPTING = 10
"""Turns of the loop from a connection that is accepted to the one who serves it; asyncio takes four."""

Watch = Callable[[bytes], bool]


@dataclass
class Proxy:
    """Hands on every byte from `port` to one of `to_ports` in turn, until somebody makes trouble."""

    to_ports: tuple[int, ...]
    port: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    lose_answer_to: Watch | None = None
    """The first piece of a client's bytes for which this is true is handed on; its answer is not, the line is cut."""
    late: float = 0.0
    """Seconds by which each piece of an answer comes later."""
    refusing: bool = False
    """New connections are cut at once."""
    lost: int = 0
    """Answers that were lost so."""
    _lines: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: int = 0
    _half: float = 0.0
    """Share of the next piece of each line after which it is cut; 0: none is."""

    def __post_init__(self) -> None:
        self._open.set()

    def cut(self) -> int:
        """Cut every line now. Returns how many."""
        lines = tuple(self._lines)
        for line in lines:
            _abort(line)
        return len(lines)

    def cut_in_midst(self) -> None:
        """The next piece that goes along, in either direction, breaks off somewhere within, and its line with it."""
        self._half = self.chance.uniform(0.1, 0.9)

    def stall(self) -> None:
        """Nothing comes through, and nobody is told: as a network that loses everything."""
        self._open.clear()

    def flow(self) -> None:
        """As ever again."""
        self._open.set()
        self.refusing, self.late = False, 0.0

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._hand_on(reader, writer))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            # Here and not within: a task that is cancelled before its first step has no within.
            writer.transport.abort()
            self._tasks.discard(task)

        task.add_done_callback(ended)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.refusing:
            with contextlib.suppress(OSError):
                there, back = await self._connect()
                await self._between(reader, writer, there, back)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The next that answers, as a balancer finds it. Raises OSError when none does."""
        self._turn += 1
        for number in range(len(self.to_ports)):
            port = self.to_ports[(self._turn + number) % len(self.to_ports)]
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError("nobody listens")

    async def _between(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        line = (writer, back)
        self._lines.add(line)
        deaf = asyncio.Event()
        try:
            ways = [
                asyncio.ensure_future(self._carry(reader, back, line, deaf, up=True)),
                asyncio.ensure_future(self._carry(there, writer, line, deaf, up=False)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._lines.discard(line)
            _abort(line)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        line: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        deaf: asyncio.Event,
        *,
        up: bool,
    ) -> None:
        while piece := await reader.read(PIECE):
            if self.late and not up:
                await asyncio.sleep(self.late)
            await self._open.wait()
            if not up and deaf.is_set():
                self.lost += 1
                return _abort(line)
            if self._half:
                share, self._half = self._half, 0.0
                writer.write(piece[: max(1, int(len(piece) * share))])
                await writer.drain()
                writer.close()
                return None
            if up and self.lose_answer_to is not None and self.lose_answer_to(piece):
                self.lose_answer_to = None
                deaf.set()
            writer.write(piece)
            await writer.drain()
        return None


def _abort(line: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
    for end in line:
        end.transport.abort()


@contextlib.asynccontextmanager
async def proxy_to(*ports: int, seed: int = 0) -> AsyncIterator[Proxy]:
    """Between us and what listens at these ports of this machine, which it need not yet."""
    proxy = Proxy(ports, chance=random.Random(seed))
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        proxy.flow()
        proxy.cut()
        server.close()
        for _ in range(ACCEPTING):
            await asyncio.sleep(0)  # who was let in at this moment is handed over to us first
        for task in tuple(proxy._tasks):
            task.cancel()
        await asyncio.gather(*proxy._tasks, return_exceptions=True)
        await asyncio.sleep(0)

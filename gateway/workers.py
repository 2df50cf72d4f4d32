"""`parley serve --workers N`: a small parent that opens the listening sockets and keeps N processes answering on them.

Each worker has sockets of its own for the one port (SO_REUSEPORT, socket(7)): the kernel spreads connections evenly.
The parent never closes them, so what waits in one whose worker has died is not reset: the next worker takes it
(docs/operations.md has the figures). A worker says on a line of its own that it answers, and ends when that line does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import ConfigError

log = logging.getLogger(__name__)

UP = 60.0
"""Seconds a worker may take until it answers."""
STEADY = 10.0
"""Seconds after which a worker that ends is not held against the next one."""
AGAIN_FIRST, AGAIN_MOST = 0.1, 5.0
"""Seconds until a worker that has ended is replaced: at first, and at the most; what waits for it waits as long."""
FAREWELL = 45.0
"""Seconds beyond `[server] drain` that a worker is given to end before it is killed."""

Sockets = Sequence[socket.socket]


def open_sockets(host: str, port: int, slots: int) -> list[Sockets]:
    """For each worker its sockets, one for each address of `host`. Raises ConfigError."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
        with contextlib.suppress(IndexError):
            _free(*addresses[0])
        opened: list[Sockets] = []
        for _ in range(slots):
            opened.append([_listening(family, address, port) for family, address in addresses])
            if not port:  # any free one: the same for all
                port = opened[0][0].getsockname()[1]
    except OSError as why:
        raise ConfigError(f"[server] cannot listen on {host} port {port}: {why.strerror}") from why
    return opened


def _free(family: int, address: tuple[object, ...]) -> None:
    """SO_REUSEPORT would let us in beside another Parley of the same user: ask without it. Raises OSError."""
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _listening(family: int, address: tuple[object, ...], port: int) -> socket.socket:
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind((address[0], port, *address[2:]))
    made.listen(1024)
    return made


@dataclass(eq=False, slots=True)
class Worker:
    """One process; `slot` says which sockets it answers on."""

    slot: int
    process: asyncio.subprocess.Process
    heard: asyncio.StreamReader
    line: asyncio.StreamWriter
    began: float = field(default_factory=time.monotonic)

    async def is_up(self) -> bool:
        """Waits until it answers; False: it ended, or took too long."""
        try:
            async with asyncio.timeout(UP):
                return bool(await self.heard.read(1))
        except (TimeoutError, OSError):
            return False

    def leave(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    async def gone(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self.process.wait()
        except TimeoutError:
            log.error("%s does not end, it is killed", self)
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    def __str__(self) -> str:
        return f"worker {self.slot + 1} (process {self.process.pid})"


class Workers:
    """`command` says, for each worker anew, what starts it when `--worker LINE:SOCKET,SOCKET` (their file numbers)
    stands behind it."""

    def __init__(
        self, command: Callable[[], Sequence[str]], sockets: Sequence[Sockets], drain: float
    ) -> None:
        self._command = command
        self._sockets = sockets
        self._patience = drain + FAREWELL
        self._at: list[Worker] = []
        """Who answers, by slot."""
        self._all: set[Worker] = set()
        self._asked = asyncio.Event()
        self._figures = tempfile.mkdtemp(prefix="parley-metrics-")
        """Where each worker tells the others its figures (gateway/scrape.py)."""

    def roll(self) -> None:
        """Replace them one after another, each by one that answers already."""
        self._asked.set()

    async def run(self, stop: asyncio.Event, answering: Callable[[], None]) -> bool:
        """Until `stop`; calls `answering` once all do. False: they cannot even start, and said why themselves."""
        try:
            for slot in range(len(self._sockets)):
                self._at.append(await self._begin(slot))
            if not all(await asyncio.gather(*(one.is_up() for one in self._at))):
                return False
            answering()
            async with _beside(self._roll_when_asked(), *map(self._keep, range(len(self._at)))):
                await stop.wait()
            return True
        finally:
            await self._end()

    async def _begin(self, slot: int) -> Worker:
        """Raises OSError: the machine has no room for another process."""
        ours, theirs = socket.socketpair()
        with theirs:
            numbers = [theirs.fileno(), *(each.fileno() for each in self._sockets[slot])]
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command(),
                    *("--worker", f"{numbers[0]}:{','.join(map(str, numbers[1:]))}"),
                    stdin=subprocess.DEVNULL,
                    pass_fds=numbers,
                    env={**os.environ, "PARLEY_METRICS_DIR": self._figures, "PARLEY_WORKER": str(slot + 1)},
                )
            except OSError:
                ours.close()
                raise
        worker = Worker(slot, process, *await asyncio.open_connection(sock=ours))
        self._all.add(worker)
        return worker

    async def _try(self, slot: int) -> Worker | None:
        """None: no process, no memory, no file is left; those that answer go on."""
        try:
            return await self._begin(slot)
        except OSError as why:
            log.error("worker %d cannot begin: %s", slot + 1, why)
            return None

    async def _keep(self, slot: int) -> None:
        """Whoever ends unasked is replaced."""
        pause = AGAIN_FIRST
        while True:
            worker = self._at[slot]
            code = await worker.process.wait()
            self._all.discard(worker)
            worker.line.close()
            if self._at[slot] is not worker:
                continue
            if time.monotonic() - worker.began >= STEADY:
                pause = AGAIN_FIRST
            log.error("%s ended with %s; another begins in %.1f s", worker, _meaning(code), pause)
            while self._at[slot] is worker:
                await asyncio.sleep(pause)
                pause = min(2 * pause, AGAIN_MOST)
                if self._at[slot] is not worker or (new := await self._try(slot)) is None:
                    continue
                if self._at[slot] is worker:
                    self._at[slot] = new
                else:  # replaced by a roll meanwhile
                    new.leave()

    async def _roll_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            log.info("the workers are replaced one after another")
            if await self._roll():
                log.info("all workers have been replaced")

    async def _roll(self) -> bool:
        for slot in range(len(self._at)):
            new = await self._try(slot)
            if new is None:
                return False
            if not await new.is_up():
                log.error("%s could not begin; those that answer go on as they are", new)
                new.leave()
                await new.gone(self._patience)
                self._all.discard(new)
                new.line.close()
                return False
            old, self._at[slot] = self._at[slot], new
            old.leave()
            await old.gone(self._patience)
        return True

    async def _end(self) -> None:
        for one in self._all:
            one.leave()
        await asyncio.gather(*(one.gone(self._patience) for one in self._all))
        for one in self._all:
            one.line.close()
        for each in (each for mine in self._sockets for each in mine):
            each.close()
        shutil.rmtree(self._figures, ignore_errors=True)


def _meaning(code: int) -> str:
    return f"code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


@contextlib.asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """They run until the block ends; what one fails with is raised."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def reporting(line: int, stop: asyncio.Event) -> AsyncIterator[None]:
    """In a worker that answers: say so to the parent, and stop when the parent is gone."""
    loop = asyncio.get_running_loop()
    with socket.socket(fileno=line) as parent:
        parent.setblocking(False)

        def ended() -> None:
            loop.remove_reader(parent)
            stop.set()

        parent.send(b".")
        loop.add_reader(parent, ended)
        try:
            yield
        finally:
            loop.remove_reader(parent)

"""`parley serve --workers N`: a small parent that opens the listening sockets and keeps N processes answering on them.

Each worker has sockets of its own for the one port (SO_REUSEPORT, socket(7)): the kernel spreads connections evenly.
The parent never closes them, so what waits in one whose worker has died is not reset: it lends them to the other
workers until the next one answers (docs/operations.md has the figures). A worker says on a line of its own that it
answers, is lent sockets by it, and ends when that line does.
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
from typing import Any, Protocol

from gateway.errors import ConfigError

log = logging.getLogger(__name__)

UP = 60.0
"""Seconds a worker may take until it answers."""
LAST_WORDS = 5.0
"""Seconds from the end of its line to the end of a worker."""
STEADY = 10.0
"""Seconds after which a worker that ends is not held against the next one."""
AGAIN_FIRST, AGAIN_MOST = 0.1, 5.0
"""Seconds until a worker that has ended is replaced: at first, and at the most; what waits for it waits as long."""
FAREWELL = 45.0
"""Seconds beyond `[server] drain` that a worker is given to end before it is killed."""

ANSWERS, ANSWERS_FOR_OTHERS = b".", b"+"
"""What a worker says once; the second one is lent sockets. (An older version's takes any word for its end.)"""
LEND, END = 1, 0
"""What it is told, each before the number of the slot whose sockets are meant."""

Sockets = Sequence[socket.socket]


class Lent(Protocol):
    """Where a worker answers on the sockets of another one that has died."""

    def take(self, slot: int, sockets: Sockets) -> None: ...

    def give_back(self, slot: int) -> None: ...


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
    word: socket.socket
    """The same line, for what carries sockets."""
    began: float = field(default_factory=time.monotonic)
    helps: bool = False
    """It answers, and takes sockets that it is lent."""

    async def is_up(self) -> bool:
        """Waits until it answers; False: it ended, or took too long."""
        try:
            async with asyncio.timeout(UP):
                said = await self.heard.read(1)
        except (TimeoutError, OSError):
            return False
        self.helps = said == ANSWERS_FOR_OTHERS
        return bool(said)

    def tell(self, what: int, slot: int, sockets: Sockets = ()) -> None:
        if self.helps:
            with contextlib.suppress(OSError):  # it is about to end
                socket.send_fds(self.word, [bytes((what, slot))], [each.fileno() for each in sockets])

    def close(self) -> None:
        self.helps = False
        self.word.close()
        self.line.close()

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
        """Until `stop`; calls `answering` once all do. False: they cannot even start, and it was said why."""
        try:
            for slot in range(len(self._sockets)):
                self._at.append(await self._begin(slot))
            if not all(await asyncio.gather(*map(self._comes_up, self._at))):
                return False
            answering()
            async with _beside(self._roll_when_asked(), *map(self._keep, range(len(self._at)))):
                await stop.wait()
            return True
        finally:
            await self._end()

    async def _comes_up(self, worker: Worker) -> bool:
        """False, and said why: it may have been killed without a word of its own."""
        if await worker.is_up():
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                code = await worker.process.wait()
                log.error("%s ended with %s before it answered: none is begun", worker, _meaning(code))
                return False
        log.error("%s does not answer, after %.0f s: none is begun", worker, UP)
        return False

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
        word = ours.dup()
        worker = Worker(slot, process, *await asyncio.open_connection(sock=ours), word)
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
            worker.close()
            if self._at[slot] is not worker:
                continue
            self._lend(slot)
            if time.monotonic() - worker.began >= STEADY:
                pause = AGAIN_FIRST
            log.error("%s ended with %s; another begins in %.1f s", worker, _meaning(code), pause)
            while self._at[slot] is worker:
                await asyncio.sleep(pause)
                pause = min(2 * pause, AGAIN_MOST)
                if self._at[slot] is not worker or (new := await self._try(slot)) is None:
                    continue
                if self._at[slot] is not worker:  # replaced by a roll meanwhile
                    new.leave()
                    continue
                self._at[slot] = new
                if await new.is_up():
                    self._tell_others(END, slot)

    def _lend(self, slot: int) -> None:
        """Nobody answers on these: the others do, until one does again."""
        self._tell_others(LEND, slot, self._sockets[slot])

    def _tell_others(self, what: int, slot: int, sockets: Sockets = ()) -> None:
        for one in self._at:
            if one.slot != slot:
                one.tell(what, slot, sockets)

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
                new.close()
                return False
            old, self._at[slot] = self._at[slot], new
            self._tell_others(END, slot)
            old.leave()
            await old.gone(self._patience)
        return True

    async def _end(self) -> None:
        for one in self._all:
            one.leave()
        await asyncio.gather(*(one.gone(self._patience) for one in self._all))
        for one in self._all:
            one.close()
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
async def reporting(line: int, stop: asyncio.Event, lent: Lent | None = None) -> AsyncIterator[None]:
    """In a worker that answers: say so to the parent, take what it lends, and stop when the parent is gone."""
    loop = asyncio.get_running_loop()
    with socket.socket(fileno=line) as parent:
        parent.setblocking(False)

        def heard() -> None:
            try:
                words, numbers, *_ = socket.recv_fds(parent, 256, 64)
            except BlockingIOError:
                return
            except OSError:
                words, numbers = b"", []
            if not words or lent is None:
                loop.remove_reader(parent)
                stop.set()
                return
            # What carries sockets is the last of what is read at once (unix(7)).
            *before, last = zip(words[::2], words[1::2], strict=True)
            for what, slot in (*before, last):
                lent.give_back(slot)
                if what == LEND and (what, slot) == last:
                    lent.take(slot, [socket.socket(fileno=number) for number in numbers])

        parent.send(ANSWERS if lent is None else ANSWERS_FOR_OTHERS)
        loop.add_reader(parent, heard)
        try:
            yield
        finally:
            loop.remove_reader(parent)

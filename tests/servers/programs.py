"""A program of the tests' own in a process of its own, to be killed, frozen and listened to: `python -m PROGRAM ...`
from the root of this checkout, forked off one that has loaded its modules, which takes longer than what it does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from tests.servers.forked import Forked

ROOT = Path(__file__).parents[2]


class Program:
    """What asyncio's Process is to its callers; `wait` for it, or `communicate`."""

    def __init__(self, forked: Forked, stdin: int, stdout: asyncio.StreamReader, errors: IO[bytes]) -> None:
        self._forked = forked
        self._stdin = stdin
        self.stdout = stdout
        self._errors = errors
        self.pid = forked.pid
        self.returncode: int | None = None
        self.errors = b""

    @classmethod
    async def begin(cls, program: str, *arguments: str) -> Program:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the program has ended
        asks, stdin = os.pipe()
        says, told = os.pipe()
        stdout = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(stdout)
        hears = os.fdopen(says, "rb", 0)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, hears)
        files = (asks, told, errors.fileno())
        try:
            forked = await asyncio.to_thread(Forked.of, program, arguments, ROOT, files)
        finally:
            os.close(asks)
            os.close(told)
        return cls(forked, stdin, stdout, errors)

    async def communicate(self, says: bytes = b"") -> tuple[bytes, bytes]:
        """What it is told, and no more; what it said, and its errors."""
        if says:
            os.write(self._stdin, says)
        self._end_stdin()
        said = await self.stdout.read()
        await self.wait()
        return said, self.errors

    async def wait(self) -> int:
        if self.returncode is None:
            self.returncode = await asyncio.to_thread(self._forked.wait)
            self._end_stdin()
            await self.stdout.read()
            self._errors.seek(0)
            self.errors = self._errors.read()
            self._errors.close()
            sys.stderr.write(self.errors.decode(errors="replace"))  # where a test fails, it is shown
        return self.returncode

    def until_stopped(self) -> None:
        """Wait until it stands still (SIGSTOP)."""
        while (state := self._state()) != "T":
            assert state in "RSD", "it was to stand still"
            time.sleep(0.01)

    def _state(self) -> str:
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def send_signal(self, number: int) -> None:
        """To one that has ended too, as Process allows."""
        with contextlib.suppress(ProcessLookupError):
            self._forked.send_signal(number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _end_stdin(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

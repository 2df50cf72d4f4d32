"""Programs beside this one: started, pinned, spoken to line by line, ended. C is compiled on the spot."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bench import machine

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
PATIENCE = 120.0
"""Seconds a program may be silent when it should say something."""


class Failed(Exception):
    """A program did not do what the row needs; the text holds what it said."""


class Program:
    """A child process that says a line when there is something to know."""

    def __init__(
        self, command: Sequence[object], folder: Path, *, core: machine.Core = None, **environment: str
    ) -> None:
        self.name = Path(str(command[2] if "-m" in command[1:2] else command[0])).name
        self._log = folder / f"{self.name}-{os.urandom(3).hex()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                preexec_fn=lambda: machine.pin(core),
            )
        self._heard = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def rss(self) -> int:
        return machine.rss(self.pid)

    @property
    def cpu(self) -> float:
        return machine.cpu(self.pid)

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def hear(self, patience: float = PATIENCE) -> str:
        """Its next line. Raises Failed when it ends or stays silent."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._heard:
            readable, _, _ = select.select([pipe], [], [], patience)
            piece = os.read(pipe, 65536) if readable else b""
            if not piece:
                raise Failed(f"{self.name} {self._state()}:\n{self._log.read_text(errors='replace')[-3000:]}")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()

    def told(self, patience: float = PATIENCE) -> Any:
        """Its next line of JSON; other lines are for people."""
        while not (line := self.hear(patience)).startswith("{"):
            pass
        return json.loads(line)

    def port(self) -> int:
        """The port that a server names in its first line."""
        said = self.hear()
        found = re.search(r":\s*(\d+)", said.removeprefix("Parley answers at http"))
        if found is None:
            raise Failed(f"{self.name} named no port: {said}")
        return int(found[1])

    def _state(self) -> str:
        ended = self._process.poll()
        return "is silent" if ended is None else f"ended with {ended}"

    def stop(self) -> None:
        """By SIGTERM, then SIGKILL; returns when it is gone."""
        self._process.terminate()
        try:
            self._process.wait(8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *(str(one) for one in arguments)]


@cache
def compiled(source: str, folder: Path, *flags: str) -> Path:
    """The program of a C file of the bench, made in `folder`. Raises Failed without a C compiler."""
    target = folder / Path(source).stem
    compiler = os.environ.get("CC", "cc")
    try:
        made = subprocess.run(
            [
                compiler,
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                *flags,
                "-o",
                target,
                HERE / source,
                *_libraries(flags),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Failed(f"{compiler}: this row compiles {source} and needs a C compiler") from None
    if made.returncode:
        raise Failed(f"{source}: {made.stderr}")
    return target


def _libraries(flags: Sequence[str]) -> list[str]:
    return ["-ldl"] if "-shared" in flags else []

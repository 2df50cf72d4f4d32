"""The program in a process forked off one that has its modules loaded: a second sooner than anew, and the same process
otherwise, with an environment, a folder and a log of its own; it is killed and ends as any other.

Run as a program, this is the one with the modules loaded: a line of JSON asks for a process, or how one is.
"""

import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LOADED = ("gateway.__main__", "gateway.app", "gateway.demo", "gateway.sandbox.demo", "uvloop")
LOOK = 0.01
"""Seconds between two looks at whether a process has ended."""


class Loaded:
    """The one with the modules loaded; its children end with their tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=clean,
        )

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


_loaded: list[Loaded] = []
_first = threading.Lock()


def loaded() -> Loaded:
    with _first:
        if not _loaded:
            _loaded.append(Loaded())
    return _loaded[0]


class Forked:
    """What `subprocess.Popen` is to its callers."""

    def __init__(
        self, arguments: Sequence[str], *, env: Mapping[str, str], cwd: str | Path, log: str | Path
    ) -> None:
        self._code: int | None = None
        self.pid: int = loaded().ask(run=list(arguments), env=dict(env), cwd=str(cwd), log=str(log))

    def poll(self) -> int | None:
        if self._code is None:
            self._code = loaded().ask(poll=self.pid)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired, as Popen does."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("parley", timeout or 0)
            time.sleep(LOOK)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve() -> None:
    for name in LOADED:
        importlib.import_module(name)
    out = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        if "poll" in asked:
            pid, status = os.waitpid(asked["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                os.close(out)
                _become(asked)
        os.write(out, json.dumps(answer).encode() + b"\n")


def _become(asked: dict[str, Any]) -> None:
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    # What was drawn where the modules are loaded would be drawn by each that comes of it.
    random.seed()
    sys.argv = ["parley", *asked["run"]]
    # A parent of several workers begins them by its own command line, in a folder of its own: this checkout's program.
    sys.orig_argv = [sys.executable, "-m", "gateway", *asked["run"]]
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    from gateway.__main__ import main

    code = 1
    try:
        code = main(asked["run"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()

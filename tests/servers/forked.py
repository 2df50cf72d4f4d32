"""The program in a process forked off one that has its modules loaded: a second sooner than anew, and the same process
otherwise, with an environment, a folder and a log of its own; it is killed and ends as any other.

Run as a program, this is the one with the modules loaded: a line of JSON asks for a process, or how one is. What a
process shall have as its input, output and errors comes by a socket beside.
"""

import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests import shortcuts

LOADED = (
    *("gateway.__main__", "gateway.app", "gateway.logs", "gateway.workers"),
    *("gateway.demo", "gateway.sandbox.demo", "inbox.slack.app", "uvloop"),
    *(f"gateway.channels.{name}" for name in ("webchat", "email", "twilio_sms", "twilio_whatsapp")),
)
"""What houses have in common, and what one loads when its first account asks for it."""
LOOK = 0.01
"""Seconds between two looks at whether a process has ended."""


class Loaded:
    """The one with the modules loaded; its children end with their tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        self._hand, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                env=clean,
                pass_fds=[theirs.fileno()],
            )

    def ask(self, files: Sequence[int] = (), **question: Any) -> Any:
        """`files`: what is at their places 0, 1 and 2."""
        assert self._process.stdin and self._process.stdout
        with self._lock:
            if files:
                socket.send_fds(self._hand, [b"."], files)
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


_loaded: dict[str, Loaded] = {}
_first = threading.Lock()


def loaded(what: str) -> Loaded:
    """One for houses, and one for programs of tests, whose imports no house should have."""
    with _first:
        if what not in _loaded:
            _loaded[what] = Loaded()
    return _loaded[what]


class Forked:
    """What `subprocess.Popen` is to its callers."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | Path,
        log: str | Path,
        program: str = "",
    ) -> None:
        """`program`: a house in the tests' own guise, `python -m PROGRAM ...`."""
        asked: dict[str, Any] = {"run": list(arguments), "env": dict(env), "cwd": str(cwd)}
        if program:
            asked["program"] = program
        with Path(os.devnull).open("rb") as nothing, Path(log).open("ab") as told:
            files = (nothing.fileno(), told.fileno(), told.fileno())
            self._begin(loaded("programs" if program else "houses"), files, **asked)

    @classmethod
    def of(cls, program: str, arguments: Sequence[str], cwd: Path, files: Sequence[int]) -> Self:
        """`python -m PROGRAM ...` in place of Parley; `files` are its input, output and errors."""
        made = cls.__new__(cls)
        asked = {"program": program, "run": list(arguments), "env": dict(os.environ), "cwd": str(cwd)}
        made._begin(loaded("programs"), files, **asked)
        return made

    def _begin(self, parent: Loaded, files: Sequence[int], **asked: Any) -> None:
        self._code: int | None = None
        self._parent = parent
        self.pid: int = parent.ask(files, **asked)

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._parent.ask(poll=self.pid)
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


def _serve(hand: socket.socket) -> None:
    for name in LOADED:
        importlib.import_module(name)
    shortcuts.take()
    gc.collect()
    gc.freeze()  # no child goes through it, which would copy every page
    out = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        if "poll" in asked:
            pid, status = os.waitpid(asked["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            _, files, *_ = socket.recv_fds(hand, 1, 3)
            if "program" in asked:
                importlib.import_module(asked["program"])
            answer = os.fork()
            if answer == 0:
                os.close(out)
                hand.close()
                _become(asked, files)
            for file in files:
                os.close(file)
        os.write(out, json.dumps(answer).encode() + b"\n")


def _become(asked: dict[str, Any], files: Sequence[int]) -> None:
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
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
        if program := asked.get("program"):
            del sys.modules[program]  # anew, as what is run
            runpy.run_module(program, run_name="__main__", alter_sys=True)
            code = 0
        else:
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
    _serve(socket.socket(fileno=int(sys.argv[1])))

"""What the servers have in common: a private folder, an unprivileged user, a free port, patience and an end."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NOBODY = 65534
START = 60.0  # seconds: how long a server may take until it answers


class Unavailable(Exception):
    """A real part cannot start here; the text says what was tried and what would help."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def private_folder(name: str) -> Path:
    """A new folder that the server's user owns; the owner of `Server` removes it."""
    folder = Path(tempfile.mkdtemp(prefix=f"parley-{name}-"))
    folder.chmod(0o755)
    if is_root():
        os.chown(folder, NOBODY, NOBODY)
    return folder


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def unprivileged() -> dict[str, Any]:
    """Arguments for Popen: PostgreSQL refuses to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root() else {}


def reachable(path: Path) -> bool:
    """Whether a user other than root can walk to `path` (a checkout in root's home is often mode 0700)."""
    return not is_root() or all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


class Server:
    """One child process with its folder and log. `stop` ends it in good order and removes both, `end` at once."""

    def __init__(self, name: str, folder: Path, command: list[str | Path], **popen: Any) -> None:
        self.name = name
        self.folder = folder
        self._command = command
        self._popen = popen
        self.log = folder.with_suffix(".log")
        self._start()

    process: Any

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._popen
            )

    def wait_until(self, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START
        while not answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                state = (
                    f"ended with {self.process.poll()}" if self.process.poll() is not None else "is silent"
                )
                said = self.said()
                self.stop()
                raise Unavailable(f"{self.name} {state}; it said:\n{said}")
            time.sleep(0.01)

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        """As by power loss: the folder stays, `restart` starts over it."""
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """And its children with it, who would end a little later by themselves."""
        children = self._children()
        self._tell_all(signal.SIGKILL)
        self.process.wait()
        for child in children:
            while Path(f"/proc/{child}/stat").exists() and not _is_dead(child):
                time.sleep(0.01)

    def freeze(self) -> None:
        """It and its children stand still; whoever speaks to them waits. `thaw` ends that."""
        self._tell_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell_all(signal.SIGCONT)

    def _tell_all(self, what: signal.Signals) -> None:
        before = self._children()
        os.kill(self.process.pid, what)  # first: then it has no more children than now
        for child in {*before, *self._children()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, what)

    def _children(self) -> set[int]:
        pid = self.process.pid
        try:
            return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
        except OSError:  # it is gone, or this is another system
            return set()

    def restart(self) -> None:
        self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.thaw()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._forget()

    def end(self) -> None:
        """At once, and its children with it: for whoever asks no more of it."""
        if self.process.poll() is None:
            self.kill_all()
        self._forget()

    def _forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)


def _is_dead(pid: int) -> bool:
    """Gone, or waiting to be counted as such."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0

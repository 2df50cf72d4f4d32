"""Parley itself as a process of its own, for tests that kill it, restart it or run it from an installed wheel."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.servers.forked import Forked
from tests.servers.process import Server, free_port, private_folder

PROGRAM = (sys.executable, "-m", "gateway")


class Parley(Server):
    """`url` answers after `start`; `data` is its data directory, kept through `kill` and `restart`."""

    url: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @classmethod
    def start(
        cls,
        command: str = "serve",
        *arguments: str,
        program: Sequence[str | Path] = PROGRAM,
        **environment: str,
    ) -> "Parley":
        """Runs in an empty folder, without the caller's PARLEY_* variables; raises `Unavailable` with its log."""
        port = free_port()
        folder = private_folder("served")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "PYTHON"))
        }
        server = cls(
            "Parley",
            folder,
            [*program, command, "--port", str(port), "--data", str(folder / "data"), *arguments],
            cwd=folder,
            env={**inherited, **environment},
        )
        server.url = f"http://127.0.0.1:{port}"
        server.wait_until(server.ready)
        return server

    def _start(self) -> None:
        python, option, program, *arguments = map(str, self._command)
        if (python, option) != PROGRAM[:2]:
            super()._start()
            return
        program = "" if program == PROGRAM[2] else program
        self.process = Forked(arguments, log=self.log, program=program, **self._popen)

    def restart(self) -> None:
        super().restart()
        self.wait_until(self.ready)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

"""The browser's own store (static/src/inbox/store) beside the tests: built as it is for browsers, run by Node."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from static import bundle

HERE = Path(__file__).parent
Action = dict[str, Any]
"""What its reducer takes: a frame of the socket, or an answer of REST."""


class BrowserStore:
    """One process for all stories; a question is a line, and so is its answer."""

    def __init__(self, folder: Path) -> None:
        with bundle.alone("bundle"):
            bundle.install_packages()
        program, _ = bundle.node()
        built = folder / "browser.mjs"
        subprocess.run(
            [
                *(
                    program,
                    bundle.HERE / "node_modules/esbuild/bin/esbuild",
                    HERE / "browser.mjs",
                    "--bundle",
                ),
                *("--format=esm", "--platform=node", "--log-level=warning", f"--outfile={built}"),
            ],
            check=True,
        )
        self._process = subprocess.Popen([program, built], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def differences(
        self, lived: Sequence[Action], refreshed: Sequence[Action], fresh: Sequence[Action]
    ) -> list[tuple[str, Any, Any]]:
        """What a tab that lived on knows otherwise than a fresh one: the part, its own, the fresh one's."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(
            orjson.dumps({"lived": lived, "refreshed": refreshed, "fresh": fresh}) + b"\n"
        )
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the browser's store ended with {self._process.poll()}"
        told: list[tuple[str, Any, Any]] = [tuple(one) for one in orjson.loads(answer)]
        return told

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

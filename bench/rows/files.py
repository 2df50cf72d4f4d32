"""What a browser loads before it can do anything, from the built bundle."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.harness import Bench, Figure, Goal, row
from gateway.bundle import LOADER, bundle, folder

KB = 1000
STATIC = re.compile(r'(?:from|import)\s*"\./([^"]+)"')
LATER = re.compile(r'import\("\./([^"]+)"\)')
TEXTS = ("inbox", "notices", "errors")
"""The catalogues that the inbox reads before it draws, each in one language."""


@row
def widget_bytes(bench: Bench) -> Iterator[Figure]:
    """The widget, gzip: before it is opened (goal 10 KB, target 7) and in all (30 KB, 25)."""
    del bench
    app = bundle().widget
    everything = [LOADER, *_loaded(app.script, STATIC, LATER), *([app.style] if app.style else [])]
    yield _figure("widget before it is opened", [LOADER], Goal(10, 7, at_most=True))
    yield _figure("widget in all", everything, Goal(30, 25, at_most=True))


@row
def shell_bytes(bench: Bench) -> Iterator[Figure]:
    """The inbox's shell, gzip: script, style and the texts of the longer language. Goal 150 KB, target 120."""
    del bench
    app = bundle().inbox
    texts = [max(folder().glob(f"i18n/{name}.*.json"), key=_zipped) for name in TEXTS]
    files = [*_loaded(app.script, STATIC), *([app.style] if app.style else [])]
    names = [*files, *(str(text.relative_to(folder())) for text in texts)]
    yield _figure("inbox shell with its texts", names, Goal(150, 120, at_most=True))


def _loaded(script: str, *ways: re.Pattern[str]) -> list[str]:
    """The script and what it imports, and what that imports."""
    found = [script]
    for name in found:
        text = (folder() / name).read_text(encoding="utf-8")
        found += [one for way in ways for one in way.findall(text) if one not in found]
    return found


def _zipped(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))


def _figure(what: str, files: Iterable[str], goal: Goal) -> Figure:
    sizes = [_zipped(folder() / name) / KB for name in dict.fromkeys(files)]
    return Figure(what, sum(sizes), "KB", goal, f"{len(sizes)} files, gzip")

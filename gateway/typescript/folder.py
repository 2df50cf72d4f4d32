"""The folder static/src/wire as it is, against what would be written."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.typescript.rooms import HEAD, everything

TARGET = Path(__file__).parents[2] / "static" / "src" / "wire"


def main(arguments: list[str]) -> int:
    """Write or check; the exit code says whether the folder is (now) fresh."""
    pages = everything()
    if "--check" not in arguments:
        write(pages)
    faults = list(check(pages))
    for fault in faults:
        print(f"static/src/wire/{fault}: run `make types`", file=sys.stderr)  # noqa: T201
    return 1 if faults else 0


def write(pages: Mapping[str, str]) -> None:
    """Only what has changed, so that nobody builds anew for nothing; takes away pages of ours that are made no more."""
    for name in _there() - pages.keys():
        if _read(name).startswith(HEAD):
            (TARGET / name).unlink()
    for name, text in pages.items():
        if _read(name) != text:
            (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
            (TARGET / name).write_text(text, encoding="utf-8")


def check(pages: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the folder, by file."""
    there = _there()
    for name, text in pages.items():
        if name not in there:
            yield f"{name} is missing"
        elif _read(name) != text:
            yield f"{name} is stale"
    for name in sorted(there - pages.keys()):
        yield f"{name} is nothing that is made"


def _there() -> set[str]:
    return {path.relative_to(TARGET).as_posix() for path in TARGET.rglob("*") if path.is_file()}


def _read(name: str) -> str:
    path = TARGET / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""

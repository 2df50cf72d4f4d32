"""The inbox's shell says no word, and draws nothing, that only its later parts bring: nothing flashes as a bare key."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from static.bundle import SOURCE

LATER = ("beside", "settings")
BESIDE = "inbox/views/beside.ts"
IMPORT = re.compile(
    r'^(?:import|export)\s(?!type\b)[^;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"', re.MULTILINE
)
LITERAL = re.compile(r'["\'`]([a-z_]+(?:\.[\w.]+)?)["\'`]')
PREFIX = re.compile(r"`([a-z_][\w.]*[._])\$\{")
FORM = re.compile(r"\.(one|other)$")


@cache
def keys(catalogue: str) -> frozenset[str]:
    return frozenset(json.loads((SOURCE / f"i18n/{catalogue}.en.json").read_text(encoding="utf-8")))


def found(path: Path, asked: str) -> Path | None:
    base = (path.parent / asked).resolve()
    tries = (base, *(base.with_name(base.name + end) for end in (".ts", ".tsx")), base / "index.ts")
    return next((one for one in tries if one.is_file() and one.suffix in (".ts", ".tsx")), None)


@cache
def reached(entry: str) -> frozenset[Path]:
    """The modules that come with it, not those that it fetches."""
    seen: set[Path] = set()
    left = [SOURCE / entry]
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        asked = (one or other for one, other in IMPORT.findall(path.read_text(encoding="utf-8")))
        left += [one for name in asked if (one := found(path, name))]
    return frozenset(seen)


def counted(key: str, among: frozenset[str]) -> str:
    """What a form of a number is asked for by; "away.other" alone is none."""
    bare = FORM.sub("", key)
    return bare if f"{bare}.one" in among else key


def said(paths: frozenset[Path], among: frozenset[str]) -> dict[str, list[str]]:
    """Keys of these that the modules may say: whatever looks like one, also as a part of one."""
    told: dict[str, list[str]] = {}
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")
        literals, prefixes = set(LITERAL.findall(text)), tuple(PREFIX.findall(text))
        for key in among:
            if key in literals or counted(key, among) in literals or (prefixes and key.startswith(prefixes)):
                told.setdefault(key, []).append(path.relative_to(SOURCE).as_posix())
    return told


@pytest.mark.parametrize("catalogue", LATER)
def test_the_shell_says_no_word_of_its_later_parts(catalogue: str) -> None:
    shell = reached("inbox/main.tsx")
    assert len(shell) > 100
    assert not said(shell, keys(catalogue)), "these belong to inbox.*.json"


def test_what_stands_beside_says_no_word_of_the_settings() -> None:
    assert not said(reached(BESIDE) - reached("inbox/main.tsx"), keys("settings")), (
        "these belong to beside.*.json"
    )


def test_no_key_stands_twice() -> None:
    all_keys = [key for name in ("inbox", "notices", *LATER) for key in keys(name)]
    assert len(all_keys) == len(set(all_keys))

"""Every text in both languages, with the same places; every key that is used exists, every key that exists is used."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import gateway.errors
from tests.house import sources

HOLE = re.compile(r"\{([a-z_]\w*)\}", re.IGNORECASE)
PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def english() -> list[Path]:
    """en.json, and any further X.en.json or en/X.json."""
    folder = sources.CATALOGUES
    return sorted({*folder.rglob("en.json"), *folder.rglob("*.en.json"), *folder.glob("en/*.json")})


def korean_of(path: Path) -> Path:
    parts = [
        re.sub(r"(^|\.)en(\.json)?$", r"\1ko\2", part) for part in path.relative_to(sources.CATALOGUES).parts
    ]
    return sources.CATALOGUES.joinpath(*parts)


def flat(path: Path) -> dict[str, str]:
    """Nested catalogues and flat ones alike; a key that stands twice is a fault of its own."""

    def pairs(read: list[tuple[str, object]]) -> dict[str, object]:
        twice = [key for key, count in Counter(key for key, _ in read).items() if count > 1]
        assert not twice, f"{path.name} says twice: {twice}"
        return dict(read)

    found: dict[str, str] = {}

    def walk(prefix: str, node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                walk(f"{prefix}.{key}" if prefix else key, value)
        else:
            assert isinstance(node, str), f"{path.name}: {prefix} is no text"
            found[prefix] = node

    walk("", json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs))
    return found


def all_keys() -> set[str]:
    return {key for path in english() for key in flat(path)}


def test_both_languages_say_the_same() -> None:
    faults = []
    for path in english():
        other = korean_of(path)
        assert other.exists(), f"{other.name} is missing"
        en, ko = flat(path), flat(other)
        faults += [f"{other.name} lacks {key}" for key in en.keys() - ko.keys()]
        faults += [f"{path.name} lacks {key}" for key in ko.keys() - en.keys()]
        faults += [
            f"{key}: {en[key]!r} / {ko[key]!r}"
            for key in en.keys() & ko.keys()
            if holes(en[key]) != holes(ko[key])
        ]
        faults += [f"{key} is empty" for both in (en, ko) for key, words in both.items() if not words.strip()]
    assert not faults, "\n".join(sorted(faults))


def holes(words: str) -> set[str]:
    return set(HOLE.findall(words))


def test_every_used_key_exists() -> None:
    if not english():
        return
    known = all_keys()
    bases = known | {PLURAL.sub("", key) for key in known}
    faults = [f"{name}: {key}" for name, key in (*used_in_python(), *used_in_browser()) if key not in bases]
    assert not faults, "texts that no catalogue has:\n" + "\n".join(sorted(set(faults)))


def used_in_python() -> list[tuple[str, str]]:
    """What is raised for people (the first word of a `Refused` and its kin) and what is asked of `text(...)`."""
    refusals = {
        name
        for name, thing in vars(gateway.errors).items()
        if isinstance(thing, type) and issubclass(thing, gateway.errors.Refused)
    }
    found = []
    for _, name in sources.modules():
        for node in ast.walk(sources.tree(name)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if (
                called in refusals | {"text"}
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                found.append((name, first.value))
    return found


def used_in_browser() -> list[tuple[str, str]]:
    call = re.compile(r"\b(?:t|count)\(\s*\"([a-z][\w.]*)\"")
    return [
        (name, key)
        for name in sources.matching(".ts", ".tsx", under=("static/src",))
        if ".test." not in name
        for key in call.findall(sources.text(name))
    ]


def test_every_key_is_used() -> None:
    """Used: named whole, or as a plural's base, or begun by a text that ends in its dot (`status.${state}`)."""
    said: set[str] = set()
    begun: set[str] = set()
    literal = re.compile(r"[\"'`]([a-z][\w.]*?)([\"'`]|\$\{|\{)")
    for name in sources.matching(".py", ".ts", ".tsx", under=(*sources.ROOMS, "static/src")):
        for words, _ in literal.findall(sources.text(name)):
            (begun if words.endswith(".") else said).add(words)
    unused = [
        key
        for key in all_keys()
        if key not in said and PLURAL.sub("", key) not in said and not key.startswith(tuple(begun))
    ]
    assert not unused, f"texts that nothing says: {sorted(unused)}"

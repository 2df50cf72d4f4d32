"""No literal text stands in views: whatever people read or hear comes from the catalogues, in their language.

Every view is brought to plain calls by esbuild; a text that is a child of an element, or the value of an attribute that
is read or heard, must not be written there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from static import bundle

VIEWS = ("inbox", "widget", "sandbox")
HEARD = re.compile(
    r"(?:title|label|alt|placeholder|\"aria-(?:label|description|roledescription|placeholder)\"): $"
)
"""What stands before the value of an attribute that somebody reads or hears."""
LETTERS = re.compile(r"[^\W\d_]{2}")
"""Two letters in a row: a word. One letter is a key's name, a sign, a unit of code."""
SAME_IN_EVERY_LANGUAGE = re.compile(r"Esc|Enter|Parley|Ctrl|parley \w+")
"""Names of keys and of the house, and what is typed into a terminal: no language translates them."""
PATIENCE = 60
"""Seconds for esbuild."""


@dataclass
class Scan:
    """Walks the calls that JSX has become, `$h(what, props, ...children)`, and tells the texts that stand in them."""

    code: str
    at: int = 0
    calls: list[int] = field(default_factory=list)
    """The brackets that are open: how many arguments so far of an element's call, -1 for any other bracket."""

    def texts(self) -> Iterator[tuple[int, str]]:
        while self.at < len(self.code):
            yield from self._step()

    def _step(self) -> Iterator[tuple[int, str]]:
        char, start = self.code[self.at], self.at
        if char in "\"'`":
            text = self._string(char)
            if self._is_child(start) or HEARD.search(self.code, max(0, start - 40), start):
                yield start, text
        elif self.code.startswith(("//", "/*"), start):
            self._skip_to("\n" if self.code.startswith("//", start) else "*/")
        elif char == "/" and self._begins_pattern():
            self._pattern()
        else:
            self._bracket(char)
            self.at += 1

    def _bracket(self, char: str) -> None:
        if char in "([{":
            self.calls.append(0 if char == "(" and self.code.endswith("$h", 0, self.at) else -1)
        elif char in ")]}" and self.calls:
            self.calls.pop()
        elif char == "," and self.calls and self.calls[-1] >= 0:
            self.calls[-1] += 1

    def _is_child(self, start: int) -> bool:
        before = self.code[:start].rstrip()
        return bool(self.calls) and self.calls[-1] >= 2 and before.endswith((",", "?", ":", "&&", "||"))

    def _string(self, quote: str) -> str:
        """What a template fills in is no text of its own."""
        said, depth = "", 0
        self.at += 1
        while self.code[self.at] != quote or depth:
            if quote == "`" and depth == 0 and self.code.startswith("${", self.at):
                depth, self.at = 1, self.at + 2
                continue
            if depth:
                depth += {"{": 1, "}": -1}.get(self.code[self.at], 0)
                self.at += 1
                continue
            step = 2 if self.code[self.at] == "\\" else 1
            said += self.code[self.at : self.at + step]
            self.at += step
        self.at += 1
        return said

    def _skip_to(self, end: str) -> None:
        found = self.code.find(end, self.at + 2)
        self.at = len(self.code) if found < 0 else found + len(end)

    def _begins_pattern(self) -> bool:
        return self.code[: self.at].rstrip()[-1:] in "(,=:[!&|?{};\n" or self.at == 0

    def _pattern(self) -> None:
        self.at += 1
        inside = False
        while self.code[self.at] != "/" or inside:
            if self.code[self.at] == "\\":
                self.at += 1
            elif self.code[self.at] in "[]":
                inside = self.code[self.at] == "["
            self.at += 1
        self.at += 1


def words_in(code: str) -> list[str]:
    """The texts of a view's code that no catalogue has; the names of those that one has are none."""
    found = [text.strip() for _, text in Scan(code).texts()]
    spared = {text for text in found if SAME_IN_EVERY_LANGUAGE.fullmatch(text)} | names()
    return [text for text in found if LETTERS.search(text) and text not in spared]


@cache
def names() -> frozenset[str]:
    """Keys of the catalogues: a view hands them on to one that says them."""
    folder = bundle.HERE / "src/i18n"
    return frozenset(key for path in folder.glob("*.en.json") for key in json.loads(path.read_text()))


def plain(files: list[Path], into: Path) -> None:
    """JSX as plain calls."""
    with bundle.alone("bundle"):
        bundle.install_packages()
    program, _ = bundle.node()
    script = (
        "const [into, ...files] = process.argv.slice(1);"
        "require('esbuild').buildSync({ entryPoints: files, outdir: into, outbase: 'src', jsx: 'transform',"
        " jsxFactory: '$h', jsxFragment: '$f', format: 'esm', charset: 'utf8', tsconfigRaw: '{}' });"
    )
    done = subprocess.run(
        [program, "-e", script, str(into), *map(str, files)],
        cwd=bundle.HERE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.timeout(120)
def test_no_literal_text_stands_in_views(tmp_path: Path) -> None:
    source = bundle.HERE / "src"
    files = [path for room in VIEWS for path in sorted((source / room).rglob("*.tsx"))]
    assert len(files) > 60
    plain(files, tmp_path)
    faults = [
        f"{path.relative_to(tmp_path).with_suffix('.tsx')}: {text!r}"
        for path in sorted(tmp_path.rglob("*.js"))
        for text in words_in(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "texts that no catalogue has:\n" + "\n".join(faults)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('$h("p", null, "Hello there")', ["Hello there"]),
        ('$h("p", { class: "long name" }, t("hello.there"))', []),
        ('$h("p", null, isNew ? "Fresh one" : "Old one")', ["Fresh one", "Old one"]),
        ('$h("button", { title: "Press me" })', ["Press me"]),
        ('$h("button", { "aria-label": `Press ${name} now` })', ["Press  now"]),
        ('$h("b", null, `of ${one ? `{${two}}` : t("x")} others`)', ["of  others"]),
        ('$h("b", null, "#", n, " · ", "–")', []),
        ('$h("b", null, list.map((one) => $h("i", null, "안녕하세요")))', ["안녕하세요"]),
        ('$h("b", null, list.join("and so on"))', []),
        ('$h("b", null, text.replace(/["\']x/, "and"), \'so it is\')', ["so it is"]),
        ('// $h("p", null, "a comment")\n$h("p", null, name)', []),
        ('$h("kbd", null, "Esc")', []),
    ],
)
def test_what_counts_as_literal(code: str, found: list[str]) -> None:
    assert words_in(code) == found

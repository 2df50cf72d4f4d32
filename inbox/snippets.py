"""What a search found, in its words: a piece of the text around the first find, the finds marked."""

from __future__ import annotations

import functools
import unicodedata
from typing import NamedTuple

from typing_extensions import TypedDict

from gateway.store.search import MARKS, runs

AROUND = 60
"""Characters shown before the first find."""
LENGTH = 180
"""Characters of a snippet."""
READ = 2_000
"""Characters folded where no word stands in the text as it was typed."""
FOLDED = 4_096
"""Letters that a folded piece may grow to: one of U+FDFA makes eighteen."""
WORDS = 16
"""Words of a query that are looked for, as the search does."""


class SnippetPart(TypedDict):
    text: str
    found: bool


class Span(NamedTuple):
    start: int
    end: int


def snippet(text: str, query: str) -> list[SnippetPart]:
    """The text around the first find, cut into parts that are found or not."""
    spans = _finds(text, query)
    start = max(0, spans[0].start - AROUND) if spans else 0
    end = min(len(text), start + LENGTH)
    parts: list[SnippetPart] = []
    at = start
    for span in spans:
        if span.end > end:
            break
        _add(parts, text[at : span.start], found=False)
        _add(parts, text[span.start : span.end], found=True)
        at = span.end
    _add(parts, text[at:end], found=False)
    if parts and start > 0:
        parts[0]["text"] = "…" + parts[0]["text"]
    if parts and end < len(text):
        parts[-1]["text"] += "…"
    return parts


def _add(parts: list[SnippetPart], text: str, *, found: bool) -> None:
    if text:
        parts.append({"text": text, "found": found})


def _finds(text: str, query: str) -> list[Span]:
    """Where the query's words stand in the text, in order, without overlaps; compared as the search compares.

    Folding letter by letter is dear: it reads the piece around the first word that stands there as typed, and the
    beginning of the text where there is none.
    """
    words = list(dict.fromkeys(runs(query)[:WORDS]))
    plain = text.lower()
    typed = [plain.find(word) for word in (*words, *query.lower().split()[:WORDS])]
    near = min((at for at in typed if at >= 0), default=-1)
    around = _within(text, max(0, near - AROUND), near + LENGTH, words) if near >= 0 else []
    return around or _within(text, 0, READ, words)


def _within(text: str, start: int, end: int, words: list[str]) -> list[Span]:
    folded, places = _folded(text[start:end])
    spans: list[Span] = []
    for word in words:
        at = folded.find(word)
        while at >= 0:
            spans.append(Span(start + places[at], _end(text, start + places[at + len(word) - 1])))
            at = folded.find(word, at + len(word))
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _end(text: str, last: int) -> int:
    """Behind a letter and the accents that stand after it as characters of their own."""
    end = last + 1
    while end < min(len(text), last + 1 + MARKS) and unicodedata.combining(text[end]):
        end += 1
    return end


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as the search compares it, and for each of its letters the place in the text it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = _plain(letter)
        letters.append(plain)
        places.extend([place] * len(plain))
        if len(places) >= FOLDED:
            break
    return "".join(letters), places


@functools.lru_cache(4_096)
def _plain(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter).casefold()
    return unicodedata.normalize("NFKC", "".join(one for one in plain if not unicodedata.combining(one)))

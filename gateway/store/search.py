"""Full text that answers alike on both databases: we make the tokens, they only index them.

NFKC, casefold, accents folded; words stay whole, runs of scripts without spaces between words (Hangul, Kana, Han, Thai
and their neighbours) are cut into overlapping pairs, so "배송" finds "배송이" and "주문" finds "주문번호".
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 16_000
"""Tokens kept of one text: PostgreSQL's tsvector counts positions up to 16,383."""
WORD = 64
"""Letters kept of one word: what is longer is no word that anybody types."""
LETTERS = 60_000
"""Characters of a text that are looked at, before and after it is taken apart: 20,000 Hangul syllables take three each,
and one U+FDFA takes eighteen."""
MARKS = 30
"""Marks that may follow one letter, as in UAX #15: putting them in order costs the square of their number."""
_PAIRED = (
    "\u0e00-\u0eff\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_PAIRED}]+|[^\\W_{_PAIRED}]+")
_PAIRED_RUN = re.compile(f"[{_PAIRED}]")
_FIRST_PAIRED = min(_PAIRED.replace("-", ""))
"""No letter before this one is paired: most words are known by that."""
_FOLDED = re.compile("[\x00-\x7f\uac00-\ud7a3]*")
"""ASCII and whole Hangul syllables: but for capitals this stands as it will after folding."""
_ACCENTS = re.compile("[\u0300-\u036f]")
_TOO_MANY_MARKS = re.compile(rf"([^\w\x00-\x7f]{{{MARKS}}})[^\w\x00-\x7f]+")
"""No mark is a letter, and thirty signs in a row that are no letters are found by nobody."""


def runs(text: str) -> list[str]:
    """The words and unspaced runs of a text, folded."""
    text = text[:LETTERS]
    if _FOLDED.fullmatch(text):
        return _RUN.findall(text.lower())
    apart = unicodedata.normalize("NFKD", _TOO_MANY_MARKS.sub(r"\1", text))[:LETTERS]
    plain = _ACCENTS.sub("", apart.casefold())
    return _RUN.findall(unicodedata.normalize("NFKC", plain))


def tokens(*texts: str) -> str:
    """What a document is found by, space-separated, in order."""
    found: list[str] = []
    for run in runs("\n".join(texts)):
        if run[0] < _FIRST_PAIRED or not _PAIRED_RUN.match(run):
            found.append(run[:WORD])
        else:
            found += map(str.__add__, run, run[1:])
            found.append(run[-1])
    return " ".join(found[:LONGEST])


def fts_query(query: str) -> str:
    """The query for FTS5's `match`; empty when there is nothing to look for. The last word may be unfinished."""
    return " AND ".join(_fts_term(*term) for term in _terms(query))


def ts_query(query: str) -> str:
    """The same as text of PostgreSQL's `tsquery`."""
    return " & ".join(_ts_term(*term) for term in _terms(query))


def vector(text: str) -> str:
    """Tokens as the text of a `tsvector`: we place them ourselves, no parser of the database has a say."""
    return " ".join(f"'{token}':{place}" for place, token in enumerate(text.split(), 1))


def _terms(query: str) -> list[tuple[list[str], bool]]:
    """Each as the tokens that must stand in a row, and whether the last of them may go on."""
    found = runs(query)[:16]
    terms = []
    for place, run in enumerate(found):
        if not _PAIRED_RUN.match(run):
            terms.append(([run[:WORD]], place == len(found) - 1))
        elif len(run) == 1:
            terms.append(([run], True))
        else:
            terms.append((_pairs(run), False))
    return terms


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _fts_term(row: list[str], unfinished: bool) -> str:
    return '"' + " ".join(row) + '"' + ("*" if unfinished else "")


def _ts_term(row: list[str], unfinished: bool) -> str:
    return "(" + " <-> ".join(f"'{token}'" for token in row) + (":*" if unfinished else "") + ")"

"""Text with marks, as agents write it, drawn for a mail: once as words, once as HTML that dark screens may turn around.

The marks are those of the inbox (static/src/shared/markup.ts, docs/inbox.md), and three that only a mail can show:
`[words](https://address)`, `![name](cid:key)`, an inline image of the message, and `> ` before quoted lines. Colours
are left to the reader's program but for greys that are legible on white and on black; every style stands at its
element, for Gmail and Outlook.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

INLINE = re.compile(
    r"!\[(?P<image>[^\]\n]{0,200})\]\(cid:(?P<key>[^()\s]{1,200})\)"
    r"|\[(?P<words>[^\]\n]{1,500})\]\((?P<to>(?:https?://|mailto:)[^()\s]{1,2000})\)"
    r"|(?P<link>https?://[^\s<>\"]+)"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?=\S)(?P<bold>[^\n]{0,500}?\S)\*\*"
    r"|(?<![A-Za-z0-9_])_(?=[^\s_])(?P<italic>[^\n]{0,500}?[^\s_])_(?![A-Za-z0-9_])"
)
ITEM = re.compile(r" {0,3}(?:([-•])|\d{1,3}[.)])\s+(\S.*)")
QUOTED = re.compile(r" ?> ?")
FENCE = "```"
TRAILING = re.compile(r"[.,;:!?)\]}'’”」』。、，]+$")
"""Signs that end a sentence and not the address in it."""
DEEPEST = 6
"""Marks within marks; what is deeper is words."""

GREY = "rgba(127,127,127,.18)"
CODE = f"font-family:Consolas,Menlo,monospace;font-size:.92em;background:{GREY};border-radius:3px;padding:1px 4px"
BLOCK = (
    f"font-family:Consolas,Menlo,monospace;font-size:.92em;background:{GREY};border-radius:6px;padding:10px 12px;"
    "margin:0 0 12px;white-space:pre-wrap;word-break:break-word"
)
PARAGRAPH = "margin:0 0 12px"
LIST = "margin:0 0 12px;padding-left:24px"
QUOTE = "margin:0 0 12px;padding:0 0 0 12px;border-left:2px solid rgba(127,127,127,.5)"
IMAGE = "max-width:100%;height:auto;border:0"


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: "text", "code", "quote", "ul" or "ol"; the lines of it, or its items."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str, *, quotes: bool = True) -> list[Block]:
    """The text's parts in their order; a fence that is not closed is words like all others, and so is the sign of a
    quote without `quotes`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    closing = [number for number, line in enumerate(lines) if line.startswith(FENCE)]
    found: list[Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        after = bisect_right(closing, at)
        if line.startswith(FENCE) and after < len(closing):
            close = closing[after]
            found.append(Block("code", tuple(lines[at + 1 : close])))
            at = close
        else:
            _add(found, line, at > 0 and bool(ITEM.fullmatch(lines[at - 1])), quotes)
        at += 1
    return found


def _add(found: list[Block], line: str, follows_item: bool, quotes: bool) -> None:
    item, quoted = ITEM.fullmatch(line), QUOTED.match(line) if quotes else None
    kind = "quote" if quoted else "text" if item is None else "ul" if item[1] else "ol"
    last = found[-1] if found else None
    words = line[quoted.end() :] if quoted else line if item is None else item[2]
    if last is not None and last.kind == kind and (kind in ("text", "quote") or follows_item):
        found[-1] = Block(kind, (*last.lines, words))
    else:
        found.append(Block(kind, (words,)))


def _within(quote: Block) -> list[Block]:
    """A quote within a quote is words with its sign."""
    return blocks("\n".join(quote.lines), quotes=False)


def html_of(text: str, images: Mapping[str, str] | None = None) -> str:
    """As HTML. `images`: the key of an inline image -> its Content-ID."""
    return "".join(_block(one, images or {}) for one in blocks(text))


def _block(block: Block, images: Mapping[str, str]) -> str:
    if block.kind == "code":
        return f'<pre style="{BLOCK}">{escape(chr(10).join(block.lines))}</pre>'
    if block.kind == "quote":
        inner = "".join(_block(one, images) for one in _within(block))
        return f'<blockquote style="{QUOTE}">{inner}</blockquote>\n'
    drawn = [_spans(line, images) for line in block.lines]
    if block.kind == "text":
        return "".join(
            f'<p style="{PARAGRAPH}">{"<br>".join(lines)}</p>\n'
            for filled, lines in groupby(drawn, key=lambda line: bool(line.strip()))
            if filled
        )
    items = "".join(f"<li>{one}</li>" for one in drawn)
    return f'<{block.kind} style="{LIST}">{items}</{block.kind}>\n'


def _spans(line: str, images: Mapping[str, str], depth: int = 0) -> str:
    def draw(mark: re.Match[str]) -> str:
        if mark["key"] is not None:
            return _image(mark, images)
        if mark["to"] is not None:
            return f'<a href="{escape(mark["to"])}">{escape(mark["words"])}</a>'
        if mark["link"] is not None:
            return _link(mark["link"])
        if mark["code"] is not None:
            return f'<code style="{CODE}">{escape(mark["code"])}</code>'
        inner = _spans(mark["bold"] or mark["italic"], images, depth + 1)
        return f"<strong>{inner}</strong>" if mark["bold"] is not None else f"<em>{inner}</em>"

    return escape(line) if depth > DEEPEST else _replaced(line, draw, escape)


def _image(mark: re.Match[str], images: Mapping[str, str]) -> str:
    cid = images.get(mark["key"])
    if cid is None:
        return escape(mark["image"])
    return f'<img src="cid:{escape(cid)}" alt="{escape(mark["image"])}" style="{IMAGE}">'


def _link(written: str) -> str:
    end = TRAILING.search(written)
    at = end.start() if end else len(written)
    if written[at : at + 1] == ")" and "(" in written[:at]:
        at += 1
    address, rest = written[:at], written[at:]
    return f'<a href="{escape(address)}">{escape(address)}</a>{escape(rest)}'


def words_of(text: str) -> str:
    """The words alone: lists and quotes with their signs, links with their address, images by their name."""
    return "\n".join(_lines(blocks(text)))


def _lines(found: Sequence[Block]) -> list[str]:
    told: list[str] = []
    for block in found:
        if block.kind == "code":
            told += block.lines
        elif block.kind == "quote":
            told += [f"> {line}".rstrip() for line in _lines(_within(block))]
        else:
            lines = [_words(line) for line in block.lines]
            told += [_sign(block.kind, at) + line for at, line in enumerate(lines, 1)]
    return told


def _sign(kind: str, number: int) -> str:
    return {"ul": "• ", "ol": f"{number}. "}.get(kind, "")


def _words(line: str, depth: int = 0) -> str:
    def say(mark: re.Match[str]) -> str:
        if mark["key"] is not None:
            return f"[{mark['image'] or mark['key']}]"
        if mark["to"] is not None:
            return mark["words"] if mark["words"] == mark["to"] else f"{mark['words']} ({mark['to']})"
        if mark["link"] is not None:
            return mark["link"]
        return mark["code"] or _words(mark["bold"] or mark["italic"], depth + 1)

    return line if depth > DEEPEST else _replaced(line, say, str)


def placed(text: str) -> set[str]:
    """The keys of the inline images that have a place in the text."""
    found = [one for block in blocks(text) for one in (_within(block) if block.kind == "quote" else [block])]
    return {
        mark["key"]
        for block in found
        if block.kind != "code"
        for line in block.lines
        for mark in INLINE.finditer(line)
        if mark["key"] is not None
    }


def _replaced(line: str, mark: Callable[[re.Match[str]], str], plain: Callable[[str], str]) -> str:
    told, end = [], 0
    for found in INLINE.finditer(line):
        told += [plain(line[end : found.start()]), mark(found)]
        end = found.end()
    return "".join([*told, plain(line[end:])])

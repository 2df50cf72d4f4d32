"""Text with marks, as agents write it, drawn for a mail: once as words, once as HTML that dark screens may turn around.

The marks are those of the inbox (static/src/shared/markup.ts, docs/inbox.md), and those that only a mail can show:
`[words](https://address)`, `![name](cid:key)`, an inline image of the message, and `> ` before quoted lines; lists may
stand within lists, and are counted as they are written (static/src/inbox/views/mail/letter-blocks.ts). Colours
are left to the reader's program but for greys that are legible on white and on black; every style stands at its
element, for Gmail and Outlook.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

INLINE = re.compile(
    r"!\[(?P<image>[^\]\n]{0,200})\]\(cid:(?P<key>[^()\s]{1,200})\)"
    r"|\[(?P<words>[^\]\n]{0,500})\]\((?P<to>(?:https?://|mailto:)[^()\s]{1,2000})\)"
    r"|(?P<link>https?://[^\s<>\"]+)"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?=\S)(?P<bold>[^\n]{0,500}?\S)\*\*"
    r"|(?<![A-Za-z0-9_])_(?=[^\s_])(?P<italic>[^\n]{0,500}?[^\s_])_(?![A-Za-z0-9_])"
)
ITEM = re.compile(r"( {0,24})(?:([-•*])|(\d{1,3})[.)])\s+(\S.*)")
BEGINS = 3
"""Spaces before the first item of a list at most; what stands further in is words."""
INWARD = 2
"""Spaces by which an item stands within the one above."""
QUOTED = re.compile(r" ?> ?")
FENCE = "```"
TRAILING = re.compile(r"[.,;:!?)\]}'’”」』。、，]+$")
"""Signs that end a sentence and not the address in it."""
DEEPEST = 6
"""Marks within marks, quotes within quotes, lists within lists; what is deeper is words, or stands beside."""

GREY = "rgba(127,127,127,.18)"
CODE = f"font-family:Consolas,Menlo,monospace;font-size:.92em;background:{GREY};border-radius:3px;padding:1px 4px"
BLOCK = (
    f"font-family:Consolas,Menlo,monospace;font-size:.92em;background:{GREY};border-radius:6px;padding:10px 12px;"
    "margin:0 0 12px;white-space:pre-wrap;word-break:break-word"
)
PARAGRAPH = "margin:0 0 12px"
LIST = "margin:0 0 12px;padding-left:24px"
INNER = "margin:0;padding-left:24px"
QUOTE = "margin:0 0 12px;padding:0 0 0 12px;border-left:2px solid rgba(127,127,127,.5)"
IMAGE = "max-width:100%;height:auto;border:0"


@dataclass(frozen=True, slots=True)
class Item:
    words: str
    number: int
    inner: tuple[Block, ...]
    """The lists within it."""


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: "text", "code", "quote", "ul" or "ol"; the lines of it, or its items."""

    kind: str
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


def blocks(text: str, *, depth: int = 0) -> list[Block]:
    """The text's parts in their order; a fence that is not closed is words like all others, and so is the sign of a
    quote that is too deep."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    closing = [number for number, line in enumerate(lines) if line.startswith(FENCE)]
    found: list[Block] = []
    at = 0
    while at < len(lines):
        after = bisect_right(closing, at)
        if lines[at].startswith(FENCE) and after < len(closing):
            close = closing[after]
            found.append(Block("code", tuple(lines[at + 1 : close])))
            at = close + 1
            continue
        kind, end = _run(lines, at, quotes=depth < DEEPEST)
        if kind == "list":
            found += _lists(lines[at:end])
        else:
            told = (QUOTED.sub("", line, count=1) if kind == "quote" else line for line in lines[at:end])
            # A fence that is not closed begins a run of words, too.
            goes_on = kind == "text" and found and found[-1].kind == kind
            found.append(Block(kind, (*(found.pop().lines if goes_on else ()), *told)))
        at = end
    return found


def _run(lines: list[str], at: int, *, quotes: bool) -> tuple[str, int]:
    """Of what kind the line is, and where its like ends."""

    def kind_of(line: str, before: str) -> str:
        if quotes and QUOTED.match(line):
            return "quote"
        item = ITEM.fullmatch(line)
        return "list" if item and (before == "list" or len(item[1]) <= BEGINS) else "text"

    kind, end = kind_of(lines[at], ""), at + 1
    while end < len(lines) and not lines[end].startswith(FENCE) and kind_of(lines[end], kind) == kind:
        end += 1
    return kind, end


def _lists(lines: Sequence[str]) -> list[Block]:
    """Lines that are all items: their lists, one within the other."""
    items = [found for line in lines if (found := ITEM.fullmatch(line))]
    told: list[Block] = []
    at = 0
    while at < len(items):
        block, at = _list(items, at, 1)
        told.append(block)
    return told


def _list(items: Sequence[re.Match[str]], at: int, depth: int, floor: int = 0) -> tuple[Block, int]:
    """`floor`: what stands less far in belongs to a list around this one."""
    kind = _kind(items[at])
    told: list[Item] = []
    while at < len(items) and _kind(items[at]) == kind and len(items[at][1]) >= floor:
        one, inner = items[at], []
        inward = len(one[1]) + INWARD
        at += 1
        while depth < DEEPEST and at < len(items) and len(items[at][1]) >= inward:
            block, at = _list(items, at, depth + 1, inward)
            inner.append(block)
        number = max(int(one[3] or 0), told[-1].number + 1) if told else int(one[3] or 1)
        told.append(Item(one[4], number, tuple(inner)))
    return Block(kind, items=tuple(told)), at


def _kind(item: re.Match[str]) -> str:
    return "ul" if item[2] else "ol"


def _within(quote: Block, depth: int) -> list[Block]:
    return blocks("\n".join(quote.lines), depth=depth + 1)


def html_of(text: str, images: Mapping[str, str] | None = None) -> str:
    """As HTML. `images`: the key of an inline image -> its Content-ID."""
    return "".join(_block(one, images or {}) for one in blocks(text))


def _block(block: Block, images: Mapping[str, str], depth: int = 0) -> str:
    if block.kind == "code":
        return f'<pre style="{BLOCK}">{escape(chr(10).join(block.lines))}</pre>'
    if block.kind == "quote":
        inner = "".join(_block(one, images, depth + 1) for one in _within(block, depth))
        return f'<blockquote style="{QUOTE}">{inner}</blockquote>\n'
    if block.items:
        return f"{_drawn_list(block, images, LIST)}\n"
    drawn = [_spans(line, images) for line in block.lines]
    return "".join(
        f'<p style="{PARAGRAPH}">{"<br>".join(lines)}</p>\n'
        for filled, lines in groupby(drawn, key=lambda line: bool(line.strip()))
        if filled
    )


def _drawn_list(block: Block, images: Mapping[str, str], style: str) -> str:
    told, due = [], 1
    for item in block.items:
        value = f' value="{item.number}"' if block.kind == "ol" and item.number != due else ""
        inner = "".join(_drawn_list(one, images, INNER) for one in item.inner)
        told.append(f"<li{value}>{_spans(item.words, images)}{inner}</li>")
        due = item.number + 1
    return f'<{block.kind} style="{style}">{"".join(told)}</{block.kind}>'


def _spans(line: str, images: Mapping[str, str], depth: int = 0) -> str:
    def draw(mark: re.Match[str]) -> str:
        if mark["key"] is not None:
            return _image(mark, images)
        if mark["to"] is not None:
            return f'<a href="{escape(mark["to"])}">{escape(mark["words"].strip() or mark["to"])}</a>'
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


def _lines(found: Sequence[Block], depth: int = 0) -> list[str]:
    told: list[str] = []
    for block in found:
        if block.kind == "code":
            told += block.lines
        elif block.kind == "quote":
            told += [f"> {line}".rstrip() for line in _lines(_within(block, depth), depth + 1)]
        elif block.items:
            told += _items(block)
        else:
            told += [_words(line) for line in block.lines]
    return told


def _items(block: Block) -> list[str]:
    told: list[str] = []
    for item in block.items:
        sign = "• " if block.kind == "ul" else f"{item.number}. "
        told.append(sign + _words(item.words))
        told += [" " * len(sign) + line for one in item.inner for line in _items(one)]
    return told


def _words(line: str, depth: int = 0) -> str:
    def say(mark: re.Match[str]) -> str:
        if mark["key"] is not None:
            return f"[{mark['image'] or mark['key']}]"
        if mark["to"] is not None:
            words = mark["words"].strip()
            return mark["to"] if words in ("", mark["to"]) else f"{mark['words']} ({mark['to']})"
        if mark["link"] is not None:
            return mark["link"]
        return mark["code"] or _words(mark["bold"] or mark["italic"], depth + 1)

    return line if depth > DEEPEST else _replaced(line, say, str)


def placed(text: str) -> set[str]:
    """The keys of the inline images that have a place in the text."""
    return {
        mark["key"]
        for line in _worded(blocks(text))
        for mark in INLINE.finditer(line)
        if mark["key"] is not None
    }


def _worded(found: Sequence[Block], depth: int = 0) -> Iterator[str]:
    """The lines that have marks."""
    for block in found:
        if block.kind == "quote":
            yield from _worded(_within(block, depth), depth + 1)
        elif block.kind != "code":
            yield from block.lines
        for item in block.items:
            yield item.words
            yield from _worded(item.inner)


def _replaced(line: str, mark: Callable[[re.Match[str]], str], plain: Callable[[str], str]) -> str:
    told, end = [], 0
    for found in INLINE.finditer(line):
        told += [plain(line[end : found.start()]), mark(found)]
        end = found.end()
    return "".join([*told, plain(line[end:])])

"""What the customer will get, as far as it is written: its messages, how long they are, in how many parts they are
paid, and how long one may still write. Pure."""

from __future__ import annotations

from gateway.channels.base import Capabilities, Segments
from gateway.delivery import cut, length
from inbox.slack.blocks import Block, Say, clipped, context, escape, marked, moment, plain, words_of
from inbox.slack.modals import WayOut

SHOWN = 3
"""Messages that are shown; of more it is said how many there are."""
CLIPPED = 1_500
"""Characters shown of each."""


def preview(say: Say, text: str, most: int, can: Capabilities | None, way: WayOut | None) -> list[Block]:
    """`most`: characters that go by this way; `can`: None where the account is no longer configured; `way`: None where
    she has none yet."""
    blocks: list[Block] = [{"type": "divider"}]
    if way is not None and way.problem:
        return [*blocks, context(say("slack.preview.cannot", why=way.problem))]
    if way is not None and way.until is not None:
        until = marked(f"{escape(say('slack.preview.until'))} {moment(way.until)}")
        blocks.append({"type": "context", "elements": [until]})
    if not text.strip():
        return [*blocks, context(say("slack.preview.empty"))]
    said = [say("slack.preview.length", n=len(text), most=most)]
    if len(text) > most:
        return [*blocks, context(*said, say("slack.preview.too_long", n=len(text) - most))]
    pieces = [text.strip()]
    if can is not None and can.part_length:
        pieces = [text[start:end] for start, end in cut(text, can.part_length)]
    if len(pieces) > 1:
        said.append(say("slack.preview.messages", n=len(pieces)))
    if can is not None and can.segments is not None:
        said.append(say("slack.preview.segments", n=sum(segments(one, can.segments) for one in pieces)))
    title = {"type": "section", "text": plain(say("slack.preview.title"))}
    blocks += [title, *(block for one in pieces[:SHOWN] for block in words_of(clipped(one, CLIPPED)))]
    return [*blocks, context(*said)]


def segments(text: str, rules: Segments) -> int:
    """How many parts the text is sent and paid in (compare static/src/inbox/views/composer/segments.ts)."""
    wide = any(letter not in rules.basic and letter not in rules.double for letter in text)
    sizes = [length(letter) if wide else 2 if letter in rules.double else 1 for letter in text]
    alone, together = (rules.wide_alone, rules.wide_together) if wide else (rules.alone, rules.together)
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    parts, left = 1, together
    for size in sizes:
        if size > left:
            parts, left = parts + 1, together
        left -= size
    return parts

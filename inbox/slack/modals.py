"""The modals: answering the customer, and what came in between. Pure. https://docs.slack.dev/surfaces/modals"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from inbox.slack.blocks import Block, Say, clipped, context, plain, words_of

REPLY = "parley:reply"
TEXT, LEG = "text", "leg"
LONGEST = 3_000
"""Characters that Slack's input takes."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A leg by which she may be answered."""

    leg: str
    words: str
    problem: str | None
    """Why not just now, in words."""
    current: bool


def reply(
    say: Say,
    title: str,
    ways: Sequence[WayOut],
    private: Mapping[str, Any],
    *,
    text: str = "",
    most: int = LONGEST,
    newer: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """`newer`: who said what meanwhile; then sending means to send anyway."""
    blocks: list[Block] = [context(title)]
    if newer:
        blocks.append({"type": "section", "text": plain(say("slack.modal.newer"))})
        for who, words in newer:
            blocks += [context(who), *words_of(clipped(words, 500))]
        blocks.append({"type": "divider"})
    options = [_option(one) for one in ways]
    chosen = next((one for one, way in zip(options, ways, strict=True) if way.current), None)
    if options:
        blocks.append(
            {
                "type": "input",
                "block_id": LEG,
                "label": plain(say("slack.modal.by")),
                "element": {
                    "type": "static_select",
                    "action_id": LEG,
                    "options": options[:100],
                    "initial_option": chosen or options[0],
                },
            }
        )
    field: Block = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": True,
        "max_length": min(most, LONGEST),
    }
    if text:
        field["initial_value"] = clipped(text, min(most, LONGEST))
    blocks.append(
        {
            "type": "input",
            "block_id": TEXT,
            "label": plain(say("slack.modal.text")),
            "hint": plain(say("slack.modal.hint", most=min(most, LONGEST))),
            "element": field,
        }
    )
    return {
        "type": "modal",
        "callback_id": REPLY,
        "private_metadata": orjson.dumps(dict(private)).decode(),
        "title": plain(say("slack.modal.title"), 24),
        "submit": plain(say("slack.modal.anyway" if newer else "slack.modal.send"), 24),
        "close": plain(say("slack.modal.cancel"), 24),
        "blocks": blocks[:100],
    }


def _option(way: WayOut) -> Block:
    words = f"{way.words} ({way.problem})" if way.problem else way.words
    return {"text": plain(words, 75), "value": way.leg}


def refused(block: str, words: str) -> dict[str, Any]:
    """What is wrong, said below a field; the modal stays."""
    return {"response_action": "errors", "errors": {block: clipped(words, 500)}}

"""The modals: answering the customer, with what came in between and what she will get. Pure.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from inbox.slack.blocks import Block, Say, clipped, context, plain, words_of

REPLY = "parley:reply"
TEXT, LEG, FILES = "text", "leg", "files"
LONGEST = 3_000
"""Characters that Slack's input takes."""
SHUT = 5
"""Ways that cannot be gone just now of which it is said why, beside the chosen one."""
CHOICES = 100
"""Options of a menu."""
BOXES = 10
"""Options of a group of boxes."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A leg by which she may be answered."""

    leg: str
    words: str
    problem: str | None
    """Why not just now, in words."""
    current: bool
    until: int | None = None
    """UTC ms until which anything may be written; None: as long as one likes, or there is a problem."""


def reply(
    say: Say,
    title: str,
    ways: Sequence[WayOut],
    private: Mapping[str, Any],
    *,
    text: str = "",
    leg: str | None = None,
    most: int = LONGEST,
    last: str = "",
    newer: Sequence[tuple[str, str]] = (),
    files: Sequence[tuple[str, str]] = (),
    preview: Sequence[Block] = (),
) -> dict[str, Any]:
    """`last`: what she said last, as a modal covers the thread. `newer`: who said what meanwhile; then sending means to
    send anyway. `leg`: the one that is chosen, None: the current one. `files`: those of the team's notes that may go
    along, with their names."""
    blocks: list[Block] = [context(title)]
    if last.strip() and not newer:
        blocks += words_of(clipped(last, 500))
    if newer:
        blocks.append({"type": "section", "text": plain(say("slack.modal.newer"))})
        for who, words in newer:
            blocks += [context(who), *words_of(clipped(words, 500))]
        blocks.append({"type": "divider"})
    if ways:
        options = [_option(one) for one in ways]
        chosen = next((one for one in ways if one.leg == leg or (leg is None and one.current)), ways[0])
        blocks.append(
            field(LEG, say("slack.modal.by"), select(LEG, options, chosen.leg), dispatch_action=True)
        )
        shut = [one for one in ways if one.problem and one is not chosen]
        blocks += [context(f"{one.words}: {one.problem}") for one in shut[:SHUT]]
    typed = written(most, text, dispatch_action_config={"trigger_actions_on": ["on_character_entered"]})
    hint = say("slack.modal.hint", most=min(most, LONGEST))
    blocks.append(
        field(TEXT, say("slack.modal.text"), typed, hint, optional=bool(files), dispatch_action=True)
    )
    if files:
        boxes = {
            "type": "checkboxes",
            "action_id": FILES,
            "options": [option(name, key) for key, name in files[:BOXES]],
        }
        hint = say("slack.modal.files_hint")
        blocks.append(field(FILES, say("slack.modal.files"), boxes, hint, optional=True))
    submit = say("slack.modal.anyway" if newer else "slack.modal.send")
    return modal(say, REPLY, say("slack.modal.title"), submit, private, [*blocks, *preview])


def modal(
    say: Say,
    callback: str,
    title: str,
    submit: str | None,
    private: Mapping[str, Any],
    blocks: Sequence[Block],
) -> dict[str, Any]:
    """`submit`: what its button says; None: it has none and only tells something."""
    told = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": orjson.dumps(dict(private)).decode(),
        "title": plain(title, 24),
        "close": plain(say("slack.modal.cancel" if submit else "slack.modal.done"), 24),
        "blocks": list(blocks)[:100],
    }
    return {**told, "submit": plain(submit, 24)} if submit else told


def telling(say: Say, title: str, *words: str) -> dict[str, Any]:
    """A modal that only says something."""
    blocks = [{"type": "section", "text": plain(one)} for one in words]
    return modal(say, "parley:told", title, None, {}, blocks)


def field(block: str, label: str, element: Block, hint: str = "", **more: Any) -> Block:
    told = {"type": "input", "block_id": block, "label": plain(label, 2_000), "element": element, **more}
    return {**told, "hint": plain(hint, 2_000)} if hint else told


def select(action: str, options: Sequence[Block], chosen: str | None = None) -> Block:
    """`options`: at least one. What is chosen is among those that are shown."""
    first = next((one for one in options if one["value"] == chosen), None)
    shown = list(options)[:CHOICES]
    if first is not None and first not in shown:
        shown[-1] = first
    menu: Block = {"type": "static_select", "action_id": action, "options": shown}
    return menu if first is None else {**menu, "initial_option": first}


def choosing(
    say: Say,
    block: str,
    label: str,
    options: Sequence[Block],
    chosen: str | None = None,
    hint: str = "",
    **more: Any,
) -> list[Block]:
    """A field with a menu, and how many there are that it does not show. `options`: at least one."""
    told = [field(block, label, select(block, options, chosen), hint, **more)]
    left = len(options) - CHOICES
    return [*told, context(say("slack.modal.others", count=left))] if left > 0 else told


def option(words: str, value: str) -> Block:
    return {"text": plain(words, 75), "value": value}


def written(most: int, text: str = "", *, lines: bool = True, **more: Any) -> Block:
    most = min(most, LONGEST)
    told: Block = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": lines,
        "max_length": most,
        **more,
    }
    # In whatever Slack counts: what it took from her is not cut when it is shown to her again.
    return {**told, "initial_value": text if len(text) <= most else clipped(text, most)} if text else told


def _option(way: WayOut) -> Block:
    told = option(way.words, way.leg)
    return {**told, "description": plain(way.problem, 75)} if way.problem else told


def refused(block: str, words: str) -> dict[str, Any]:
    """What is wrong, said below a field; the modal stays."""
    return {"response_action": "errors", "errors": {block: clipped(words, 500)}}


def stays(answer: Any) -> bool:
    """Is the modal before them still, with what is wrong or with what comes next?"""
    return isinstance(answer, dict) and answer.get("response_action") in ("errors", "update")

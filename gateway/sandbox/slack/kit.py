"""What Block Kit takes, as far as we use it (reference/block-kit): the same limits, said in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.refusal import told

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ALL_WORDS = 13_200
"""Characters of a message's blocks together; not documented, seen in slackapi/bolt-js issue 2509."""
SELECTS = ("static_select", "users_select", "conversations_select", "channels_select", "external_select")
INPUTS = (*SELECTS, "plain_text_input", "datepicker", "timepicker", "checkboxes", "radio_buttons")
Fault = Callable[[str], None]


def check_message(blocks: Any) -> list[Json]:
    """Raises Refusal."""
    if blocks is None or blocks == "":
        return []
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise told("invalid_blocks_format", "[ERROR] blocks must be an array of objects")
    found = _faults(blocks, MESSAGE_BLOCKS, view=False)
    if found:
        raise told("invalid_blocks", *found)
    if sum(map(_words, blocks)) > ALL_WORDS:
        raise told("msg_blocks_too_long", "[ERROR] the blocks are too long")
    return named(blocks)


def check_view(view: Any, kind: str) -> Json:
    """`kind`: modal or home. Raises Refusal."""
    if not isinstance(view, dict):
        raise told("invalid_arguments", "[ERROR] failed to match all allowed schemas [json-pointer:/view]")
    found: list[str] = []
    if view.get("type") != kind:
        found.append(f"[ERROR] must be of type {kind} [json-pointer:/view/type]")
    for name, most in (("title", 24), ("submit", 24), ("close", 24)):
        words = view.get(name)
        if words is not None:
            _text(words, most, f"/view/{name}", found.append, plain=True)
        elif name == "title" and kind == "modal":
            found.append("[ERROR] missing required field: title [json-pointer:/view]")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name) or "") > most:
            found.append(f"[ERROR] must be less than {most + 1} characters [json-pointer:/view/{name}]")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise told("invalid_arguments", "[ERROR] missing required field: blocks [json-pointer:/view]")
    found += _faults(blocks, VIEW_BLOCKS, view=True)
    if kind == "modal" and not view.get("submit") and any(one.get("type") == "input" for one in blocks):
        found.append("[ERROR] submit is required when an input block is within blocks [json-pointer:/view]")
    if found:
        raise told("invalid_arguments", *found)
    return {**view, "blocks": named(blocks)}


def named(blocks: list[Json]) -> list[Json]:
    """Slack gives a name to every block and action that has none."""
    given = []
    for number, block in enumerate(blocks):
        block = {"block_id": f"b{number}", **block}
        if "elements" in block and block.get("type") == "actions":
            block["elements"] = [
                {"action_id": f"a{place}", **one} for place, one in enumerate(block["elements"])
            ]
        for slot in ("accessory", "element"):
            if isinstance(block.get(slot), dict) and block[slot].get("type") != "image":
                block[slot] = {"action_id": f"{slot}", **block[slot]}
        given.append(block)
    return given


def interactive(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Each block and its element that a person can press, choose or fill in."""
    found = []
    for block in blocks:
        elements = [block.get("accessory"), block.get("element")]
        if block.get("type") == "actions":
            elements += block.get("elements", [])
        found += [(block, one) for one in elements if isinstance(one, dict) and "action_id" in one]
    return found


def _faults(blocks: list[Json], most: int, *, view: bool) -> list[str]:
    found: list[str] = []
    if len(blocks) > most:
        found.append(f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]")
    names = [one["block_id"] for one in blocks if one.get("block_id")]
    if len(names) != len(set(names)):
        found.append("[ERROR] `block_id` must be unique [json-pointer:/blocks]")
    for number, block in enumerate(blocks):
        check = CHECKS.get(str(block.get("type")))
        if check is None:
            found.append(
                f"[ERROR] unsupported type: {block.get('type')} [json-pointer:/blocks/{number}/type]"
            )
        elif block.get("type") == "input" and not view:
            found.append(f"[ERROR] input blocks are for views here [json-pointer:/blocks/{number}]")
        else:
            check(block, f"/blocks/{number}", found.append)
        if len(str(block.get("block_id") or "")) > 255:
            found.append(f"[ERROR] must be less than 256 characters [json-pointer:/blocks/{number}/block_id]")
    return found


def _text(words: Any, most: int, at: str, fault: Fault, *, plain: bool = False) -> None:
    if not isinstance(words, dict) or words.get("type") not in ("plain_text", "mrkdwn"):
        fault(f"[ERROR] must be a text object [json-pointer:{at}]")
    elif plain and words["type"] != "plain_text":
        fault(f"[ERROR] must be of type plain_text [json-pointer:{at}/type]")
    elif not isinstance(words.get("text"), str) or not words["text"]:
        fault(f"[ERROR] must be more than 0 characters [json-pointer:{at}/text]")
    elif long(words["text"]) > most:
        fault(f"[ERROR] must be less than {most + 1} characters [json-pointer:{at}/text]")


def long(text: str) -> int:
    """In UTF-16 units: no page says in what Slack counts, and that is the most."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _section(block: Json, at: str, fault: Fault) -> None:
    if "text" not in block and not block.get("fields"):
        fault(f"[ERROR] missing required field: text or fields [json-pointer:{at}]")
    if "text" in block:
        _text(block["text"], 3000, f"{at}/text", fault)
    fields = block.get("fields") or []
    if len(fields) > 10:
        fault(f"[ERROR] no more than 10 items allowed [json-pointer:{at}/fields]")
    for number, one in enumerate(fields):
        _text(one, 2000, f"{at}/fields/{number}", fault)
    if block.get("accessory") is not None:
        _element(block["accessory"], f"{at}/accessory", fault)


def _header(block: Json, at: str, fault: Fault) -> None:
    _text(block.get("text"), 150, f"{at}/text", fault, plain=True)


def _context(block: Json, at: str, fault: Fault) -> None:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        fault(f"[ERROR] between 1 and 10 items [json-pointer:{at}/elements]")
    for number, one in enumerate(elements):
        if isinstance(one, dict) and one.get("type") == "image":
            _image(one, f"{at}/elements/{number}", fault)
        else:
            _text(one, 3000, f"{at}/elements/{number}", fault)


def _actions(block: Json, at: str, fault: Fault) -> None:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        fault(f"[ERROR] between 1 and 25 items [json-pointer:{at}/elements]")
    names = [one.get("action_id") for one in elements if isinstance(one, dict) and one.get("action_id")]
    if len(names) != len(set(names)):
        fault(f"[ERROR] `action_id` must be unique [json-pointer:{at}/elements]")
    for number, one in enumerate(elements):
        _element(one, f"{at}/elements/{number}", fault)


def _input(block: Json, at: str, fault: Fault) -> None:
    _text(block.get("label"), 2000, f"{at}/label", fault, plain=True)
    if block.get("hint") is not None:
        _text(block["hint"], 2000, f"{at}/hint", fault, plain=True)
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in INPUTS:
        fault(f"[ERROR] unsupported element [json-pointer:{at}/element]")
    else:
        _element(element, f"{at}/element", fault)


def _image(block: Json, at: str, fault: Fault) -> None:
    if not block.get("image_url") and not block.get("slack_file"):
        fault(f"[ERROR] missing required field: image_url [json-pointer:{at}]")
    if len(block.get("image_url") or "") > 3000:
        fault(f"[ERROR] must be less than 3001 characters [json-pointer:{at}/image_url]")
    if not block.get("alt_text"):
        fault(f"[ERROR] missing required field: alt_text [json-pointer:{at}]")


def _divider(block: Json, at: str, fault: Fault) -> None:
    """Nothing to be wrong."""


def _element(element: Any, at: str, fault: Fault) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "image":
        _image(element, at, fault)
        return
    if kind not in ("button", "overflow", *INPUTS):
        fault(f"[ERROR] unsupported element [json-pointer:{at}/type]")
        return
    if len(element.get("action_id") or "") > 255:
        fault(f"[ERROR] must be less than 256 characters [json-pointer:{at}/action_id]")
    if element.get("placeholder") is not None:
        _text(element["placeholder"], 150, f"{at}/placeholder", fault, plain=True)
    if element.get("confirm") is not None:
        _confirm(element["confirm"], f"{at}/confirm", fault)
    if kind == "button":
        _text(element.get("text"), 75, f"{at}/text", fault, plain=True)
        for name, most in (("value", 2000), ("url", 3000)):
            if len(element.get(name) or "") > most:
                fault(f"[ERROR] must be less than {most + 1} characters [json-pointer:{at}/{name}]")
        if element.get("style") not in (None, "primary", "danger"):
            fault(f"[ERROR] must be one of primary, danger [json-pointer:{at}/style]")
    if kind == "plain_text_input" and not 0 <= (element.get("max_length") or 1) <= 3000:
        fault(f"[ERROR] must be less than 3001 [json-pointer:{at}/max_length]")
    if kind in ("static_select", "overflow", "checkboxes", "radio_buttons"):
        _options(element, str(kind), at, fault)


def _options(element: Json, kind: str, at: str, fault: Fault) -> None:
    groups = element.get("option_groups") or []
    options = element.get("options") or [one for group in groups for one in group.get("options", [])]
    most = {"static_select": 100, "overflow": 5}.get(kind, 10)
    if not 1 <= len(options) <= most * (len(groups) or 1):
        fault(f"[ERROR] between 1 and {most} items [json-pointer:{at}/options]")
    for number, one in enumerate(options):
        _text(one.get("text"), 75, f"{at}/options/{number}/text", fault, plain=kind != "checkboxes")
        if not 1 <= len(one.get("value") or "") <= 150:
            fault(f"[ERROR] must be 1 to 150 characters [json-pointer:{at}/options/{number}/value]")
    chosen = element.get("initial_option")
    if chosen is not None and chosen.get("value") not in [one.get("value") for one in options]:
        fault(f"[ERROR] initial_option is none of the options [json-pointer:{at}/initial_option]")


def _confirm(confirm: Any, at: str, fault: Fault) -> None:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if isinstance(confirm, dict) and confirm.get(name) is not None:
            _text(confirm[name], most, f"{at}/{name}", fault, plain=name != "text")


def _words(block: Any) -> int:
    if isinstance(block, dict):
        own = long(block["text"]) if isinstance(block.get("text"), str) else 0
        return own + sum(_words(one) for one in block.values() if isinstance(one, dict | list))
    return sum(_words(one) for one in block if isinstance(one, dict | list))


CHECKS: dict[str, Callable[[Json, str, Fault], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "input": _input,
    "image": _image,
}

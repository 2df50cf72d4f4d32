"""What Slack tells, understood: each payload becomes one ask, or nothing with its reason. Pure, and it never raises.

Every ask has a key of its own by which a repeat is known, whichever way and however often it comes. Pages, below
https://docs.slack.dev/: reference/events/message, reference/interaction-payloads,
interactivity/implementing-slash-commands.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.events import RemoteFile

FIELDS = ("text", "leg")
"""Those of modals (`inbox.slack.modals`) of which one is told while they are filled in."""
KEY = 120
"""Characters of a key at the most."""
DEEP = 8
"""How deep lists, quotes and sections of a message lie in each other at the most."""
WRITTEN = {None, "", "file_share", "thread_broadcast", "me_message"}
"""Subtypes of what people write; all others say that something happened."""
MOVES = {
    *("member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared", "channel_rename"),
    *("channel_archive", "channel_unarchive", "channel_left", "group_left", "channel_deleted", "user_change"),
    *("channel_convert_to_private", "channel_id_changed", "shared_channel_invite_accepted", "team_join"),
}
STRANGE = ("is_restricted", "is_ultra_restricted", "is_stranger")
"""Of somebody who is not one of our own people."""
_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Ask:
    key: str
    """The same for every repeat."""
    user: str
    channel: str


@dataclass(frozen=True, slots=True)
class Said(Ask):
    """Somebody wrote in a thread."""

    thread: str
    ts: str
    text: str
    """As Slack marks it up."""
    public: bool = False
    """It begins with the team's prefix, which is cut off: it is for the customer."""
    files: tuple[RemoteFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Reworded(Said):
    """They put other words into it. `ts` is the message's, `at` says which edit of it."""

    at: str = ""


@dataclass(frozen=True, slots=True)
class Removed(Ask):
    thread: str
    ts: str


@dataclass(frozen=True, slots=True)
class Pressed(Ask):
    """A button or a menu below a post, or in a modal."""

    action: str
    value: str
    thread: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Typed(Ask):
    """Something else stands in a modal now. Repeats harm nothing: it has no key."""

    view: str
    private: Mapping[str, Any]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Called(Ask):
    """A shortcut, of the workspace or (`text`: its words) of a message."""

    callback: str
    trigger: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Submitted(Ask):
    """A modal."""

    view: str
    """The id it was opened with: it stays through its changes."""
    callback: str
    private: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Action -> what was written or chosen."""


@dataclass(frozen=True, slots=True)
class Commanded(Ask):
    """`/parley VERB REST`."""

    verb: str
    rest: str


@dataclass(frozen=True, slots=True)
class Moved(Ask):
    """Who reads a channel, or who somebody is, may be another thing now. To hear it twice harms nothing: no key."""

    strange: bool = False
    """They are a guest, or of elsewhere."""


@dataclass(frozen=True, slots=True)
class Opened(Ask):
    """Their home tab."""


@dataclass(frozen=True, slots=True)
class Revoked(Ask):
    """The app was removed from the workspace, or its token taken back."""


@dataclass(frozen=True, slots=True)
class Nothing(Ask):
    why: str


def understand(kind: str, payload: Any, *, prefix: str = "", us: str = "") -> Ask:
    """`kind`: events_api, interactive or slash_commands, as Socket Mode calls them. `us`: our own user there."""
    try:
        match kind:
            case "events_api":
                return _event(payload, prefix, us)
            case "interactive":
                return _interaction(payload)
            case "slash_commands":
                return _command(payload)
    except (KeyError, TypeError, AttributeError, ValueError) as why:
        return Nothing("", "", "", f"cannot be read: {type(why).__name__}")
    return Nothing("", "", "", f"unknown kind {kind[:40]!r}")


def _event(payload: Mapping[str, Any], prefix: str, us: str) -> Ask:
    event = payload["event"]
    kind, key = str(event["type"]), f"event:{payload['event_id']}"[:KEY]
    channel, user = event.get("channel"), event.get("user")
    if kind == "message":
        return _message(event, prefix, us)
    if kind in MOVES:
        who = user.get("id", "") if isinstance(user, dict) else user
        where = channel.get("id", "") if isinstance(channel, dict) else channel
        strange = isinstance(user, dict) and any(user.get(one) for one in STRANGE)
        return Moved("", str(who or ""), str(where or ""), strange)
    if kind == "app_home_opened" and event.get("tab", "home") == "home":
        return Opened(key, str(user), "")
    if kind in ("tokens_revoked", "app_uninstalled"):
        return Revoked(key, "", "")
    return Nothing(key, "", "", f"an event of type {kind[:40]}")


def _message(event: Mapping[str, Any], prefix: str, us: str) -> Ask:
    channel, subtype = str(event["channel"]), event.get("subtype")
    if subtype == "message_changed":
        return _changed(channel, event, prefix, us)
    if subtype == "message_deleted":
        gone = event.get("previous_message") or {}
        return _removed(channel, gone, str(event.get("deleted_ts") or gone["ts"]), us)
    return _written(channel, event, prefix, us)


def _written(channel: str, said: Mapping[str, Any], prefix: str, us: str) -> Ask:
    ts, user = str(said["ts"]), str(said.get("user") or "")
    key = f"said:{channel}:{ts}"[:KEY]
    if why := _not_a_persons(said, us):
        return Nothing(key, user, channel, why)
    thread = str(said.get("thread_ts") or "")
    if not thread or thread == ts:
        return Nothing(key, user, channel, "outside of any thread")
    public, text = _for_customer(_plain(said.get("text")), prefix)
    return Said(key, user, channel, thread, ts, _with_emoji(text, said.get("blocks")), public, _files(said))


def _with_emoji(text: str, blocks: object) -> str:
    """The text tells emoji by Slack's names for them, which no customer knows; the blocks beside it tell the letters
    of each, but of those that a workspace has made for itself. https://docs.slack.dev/reference/block-kit/block-elements/emoji-element
    """
    letters = dict(_emoji_in(blocks)) if ":" in text else {}
    if not letters:
        return text
    codes = "|".join(map(re.escape, sorted(letters, key=len, reverse=True)))
    return re.sub(codes, lambda found: letters[found[0]], text)


def _emoji_in(block: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    """By the code that stands in the text."""
    within = block if isinstance(block, list) else block.get("elements") if isinstance(block, dict) else None
    if isinstance(block, dict) and block.get("type") == "emoji":
        tone = block.get("skin_tone")
        code = f":{block.get('name')}:" + (f":skin-tone-{tone}:" if tone else "")
        with contextlib.suppress(ValueError, OverflowError):
            yield code, _plain("".join(chr(int(one, 16)) for one in str(block.get("unicode")).split("-")))
    elif isinstance(within, list) and depth < DEEP:
        for one in within:
            yield from _emoji_in(one, depth + 1)


def _files(said: Mapping[str, Any]) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(str(one["id"])[:40], str(one.get("mimetype") or "")[:100])
        for one in said.get("files") or ()
        if isinstance(one, dict) and one.get("id") and one.get("mode") != "tombstone"
    )


def _changed(channel: str, event: Mapping[str, Any], prefix: str, us: str) -> Ask:
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return _removed(channel, before or now, str(now["ts"]), us)
    said = _written(channel, now, prefix, us)
    if not isinstance(said, Said):
        return said
    at = str((now.get("edited") or {}).get("ts") or "")
    if not at or now.get("text") == before.get("text"):
        return Nothing(said.key, said.user, channel, "its words are the same")
    # A note does not become an answer by an edit.
    public = said.public and _for_customer(_plain(before.get("text")), prefix)[0]
    key = f"edit:{channel}:{said.ts}:{at}"[:KEY]
    return Reworded(key, said.user, channel, said.thread, said.ts, said.text, public, said.files, at)


def _removed(channel: str, gone: Mapping[str, Any], ts: str, us: str) -> Ask:
    key, user = f"gone:{channel}:{ts}"[:KEY], str(gone.get("user") or "")
    if why := _not_a_persons(gone, us):
        return Nothing(key, user, channel, why)
    return Removed(key, user, channel, str(gone.get("thread_ts") or ""), ts)


def _not_a_persons(said: Mapping[str, Any], us: str) -> str:
    if said.get("bot_id") or said.get("bot_profile") or (us and said.get("user") == us):
        return "an app wrote it"
    if said.get("subtype") not in WRITTEN:
        return f"of subtype {str(said.get('subtype'))[:40]}"
    return "" if said.get("user") else "nobody wrote it"


def _for_customer(text: str, prefix: str) -> tuple[bool, str]:
    """A prefix that is empty sends nothing: then every word written is for the team."""
    marked = prefix.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not prefix.strip() or not text.startswith(marked):
        return False, text
    rest = text[len(marked) :]
    # A longer word is another word: with `!r`, `!remember` is for the team.
    if marked[-1].isalnum() and rest[:1].isalnum():
        return False, text
    return True, rest.strip()


def catching_up(channel: str, thread: str, said: Mapping[str, Any], prefix: str, us: str) -> Iterator[Ask]:
    """The asks of a message as `conversations.replies` shows it: those that its events would have been."""
    try:
        if not isinstance(said.get("edited") or {}, Mapping):
            return
        ask = _written(channel, {"thread_ts": thread, **said}, prefix, us)
    except (KeyError, TypeError, AttributeError):
        return
    if not isinstance(ask, Said):
        return
    edited = said.get("edited")
    if not (ask.public and edited):  # how it stood first nobody knows
        yield ask
    if at := str((said.get("edited") or {}).get("ts") or ""):
        key = f"edit:{channel}:{ask.ts}:{at}"[:KEY]
        yield Reworded(key, ask.user, channel, thread, ask.ts, ask.text, ask.public, ask.files, at)


def _interaction(payload: Mapping[str, Any]) -> Ask:
    kind, user = payload["type"], str(payload["user"]["id"])
    if kind == "block_actions":
        action = payload["actions"][0]
        if (view := payload.get("view")) and action["action_id"] in FIELDS:
            return Typed("", user, "", str(view["id"]), _private(view), _values(view))
        container = payload.get("container") or {}
        within = container.get("thread_ts")
        # What is said of a post that opens a thread, or of a whisper, is said where it stands: in the channel.
        within = "" if within == container.get("message_ts") else str(within or "")
        channel = str((payload.get("channel") or {}).get("id") or container.get("channel_id") or "")
        return Pressed(
            f"press:{user}:{action['action_ts']}:{action['action_id']}"[:KEY],
            user,
            channel,
            str(action["action_id"]),
            _value(action),
            within,
            str(payload.get("trigger_id") or ""),
        )
    if kind == "view_submission":
        view = payload["view"]
        # The same modal may be submitted again after it was refused: each state of it is asked once.
        state = orjson.dumps([view.get("hash"), view["state"], view.get("private_metadata")])
        once = hashlib.sha256(state).hexdigest()[:24]
        return Submitted(
            f"submit:{view['id']}:{once}"[:KEY],
            user,
            "",
            str(view.get("root_view_id") or view["id"]),
            str(view.get("callback_id") or ""),
            _private(view),
            _values(view),
        )
    if kind in ("shortcut", "message_action"):
        trigger = str(payload.get("trigger_id") or "")
        return Called(
            f"shortcut:{trigger}"[:KEY] if trigger else "",
            user,
            str((payload.get("channel") or {}).get("id") or ""),
            str(payload["callback_id"]),
            trigger,
            str((payload.get("message") or {}).get("text") or ""),
        )
    return Nothing("", user, "", f"an interaction of type {str(kind)[:40]}")


def _values(view: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: _value(said) for block in view["state"]["values"].values() for name, said in block.items()}


def _private(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        said = orjson.loads(view.get("private_metadata") or "{}")
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _value(said: Mapping[str, Any]) -> str:
    for name in ("value", "selected_conversation", "selected_channel", "selected_user"):
        if isinstance(said.get(name), str):
            return _plain(said[name])
    if isinstance(said.get("selected_options"), list):
        return ",".join(str(one["value"]) for one in said["selected_options"])
    option = said.get("selected_option")
    return str(option["value"]) if isinstance(option, dict) else ""


def _command(payload: Mapping[str, Any]) -> Ask:
    verb, _, rest = _plain(payload.get("text")).strip().partition(" ")
    trigger = str(payload.get("trigger_id") or "")
    return Commanded(
        f"command:{trigger}"[:KEY] if trigger else "",
        str(payload["user_id"]),
        str(payload.get("channel_id") or ""),
        verb.lower(),
        rest.strip(),
    )


def _plain(words: object) -> str:
    """What people wrote, as every database takes it: no NUL, and no half of a letter."""
    return str(words or "").replace("\0", "\ufffd").encode(errors="replace").decode()


# --- words ----------------------------------------------------------------------------------------------------------


def mentioned(text: str) -> set[str]:
    """Whom a text names."""
    return set(_USER.findall(text))


def plain_words(text: str, names: Mapping[str, str]) -> str:
    """The text as people read it: without Slack's marks."""

    def word(found: re.Match[str]) -> str:
        mark, target, label = found[1], found[2], found[3]
        if mark == "@":
            return f"@{names.get(target) or label or target}"
        if mark == "#":
            return f"#{label or target}"
        if mark == "!":
            return label or f"@{target.partition('^')[0]}"
        bare = target.removeprefix("mailto:").removeprefix("tel:")
        return bare if not label or label in (bare, target) or target.endswith(label) else f"{label} ({bare})"

    return _MARKUP.sub(word, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from __future__ import annotations

import orjson

from gateway.sandbox.slack.calls import Call, Method
from gateway.sandbox.slack.kit import check_message
from gateway.sandbox.slack.records import BOT_USER, Channel, Json, Message
from gateway.sandbox.slack.refusal import Refusal

LONGEST = 40_000
LONGEST_UPDATE = 4_000
"""Characters of a message's text; of one that is changed (reference/methods/chat.update)."""
METADATA = 16 * 1024
"""Bytes of a message's metadata."""


def post_message(call: Call) -> Json:
    name = call.need("channel")
    if name in call.workspace.people:
        channel = call.workspace.direct(name)
    else:
        channel = call.workspace.channel(name)
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    text, blocks = _content(call, LONGEST)
    metadata = _metadata(call)
    username = call.said("username")
    icons = {name: call.said(f"icon_{name}") for name in ("emoji", "url") if call.said(f"icon_{name}")}
    if username or icons:
        call.installation.need("chat:write.customize")
    call.rates.post(channel.id)
    message = call.workspace.post(
        channel,
        BOT_USER,
        text,
        thread=call.said("thread_ts"),
        blocks=blocks,
        username=username,
        icons={{"emoji": "emoji", "url": "image_48"}[name]: value for name, value in icons.items()},
        metadata=metadata,
        broadcast=call.flag("reply_broadcast"),
    )
    shown = call.workspace.told(message, channel, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if not message.by_bot:
        raise Refusal("cant_update_message")
    if channel.archived:
        raise Refusal("is_inactive")
    text, blocks = _content(call, LONGEST_UPDATE)
    more: Json = {"blocks": blocks}
    if call.given.get("metadata") is not None:
        more["metadata"] = _metadata(call)
    call.workspace.change(channel, message, text, **more)
    shown = call.workspace.told(message, channel, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel)
    if not message.by_bot:
        raise Refusal("cant_delete_message")
    call.workspace.remove(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    if BOT_USER not in channel.members:
        raise Refusal("channel_not_found" if channel.is_private else "not_in_channel")
    user = call.need("user")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = _content(call, LONGEST)
    whisper = call.workspace.whisper(channel, user, text, blocks, call.said("thread_ts"))
    return {"message_ts": whisper.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call.address, channel, message)}


def permalink(base: str, channel: Channel, message: Message) -> str:
    there = f"{base}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return f"{there}?thread_ts={message.thread}&cid={channel.id}" if message.is_reply else there


def _content(call: Call, longest: int) -> tuple[str, list[Json]]:
    """Raises Refusal."""
    text = call.said("text")
    blocks = check_message(call.json("blocks", "invalid_blocks_format"))
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > longest:
        raise Refusal("msg_too_long")
    return text, blocks


def _metadata(call: Call) -> Json:
    """Raises Refusal (metadata: messaging/message-metadata)."""
    said = call.json("metadata", "invalid_metadata_format")
    if said is None or said == "" or said == {}:
        return {}
    if not isinstance(said, dict):
        raise Refusal("invalid_metadata_format")
    if not isinstance(said.get("event_type"), str) or not isinstance(said.get("event_payload"), dict):
        raise Refusal("invalid_metadata_schema")
    if len(orjson.dumps(said)) > METADATA:
        raise Refusal("metadata_too_large")
    return {"event_type": said["event_type"], "event_payload": said["event_payload"]}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write", 0, posts=True),
    "chat.update": Method(update, "chat:write", 3, posts=True),
    "chat.delete": Method(delete, "chat:write", 3, posts=True),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write", 4, posts=True),
    "chat.getPermalink": Method(get_permalink, "", 0),
}

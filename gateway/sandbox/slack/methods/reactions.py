"""reactions.add, remove, get."""

from __future__ import annotations

import re

from gateway.sandbox.slack.calls import Call, Method
from gateway.sandbox.slack.records import BOT_USER, Channel, Json, Message
from gateway.sandbox.slack.refusal import Refusal

NAME = re.compile(r"[a-z0-9_'+-]{1,100}(::skin-tone-[2-6])?")
MOST = 23
"""Different reactions that a message may have from one app or person."""


def add(call: Call) -> Json:
    channel, message = _item(call)
    name = call.need("name")
    if not NAME.fullmatch(name):
        raise Refusal("invalid_name")
    if sum(BOT_USER in users for users in message.reactions.values()) >= MOST:
        raise Refusal("too_many_reactions")
    call.workspace.react(channel, message, BOT_USER, name)
    return {}


def remove(call: Call) -> Json:
    channel, message = _item(call)
    call.workspace.unreact(channel, message, BOT_USER, call.need("name"))
    return {}


def get(call: Call) -> Json:
    channel, message = _item(call)
    return {
        "type": "message",
        "channel": channel.id,
        "message": call.workspace.told(message, channel),
    }


def _item(call: Call) -> tuple[Channel, Message]:
    if not call.said("channel") or not call.said("timestamp"):
        raise Refusal("no_item_specified")
    channel = call.joined()
    return channel, call.message(channel, "timestamp")


METHODS = {
    "reactions.add": Method(add, "reactions:write", 3, posts=True),
    "reactions.remove": Method(remove, "reactions:write", 2, posts=True),
    "reactions.get": Method(get, "reactions:read", 3),
}

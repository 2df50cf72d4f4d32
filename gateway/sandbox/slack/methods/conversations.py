"""conversations.info, list, members, join, open, history, replies; users.conversations."""

from __future__ import annotations

from gateway.sandbox.slack.calls import Call, Method, paged
from gateway.sandbox.slack.records import BOT_USER, Channel, Json, Message
from gateway.sandbox.slack.refusal import Refusal

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": ""}
READ = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


def info(call: Call) -> Json:
    channel = call.channel()
    call.installation.need(READ[channel.kind])
    told = channel.json()
    if call.flag("include_locale"):
        told["locale"] = "en-US"
    if not call.flag("include_num_members"):
        told.pop("num_members", None)
    return {"channel": told}


def list_all(call: Call) -> Json:
    page, cursor = call.page(_listed(call), 100, 1000)
    return {"channels": [one.json() for one in page], **paged(cursor)}


def list_own(call: Call) -> Json:
    """The app's own, or those that it shares with somebody; that it is a member goes without saying."""
    who = call.said("user")
    members = {BOT_USER, call.workspace.person(who).id if who else BOT_USER}
    page, cursor = call.page([one for one in _listed(call) if members <= set(one.members)], 100, 999)
    told = [{key: value for key, value in one.json().items() if key != "is_member"} for one in page]
    return {"channels": told, **paged(cursor)}


def _listed(call: Call) -> list[Channel]:
    """Raises Refusal."""
    asked = [one.strip() for one in call.said("types", "public_channel").split(",")]
    if any(one not in KINDS for one in asked):
        raise Refusal("invalid_types")
    kinds = [KINDS[one] for one in asked if KINDS[one]]
    for kind in kinds:
        call.installation.need(READ[kind])
    hidden = call.flag("exclude_archived")
    return [
        one
        for one in call.workspace.channels.values()
        if one.kind in kinds
        and not (hidden and one.archived)
        and (one.kind == "public" or BOT_USER in one.members)
    ]


def members(call: Call) -> Json:
    channel = call.channel()
    call.installation.need(READ[channel.kind])
    page, cursor = call.page(channel.members, 100, 1000)
    return {"members": page, **paged(cursor)}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.archived:
        raise Refusal("is_archived")
    if channel.kind != "public":
        raise Refusal("method_not_supported_for_channel_type")
    if BOT_USER in channel.members:
        more: Json = {
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
        return {"channel": channel.json(), **more}
    call.workspace.join(channel, BOT_USER)
    return {"channel": channel.json()}


def open_direct(call: Call) -> Json:
    users = [one for one in call.said("users").split(",") if one]
    if not users:
        channel = call.workspace.channels.get(call.said("channel"))
        if channel is None:
            raise Refusal("channel_not_found" if call.said("channel") else "users_list_not_supplied")
        return {"channel": {"id": channel.id}}
    if len(users) > 1:
        raise Refusal("not_enough_users" if len(users) > 8 else "method_not_supported_for_channel_type")
    channel = call.workspace.direct(users[0])
    return {"channel": channel.json() if call.flag("return_im") else {"id": channel.id}}


def history(call: Call) -> Json:
    channel = _readable(call)
    found = [one for one in reversed(channel.messages.values()) if not one.is_reply or one.broadcast]
    page, cursor = call.page(_within(call, found), 100, 999)
    return {
        "messages": _told(call, channel, page),
        "has_more": bool(cursor),
        "pin_count": 0,
        **paged(cursor),
    }


def replies(call: Call) -> Json:
    """The first of the thread stands in every answer, whatever times are asked for."""
    channel = _readable(call)
    asked = channel.messages.get(call.need("ts"))
    if asked is None:
        raise Refusal("thread_not_found")
    first, *rest = channel.thread_of(asked.thread or asked.ts) or [asked]
    page, cursor = call.page(_within(call, rest), 1000, 1000)
    return {
        "messages": _told(call, channel, [first, *page]),
        "has_more": bool(cursor),
        **paged(cursor),
    }


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.installation.need(HISTORY[channel.kind])
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _within(call: Call, messages: list[Message]) -> list[Message]:
    """Raises Refusal."""
    oldest, latest = _ts(call, "oldest", "invalid_ts_oldest"), _ts(call, "latest", "invalid_ts_latest")
    ends = call.flag("inclusive")
    return [
        one
        for one in messages
        if (not oldest or float(one.ts) > oldest or (ends and float(one.ts) == oldest))
        and (not latest or float(one.ts) < latest or (ends and float(one.ts) == latest))
    ]


def _ts(call: Call, name: str, error: str) -> float:
    value = call.said(name)
    try:
        return float(value) if value else 0.0
    except ValueError as why:
        raise Refusal(error) from why


def _told(call: Call, channel: Channel, messages: list[Message]) -> list[Json]:
    everything = call.flag("include_all_metadata")
    return [call.workspace.told(one, channel, metadata=everything) for one in messages]


ANY_READ = "|".join(READ.values())
ANY_HISTORY = "|".join(HISTORY.values())
METHODS = {
    "conversations.info": Method(info, ANY_READ, 3),
    "conversations.list": Method(list_all, ANY_READ, 2),
    "users.conversations": Method(list_own, ANY_READ, 3),
    "conversations.members": Method(members, ANY_READ, 4),
    "conversations.join": Method(join, "channels:join", 3, posts=True),
    "conversations.open": Method(open_direct, "im:write", 3, posts=True),
    "conversations.history": Method(history, ANY_HISTORY, 3),
    "conversations.replies": Method(replies, ANY_HISTORY, 3),
}

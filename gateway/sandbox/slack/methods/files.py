"""files.getUploadURLExternal, completeUploadExternal, info, delete (messaging/working-with-files)."""

from __future__ import annotations

import mimetypes
import secrets
from typing import Any

from gateway.sandbox.slack.calls import Call, Method
from gateway.sandbox.slack.records import BOT_USER, Channel, File, Json
from gateway.sandbox.slack.refusal import Refusal, told

LARGEST = 1024 * 1024 * 1024
"""Bytes of a file."""


def get_upload_url(call: Call) -> Json:
    name, size = call.need("filename"), call.number("length", 0)
    if not 0 < size <= LARGEST:
        raise told("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    file = File(
        call.workspace.new_id("F"),
        name,
        size,
        BOT_USER,
        call.workspace.clock() // 1000,
        secrets.token_hex(12),
        mime=mimetypes.guess_type(name)[0] or "application/octet-stream",
    )
    call.workspace.files[file.id] = file
    return {"upload_url": f"{call.address}/upload/v1/{file.id}/{file.secret}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """One message with all of them, whose `ts` is not told: only `files.info` knows where they stand."""
    asked = call.json("files", "invalid_arguments")
    if not isinstance(asked, list) or not asked:
        raise told("invalid_arguments", "[ERROR] missing required field: files")
    files = [_uploaded(call, one) for one in asked]
    channel = _where(call)
    for one, file in zip(asked, files, strict=True):
        file.title, file.done = str(one.get("title") or file.name), True
    if channel is not None:
        thread = call.said("thread_ts")
        message = call.workspace.post(
            channel, BOT_USER, call.said("initial_comment"), thread=thread, files=files
        )
        for file in files:
            file.shares.setdefault(channel.id, []).append(message.ts)
    return {"files": [{**_told(call, file), "title": file.title} for file in files]}


def info(call: Call) -> Json:
    file = call.workspace.files.get(call.need("file"))
    if file is None or not file.done:
        raise Refusal("file_not_found")
    return {"file": _told(call, file), "comments": []}


def delete(call: Call) -> Json:
    """A bot deletes what it has uploaded itself. The messages that showed it stay, without it."""
    file = call.workspace.files.get(call.need("file"))
    if file is None or not file.done:
        raise Refusal("file_not_found")
    if file.user != BOT_USER:
        raise Refusal("cant_delete_file")
    del call.workspace.files[file.id]
    for channel, stamps in file.shares.items():
        shown = call.workspace.channels[channel].messages
        for message in [shown[ts] for ts in stamps if ts in shown]:
            message.files.remove(file)
    call.workspace.touch()
    return {}


def _told(call: Call, file: File) -> Json:
    private = {one.id for one in call.workspace.channels.values() if one.is_private}
    return file.json(call.address, private)


def _uploaded(call: Call, asked: Any) -> File:
    """Raises Refusal."""
    file = call.workspace.files.get(str(asked.get("id"))) if isinstance(asked, dict) else None
    if file is None or file.content is None or file.done:
        raise Refusal("file_not_found")
    return file


def _where(call: Call) -> Channel | None:
    """Raises Refusal."""
    name = call.said("channel_id") or call.said("channels")
    if not name:
        return None
    try:
        channel = call.workspace.channel(name)
    except Refusal as why:
        raise Refusal("invalid_channel") from why
    if BOT_USER not in channel.members or channel.archived:
        raise Refusal("posting_to_channel_denied")
    return channel


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, "files:write", 4),
    "files.completeUploadExternal": Method(complete_upload, "files:write", 4, posts=True),
    "files.info": Method(info, "files:read", 4),
    "files.delete": Method(delete, "files:write", 3, posts=True),
}

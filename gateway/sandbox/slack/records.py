"""What a workspace holds: people, conversations, messages, files and views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im"]
Guest = Literal["", "multi", "single"]

HOME = "T0PARLEY"
"""The workspace that has installed the app; other ids are organisations that share a channel with it."""
APP = "A0PARLEY"
BOT = "B0PARLEY"
BOT_USER = "U0PARLEY"


@dataclass(slots=True)
class Person:
    """`guest`: of many channels or of a single one. `team`: another than `HOME` for strangers of a shared channel."""

    id: str
    name: str
    locale: str = "en-US"
    guest: Guest = ""
    team: str = HOME
    email: str = ""
    admin: bool = False
    bot: bool = False
    deleted: bool = False

    def json(self, *, with_locale: bool = False, with_email: bool = True) -> Json:
        """A user object (reference/objects/user-object)."""
        handle = self.name.lower().replace(" ", ".")
        profile: Json = {"real_name": self.name, "display_name": self.name, "team": self.team}
        if with_email and self.email:
            profile["email"] = self.email
        told: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": handle,
            "real_name": self.name,
            "deleted": self.deleted,
            "tz": "Asia/Seoul" if self.locale.startswith("ko") else "Europe/London",
            "profile": profile,
            "is_admin": self.admin,
            "is_bot": self.bot,
            "is_app_user": False,
            "is_restricted": bool(self.guest),
            "is_ultra_restricted": self.guest == "single",
        }
        if self.team != HOME:
            told["is_stranger"] = True
        if with_locale:
            told["locale"] = self.locale
        return told


@dataclass(slots=True)
class File:
    """`size` is what was announced; `content` is None until it has been uploaded."""

    id: str
    name: str
    size: int
    user: str
    created: int
    """UTC seconds."""
    secret: str
    title: str = ""
    mime: str = "application/octet-stream"
    content: bytes | None = field(default=None, repr=False)
    done: bool = False
    shares: dict[str, list[str]] = field(default_factory=dict)
    """Channel -> ts of the messages that show it."""

    def json(self, base: str, private: set[str]) -> Json:
        """A file object (reference/objects/file-object). `private`: which of its channels are."""
        there = f"{base}/files-pri/{HOME}-{self.id}/{self.name}"
        shares: dict[str, dict[str, list[Json]]] = {}
        for channel, stamps in self.shares.items():
            of = shares.setdefault("private" if channel in private else "public", {})
            of[channel] = [{"ts": ts} for ts in stamps]
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mime,
            "filetype": self.name.rpartition(".")[2].lower() or "binary",
            "user": self.user,
            "size": self.size,
            "mode": "hosted",
            "is_external": False,
            "url_private": there,
            "url_private_download": there.replace("/files-pri/", "/files-pri-download/", 1),
            "permalink": f"{base}/files/{self.user}/{self.id}/{self.name}",
            "channels": [one for one in self.shares if one not in private],
            "groups": [one for one in self.shares if one in private],
            "shares": shares,
        }


@dataclass(slots=True)
class Message:
    """`user` is who wrote it, or our bot; a message with a `username` of its own names no user."""

    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    """The ts of the message that it answers; a thread's first message has its own."""
    username: str = ""
    icons: Json = field(default_factory=dict)
    metadata: Json = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    subtype: str = ""
    edited: Json = field(default_factory=dict)
    broadcast: bool = False
    client_id: str = ""

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def is_reply(self) -> bool:
        return self.thread not in ("", self.ts)


@dataclass(slots=True)
class Whisper:
    """An ephemeral message: only `to` sees it, and only until the page is left."""

    ts: str
    to: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""


@dataclass(slots=True)
class Channel:
    """`teams`: other organisations that share it (Slack Connect)."""

    id: str
    name: str
    kind: Kind = "public"
    members: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    archived: bool = False
    topic: str = ""
    created: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    whispers: list[Whisper] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return self.kind != "public"

    def thread_of(self, ts: str) -> list[Message]:
        """The message and its answers, in order."""
        return [one for one in self.messages.values() if one.ts == ts or one.thread == ts]

    def json(self) -> Json:
        """A conversation object (reference/objects/conversation-object)."""
        if self.kind == "im":
            user = next((one for one in self.members if one != BOT_USER), "")
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "user": user,
                "is_org_shared": False,
            }
        shared = bool(self.teams)
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": self.created,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": self.archived,
            "is_general": False,
            "is_member": BOT_USER in self.members,
            "is_shared": shared,
            "is_ext_shared": shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "shared_team_ids": [HOME, *self.teams],
            "context_team_id": HOME,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass(slots=True)
class View:
    """A modal of a person, or her home tab."""

    id: str
    user: str
    body: Json
    """As the app gave it: type, blocks, title and so on."""
    hash: str
    root: str
    previous: str = ""
    values: Json = field(default_factory=dict)
    """`state.values`: what she has filled in."""
    errors: dict[str, str] = field(default_factory=dict)
    """Block -> what the app had against it."""

    def json(self) -> Json:
        """A view object (reference/views)."""
        return {
            "id": self.id,
            "team_id": HOME,
            "app_id": APP,
            "app_installed_team_id": HOME,
            "bot_id": BOT,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit": None,
            "close": None,
            **self.body,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous or None,
            "state": {"values": self.values},
        }


def message_json(message: Message, channel: Channel, base: str, *, metadata: bool = False) -> Json:
    """A message as history, answers and events tell it (reference/events/message)."""
    told: Json = {"type": "message", "ts": message.ts, "text": message.text}
    if message.username:
        told |= {"subtype": "bot_message", "username": message.username, "bot_id": BOT}
        if message.icons:
            told["icons"] = message.icons
    else:
        told["user"] = message.user
        told["team"] = HOME
        if message.by_bot:
            told |= {
                "bot_id": BOT,
                "app_id": APP,
                "bot_profile": {"id": BOT, "app_id": APP, "name": "Parley"},
            }
    if message.subtype:
        told["subtype"] = message.subtype
    if message.client_id:
        told["client_msg_id"] = message.client_id
    if message.blocks:
        told["blocks"] = message.blocks
    if message.files:
        private = {channel.id} if channel.is_private else set[str]()
        told["files"] = [one.json(base, private) for one in message.files]
        told["upload"] = message.by_bot
    if message.reactions:
        told["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.edited:
        told["edited"] = message.edited
    if message.broadcast:
        told["subtype"] = "thread_broadcast"
    _told_of_thread(told, message, channel)
    if metadata and message.metadata:
        told["metadata"] = message.metadata
    return told


def _told_of_thread(told: Json, message: Message, channel: Channel) -> None:
    if not message.thread:
        return
    told["thread_ts"] = message.thread
    if message.is_reply:
        parent = channel.messages.get(message.thread)
        if parent is not None:
            told["parent_user_id"] = parent.user
        return
    answers = channel.thread_of(message.ts)[1:]
    told |= {
        "reply_count": len(answers),
        "reply_users": list(dict.fromkeys(one.user for one in answers)),
        "reply_users_count": len({one.user for one in answers}),
        "latest_reply": answers[-1].ts if answers else message.ts,
        "is_locked": False,
        "subscribed": True,
    }

"""The workspace itself: what stands in its conversations, and what it tells the app of it (apis/events-api).

Nothing here waits or calls anybody. `tell` is handed what the app is to hear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gateway.sandbox.slack.records import (
    APP,
    BOT_USER,
    HOME,
    Channel,
    File,
    Json,
    Kind,
    Message,
    Person,
    View,
    Whisper,
    message_json,
)
from gateway.sandbox.slack.refusal import Refusal

Tell = Callable[[str, Json], None]
"""The kind of envelope and its payload."""
PREFIXES: dict[Kind, str] = {"public": "C", "private": "G", "im": "D"}
CHANNEL_TYPES: dict[Kind, str] = {"public": "channel", "private": "group", "im": "im"}


def _silent(kind: str, payload: Json) -> None:
    """Nobody listens."""


class Workspace:
    """One per test or demo. `clock`: UTC ms."""

    def __init__(self, clock: Callable[[], int], *, name: str = "Haru Coffee", base: str = "") -> None:
        """`base`: where files and permalinks stand, without a slash at its end."""
        self.clock = clock
        self.name = name
        self.base = base
        self.tell: Tell = _silent
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        """Open modals, the topmost of a person last."""
        self.homes: dict[str, View] = {}
        self.unheard: set[str] = set()
        """Kinds of events that the app has not subscribed to."""
        self.changed = 0
        self._last = 0
        self._counted = 0
        self.add(Person(BOT_USER, "Parley", bot=True))

    # --- what there is ----------------------------------------------------------------------------------------------

    def add(self, *people: Person) -> None:
        for one in people:
            self.people[one.id] = one
        self.touch()

    def open_channel(
        self, name: str, members: Iterable[str], *, kind: Kind = "public", teams: Iterable[str] = ()
    ) -> Channel:
        """With these people in it, and our app if it is one of them."""
        channel = Channel(
            self.new_id(PREFIXES[kind]), name, kind, list(members), list(teams), created=self.clock() // 1000
        )
        self.channels[channel.id] = channel
        self.touch()
        return channel

    def direct(self, user: str) -> Channel:
        """The conversation of our app with one person. Raises Refusal."""
        person = self.person(user)
        if person.bot:
            raise Refusal("cannot_dm_bot")
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return self.open_channel("", [BOT_USER, user], kind="im")

    def person(self, user: str) -> Person:
        """Raises Refusal."""
        found = self.people.get(user)
        if found is None:
            raise Refusal("user_not_found")
        return found

    def channel(self, name: str) -> Channel:
        """One that our app can see. Raises Refusal."""
        found = self.channels.get(name)
        if found is None or (found.is_private and BOT_USER not in found.members):
            raise Refusal("channel_not_found")
        return found

    def joined(self, name: str) -> Channel:
        """One that our app is a member of. Raises Refusal."""
        found = self.channel(name)
        if BOT_USER not in found.members:
            raise Refusal("not_in_channel")
        return found

    def message(self, channel: Channel, ts: str) -> Message:
        """Raises Refusal."""
        found = channel.messages.get(ts)
        if found is None:
            raise Refusal("message_not_found")
        return found

    def new_id(self, prefix: str) -> str:
        self._counted += 1
        return f"{prefix}0{self._counted:07X}"

    def stamp(self) -> str:
        """A `ts` that nothing has yet, later than all before it."""
        self._last = max(self.clock() * 1000, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def touch(self) -> None:
        """There is something new to be seen."""
        self.changed += 1

    def told(self, message: Message, channel: Channel, *, metadata: bool = False) -> Json:
        shown = message_json(message, channel, self.base, metadata=metadata)
        author = self.people.get(message.user)
        if "team" in shown and author is not None:
            shown["team"] = author.team
            if channel.teams:
                shown |= {"user_team": author.team, "source_team": author.team}
        return shown

    # --- messages ---------------------------------------------------------------------------------------------------

    def post(self, channel: Channel, user: str, text: str, *, thread: str = "", **more: Any) -> Message:
        """An answer to a message that is not there stands in the channel itself, as in Slack. Raises Refusal."""
        if channel.archived:
            raise Refusal("is_archived")
        parent = channel.messages.get(thread)
        if parent is not None:
            if parent.subtype in ("channel_join", "channel_leave"):
                raise Refusal("cannot_reply_to_message")
            parent.thread = thread = parent.thread or parent.ts
        message = Message(self.stamp(), user, text, thread=thread if parent else "", **more)
        channel.messages[message.ts] = message
        self._happened({**self.told(message, channel), "event_ts": message.ts}, channel)
        return message

    def change(self, channel: Channel, message: Message, text: str, **more: Any) -> None:
        before = self.told(message, channel)
        message.text = text
        for name, value in more.items():
            setattr(message, name, value)
        message.edited = {"user": message.user, "ts": self.stamp()}
        self._changed(channel, message, before)

    def remove(self, channel: Channel, message: Message) -> None:
        """A message with answers leaves a tombstone."""
        before = self.told(message, channel)
        if not message.is_reply and len(channel.thread_of(message.ts)) > 1:
            message.text, message.subtype = "This message was deleted.", "tombstone"
            message.blocks, message.files, message.metadata, message.reactions = [], [], {}, {}
            self._changed(channel, message, before)
            return
        del channel.messages[message.ts]
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": message.ts,
            "previous_message": before,
        }
        self._hidden(event, channel)

    def _changed(self, channel: Channel, message: Message, before: Json) -> None:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": self.told(message, channel),
            "previous_message": before,
        }
        self._hidden(event, channel)

    def _hidden(self, event: Json, channel: Channel) -> None:
        ts = self.stamp()
        self._happened({**event, "ts": ts, "event_ts": ts}, channel)

    def react(self, channel: Channel, message: Message, user: str, name: str) -> None:
        """Raises Refusal."""
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise Refusal("already_reacted")
        users.append(user)
        self._reacted("reaction_added", channel, message, user, name)

    def unreact(self, channel: Channel, message: Message, user: str, name: str) -> None:
        """Raises Refusal."""
        users = message.reactions.get(name, [])
        if user not in users:
            raise Refusal("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
        self._reacted("reaction_removed", channel, message, user, name)

    def _reacted(self, kind: str, channel: Channel, message: Message, user: str, name: str) -> None:
        event = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "event_ts": self.stamp(),
        }
        self._happened(event, channel, of_channel=False)

    def whisper(self, channel: Channel, to: str, text: str, blocks: list[Json], thread: str = "") -> Whisper:
        whisper = Whisper(self.stamp(), to, text, blocks, thread)
        channel.whispers.append(whisper)
        self.touch()
        return whisper

    # --- who is where -----------------------------------------------------------------------------------------------

    def join(self, channel: Channel, user: str, inviter: str = "") -> None:
        if user in channel.members:
            return
        channel.members.append(user)
        text = f"<@{user}> has joined the channel"
        joined = Message(self.stamp(), user, text, subtype="channel_join")
        channel.messages[joined.ts] = joined
        self._went("member_joined_channel", channel, user, inviter)

    def leave(self, channel: Channel, user: str) -> None:
        if user not in channel.members:
            return
        self._went("member_left_channel", channel, user, "")
        channel.members.remove(user)
        self.touch()

    def _went(self, kind: str, channel: Channel, user: str, inviter: str) -> None:
        event: Json = {
            "type": kind,
            "user": user,
            "channel": channel.id,
            "channel_type": PREFIXES[channel.kind],
            "team": self.person(user).team,
            "event_ts": self.stamp(),
        }
        if inviter:
            event["inviter"] = inviter
        self._happened(event, channel, of_channel=False)

    def share(self, channel: Channel, team: str) -> None:
        channel.teams.append(team)
        self._shared("channel_shared", channel, team)

    def unshare(self, channel: Channel, team: str) -> None:
        channel.teams.remove(team)
        for user in [one for one in channel.members if self.person(one).team == team]:
            channel.members.remove(user)
        self._shared("channel_unshared", channel, team)

    def _shared(self, kind: str, channel: Channel, team: str) -> None:
        event: Json = {
            "type": kind,
            "channel": channel.id,
            "event_ts": self.stamp(),
            "connected_team_id" if kind == "channel_shared" else "previously_connected_team_id": team,
        }
        if kind == "channel_unshared":
            event["is_ext_shared"] = bool(channel.teams)
        self._happened(event, channel, of_channel=False)

    def archive(self, channel: Channel, by: str, *, on: bool = True) -> None:
        channel.archived = on
        kind = "channel_archive" if on else "channel_unarchive"
        event = {"type": kind, "channel": channel.id, "user": by, "event_ts": self.stamp()}
        self._happened(event, channel, of_channel=False)

    def rename(self, channel: Channel, name: str) -> None:
        channel.name = name
        told = {"id": channel.id, "name": name, "created": channel.created}
        event = {"type": "channel_rename", "channel": told, "event_ts": self.stamp()}
        self._happened(event, channel, of_channel=False)

    def change_person(self, person: Person, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(person, name, value)
        self.say({"type": "user_change", "user": person.json(with_locale=True), "event_ts": self.stamp()})

    # --- telling ----------------------------------------------------------------------------------------------------

    def _happened(self, event: Json, channel: Channel, *, of_channel: bool = True) -> None:
        """The app hears of conversations that it is a member of."""
        self.touch()
        if of_channel:
            event |= {"channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
        if BOT_USER in channel.members:
            self.say(event, channel)

    def say(self, event: Json, channel: Channel | None = None) -> None:
        """An event, as the Events API wraps it."""
        self.touch()
        if event["type"] in self.unheard:
            return
        payload = {
            "token": "a verification token that nobody shall look at",
            "team_id": HOME,
            "context_team_id": HOME,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": self.clock() // 1000,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": HOME,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.teams),
            "event_context": f"4-{self._counted}",
        }
        self.tell("events_api", payload)

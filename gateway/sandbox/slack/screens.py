"""What stands on the screen of one person of the workspace. Everything is read from the workspace."""

from __future__ import annotations

from gateway.sandbox.slack.records import HOME, Channel, File, Json, Message, Person, View, Whisper
from gateway.sandbox.slack.town import Slack

SHOWN = 100
"""The newest messages of a channel; the newest answers of a thread."""


class Screens:
    """One per workspace."""

    def __init__(self, slack: Slack, files: str) -> None:
        """`files`: where files hang, as a browser asks for them."""
        self._slack = slack
        self._files = files
        self._seen: dict[tuple[str, str], str] = {}
        """(person, channel) -> the ts up to which she has seen it."""

    def shown(self, user: str, channel: str, thread: str) -> Json:
        """`channel` empty: her home tab. What is shown is seen."""
        workspace = self._slack.workspace
        person = workspace.people[user]
        there = workspace.channels.get(channel)
        mine = [one for one in workspace.channels.values() if user in one.members]
        if there is not None and there.messages:
            self._seen[user, there.id] = next(reversed(there.messages))
        home = workspace.homes.get(user)
        modal = self._slack.modal(person)
        return {
            "user": user,
            "channel": channel,
            "thread": thread,
            "people": {one.id: self._person(one) for one in workspace.people.values()},
            "channels": [self._channel(one, user) for one in mine],
            "entries": self._entries(there, user)[-SHOWN:] if there else [],
            "replies": self._replies(there, user, thread) if there and thread else [],
            "modal": _view(modal) if modal else None,
            "home": _view(home) if home else None,
        }

    def _person(self, person: Person) -> Json:
        return {
            "name": person.name,
            "guest": bool(person.guest),
            "stranger": person.team != HOME,
            "app": person.bot,
        }

    def _channel(self, channel: Channel, user: str) -> Json:
        seen = self._seen.get((user, channel.id), "")
        new = [one for one in channel.messages.values() if one.ts > seen and one.user != user]
        other = next((one for one in channel.members if one != user), "")
        return {
            "id": channel.id,
            "name": channel.name or self._slack.workspace.people[other].name,
            "kind": channel.kind,
            "shared": bool(channel.teams),
            "topic": channel.topic,
            "archived": channel.archived,
            "members": channel.members,
            "unread": len(new),
        }

    def _entries(self, channel: Channel, user: str) -> list[Json]:
        shown: list[Message | Whisper] = [
            one for one in channel.messages.values() if not one.is_reply or one.broadcast
        ]
        shown += [one for one in channel.whispers if one.to == user and not one.thread]
        return self._told(channel, shown, user)

    def _replies(self, channel: Channel, user: str, thread: str) -> list[Json]:
        shown: list[Message | Whisper] = [*channel.thread_of(thread)]
        shown += [one for one in channel.whispers if one.to == user and one.thread == thread]
        told = self._told(channel, shown, user)
        return told[:1] + told[1:][-SHOWN:]

    def _told(self, channel: Channel, shown: list[Message | Whisper], user: str) -> list[Json]:
        return [self._entry(channel, one, user) for one in sorted(shown, key=lambda one: float(one.ts))]

    def _entry(self, channel: Channel, shown: Message | Whisper, user: str) -> Json:
        told: Json = {
            "id": shown.ts,
            "at": int(float(shown.ts) * 1000),
            "text": shown.text,
            "blocks": shown.blocks,
        }
        if isinstance(shown, Whisper):
            return told | {"who": "Parley", "app": True, "whisper": True}
        author = self._slack.workspace.people[shown.user]
        answers = [] if shown.is_reply else channel.thread_of(shown.ts)[1:]
        return told | {
            "who": shown.username or author.name,
            "picture": shown.icons.get("image_48", ""),
            "app": shown.by_bot,
            "mine": shown.user == user,
            "guest": bool(author.guest),
            "stranger": author.team != HOME,
            "system": shown.subtype in ("channel_join", "channel_leave"),
            "gone": shown.subtype == "tombstone",
            "edited": bool(shown.edited) and shown.subtype != "tombstone",
            "answers": len(answers),
            "answered": int(float(answers[-1].ts) * 1000) if answers else 0,
            "reactions": [
                {"name": name, "count": len(users), "mine": user in users}
                for name, users in shown.reactions.items()
            ],
            "files": [self._file(one) for one in shown.files],
        }

    def _file(self, file: File) -> Json:
        return {
            "name": file.title or file.name,
            "type": file.mime,
            "size": file.size,
            "url": f"{self._files}/{file.id}/{file.secret}",
        }


def _view(view: View) -> Json:
    body = view.body
    return {
        "id": view.id,
        "hash": view.hash,
        "title": body.get("title"),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "blocks": body["blocks"],
        "values": view.values,
        "errors": view.errors,
    }

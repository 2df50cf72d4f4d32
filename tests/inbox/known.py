"""What a browser knows: the reducers of static/src/inbox/store in Python, frame for frame.

Only what decides what is on the screen: conversations, contacts, counts, threads with their lines, the directory, and
the agent's own. Whoever changes a rule there changes it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

View = dict[str, Any]
Cell = tuple[str, str, str, str]
TALKED_OF = {"conversation.created", "conversation.changed", "contact.changed", "message.undone"}
MOVED = {
    "conversation.merged",
    "conversation.split",
    "merge.undone",
    "contact.merged",
    "contact.split",
    "contact.erased",
}
SILENT = {
    "message.created",
    "message.edited",
    "message.erased",
    "message.held",
    "leg.seen",
    "directory.changed",
    "setting.changed",
}


@dataclass
class Thread:
    """threads.ts: one conversation's history, read to its beginning."""

    rows: dict[str, tuple[View, int]] = field(default_factory=dict)
    lines: dict[int, View] = field(default_factory=dict)
    stale: bool = False

    @property
    def messages(self) -> list[View]:
        return sorted((row for row, _ in self.rows.values()), key=lambda one: (one["at"], one["position"]))


@dataclass
class Known:
    """state.ts and reduce.ts."""

    cursor: str | None = None
    position: int = 0
    generation: int = 0
    me: View = field(default_factory=dict)
    directory: View = field(default_factory=dict)
    counts: dict[Cell, int] = field(default_factory=dict)
    conversations: dict[str, View] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, View] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, dict[str, str]] = field(default_factory=dict)
    preferences: View = field(default_factory=dict)
    heard: list[View] = field(default_factory=list)
    """Everything it was told and has read, as the browser's own reducer takes it."""

    # --- frames -----------------------------------------------------------------------------------------------------

    def take(self, frame: View) -> None:
        self.heard.append(frame)
        match frame["kind"]:
            case "snapshot":
                self._start_over(frame)
            case "events":
                for event in frame["events"]:
                    if event["position"] > self.position:
                        self.apply(event)
                self.cursor = frame["cursor"]
                self.position = max(self.position, frame["position"])
            case "private":
                self._learn_private(frame["private"])
            case "reset":
                self.cursor = None

    def _start_over(self, frame: View) -> None:
        self.__init__(generation=self.generation + 1, heard=self.heard)  # type: ignore[misc]
        self.cursor, self.position = frame["cursor"], frame["position"]
        self.me, self.directory = frame["me"], frame["directory"]
        self.counts = {_cell(one, one["tag"]): one["n"] for one in frame["counts"]}
        self._learn_private(frame["private"])

    def _learn_private(self, told: View) -> None:
        if "read_above" in told:  # what is below it was taken back while this tab was cut
            self.read.update(told.get("read", {}))
        for key, position in told.get("read", {}).items():
            self.mark_read(key, position)
        self.read.update(told.get("unread", {}))
        for key, texts in told.get("drafts", {}).items():
            self.drafts[key] = {**self.drafts.get(key, {}), **texts}
        if told.get("preferences"):
            self.preferences = told["preferences"]

    def mark_read(self, conversation: str, position: int) -> None:
        self.read[conversation] = max(self.read.get(conversation, -1), position)

    # --- events.ts --------------------------------------------------------------------------------------------------

    def apply(self, event: View) -> None:
        self._move_counts(event.get("was"), -1)
        self._move_counts(event.get("now"), 1)
        if event["kind"] == "left":
            self._forget(event["conversation"], event["position"])
            return
        if summary := event.get("summary"):
            self.learn_conversation(summary, event["position"])
        if contact := event.get("contact"):
            self.learn_contact(contact)
        if directory := event.get("directory"):
            self.directory = directory
        if message := event.get("message"):
            self.place_message(message, event["position"])
        if event["kind"] in SILENT:
            return
        assert event["kind"] in TALKED_OF | MOVED, event["kind"]
        if event["kind"] == "message.undone":
            for thread in self.threads.values():
                thread.rows.pop(event.get("subject", ""), None)
        self._place_line(event)
        if event["kind"] in MOVED:
            for thread in self.threads.values():
                thread.stale = True

    def _move_counts(self, cell: View | None, by: int) -> None:
        for tag in () if cell is None else (None, *cell["tags"]):
            key = _cell(cell or {}, tag)
            self.counts[key] = self.counts.get(key, 0) + by
            if self.counts[key] == 0:
                del self.counts[key]

    def learn_conversation(self, view: View, as_of: int) -> None:
        before = self.conversations.get(view["id"])
        if before is not None and before["position"] >= view["position"]:
            return
        gone_at = self.gone.get(view["id"])
        if gone_at is not None:
            if gone_at >= as_of:
                return
            del self.gone[view["id"]]
        self.conversations[view["id"]] = view

    def learn_contact(self, view: View) -> None:
        before = self.contacts.get(view["id"])
        if before is not None and before["position"] > view["position"]:
            return
        self.contacts[view["id"]] = view
        told = {
            "id": view["id"],
            "name": view["name"],
            "blocked": view["blocked_at"] is not None,
            "erased": view["erased_at"] is not None,
        }
        for key, known in self.conversations.items():
            if known["contact"]["id"] == view["id"]:
                self.conversations[key] = {**known, "contact": told}

    def _forget(self, conversation: str, at: int) -> None:
        self.conversations.pop(conversation, None)
        self.gone[conversation] = at
        self.threads.pop(conversation, None)

    # --- threads.ts -------------------------------------------------------------------------------------------------

    def place_message(self, message: View, as_of: int) -> None:
        for key, thread in self.threads.items():
            there = thread.rows.get(message["id"])
            newer = there is None or as_of > there[1]
            if key == message["conversation"]:
                if newer:
                    thread.rows[message["id"]] = (message, as_of)
            elif there is not None and newer:
                del thread.rows[message["id"]]

    def _place_line(self, event: View) -> None:
        thread = self.threads.get(event.get("conversation", ""))
        if thread is None or not event.get("actor"):
            return
        thread.lines[event["position"]] = {
            "position": event["position"],
            "at": event["at"],
            "kind": event["kind"],
            "actor": event["actor"],
            "subject": event.get("subject"),
            "changes": event.get("changes", {}),
        }

    # --- answers of REST --------------------------------------------------------------------------------------------

    def take_list(self, status: str, page: Mapping[str, Any]) -> None:
        """The whole list of a status."""
        asked = {"filter": {"status": status}, "generation": self.generation, "first": True, "page": page}
        self.heard.append({"kind": "list.page", **asked})
        for view in page["conversations"]:
            self.learn_conversation(view, page["position"])
        for key, position in page["read"].items():
            self.mark_read(key, position)

    def take_thread(self, conversation: str, page: Mapping[str, Any]) -> None:
        """The whole thread; what the log has brought since the page was read stays on top."""
        asked = {"conversation": conversation, "generation": self.generation, "which": "newest", "page": page}
        self.heard.append({"kind": "thread.page", **asked})
        old, thread = self.threads.get(conversation, Thread()), Thread()
        told = [*page["messages"], *page["held"]]
        thread.rows = {one["id"]: (one, page["position"]) for one in told}
        thread.lines = {one["position"]: one for one in page["lines"]}
        thread.rows |= {key: row for key, row in old.rows.items() if row[1] > page["position"]}
        thread.lines |= {at: line for at, line in old.lines.items() if at > page["position"]}
        self.threads[conversation] = thread

    # --- what is on the screen --------------------------------------------------------------------------------------

    @property
    def listed(self) -> dict[str, View]:
        return {key: view for key, view in self.conversations.items() if view["merged_into"] is None}

    @property
    def unsent(self) -> dict[str, dict[str, str]]:
        kept = {key: {mode: text for mode, text in one.items() if text} for key, one in self.drafts.items()}
        return {key: one for key, one in kept.items() if one}


def _cell(cell: Mapping[str, Any], tag: str | None) -> Cell:
    return cell["status"], cell["team"] or "", cell["assignee"] or "", tag or ""

"""What the widget's reducers do with frames, in Python: snapshot, then events, the newest form of each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Story:
    """`told` is comparable: two stories that tell the same are equal."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.seen_to = 0
        self.open = False
        self.goes_by: dict[str, str] | None = None

    @classmethod
    def of(cls, frames: Iterable[dict[str, Any]]) -> Story:
        story = cls()
        for frame in frames:
            story.hear(frame)
        return story

    def hear(self, frame: dict[str, Any]) -> None:
        if frame["kind"] == "snapshot":
            self.__init__()  # type: ignore[misc]
            self.messages = {message["id"]: message for message in frame["messages"]}
            self.seen_to, self.open = frame["seen_to"], frame["open"]
            self.goes_by = frame["goes_by"]
        for event in frame.get("events", []):
            if "message" in event:
                self.messages[event["message"]["id"]] = event["message"]
            self.seen_to = max(self.seen_to, event.get("seen_to", 0))
            self.open = event.get("open", self.open)
            self.goes_by = event.get("goes_by", self.goes_by)

    @property
    def told(self) -> Any:
        ordered = sorted(self.messages.values(), key=lambda message: (message["at"], message["position"]))
        return ordered, self.seen_to, self.open, self.goes_by

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.told[0]]

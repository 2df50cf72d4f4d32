"""A mailbox: what lies in it, and how it treats what comes. It forgets its oldest mails before it grows too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from gateway.events import new_id
from gateway.sandbox.mail.letters import (
    Folder,
    Letter,
    Person,
    State,
    preview_of,
    read_content,
    read_head,
)

MOST_LETTERS = 200
MOST_BYTES = 24 * 1024 * 1024
"""Of one mailbox; the newest mail stays, however large it is."""

Takes = Literal["all", "full", "unknown", "later"]
"""`full` and `unknown` are refused for good, `later` for now."""


@dataclass
class Box:
    """`afterwards`: what is refused for good is taken first, and a bounce is sent."""

    owner: Person
    language: str
    takes: Takes = "all"
    afterwards: bool = False
    slow: bool = False
    away: bool = False
    listed: bool = True
    """Does the page offer it? Those of simulated customers are theirs."""
    letters: list[Letter] = field(default_factory=list)
    """The oldest first."""
    put_off: int = 0
    """How often a mail was refused for now."""
    told_away: set[str] = field(default_factory=set)
    """Who has had her out-of-office note since it was switched on."""

    @property
    def unread(self) -> int:
        return sum(letter.unread for letter in self.letters)

    @property
    def size(self) -> int:
        return sum(len(letter.raw) for letter in self.letters)

    def put(self, raw: bytes, at: int, folder: Folder, state: State = "") -> Letter:
        head, content = read_head(raw), read_content(raw)
        letter = Letter(
            new_id(),
            folder,
            at,
            raw,
            head,
            self._thread_of(head.answered, head.message_id),
            preview_of(content.text),
            len(content.beside),
            unread=folder == "inbox",
            state=state,
        )
        self.letters.append(letter)
        while len(self.letters) > MOST_LETTERS or (self.size > MOST_BYTES and len(self.letters) > 1):
            del self.letters[0]
        return letter

    def find(self, letter: str) -> Letter | None:
        return next((one for one in self.letters if one.id == letter), None)

    def thread(self, thread: str) -> Iterator[Letter]:
        return (letter for letter in self.letters if letter.thread == thread)

    def drop(self, thread: str) -> None:
        self.letters = [letter for letter in self.letters if letter.thread != thread]

    def _thread_of(self, answered: tuple[str, ...], own: str) -> str:
        """That of a mail that it answers, the nearest first; else it begins one."""
        known = {letter.head.message_id: letter.thread for letter in self.letters}
        return next((known[one] for one in reversed(answered) if one in known), own or new_id())

"""Simulated customers who write by mail: now and then, while somebody watches, and on when they are answered."""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from gateway.sandbox.guests import Guest, Line, Part
from gateway.sandbox.mail.boxes import Box
from gateway.sandbox.mail.letters import File, Letter, Person, read_content
from gateway.sandbox.mail.office import DOMAIN, Office
from gateway.sandbox.mail.writing import Draft, Writing, begin, compose
from gateway.sandbox.pictures import picture
from gateway.sandbox.visit import Stage

FIRST, BETWEEN = 30.0, (60.0, 150.0)
"""Seconds at normal speed until the first mail; from one to the next."""
READING = (8.0, 25.0)
"""Until she answers."""
MOST_ANSWERS = 3
"""Then she has what she wrote for."""


@dataclass(frozen=True, slots=True)
class Writer:
    key: str
    guest: Guest
    mails: tuple[tuple[str, str], ...]
    """Subject and words of each."""

    @property
    def owner(self) -> Person:
        return Person(self.guest.name, f"{self.key}@{DOMAIN}")


@cache
def writers() -> tuple[Writer, ...]:
    """In the order of the file."""
    file = resources.files("gateway.sandbox").joinpath("stories", "guests.toml")
    return tuple(
        Writer(
            one["key"],
            Guest(one["language"], one["name"], (), one.get("cross", False)),
            tuple((subject, words) for subject, words in one["mails"]),
        )
        for one in tomllib.loads(file.read_text("utf-8"))["writer"]
    )


@dataclass
class Writers:
    """One per demo. `shop`: what they write to. Each has one thing at a time to ask, so that whoever leaves them all
    unanswered has no more than a few."""

    office: Office
    stage: Stage
    shop: str
    _writing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.office.add(*(Box(one.owner, one.guest.language, listed=False) for one in writers()))

    async def run(self) -> None:
        """For the life of the demo."""
        await self.stage.wait(FIRST)
        async with asyncio.TaskGroup() as group:
            while True:
                free = [one for one in writers() if one.key not in self._writing]
                if free:
                    writer = self.stage.random.choice(free)
                    self._writing.add(writer.key)
                    group.create_task(self._corresponds(writer))
                await self.stage.wait(self.stage.random.uniform(*BETWEEN))

    async def _corresponds(self, writer: Writer) -> None:
        box, part = self.office.boxes[writer.owner.address], Part(writer.guest, self.stage.random)
        subject, words = self.stage.random.choice(writer.mails)
        self._write(box, Draft((Person("", self.shop),), (), subject), Line(words))
        for _ in range(MOST_ANSWERS):
            letter = await self._hears(box)
            await self.stage.wait(self.stage.random.uniform(*READING))
            content = read_content(letter.raw)
            draft = begin("reply", box.owner, box.language, letter.head, content, letter.at)
            self._write(box, draft, part.answers(content.text), letter)
        self._writing.discard(writer.key)

    async def _hears(self, box: Box) -> Letter:
        """The oldest unread mail that a person wrote."""
        while True:
            for letter in box.letters:
                if letter.unread:
                    letter.unread = False
                    if not letter.head.automatic:
                        self.stage.tell(box.owner.name, "read")
                        return letter
            await self.office.news()

    def _write(self, box: Box, draft: Draft, line: Line, answers: Letter | None = None) -> None:
        name = line.picture
        files = [File(f"{name}.png", "image/png", picture(name))] if name else []
        mail = Writing(
            box.owner,
            box.language,
            self.office.clock(),
            draft.to,
            subject=draft.subject,
            text=line.text,
            quote=draft.quote,
            answers=None if answers is None else answers.head,
            files=files,
        )
        self.office.write(box, compose(mail), draft.to)
        self.stage.tell(box.owner.name, "wrote")

"""One simulated customer in the chat, from coming in to leaving: writes, waits, asks again, goes and comes back, reads
what was answered and answers that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Protocol

from gateway.sandbox.guests import Line, Part
from gateway.sandbox.pictures import picture
from gateway.sandbox.visitor import Frame, Visitor

# Seconds at normal speed.
READING, THINKING = (1.5, 4.0), (0.8, 2.5)
LETTER, LEAST, MOST = 0.09, 1.5, 7.0
"""Typing a letter; a line at least and at the most."""
PATIENCE, OUT, LINGERS = 55.0, (25.0, 50.0), 10.0
"""Until she asks whether anybody is there, and again until she goes; how long she is away; how long she stays at the
end."""
REPEAT = 2.0
"""Between two signals that she types: the door forgets one after six."""


class Stage(Protocol):
    """What a visit needs of the play around it."""

    random: Random

    async def wait(self, seconds: float) -> None: ...

    def tell(self, who: str, what: str) -> None: ...


class Silence(Enum):
    SILENCE = "nothing was heard"


class Closed(Exception):
    """The conversation was closed, or the line was cut."""


@dataclass
class Visit:
    stage: Stage
    visitor: Visitor
    part: Part

    async def play(self) -> None:
        """Returns when she has left for good. Raises what the visitor raises."""
        self._tell("came")
        try:
            if not await self._talk():
                await self._come_back()
        except Closed:
            pass
        self._tell("left")

    async def _talk(self) -> bool:
        """Until all is said (True), or she has waited long enough to go."""
        async with self.visitor.listening():
            for line in self.part.opens():
                await self._write(line)
            said = await self._hear(PATIENCE)
            if said is None:
                await self._write(self.part.nudges())
                said = await self._hear(PATIENCE)
            if said is None:
                self._tell("went")
                return False
            await self._go_on(said)
            return True

    async def _come_back(self) -> None:
        await self._pause(OUT)
        self._tell("back")
        async with self.visitor.listening():
            # What was answered meanwhile is there at once; else she asks, and then waits as long as it takes.
            said = await self._hear(READING[1])
            if said is None:
                await self._write(self.part.comes_back())
                said = await self._hear()
            await self._go_on(said or "")

    async def _go_on(self, said: str) -> None:
        while True:
            await self._write(self.part.answers(said))
            if self.part.over:
                return await self.stage.wait(LINGERS)
            said = await self._hear() or ""

    # --- one thing --------------------------------------------------------------------------------------------------

    async def _write(self, line: Line) -> None:
        await self._pause(THINKING)
        left = min(max(len(line.text) * LETTER, LEAST), MOST)
        while left > 0:
            await self.visitor.types(active=True, preview=line.text)
            await self.stage.wait(min(left, REPEAT))
            left -= REPEAT
        file = (f"{line.picture}.png", picture(line.picture)) if line.picture else None
        await self.visitor.says(line.text, file)
        await self.visitor.types(active=False)
        self._tell("wrote")

    async def _hear(self, patience: float | None = None) -> str | None:
        """The next words of one of us, read; None when nothing moved for so long. Raises Closed."""
        while True:
            frame = await self._frame(patience)
            if frame is Silence.SILENCE:
                return None
            if frame is None or _is_over(frame):
                raise Closed
            if (news := _news(frame)) is not None:
                text, position = news
                await self._pause(READING)
                await self.visitor.reads(position)
                self._tell("read")
                return text

    async def _frame(self, patience: float | None) -> Frame | Silence | None:
        if patience is None:
            return await self.visitor.heard()
        heard = asyncio.ensure_future(self.visitor.heard())
        waited = asyncio.ensure_future(self.stage.wait(patience))
        try:
            await asyncio.wait((heard, waited), return_when=asyncio.FIRST_COMPLETED)
            return heard.result() if heard.done() else Silence.SILENCE
        finally:
            heard.cancel()
            waited.cancel()
            await asyncio.gather(heard, waited, return_exceptions=True)

    async def _pause(self, between: tuple[float, float]) -> None:
        await self.stage.wait(self.stage.random.uniform(*between))

    def _tell(self, what: str) -> None:
        self.stage.tell(self.part.guest.name, what)


def _is_over(frame: Frame) -> bool:
    return any(event["kind"] == "state" and not event["open"] for event in frame.get("events", ()))


def _news(frame: Frame) -> tuple[str, int] | None:
    """The last of an agent's words in a frame, all of them together, and where they end."""
    told = [event["message"] for event in frame.get("events", ()) if event["kind"] == "message"]
    ours = [one for one in told if one["author"]["kind"] != "me" and not one["erased"]]
    if not ours:
        return None
    return "\n".join(one["text"] for one in ours), ours[-1]["position"]

"""Brings to the app what happened: once and for all when it acknowledges, else again (apis/events-api, "retries").

Which way it goes is the line's: Socket Mode or signed HTTP. Only events are brought again; whoever pressed a button is
told after three seconds that the app did not answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from gateway.sandbox.phones.weather import Lots
from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.weather import FAIR, Weather

PATIENCE = 3.0
"""Seconds within which the app must acknowledge."""
RETRIES = (0.0, 60.0, 300.0)
"""Seconds before an event is brought again: nearly at once, after a minute, after five."""
REMEMBERED = 2000


class Unheard(Exception):
    """It was not acknowledged. `reason`: as `X-Slack-Retry-Reason` has it."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        """The app asked not to be told again."""


@dataclass(slots=True)
class Envelope:
    """`kind`: events_api, interactive or slash_commands."""

    kind: str
    payload: Json
    id: str = field(default_factory=lambda: str(uuid4()))
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """One attempt. `fault`: why it was not acknowledged."""

    envelope: str
    kind: str
    payload: Json
    attempt: int
    fault: str
    answer: Any = None


class Line(Protocol):
    async def bring(self, envelope: Envelope, patience: float) -> Any:
        """Returns what the app answered with, None where it only acknowledged. Raises Unheard."""


class Deliveries:
    """One per workspace. `brought` are the last attempts, oldest first; `lost` what was given up."""

    def __init__(self, line: Line, *, seed: int = 0) -> None:
        self.line = line
        self.weather: Weather = FAIR
        self.retries: tuple[float, ...] = RETRIES
        self.patience = PATIENCE
        self.brought: deque[Brought] = deque(maxlen=REMEMBERED)
        self.lost: deque[Json] = deque(maxlen=REMEMBERED)
        self.planned: deque[str] = deque()
        """What happens to the next events, one each: `lost`, `repeated`, `swapped` or empty for nothing."""
        self._lots = Lots(seed)
        self._out: deque[Envelope] = deque()
        self._held: Envelope | None = None
        self._wake = asyncio.Event()
        self._under_way = 0
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._number = 0

    def put(self, kind: str, payload: Json) -> None:
        """An event; the weather may lose it, repeat it or let the next one overtake it."""
        self._number += 1
        fate = self.planned.popleft() if self.planned else self._fate()
        envelope = Envelope(kind, payload)
        if fate == "lost":
            self.lost.append(payload)
            return
        if fate == "swapped" and self._held is None:
            self._held = envelope
            return
        self._send(envelope)
        if fate == "repeated":
            self._send(Envelope(kind, payload, attempt=1, reason="timeout"))
        self.release()

    def release(self) -> None:
        """What waited for the next event to overtake it goes now."""
        held, self._held = self._held, None
        if held is not None:
            self._send(held)

    def _fate(self) -> str:
        weather = self.weather
        for name, share in (
            ("lost", weather.lost),
            ("repeated", weather.repeated),
            ("swapped", weather.swapped),
        ):
            if self._lots.draw(share, name, self._number):
                return name
        return ""

    def _send(self, envelope: Envelope) -> None:
        self._out.append(envelope)
        self._under_way += 1
        self._at_rest.clear()
        self._wake.set()

    async def ask(self, kind: str, payload: Json) -> Any:
        """A deed of a person's: once, and she waits for the answer. Raises Unheard."""
        return await self._attempt(Envelope(kind, payload))

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                while self._out:
                    group.create_task(self._carry(self._out.popleft()))
                self._wake.clear()
                await self._wake.wait()

    async def rest(self) -> None:
        """Until everything has been acknowledged or given up."""
        await self._at_rest.wait()

    async def _carry(self, envelope: Envelope) -> None:
        try:
            for pause in (*self.retries, None):
                try:
                    await self._attempt(envelope)
                    return
                except Unheard as why:
                    if pause is None or why.final:
                        self.lost.append(envelope.payload)
                        return
                    envelope.attempt += 1
                    envelope.reason = why.reason
                    await asyncio.sleep(pause)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._at_rest.set()

    async def _attempt(self, envelope: Envelope) -> Any:
        fault, answer = "", None
        try:
            if self.weather.down:
                raise Unheard("connection_failed")
            answer = await self.line.bring(envelope, self.patience)
        except Unheard as why:
            fault = why.reason
            raise
        finally:
            self.brought.append(
                Brought(envelope.id, envelope.kind, envelope.payload, envelope.attempt, fault, answer)
            )
        return answer

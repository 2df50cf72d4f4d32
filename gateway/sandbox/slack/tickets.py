"""What a deed of a person gives the app: a trigger to open one view with, and an address to answer at.

Pages: interactivity/handling-user-interaction. A trigger is good for three seconds and once; a response URL for thirty
minutes and five times.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gateway.sandbox.slack.refusal import Refusal

TRIGGER = 3_000
RESPONSE = 30 * 60 * 1000
"""Milliseconds for which it is good."""
ANSWERS = 5


@dataclass(slots=True)
class Trigger:
    user: str
    until: int
    view: str = ""
    """The modal that it came from."""
    used: bool = False


@dataclass(slots=True)
class Response:
    """Where an answer goes: to her who did something, at a message or in a channel."""

    user: str
    channel: str
    until: int
    ts: str = ""
    """Of the message, or of the ephemeral one, that was pressed."""
    thread: str = ""
    left: int = ANSWERS


class Tickets:
    """`clock`: UTC ms."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, Response] = {}

    def trigger(self, user: str, view: str = "") -> str:
        name = f"{len(self._triggers) + 1}.{self._clock()}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, self._clock() + TRIGGER, view)
        return name

    def spend(self, name: str) -> Trigger:
        """Raises Refusal."""
        found = self._triggers.get(name)
        if found is None:
            raise Refusal("invalid_trigger_id")
        if found.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() > found.until:
            raise Refusal("expired_trigger_id")
        found.used = True
        return found

    def response(self, user: str, channel: str, ts: str = "", thread: str = "") -> str:
        """What stands behind `/actions/` in its address."""
        name = secrets.token_hex(12)
        self._responses[name] = Response(user, channel, self._clock() + RESPONSE, ts, thread)
        return name

    def use(self, name: str) -> Response:
        """Raises Refusal: what these addresses answer is HTTP 404 with one word."""
        found = self._responses.get(name)
        if found is None:
            raise Refusal("invalid_url", status=404)
        if self._clock() > found.until:
            raise Refusal("expired_url", status=404)
        if found.left == 0:
            raise Refusal("used_url", status=404)
        found.left -= 1
        return found

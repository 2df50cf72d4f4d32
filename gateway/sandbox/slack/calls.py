"""One call of the Web API: its arguments, whichever way they came, and what a method may do (apis/web-api)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from gateway.sandbox.slack.installation import Installation
from gateway.sandbox.slack.rates import Rates
from gateway.sandbox.slack.records import Channel, Json, Message
from gateway.sandbox.slack.refusal import Refusal, told
from gateway.sandbox.slack.sockets import Sockets
from gateway.sandbox.slack.tickets import Tickets
from gateway.sandbox.slack.workspace import Workspace

T = TypeVar("T")
TRUE = {"1", "true", "True"}


@dataclass(frozen=True, slots=True)
class Call:
    """A method asks this for everything it needs."""

    workspace: Workspace
    installation: Installation
    rates: Rates
    tickets: Tickets
    sockets: Sockets
    given: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Where we answer, without a slash at its end."""
        return self.workspace.base

    def said(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """Raises Refusal."""
        value = self.said(name)
        if not value:
            raise told("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        value = self.given.get(name)
        return value is True or str(value) in TRUE

    def number(self, name: str, default: int) -> int:
        """Raises Refusal."""
        value = self.said(name)
        if not value:
            return default
        if not value.isdecimal():
            raise told("invalid_arguments", f"[ERROR] must be an integer [json-pointer:/{name}]")
        return int(value)

    def json(self, name: str, error: str) -> Any:
        """JSON as it is in a JSON body, or as a string of it. Raises Refusal."""
        value = self.given.get(name)
        if not isinstance(value, str) or value == "":
            return value
        try:
            return orjson.loads(value)
        except ValueError as why:
            raise Refusal(error) from why

    def channel(self) -> Channel:
        """Raises Refusal."""
        return self.workspace.channel(self.need("channel"))

    def joined(self) -> Channel:
        """Raises Refusal."""
        return self.workspace.joined(self.need("channel"))

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """Raises Refusal."""
        return self.workspace.message(channel, self.need(name))

    def page(self, things: Sequence[T], usual: int, most: int) -> tuple[list[T], str]:
        """Those of this page and the cursor of the next, empty at the end (apis/web-api/pagination). Raises Refusal."""
        size = self.number("limit", usual)
        if not 1 <= size <= most:
            raise Refusal("invalid_limit")
        begin = _place(self.said("cursor"))
        end = begin + size
        return list(things[begin:end]), _cursor(end) if end < len(things) else ""


def _cursor(place: int) -> str:
    return base64.b64encode(f"place:{place}".encode()).decode()


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "place":
            return int(place)
    except ValueError:
        pass
    raise Refusal("invalid_cursor")


def paged(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}


@dataclass(frozen=True, slots=True)
class Method:
    """`scope`: as `Installation.need` takes it. `tier` 0: limits of its own."""

    run: Callable[[Call], Json]
    scope: str = ""
    tier: int = 3
    app: bool = False
    """For tokens of the app, not of its bot."""
    posts: bool = False
    """It does something that must not be done twice."""

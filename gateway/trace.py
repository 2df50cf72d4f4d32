"""Which request a piece of work belongs to, from the door to the commit, the sockets and the outbox.

The id stands in a context variable, so that whatever is logged on the way carries it; where a message crosses from one
task to another (the log's followers, the outbox), `Requests` remembers whose it was. It is never stored: in another
process the message's position and id, which stand in the same lines, lead on.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from gateway.events import Event, new_id

HEADER = "X-Request-Id"
REMEMBERED = 4096
"""Messages of which a process remembers by which request they came."""

current: ContextVar[str] = ContextVar("parley_request", default="")
"""The id of the request that is being worked for; "" for the house's own work."""
steps = logging.getLogger("parley.steps")
"""One line for each step of a request and of its message: `[log] steps`."""
steps.setLevel(logging.WARNING)

_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def valid(told: str) -> str:
    """An id as others may give it; "" for anything that could be something else than an id."""
    return told if _VALID.fullmatch(told) else ""


@contextmanager
def working_for(request: str = "") -> Iterator[str]:
    """Everything inside is done for this request; without an id it gets one."""
    request = request or new_id()
    token = current.set(request)
    try:
        yield request
    finally:
        current.reset(token)


def step(words: str, *args: object, **facts: object) -> None:
    """A line of a request's story. `facts` are ids, numbers and our own words: never what somebody wrote."""
    if steps.isEnabledFor(logging.INFO):
        steps.info(words, *args, extra={"facts": facts})


Span = Callable[[str, Mapping[str, str | int]], AbstractContextManager[object]]
_NONE = nullcontext()
_span: Span | None = None


def spans_by(span: Span | None) -> None:
    """Whoever wants to know how long the stages take (`gateway.telemetry`); None: nobody."""
    global _span
    _span = span


def span(name: str, **facts: str | int) -> AbstractContextManager[object]:
    """A stage of the work for a request. `name` is one of few; `facts` are ids and our own words."""
    return _NONE if _span is None else _span(name, facts)


class Requests:
    """Which messages came by which request, as long as it is likely to be asked for."""

    def __init__(self) -> None:
        self._by_position: OrderedDict[int, str] = OrderedDict()
        self._by_message: OrderedDict[str, str] = OrderedDict()

    def remember(self, event: Event, request: str) -> None:
        """`event` stands at its final position."""
        self._by_position[event.position] = request
        if event.message is not None:
            self._by_message[event.message] = request
        for kept in (self._by_position, self._by_message):
            while len(kept) > REMEMBERED:
                kept.popitem(last=False)

    def tell(self, words: str, events: Sequence[Event], *args: object) -> None:
        """A step that these facts have taken together, for each of those whose request is known."""
        if not self._by_position or not steps.isEnabledFor(logging.INFO):
            return
        for event in events:
            if request := self._by_position.get(event.position):
                with working_for(request):
                    step(words, *args, position=event.position, message=event.message)

    def of_message(self, message: str) -> str:
        return self._by_message.get(message, "")

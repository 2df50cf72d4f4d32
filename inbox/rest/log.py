"""The log by REST: what happened after a cursor, waited for if need be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from gateway.egress.types import AgentEvent
from gateway.errors import Refused, UnknownFact
from gateway.events import Event
from gateway.store import Cursor, Reader, Store, events_after, trimmed_to
from inbox.fitting import Query
from inbox.hub import form
from inbox.rest.conversations import Limit, page_size
from inbox.rest.route import Call, route


class CursorGone(Refused):
    """The log no longer reaches back to this cursor, or it is another database's: read the lists, start anew."""

    status = 410
    code = "cursor_gone"


class EventsQuery(Query):
    after: Annotated[str, Field(max_length=100)] | None = None
    """Left out: only the cursor of this moment is told."""
    wait: Annotated[int, Field(ge=0, le=60_000)] = 0
    """Milliseconds to wait for something to happen, at most `[limits] events_wait`."""
    limit: Limit | None = None


class EventsPage(TypedDict):
    cursor: str
    """Pass as `?after=` next time."""
    position: int
    events: list[AgentEvent]
    """What the caller may see of it; may be empty."""
    more: bool
    """There is more already: ask again at once."""


@route("GET", "/events")
async def events(call: Call, query: EventsQuery) -> EventsPage:
    """What happened after a cursor, as the caller may see it (410 `cursor_gone` when the log does not reach back)."""
    store = call.desk.store
    if query.after is None:
        return {"cursor": str(store.cursor), "position": store.published, "events": [], "more": False}
    cursor = Cursor.parse(query.after)
    if cursor is None or cursor.epoch != store.epoch or await is_ahead(store, cursor.position):
        raise CursorGone("errors.cursor_gone", "a cursor of another life")
    until = asyncio.get_running_loop().time() + min(query.wait, call.desk.limits.events_wait) / 1000
    return await _until_something(call, cursor.position, until, page_size(call, query.limit))


async def is_ahead(store: Store, position: int) -> bool:
    """Of all there is: another process may have told more than this one has heard of."""
    return position > store.published and position > await store.head()


async def _until_something(call: Call, position: int, until: float, limit: int) -> EventsPage:
    """The next facts that the caller may see; waits for them until the loop's time `until`."""
    store, clock = call.desk.store, asyncio.get_running_loop().time
    while True:
        came = await store.scan(lambda look, after=position: _after(store, look, after, limit))  # type: ignore[misc]
        told = await _told(call, came)
        position = came[-1].position if came else position
        if told or len(came) == limit or clock() >= until or call.desk.leaves:
            cursor = str(Cursor(store.epoch, position))
            return {"cursor": cursor, "position": position, "events": told, "more": len(came) == limit}
        await _something_new(call, position, until - clock())


async def _after(store: Store, look: Reader, position: int, limit: int) -> list[Event]:
    if position < await trimmed_to(look):
        raise CursorGone("errors.cursor_gone", f"trimmed beyond {position}")
    try:
        return await events_after(look, position, limit)
    except UnknownFact as why:
        if why.position > store.published:
            raise
        raise CursorGone("errors.cursor_gone", f"at {position} comes a newer version's: {why}") from why


async def _told(call: Call, came: Sequence[Event]) -> list[AgentEvent]:
    """These facts as the caller may see them."""
    if not came:
        return []
    hub = call.desk.hub
    content = await call.desk.store.read(lambda look: hub.load(look, came))
    shapes = ((event, form(call.caller.viewer, event, content)) for event in came)
    return [hub.told(event, how, content) for event, how in shapes if how]  # type: ignore[misc]


async def _something_new(call: Call, position: int, seconds: float) -> None:
    """Until this process has heard of a newer fact, is about to end, or the time is over."""
    wake = asyncio.Event()
    stop = call.desk.bus.take_events(lambda events: wake.set())
    call.desk.waiting.add(wake)
    try:
        if call.desk.store.published <= position:
            async with asyncio.timeout(max(0.0, seconds)):
                await wake.wait()
    except TimeoutError:
        pass
    finally:
        call.desk.waiting.discard(wake)
        stop()

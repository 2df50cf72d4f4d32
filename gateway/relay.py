"""What passes outward and is never stored: that somebody writes an answer, to those whose provider shows it.

Only while a public reply is typed. A provider may tell the customer by the same call that hers was read: where a
channel says so (`typing_reads`), agents see it as read by us.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeGuard

from gateway.bus import AgentTyping, Bus
from gateway.channels.base import Channel, SendsTyping
from gateway.channels.registry import Channels
from gateway.errors import ParleyError
from gateway.events import Address, Event, Kind, Visibility, agent
from gateway.store import Row, Store
from gateway.stream.seen import we_have_seen

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds for which a provider is waited for; what comes later is of no use."""
SHOWN_FOR = 20.0
"""Seconds after which it is told again, should somebody still write; less than providers show it for."""
ENDING = frozenset({Kind.MESSAGE_CREATED, Kind.CONVERSATION_CHANGED, Kind.CONVERSATION_MERGED})
"""After which what was shown may be over (a message ends it), or be owed to another way or another message."""
AT_ONCE = 16
"""Such calls that are under way; further ones are left out."""
# The leg that a reply takes, and what she wrote there last.
LEG = """select l.account_id, l.thread_key, i.space, i.address, m.provider_id, m.position, e.opted_out_at
    from conversations c join legs l on l.id = c.leg_id join identities i on i.id = l.identity_id
    join messages m on m.id = (select n.id from messages n where n.leg_id = l.id and n.author_kind = 'customer'
        and n.provider_id is not null and n.erased_at is null order by n.at desc, n.position desc limit 1)
    left join endpoints e on e.account_id = l.account_id and e.identity_id = l.identity_id
    where c.id = $1"""


class Shower(Channel, SendsTyping, Protocol):
    """An account whose provider shows that somebody writes."""


def _shows(channel: Channel | None) -> TypeGuard[Shower]:
    return channel is not None and isinstance(channel, SendsTyping)


def _ends(event: Event) -> bool:
    """Not a note; of what is changed only the way."""
    if event.kind is Kind.MESSAGE_CREATED:
        return event.changes.get("visibility") != Visibility.NOTE.value
    return event.kind is Kind.CONVERSATION_MERGED or "leg" in event.changes


class Relay:
    """One process's part. `clock` tells seconds that never go back."""

    def __init__(
        self, store: Store, channels: Channels, bus: Bus, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._told: dict[str, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._stops = bus.take_own(AgentTyping, self.take), bus.take_events(self.forget)

    def take(self, signal: AgentTyping) -> None:
        """Somebody types: passed on at once, and again only when what the provider shows would end."""
        if not signal.active or signal.mode != "public" or not signal.persons:
            return
        now = self._clock()
        if self._told.get(signal.conversation, 0.0) > now or len(self._under_way) >= AT_ONCE:
            return
        # Before anything is known of the way: a channel that shows nothing is not asked for with every key.
        self._told = {key: until for key, until in self._told.items() if until > now}
        self._told[signal.conversation] = now + SHOWN_FOR
        task = asyncio.create_task(self._pass_on(signal), name=f"typing in {signal.conversation}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def forget(self, events: Sequence[Event]) -> None:
        """The log goes on: whoever writes after that is shown anew."""
        for event in events:
            if event.conversation is not None and event.kind in ENDING and _ends(event):
                self._told.pop(event.conversation, None)

    async def close(self) -> None:
        for stop in self._stops:
            stop()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _pass_on(self, signal: AgentTyping) -> None:
        try:
            row = await self._store.glance(lambda look: look.one(LEG, signal.conversation))
            channel = None if row is None else self._channels.get(row["account_id"])
            if row is not None and row["opted_out_at"] is None and _shows(channel):
                await self._show(channel, row, signal)
        except (ParleyError, TimeoutError) as why:
            log.info("that somebody writes in %s is not shown: %r", signal.conversation, why)
        except Exception:
            log.exception("that somebody writes in %s is not shown", signal.conversation)

    async def _show(self, channel: Shower, row: Row, signal: AgentTyping) -> None:
        async with asyncio.timeout(PATIENCE):
            await channel.show_typing(Address(row["space"], row["address"]), row["provider_id"])
        if channel.capabilities.typing_reads:
            by, position = agent(signal.agent), row["position"]
            await self._store.write(
                lambda tx: we_have_seen(tx, signal.conversation, position, by), aside=True
            )

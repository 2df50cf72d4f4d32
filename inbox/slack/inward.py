"""The way in, whichever door it came by: understood, done once, written down; only then acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any
from weakref import WeakValueDictionary

from gateway.errors import AuthFailed, PermanentError, TemporaryError, Unavailable, UncertainError
from gateway.store import Row, Store
from gateway.stream import outside, pull_queue, pulls
from gateway.stream import pull_readers as readers
from inbox.slack import PLACE, modals
from inbox.slack.acts import Acts
from inbox.slack.client import Client
from inbox.slack.understand import Ask, Nothing, Removed, Said, Typed, catching_up, understand

log = logging.getLogger(__name__)

BACK = 2 * 24 * 3600
"""Seconds that are caught up: less than it is remembered what was told us (`gateway.stream.outside.KEPT`)."""


class Inward:
    """One per process. What is written in one thread, and what one person presses and says, is done in the order in
    which it came; nobody waits for another."""

    def __init__(self, store: Store, client: Client, acts: Acts, prefix: str) -> None:
        self._store = store
        self._client = client
        self._acts = acts
        self._prefix = prefix
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, kind: str, payload: Any) -> Any:
        """Returns what is said with the acknowledgement. Raises Unavailable: it is not acknowledged and comes again."""
        ask = understand(kind, payload, prefix=self._prefix, us=await self._us())
        return await self._once(ask)

    async def _us(self) -> str:
        try:
            return (await self._client.me()).user
        except (TemporaryError, UncertainError, AuthFailed, PermanentError) as why:
            raise Unavailable(f"Slack does not say who we are: {why}") from None

    async def _once(self, ask: Ask) -> Any:
        if isinstance(ask, Nothing):
            if not ask.key:
                log.warning("what Slack told us %s", ask.why)
            return None
        if isinstance(ask, Typed):
            # The next letter makes this one old: it waits for nothing, nor does anything for it.
            return await self._acts.act(ask)
        if isinstance(ask, Said | Removed) and not await self._is_thread(ask):
            return None  # and nothing is remembered of what is said anywhere else
        async with self._lanes.setdefault(_lane(ask), asyncio.Lock()):
            if ask.key and await self._was_seen(ask.key):
                return None
            try:
                answer: Any = await self._acts.act(ask)
            except (TemporaryError, UncertainError, AuthFailed, PermanentError) as why:
                raise Unavailable(f"{type(ask).__name__} waits for Slack: {why}") from None
            # What was refused, or goes on, may be asked for once more as it is: perhaps nobody heard so.
            if ask.key and not modals.stays(answer):
                await self._store.write(lambda tx: outside.see(tx, PLACE, ask.key), aside=True)
            return answer

    async def _is_thread(self, ask: Said | Removed) -> bool:
        find = lambda look: pulls.find_thread(look, PLACE, ask.channel, ask.thread)  # noqa: E731
        return bool(ask.thread) and await self._store.read(find) is not None

    async def _was_seen(self, key: str) -> bool:
        return await self._store.read(lambda look: outside.was_seen(look, PLACE, key))

    async def catch_up(self, now: int) -> None:
        """What was written in open threads while nobody listened. `now`: UTC ms. Raises Unavailable."""
        us = await self._us()
        # Who came into a channel meanwhile was not told either.
        await self._store.write(lambda tx: readers.all_moved(tx, PLACE), aside=True)
        for pull in await self._store.read(lambda look: pull_queue.open_threads(look, PLACE)):
            try:
                missed = await self._missed(pull, us, now // 1000 - BACK)
            except PermanentError as why:
                log.info("a thread could not be read: %s", why)
                continue
            except (TemporaryError, UncertainError, AuthFailed) as why:
                raise Unavailable(f"catching up waits: {why}") from None
            for ask in missed:
                await self._once_again(ask)

    async def _once_again(self, ask: Ask) -> None:
        """One message that cannot be taken holds up no other."""
        try:
            await self._once(ask)
        except Unavailable:
            raise
        except Exception:
            log.exception("what was written in a thread could not be taken; it is left out")

    async def _missed(self, pull: Row, us: str, oldest: int) -> Iterable[Ask]:
        """How often threads may be read is bounded: one waits as long as Slack says, and goes on."""
        while True:
            try:
                return await self._read(pull, us, oldest)
            except TemporaryError as why:
                if why.retry_after is None:
                    raise
                await asyncio.sleep(why.retry_after)

    async def _read(self, pull: Row, us: str, oldest: int) -> Iterable[Ask]:
        pages = self._client.pages(
            "conversations.replies",
            "messages",
            channel=pull["channel"],
            ts=pull["thread"],
            oldest=f"{oldest}.000000",
        )
        channel, thread = pull["channel"], pull["thread"]
        return [ask async for one in pages for ask in catching_up(channel, thread, one, self._prefix, us)]


def _lane(ask: Ask) -> str:
    if isinstance(ask, Said | Removed):
        return f"{ask.channel}:{ask.thread}"
    return ask.user or ask.channel

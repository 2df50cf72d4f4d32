"""Says in channels what rules have found, and keeps it true: posted once, drawn anew, closed when it is over."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from gateway.errors import AuthFailed, PermanentError, TemporaryError, Unavailable, UncertainError
from gateway.store import Store
from gateway.stream import outside_homes, pull_queue, watches
from gateway.stream import pull_readers as readers
from gateway.stream.pulls import Audience
from gateway.stream.watches import Watch
from inbox.slack import PLACE
from inbox.slack.blocks import Drawn
from inbox.slack.client import Client
from inbox.slack.rooms import Rooms
from inbox.slack.send import CLOCKS, Pace

log = logging.getLogger(__name__)

Draw = Callable[[Watch, bool], Awaitable[Drawn]]
"""What it says; is the channel shared?"""
SHARED = watches.SHARED
REFUSED = 600.0
"""Seconds until one is tried again that Slack refused."""


class Teller:
    """Of one process, for as long as it has the duty; `store` is the fenced one."""

    def __init__(
        self,
        store: Store,
        client: Client,
        rooms: Rooms,
        draw: Draw,
        clock: Callable[[], int],
        pace: Pace,
    ) -> None:
        self._store = store
        self._client = client
        self._rooms = rooms
        self._draw = draw
        self._clock = clock
        self._pace = pace
        self._free: dict[str, float] = {}

    async def tell(self) -> None:
        """All that is due, one by one; a channel that was just posted to has its turn later, and one of
        which nobody knows who reads it. Raises Unavailable."""
        now = self._clock()
        doubted = dict(await self._store.read(lambda look: readers.doubted(look, PLACE, now)))
        for one in await self._store.read(lambda look: watches.load_due(look, PLACE, now)):
            if one.channel in doubted or self._free.get(one.channel, 0.0) > time.monotonic():
                continue
            try:
                await self._do(one)
            except Unavailable:
                raise
            except Exception:
                # One that cannot be drawn holds up no other.
                log.exception("an alert of %s could not be said; it is looked at again", one.rule)
                with contextlib.suppress(Unavailable):
                    await self._waits(one, self._pace.again_most, "a fault of ours", uncertain=True)

    async def _do(self, one: Watch) -> None:
        try:
            await (self._redraw(one) if one.state == "posted" else self._post(one))
        except AuthFailed as why:
            reason = str(why)
            await self._waits(one, self._pace.probe, reason)
            if await self._store.write(lambda tx: pull_queue.pause(tx, PLACE, reason), aside=True):
                log.error("Slack does not take our token (%s): alerts wait until it is mended", reason)
        except TemporaryError as why:
            await self._waits(one, why.retry_after or self._pace.wait(one.tries), str(why))
        except UncertainError as why:
            await self._waits(one, self._pace.wait(one.tries), str(why), uncertain=True)
        except PermanentError as why:
            log.log(logging.INFO if one.tries else logging.WARNING, "%s was refused: %s", one.rule, why)
            code = why.code
            if one.state == "posted" and code == watches.GONE:
                await self._store.write(lambda tx: watches.ended(tx, one, code, failed=True), aside=True)
            else:
                # Its channel may take it one day: what holds is to be said, and what is over to be taken back.
                await self._waits(one, REFUSED, code)

    async def _post(self, one: Watch) -> None:
        if one.uncertain and await self._stands_already(one):
            return
        if one.over_at is not None and one.does == "alert":
            await self._store.write(lambda tx: watches.ended(tx, one, "over"), aside=True)
            return
        if await self._is_shared(one):
            if one.error != SHARED:
                log.warning("others read %s: what %s has to say there waits", one.channel, one.rule)
                await self._store.write(lambda tx: outside_homes.touch(tx, PLACE), aside=True)
            await self._waits(one, self._pace.alert, SHARED)
            return
        until = self._in(self._pace.unsure)
        await self._store.write(lambda tx: watches.begin(tx, one, until), aside=True)
        drawn = await self._draw(one, False)
        ts = await self._client.post(one.channel, None, drawn, one.key)
        self._free[one.channel] = time.monotonic() + self._pace.post
        again, last = self._in(self._pace.alert), one.does == "digest"
        await self._store.write(
            lambda tx: watches.stands(tx, one, ts, drawn.digest, again, last=last), aside=True
        )

    async def _stands_already(self, one: Watch) -> bool:
        """Nobody said whether it arrived: it is looked for before it is posted again."""
        began = max(one.began_at, one.upto_at or 0) // 1000
        found = await self._client.find(one.channel, None, one.key, f"{began - CLOCKS}.000000")
        if found is None:
            return False
        last = one.does == "digest"
        await self._store.write(lambda tx: watches.stands(tx, one, found, "", 0, last=last), aside=True)
        return True

    async def _redraw(self, one: Watch) -> None:
        ts = one.external
        assert ts is not None, "it stands"
        shared, last = await self._is_shared(one), one.over_at is not None
        drawn = await self._draw(one, shared)
        if drawn.digest != one.digest:
            try:
                await self._client.redraw(one.channel, ts, drawn, one.key)
            except PermanentError as why:
                if why.code == watches.GONE or not (last or shared):
                    raise
                # As it stands it may not stay: whom it names she may be no longer, or others read it.
                await self._client.remove(one.channel, ts)
                code = why.code
                await self._store.write(lambda tx: watches.taken_away(tx, one, code), aside=True)
                return
        again = self._in(self._pace.alert)
        await self._store.write(
            lambda tx: watches.stands(tx, one, ts, drawn.digest, again, last=last, shared=last and shared),
            aside=True,
        )

    async def _is_shared(self, one: Watch) -> bool:
        return await self._rooms.audience(one.channel) is not Audience.INNER

    async def _waits(self, one: Watch, wait: float, why: str, *, uncertain: bool = False) -> None:
        until, unsure = self._in(wait), uncertain or one.uncertain
        await self._store.write(lambda tx: watches.waits(tx, one, until, why, uncertain=unsure), aside=True)

    def _in(self, seconds: float) -> int:
        return self._clock() + round(seconds * 1000)

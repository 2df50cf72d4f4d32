"""Looks that many ask for in the same turn of the loop, made as one.

When everybody comes back at once, a look for each would be most of the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any, Generic, TypeVar

from gateway.store.base import Look
from gateway.store.tx import Reader

CROWD_RESTS = 10
"""ms between two looks for those who have come meanwhile."""

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """`load` is given the keys of all who ask before it begins; `take` is the store's `read`, `glance` or `follow`.
    Two looks begin at least `rest` ms apart: when many come at once, the more share a look the sooner all have been
    answered; who comes alone does not wait."""

    def __init__(
        self,
        take: Callable[[Look[Mapping[K, V]]], Coroutine[Any, Any, Mapping[K, V]]],
        load: Callable[[Reader, Collection[K]], Coroutine[Any, Any, Mapping[K, V]]],
        rest: int = CROWD_RESTS,
    ) -> None:
        self._take = take
        self._load = load
        self._rest = rest / 1000
        self._due = 0.0
        self._keys: set[K] = set()
        self._loading: asyncio.Task[Mapping[K, V]] | None = None

    async def get(self, key: K) -> V | None:
        """What stands when this is asked or later; None when there is none. Raises what the look raises."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._look())
        self._keys.add(key)
        # Who goes away meanwhile takes nobody's answer along.
        return (await asyncio.shield(self._loading)).get(key)

    async def _look(self) -> Mapping[K, V]:
        loop = asyncio.get_running_loop()
        if (rest := self._due - loop.time()) > 0:
            await asyncio.sleep(rest)
        keys, self._keys, self._loading = self._keys, set(), None
        self._due = loop.time() + self._rest
        return await self._take(lambda look: self._load(look, keys))

"""Passwords: argon2id off the loop, in few threads, with a short queue, the same work for strangers as for agents."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import Refused, TooMany

T = TypeVar("T")

MEMORY = 19 * 1024
"""KiB: with two passes and one lane the OWASP Password Storage Cheat Sheet's argon2id setting."""
LONGEST = 256
"""Characters; a longer password is refused, not cut."""
AT_ONCE_FROM_ONE_ADDRESS = 3
"""Checks of one address that may wait at the same time, so that one stranger cannot fill the queue."""


class Passwords:
    """Makes and checks hashes. `at_once` threads, at most `queue` checks waiting for them."""

    def __init__(self, *, at_once: int, queue: int, least: int) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY, parallelism=1)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="parley-password")
        self._queue = queue
        self._least = least
        self._waiting: Counter[str] = Counter()
        # Checked for whoever does not exist: the answer takes as long as for those who do.
        self._nobody = self._hasher.hash("nobody has this password")

    def check(self, password: str) -> None:
        """Raises Refused for a password too short or too long to be set."""
        if len(password) < self._least:
            raise Refused("errors.password_too_short", least=self._least)
        if len(password) > LONGEST:
            raise Refused("errors.password_too_long", most=LONGEST)

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Refused, TooMany."""
        self.check(password)
        return await self._run("", self._hasher.hash, _normal(password))

    async def fits(self, password: str, kept: str | None, *, address: str = "") -> bool:
        """Is it the password of this hash? False for None, after as much work. Raises TooMany."""
        right = await self._run(address, self._verify, kept or self._nobody, _normal(password[: LONGEST + 1]))
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Was it made with weaker settings than today's?"""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _verify(self, kept: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, address: str, work: Callable[..., T], *args: object) -> T:
        if self._waiting.total() >= self._queue or (
            address and self._waiting[address] >= AT_ONCE_FROM_ONE_ADDRESS
        ):
            raise TooMany("errors.sign_in_busy", "the password queue is full", retry_after=2)
        self._waiting[address] += 1
        work_done = asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        # Counted until the thread is done, even when whoever asked has gone.
        work_done.add_done_callback(lambda _: self._done(address))
        return await asyncio.shield(work_done)

    def _done(self, address: str) -> None:
        self._waiting[address] -= 1
        if not self._waiting[address]:
            del self._waiting[address]


def _normal(password: str) -> bytes:
    """The same password from every keyboard (NIST SP 800-63B section 5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")

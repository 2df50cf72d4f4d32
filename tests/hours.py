"""The event loop's own clock, pushed on by hand.

What is due in an hour happens now, and what must not wait for that hour comes before anybody pushes: no test has to
measure how long something took, and none fails because its machine was slow.
"""

import asyncio


class Hours:
    """Of the running loop. Its timers hear of it (`sleep`, `timeout`, `call_later`), the wall clock does not."""

    def __init__(self, *, still: bool = False) -> None:
        """`still`: no time passes but by hand. For what has to do with nobody outside."""
        loop = asyncio.get_running_loop()
        self._real = loop.time
        self._ahead = 0.0
        if still:
            stopped = loop.time()
            self._real = lambda: stopped
        loop.time = self  # type: ignore[method-assign]

    def __call__(self) -> float:
        return self._real() + self._ahead

    def passes(self, seconds: float) -> None:
        """What is due by then runs in the loop's next turn; no `timeout` that must hold may be open."""
        self._ahead += seconds


async def turns(count: int = 10) -> None:
    """As many turns of the loop: what is ready has happened."""
    for _ in range(count):
        await asyncio.sleep(0)

"""The hand that makes and drops databases: one connection for all of them, in a thread of its own beside the tests."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import asyncpg

LOST = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)
"""The server was killed, stopped or begun anew since the last statement."""


class Hand:
    """Does one statement after the other, outside any transaction."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, "databases")
        self._loop = asyncio.new_event_loop()
        self._connection: Any = None

    def begin(self, statement: str) -> Future[None]:
        """After all that were begun before."""
        return self._thread.submit(self._do, statement)

    def close(self) -> None:
        """After the last of them."""
        self._thread.submit(self._end).result()
        self._thread.shutdown()

    def _do(self, statement: str) -> None:
        try:
            self._run(self._execute(statement))
        except LOST:
            self._run(self._let_go())
            self._run(self._execute(statement))

    async def _execute(self, statement: str) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(statement)

    async def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
            await asyncio.sleep(0)  # in which its socket is closed

    def _end(self) -> None:
        self._run(self._let_go())
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(work)

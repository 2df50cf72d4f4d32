"""Socket Mode (apis/events-api/using-socket-mode): the app calls us, and hears through its sockets what happened.

An address is good for one connection and half a minute. Ten sockets of one app may stand at once; each envelope goes to
one of them, and to another when that one breaks before it has acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from gateway.sandbox.slack.deliveries import Envelope, Unheard
from gateway.sandbox.slack.records import APP, Json

TICKET = 30_000
"""Milliseconds within which an address must be used."""
MOST_SOCKETS = 10
LIFETIME = 18_060
"""Seconds that `hello` says a connection may last."""
LARGEST = 1024 * 1024


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    """Envelope -> its acknowledgement."""
    leaving: bool = False
    """It was told to go: nothing new is sent to it."""


class Sockets:
    """`clock`: UTC ms."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.open: list[Connection] = []
        self.opened = 0
        """How many ever stood."""
        self.acknowledged: list[str] = []
        """Envelopes, in the order in which the app acknowledged them."""
        self.disabled = False
        """The app's settings have switched Socket Mode off."""
        self._clock = clock
        self._tickets: dict[str, int] = {}
        self._turn = 0
        self._came = asyncio.Event()

    def ticket(self) -> str:
        """What `apps.connections.open` gives away."""
        name = secrets.token_hex(12)
        self._tickets[name] = self._clock() + TICKET
        return name

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """GET /link/?ticket="""
        until = self._tickets.pop(request.query.get("ticket", ""), 0)
        if self.disabled or self._clock() > until:
            return web.Response(status=408 if until else 401)
        socket = web.WebSocketResponse(max_msg_size=LARGEST)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.open) >= MOST_SOCKETS:
            await self._farewell(connection, "too_many_websockets")
            await socket.close()
            return socket
        self.open.append(connection)
        self.opened += 1
        try:
            await socket.send_str(_text(self._hello(request)))
            self._came.set()
            await self._listen(connection)
        finally:
            self._gone(connection)
        return socket

    def _hello(self, request: web.Request) -> Json:
        debug = {
            "host": "applink-sandbox",
            "build_number": 1,
            "approximate_connection_time": LIFETIME,
            "debug_reconnects": request.query.get("debug_reconnects") == "true",
        }
        return {
            "type": "hello",
            "num_connections": len(self.open),
            "debug_info": debug,
            "connection_info": {"app_id": APP},
        }

    async def _listen(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                said = orjson.loads(frame.data)
            except ValueError:
                continue
            if not isinstance(said, dict):
                continue
            waits = connection.waiting.pop(str(said.get("envelope_id")), None)
            if waits is not None and not waits.done():
                self.acknowledged.append(said["envelope_id"])
                waits.set_result(said.get("payload"))

    def _gone(self, connection: Connection) -> None:
        self.open.remove(connection)
        for waits in connection.waiting.values():
            if not waits.done():
                waits.set_exception(Unheard("connection_failed"))

    async def connected(self) -> None:
        """Until a socket stands."""
        while not self.open:
            self._came.clear()
            await self._came.wait()

    async def bring(self, envelope: Envelope, patience: float) -> Any:
        """Raises Unheard."""
        standing = [one for one in self.open if not one.leaving]
        if not standing:
            raise Unheard("connection_failed")
        self._turn += 1
        connection = standing[self._turn % len(standing)]
        waits = connection.waiting[envelope.id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await connection.socket.send_str(_text(_frame(envelope)))
                return await waits
        except TimeoutError:
            raise Unheard("timeout") from None
        except ConnectionResetError:
            raise Unheard("connection_failed") from None
        finally:
            connection.waiting.pop(envelope.id, None)

    # --- what Slack does to sockets ---------------------------------------------------------------------------------

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Asks every socket to be replaced: `warning`, `refresh_requested` or `link_disabled`."""
        for connection in list(self.open):
            await self._farewell(connection, reason)
            connection.leaving = reason != "warning"

    async def _farewell(self, connection: Connection, reason: str) -> None:
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
        with contextlib.suppress(ConnectionResetError):  # it has gone by itself
            await connection.socket.send_str(_text(told))

    async def cut(self) -> None:
        """Every socket breaks, without a word."""
        for connection in list(self.open):
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def close(self) -> None:
        for connection in list(self.open):
            await connection.socket.close()


def _frame(envelope: Envelope) -> Json:
    told: Json = {
        "envelope_id": envelope.id,
        "payload": envelope.payload,
        "type": envelope.kind,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        told |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return told


def _text(what: Json) -> str:
    return orjson.dumps(what).decode()

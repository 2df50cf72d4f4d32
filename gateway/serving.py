"""The listening side of HTTP: aiohttp's, but it repeats nothing it could not read, and waits for nobody for ever.

aiohttp answers and logs an unreadable head with the bytes it stumbled over, which may be a cookie; and it waits an
hour for the rest of a head.
"""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any

from aiohttp import web

HEAD_WAIT = 20.0
"""Seconds that the head of a request may take from its first byte, the first one from the connection's beginning."""
KEEP_ALIVE = 150.0
"""Seconds that a connection may rest between requests: longer than a proxy keeps one (nginx 60, Caddy 120), so that it
is the proxy that lets go and no request of its crosses our farewell."""

log = logging.getLogger(__name__)


class Connection(web.RequestHandler):
    """One caller's connection."""

    __slots__ = ("_deadline", "_head_wait")

    def __init__(self, manager: web.Server, *, head_wait: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self._head_wait = head_wait
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = self._loop.call_later(self._head_wait, self._too_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._no_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._no_deadline()
        elif self._deadline is None and self._waits_for_a_head():
            self._deadline = self._loop.call_later(self._head_wait, self._too_late)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        log.warning("a request could not be read: %s", type(exc).__name__)
        problem = {
            "type": "bad_request",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": "",
            "text": "errors.refused",
            "params": {},
        }
        answer = web.Response(
            status=status, text=json.dumps(problem), content_type="application/problem+json"
        )
        answer.headers.update(
            {"Server": "Parley", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        )
        answer.force_close()
        return answer

    def _waits_for_a_head(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _too_late(self) -> None:
        self._deadline = None
        if self._waits_for_a_head():
            self.force_close()

    def _no_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Server(web.Server):
    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """An application's runner whose connections are ours."""

    __slots__ = ()

    def __init__(
        self,
        app: web.Application,
        *,
        head_wait: float = HEAD_WAIT,
        keepalive_timeout: float = KEEP_ALIVE,
        **options: Any,
    ) -> None:
        super().__init__(app, head_wait=head_wait, keepalive_timeout=keepalive_timeout, **options)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler, request_factory=made.request_factory, loop=made._loop, **made._kwargs
        )

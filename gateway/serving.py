"""The listening side of HTTP: aiohttp's, but it repeats nothing it could not read, waits for nobody for ever, and lets
no address take all connections.

aiohttp answers and logs an unreadable head with the bytes it stumbled over, which may be a cookie; and it waits an
hour for the rest of a head.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import socket
import sys
from collections.abc import Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import web

from gateway.rates import News

HEAD_WAIT = 20.0
"""Seconds that the head of a request may take from its first byte, the first one from the connection's beginning."""
TAKES_NOTHING = 60.0
"""Seconds that somebody may take nothing of an answer that waits: a file stays open meanwhile, and what was made for it
stays in memory. The kernel counts them (TCP_USER_TIMEOUT, RFC 5482), because only it knows what was taken."""
KEEP_ALIVE = 150.0
"""Seconds that a connection may rest between requests: longer than a proxy keeps one (nginx 60, Caddy 120), so that it
is the proxy that lets go and no request of its crosses our farewell."""

NOSNIFF: Mapping[str, str] = {"X-Content-Type-Options": "nosniff"}
REFUSED_WAIT = 2.0
"""Seconds that a connection too many may take to say something, so that it can be told why it is closed."""
RETRY_AFTER = 10
"""Seconds after which somebody with too many connections may try again."""
SPARE = 64
"""Files that no connection takes: the database, uploads and calls to providers need some at any time. An eighth of what
the process may open, where that is less."""

log = logging.getLogger(__name__)
_shortage = News()


class Gate(Protocol):
    """Who may have one more connection."""

    def enter(self, address: str) -> bool: ...

    def leave(self, address: str) -> None:
        """Called once for each `enter` that was granted."""


class Live(Protocol):
    """A session on a connection."""

    def ask(self) -> None:
        """Its browser is slow, or gone."""


class Connection(web.RequestHandler):
    """One caller's connection."""

    __slots__ = (
        "_address",
        "_admitted",
        "_deadline",
        "_gate",
        "_guards",
        "_head_wait",
        "_short",
        "_takes_nothing",
        "live",
    )

    def __init__(
        self,
        manager: web.Server,
        *,
        head_wait: float,
        takes_nothing: float,
        gate: Gate | None,
        guards: Mapping[str, str],
        **options: Any,
    ) -> None:
        super().__init__(manager, **options)
        self._head_wait = head_wait
        self._takes_nothing = takes_nothing
        self._gate = gate
        self._guards = guards
        self._address = ""
        self._admitted = True
        self._short = False
        self._deadline: asyncio.TimerHandle | None = None
        self.live: Live | None = None
        """The session of a socket that this connection has become."""

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.live is not None:
            self.live.ask()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        beyond = _files_beyond(transport)
        self._short = beyond > 0
        if self._short and _shortage.is_news(""):
            log.warning(
                "too many files are open: new connections are sent away (raise LimitNOFILE, `ulimit -n`)"
            )
        if beyond > 0.5:  # even telling it so would take what the rest of the house needs
            self.force_close()
        self._admitted = not self._short and (self._gate is None or self._gate.enter(self._address))
        wait = self._head_wait if self._admitted else min(REFUSED_WAIT, self._head_wait)
        self._deadline = self._loop.call_later(wait, self._too_late)
        self._bound_silence(transport)

    def _bound_silence(self, transport: asyncio.BaseTransport) -> None:
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6) and sys.platform == "linux":
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._takes_nothing * 1000))

    def connection_lost(self, exc: BaseException | None) -> None:
        self._no_deadline()
        if self.live is not None:
            self.live.ask()
            self.live = None
        if self._admitted and self._gate is not None:
            self._gate.leave(self._address)
        super().connection_lost(exc)
        self._data_received_cb = None  # a socket's, which holds this connection: the ring would outlive both

    def data_received(self, data: bytes) -> None:
        if not self._admitted:
            self._turn_away()
            return
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
        if request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        if isinstance(exc, UnicodeEncodeError):  # aiohttp's own refusal repeats stray bytes of a header
            status = int(HTTPStatus.BAD_REQUEST)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log_exception("a request failed outside its handler", exc_info=exc)
            code, text = "unexpected", "errors.unexpected"
        else:
            log.warning("a request could not be read: %s", type(exc).__name__)
            code, text = "bad_request", "errors.refused"
        answer = web.Response(
            status=status, body=_problem(status, code, text), content_type="application/problem+json"
        )
        answer.headers.update({"Server": "Parley", "Cache-Control": "no-store", **self._guards})
        answer.force_close()
        return answer

    def _turn_away(self) -> None:
        """Answered by hand: no request is read of a connection that is one too many."""
        if self._short:
            status, code, text = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "errors.unavailable"
        else:
            status, code, text = HTTPStatus.TOO_MANY_REQUESTS, "too_many", "errors.too_many_open"
        body = _problem(status, code, text, retry_after=RETRY_AFTER)
        headers = {
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Retry-After": str(RETRY_AFTER),
            "Cache-Control": "no-store",
            "Connection": "close",
            **self._guards,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if self.transport is not None and not self.transport.is_closing():
            first = f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n"
            self.transport.write(first.encode() + body)
        self.force_close()

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


def _files_beyond(transport: asyncio.BaseTransport) -> float:
    """How far this connection's file is into those that none should take: up to 0 not at all, 1 is the last of them.
    A new file has the lowest number that is free, so the newest one's is about how many are open."""
    raw, allowed = transport.get_extra_info("socket"), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if raw is None or allowed < 0:
        return 0.0
    spare = max(1, min(SPARE, allowed // 8))
    return (int(raw.fileno()) + 1 - (allowed - spare)) / spare


def _problem(status: int, code: str, text: str, **params: Any) -> bytes:
    problem = {
        "type": code,
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": "",
        "text": text,
        "params": params,
    }
    return json.dumps(problem).encode()


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
        takes_nothing: float = TAKES_NOTHING,
        keepalive_timeout: float = KEEP_ALIVE,
        gate: Gate | None = None,
        guards: Mapping[str, str] = NOSNIFF,
        **options: Any,
    ) -> None:
        """`guards`: the headers of every answer that no handler gave."""
        options |= {"head_wait": head_wait, "takes_nothing": takes_nothing, "gate": gate}
        options |= {"keepalive_timeout": keepalive_timeout}
        super().__init__(app, guards=guards, **options)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler, request_factory=made.request_factory, loop=made._loop, **made._kwargs
        )


class LentSockets:
    """Sockets of another worker that has died: we answer on them until its successor does (gateway/workers.py)."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self._sites: dict[int, list[web.SockSite]] = {}
        self._in_turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    def answer_by(self, runner: web.AppRunner | None) -> None:
        """None: nobody new is taken in any more."""
        self._runner = runner

    def take(self, slot: int, sockets: Sequence[socket.socket]) -> None:
        self._begin(self._take(slot, sockets))

    def give_back(self, slot: int) -> None:
        self._begin(self._give_back(slot))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="serving.lent")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _take(self, slot: int, sockets: Sequence[socket.socket]) -> None:
        async with self._in_turn:
            for each in sockets:
                if self._runner is None:
                    each.close()
                    continue
                site = web.SockSite(self._runner, each, backlog=1024)
                self._sites.setdefault(slot, []).append(site)
                await site.start()

    async def _give_back(self, slot: int) -> None:
        async with self._in_turn:
            for site in self._sites.pop(slot, ()):
                if self._runner is not None and site in self._runner.sites:
                    await site.stop()

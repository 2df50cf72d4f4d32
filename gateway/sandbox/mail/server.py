"""The customers' mail server: real SMTP (RFC 5321), for their own addresses only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger(__name__)

SIZE = 20 * 1024 * 1024
"""Octets of a mail, as the large houses take them."""
SILENCE = 60.0
"""Seconds for a command."""
OK = "250 2.1.5 OK"
Answers = Callable[[str], str]
"""A recipient -> what RCPT is answered; whoever begins with 250 is taken."""
Takes = Callable[[bytes, str, Sequence[str]], Awaitable[None]]
"""(the mail, the envelope's sender, its recipients): returns when it lies in the boxes."""


class Server:
    """One per demo, at a port of its own on this machine."""

    def __init__(self, hostname: str, answers: Answers, takes: Takes) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own tells addresses
        self.hostname = hostname
        self.answers = answers
        self.takes = takes
        self.talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Returns the port."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Talk(self), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Cuts who is still talking."""
        if self._server is not None:
            self._server.close()
        talks = list(self.talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


class _Talk(SMTP):
    def __init__(self, server: Server) -> None:
        self.house = server
        super().__init__(
            _Hooks(server),
            data_size_limit=SIZE,
            enable_SMTPUTF8=True,
            hostname=server.hostname,
            ident="Sandbox",
            timeout=SILENCE,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self._handler_coroutine is not None
        self.house.talks.add(self._handler_coroutine)
        self._handler_coroutine.add_done_callback(self._ended)

    def _ended(self, talk: asyncio.Task[None]) -> None:
        self.house.talks.discard(talk)
        if not talk.cancelled() and (why := talk.exception()) is not None:
            log.info("the customers' mail server lost a connection: %s", type(why).__name__)
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.close()


class _Hooks:
    """What aiosmtpd asks; each answer is a line of the protocol."""

    def __init__(self, server: Server) -> None:
        self._house = server

    async def handle_RCPT(  # noqa: N802
        self, talk: _Talk, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._house.answers(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, talk: _Talk, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes), "decode_data is off"
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        await self._house.takes(raw, sender, list(dict.fromkeys(envelope.rcpt_tos)))
        return "250 2.0.0 Taken"

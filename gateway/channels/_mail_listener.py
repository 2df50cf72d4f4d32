"""The door at which mail servers deliver straight to us: SMTP, or LMTP for a server of one's own, in our loop.

A mail is answered 250 when it is committed and never before; whatever else happens the sender keeps it and comes again.
RFC 5321; RFC 2033 (LMTP: one answer for each recipient); RFC 1870 (SIZE), 3207 (STARTTLS), 6531 (SMTPUTF8).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.channels._mail_gate import ROOM, Gate, Limits, Room
from gateway.errors import NotFound, ParleyError, PermanentError, Refused, TooLarge, TooMany

log = logging.getLogger(__name__)

Accepts = Callable[[str], Awaitable[bool]]
Deliver = Callable[[bytes, str, Sequence[str], bool], Awaitable[None]]

DELIVERY = 120.0
"""Seconds that a mail's commit may take; a sender waits ten minutes (RFC 5321 section 4.5.3.2.6)."""
SILENCE = 300.0
"""Seconds for a command or a whole mail to come in."""
AT_ONCE = 64 * 1024
"""Octets that are read ahead; a mail's lines may be longer than that, and than the 998 that are allowed."""
COMMAND = 2048
"""Octets of a command with its parameters."""
OWN_KEYWORDS = ("250-PIPELINING", "250 ENHANCEDSTATUSCODES")
"""What is read is answered one by one, so commands may come together (RFC 2920)."""

TAKEN = "250 2.0.0 Taken"
LATER = "451 4.3.0 Not now, please come again"
UNKNOWN = "550 5.1.1 No such mailbox here"
TOO_LARGE = "552 5.3.4 Too large"
REFUSED = "554 5.7.1 Not taken"
FULL = "452 4.3.1 No room for this now, please come again"


@dataclass(frozen=True, slots=True)
class Door:
    """How it is set. With `context` STARTTLS is offered; with `only_tls` nothing goes without it."""

    hostname: str
    lmtp: bool = False
    size: int = 30 * 1024 * 1024
    """Octets of a mail."""
    context: ssl.SSLContext | None = None
    only_tls: bool = False
    limits: Limits = field(default_factory=Limits)
    room: Room = ROOM
    """One for all doors of the process."""


class Listener:
    """`accepts` says whether a recipient is one of ours; `deliver(raw, sender, recipients, vouched)` returns when the
    mail is committed (`sender` is empty for a bounce; `vouched`: a server of one's own brings it). Each may raise
    Unavailable, or anything, and it is 451."""

    def __init__(
        self, door: Door, accepts: Accepts, deliver: Deliver, clock: Callable[[], float] = time.monotonic
    ) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own tells addresses
        self.door = door
        self.accepts = accepts
        self.deliver = deliver
        self.gate = Gate(door.limits, clock)
        self.talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """Returns the port, also where 0 left it open. Several processes may listen at one. Raises OSError."""
        made = _LmtpTalk if self.door.lmtp else _SmtpTalk
        self._server = await asyncio.get_running_loop().create_server(
            lambda: made(self), host, port, reuse_port=True
        )
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def listens(self) -> bool:
        return self._server is not None and self._server.is_serving()

    async def close(self) -> None:
        """Cuts who is still talking: a mail that was not answered is brought again."""
        if self._server is not None:
            self._server.close()
        talks = list(self.talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


class _Talk(SMTP):
    """One connection."""

    line_length_limit = AT_ONCE

    def __init__(self, listener: Listener) -> None:
        door = listener.door
        self.listener = listener
        self.command_size_limits = defaultdict(lambda: COMMAND)  # the library's is one for all connections
        self.peer = ""
        self.entered = False
        self.turned_away = False
        super().__init__(
            _Hooks(listener, self),
            data_size_limit=door.size,
            enable_SMTPUTF8=True,
            hostname=door.hostname,
            ident="Parley",
            tls_context=door.context,
            require_starttls=door.only_tls,
            timeout=SILENCE,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is not None:  # the same, now by TLS
            super().connection_made(transport)
            return
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        if not self.listener.gate.enter(self.peer):
            self.turned_away = True
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(b"421 4.7.0 Too many connections, please come again\r\n")
            transport.close()
            return
        self.entered = True
        super().connection_made(transport)
        assert self._handler_coroutine is not None
        self.listener.talks.add(self._handler_coroutine)
        self._handler_coroutine.add_done_callback(self._ended)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.turned_away and self.transport is not None:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return False if self.turned_away else super().eof_received()

    def data_received(self, data: bytes) -> None:
        if not self.turned_away:
            super().data_received(data)

    def _ended(self, talk: asyncio.Task[None]) -> None:
        self.listener.talks.discard(talk)
        if self.entered:
            self.entered = False
            self.listener.gate.leave(self.peer)
        if not talk.cancelled() and (why := talk.exception()) is not None:
            log.info("mail: a connection ended: %s", type(why).__name__)
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.close()

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await super().smtp_STARTTLS(arg)
        assert self.session is not None
        if self._tls_protocol is not None and self.session.ssl is None:
            # Without this a failed handshake would wait for ever.
            raise ConnectionResetError("no TLS")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """As the library's, but for reading: that goes line by line, and short lines would hold the loop."""
        envelope = self.envelope
        if await self.check_helo_needed():
            return
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        else:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            with contextlib.closing(_Taking(self)) as taking:
                envelope.content = await self._receive(self.listener.door.size, taking)
                status = await self._call_handler_hook("DATA")
                self.envelope = self._create_envelope()
                envelope.content = None  # before its room is another's
            await self.push(status)

    async def _receive(self, limit: int, taking: _Taking) -> bytes | str:
        """The mail, its dots taken off (RFC 5321 section 4.5.2); else the answer: it is too large, or there is no room
        for it. Only a dot between two whole line ends is its end: what else looks like one is a part of it."""
        end, kept, large, full, more = b"\r\n.\r\n", bytearray(), False, False, True
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # the command's own
        while more:
            try:
                piece = await self._reader.readuntil(end)
                more = False
            except asyncio.LimitOverrunError as why:
                piece = await self._reader.read(why.consumed)
            except asyncio.IncompleteReadError as why:
                raise ConnectionResetError("half a mail") from why
            large = large or len(kept) + len(piece) > limit + len(end) + 2
            full = full or not (large or taking.more(len(piece)))
            if large or full:
                kept.clear()
                taking.close()
            else:
                kept += piece
        if large or full:
            return TOO_LARGE if large else FULL
        return bytes(kept[: 2 - len(end)].replace(b"\r\n.", b"\r\n")[2:])


class _Taking:
    """The room that one mail has while it comes in and is committed."""

    def __init__(self, talk: _Talk) -> None:
        self._room = talk.listener.door.room
        self._peer = talk.peer
        self._trusted = talk.listener.gate.is_trusted(talk.peer)
        self._taken = 0

    def more(self, size: int) -> bool:
        if not self._room.take(self._peer, size, trusted=self._trusted):
            return False
        self._taken += size
        return True

    def close(self) -> None:
        self._room.give(self._peer, self._taken)
        self._taken = 0


class _SmtpTalk(_Talk):
    pass


class _LmtpTalk(_Talk, LMTP):
    pass


class _Hooks:
    """What aiosmtpd asks; each answer is a line of the protocol."""

    def __init__(self, listener: Listener, talk: _Talk) -> None:
        self._listener = listener
        self._talk = talk
        self._misses = 0

    async def handle_EHLO(  # noqa: N802
        self, talk: _Talk, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*(one for one in answers if one[4:8] not in ("AUTH", "HELP")), *OWN_KEYWORDS]

    async def handle_MAIL(  # noqa: N802
        self, talk: _Talk, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not _writable(address):
            return "553 5.6.7 This address cannot be read"
        if not self._listener.door.room.has(_said_size(options)):
            return FULL
        if not self._listener.gate.may_bring(talk.peer):
            return "451 4.7.1 Too many mails, please come again"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, talk: _Talk, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        limits = self._listener.door.limits
        if len(envelope.rcpt_tos) >= limits.recipients:
            return "452 4.5.3 Too many recipients"
        if self._misses >= limits.misses:
            return "421 4.7.0 Too many unknown recipients"
        try:
            known = address in envelope.rcpt_tos or await self._is_ours(address)
        except Exception as why:
            _tell(why)
            return LATER
        if not known:
            self._misses += 1
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, talk: _Talk, session: Session, envelope: Envelope) -> str:  # noqa: N802
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        raw, each = envelope.content, self._listener.door.lmtp
        if not isinstance(raw, bytes):
            return "\r\n".join([str(raw)] * (len(envelope.rcpt_tos) if each else 1))
        if each:
            told = {one: await self._outcome(raw, sender, [one]) for one in dict.fromkeys(envelope.rcpt_tos)}
            return "\r\n".join(told[one] for one in envelope.rcpt_tos)
        return await self._outcome(raw, sender, list(dict.fromkeys(envelope.rcpt_tos)))

    async def handle_exception(self, error: Exception) -> str:
        """What the library stumbled over on the line, a handshake that fails for one: a stranger's doing, no fault of
        ours."""
        log.info("mail: noise on the line: %s", type(error).__name__)
        return LATER

    async def _is_ours(self, address: str) -> bool:
        return _writable(address) and await self._listener.accepts(address)

    async def _outcome(self, raw: bytes, sender: str, recipients: Sequence[str]) -> str:
        vouched = self._listener.gate.vouches(self._talk.peer)
        try:
            async with asyncio.timeout(DELIVERY):
                await self._listener.deliver(raw, sender, recipients, vouched)
        except Exception as why:
            return _answer(why)
        return TAKEN


def _answer(why: Exception) -> str:
    """What is nobody's fault but ours is told as a wait."""
    match why:
        case TooLarge():
            return TOO_LARGE
        case NotFound():
            return UNKNOWN
        case TooMany():
            return LATER
        case Refused() | PermanentError():
            return REFUSED
    _tell(why)
    return LATER


def _tell(why: Exception) -> None:
    if isinstance(why, ParleyError | TimeoutError):
        log.warning("mail: not taken now: %s", str(why) or type(why).__name__)
    else:
        log.error("mail: not taken for a fault of ours", exc_info=why)


def _said_size(options: Sequence[str]) -> int:
    """What the sender says of the mail's size (RFC 1870); 0: nothing."""
    said = next((one[5:] for one in options if one.upper().startswith("SIZE=")), "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def _writable(address: str) -> bool:
    try:
        return bool(address.encode())
    except UnicodeEncodeError:
        return False

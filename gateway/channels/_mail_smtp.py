"""Sending over SMTP: what a server answered to each recipient, and what an answer, or none, means for the next step.

The mail's end (a dot on a line) is written only when everything before it has gone out: what is cut earlier was not
taken, certainly. RFC 5321 section 4.1.1.4; RFC 3207 (STARTTLS), RFC 6531 (addresses of other letters).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol
from pydantic import SecretStr

from gateway.channels import _mail_status as status
from gateway.channels._mail_away import away
from gateway.channels._mail_headers import address_of
from gateway.errors import AuthFailed, Away, ParleyError, PermanentError, TemporaryError, UncertainError

DEADLINE = 50.0
"""Seconds for a whole send; less than the outbox waits for an answer."""
COMMAND = 20.0
"""Seconds for one answer but the last, which has what is left of the whole."""
KEPT = 8.0
"""Seconds that a connection is kept for the next mail."""
TURNS = 50
"""Mails over one connection; servers count them too."""
LONGEST_WAIT = 3600.0
"""Seconds that a server may ask us to stay away."""
TROUBLE = (SMTPException, OSError, TimeoutError)
SIGN_IN = {530, 534, 535, 538}
"""RFC 4954 section 6: who we are is asked, or not believed."""

NO_WAY = "No suitable authentication"
"""What the library says of a server whose ways to sign in we do not know."""
WAIT = re.compile(
    r"(?:retry|try|again|greylist\w*|wait|after|for|in)\D{0,30}?(\d{1,5})\s*"
    r"(s|sec|seconds?|m|min|minutes?|h|hours?)\b",
    re.IGNORECASE,
)
ADDRESS_IN_WORDS = re.compile(r"[^\s<>()]+@[^\s<>()]+")

Token = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """Where one account's mail goes out. `security`: `tls` from the first byte, `starttls`, or `none` (a relay on this
    machine). With `token` the sign-in is XOAUTH2; `forget` is told a token that was not taken."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password: SecretStr | None = None
    token: Token | None = None
    forget: Callable[[str], None] | None = None
    hostname: str | None = None
    """What we call ourselves in EHLO; None: this machine's name."""
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)


@dataclass(frozen=True, slots=True)
class Answers:
    """A mail that was taken for at least one recipient."""

    words: str
    """The server's last answer, which often has its id for the mail."""
    refused: Mapping[str, ParleyError]
    """Who does not get it, and what that means for her: TemporaryError or PermanentError."""


class Postman:
    """A few connections to one server, kept for seconds."""

    def __init__(self, server: Server, *, connections: int = 3, deadline: float = DEADLINE) -> None:
        self._server = server
        self._deadline = deadline
        self._room = asyncio.Semaphore(connections)
        self._idle: list[_Line] = []
        self._closed = False

    async def send(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Answers:
        """Raises TemporaryError (certainly not taken), PermanentError, AuthFailed, UncertainError (the mail was whole).
        `sender` is empty for mail that must not be answered."""
        if not recipients:
            raise PermanentError("5.1.0", for_agent=status.NOBODY[0], log="smtp: nobody to send it to")
        attempt = _Attempt(_stuffed(raw), sender and address_of(sender), tuple(recipients))
        try:
            async with asyncio.timeout(self._deadline), self._room:
                return await self._send(attempt)
        except TimeoutError as why:
            if attempt.whole:
                raise UncertainError("smtp: no answer to the mail in time") from why
            raise TemporaryError("smtp: no turn or answer in time") from why

    async def check(self) -> None:
        """Connects and signs in, and says goodbye. Raises Away, AuthFailed, PermanentError."""
        try:
            async with asyncio.timeout(self._deadline):
                (await _Line.open(self._server)).leave()
        except TimeoutError as why:
            raise Away("smtp: no answer in time", why="timeout") from why

    async def close(self) -> None:
        """Says goodbye on the connections that wait; no more are kept."""
        self._closed = True
        while self._idle:
            self._idle.pop().leave()

    async def _send(self, attempt: _Attempt) -> Answers:
        while self._idle:
            try:
                return await self._over(self._idle.pop(), attempt)
            except _Stale:
                continue  # closed while it waited: nothing was said yet
        return await self._over(await _Line.open(self._server), attempt)

    async def _over(self, line: _Line, attempt: _Attempt) -> Answers:
        line.take()
        try:
            answers = await line.carry(attempt)
        except BaseException:
            line.leave()
            raise
        if self._closed or line.turns >= TURNS or not line.client.is_connected:
            line.leave()
        else:
            self._idle.append(line)
            line.keep(self._idle)
        return answers


@dataclass(slots=True)
class _Attempt:
    """One mail on its way. `whole`: its end was said, so the server may have it."""

    raw: bytes
    sender: str
    recipients: Sequence[str]
    whole: bool = False

    @property
    def wide(self) -> bool:
        """Are there letters in it that only SMTPUTF8 carries?"""
        head = self.raw[: self.raw.find(b"\r\n\r\n")]
        return not (head.isascii() and self.sender.isascii() and all(map(str.isascii, self.recipients)))


class _Stale(Exception):
    """A kept connection turned out to be closed when it was first spoken to."""


class _Line:
    """One connection, signed in."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.turns = 0
        self._end: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, server: Server) -> _Line:
        client = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.hostname,
            timeout=COMMAND,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=server.context,
        )
        try:
            await client.connect()
            await client.ehlo()
            await _sign_in(client, server)
        except TROUBLE as why:
            client.close()
            raise _no_connection(why) from why
        except BaseException:
            client.close()
            raise
        return cls(client)

    async def carry(self, attempt: _Attempt) -> Answers:
        """Raises what `Postman.send` does, and _Stale."""
        await self._begin(attempt)
        refused = await self._recipients(attempt)
        if len(refused) == len(set(attempt.recipients)):
            raise _first(list(refused.values()))
        return Answers(await self._content(attempt), refused)

    async def _begin(self, attempt: _Attempt) -> None:
        options = [f"SIZE={len(attempt.raw)}"] if self.client.supports_extension("size") else []
        if attempt.wide:
            if not self.client.supports_extension("smtputf8"):
                raise PermanentError("5.6.7", for_agent=status.NOBODY[0], log="smtp: no SMTPUTF8 there")
            options.append("SMTPUTF8")
        if not attempt.raw.isascii() and self.client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        command = " ".join([f"FROM:<{attempt.sender}>", *options]).encode()
        try:
            answer = await self.client.execute_command(b"MAIL", command)
        except TROUBLE as why:
            if self.turns > 1:
                raise _Stale from why
            raise _lost(why, "MAIL") from why
        if answer.code == 421 and self.turns > 1:
            raise _Stale
        if answer.code != 250:
            raise _refusal(answer.code, answer.message, "MAIL", status.ACCOUNT)

    async def _recipients(self, attempt: _Attempt) -> dict[str, ParleyError]:
        """Who is not taken."""
        refused: dict[str, ParleyError] = {}
        for one in attempt.recipients:
            try:
                command = f"TO:<{address_of(one)}>".encode()
                answer = await self.client.execute_command(b"RCPT", command)
            except PermanentError as why:
                refused[one] = why
                continue
            except TROUBLE as why:
                raise _lost(why, "RCPT") from why
            if answer.code == 421:
                raise _refusal(answer.code, answer.message, "RCPT")
            if answer.code not in (250, 251):
                refused[one] = _refusal(answer.code, answer.message, "RCPT")
        return refused

    async def _content(self, attempt: _Attempt) -> str:
        try:
            begun = await self.client.execute_command(b"DATA")
            if begun.code != 354:
                raise _refusal(begun.code, begun.message, "DATA")
            protocol = await self._write(attempt.raw)
            attempt.whole = True
            protocol.write(b".\r\n")
        except TROUBLE as why:
            attempt.whole = False
            raise _lost(why, "DATA") from why
        try:
            answer = await protocol.read_response(timeout=None)
        except TROUBLE as why:
            raise UncertainError(f"smtp: no answer to the mail: {type(why).__name__}") from why
        if answer.code != 250:
            raise _refusal(answer.code, answer.message, "the mail")
        return answer.message

    async def _write(self, raw: bytes) -> SMTPProtocol:
        """Returns when all of it has left this process."""
        protocol = self.client.protocol
        if protocol is None or protocol.transport is None:
            raise ConnectionResetError("cut after DATA")
        cast("asyncio.WriteTransport", protocol.transport).set_write_buffer_limits(0)
        protocol.write(raw)
        await protocol._drain_helper()
        return protocol

    def take(self) -> None:
        """It is in use: no longer closed when its time is over."""
        self.turns += 1
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def keep(self, idle: list[_Line]) -> None:
        """It waits among these for KEPT seconds."""

        def over() -> None:
            idle.remove(self)
            self.leave()

        self._end = asyncio.get_running_loop().call_later(KEPT, over)

    def leave(self) -> None:
        """Says QUIT, and waits for nobody."""
        if self._end is not None:
            self._end.cancel()
        if self.client.is_connected and self.client.protocol is not None:
            self.client.protocol.write(b"QUIT\r\n")
        self.client.close()


async def _sign_in(client: SMTP, server: Server) -> None:
    if (server.token or server.username) and not client.supports_extension("auth"):
        raise AuthFailed("smtp: the server offers no sign-in", why="no_sign_in")
    if server.token is not None:
        token = await server.token()
        try:
            await client.auth_xoauth2(server.username, token)
        except SMTPAuthenticationError as why:
            if server.forget is None or why.code < 500:
                raise
            server.forget(token)
            await client.auth_xoauth2(server.username, await server.token())
    elif server.username and server.password is None:
        raise AuthFailed("smtp: there is no password to sign in with", why="no_password")
    elif server.username and server.password is not None:
        try:
            await client.login(server.username, server.password.get_secret_value())
        except SMTPException as why:
            if NO_WAY in str(why):
                raise AuthFailed(f"smtp: {why}", why="no_sign_in") from why
            raise


def _stuffed(raw: bytes) -> bytes:
    """With the line ends and dots of RFC 5321 section 4.5.2; a large mail must not hold the loop."""
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    whole = b"\r\n" + raw + (b"" if raw.endswith(b"\r\n") else b"\r\n")
    return whole.replace(b"\r\n.", b"\r\n..")[2:]


def _no_connection(why: BaseException) -> ParleyError:
    """A server that does not greet, refuses our sign-in, or cannot prove who it is."""
    if isinstance(why, SMTPResponseException):
        code, words = why.code, _words(why.message)
        if code in SIGN_IN or (isinstance(why, SMTPAuthenticationError) and code >= 500):
            return AuthFailed(f"smtp: {code} {words}")
        if code >= 500 and not isinstance(why, SMTPAuthenticationError):
            return _refusal(code, why.message, "the greeting", status.ACCOUNT)
        return Away(f"smtp: {code} {words}", why="busy", retry_after=wait_in(why.message))
    return away("smtp", why, _words(str(why)))


def _lost(why: BaseException, at: str) -> ParleyError:
    """Before the mail's end was said: it has not been taken."""
    if isinstance(why, SMTPResponseException):
        return _refusal(why.code, why.message, at)
    return TemporaryError(f"smtp: lost at {at}: {type(why).__name__}")


def _refusal(code: int, words: str, at: str, means: status.Meaning | None = None) -> ParleyError:
    """`means`: where the answer is about us and no recipient, unless its words know better."""
    log = f"smtp: {code} {_words(words)} (to {at})"
    if code in SIGN_IN:
        return AuthFailed(log)
    if not 500 <= code < 600:
        return TemporaryError(log, retry_after=wait_in(words))
    reason, then = status.meaning_of_reply(code, words)
    if means is not None and (reason, then) in (status.NOBODY, status.UNKNOWN, status.REFUSED):
        reason, then = means
    return PermanentError(status.enhanced(words) or str(code), for_agent=reason, log=log, then=then.value)


def _first(refused: Sequence[ParleyError]) -> ParleyError:
    """Nobody was taken: as long as one may be later, all of it is tried again."""
    return next((one for one in refused if not isinstance(one, PermanentError)), refused[0])


def wait_in(words: str) -> float | None:
    """Seconds that a server asks us to wait, where its words say so (greylisting mostly does)."""
    found = WAIT.search(words)
    if found is None:
        return None
    unit = {"s": 1, "m": 60, "h": 3600}[found[2][0].lower()]
    return min(float(found[1]) * unit, LONGEST_WAIT)


def _words(words: str) -> str:
    """For the log, which outlives an erasure: servers repeat the address that was written to."""
    line = " ".join(ADDRESS_IN_WORDS.sub("...", words).split())
    return line.encode("utf-8", "replace").decode()[:300]

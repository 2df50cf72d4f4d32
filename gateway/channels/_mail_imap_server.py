"""One connection to a mailbox's server, as its own thread uses it: blocking, and interruptible from outside.

Nothing is changed there unless a verb says so: folders are examined, bodies are peeked at. RFC 3501, 2177 (IDLE), 4315
(UIDPLUS), 6851 (MOVE), 6154 (special folders); XOAUTH2: https://developers.google.com/gmail/imap/xoauth2-protocol.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import selectors
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from imaplib import IMAP4
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError
from imapclient.imapclient import SEEN, SENT
from pydantic import SecretStr

from gateway.channels._mail_away import away
from gateway.channels._mail_smtp import Token
from gateway.errors import AuthFailed, Away, PermanentError

CONNECT = 15.0
"""Seconds."""
ANSWER = 60.0
"""Seconds for an answer, or the next bytes of one."""
TROUBLE = (IMAP4.error, OSError, EOFError, ValueError, KeyError, TypeError, AssertionError)
"""Also what a line that is no IMAP makes of the parsers."""
PASSING = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|try again|too many|temporar|internal", re.IGNORECASE
)
"""RFC 5530: a sign-in that fails for no fault of its own."""


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where one mailbox lies. With `token` the sign-in is XOAUTH2; `forget` is told a token that was not taken."""

    host: str
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password: SecretStr | None = None
    token: Token | None = None
    forget: Callable[[str], None] | None = None
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as it was opened. `next_uid` 0: the server does not say."""

    validity: int
    next_uid: int


class Connection:
    """Signed in. Its verbs raise TROUBLE, or what a server's plain no means."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    def open(cls, server: ImapServer, token: Callable[[], str] | None) -> Connection:
        """`token` waits for `server.token`, in the caller's way. Raises AuthFailed, Away."""
        client = None
        try:
            client = IMAPClient(
                server.host,
                server.port,
                ssl=server.security == "tls",
                ssl_context=server.context,
                timeout=SocketTimeout(CONNECT, ANSWER),
            )
            client.normalise_times = False
            if server.security == "starttls":
                client.starttls(server.context)
            _sign_in(client, server, token)
        except LoginError as why:
            _cut(client)
            words = f"imap: {_plain(str(why))[:200]}"
            # The library calls a line that is cut meanwhile a failed sign-in, too.
            if isinstance(why.__context__, IMAP4.abort):
                raise Away(words, why="cut") from why
            if PASSING.search(words):
                raise Away(words, why="busy") from why
            raise AuthFailed(words) from why
        except TROUBLE as why:
            _cut(client)
            raise away("imap", why) from why
        except BaseException:
            _cut(client)
            raise
        return cls(client)

    def folder(self, name: str, *, changes: bool = False) -> Opened:
        """Raises Away where there is no such folder, too."""
        try:
            told = self._client.select_folder(name, readonly=not changes)
        except IMAP4.abort:
            raise
        except IMAP4.error as why:
            raise Away(f"imap: the folder {name!r}: {str(why)[:200]}", why="folder") from why
        return Opened(int(told[b"UIDVALIDITY"]), int(told.get(b"UIDNEXT", 0)))

    def folders(self) -> list[str]:
        """Those that can be opened, by name."""
        return sorted(
            str(name) for flags, _, name in self._client.list_folders() if b"\\Noselect" not in flags
        )

    def uids(self, after: int, since: datetime.date | None) -> list[int]:
        """Of the open folder, beginning after that one, in their order."""
        criteria: list[Any] = ["UID", f"{after + 1}:*"]
        if since is not None:
            criteria += ["SINCE", since]
        # "n:*" names the last one also where it is below n.
        return sorted(uid for uid in self._client.search(criteria) if uid > after)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        told = self._client.fetch(uids, ["RFC822.SIZE"])
        return {uid: int(one[b"RFC822.SIZE"]) for uid, one in told.items() if b"RFC822.SIZE" in one}

    def raw(self, uid: int, limit: int | None = None) -> bytes | None:
        """The mail, or its first bytes; None: it is not there any more."""
        part = f"<0.{limit}>" if limit is not None else ""
        told = self._client.fetch([uid], [f"BODY.PEEK[]{part}"]).get(uid, {})
        body = told.get(b"BODY[]<0>" if part else b"BODY[]")
        return body if isinstance(body, bytes) else None

    def mark_seen(self, uid: int) -> None:
        self._client.add_flags([uid], [SEEN], silent=True)

    def move(self, uid: int, folder: str) -> None:
        """Raises PermanentError where the server cannot without touching other mails."""
        if self._client.has_capability("MOVE"):
            self._client.move([uid], folder)
        elif self._client.has_capability("UIDPLUS"):
            self._client.copy([uid], folder)
            self._client.delete_messages([uid], silent=True)
            self._client.uid_expunge([uid])
        else:
            raise PermanentError(
                "move", for_agent="delivery.failed", log="imap: neither MOVE nor UIDPLUS there"
            )

    def append(self, raw: bytes, folder: str) -> str:
        """One copy, read already, into this folder, or where the server keeps what was sent. Returns the folder."""
        found = folder or self._client.find_special_folder(SENT)
        if not found:
            raise PermanentError("sent", for_agent="delivery.failed", log="imap: no folder for sent mail")
        self._client.append(found, raw, [SEEN])
        return str(found)

    def idles(self) -> bool:
        return bool(self._client.has_capability("IDLE"))

    def idle(self, seconds: float, wake: socket.socket) -> None:
        """Returns when the server tells something, when `wake` can be read, or when the time is over."""
        self._client.idle()
        if not self._has_more():
            with selectors.DefaultSelector() as either:
                either.register(self._client.socket(), selectors.EVENT_READ)
                either.register(wake, selectors.EVENT_READ)
                either.select(seconds)
        self._client.idle_done()

    def _has_more(self) -> bool:
        """Did more than the last line come already? What is buffered above the socket no `select` sees."""
        line = self._client.socket()
        line.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))
        except OSError:
            return False
        finally:
            line.settimeout(ANSWER)

    def cut(self) -> None:
        """From any thread: whoever waits for an answer gets an error instead."""
        _cut_line(self._client)

    def close(self, *, politely: bool) -> None:
        with contextlib.suppress(*TROUBLE):
            if politely:
                self._client.logout()
        _cut(self._client)


def _sign_in(client: Any, server: ImapServer, token: Callable[[], str] | None) -> None:
    if server.token is None or token is None:
        if server.password is None:
            raise AuthFailed("imap: there is no password to sign in with", why="no_password")
        client.login(server.username, server.password.get_secret_value())
        return
    told = token()
    try:
        client.oauth2_login(server.username, told)
    except LoginError:
        if server.forget is None:
            raise
        server.forget(told)
        client.oauth2_login(server.username, token())


def _plain(words: str) -> str:
    """The library shows a server's words as bytes."""
    return words[2:-1] if words.startswith(("b'", 'b"')) else words


def _cut(client: Any) -> None:
    if client is not None:
        with contextlib.suppress(*TROUBLE, AttributeError):
            client.shutdown()


def _cut_line(client: Any) -> None:
    with contextlib.suppress(OSError, AttributeError):
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)


def batches(uids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]

"""Why a mail server does not serve us, in a word: what a library's exception says of it.

The words are told to people by the catalogues (`away.WHY`), and to who installs us by `_mail_looks`.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from gateway.errors import Away

NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
CERTIFICATE = ("CERTIFICATE_VERIFY_FAILED", "HOSTNAME_MISMATCH")
LONGEST = 200
"""Characters of a library's words."""


def away(kind: str, trouble: BaseException, words: str | None = None) -> Away:
    """`kind`: the protocol. `words`: instead of the exception's own."""
    said = str(trouble) if words is None else words
    return Away(f"{kind}: {type(trouble).__name__}: {said[:LONGEST]}", why=why_away(trouble))


def why_away(trouble: BaseException) -> str:
    """One of `refused`, `unknown_host`, `timeout`, `unreachable`, `tls`, `not_tls`, `no_starttls`, `cut`."""
    behind = list(_behind(trouble))
    return next((word for one in behind if (word := _word(one))), "cut")


def why_deaf(trouble: OSError) -> str:
    """Why a door of ours cannot be opened: one of `taken`, `not_allowed`, `not_here`, `certificate`, `door`."""
    if isinstance(trouble, ssl.SSLError) or trouble.filename is not None:
        return "certificate"
    match trouble.errno:
        case errno.EADDRINUSE:
            return "taken"
        case errno.EACCES | errno.EPERM:
            return "not_allowed"
        case errno.EADDRNOTAVAIL:
            return "not_here"
    return "not_here" if isinstance(trouble, socket.gaierror) else "door"


def _word(one: BaseException) -> str:
    if isinstance(one, socket.gaierror):
        return "unknown_host"
    if isinstance(one, ssl.SSLError):
        known = isinstance(one, ssl.SSLCertVerificationError) or getattr(one, "reason", "") in CERTIFICATE
        return "tls" if known else "not_tls"
    if isinstance(one, ConnectionRefusedError):
        return "refused"
    if isinstance(one, TimeoutError):
        return "timeout"
    if isinstance(one, OSError) and one.errno in NO_ROUTE:
        return "unreachable"
    # Neither library has a class for it.
    return "no_starttls" if "starttls" in str(one).lower() and "support" in str(one).lower() else ""


def _behind(trouble: BaseException) -> Iterator[BaseException]:
    """What it was raised for, the first cause first."""
    chain: list[BaseException] = []
    at: BaseException | None = trouble
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or at.__context__
    yield from reversed(chain)

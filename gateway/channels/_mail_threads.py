"""To which conversation a mail belongs: by what we have signed, never by its subject.

What we send carries its conversation three times: in the address that answers go to (`help+TOKEN@...`), in its own
Message-ID, and in a line of its body. Each is signed with a secret of ours (HMAC-SHA256, RFC 2104), so that nobody can
guess or make one; each survives servers that write everything in small letters. Belief goes in the order of `Way`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from gateway.channels._mail_parse import Mail

MAC = 16
"""Letters of a signature, five bits each: 80 bits, of which nobody can try more than a few by mail."""
LONGEST_THREAD = 36
LONGEST_LOCAL = 64
"""Octets before the `@` (RFC 5321, section 4.5.3.1.1)."""
MOST_TRIED = 50
"""Addresses, ids and marks of one mail whose signature is checked, of each."""
SHORTEST_SECRET = 16
"""Bytes."""

_THREAD = re.compile(rf"[0-9a-z]{{1,{LONGEST_THREAD}}}")
_TOKEN = re.compile(rf"([0-9a-z]{{1,{LONGEST_THREAD}}})-([a-z2-7]{{{MAC}}})")
_MESSAGE_ID = re.compile(
    rf"([0-9a-z]{{1,{LONGEST_THREAD}}})\.([0-9a-z]{{1,40}})\.([a-z2-7]{{{MAC}}})@[^@\s]{{1,255}}"
)
_MARK = re.compile(rf"\[ref:([0-9a-z]{{1,{LONGEST_THREAD}}}-[a-z2-7]{{{MAC}}})\]", re.IGNORECASE)


class Way(IntEnum):
    """How a mail names its conversation, the most believed first."""

    ADDRESS = 1
    """It was sent to a signed address of ours."""
    MESSAGE = 2
    """It answers a signed Message-ID of ours."""
    PROVIDER = 3
    """It answers a mail that lives in the same account: not signed, so only between those who take part."""
    MARK = 4
    """It quotes a signed line of ours."""


@dataclass(frozen=True, slots=True)
class Clue:
    way: Way
    value: str
    """The conversation; of `PROVIDER` the Message-ID that is answered."""


@dataclass(frozen=True, slots=True)
class Joined:
    thread: str
    way: Way
    stranger: bool
    """The author takes no part in it yet: she holds its address, and may be the same person with another one."""


class Signer:
    """Signs and reads with a secret; with several, the first signs and all are good for reading."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"a secret of at least {SHORTEST_SECRET} bytes is needed")
        self._secrets = tuple(secrets)

    def address(self, ours: str, thread: str) -> str:
        """For Reply-To: our address with the conversation in it, or the bare one where there is no room for it."""
        local, _, domain = ours.rpartition("@")
        named = f"{local}+{self._token('address', thread)}"
        return f"{named}@{domain}" if len(named.encode()) <= LONGEST_LOCAL else ours

    def message_id(self, thread: str, unique: str, domain: str) -> str:
        """For a mail of ours, without the brackets. `unique`: letters and digits that no other mail of it has."""
        unique = unique.lower()
        if not re.fullmatch(r"[0-9a-z]{1,40}", unique):
            raise ValueError("of letters and digits only")
        signature = self._signatures("message", _named(thread), unique)[0]
        return f"{_named(thread)}.{unique}.{signature}@{domain}"

    def mark(self, thread: str) -> str:
        """For a line of the body."""
        return f"[ref:{self._token('mark', thread)}]"

    def in_address(self, address: str) -> str | None:
        """The conversation that an address names; None: none, or somebody made it up."""
        local = address.rpartition("@")[0].lower()
        return self._read("address", local.rpartition("+")[2]) if "+" in local else None

    def in_message_id(self, message_id: str) -> str | None:
        """The conversation of a mail of ours; None: it is not ours."""
        found = _MESSAGE_ID.fullmatch(message_id.lower())
        if found is None:
            return None
        return found[1] if self._fits(found[3], "message", found[1], found[2]) else None

    def message_in(self, message_id: str) -> str | None:
        """What was said to be unique in it, under the same signature."""
        named = self.in_message_id(message_id)
        found = _MESSAGE_ID.fullmatch(message_id.lower())
        return found[2] if named is not None and found is not None else None

    def in_text(self, text: str) -> list[str]:
        """The conversations that its marks name, the first first."""
        marks = dict.fromkeys(
            found[1].lower() for found, _ in zip(_MARK.finditer(text), range(MOST_TRIED), strict=False)
        )
        read = (self._read("mark", mark) for mark in marks)
        return [thread for thread in read if thread is not None]

    def _token(self, use: str, thread: str) -> str:
        return f"{_named(thread)}-{self._signatures(use, _named(thread))[0]}"

    def _read(self, use: str, token: str) -> str | None:
        found = _TOKEN.fullmatch(token)
        return found[1] if found is not None and self._fits(found[2], use, found[1]) else None

    def _fits(self, told: str, *signed: str) -> bool:
        # Every secret is tried to its end, so that the time tells nothing.
        good = [hmac.compare_digest(told, one) for one in self._signatures(*signed)]
        return any(good)

    def _signatures(self, *signed: str) -> list[str]:
        """A signature for one use is none for another."""
        said = "\0".join(("parley mail 1", *signed)).encode()
        macs = (hmac.digest(secret, said, hashlib.sha256) for secret in self._secrets)
        return [b32encode(mac).decode().lower()[:MAC] for mac in macs]


def _named(thread: str) -> str:
    if not _THREAD.fullmatch(thread.lower()):
        raise ValueError(f"a conversation's name has at most {LONGEST_THREAD} letters and digits")
    return thread.lower()


def clues(mail: Mail, signer: Signer, recipients: Iterable[str]) -> list[Clue]:
    """All that names a conversation, the most believed first. `recipients`: the addresses it was delivered to, and
    those it is written to."""
    addresses = dict.fromkeys([*recipients, *(person.address for person in (*mail.to, *mail.cc))])
    # What it answers itself, then what that answered, and so on back.
    answered = list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)]))[:MOST_TRIED]
    found = [
        Clue(Way.ADDRESS, thread)
        for one in list(addresses)[:MOST_TRIED]
        if (thread := signer.in_address(one))
    ]
    ours = {one: thread for one in answered if (thread := signer.in_message_id(one))}
    found += [Clue(Way.MESSAGE, thread) for thread in ours.values()]
    found += [Clue(Way.PROVIDER, one) for one in answered if one not in ours]
    found += [Clue(Way.MARK, thread) for thread in signer.in_text(mail.text)]
    return list(dict.fromkeys(found))


def join(
    found: Iterable[Clue],
    author: str,
    takes_part: Callable[[str], Collection[str] | None],
    thread_of: Callable[[str], str | None],
) -> Joined | None:
    """The conversation that a mail by `author` belongs to; None: a new one.

    `takes_part` gives the addresses of those in a conversation, None if there is no such; `thread_of` the conversation
    of a mail of the same account by its Message-ID. Whoever was only handed on a mail of ours, or answers the same mail
    of somebody else, is a stranger to the conversation and begins her own. Its address is for whoever was given it.
    """
    for clue in found:
        thread = thread_of(clue.value) if clue.way is Way.PROVIDER else clue.value
        people = None if thread is None else takes_part(thread)
        if thread is None or people is None:
            continue
        if author in people:
            return Joined(thread, clue.way, stranger=False)
        if clue.way is Way.ADDRESS:
            return Joined(thread, clue.way, stranger=True)
    return None


def returned(mail: Mail, signer: Signer) -> str | None:
    """The conversation of a mail of our own that has come back to us as it went out: a loop, and nobody's message."""
    return signer.in_message_id(mail.message_id)


NAMELESS = ("unread#", "back#")
"""How the provider ids begin of what no answer can name: a mail that nobody could read, one of ours that came back."""


def provider_id(mail: Mail) -> str:
    """What makes it the same mail when it comes again: its id and what it says. The same id with another body is
    another message."""
    return f"{mail.message_id}#{mail.digest[:32]}"

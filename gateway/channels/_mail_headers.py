"""Header values as they go over the wire: ASCII, folded, and never a line that is not ours.

The standard library folds long ids into encoded words (which breaks threads) and gives a file's name in one of the two
forms only; so values are encoded here and go out as they stand. RFC 5322, 2047 (words), 2231 (parameters), 6532.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.policy import EmailPolicy
from urllib.parse import quote

from gateway.errors import PermanentError

LINE = 76
"""Octets of a line with an encoded word in it (RFC 2047 section 2), and what others are folded at."""
WORD_BYTES = 42
"""Octets of text in an encoded word, which has 75 at most."""
FIRST_BYTES = 33
"""In the first of several, beside the header's name."""
LONGEST_ID = 900
"""Octets of a message's id; a line has at most 998 (RFC 5322 section 2.1.1)."""
CHAIN = 30
"""Ids in References: the first, which names the thread, and the newest."""
LONGEST_TEXT = 900
"""Letters of a subject or name; what is over is left out."""

PARAMETER = 50
"""Octets of a piece of a parameter."""

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""They turn words around: a file's name would end in another way than it reads (UAX 9)."""
MARKS = re.compile(r"[\u061c\u200e\u200f]")
"""Nobody sees them: two names that look alike would differ by them."""
PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
ID = re.compile(r"<[!-;=?-~]+>")
ADDRESS = re.compile(r"[^\s\x00-\x20\x7f-\xa0<>()\[\],;:\"\\@]+@[^\s\x00-\x20\x7f-\xa0<>()\[\],;:\"\\@]+")
UNQUOTED = re.compile(r'["\\]|=\?|%')
LINK = re.compile(r"(?:https://|mailto:)[!-;=?-~]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody with an address (RFC 5322 section 3.4)."""

    address: str
    name: str = ""


class AsWritten(EmailPolicy):
    """Values are encoded and folded already."""

    def header_store_parse(self, name: str, value: object) -> tuple[str, str]:
        return name, str(value)

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}\r\n"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode()


def clean(text: str) -> str:
    """One line of words: no control characters, nothing that cannot be written in UTF-8."""
    line = BIDI.sub("", CONTROLS.sub(" ", text)).encode("utf-8", "replace").decode()
    return " ".join(line.split())[:LONGEST_TEXT].rstrip()


def clean_name(text: str) -> str:
    """The same of what somebody or something is called."""
    return clean(MARKS.sub("", text))


def words(text: str, room: int = 20) -> str:
    """An unstructured value such as a subject; `room` is what stands before it on its first line."""
    line = clean(text)
    if not line or (PLAIN.fullmatch(line) and "=?" not in line and max(map(len, line.split(" "))) < LINE):
        return fold(line.split(" "), room=room)
    return fold(encoded(line), room=room)


def encoded(text: str) -> list[str]:
    """As encoded words of RFC 2047; no letter is cut in two."""
    pieces: list[bytes] = [b""]
    for letter in text:
        octets = letter.encode()
        if len(pieces[-1]) + len(octets) > (FIRST_BYTES if len(pieces) == 1 else WORD_BYTES):
            pieces.append(b"")
        pieces[-1] += octets
    return [f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in pieces]


def fold(tokens: Iterable[str], joint: str = " ", room: int = 20) -> str:
    """Tokens with `joint` between them, broken before a token that would pass LINE."""
    value, length = "", room
    for token in tokens:
        if value and length + len(joint) + len(token) > LINE:
            value += joint.rstrip() + "\r\n " + token
            length = 1 + len(token)
        else:
            value += (joint if value else "") + token
            length += len(joint) + len(token)
    return value


def mailbox(who: Mailbox) -> list[str]:
    """The tokens of one mailbox. Raises as `address_of`."""
    address, name = address_of(who.address), clean_name(who.name)
    if not name:
        return [address]
    if ATOMS.fullmatch(name) and "=?" not in name:
        return [*name.split(" "), f"<{address}>"]
    if PLAIN.fullmatch(name) and "=?" not in name and len(name) < LINE - 2:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return [f'"{escaped}"', f"<{address}>"]
    return [*encoded(name), f"<{address}>"]


def mailboxes(people: Sequence[Mailbox], room: int = 10) -> str:
    """Raises as `address_of`."""
    tokens: list[str] = []
    for who in people:
        if tokens:
            tokens[-1] += ","
        tokens += mailbox(who)
    return fold(tokens, room=room)


def address_of(written: str) -> str:
    """An address that may stand in a header and in an envelope; a domain of other letters becomes ASCII (RFC 5891).

    Raises PermanentError.
    """
    try:
        if not ADDRESS.fullmatch(written) or len(written.encode()) > 320:
            raise ValueError("no address")
        local, _, domain = written.rpartition("@")
        told = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
        if not ADDRESS.fullmatch(told):  # wide letters become those that mean something here
            raise ValueError("no address")
        return told
    except ValueError as why:
        raise PermanentError("5.1.3", for_agent="delivery.no_such_address", log="no mail address") from why


def ids_in(text: str) -> list[str]:
    """The message ids that a header names, those only that can be told back."""
    return [one for one in ID.findall(text) if len(one) <= LONGEST_ID]


def chain(ids: Sequence[str]) -> list[str]:
    """What References says, from the oldest to the newest, each once (RFC 5322 section 3.6.4)."""
    known = list(dict.fromkeys(one for said in ids for one in ids_in(said)))
    return known if len(known) <= CHAIN else [known[0], *known[1 - CHAIN :]]


def links(written: Sequence[str]) -> list[str]:
    """Those that may stand in List-Unsubscribe (RFC 2369), in brackets."""
    return [f"<{one}>" for one in written if LINK.fullmatch(one) and len(one) <= LONGEST_ID]


def named(value: str, parameter: str, name: str) -> str:
    """A value with a file's name by RFC 2231, in pieces when it is long."""
    if _quotable(name, parameter):
        return f'{value};\r\n {parameter}="{name}"'
    pieces = [""]
    for letter in name:
        octets = quote(letter, safe="")
        if len(pieces[-1]) + len(octets) > PARAMETER:
            pieces.append("")
        pieces[-1] += octets
    if len(pieces) == 1:
        return f"{value};\r\n {parameter}*=utf-8''{pieces[0]}"
    told = [f"{parameter}*{number}*={piece}" for number, piece in enumerate(pieces)]
    told[0] = f"{parameter}*0*=utf-8''{pieces[0]}"
    return ";\r\n ".join([value, *told])


def named_by_words(value: str, parameter: str, name: str) -> str:
    """The same for readers that know only encoded words there (old Outlook): not by the RFC, and yet read by all."""
    told = name if _quotable(name, parameter) else "\r\n ".join(encoded(name))
    return f'{value};\r\n {parameter}="{told}"'


def _quotable(name: str, parameter: str) -> bool:
    return bool(PLAIN.fullmatch(name)) and not UNQUOTED.search(name) and len(name) + len(parameter) < LINE - 6


def file_name(name: str) -> str:
    """A name that no system takes for a path."""
    return clean_name(re.sub(r'[/\\:*?"<>|]', "_", name)).lstrip(".")[-150:].strip() or "file"

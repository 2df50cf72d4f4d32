"""What stands in a mail's headers: people, parameters, ids, times. Each value is read from what came, at one pass.

The standard library's readers of addresses and parameters recurse, take the square of what they are given, and lose
raw 8-bit bytes; these do not.
"""

from __future__ import annotations

import contextlib
import email.utils
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import unquote_to_bytes

from gateway.channels._mail_words import decode, header_text, raw_bytes, unfold

MOST_PEOPLE = 200
LONGEST_LIST = 100_000
"""Characters of one list of addresses."""
LONGEST_PARAMETERS = 20_000
"""Characters of one header with parameters."""

_ID = re.compile(r"<([^<>\s]{1,900})>")
_PIECE = re.compile(
    r'"((?:[^"\\]|\\.){0,250}+)"|\(((?:[^()\\]|\\.){0,250}+)\)|<([^<>]{0,400}+)>|([,;])|(:)|([^"(<,;:]+|.)',
    re.DOTALL,
)
_BARE = re.compile(r"[^\s<>\",;:()\[\]\\@]{1,128}@[^\s<>\",;:()\[\]\\@]{1,255}")
_PARAMETER = re.compile(r';\s*+([^\s=;"]{1,80})\s*+=\s*+("(?:[^"\\]|\\.)*+"|[^;]*+)', re.DOTALL)
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what follows: with them `fdp.exe` shows as `exe.pdf`."""
_LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Person:
    """An address as it stands in a header: in lower case, and the name beside it."""

    address: str
    name: str = ""


def raw_all(part: Message[Any, Any], name: str) -> Iterator[str]:
    """The values of that name as they came; raw bytes stand as lone surrogates."""
    return (str(value) for known, value in part.raw_items() if known.lower() == name)


def raw(part: Message[Any, Any], name: str) -> str:
    return next(raw_all(part, name), "")


def ids_in(value: str) -> list[str]:
    """The message ids of a header (RFC 5322, section 3.6.4)."""
    return _ID.findall(value)


def people(values: Iterable[str]) -> list[Person]:
    """Everybody whom these values of a header name, each once; groups are taken apart, what is no address left out."""
    found: dict[str, Person] = {}
    left = LONGEST_LIST
    for value in values:
        for person in _people(unfold(value[:left])):
            found.setdefault(person.address, person)
            if len(found) >= MOST_PEOPLE:
                return list(found.values())
        left -= len(value)
        if left <= 0:
            break
    return list(found.values())


def bare(text: str) -> Iterator[str]:
    """Whatever is written like an address, however it stands there."""
    return (_folded(found[0]) for found in _BARE.finditer(text))


def _people(value: str) -> Iterator[Person]:
    # Names are decoded after the list is taken apart: an encoded name may hold a comma, or an address that shall pass
    # for the true one.
    found = False
    for words, angled, comment in _entries(value):
        addresses = _BARE.findall(_address(words if angled is None else angled))
        if addresses:
            found = True
            # A route (`<@relay:a@b>`, RFC 5322, section 4.4) ends in the address; a name may look like one.
            address = addresses[-1]
            yield Person(_folded(address), _name(words if angled is not None else comment, comment))
    if not found and "=?" in value:
        # Programs that encode the whole header, the address with it.
        yield from (Person(_folded(address)) for address in _BARE.findall(header_text(value)))


def _entries(value: str) -> Iterator[tuple[str, str | None, str]]:
    """(words, what stands in angle brackets, comment) of each entry of a list."""
    words: list[str] = []
    angled: str | None = None
    comment = ""
    for piece in _PIECE.finditer(value):
        if piece[4] or (piece[3] is not None and angled is not None):
            yield "".join(words), angled, comment
            words, angled, comment = [], None, ""
        if piece[1] is not None:
            words.append(_QUOTED_PAIR.sub(r"\1", piece[1]))
        elif piece[2] is not None:
            comment = piece[2]
        elif piece[3] is not None:
            angled = piece[3]
        elif piece[5]:
            words = []  # the name of a group
        elif piece[6]:
            words.append(piece[6])
    yield "".join(words), angled, comment


def _name(words: str, comment: str) -> str:
    said = header_text(words) or header_text(comment)
    return _TURNS.sub("", said).strip("\"' ")[:200]


def _address(text: str) -> str:
    """An address is ASCII or UTF-8 (RFC 6532); bytes stand as surrogates here."""
    return raw_bytes(text).decode("utf-8", "replace")


def _folded(address: str) -> str:
    """In lower case; a domain written in Korean and its form of ASCII letters are the same (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    domain = domain.rstrip(".")
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            # Wide letters become those that mean something in a header: such a domain stays as it is written.
            plain = domain.encode("idna").decode("ascii")
            domain = plain if _BARE.fullmatch(f"a@{plain}") else domain
    return f"{local}@{domain}".lower()


def time_of(value: str) -> int | None:
    """A Date header, UTC ms; None: there is none that can be read."""
    told: datetime | None = None
    for read in (email.utils.parsedate_to_datetime, datetime.fromisoformat):
        try:
            told = read(value[:100].strip())
            told = told.replace(tzinfo=UTC) if told.tzinfo is None else told
            at = int(told.timestamp() * 1000)
        except (TypeError, ValueError, OverflowError, IndexError):
            continue
        return at if 0 < at < _LATEST else None
    return None


def parameters(value: str) -> dict[str, str]:
    """Of a header like Content-Type (RFC 2045, section 5.1): lower-case names, values as people read them.

    In pieces or with a charset of their own (RFC 2231), in encoded words as most programs write them, or as raw bytes.
    """
    whole: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in _PARAMETER.finditer(unfold(value[:LONGEST_PARAMETERS])):
        name, told = found[1].lower(), found[2].strip()
        if told[:1] == '"':
            told = _QUOTED_PAIR.sub(r"\1", told[1:].removesuffix('"'))
        if "*" not in name:
            whole.setdefault(name, header_text(told))
            continue
        base, _, rest = name.partition("*")
        number = rest.removesuffix("*")
        if not number or (number.isascii() and number.isdigit() and len(number) < 5):
            pieces.setdefault(base, {}).setdefault(int(number or 0), (name.endswith("*"), told))
    # The form with a charset is the truer one where a program writes both.
    return whole | {base: _joined(told) for base, told in pieces.items()}


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231, sections 3 and 4: the charset stands in the first piece, each is encoded or not."""
    label = ""
    out: list[bytes] = []
    for number, (encoded, told) in sorted(pieces.items()):
        if encoded and not out and told.count("'") >= 2 and number == min(pieces):
            label, _, told = told.split("'", 2)
        out.append(unquote_to_bytes(raw_bytes(told)) if encoded else raw_bytes(told))
    joined = b"".join(out)
    if not label and b"=?" in joined:
        return header_text(joined.decode("ascii", "surrogateescape"))
    return re.sub(r"\s+", " ", decode(joined, label))


def file_name(part: Message[Any, Any]) -> str:
    """What a part calls itself, without any path; nothing where it does not."""
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        told = parameters(raw(part, header)).get(key, "")
        name = (
            _TURNS.sub("", re.sub(r"[\x00-\x1f\x7f]", "", told))
            .replace("\\", "/")
            .rpartition("/")[2]
            .strip(" .")
        )
        if name:
            stem, dot, ending = name.rpartition(".")
            return name[:200] if not dot or len(ending) > 20 else f"{stem[:180]}.{ending}"
    return ""

"""A mail as a mailbox keeps it: what its list shows, and, when it is opened, its words, its page and its files."""

from __future__ import annotations

import email
import html
import itertools
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, Message, MIMEPart
from email.policy import default
from email.utils import getaddresses
from typing import Literal, NamedTuple, cast

PREVIEW = 140
"""Characters of a mail in the list."""
MOST_PEOPLE = 50
MOST_ANSWERED = 60
"""Message-IDs of one mail that are looked at."""
Folder = Literal["inbox", "sent"]
State = Literal["", "sending", "waits", "sent", "refused"]
"""Of what she has written: on its way, kept by her server until the other takes it, taken, refused for good."""

_ID = re.compile(r"<[^<>\s]{1,900}>")
_CID = re.compile(r"""(["'(])\s*cid:([^"'()\s>]+)""", re.IGNORECASE)
_TAGS = re.compile(r"<(?:style|script|head)\b.*?</(?:style|script|head)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d|blockquote)>", re.IGNORECASE)


class Person(NamedTuple):
    name: str
    address: str

    @property
    def shown(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class File:
    """With a `cid` it is a picture that stands in the mail's page."""

    name: str
    mime: str
    body: bytes = field(repr=False)
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    answer_to: tuple[Person, ...]
    """Reply-To, or the sender."""
    subject: str
    message_id: str
    answered: tuple[str, ...]
    """Message-IDs, the thread's first one first."""
    automatic: bool
    """No person wrote it (RFC 3834)."""


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    html: str
    files: tuple[File, ...]

    @property
    def page(self) -> str:
        """The HTML, its pictures in it; empty: it has none."""
        pictures = {file.cid: file for file in self.files if file.cid}

        def placed(found: re.Match[str]) -> str:
            file = pictures.get(found[2])
            return found[0] if file is None else f"{found[1]}{_as_url(file)}"

        return _CID.sub(placed, self.html)

    @property
    def beside(self) -> list[tuple[int, File]]:
        """The files that do not stand in its page, with their places among all."""
        return [
            (place, file)
            for place, file in enumerate(self.files)
            if not (file.cid and f"cid:{file.cid}" in self.html)
        ]


@dataclass(slots=True)
class Letter:
    """One mail in one mailbox."""

    id: str
    folder: Folder
    at: int
    """UTC ms."""
    raw: bytes = field(repr=False)
    head: Head
    thread: str
    preview: str
    files: int
    unread: bool = False
    state: State = ""
    words: str = ""
    """What the other server said when it refused."""


def read_head(raw: bytes) -> Head:
    mail = _read(raw)
    sender = (_people(mail, "from") or (Person("", "unknown@invalid"),))[0]
    answered = dict.fromkeys(
        one for name in ("references", "in-reply-to") for one in _ID.findall(str(mail.get(name, "")))
    )
    submitted = str(mail.get("auto-submitted", "no")).lower().strip()
    return Head(
        sender,
        _people(mail, "to"),
        _people(mail, "cc"),
        _people(mail, "reply-to") or (sender,),
        " ".join(str(mail.get("subject", "")).split()),
        next(iter(_ID.findall(str(mail.get("message-id", "")))), ""),
        tuple(answered)[-MOST_ANSWERED:],
        submitted != "no" or "list-id" in mail or "precedence" in mail,
    )


def read_content(raw: bytes) -> Content:
    mail = _read(raw)
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    shown = _text(page)
    files = tuple(_file(part) for part in _leaves(mail) if part is not plain and part is not page)
    return Content(_text(plain) or _without_tags(shown), shown, files)


def source_of(raw: bytes) -> str:
    """As it came over the wire."""
    return raw.decode("utf-8", "replace")


def preview_of(text: str) -> str:
    """The first own words, without a signature."""
    lines = itertools.takewhile(lambda line: line not in ("--", "-- "), text.splitlines())
    own = [line.strip() for line in lines if line.strip() and not line.startswith(">")]
    return " ".join(own)[:PREVIEW]


def _read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=default)


def _people(mail: EmailMessage, name: str) -> tuple[Person, ...]:
    told = [str(value) for value in mail.get_all(name, [])]
    return tuple(Person(who, address) for who, address in getaddresses(told) if "@" in address)[:MOST_PEOPLE]


def _leaves(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Its parts that have no parts; a mail within it is one file."""
    if not mail.is_multipart() or mail.get_content_type() == "message/rfc822":
        yield mail
        return
    if mail.get_content_type() == "message/delivery-status":
        yield mail
        return
    for part in mail.iter_parts():
        yield from _leaves(cast("EmailMessage", part))


def _file(part: EmailMessage) -> File:
    mime = part.get_content_type()
    cid = str(part.get("content-id", "")).strip().strip("<>")
    if part.is_multipart():
        inner = part.get_payload()
        body = b"\n".join(one.as_bytes() for one in inner if isinstance(one, Message))
    else:
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
    name = part.get_filename() or {"message/delivery-status": "status.txt"}.get(mime, "message.eml")
    return File(name, mime, body, cid if mime.startswith("image/") else "")


def _text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        told = part.get_content()
    except (LookupError, UnicodeError):
        payload = part.get_payload(decode=True)
        told = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return str(told).replace("\r\n", "\n").strip("\n")


def _without_tags(page: str) -> str:
    return html.unescape(_TAGS.sub("", _BREAKS.sub("\n", page))).strip()


def _as_url(file: File) -> str:
    return f"data:{file.mime};base64,{b64encode(file.body).decode()}"

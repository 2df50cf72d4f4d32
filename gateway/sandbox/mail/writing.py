"""What a customer's program writes: new mails, answers with what they answer to, and what it passes on. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Literal

from gateway.events import new_id
from gateway.sandbox.mail.letters import Content, File, Head, Person

POLICY = SMTP.clone(max_line_length=900, cte_type="7bit")
"""No header is folded inside an id, and no server on the way has to change a letter."""
REFERENCES = 20
"""Message-IDs that are told along: the thread's first, and the newest."""
ZONES: dict[str, tzinfo] = {"ko": timezone(timedelta(hours=9)), "en": UTC}
DAYS = "월화수목금토일"
PAGE = (
    "font-family:system-ui,'Malgun Gothic','Noto Sans KR',sans-serif;font-size:15px;line-height:1.6;"
    "overflow-wrap:anywhere"
)
QUOTED = "margin:0 0 0 2px;padding-left:12px;border-left:2px solid #9aa0a6"

Kind = Literal["new", "reply", "all", "forward"]
_ANSWERS = re.compile(r"^(?:re|답장|회신)\s*:", re.IGNORECASE)
_PASSES_ON = re.compile(r"^(?:fwd?|전달)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands ready before she writes. `quote`: below her words."""

    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    subject: str = ""
    quote: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """What she has written. `pictures` stand in the text, below the words; `files` beside it."""

    sender: Person
    language: str
    at: int
    to: Sequence[Person]
    cc: Sequence[Person] = ()
    subject: str = ""
    text: str = ""
    quote: str = ""
    answers: Head | None = None
    pictures: Sequence[File] = ()
    files: Sequence[File] = ()


def begin(kind: Kind, own: Person, language: str, head: Head, content: Content, at: int) -> Draft:
    """An answer to a mail, or the same mail passed on. `at`: when that came, UTC ms."""
    if kind == "forward":
        subject = head.subject if _PASSES_ON.match(head.subject) else f"Fwd: {head.subject}"
        quote = f"{_passed_on(head, language, at)}\n\n{content.text}"
        return Draft(subject=subject, quote=quote, files=content.files)
    subject = head.subject if _ANSWERS.match(head.subject) else f"Re: {head.subject}"
    to = head.to if head.sender.address == own.address else head.answer_to
    cc: tuple[Person, ...] = ()
    if kind == "all":
        known = {own.address, head.sender.address, *(one.address for one in to)}
        cc = tuple(one for one in (*head.to, *head.cc) if one.address not in known)
    return Draft(to, cc, subject, f"{wrote(head.sender, language, at)}\n{_marked(content.text)}")


def wrote(who: Person, language: str, at: int) -> str:
    """The line above what is answered, as the large houses write it."""
    when = datetime.fromtimestamp(at / 1000, ZONES.get(language, UTC))
    clock = f"{when.hour % 12 or 12}:{when:%M}"
    if language == "ko":
        half = "오전" if when.hour < 12 else "오후"
        day = f"{when.year}년 {when.month}월 {when.day}일 ({DAYS[when.weekday()]})"
        return f"{day} {half} {clock}, {who.shown}님이 작성:"
    return f"On {when:%a, %b} {when.day}, {when.year} at {clock} {when:%p}, {who.shown} wrote:"


def compose(writing: Writing) -> bytes:
    """The whole mail. Raises ValueError for an address that is none."""
    mail = EmailMessage(POLICY)
    mail["From"] = [_address(writing.sender)]
    mail["To"] = [_address(one) for one in writing.to]
    if writing.cc:
        mail["Cc"] = [_address(one) for one in writing.cc]
    mail["Subject"] = " ".join(writing.subject.split())
    mail["Date"] = format_datetime(
        datetime.fromtimestamp(writing.at // 1000, ZONES.get(writing.language, UTC))
    )
    mail["Message-ID"] = f"<{new_id()}@{writing.sender.address.rpartition('@')[2]}>"
    if writing.answers is not None:
        _put_references(mail, writing.answers)
    mail["User-Agent"] = "Parley sandbox"
    mail.set_content(f"{writing.text}\n\n{writing.quote}\n" if writing.quote else f"{writing.text}\n")
    mail.add_alternative(_html(writing), subtype="html")
    page = mail.get_payload()[1]  # type: ignore[index]
    for picture in writing.pictures:
        page.add_related(  # type: ignore[union-attr]
            picture.body,
            *picture.mime.split("/"),
            cid=f"<{picture.cid}>",
            filename=picture.name,
            disposition="inline",
        )
    for file in writing.files:
        mail.add_attachment(file.body, *_mime(file).split("/"), filename=file.name)
    return mail.as_bytes()


def _put_references(mail: EmailMessage, answered: Head) -> None:
    if not answered.message_id:
        return
    chain = [*answered.answered, answered.message_id]
    mail["In-Reply-To"] = answered.message_id
    mail["References"] = " ".join(dict.fromkeys([*chain[:1], *chain[-REFERENCES:]]))


def _html(writing: Writing) -> str:
    told = [f"<div>{_lines(writing.text)}</div>"]
    told += [
        f'<div><img src="cid:{one.cid}" alt="{escape(one.name)}" style="max-width:min(100%,360px)"></div>'
        for one in writing.pictures
    ]
    if writing.quote:
        line, _, said = writing.quote.partition("\n")
        if said.startswith(">"):
            inner = "\n".join(one[1:].removeprefix(" ") for one in said.splitlines())
            said = f'<blockquote style="{QUOTED}">{_lines(inner)}</blockquote>'
        else:
            said = f"<div>{_lines(said)}</div>"
        told.append(f'<br><div class="gmail_quote"><div>{escape(line)}</div>{said}</div>')
    head = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    body = "\n".join(told)
    return f'<html lang="{writing.language}"><head>{head}</head><body style="{PAGE}">{body}</body></html>\n'


def _lines(text: str) -> str:
    return "<br>\n".join(escape(line) for line in text.splitlines())


def _marked(text: str) -> str:
    return "\n".join(
        f">{line}" if line.startswith(">") or not line else f"> {line}" for line in text.splitlines()
    )


def _passed_on(head: Head, language: str, at: int) -> str:
    when = datetime.fromtimestamp(at / 1000, ZONES.get(language, UTC))
    to = ", ".join(one.shown for one in head.to)
    if language == "ko":
        rule, keys = "---------- 전달된 메일 ---------", ("보낸사람", "날짜", "제목", "받는사람")
    else:
        rule, keys = "---------- Forwarded message ---------", ("From", "Date", "Subject", "To")
    told = (head.sender.shown, f"{when:%Y-%m-%d %H:%M}", head.subject, to)
    return "\n".join([rule, *(f"{key}: {value}" for key, value in zip(keys, told, strict=True))])


def _address(one: Person) -> Address:
    """Raises ValueError."""
    try:
        return Address(" ".join(one.name.split()), addr_spec=one.address)
    except Exception as why:  # the library raises errors of several kinds for what it cannot read
        raise ValueError(f"{one.address} is no address") from why


def _mime(file: File) -> str:
    """A mail within a mail, or what has parts, goes as bytes (RFC 2046 section 5)."""
    kind = file.mime.partition("/")[0]
    return "application/octet-stream" if kind in ("message", "multipart", "text", "") else file.mime

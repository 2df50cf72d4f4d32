"""A message of ours as a mail: text and HTML, inline images, files, and headers that nobody's words can add to.

Pure; large files make it work of tens of milliseconds, so it is called in a thread. The recipients in copy unseen stand
in no header: they are the envelope's alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

import nh3

from gateway.channels import _mail_headers as headers
from gateway.channels._mail_headers import Mailbox
from gateway.channels._mail_markup import html_of, placed, words_of

POLICY = headers.AsWritten(linesep="\r\n", cte_type="7bit", max_line_length=headers.LINE, utf8=True)
"""Bodies of more than ASCII go as quoted-printable or base64: no server on the way has to change them."""
MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,90}")
OPAQUE = "application/octet-stream"
"""Also for what is a mail or has parts itself: those may not be encoded (RFC 2046 section 5)."""
BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

PAGE = (
    "font-family:-apple-system,'Apple SD Gothic Neo','Malgun Gothic','Segoe UI',Roboto,'Noto Sans KR',sans-serif;"
    "font-size:15px;line-height:1.6;word-break:break-word"
)
QUIET = "color:#767676;font-size:13px"
"""4.5 to 1 on white, 4.6 to 1 on black: what stands beside the words themselves."""
QUOTED = "margin:0 0 0 2px;padding-left:12px;border-left:2px solid #9aa0a6"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. With a `key` it is an inline image, drawn where the text says `![](cid:key)`, else below it."""

    name: str
    mime: str
    body: bytes
    key: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The mail that is answered. `line` introduces it: "On ... wrote:". `html` is cleaned again here."""

    line: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """All that a mail says. Texts may hold anything: what no header can carry is left out of it."""

    message_id: str
    sender: Mailbox
    to: Sequence[Mailbox]
    at: int
    """UTC milliseconds."""
    subject: str = ""
    text: str = ""
    signature: str = ""
    cc: Sequence[Mailbox] = ()
    bcc: Sequence[Mailbox] = ()
    reply_to: Mailbox | None = None
    in_reply_to: str = ""
    references: Sequence[str] = ()
    """Ids from the thread's first mail to the one that is answered."""
    quote: Quote | None = None
    files: Sequence[File] = ()
    automatic: bool = False
    """No person wrote it: other machines do not answer (RFC 3834)."""
    unsubscribe: Sequence[str] = ()
    """`https:` and `mailto:` addresses by which she wants no more of these (RFC 2369, 8058)."""
    marker: str = ""
    """Stands in the last line, for answers whose headers are lost."""
    language: str = ""
    """Of the text, as `ko` or `en-GB`."""


def recipients(mail: Mail) -> list[str]:
    """The envelope's: everybody, each once. Raises PermanentError for what is no address."""
    return list(dict.fromkeys(headers.address_of(one.address) for one in (*mail.to, *mail.cc, *mail.bcc)))


def compose(mail: Mail) -> bytes:
    """The whole mail, lines ended by CR LF. Raises PermanentError where an address is none, ValueError for an id of
    ours that is none."""
    whole = EmailMessage(POLICY)
    for name, value in _head(mail):
        whole[name] = value
    _put_body(whole, mail)
    return whole.as_bytes()


def _head(mail: Mail) -> list[tuple[str, str]]:
    if headers.ids_in(mail.message_id) != [mail.message_id]:
        raise ValueError("no message id")
    told = [
        ("From", headers.mailboxes([mail.sender])),
        ("To", headers.mailboxes(mail.to) or "undisclosed-recipients:;"),
        ("Cc", headers.mailboxes(mail.cc)),
        ("Reply-To", headers.mailboxes([mail.reply_to] if mail.reply_to else [])),
        ("Subject", headers.words(mail.subject)),
        ("Date", format_datetime(datetime.fromtimestamp(mail.at // 1000, UTC))),
        ("Message-ID", mail.message_id),
        ("In-Reply-To", headers.fold(headers.ids_in(mail.in_reply_to)[:1])),
        ("References", headers.fold(headers.chain([*mail.references, mail.in_reply_to]))),
    ]
    if mail.automatic:
        told += [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
    return [(name, value) for name, value in (*told, *_unsubscribe(mail)) if value or name == "Subject"]


def _unsubscribe(mail: Mail) -> list[tuple[str, str]]:
    told = headers.links(mail.unsubscribe)
    if not told:
        return []
    by_post = any(one.startswith("<https:") for one in told)
    one_click = [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if by_post else []
    return [("List-Unsubscribe", headers.fold(told, joint=", ")), *one_click]


def _put_body(whole: EmailMessage, mail: Mail) -> None:
    images = [file for file in mail.files if file.key]
    ids = {file.key: _content_id(mail, number) for number, file in enumerate(images)}
    whole.set_content(_sane(_text(mail)), charset="utf-8")
    whole.add_alternative(_sane(_html(mail, images, ids)), subtype="html", charset="utf-8")
    drawn = whole.get_payload()[1]  # type: ignore[index]
    assert isinstance(drawn, EmailMessage)
    del drawn["MIME-Version"]
    if images:
        drawn.make_related()
    for file in images:
        drawn.attach(_part(file, "inline", ids[file.key]))
    files = [file for file in mail.files if not file.key]
    if files:
        whole.make_mixed()
    for file in files:
        whole.attach(_part(file, "attachment"))


def _part(file: File, disposition: str, content_id: str = "") -> EmailMessage:
    part = EmailMessage(POLICY)
    mime, name = file.mime.strip().lower(), headers.file_name(file.name)
    if not MIME.fullmatch(mime) or mime.startswith(("message/", "multipart/")):
        mime = OPAQUE
    part.set_content(file.body, *mime.split("/"))
    del part["Content-Type"], part["Content-Disposition"], part["MIME-Version"]
    part["Content-Type"] = headers.named_by_words(mime, "name", name)
    part["Content-Disposition"] = headers.named(disposition, "filename", name)
    if content_id:
        part["Content-ID"] = f"<{content_id}>"
    return part


def _content_id(mail: Mail, number: int) -> str:
    return f"image{number}.{mail.message_id.strip('<>')}"[: headers.LONGEST_ID]


def _text(mail: Mail) -> str:
    told = [words_of(mail.text).strip("\n")]
    if mail.signature:
        told += ["-- \n" + words_of(mail.signature).strip("\n")]
    if mail.quote:
        said = "\n".join(
            f">{'' if line.startswith('>') or not line else ' '}{line}" for line in _lines(mail.quote.text)
        )
        told += [f"{headers.clean(mail.quote.line)}\n{said}"]
    if mail.marker:
        told += [headers.clean(mail.marker)]
    return "\n\n".join(one for one in told if one) + "\n"


def _html(mail: Mail, images: Sequence[File], ids: dict[str, str]) -> str:
    missing = [file for file in images if file.key not in placed(mail.text)]
    told = [html_of(mail.text, ids)]
    told += [html_of(f"![{_alt(file)}](cid:{file.key})", ids) for file in missing]
    if mail.signature:
        told.append(f'<div style="{QUIET};margin-top:16px">-- <br>\n{html_of(mail.signature)}</div>\n')
    if mail.quote:
        told.append(_quoted(mail.quote))
    if mail.marker:
        told.append(
            f'<div style="{QUIET};font-size:11px;margin-top:12px">{escape(headers.clean(mail.marker))}</div>\n'
        )
    language = (
        f' lang="{mail.language}"'
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", mail.language)
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html{language}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f'</head>\n<body><div style="{PAGE}">\n{"".join(told)}</div></body></html>\n'
    )


def _quoted(quote: Quote) -> str:
    said = nh3.clean(quote.html, url_schemes={"http", "https", "mailto"}) if quote.html else ""
    said = said or "<br>\n".join(escape(line) for line in _lines(quote.text))
    line = escape(headers.clean(quote.line))
    return (
        f'<div class="gmail_quote" style="margin-top:16px"><div style="{QUIET}">{line}</div>\n'
        f'<blockquote class="gmail_quote" type="cite" style="{QUOTED}">{said}</blockquote></div>\n'
    )


def _alt(file: File) -> str:
    return re.sub(r"[\[\]\n]", " ", headers.file_name(file.name))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")


def _sane(text: str) -> str:
    plain = BODY_CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.encode("utf-8", "replace").decode()

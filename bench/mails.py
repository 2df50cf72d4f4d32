"""Mails as they come to a shop, distinct and always the same: words alone, words and a page with a quote, files."""

from __future__ import annotations

import random
from base64 import encodebytes
from email.charset import QP, Charset
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from functools import cache

from bench.words import Writer

ADDRESS = "help@bench.example"
PEOPLE = 500
"""Who write them in turn."""
PICTURE = 24 * 1024
"""Bytes of an attached file."""


@cache
def _texts() -> list[str]:
    writer = Writer(11)
    return ["\n".join(writer.message() for _ in range(6)) for _ in range(300)]


@cache
def _picture() -> str:
    body = b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(PICTURE)
    return encodebytes(body).decode()


def mail(number: int) -> bytes:
    """Of ten, four are words alone, four a page beside them that quotes ours, two have a file."""
    who, text = number % PEOPLE, _texts()[number % len(_texts())]
    kind = number % 10
    if kind < 4:
        made: MIMENonMultipart | MIMEMultipart = _words(text)
    elif kind < 8:
        made = _with_page(text)
    else:
        made = MIMEMultipart("mixed", boundary="bench-parts")
        made.attach(_words(text))
        made.attach(_file())
    made["From"] = f"Customer {who} <customer{who}@mail.example>"
    made["To"] = ADDRESS
    made["Subject"] = f"=?utf-8?b?7KO866y4?= {number}"
    made["Date"] = "Mon, 16 Nov 2026 10:12:33 +0900"
    made["Message-ID"] = f"<bench.{number}@mail.example>"
    made["Received"] = "from mail.example by mx.bench.example; Mon, 16 Nov 2026 10:12:34 +0900"
    return made.as_bytes().replace(b"\n", b"\r\n")


def _words(text: str, kind: str = "plain") -> MIMEText:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return MIMEText(text, kind, charset)  # type: ignore[arg-type]


def _with_page(text: str) -> MIMEMultipart:
    said = "On Mon, Nov 16, 2026 at 9:00 AM Bench <help@bench.example> wrote:"
    whole = MIMEMultipart("alternative", boundary="bench-forms")
    whole.attach(_words(f"{text}\n\n{said}\n> Hello\n> It comes tomorrow.\n"))
    lines = "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n"))
    page = f"<html><body>{lines}<div class='gmail_quote'>{said}<blockquote>Hello</blockquote></div></body></html>"
    whole.attach(_words(page, "html"))
    return whole


def _file() -> MIMENonMultipart:
    part = MIMENonMultipart("image", "png", name="receipt.png")
    part["Content-Disposition"] = 'attachment; filename="receipt.png"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(_picture())
    return part

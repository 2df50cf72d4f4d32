"""A customer's mail: what she writes comes in by our own door for mail servers, what we send a server of the tests
takes."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid
from typing import Any

from gateway.sandbox.pictures import goods
from tests.channels.mails import part, report, status
from tests.channels.smtp_post import Post, posting
from tests.e2e.pages.screen import become
from tests.servers.process import free_port

HELP, HANA, JUN = "help@haru.example", "hana@naver.example", "jun@naver.example"
PAGE = """<p>I ordered <b>two cups</b>, this one came:</p>
<p><img src="cid:cup" alt="the cup" width="160" height="120"></p>
<p>Our house: <img src="https://shop.example/house.png" alt="our house" width="40" height="30">
<img src="https://track.example/seen.gif" width="1" height="1"></p>
<p>Best wishes<br>Hana</p>
<blockquote>On Monday, Haru Coffee wrote:<br>Your order is on its way.</blockquote>"""


class Letterbox:
    """`port`: where mail servers bring us mail; `post`: the server that takes ours."""

    def __init__(self, port: int, post: Post, takes: int) -> None:
        self.port, self.post = port, post
        self.settings = {
            "PARLEY_CHANNELS__MAIL__TYPE": "email",
            "PARLEY_CHANNELS__MAIL__LABEL__EN": "Email",
            "PARLEY_CHANNELS__MAIL__LABEL__KO": "이메일",
            "PARLEY_CHANNELS__MAIL__ADDRESS": HELP,
            "PARLEY_CHANNELS__MAIL__NAME__EN": "Haru Coffee",
            "PARLEY_CHANNELS__MAIL__NAME__KO": "하루커피",
            "PARLEY_CHANNELS__MAIL__LISTEN": f"127.0.0.1:{port}",
            "PARLEY_CHANNELS__MAIL__SMTP_URL": f"smtp://127.0.0.1:{takes}",
        }

    async def brings(self, raw: bytes, sender: str = HANA) -> None:
        """As a mail server; returns when it is taken."""

        def bring() -> None:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as line:
                line.sendmail(sender, [HELP], raw)

        await asyncio.to_thread(bring)

    async def writes(self, mail: EmailMessage) -> None:
        await self.brings(mail.as_bytes(), HANA)

    async def sent(self, count: int) -> list[EmailMessage]:
        """All mails of ours so far, in the order in which they were taken: one for each recipient."""

        async def taken() -> int:
            return len(self.post.taken)

        await become(taken, count)
        return [read(raw) for _, _, raw, _ in self.post.taken]

    async def bounces(self, mail: EmailMessage, recipient: str) -> None:
        """As the server of the recipient would: nobody lives there."""
        told = f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1"
        about = f"Message-ID: {mail['Message-ID']}\r\nSubject: {mail['Subject']}\r\n"
        headers = part("Content-Type: text/rfc822-headers", body=about)
        raw = report(status("Reporting-MTA: dns; mx.naver.example", told), headers)
        # A repeat is known by its Message-ID: each bounce has its own.
        own = make_msgid(domain="mx.naver.example").encode()
        await self.brings(raw.replace(b"<1@client.example>", own), "")


def read(raw: bytes) -> EmailMessage:
    found: Any = message_from_bytes(raw, policy=default)
    return found  # type: ignore[no-any-return]


def asks(subject: str = "Order 12", *, copy: str = f"Jun Park <{JUN}>") -> EmailMessage:
    """A mail as programs write it: words and a page, a picture in its place and a file, somebody in copy."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Cc"] = f"Hana Kim <{HANA}>", f"Haru Coffee <{HELP}>", copy
    mail["Subject"], mail["Message-ID"] = subject, make_msgid(domain="naver.example")
    mail.set_content(
        "I ordered two cups, this one came:\n\n[the cup]\n\nBest wishes\nHana\n\n"
        "On Monday, Haru Coffee wrote:\n> Your order is on its way.\n"
    )
    mail.add_alternative(PAGE, subtype="html")
    page: Any = mail.get_payload()[1]  # type: ignore[index]
    page.add_related(goods("mug"), "image", "png", cid="<cup>", filename="cup.png")
    mail.add_attachment(b"%PDF-1.4 a receipt", "application", "pdf", filename="receipt.pdf")
    return mail


@contextlib.asynccontextmanager
async def open_letterbox() -> AsyncIterator[Letterbox]:
    post = Post()
    async with posting(post) as postman:
        yield Letterbox(free_port(), post, postman._server.port)

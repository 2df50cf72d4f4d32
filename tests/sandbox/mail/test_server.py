"""The customers' server speaks SMTP, and ends when it is told to."""

import asyncio
import smtplib
from collections.abc import Sequence

import pytest

from gateway.sandbox.mail.server import OK, SIZE, Server


async def test_it_takes_whom_it_knows_and_says_so_to_all_others() -> None:
    taken: list[tuple[bytes, str, list[str]]] = []

    async def take(raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        taken.append((raw, sender, list(recipients)))

    server = Server("mx.mail.example", lambda one: OK if one.startswith("a@") else "550 5.1.1 No", take)
    port = await server.open()

    def talk() -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", port) as line:
            assert line.ehlo()[0] == 250 and line.esmtp_features["size"] == str(SIZE)
            assert not line.has_extn("auth")
            line.sendmail("", ["a@x.example"], b"Subject: bounce\r\n\r\nwords\r\n")
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                line.sendmail("s@x.example", ["b@x.example"], b"\r\n")
            return line.sendmail("s@x.example", ["a@x.example", "b@x.example"], b"Subject: one\r\n\r\n.\r\n")

    refused = await asyncio.to_thread(talk)
    assert refused == {"b@x.example": (550, b"5.1.1 No")}
    assert [(sender, to) for _, sender, to in taken] == [
        ("", ["a@x.example"]),
        ("s@x.example", ["a@x.example"]),
    ]
    assert b"\r\n.\r\n" in taken[1][0]
    await server.close()


async def test_who_is_still_talking_is_cut_at_the_end() -> None:
    async def take(raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        raise AssertionError("nobody sends")

    server = Server("mx.mail.example", lambda _: OK, take)
    port = await server.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"220 ")
    await server.close()
    assert await reader.read() == b"" and not server.talks
    writer.close()

"""The door for mail servers: whose mail is taken, what each outcome is told as, and that nothing stops it."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network
from typing import Any

import aiosmtplib
import pytest
from aiosmtplib import SMTP

from gateway.channels import _mail_listener as listener
from gateway.channels._mail_gate import Gate, Limits, Room
from gateway.channels._mail_listener import Door, Listener
from gateway.errors import (
    Conflict,
    Malformed,
    NotFound,
    ParleyError,
    PermanentError,
    TooLarge,
    TooMany,
    Unavailable,
)
from tests.channels.mail_certificates import client_context, server_context
from tests.world import until

RAW = b"From: mina@example.net\r\nSubject: x\r\n\r\n.\r\n\xb6\xca\r\n" + b"long" * 1000 + b"\r\n"
OURS, ALSO, FROM = "help@shop.example", "sales@shop.example", "mina@example.net"


class House:
    """What stands behind the door. `fails`: by recipient, or for all under ''."""

    def __init__(self, **door: Any) -> None:
        self.door = Door(**{"hostname": "mail.shop.example", **door})
        self.ours = {OURS, ALSO, "미나@shop.example"}
        self.mails: list[tuple[bytes, str, Sequence[str]]] = []
        self.vouched: list[bool] = []
        self.fails: dict[str, Exception] = {}
        self.deaf: Exception | None = None
        self.now = 0.0
        self.listener: Listener | None = None

    async def accepts(self, recipient: str) -> bool:
        if self.deaf is not None:
            raise self.deaf
        return recipient in self.ours

    async def deliver(self, raw: bytes, sender: str, recipients: Sequence[str], vouched: bool) -> None:
        for one in ("", *recipients):
            if one in self.fails:
                raise self.fails[one]
        self.mails.append((raw, sender, recipients))
        self.vouched.append(vouched)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        self.listener = Listener(self.door, self.accepts, self.deliver, lambda: self.now)
        port = await self.listener.open("127.0.0.1", 0)
        try:
            yield port
        finally:
            await self.listener.close()
            assert not self.listener.talks


@contextlib.asynccontextmanager
async def calling(port: int, **told: Any) -> AsyncIterator[SMTP]:
    client = SMTP(hostname="127.0.0.1", port=port, local_hostname="them", start_tls=False, timeout=20, **told)
    await client.connect()
    try:
        await client.ehlo()
        yield client
    finally:
        client.close()


async def brought(house: House, *recipients: str, sender: str = FROM, raw: bytes = RAW) -> tuple[int, str]:
    """The code and words of the answer to one mail."""
    async with house.open() as port, calling(port) as client:
        return await bring(client, *recipients, sender=sender, raw=raw)


async def bring(client: SMTP, *recipients: str, sender: str = FROM, raw: bytes = RAW) -> tuple[int, str]:
    options = ["SMTPUTF8"] if not "".join(recipients).isascii() else []
    try:
        _, words = await client.sendmail(sender, recipients or (OURS,), raw, mail_options=options)
    except aiosmtplib.SMTPRecipientsRefused as why:
        return why.recipients[0].code, why.recipients[0].message
    except aiosmtplib.SMTPResponseException as why:
        return why.code, why.message
    return 250, words


async def test_a_mail_is_handed_on_as_it_came() -> None:
    house = House()
    assert (await brought(house, OURS, ALSO, OURS))[0] == 250
    assert house.mails == [(RAW, FROM, [OURS, ALSO])] and house.vouched == [True]


async def test_a_strangers_word_of_a_mail_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "vouches", lambda _, peer: peer != "127.0.0.1")
    house = House()
    assert (await brought(house))[0] == 250
    assert house.vouched == [False]


async def test_the_standard_librarys_client() -> None:
    house = House()

    def send(port: int) -> dict[str, Any]:
        with smtplib.SMTP("127.0.0.1", port, "them", timeout=20) as client:
            return client.sendmail(FROM, [OURS, "nobody@shop.example"], RAW)

    async with house.open() as port:
        refused = await asyncio.to_thread(send, port)
    assert refused == {"nobody@shop.example": (550, listener.UNKNOWN[4:].encode())}
    assert house.mails == [(RAW, FROM, [OURS])]


async def test_a_bounce_and_other_letters() -> None:
    house = House()
    async with house.open() as port, calling(port) as client:
        assert client.supports_extension("smtputf8") and client.supports_extension("8bitmime")
        assert not client.supports_extension("auth") and client.esmtp_extensions["size"] == str(
            house.door.size
        )
        await bring(client, sender="")
        await bring(client, "미나@shop.example")
        assert (await client.execute_command(b"MAIL", b"FROM:<\xb6@x>"))[0] == 553
    assert [mail[1:] for mail in house.mails] == [("", [OURS]), (FROM, ["미나@shop.example"])]


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (Unavailable("the database is away"), "451 4.3.0"),
        (TooMany("errors.x", retry_after=3), "451 4.3.0"),
        (TooLarge("errors.x"), "552 5.3.4"),
        (NotFound("errors.x"), "550 5.1.1"),
        (Malformed("errors.x"), "554 5.7.1"),
        (Conflict("errors.x"), "554 5.7.1"),
        (PermanentError("no", for_agent="x"), "554 5.7.1"),
        (ParleyError("what"), "451 4.3.0"),
        (TimeoutError(), "451 4.3.0"),
        (RuntimeError("a fault"), "451 4.3.0"),
    ],
)
async def test_an_outcome_is_a_code(why: Exception, code: str) -> None:
    house = House()
    house.fails[""] = why
    async with house.open() as port, calling(port) as client:
        said, words = await bring(client)
        assert f"{said} {words}".startswith(code) and "fault" not in words and "database" not in words
        house.fails.clear()
        assert (await bring(client))[0] == 250, "the same connection goes on"


async def test_a_house_that_cannot_say_who_is_ours() -> None:
    house = House()
    house.deaf = Unavailable("away")
    async with house.open() as port, calling(port) as client:
        assert (await bring(client))[0] == 451
        house.deaf = None
        assert (await bring(client))[0] == 250


async def test_lmtp_answers_for_each_recipient() -> None:
    house = House(lmtp=True, size=5000)
    house.fails[ALSO] = Unavailable("away")
    async with house.open() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def say(words: bytes, answers: int = 1) -> list[bytes]:
            writer.write(words)
            told: list[bytes] = []
            while len(told) < answers:
                line = await reader.readuntil(b"\r\n")
                if line[3:4] == b" ":
                    told.append(line[:9])
            return told

        assert await say(b"") + await say(b"EHLO them\r\n") + await say(b"HELO them\r\n") == [
            b"220 mail.",
            b"500 Error",
            b"500 Error",
        ]
        assert await say(b"LHLO them\r\n") == [b"250 ENHAN"]
        both = f"MAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nRCPT TO:<{ALSO}>\r\nRCPT TO:<no@x>\r\nDATA\r\n".encode()
        assert await say(both, 5) == [b"250 2.1.0", b"250 2.1.5", b"250 2.1.5", b"550 5.1.1", b"354 End d"]
        assert await say(b"Subject: x\r\n\r\ny\r\n.\r\n", 2) == [b"250 2.0.0", b"451 4.3.0"]
        await say(both, 5)
        assert await say(b"x" * 900 + b"\r\n" + b"y\r\n" * 3000 + b".\r\n", 2) == [b"552 5.3.4", b"552 5.3.4"]
        assert await say(b"QUIT\r\n") == [b"221 Bye\r\n"]
        writer.close()
    assert house.mails == [(b"Subject: x\r\n\r\ny\r\n", "", [OURS])]


async def test_what_is_too_large_is_refused_before_it_comes_and_after() -> None:
    house = House(size=5000)
    async with house.open() as port, calling(port) as client:
        assert (await bring(client, raw=b"x\r\n" * 5000))[0] == 552
        await client.mail(FROM)
        await client.rcpt(OURS)
        with pytest.raises(aiosmtplib.SMTPDataError) as why:
            await client.data(b"x\r\n" * 5000)
        assert why.value.code == 552
        assert (await bring(client, raw=b"x\r\n"))[0] == 250
    assert len(house.mails) == 1


async def test_starttls() -> None:
    house = House(context=server_context(), only_tls=True)
    async with house.open() as port, calling(port, tls_context=client_context()) as client:
        with pytest.raises(aiosmtplib.SMTPSenderRefused):
            await client.mail(FROM)
        await client.starttls()
        await client.ehlo()
        assert not client.supports_extension("starttls") and not client.supports_extension("auth")
        assert (await bring(client))[0] == 250
        assert house.listener is not None and house.listener.gate._here.total() == 1


async def test_a_failed_handshake_leaves_nothing_behind() -> None:
    house = House(context=server_context(), limits=Limits(each=1))
    async with house.open() as port:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO them\r\nSTARTTLS\r\n")
            await reader.readuntil(b"220 Ready to start TLS\r\n")
            assert house.listener is not None
            (talk,) = house.listener.talks
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            await asyncio.wait([talk])
            writer.close()
            await asyncio.sleep(0)
            assert not house.listener.talks and not house.listener.gate._here


async def test_what_a_stranger_may_do_is_bounded() -> None:
    house = House(limits=Limits(each=2, mails=3, recipients=2, misses=3))
    house.ours |= {f"{number}@shop.example" for number in range(5)}
    async with house.open() as port, calling(port) as one, calling(port) as other:
        with pytest.raises(aiosmtplib.SMTPConnectResponseError) as why:
            async with calling(port):
                pass
        assert why.value.code == 421
        await one.mail(FROM)
        codes = [await code(one, f"RCPT TO:<{number}@shop.example>") for number in range(3)]
        assert codes == [250, 250, 452]
        await other.mail(FROM)
        codes = [await code(other, f"RCPT TO:<guess{number}@shop.example>") for number in range(4)]
        assert codes == [550, 550, 550, 421]
    async with house.open() as port, calling(port) as one:
        assert [(await bring(one))[0] for _ in range(4)] == [250, 250, 250, 451]
        house.now = 60.0
        assert (await bring(one))[0] == 250


async def code(client: SMTP, command: str) -> int:
    return (await client.execute_command(command.encode())).code


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"EHLO\r\nMAIL\r\nRCPT\r\nDATA\r\nBDAT 1\r\nVRFY \xff\r\nMAIL FROM:<\r\n",
        b"EHLO x\r\nMAIL FROM:<a@b> SIZE=x\r\nRCPT TO:<@@>\r\n\x00\r\nAUTH PLAIN x\r\n",
        b"x" * 3_000_000,
        b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\nhalf a ma",
    ],
)
async def test_noise_harms_nobody(noise: bytes, caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    async with house.open() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            writer.write(noise)
            await writer.drain()
            writer.write_eof()
            await reader.read()
        writer.close()
        async with calling(port) as client:
            assert (await bring(client))[0] == 250
    assert len(house.mails) == 1, "half a mail is none"
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "WARNING")], "nor fills the log"


async def test_two_mails_in_one_are_one() -> None:
    """A bare line feed before the dot ends no mail: else a stranger could write a second one, past all checks."""
    smuggled = b"Subject: x\r\n\r\n\n.\nMAIL FROM:<boss@shop.example>\n.\r\nend\r\n"
    house = House()
    async with house.open() as port, calling(port) as client:
        await client.mail(FROM)
        await client.rcpt(OURS)
        await client.execute_command(b"DATA")
        assert client.protocol is not None
        client.protocol.write(smuggled + b".\r\n")
        assert (await client.protocol.read_response(timeout=20)).code == 250
    assert [mail[0] for mail in house.mails] == [smuggled]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"", b""),
        (b"\r\n", b"\r\n"),
        (b"..\r\n", b".\r\n"),
        (b".x\r\na\r\n...\r\n", b"x\r\na\r\n..\r\n"),
        (b"a\n.\nb\r.\rc\r\n", b"a\n.\nb\r.\rc\r\n"),
        (b"x" * 300_000 + b"\r\n", b"x" * 300_000 + b"\r\n"),
        (b"\r\n" * 200_000, b"\r\n" * 200_000),
    ],
)
async def test_where_a_mail_ends_and_what_follows_it(written: bytes, read: bytes) -> None:
    """With the next command close behind, in pieces as they come."""
    house = House()
    whole = written + b".\r\nNOOP\r\n"
    async with house.open() as port:
        for cut in (1, 3, len(whole) - 8, len(whole)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n".encode())
            await reader.readuntil(b"354 End data with <CR><LF>.<CR><LF>\r\n")
            writer.write(whole[:cut])
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(whole[cut:])
            told = await reader.readline() + await reader.readline()
            assert told == listener.TAKEN.encode() + b"\r\n250 OK\r\n"
            writer.close()
    assert [mail[0] for mail in house.mails] == [read] * 4


async def test_a_delivery_that_takes_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "DELIVERY", 0.0)
    house = House()

    async def never(raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(house, "deliver", never)
    assert (await brought(house))[0] == 451


OWN_NET = Limits(trusted=(ip_network("127.0.0.0/8"),))
BIG = b"Subject: big\r\n\r\n" + b"x" * 200_000 + b"\r\n"


class Counting(Room):
    """`most_held`: the most that was ever held at once."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most_held = 0

    def take(self, peer: str, size: int, *, trusted: bool = False) -> bool:
        told = super().take(peer, size, trusted=trusted)
        self.most_held = max(self.most_held, self.held)
        return told


class Slow:
    """A peer who brings a mail and does not come to its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def begins(cls, port: int, raw: bytes) -> "Slow":
        made = cls(*await asyncio.open_connection("127.0.0.1", port))
        assert (await made.reader.readline()).startswith(b"220")
        for said in ("HELO them", f"MAIL FROM:<{FROM}>", f"RCPT TO:<{OURS}>", "DATA"):
            made.writer.write(f"{said}\r\n".encode())
            assert (await made.reader.readline())[:1] in (b"2", b"3"), said
        made.writer.write(raw)
        await made.writer.drain()
        return made

    async def ends(self) -> bytes:
        self.writer.write(b".\r\n")
        return await self.reader.readline()

    async def leaves(self) -> None:
        self.writer.transport.abort()


async def test_no_more_is_held_of_all_mails_than_there_is_room_for() -> None:
    room = Counting(300_000)
    house = House(room=room, limits=OWN_NET)
    async with house.open() as port:
        first = await Slow.begins(port, BIG)
        await until(lambda: room.held >= 130_000)
        second = await Slow.begins(port, BIG)
        assert (await second.ends()).startswith(b"452 4.3.1")
        assert (await first.ends()).startswith(b"250")
        await until(lambda: room.held == 0)
        third = await Slow.begins(port, BIG)
        assert (await third.ends()).startswith(b"250")
        for one in (first, second, third):
            await one.leaves()
    assert room.most_held <= room.most and room.held == 0
    assert [raw for raw, _, _ in house.mails] == [BIG, BIG]


async def test_room_that_somebody_left_is_anybodys_again() -> None:
    room = Counting(300_000)
    house = House(room=room, limits=OWN_NET)
    async with house.open() as port:
        gone = await Slow.begins(port, BIG)
        await until(lambda: room.held >= 130_000)
        await gone.leaves()
        await until(lambda: room.held == 0)
        stays = await Slow.begins(port, BIG)
        await until(lambda: room.held >= 130_000)
    assert room.held == 0, "also when the door is closed meanwhile"
    await stays.leaves()


async def test_one_stranger_takes_no_more_than_half_of_it() -> None:
    house = House(room=Counting(300_000))
    async with house.open() as port:
        alone = await Slow.begins(port, BIG)
        assert (await alone.ends()).startswith(b"452 4.3.1")
        await alone.leaves()
    assert house.mails == []


async def test_who_says_that_it_will_not_fit_in_need_not_bring_it() -> None:
    house = House(room=Counting(300_000), limits=OWN_NET)
    async with house.open() as port, calling(port) as client:
        assert (await client.execute_command(b"MAIL", f"FROM:<{FROM}>".encode(), b"SIZE=300001")).code == 452
        assert (await client.execute_command(b"MAIL", f"FROM:<{FROM}>".encode(), b"SIZE=300000")).code == 250


async def test_what_is_being_committed_is_held_still_and_a_fault_gives_it_back() -> None:
    room = Counting(300_000)
    house, seen = House(room=room, limits=OWN_NET), []
    deliver = house.deliver

    async def committing(raw: bytes, sender: str, recipients: Sequence[str], vouched: bool) -> None:
        seen.append(room.held)
        await deliver(raw, sender, recipients, vouched)

    house.deliver = committing  # type: ignore[method-assign]
    house.fails[""] = Unavailable("away")
    async with house.open() as port, calling(port) as client:
        assert (await bring(client, raw=BIG))[0] == 451
        assert room.held == 0 and seen[0] >= len(BIG)

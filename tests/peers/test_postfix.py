"""A real Postfix brings mail to our door and takes ours away, and what it says of it counts: later, or never."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest

from gateway.channels.base import Correspondent
from gateway.events import Address
from gateway.store import Store
from gateway.stream.envelope import Wanted
from tests.channels.mail_certificates import files
from tests.databases import Database, prepare
from tests.peers import HANA, JUNE, OURS
from tests.peers.conftest import at_work, letter, until
from tests.post_house import PostHouse
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.process import free_port
from tests.servers.proxy import proxy_to

NOBODY = "nobody@post.example"
Starts = Callable[[dict[str, str]], Awaitable[Postfix]]


def opened(raw: bytes) -> EmailMessage:
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def door(port: int, **more: Any) -> dict[str, Any]:
    return {"type": "email", "address": OURS, "listen": f"127.0.0.1:{port}", **more}


async def delivered(server: Dovecot, user: str) -> EmailMessage:
    """The first mail that comes there."""
    await until(lambda: server.mails(user))
    (raw, _), *_ = await asyncio.to_thread(server.mails, user)
    return opened(raw)


async def came(house: PostHouse, *texts: str) -> None:
    async def all_of_them() -> bool:
        return await house.texts() == list(texts)

    await until(all_of_them)


async def test_it_brings_mail_to_a_door_that_demands_tls(
    store: Store, tmp_path: Path, postfix: Starts
) -> None:
    chain, key = files(tmp_path)
    port = free_port()
    carrier = await postfix({"haru.example": f"smtp:[127.0.0.1]:{port}"})
    section = door(port, tls_certificate=str(chain), tls_key=str(key), only_tls=True)
    async with at_work(store, tmp_path, help=section) as house:
        raw = letter("안녕하세요.\n.\n..two", "m1")
        await asyncio.to_thread(carrier.deliver, raw, HANA, OURS)
        await came(house, "안녕하세요.\n.\n..two")
        await until(lambda: not carrier.waiting())


async def test_lmtp_answers_for_each_and_who_is_unknown_comes_back_to_its_sender(
    store: Store, tmp_path: Path, postfix: Starts, dovecot: Dovecot
) -> None:
    port = free_port()
    carrier = await postfix(
        {
            "haru.example": f"lmtp:inet:127.0.0.1:{port}",
            "post.example": f"lmtp:inet:127.0.0.1:{dovecot.lmtp}",
        }
    )
    async with at_work(store, tmp_path, help=door(port, lmtp=True)) as house:
        raw = letter("Where is it?", "m1")
        await asyncio.to_thread(carrier.deliver, raw, HANA, OURS, "sales@haru.example")
        await came(house, "Where is it?")
        report = await delivered(dovecot, HANA)
    assert report.get_content_type() == "multipart/report"
    status = next(one for one in report.walk() if one.get_content_type() == "message/delivery-status")
    told = status.as_string()
    assert "sales@haru.example" in told and "Status: 5.1.1" in told and "No such mailbox here" in told
    assert OURS not in told, "who was taken is not reported"


async def test_what_cannot_be_committed_now_is_kept_there_and_comes_once(
    postgres: Postgres, tmp_path: Path, postfix: Starts
) -> None:
    url = postgres.database()
    await asyncio.to_thread(prepare, url)
    parts = urlsplit(url)
    async with proxy_to(parts.port or 0) as line:
        through = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{line.port}"))
        async with Database(through, tmp_path).opened() as store:
            port = free_port()
            carrier = await postfix({"haru.example": f"smtp:[127.0.0.1]:{port}"})
            async with at_work(store, tmp_path, help=door(port)) as house:
                line.refusing = True
                line.cut()
                await asyncio.to_thread(carrier.deliver, letter("one", "m1"), HANA, OURS)

                def is_kept() -> bool:
                    waiting = carrier.waiting()
                    reasons = [to.get("delay_reason", "") for one in waiting for to in one["recipients"]]
                    return any("451 4.3.0 Not now" in reason for reason in reasons)

                await until(is_kept)
                line.flow()

                async def answers() -> bool:
                    try:
                        return await house.texts() == []
                    except Exception:
                        return False

                await until(answers)

                def is_gone() -> bool:
                    carrier.again()
                    return not carrier.waiting()

                await until(is_gone)
                assert await house.texts() == ["one"]
    postgres.drop(url)


async def shown(house: PostHouse, message: str) -> dict[str, tuple[str, str | None]]:
    """What became of it, by recipient, with what the agent is told."""
    rows = await house.world.rows(
        """select i.address, d.state, d.problem from deliveries d join identities i on i.id = d.identity_id
        where d.message_id = $1""",
        message,
    )
    return {row["address"]: (row["state"], row["problem"]) for row in rows}


async def test_what_it_cannot_deliver_comes_back_and_fails_for_that_recipient_alone(
    store: Store, tmp_path: Path, postfix: Starts, dovecot: Dovecot
) -> None:
    port = free_port()
    carrier = await postfix(
        {
            "haru.example": f"smtp:[127.0.0.1]:{port}",
            "post.example": f"lmtp:inet:127.0.0.1:{dovecot.lmtp}",
        }
    )
    copies = f"imap://{quote(OURS)}:{PASSWORD}@127.0.0.1:{dovecot.imap}"
    section = door(port, smtp_url=f"smtp://127.0.0.1:{carrier.port}", imap_url=copies, sent_folder="auto")
    async with at_work(store, tmp_path, help=section) as house:
        await asyncio.to_thread(carrier.deliver, letter("Where is it?", "m1"), HANA, OURS)
        await came(house, "Where is it?")
        (asked,) = await house.messages()
        others = tuple(Correspondent(Address("mailto", one)) for one in (JUNE, NOBODY))
        posted = await house.world.answers(
            asked["conversation_id"], "It comes tomorrow.", wanted=Wanted(cc=others)
        )

        async def is_settled() -> bool:
            told = await shown(house, posted.message)
            return told.get(NOBODY, ("", None))[0] == "failed" and {told[HANA][0], told[JUNE][0]} == {"sent"}

        await until(is_settled)
        assert (await shown(house, posted.message))[NOBODY] == ("failed", "delivery.no_such_address")
        assert len(await house.messages()) == 2, "a report is no message"

        mail = await delivered(dovecot, HANA)
        assert (await delivered(dovecot, JUNE))["Message-ID"] == mail["Message-ID"]
        assert mail["In-Reply-To"] == "<m1@client.example>" and mail["Subject"] == "Re: Delivery"
        assert str(mail["Cc"]) == f"{JUNE}, {NOBODY}"
        copies_kept = await asyncio.to_thread(dovecot.mails, OURS, "Sent")
        assert [(opened(raw)["Message-ID"], flags) for raw, flags in copies_kept] == [
            (mail["Message-ID"], (b"\\Seen",))
        ]

        # She answers as her program does: to the address that it was told, which Postfix takes for ours.
        back = mail["Reply-To"].addresses[0].addr_spec
        assert re.fullmatch(r"help\+[0-9a-z-]+@haru\.example", back)
        answer = letter("Thank you!", "m2", to=back, In_Reply_To=mail["Message-ID"])
        await asyncio.to_thread(carrier.deliver, answer, HANA, back)
        await came(house, "Where is it?", "It comes tomorrow.", "Thank you!")
        last = (await house.messages())[-1]
        assert last["conversation_id"] == asked["conversation_id"]


@pytest.mark.parametrize("lmtp", [False, True])
async def test_what_is_too_large_comes_back_to_its_sender(
    store: Store, tmp_path: Path, postfix: Starts, dovecot: Dovecot, lmtp: bool
) -> None:
    port = free_port()
    carrier = await postfix(
        {
            "haru.example": f"{'lmtp:inet:127.0.0.1' if lmtp else 'smtp:[127.0.0.1]'}:{port}",
            "post.example": f"lmtp:inet:127.0.0.1:{dovecot.lmtp}",
        }
    )
    async with at_work(store, tmp_path, help=door(port, lmtp=lmtp, largest=64 * 1024)) as house:
        await asyncio.to_thread(carrier.deliver, letter("long " * 20_000, "m1"), HANA, OURS)
        report = await delivered(dovecot, HANA)
        assert await house.texts() == []
    status = next(one for one in report.walk() if one.get_content_type() == "message/delivery-status")
    assert OURS in status.as_string() and "5.3.4" in status.as_string()

"""What comes by mail is taken once and whole, by the door and from mailboxes, over outages and faults of ours."""

import asyncio
import contextlib
import datetime
import json
import logging
import smtplib
import socket
from collections.abc import AsyncIterator, Sequence
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway import receiving
from gateway.channels import _mail_imap as imap
from gateway.channels import email as adapter
from gateway.channels._mail_read import read_mail, signer_of
from gateway.channels.base import ProviderRequest
from gateway.channels.roads import Way
from gateway.errors import AuthFailed, Away, NotFound, TemporaryError, Unavailable
from gateway.events import AccountId, Event, Kind, Proof
from gateway.limits import Limits
from gateway.receiving import Office, Progress, runs
from gateway.store import Store
from gateway.stream import provided
from gateway.stream.edit import erase_message
from gateway.stream.intakes import load_intakes
from gateway.stream.roads import load_roads, tell_trouble
from tests.channels.imap_post import ImapPost
from tests.channels.mails import PNG, b64, part, report, several, status, text
from tests.channels.mails import mail as whole
from tests.checks import check
from tests.post_house import HANA, HELP, SALES, PostHouse, post_house, written

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(imap, "POLL", 0.01)
    monkeypatch.setattr(receiving, "AGAIN", 0.0)


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[PostHouse]:
    async with post_house(store, tmp_path) as opened:
        yield opened


async def until(true: Any, patience: float = 40.0) -> None:
    for _ in range(int(patience / 0.01)):
        if await true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@contextlib.asynccontextmanager
async def following(house: PostHouse) -> AsyncIterator[None]:
    duty = asyncio.create_task(house.receiving.run(house.store))
    try:
        yield
    finally:
        duty.cancel()
        await asyncio.gather(duty, return_exceptions=True)


async def test_a_server_brings_a_mail_to_two_of_our_addresses_and_each_account_has_it(
    house: PostHouse,
) -> None:
    await house.receiving.listen()
    raw = written("배송이 언제 오나요?", "m1", to=f"{HELP}, {SALES}")
    await asyncio.to_thread(house.deliver, raw, HELP, SALES)
    await asyncio.to_thread(house.deliver, raw, HELP, SALES)
    rows = await house.messages()
    assert [(row["account_id"], row["text"]) for row in rows] == [
        ("help", "배송이 언제 오나요?"),
        ("sales", "배송이 언제 오나요?"),
    ]
    assert rows[0]["conversation_id"] != rows[1]["conversation_id"]
    token = house.token(rows[0]["conversation_id"])
    await asyncio.to_thread(house.deliver, written("Thanks", "m2", to=token), token)
    assert (await house.messages())[2]["conversation_id"] == rows[0]["conversation_id"]
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await asyncio.to_thread(house.deliver, raw, "nobody@haru.example")
    assert refused.value.recipients["nobody@haru.example"][0] == 550
    await check(house.store)


async def test_who_names_many_recipients_has_us_ask_for_ours_once_a_second(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, now, away = 0, 1000.0, False
    asking = provided.ours_of

    async def counted(*args: Any) -> Any:
        nonlocal asked
        asked += 1
        if away:
            raise Unavailable("the database is away")
        return await asking(*args)

    monkeypatch.setattr(receiving, "ours_of", counted)
    one = receiving.Receiving(house.store, house.channels, house.media, Limits(), clock=lambda: now)
    offices = [Office(one, house.store, AccountId(name)) for name in ("help", "sales")]
    told = await asyncio.gather(*(office.ours() for office in offices * 10))
    assert asked == 1
    await house.store.write(
        lambda tx: tx.run("update agents set email = 'new@example.com' where id = 'anna'")
    )
    now += receiving.OURS_KEPT / 2
    assert await offices[0].ours() == told[0] and asked == 1
    now += receiving.OURS_KEPT / 2
    fresh = await offices[0].ours()
    assert "new@example.com" in fresh.agents - told[0].agents and asked == 2
    now, away = now + receiving.OURS_KEPT, True
    with pytest.raises(Unavailable):
        await offices[0].ours()
    away = False
    assert await offices[0].ours() == fresh and asked == 4, "that nobody knew is not remembered"


async def test_what_cannot_be_committed_stays_with_its_sender(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.receiving.listen()

    async def away(*_: Any) -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "take_whole", away)
        with pytest.raises(smtplib.SMTPDataError) as later:
            await asyncio.to_thread(house.deliver, written("one", "m1"))
        assert later.value.smtp_code == 451
    await asyncio.to_thread(house.deliver, written("one", "m1"))
    assert await house.texts() == ["one"]


async def test_a_fault_of_ours_keeps_the_mail_whole_and_plays_it_again(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = part("Content-Type: image/png; name=a.png", "Content-Transfer-Encoding: base64", body=b64(PNG))
    raw = whole(
        f"From: {HANA}",
        "Subject: Two",
        "Message-ID: <m1@c>",
        "Date: Mon, 16 Nov 2026 10:12:33 +0900",
        "Content-Type: multipart/mixed; boundary=b",
        body=several("b", text("안녕하세요"), picture),
    )

    def fails(*_: Any) -> None:
        raise ZeroDivisionError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(adapter, "read_mail", fails)
        await house.brings(raw)
        await house.brings(raw)
    row = await house.world.row("select * from parked")
    assert (bytes(row["body"]), row["reason"], row["account_id"]) == (raw, "fault", "help")
    assert await house.texts() == []
    assert await house.replays(row["id"]) is None
    (message,) = await house.messages()
    assert (message["text"], message["late"]) == ("안녕하세요", 1)
    file = await house.world.row("select * from attachments")
    assert (file["name"], file["mime"]) == ("a.png", "image/png") and await house.media.exists(file["hash"])
    assert await house.world.value("select count(*) from parked") == 0
    await check(house.store)


async def test_a_full_list_of_unreadable_mails_stops_no_mailbox_and_loses_none(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receiving.limits = house.receiving.limits.model_copy(update={"parked_most": 1})

    def fails(call: ProviderRequest, *more: Any) -> Any:
        if b"odd" in call.body:
            raise ZeroDivisionError("a fault")
        return read_mail(call, *more)

    monkeypatch.setattr(adapter, "read_mail", fails)
    for number, words in enumerate(("odd one", "odd two", "odd two", "well")):
        await house.brings(written(words, f"m{number}"))
    assert await house.world.value("select count(*) from parked") == 1
    assert [row["text"] for row in await house.messages()][-1] == "well"
    shown = await house.world.rows("select name, hash from attachments")
    assert [row["name"] for row in shown] == ["message.eml"] * 2
    assert all([await house.media.exists(row["hash"]) for row in shown])
    doubts = await house.world.rows(
        "select doubts from message_sources where cast(doubts as text) like '%unreadable%'"
    )
    assert len(doubts) == 2
    await check(house.store)


async def test_a_report_that_names_nobody_we_wrote_to_is_shown_and_settles_and_proves_nothing(
    house: PostHouse,
) -> None:
    house.receiving.limits = house.receiving.limits.model_copy(update={"originals_kept": 30})
    await house.brings(written("Where is it?", "m1"))
    (asked,) = await house.messages()
    talk = asked["conversation_id"]
    name = signer_of(house.store.secret).message_id(talk, asked["id"], "haru.example")
    block = "Final-Recipient: rfc822; forwarded@x.example\nAction: failed\nStatus: 5.1.1"
    returned = part("Content-Type: text/rfc822-headers", body=f"Message-ID: <{name}>\r\n")
    raw = report(status("Reporting-MTA: dns; mx.naver.com", block), returned)
    for _ in range(2):
        await house.brings(raw, sender="")
    _, shown = await house.messages()
    assert shown["conversation_id"] == talk
    source = await house.world.row("select * from message_sources where message_id = $1", shown["id"])
    assert source["automatic"] == "bounce"
    assert json.loads(source["doubts"]) == ["names_nobody", "stranger"]
    original = await house.world.row("select * from attachments where owner = $1", f"original:{shown['id']}")
    assert original["size"] == len(raw), "kept as of any other mail"
    forged = raw.replace(b"MAILER-DAEMON@mx.naver.com", HANA.encode())
    await house.brings(forged, sender="")
    assert (await house.messages())[-1]["conversation_id"] == talk
    assert await house.world.value("select proof from identities where address = $1", HANA) == Proof.CLAIMED
    await house.world.do(erase_message, asked["id"])
    await house.brings(raw.replace(b"5.1.1", b"5.1.2"), sender="")
    assert len(await house.messages()) == 3, "of what is erased nothing comes back"
    await check(house.store)


def mailbox(port: int, **more: Any) -> dict[str, Any]:
    return {"type": "email", "address": HELP, "imap_url": f"imap://shop:right@127.0.0.1:{port}", **more}


async def test_three_days_away_are_made_up_for_once_and_in_order_over_a_cut(
    store: Store, tmp_path: Path
) -> None:
    server, began = ImapPost(), datetime.datetime.now(datetime.UTC) - 3 * DAY
    for number in range(200):
        at = format_datetime(began + number * DAY / 100)
        received = f"Received: from a by mx.haru.example; {at}"
        server.put(written(f"{number}", f"m{number}", received), day=(began + number * DAY / 100).date())
    async with (
        server.open() as port,
        post_house(store, tmp_path, help=mailbox(port, since="2026-01-01")) as house,
    ):
        flying, most, waits = 0, 0, []
        taking = provided.take_whole

        async def counted(*args: Any) -> Any:
            nonlocal flying, most
            flying += 1
            most = max(most, flying)
            try:
                return await taking(*args)
            finally:
                flying -= 1

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(receiving, "take_whole", counted)
            async with following(house):
                await until(lambda: _took(house, 60))
                server.cut()
                waits.append((await house.store.read(load_intakes))["help"])
                await until(lambda: _took(house, 120))
            # Another process goes on.
            async with following(house):
                await until(lambda: _took(house, 200))
                await server.until("IDLE")
        assert most == 1, "one mail at a time is in memory"
        assert 0 < waits[0] < 200, "how many still lie there is told"
        rows = await house.world.rows("select text, late, at from messages order by at, position")
        assert [row["text"] for row in rows] == [str(number) for number in range(200)]
        assert rows[0]["late"] == 1 and abs(rows[0]["at"] - began.timestamp() * 1000) < 2000
        assert rows[-1]["late"] == 1
        assert (await house.store.read(load_intakes))["help"] == 0
        assert await problem(house) is None
        assert await house.world.value("select cursor from intakes where line = 'INBOX'") == "1000:200"
        await check(house.store)


async def test_many_that_lie_there_are_taken_one_by_one_and_how_far_it_has_come_is_told(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As an old mailbox is imported: in agents' sight, in the log, and in bounded steps."""
    server, many = ImapPost(), 330
    for number in range(many):
        server.put(written(f"{number} " + "words " * (number % 50), f"m{number}"))
    told: list[int] = []
    caplog.set_level(logging.INFO, "gateway.receiving")
    async with (
        server.open() as port,
        post_house(store, tmp_path, help=mailbox(port, since="2026-01-01")) as house,
    ):

        def seen(events: Sequence[Event]) -> None:
            mine = (one for one in events if one.kind is Kind.DIRECTORY_CHANGED and one.subject == "help")
            told.extend(one.position for one in mine)

        store.publish_to(seen)
        async with following(house):
            await until(lambda: _took(house, many))
            await server.until("IDLE")
        assert await house.world.value("select count(*) from messages") == many
        assert (await store.read(load_intakes))["help"] == 0
    lines = [one.message for one in caplog.records if "still lie there" in one.message]
    assert [line.rpartition(": ")[2] for line in lines] == [
        f"{left} still lie there" for left in (329, 229, 129, 29, 0)
    ]
    assert len(told) == len(lines), "as often as it is logged, open browsers look again"
    fetched = [one for one in server.commands if one.startswith("UID FETCH") and "BODY.PEEK[]" in one]
    assert len(fetched) == many, "each by itself, and once"


def test_a_few_are_not_worth_a_word_and_many_are_told_by_tenths() -> None:
    progress = Progress()
    assert not any(progress.is_news("INBOX", left) for left in range(99, -1, -1))
    told = [left for left in range(10_000, -1, -1) if progress.is_news("INBOX", left)]
    assert told[0] == 10_000 and told[-1] == 0 and len(told) < 40
    assert all(before - after >= 100 for before, after in pairwise(told[:-1]))
    assert not progress.is_news("INBOX", 5) and progress.is_news("Support", 100)
    assert progress.is_news("Support", 101), "more have come"


async def _took(house: PostHouse, least: int) -> bool:
    found: int = await house.world.value("select count(*) from messages")
    return found >= least


async def test_a_mailbox_that_does_not_take_us_is_told_until_it_does(store: Store, tmp_path: Path) -> None:
    server = ImapPost()
    server.password = "changed"
    async with server.open() as port, post_house(store, tmp_path, help=mailbox(port)) as house:
        async with following(house):
            await until(lambda: _is(house, "auth_failed"))
        server.password = "right"
        async with following(house):
            await until(lambda: _is(house, None))
    told = await house.world.rows("select changes from events where kind = 'directory.changed'")
    assert len(told) >= 3, "once when it begins, and once when it is over"


async def problem(house: PostHouse, way: Way = "in", account: str = "help") -> str | None:
    row = (await house.store.read(load_roads)).get(account, {}).get(way)
    return "not yet" if row is None else row["problem"]


async def _is(house: PostHouse, what: str | None, way: Way = "in") -> bool:
    return await problem(house, way) == what


async def test_one_that_cannot_listen_stops_no_other(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {
        "a": {"type": "email", "address": SALES, "listen": "192.0.2.1:25"},
        "help": {"type": "email", "address": HELP, "listen": "127.0.0.1:0"},
        "web": {"type": "webchat"},
    }
    async with post_house(store, tmp_path, **sections) as house:
        await house.receiving.listen()
        assert "account a, it cannot listen" in caplog.text
        assert await problem(house, "door", "a") == "deaf" and await problem(house, "door") is None
        await asyncio.to_thread(house.deliver, written("one", "m1"))
        assert not runs(house.channels.get("web")) and not runs(None)
        office = Office(house.receiving, store, AccountId("help"))
        with pytest.raises(NotFound):
            await office.deliver(None, AccountId("web"))  # type: ignore[arg-type]
        await office.told(TemporaryError("no answer"))
        assert await problem(house) == "away"


async def test_a_door_that_was_taken_opens_when_it_comes_free(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "LISTEN_AGAIN", 0.02)
    with socket.create_server(("127.0.0.1", 0)) as other:
        section = {"type": "email", "address": HELP, "listen": f"127.0.0.1:{other.getsockname()[1]}"}
        async with post_house(store, tmp_path, help=section) as house:
            await house.receiving.listen()
            row = (await store.read(load_roads))["help"]["door"]
            assert (row["problem"], row["why"]) == ("deaf", "taken")
            trying = asyncio.create_task(house.receiving.keep_listening())
            try:
                other.close()
                await until(lambda: _is(house, None, "door"))
                await asyncio.to_thread(house.deliver, written("one", "m1"))
            finally:
                trying.cancel()
                await asyncio.gather(trying, return_exceptions=True)


async def test_each_change_of_a_way_is_logged_once_and_a_slip_is_no_change(
    house: PostHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.receiving")
    now = 1000.0
    one = receiving.Receiving(house.store, house.channels, house.media, Limits(), clock=lambda: now)
    office = Office(one, house.store, AccountId("help"))
    gone, shut = Away("smtp: ConnectionRefusedError", why="refused"), AuthFailed("smtp: 535")

    async def road() -> Any:
        return (await house.store.read(load_roads)).get("help", {}).get("out")

    def logged() -> list[str]:
        return [one.message.partition(": ")[2] for one in caplog.records if "account help, " in one.message]

    changed = "select count(*) from events where kind = 'directory.changed'"
    before = await house.world.value(changed)
    await office.told(None, "out", carried=True)
    first = await road()
    assert first["carried_at"] == first["well_at"] and first["problem"] is None
    await office.told(gone, "out")
    assert (await road())["problem"] is None and not logged(), "lines are cut now and then"
    for _ in range(3):
        await office.told(gone, "out")
    row = await road()
    assert (row["problem"], row["why"], row["well_at"]) == ("away", "refused", first["well_at"])
    assert row["since"] is not None and "ConnectionRefusedError" in row["detail"]
    await office.told(shut, "out")
    assert (await road())["since"] == row["since"], "it is one outage"
    await office.told(None, "out")
    after = await road()
    assert (after["problem"], after["since"], after["carried_at"]) == (None, None, first["carried_at"])
    assert logged() == ["smtp: ConnectionRefusedError", "smtp: 535", "it works again"]
    now += receiving.CARRIED_AGAIN - 1
    await office.told(None, "out", carried=True)
    assert (await road())["carried_at"] == first["carried_at"], "not with every mail"
    now += 1
    await office.told(None, "out", carried=True)
    assert (await road())["carried_at"] > first["carried_at"]
    assert await house.world.value(changed) == before + 3, "away, another reason, over"


async def test_what_an_account_does_is_logged_at_the_start_without_secrets(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.receiving")
    section = {
        "type": "email",
        "address": HELP,
        "imap_url": "imaps://shop:hush@imap.haru.example",
        "folders": "INBOX, Support",
        "listen": "127.0.0.1:0",
    }
    async with post_house(store, tmp_path, help=section) as house:
        await store.write(lambda tx: tell_trouble(tx, "help", "out", "away", "refused"))
        await house.receiving.listen()
        assert "out" not in (await store.read(load_roads))["help"], "it sends no more"
    assert (
        "account help: fetches from imaps://imap.haru.example:993 (INBOX, Support); listens at smtp://127.0.0.1:0"
        in caplog.text
    )
    assert "there is no smtp_url" in caplog.text and "its password stands in imap_url" in caplog.text
    assert "hush" not in caplog.text


async def test_what_fails_by_a_fault_of_ours_is_begun_anew(
    house: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    done = asyncio.Event()

    async def run(*_: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ZeroDivisionError("a fault")
        if tries == 2:
            raise Unavailable("the database is away")
        done.set()

    monkeypatch.setattr(house.email, "run", run)
    async with following(house):
        await done.wait()
    assert tries == 3


async def test_what_an_agent_answers_from_her_own_program_is_hers(store: Store, tmp_path: Path) -> None:
    section = {"type": "email", "address": HELP, "listen": "127.0.0.1:0", "trusts": "mx.haru.example"}
    proven = "Authentication-Results: mx.haru.example; dmarc=pass header.from=example.com"
    async with post_house(store, tmp_path, help=section) as house:
        await house.brings(written("Where is it?", "m1"))
        (asked,) = await house.messages()
        answers = "In-Reply-To: <m1@client.example>"
        who = "Anna <anna@example.com>"
        await house.brings(written("It comes.", "a1", answers, who=who, to=f"{HANA}, {HELP}"), sender=who)
        await house.brings(
            written("Tomorrow.", "a2", proven, answers, who=who, to=f"{HANA}, {HELP}"), sender=who
        )
        await house.brings(written("Is it lost?", "a3", proven, answers, who=who), sender=who)
        _, forged, answer, note = await house.messages()
        assert (forged["author_kind"], forged["conversation_id"] == asked["conversation_id"]) == (
            "customer",
            False,
        )
        assert (answer["author_id"], answer["visibility"]) == ("anna", "public")
        assert (note["author_id"], note["visibility"]) == ("anna", "note")
        assert answer["conversation_id"] == note["conversation_id"] == asked["conversation_id"]
        # She answers what the agent wrote: by its name in the same account.
        again = written("Thanks!", "m2", "In-Reply-To: <a2@client.example>")
        await house.brings(again)
        assert (await house.messages())[-1]["conversation_id"] == asked["conversation_id"]
        await check(store)

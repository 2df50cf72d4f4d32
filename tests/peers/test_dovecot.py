"""A mailbox at a real Dovecot is followed: what lies there, what comes, what an outage held up, and nothing touched."""

import asyncio
import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpServer

from gateway.channels import _mail_imap as imap
from gateway.store import Store
from gateway.stream.roads import load_roads
from tests.peers import HANA, OURS
from tests.peers.conftest import at_work, letter, until
from tests.post_house import PostHouse
from tests.servers.dovecot import PASSWORD, Dovecot

DAY = datetime.timedelta(days=1)
MANY = 200


def mailbox(server: Dovecot, way: str = "imaps", password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    port = server.imaps if way == "imaps" else server.imap
    url = f"{way}://{quote(OURS)}:{password}@127.0.0.1:{port}"
    return {"type": "email", "address": OURS, "imap_url": url, **more}


async def has(house: PostHouse, *texts: str) -> bool:
    return await house.texts() == list(texts)


async def problem(house: PostHouse) -> str | None:
    row = (await house.store.read(load_roads)).get("help", {}).get("in")
    return "not yet" if row is None else row["problem"]


@pytest.mark.parametrize("way", ["imaps", "imap+starttls"])
async def test_what_lies_there_and_what_idle_tells_of_and_nothing_is_touched(
    store: Store, tmp_path: Path, dovecot: Dovecot, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only what IDLE tells of can bring the third in time.
    monkeypatch.setattr(imap, "IDLE", 10_000.0)
    await asyncio.to_thread(dovecot.bring, letter("one", "m1"), OURS)
    await asyncio.to_thread(dovecot.bring, letter("둘", "m2"), OURS)
    before = await asyncio.to_thread(dovecot.mails, OURS)
    async with at_work(store, tmp_path, help=mailbox(dovecot, way)) as house:

        async def waits() -> bool:
            return await has(house, "one", "둘") and await problem(house) is None

        await until(waits)
        await asyncio.to_thread(dovecot.bring, letter("three", "m3"), OURS)

        async def came() -> bool:
            return await has(house, "one", "둘", "three")

        await until(came)
        (sender,) = {row["address"] for row in await house.world.rows("select address from identities")}
    assert sender == HANA
    after = await asyncio.to_thread(dovecot.mails, OURS)
    assert [(raw, flags) for raw, flags in after[:2]] == before and [flags for _, flags in after] == [()] * 3


async def test_three_days_and_two_hundred_mails_are_made_up_for_in_order_and_once_over_a_crash(
    store: Store, tmp_path: Path, dovecot: Dovecot
) -> None:
    began = datetime.datetime.now(datetime.UTC) - 3 * DAY

    def fill() -> None:
        with dovecot.mailbox(OURS) as client:
            for number in range(MANY):
                at = began + number * DAY / 100
                received = f"from a by mx.haru.example; {format_datetime(at)}"
                client.append("INBOX", letter(f"{number}", f"m{number}", Received=received), msg_time=at)

    await asyncio.to_thread(fill)
    before = await asyncio.to_thread(dovecot.mails, OURS)
    since = str((began - DAY).date())
    async with at_work(store, tmp_path, help=mailbox(dovecot, since=since)) as house:

        async def some() -> bool:
            return len(await house.messages()) >= 40

        await until(some)
        await asyncio.to_thread(dovecot.kill_all)
        await asyncio.to_thread(dovecot.restart)

        async def all_of_them() -> bool:
            return len(await house.messages()) >= MANY and await problem(house) is None

        await until(all_of_them)
        rows = await house.world.rows("select text, late, at from messages order by at, position")
        assert [row["text"] for row in rows] == [str(number) for number in range(MANY)]
        assert {row["late"] for row in rows} == {1}
        assert abs(rows[0]["at"] - began.timestamp() * 1000) < 2000
    assert await asyncio.to_thread(dovecot.mails, OURS) == before


async def test_a_folder_that_is_missing_hinders_no_other_and_one_made_anew_repeats_nothing(
    store: Store, tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "POLL", 0.1)
    since = str(datetime.datetime.now(datetime.UTC).date() - DAY)
    section = mailbox(dovecot, folders="INBOX, Support", since=since)

    def put(*keys: str, anew: bool = False) -> None:
        with dovecot.mailbox(OURS) as client:
            if anew:
                client.delete_folder("Support")
            if not client.folder_exists("Support"):
                client.create_folder("Support")
            for key in keys:
                client.append("Support", letter(key, key))

    await asyncio.to_thread(dovecot.bring, letter("first", "m0"), OURS)
    async with at_work(store, tmp_path, help=section) as house:

        async def is_told() -> bool:
            return await has(house, "first") and await problem(house) == "away"

        await until(is_told)
        await asyncio.to_thread(put, "a", "b")

        async def found() -> bool:
            return await has(house, "first", "a", "b") and await problem(house) is None

        await until(found)
        cursor = "select cursor from intakes where line = 'Support'"
        old = await house.world.value(cursor)
        await asyncio.to_thread(put, "a", "b", "c", anew=True)

        async def goes_on() -> bool:
            return await has(house, "first", "a", "b", "c") and await house.world.value(cursor) != old

        await until(goes_on)
        new = await house.world.value(cursor)
        assert old.partition(":")[0] != new.partition(":")[0], "another validity"


async def test_what_is_to_be_put_away_is(store: Store, tmp_path: Path, dovecot: Dovecot) -> None:
    def make() -> None:
        with dovecot.mailbox(OURS) as client:
            client.create_folder("Done")

    await asyncio.to_thread(make)
    await asyncio.to_thread(dovecot.bring, letter("one", "m1"), OURS)
    section = mailbox(dovecot, mark_seen=True, move_to="Done")
    async with at_work(store, tmp_path, help=section) as house:
        await until(lambda: len(dovecot.mails(OURS, "Done")) == 1)
        assert await has(house, "one")
    (_, flags), *_ = await asyncio.to_thread(dovecot.mails, OURS, "Done")
    assert b"\\Seen" in flags
    assert await asyncio.to_thread(dovecot.mails, OURS) == []


async def test_a_password_that_is_not_taken_is_told(
    store: Store, tmp_path: Path, dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_work(store, tmp_path, help=mailbox(dovecot, password="not-it-at-all")) as house:

        async def is_told() -> bool:
            return await problem(house) == "auth_failed"

        await until(is_told)
        assert await house.texts() == []
    assert "not-it-at-all" not in caplog.text


async def test_a_token_that_is_not_taken_is_fetched_once_more(
    store: Store, tmp_path: Path, aiohttp_server: AiohttpServer
) -> None:
    given: list[str] = []

    async def token(request: web.Request) -> web.Response:
        assert (await request.post())["refresh_token"] == "refresh"
        given.append(f"token-{len(given)}")
        return web.json_response({"access_token": given[-1], "expires_in": 3600})

    async def whose(request: web.Request) -> web.Response:
        """The first that was given has been revoked."""
        if request.query["token"] in given[1:]:
            return web.json_response({"user": OURS, "active": "true"})
        return web.json_response({"error": "invalid_token"}, status=401)

    app = web.Application()
    app.add_routes([web.post("/token", token), web.get("/whose", whose)])
    house_of_tokens = await aiohttp_server(app)
    server = await asyncio.to_thread(
        lambda: Dovecot.start(OURS, tokens_url=str(house_of_tokens.make_url("/whose")))
    )
    try:
        await asyncio.to_thread(server.bring, letter("one", "m1"), OURS)
        section = {
            "type": "email",
            "address": OURS,
            "imap_url": f"imaps://127.0.0.1:{server.imaps}",
            "oauth_url": str(house_of_tokens.make_url("/token")),
            "oauth_client_id": "parley",
            "oauth_refresh_token": "refresh",
        }
        async with at_work(store, tmp_path, help=section) as house:

            async def came() -> bool:
                return await has(house, "one") and await problem(house) is None

            await until(came)
        assert given == ["token-0", "token-1"]
    finally:
        await asyncio.to_thread(server.stop)

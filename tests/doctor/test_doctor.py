"""The doctor finds what is wrong, says what to do, changes nothing and tells no secret."""

import contextlib
import io
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis.asyncio
from pydantic import SecretStr

from gateway.backup import backup
from gateway.channels.email import Email
from gateway.channels.twilio_sms import TwilioSms
from gateway.config import Config, Database, Media, Metrics, Redis, Secrets, Server
from gateway.doctor import Finding, Grade, examine, findings
from gateway.doctor.accounts import look_at_accounts
from gateway.doctor.database import look_at_database, room_for, schema, skew, stepped
from gateway.doctor.hooks import look_at_webhooks
from gateway.doctor.keys import look_at_keys
from gateway.doctor.place import durable_write, look_at_media, look_at_redis, look_at_server, without_password
from gateway.errors import ConfigError
from gateway.events import SYSTEM
from gateway.store import Tx, migrate, moving, open_store
from gateway.store.room import left
from gateway.stream.directory import make_team
from tests import provider
from tests.channels.imap_post import ImapPost
from tests.sandbox.phones.town import ACCOUNT, SMS, Town, api
from tests.servers.postgres import Postgres
from tests.servers.process import free_port
from tests.servers.s3 import S3
from tests.servers.valkey import Valkey

LAST = len(migrate.migrations())
INSERT_HOOK = """insert into hooks (id, label, url, kinds, words, notes, secrets, position, created_at, state, reason,
    fails, failing_since, lost, removed_at) values ($1, $2, $3, '[]', 1, 0, '[]', 0, 0, $4, $5, $6, $7, $8, $9)"""


def config(tmp_path: Path, **sections: Any) -> Config:
    return Config(data=tmp_path / "data", **{"server": Server(port=free_port()), **sections})


async def all_of(found: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in found]


def faults(found: list[Finding]) -> str:
    return "\n".join(finding.words for finding in found if finding.grade is Grade.FAULT)


async def test_a_fresh_folder_is_in_order_and_stays_empty(tmp_path: Path) -> None:
    said = io.StringIO()
    assert await examine(config(tmp_path, channels={"web": {"type": "webchat"}}), said) == 0
    assert "no faults" in said.getvalue()
    assert "will be made at the first start" in said.getvalue()
    assert list(tmp_path.iterdir()) == []


async def test_every_fault_counts_and_comes_with_its_cure(tmp_path: Path) -> None:
    broken = config(
        tmp_path,
        channels={"web": {"type": "webcat"}},
        redis=Redis(url=SecretStr("redis://:hush@127.0.0.1:1")),
    )
    said = io.StringIO()
    assert await examine(broken, said) == 1
    assert "2 faults" in said.getvalue()
    assert "did you mean 'webchat'" in said.getvalue()
    assert "redis://127.0.0.1:1 does not serve" in said.getvalue()
    assert "hush" not in said.getvalue()


@pytest.mark.parametrize(
    ("server", "grade", "says"),
    [
        ({}, Grade.HINT, "only this machine"),
        ({"host": "0.0.0.0"}, Grade.HINT, "nobody told it"),
        ({"public_url": "http://chat.example.com"}, Grade.FAULT, "not encrypted"),
        ({"public_url": "http://localhost:8080"}, Grade.GOOD, "people reach it"),
        ({"public_url": "https://chat.example.com"}, Grade.FAULT, "no proxy is trusted"),
        (
            {"public_url": "https://chat.example.com", "trusted_proxies": ("127.0.0.1/32",)},
            Grade.GOOD,
            "people reach",
        ),
        ({"trusted_proxies": ("0.0.0.0/0",)}, Grade.FAULT, "whole internet"),
        ({"host": "203.0.113.7"}, Grade.FAULT, "cannot listen"),
    ],
)
def test_the_address(tmp_path: Path, server: dict[str, Any], grade: Grade, says: str) -> None:
    found = list(look_at_server(config(tmp_path, server=Server(**{"port": free_port(), **server}))))
    assert [finding for finding in found if finding.grade is grade and says in finding.words], found
    if grade is not Grade.FAULT:
        assert not faults(found)


def test_as_many_workers_as_there_are_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    several: dict[str, Any] = {
        "database": Database(url=SecretStr("postgresql://db.example/parley")),
        "redis": Redis(url=SecretStr("redis://127.0.0.1")),
    }

    def found(workers: int, **sections: Any) -> list[Finding]:
        here = config(tmp_path, server=Server(port=free_port(), workers=workers), **sections)
        return [finding for finding in look_at_server(here) if "worker" in finding.words]

    assert found(1) == []
    assert [(one.grade, one.words) for one in found(2, **several)] == [(Grade.GOOD, "2 workers on 2 cores")]
    (many,) = found(3, **several)
    assert many.grade is Grade.HINT and "workers = 2" in many.mend
    assert "SQLite is one process's" in faults(found(2))
    assert "[redis] url is empty" in faults(found(2, database=several["database"]))


def test_passwords_are_not_shown() -> None:
    assert without_password("postgresql://me:hush@db.example:5432/parley?x=hush") == (
        "postgresql://db.example:5432/parley"
    )


def test_the_disk_is_timed(tmp_path: Path) -> None:
    assert 0 < durable_write(tmp_path) < 5000
    assert list(tmp_path.iterdir()) == []


# --- database -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "applied", "grade", "says"),
    [
        (0, 0, Grade.GOOD, "empty"),
        (LAST, LAST, Grade.GOOD, "this version's"),
        (LAST + 1, LAST + 1, Grade.GOOD, "serves it too"),
        (LAST + 5, LAST + 5, Grade.FAULT, "newer Parley"),
        (LAST, LAST - 1, Grade.FAULT, "half-way"),
        ("v2", 1, Grade.FAULT, "another program's"),
    ],
)
def test_the_schema(current: int | str, applied: int, grade: Grade, says: str) -> None:
    found = schema(current, applied)
    assert found.grade is grade
    assert says in found.words


@pytest.mark.parametrize(
    ("state", "grade", "says"),
    [
        (moving.State.MOVED, Grade.FAULT, "it was moved to postgresql://db.example/parley"),
        (moving.State.COPYING, Grade.HINT, "has begun and is not finished"),
        (moving.State.CLOSED, Grade.HINT, "has begun and is not finished"),
    ],
)
async def test_a_file_that_was_moved(tmp_path: Path, state: moving.State, grade: Grade, says: str) -> None:
    here = config(tmp_path)
    store = await open_store(here.database_url)
    await store.close()
    word = moving.Word("m1", "e1", "postgresql://db.example/parley", state)
    with contextlib.closing(sqlite3.connect(here.data / "parley.db")) as file, file:
        file.execute("insert into meta (key, value) values (?, ?)", (moving.KEY, str(word)))
    (found,) = [one for one in await all_of(look_at_database(here)) if "parley move" in one.mend]
    assert found.grade is grade and says in found.words and "parley move --undo" in found.mend


async def test_a_database_that_is_moved_into(tmp_path: Path, postgres_url: str) -> None:
    here = config(tmp_path, database=Database(url=SecretStr(postgres_url)))
    store = await open_store(postgres_url)
    assert "a move into it" not in faults(await all_of(look_at_database(here)))
    await store.write(lambda tx: tx.run("insert into meta (key, value) values ('move', 'x')"))
    assert "a move into it is not finished" in faults(await all_of(look_at_database(here)))
    await store.close()


async def test_a_database_in_use_is_only_read(tmp_path: Path) -> None:
    here = config(tmp_path)
    store = await open_store(here.database_url)
    try:
        found = await all_of(look_at_database(here))
    finally:
        await store.close()
    assert not faults(found)
    assert [finding for finding in found if "no admin yet" in finding.words]


async def test_what_is_no_database_is_a_fault(tmp_path: Path) -> None:
    here = config(tmp_path)
    here.data.mkdir()
    (here.data / "parley.db").write_bytes(b"once upon a time " * 100)
    assert "cannot be read" in faults(await all_of(look_at_database(here)))


async def test_another_program_s_database_is_not_called_damaged(tmp_path: Path) -> None:
    here = config(tmp_path)
    here.data.mkdir()
    with sqlite3.connect(here.data / "parley.db") as other:
        other.execute("create table theirs (id integer)")
    other.close()
    assert not faults(await all_of(look_at_database(here)))


async def test_postgresql(tmp_path: Path, postgres_url: str) -> None:
    here = config(tmp_path, database=Database(url=SecretStr(postgres_url)))
    found = await all_of(look_at_database(here))
    # The tests' own server is told not to sync.
    assert "fsync off" in faults(found)
    assert [finding for finding in found if "it is empty" in finding.words]
    store = await open_store(postgres_url)
    await store.close()
    assert [each for each in await all_of(look_at_database(here)) if "this version's" in each.words]


async def test_a_postgresql_that_gives_us_no_rights(
    tmp_path: Path, postgres: Postgres, ready_url: str
) -> None:
    """As a role that another one's tables were left to: every command says so in a line."""
    role = f"stranger_{os.getpid()}"
    postgres.execute(f"create role {role} login")
    url = ready_url.replace("parley@", f"{role}@")
    try:
        here = config(tmp_path, database=Database(url=SecretStr(url)))
        assert "lets us in and does not serve us: permission denied" in faults(
            await all_of(look_at_database(here))
        )
        with pytest.raises(ConfigError, match=r"\[database\] url: permission denied"):
            await open_store(url)
        with pytest.raises(ConfigError, match=r"\[database\] url: permission denied"):
            await backup(here, tmp_path / "kept.zip")
        assert not (tmp_path / "kept.zip").exists()
    finally:
        postgres.execute(f"drop role {role}")


async def test_a_postgresql_is_looked_over(tmp_path: Path, postgres_url: str) -> None:
    here = config(tmp_path, database=Database(url=SecretStr(postgres_url)))
    found = "\n".join(finding.words for finding in await all_of(look_at_database(here)))
    assert "has room for" in found
    assert "its clock and this machine's agree" in found
    assert "encoded" not in found


async def test_a_postgresql_that_cannot_hold_our_words(tmp_path: Path, postgres_url: str) -> None:
    admin = await asyncpg.connect(postgres_url)
    name = f"latin{time.monotonic_ns()}"
    await admin.execute(f"create database {name} encoding 'LATIN1' locale 'C' template template0")
    try:
        url = SecretStr(f"{postgres_url.rpartition('/')[0]}/{name}")
        found = await all_of(look_at_database(config(tmp_path, database=Database(url=url))))
        assert "encoded in LATIN1" in faults(found)
    finally:
        await admin.execute(f"drop database {name}")
        await admin.close()


@pytest.mark.parametrize(
    ("workers", "grade", "says"),
    [
        (4, Grade.GOOD, "5 processes of 18"),
        (5, Grade.HINT, "none for a worker that replaces another"),
        (6, Grade.FAULT, "5 processes of 18, not for 6 workers"),
    ],
)
def test_room_for_the_connections_of_all_workers(workers: int, grade: Grade, says: str) -> None:
    found = room_for(92, workers)
    assert found.grade is grade and says in found.words


@pytest.mark.parametrize(
    ("limits", "grade", "says"),
    [
        ((100, 3, 5, -1), Grade.GOOD, "92 connections of ours: 5 processes of 18"),
        ((100, 3, 90, -1), Grade.FAULT, "7 connections of ours: 0 processes"),
        ((100, 3, 0, 10), Grade.FAULT, "10 connections of ours"),
        ((500, 3, 0, 40), Grade.GOOD, "40 connections of ours: 2 processes"),
    ],
)
def test_room_for_connections(limits: tuple[int, int, int, int], grade: Grade, says: str) -> None:
    found = room_for(left(*limits))
    assert found.grade is grade and says in found.words


@pytest.mark.parametrize(
    ("seconds", "grade", "says"),
    [
        (0.4, Grade.GOOD, "agree"),
        (-2.0, Grade.GOOD, "agree"),
        (60.0, Grade.HINT, "60.0 s ahead of"),
        (-3.0, Grade.HINT, "3.0 s behind"),
    ],
)
def test_two_clocks(seconds: float, grade: Grade, says: str) -> None:
    found = skew(seconds)
    assert found.grade is grade and says in found.words


def test_a_clock_that_was_set_back() -> None:
    now = time.time() * 1000
    for calm in (None, (now,), (now - 86_400_000,), (now + 30_000,)):
        assert not list(stepped(calm))
    (said,) = stepped((now + 3_600_000,))
    assert said.grade is Grade.HINT and " s in the future: a clock was set back" in said.words


def test_who_may_read_the_metrics(tmp_path: Path) -> None:
    public = Server(port=free_port(), public_url="https://chat.example.com", trusted_proxies=("127.0.0.1",))
    closed = list(look_at_server(config(tmp_path, server=public)))
    assert "nobody may read /metrics" in "\n".join(found.words for found in closed)
    token = Metrics(token=SecretStr("hush" * 8))
    opened = list(look_at_server(config(tmp_path, server=public, metrics=token)))
    assert "who says the token" in "\n".join(found.words for found in opened)
    assert "hush" not in str(opened)


async def test_nobody_answers_for_postgresql(tmp_path: Path) -> None:
    url = SecretStr(f"postgresql://me:hush@127.0.0.1:{free_port()}/parley")
    away = config(tmp_path, database=Database(url=url))
    found = await all_of(look_at_database(away))
    assert "does not let us in" in faults(found)
    assert "hush" not in str(found)


async def test_redis(tmp_path: Path, valkey_url: str) -> None:
    found = await all_of(look_at_redis(config(tmp_path, redis=Redis(url=SecretStr(valkey_url)))))
    assert [finding.grade for finding in found] == [Grade.HINT, Grade.GOOD]
    assert "SQLite" in found[0].words and "answers in" in found[1].words
    assert await all_of(look_at_redis(config(tmp_path))) == []
    postgres = Database(url=SecretStr("postgresql://nobody@127.0.0.1:1/none"))
    several = config(tmp_path, redis=Redis(url=SecretStr(valkey_url)), database=postgres)
    assert [finding.grade for finding in await all_of(look_at_redis(several))] == [Grade.GOOD]


async def test_a_redis_that_lets_us_do_too_little_is_a_fault(tmp_path: Path, own_valkey: Valkey) -> None:
    async with redis.asyncio.Redis.from_url(own_valkey.url) as client:
        await client.execute_command("ACL", "SETUSER", "me", "on", ">hush", "~*", "&*", "+@all", "-xadd")
        await client.config_set("maxmemory", "100mb")
        await client.config_set("maxmemory-policy", "allkeys-lru")
    url = own_valkey.url.replace("redis://", "redis://me:hush@")
    found = await all_of(look_at_redis(config(tmp_path, redis=Redis(url=SecretStr(url)))))
    assert "xadd" in faults(found) and "hush" not in str(found)
    assert "leave it empty" in str(found)
    wrong = config(
        tmp_path,
        redis=Redis(url=SecretStr(url.replace("hush", "secret"))),
        database=Database(url=SecretStr("postgresql://nobody@127.0.0.1:1/none")),
        server=Server(workers=2),
    )
    found = await all_of(look_at_redis(wrong))
    assert "it wants another user or password" in faults(found)
    assert "several workers do not begin without one" in str(found) and "secret" not in str(found)
    everything = config(tmp_path, redis=Redis(url=SecretStr(own_valkey.url)))
    assert "allkeys-lru" in "".join(one.words for one in await all_of(look_at_redis(everything)))


async def test_a_sentinel_that_knows_no_master_is_a_fault(tmp_path: Path, own_valkey: Valkey) -> None:
    sentinel = Valkey.sentinel(own_valkey, "main")
    try:
        wrong = sentinel.url.replace("/main", "/other")
        found = await all_of(look_at_redis(config(tmp_path, redis=Redis(url=SecretStr(wrong)))))
        assert "no Sentinel answers with a master" in faults(found)
        right = config(tmp_path, redis=Redis(url=SecretStr(sentinel.url)))
        assert not faults(await all_of(look_at_redis(right)))
    finally:
        sentinel.stop()


async def test_a_provider_has_to_find_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.register(monkeypatch)
    post = {"post": provider.SECTION}
    found = await all_of(look_at_accounts(config(tmp_path, channels=post)))
    (lost,) = [one for one in found if one.grade is Grade.HINT]
    assert "/webhooks/post" in lost.words and "public_url" in lost.mend
    there = config(tmp_path, channels=post, server=Server(public_url="https://chat.example.com"))
    found = await all_of(look_at_accounts(there))
    assert any("https://chat.example.com/webhooks/post" in one.words for one in found)
    assert all(one.grade is Grade.GOOD for one in found)


async def test_links_in_messages_must_lead_to_us(tmp_path: Path) -> None:
    mail = {"mail": {"type": Email.name, "address": "help@shop.example", "listen": "127.0.0.1:0"}}
    found = await all_of(look_at_accounts(config(tmp_path, channels=mail)))
    assert any("links to large files" in one.words and "public_url" in one.mend for one in found)
    there = config(tmp_path, channels=mail, server=Server(public_url="https://chat.example.com"))
    assert not any("links" in one.words for one in await all_of(look_at_accounts(there)))


async def test_a_provider_is_asked_whether_it_knows_us(tmp_path: Path) -> None:
    town = Town()
    town.says("hello")
    async with api(town) as base:
        for token, grade, words in (
            (ACCOUNT.token, Grade.GOOD, "opens"),
            ("x", Grade.FAULT, "does not accept us"),
        ):
            section = {"account_sid": ACCOUNT.sid, "auth_token": token, "api_base": base, "from": SMS}
            channels = {"line": {"type": TwilioSms.name, **section}}
            found = (await all_of(look_at_accounts(config(tmp_path, channels=channels))))[0]
            assert found.grade is grade and words in found.words
    found = (await all_of(look_at_accounts(config(tmp_path, channels=channels))))[0]
    assert found.grade is Grade.FAULT and "does not open" in found.words


async def test_a_mailbox_is_asked_whether_it_lets_us_in(tmp_path: Path) -> None:
    async with ImapPost().open() as port:
        for password, folder, grade, words in (
            ("right", "INBOX", Grade.GOOD, "is let in"),
            ("wrong", "INBOX", Grade.FAULT, "does not accept the name or the password"),
            ("right", "Nowhere", Grade.FAULT, "no such folder"),
        ):
            at = f"imap://shop:{password}@127.0.0.1:{port}"
            section = {"address": "help@shop.example", "imap_url": at, "folders": folder}
            channels = {"mail": {"type": Email.name, **section}}
            found = (await all_of(look_at_accounts(config(tmp_path, channels=channels))))[0]
            assert found.grade is grade and words in found.words


# --- files and accounts ---------------------------------------------------------------------------------------------


async def test_files_on_disk_leave_nothing_behind(tmp_path: Path) -> None:
    here = config(tmp_path)
    (here.data / "media").mkdir(parents=True)
    found = await all_of(look_at_media(here))
    assert [finding.grade for finding in found] == [Grade.GOOD]
    assert not [path for path in (here.data / "media" / "objects").rglob("*") if path.is_file()]


async def test_files_on_s3(tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.secret_key)
    place = f"s3://{s3.bucket}/doctor?endpoint={s3.endpoint}&region={s3.region}"
    found = await all_of(look_at_media(config(tmp_path, media=Media(store=SecretStr(place)))))
    assert [finding.grade for finding in found] == [Grade.GOOD], found


async def test_accounts(tmp_path: Path) -> None:
    found = await all_of(look_at_accounts(config(tmp_path)))
    assert "no account" in found[0].words
    channels = {
        "good": {"type": "webchat", "origins": ["https://shop.example"]},
        "nowhere": {"type": "webchat"},
        "anywhere": {"type": "webchat", "origins": ["*"]},
        "wrong": {"type": "webchat", "colour": "hush"},
    }
    found = await all_of(look_at_accounts(config(tmp_path, channels=channels)))
    assert [finding.words.partition(":")[0] for finding in found if finding.grade is Grade.HINT] == [
        "nowhere",
        "anywhere",
    ]
    assert "colour" in faults(found)
    assert "hush" not in faults(found)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_team_that_is_not_there(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    channels = {
        "one": {"type": "webchat", "team": "Orders", "origins": ["https://shop.example"]},
        "two": {"type": "webchat", "team": "Order", "origins": ["https://shop.example"]},
    }
    here = config(tmp_path, channels=channels)
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
        here = here.model_copy(update={"database": Database(url=SecretStr(url))})
    # Before the first start nobody can have made a team.
    assert Grade.HINT not in {finding.grade for finding in await all_of(look_at_accounts(here))}
    store = await open_store(here.database_url)
    await store.write(lambda tx: make_team(tx, "Orders", SYSTEM))
    await store.close()
    hints = [found.words for found in await all_of(look_at_accounts(here)) if found.grade is Grade.HINT]
    assert len(hints) == 1
    assert "two: there is no team 'Order'" in hints[0]


async def test_the_whole_round_has_every_part(tmp_path: Path) -> None:
    found = await all_of(findings(config(tmp_path)))
    assert {finding.about for finding in found} >= {
        "config",
        "server",
        "bundle",
        "disk",
        "database",
        "files",
        "accounts",
    }


@pytest.mark.parametrize(("mode", "told"), [(0o755, True), (0o750, True), (0o700, False)])
async def test_a_data_directory_that_others_may_read(tmp_path: Path, mode: int, *, told: bool) -> None:
    place = config(tmp_path)
    place.data.mkdir()
    place.data.chmod(mode)
    said = io.StringIO()
    assert await examine(place, said) == 0
    assert (f"chmod 700 {place.data}" in said.getvalue()) == told


async def test_root_does_not_know_what_the_user_that_serves_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = config(tmp_path)
    place.data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(place.data, 65_533, 65_533)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said = io.StringIO()
    assert await examine(place, said) == 0
    assert "run it as the user that serves: sudo -u '" in said.getvalue()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_webhooks_that_somebody_has_to_see_to(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    here = config(tmp_path)
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
        here = here.model_copy(update={"database": Database(url=SecretStr(url))})
    assert await all_of(look_at_webhooks(here)) == [], "before the first start there is nothing to say"
    store = await open_store(here.database_url)
    assert await all_of(look_at_webhooks(here)) == []
    now = int(time.time() * 1000)
    long_ago = now - 3 * 3_600_000 - 60_000
    rows = [
        ("h1", "Shop", "active", None, 0, None, 0),
        ("h2", "", "active", None, 12, long_ago, 0),
        ("h3", "Books", "paused", None, 0, None, 0),
        ("h4", "Old", "disabled", "gone", 1, None, 0),
        ("h5", "Slow", "disabled", "failing", 80, None, 0),
        ("h6", "Late", "active", None, 0, None, 12),
        ("h7", "Removed", "disabled", "gone", 0, None, 0),
    ]

    async def made(tx: Tx) -> None:
        for key, label, *more in rows:
            address = "https://hooks.example/hush?token=hush"
            await tx.run(INSERT_HOOK, key, label, address, *more, now if key == "h7" else None)

    await store.write(made)
    await store.close()
    found = await all_of(look_at_webhooks(here))
    assert [(one.grade, one.words) for one in found] == [
        (Grade.GOOD, "Shop is told what happens"),
        (Grade.HINT, "hooks.example fails for 3 h: 12 tries in a row were not taken"),
        (Grade.HINT, "Books is paused; what happens waits for it"),
        (Grade.FAULT, "Old is switched off: its endpoint said that it is gone; it is told nothing"),
        (Grade.FAULT, "Slow is switched off: it has failed for too long; it is told nothing"),
        (Grade.HINT, "Late was away so long that 12 facts were trimmed before it was told"),
    ]
    assert all(one.mend for one in found if one.grade is not Grade.GOOD)
    assert "hush" not in str(found)
    assert {"webhooks"} <= {one.about for one in await all_of(findings(here))}


# --- what seals secrets ---------------------------------------------------------------------------------------------


async def test_the_key_is_made_by_a_start_and_never_by_the_doctor(tmp_path: Path) -> None:
    here = config(tmp_path)
    assert "will be made" in (await all_of(look_at_keys(here)))[0].words
    assert not here.data.exists()
    await (await open_store(here.database_url, seals=here.seals())).close()
    (found,) = await all_of(look_at_keys(here))
    assert found.grade is Grade.GOOD and here.seals().ids[0] in found.words
    (here.data / "parley.key").chmod(0o644)
    assert "may read" in faults(await all_of(look_at_keys(here)))
    (here.data / "parley.key").unlink()
    assert "here is none" in faults(await all_of(look_at_keys(here)))


async def test_a_key_of_the_configuration(tmp_path: Path) -> None:
    short = config(tmp_path, secrets=Secrets(key=SecretStr("letmein")))
    assert "at least 32" in faults(await all_of(look_at_keys(short)))
    assert "letmein" not in faults(await all_of(look_at_keys(short)))
    here = config(tmp_path, secrets=Secrets(key=SecretStr("k" * 32)))
    await (await open_store(here.database_url, seals=here.seals())).close()
    (found,) = await all_of(look_at_keys(here))
    assert found.grade is Grade.GOOD and "configuration" in found.words
    assert not (here.data / "parley.key").exists()
    other = config(tmp_path, secrets=Secrets(key=SecretStr("o" * 32)))
    assert here.seals().ids[0] in faults(await all_of(look_at_keys(other)))


async def test_a_key_of_one_machine_before_a_database_of_several(tmp_path: Path, postgres_url: str) -> None:
    here = config(tmp_path, database=Database(url=SecretStr(postgres_url)))
    store = await open_store(postgres_url)
    found = await all_of(look_at_keys(here))
    assert [one for one in found if "stand open" in one.words]
    assert [one for one in found if "PARLEY_SECRETS__KEY_FILE" in one.mend]
    await store.close()

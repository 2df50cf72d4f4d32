"""The doctor finds what is wrong, says what to do, changes nothing and tells no secret."""

import io
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.config import Config, Database, Media, Redis, Server
from gateway.doctor import Finding, Grade, examine, findings
from gateway.doctor.accounts import look_at_accounts
from gateway.doctor.database import look_at_database, schema
from gateway.doctor.place import durable_write, look_at_media, look_at_redis, look_at_server, without_password
from gateway.events import SYSTEM
from gateway.store import migrate, open_store
from gateway.stream.directory import make_team
from tests.servers.process import free_port
from tests.servers.s3 import S3

LAST = len(migrate.migrations())


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
    assert "redis://127.0.0.1:1 does not answer" in said.getvalue()
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
        (LAST + 5, LAST + 5, Grade.FAULT, "newer Parley"),
        (LAST, LAST - 1, Grade.FAULT, "half-way"),
    ],
)
def test_the_schema(current: int, applied: int, grade: Grade, says: str) -> None:
    found = schema(current, applied)
    assert found.grade is grade
    assert says in found.words


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


async def test_nobody_answers_for_postgresql(tmp_path: Path) -> None:
    url = SecretStr(f"postgresql://me:hush@127.0.0.1:{free_port()}/parley")
    away = config(tmp_path, database=Database(url=url))
    found = await all_of(look_at_database(away))
    assert "does not let us in" in faults(found)
    assert "hush" not in str(found)


async def test_redis(tmp_path: Path, valkey_url: str) -> None:
    found = await all_of(look_at_redis(config(tmp_path, redis=Redis(url=SecretStr(valkey_url)))))
    assert [finding.grade for finding in found] == [Grade.HINT]
    assert "answers in" in found[0].words
    assert await all_of(look_at_redis(config(tmp_path))) == []


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

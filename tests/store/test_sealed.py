"""What is secret stands sealed in both databases, also what an older Parley left open and when the key changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.seals import SEALED, Seals
from gateway.store import Store, Tx, from_json, open_store
from gateway.store.sealed import HOOK, KEPT, PUSH, TOTP, names_in, reseal
from tests.databases import Database

OLD, NEW = "o" * 32, "n" * 32
KEY, HIDDEN, AUTH = (
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=",
    "dGVzdHRlc3R0ZXN0dGVzdA",
)
AGENT = "insert into agents (id, email, name, role, totp_secret, preferences, created_at) values ($1, $2, '', 'agent', $3, '{}', 1)"  # noqa: E501
HOOK_ROW = """insert into hooks (id, label, url, kinds, words, notes, secrets, state, position, created_at)
    values ('h1', '', 'https://x.example', '[]', 1, 0, $1, 'active', 0, 1)"""
SESSION = """insert into sessions (hash, id, agent_id, created_at, seen_at, expires_at, ip, user_agent)
    values ('x', 's1', 'a1', 1, 1, 9, '', '')"""
PUSHED = "insert into push_subscriptions (session_id, agent_id, endpoint, p256dh, auth, at) values ('s1', 'a1', 'https://push.example/1', 'p', $1, 1)"  # noqa: E501


@asynccontextmanager
async def opened(database: Database, keys: str, *, forget: bool = False) -> AsyncIterator[Store]:
    store = await open_store(database.url, database.folder, Seals(keys), forget=forget)
    try:
        yield store
    finally:
        await store.close()


async def left_open(tx: Tx) -> None:
    """As an older Parley wrote it."""
    await tx.run(AGENT, "a1", "a@example.com", KEY)
    await tx.run(AGENT, "a2", "b@example.com", f"pending:{KEY}")
    await tx.run(AGENT, "a3", "c@example.com", None)
    await tx.run(HOOK_ROW, f'[["{HIDDEN}", null], ["{HIDDEN}", 77]]')
    await tx.run(SESSION)
    await tx.run(PUSHED, AUTH)


async def kept(store: Store) -> dict[str, str]:
    async def look(reader: Any) -> dict[str, str]:
        return {f"{row['place']} {row['id']}": row["kept"] for row in await reader.all(KEPT)}

    return await store.read(look)


@pytest.fixture
async def old(database: Database) -> bytes:
    """A database in which everything stands open; returns its deployment secret."""
    async with opened(database, "") as store:
        await store.write(left_open)
        assert KEY in str(await kept(store)) and store.secret.hex() in str(await kept(store))
        return store.secret


async def test_what_stood_open_is_sealed_at_the_next_start(database: Database, old: bytes) -> None:
    async with opened(database, OLD) as store:
        rows = await kept(store)
        assert store.secret == old
        for hidden in (KEY, HIDDEN, AUTH, old.hex()):
            assert hidden not in str(rows)
        seals = store.seals
        assert seals.open(rows[f"{TOTP} a1"], f"{TOTP} a1") == KEY
        assert seals.open(rows[f"{TOTP} a2"].removeprefix("pending:"), f"{TOTP} a2") == KEY
        assert seals.open(rows[f"{PUSH} s1"], f"{PUSH} s1") == AUTH
        assert [(seals.open(one, f"{HOOK} h1"), until) for one, until in from_json(rows[f"{HOOK} h1"])] == [
            (HIDDEN, None),
            (HIDDEN, 77),
        ]
        assert f"{TOTP} a3" not in rows
    async with opened(database, OLD) as again:
        assert await kept(again) == rows, "what is sealed is left as it is"


async def test_nothing_of_it_is_left_in_sqlites_file(tmp_path: Path) -> None:
    """PostgreSQL's files forget with its vacuum, as after an erasure."""
    database = Database("sqlite:///parley.db", tmp_path)
    async with opened(database, "") as store:
        await store.write(left_open)
    async with opened(database, OLD):
        pass
    held = b"".join(file.read_bytes() for file in database.folder.iterdir() if file.is_file())
    for hidden in (KEY, HIDDEN, AUTH, store.secret.hex()):
        assert hidden.encode() not in held


async def test_another_key_is_refused_and_changes_nothing(database: Database, old: bytes) -> None:
    async with opened(database, OLD) as store:
        before = await kept(store)
    with pytest.raises(ConfigError, match=Seals(OLD).ids[0]):
        async with opened(database, NEW):
            pass
    with pytest.raises(ConfigError, match="here is none"):
        async with opened(database, ""):
            pass
    async with opened(database, OLD) as store:
        assert await kept(store) == before and store.secret == old


async def test_a_sealed_secret_is_of_no_use_in_another_row(database: Database, old: bytes) -> None:
    async with opened(database, OLD) as store:
        mine = (await kept(store))[f"{TOTP} a1"]
        with pytest.raises(ConfigError, match="another place"):
            store.seals.open(mine, f"{TOTP} a3")


async def test_the_key_is_changed_over_while_one_process_still_has_both(
    database: Database, old: bytes
) -> None:
    async with opened(database, OLD):
        pass
    both = f"{NEW}\n{OLD}"
    async with opened(database, both) as running, opened(database, both) as command:
        done, left = await command.write(reseal)
        assert (done, left) == (5, 0)
        rows = await kept(running)
        assert {name for row in rows.values() for name in names_in(row)} == {Seals(NEW).ids[0]}
        assert running.seals.open(rows[f"{TOTP} a1"], f"{TOTP} a1") == KEY
        assert await command.write(reseal) == (0, 0)
    async with opened(database, NEW) as alone:
        assert alone.secret == old


async def test_a_lost_key_costs_what_it_sealed_and_nothing_else(database: Database, old: bytes) -> None:
    async with opened(database, OLD):
        pass
    async with opened(database, NEW, forget=True) as store:
        assert store.secret != old and len(store.secret) == 32
        rows = await kept(store)
        assert list(rows) == ["meta.value secret", f"{HOOK} h1"] and rows[f"{HOOK} h1"] == "[]"
        assert SEALED.fullmatch(rows["meta.value secret"])
        state = await store.read(lambda look: look.value("select state from hooks where id = 'h1'"))
        told = await store.read(lambda look: look.all("select subject_id from audit order by subject_id"))
        assert state == "paused" and [row["subject_id"] for row in told] == ["a1", "a2"]
        assert await store.read(lambda look: look.value("select count(*) from agents")) == 3
    async with opened(database, NEW) as again:
        assert await kept(again) == rows

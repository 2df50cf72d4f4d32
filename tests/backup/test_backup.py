"""A backup taken while the house is busy, put back elsewhere, says exactly what was true at one moment."""

import asyncio
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from gateway.backup import backup, new_epoch, restore
from gateway.channels.base import ProviderRequest
from gateway.errors import ConfigError
from gateway.events import Address, Attachment
from gateway.media import DiskStore, open_media
from gateway.seals import NAME, Seals
from gateway.store import Store, open_store
from gateway.stream.parked import Reason, Trouble, park
from tests.checks import check
from tests.databases import Database
from tests.servers.postgres import Postgres
from tests.world import World, until

STATE = (
    *("meta", "events", "audit", "contacts", "identities", "endpoints", "conversations", "legs", "messages"),
    *("attachments", "counts", "participants", "conversation_tags", "tags", "agents", "teams", "log_head"),
    *("parked", "parked_people", "hooks", "hook_deliveries", "hook_attempts"),
)


@dataclass
class House:
    """A configuration: where one Parley keeps its things."""

    database: Database
    data: Path

    @property
    def database_url(self) -> str:
        return self.database.url if self.database.postgres else f"sqlite:///{self.database.file}"

    @property
    def media_store(self) -> str:
        return f"disk:{self.data / 'media'}"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path / "here")


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """Another place of the same kind, empty."""
    folder = tmp_path / "there"
    if not database.postgres:
        yield House(Database("sqlite:///parley.db", folder), folder)
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.database()
    yield House(Database(url, folder), folder)
    server.drop(url)


def bring_key(house: House, elsewhere: House) -> None:
    """What no backup has: the operator brings it along."""
    key = house.database.folder / NAME
    if key.exists():
        (elsewhere.database.folder / NAME).write_text(key.read_text())


async def tables(store: Store, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    async def look(reader: Any) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: sorted(tuple(row) for row in await reader.all(f"select * from {table}"))
            for table in STATE
            if table not in without
        }

    return await store.scan(look)


async def busy(store: Store, until: Callable[[], bool]) -> int:
    """Some 500 messages a second from fifty customers."""
    world = World(store)
    written = 0
    while not until():
        began = time.monotonic()
        await asyncio.gather(
            *(world.says(f"+{(written + n) % 50}", f"words {written + n}") for n in range(25))
        )
        written += 25
        await asyncio.sleep(max(0.0, 0.05 - (time.monotonic() - began)))
    return written


async def test_a_backup_of_a_busy_house_is_of_one_moment(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    media = DiskStore(house.data / "media")
    store = await house.database.open()
    world = await World.made(store)
    picture = await media.put(b"a picture" * 1000, limit=None)
    file = Attachment(picture.hash, "picture.png", "image/png", picture.size)
    await world.says("+1", "look", attachments=(file,))
    done = False
    writing = asyncio.create_task(busy(store, lambda: done))
    await until(lambda: store.published > 60)
    words = await backup(house, tmp_path / "kept.zip")
    head = store.published
    await until(lambda: store.published > head)
    done = True
    await writing
    assert "1 files" in words
    assert (tmp_path / "kept.zip").stat().st_mode & 0o777 == 0o600

    await restore(elsewhere, tmp_path / "kept.zip")
    bring_key(house, elsewhere)
    again = await elsewhere.database.open()
    events = await check(again)
    position = again.published
    assert 2 < position < store.published
    assert again.epoch != store.epoch
    assert again.secret == store.secret
    before = [event for event in await check(store) if event.position <= position]
    assert events == before
    kept_texts = await World(again).rows("select id, text, position from messages order by position")
    all_texts = await world.rows("select id, text, position from messages order by position")
    assert [tuple(row) for row in kept_texts] == [
        tuple(row) for row in all_texts if row["position"] <= position
    ]
    copied = open_media(elsewhere.media_store, elsewhere.data)
    async with copied.open(picture.hash) as opened:
        assert b"".join([piece async for piece in opened.chunks]) == b"a picture" * 1000
    # Life goes on there: the numbers do too.
    taken = await World(again).says("+999", "a new one")
    assert taken.position > position
    await check(again)
    await elsewhere.database.close()
    await copied.close()
    await media.close()


async def test_what_is_put_back_is_equal_row_by_row(house: House, elsewhere: House, tmp_path: Path) -> None:
    store = await house.database.open()
    world = await World.made(store)
    for number in range(30):
        taken = await world.says(
            f"+{number % 7}", f"안녕하세요 {number}", content={"a": [number, None, "\\N\t\n"]}
        )
        await world.notes(taken.conversation, "tab\tnewline\nbackslash\\ quote' \"")
    bad = ProviderRequest("POST", "https://x.example/", {"Content-Type": "a/b"}, bytes(range(256)) * 9)
    why = Trouble(Reason.FAULT, "\\N\t", (Address("tel", "+1"),))
    await store.write(lambda tx: park(tx, "web", bad, why, most=9))
    was = await tables(store, without=("meta",))
    await store.close()
    await backup(house, tmp_path / "kept.zip")
    await restore(elsewhere, tmp_path / "kept.zip")
    bring_key(house, elsewhere)
    again = await elsewhere.database.open()
    assert await tables(again, without=("meta",)) == was
    await check(again)
    await elsewhere.database.close()


async def test_nothing_is_overwritten_unless_it_is_said(house: House, tmp_path: Path) -> None:
    store = await house.database.open()
    world = await World.made(store)
    await world.says("+1", "before")
    file = tmp_path / "kept.zip"
    await backup(house, file)
    with pytest.raises(ConfigError, match="exists already"):
        await backup(house, file)
    await world.says("+1", "after")
    with pytest.raises(ConfigError, match="--force"):
        await restore(house, file)
    with pytest.raises(ConfigError, match="in use"):
        await restore(house, file, force=True)
    conversation = (await world.row("select id from conversations"))["id"]
    assert await world.texts(conversation) == ["before", "after"]
    epoch = store.epoch
    await store.close()
    await restore(house, file, force=True)
    again = await house.database.open()
    assert await World(again).texts(conversation) == ["before"]
    assert again.epoch != epoch
    await check(again)


@pytest.mark.parametrize("harm", ["flip", "drop", "other", "cut", "future", "garbage"])
async def test_a_damaged_backup_is_refused_before_anything_is_changed(
    house: House, elsewhere: House, tmp_path: Path, harm: str
) -> None:
    store = await house.database.open()
    await (await World.made(store)).says("+1", "before")
    media = DiskStore(house.data / "media")
    await media.put(b"some bytes", limit=None)
    await media.close()
    file = tmp_path / "kept.zip"
    await backup(house, file)
    _harm(file, harm)
    with pytest.raises(ConfigError):
        await restore(elsewhere, file)
    if elsewhere.database.postgres:
        with pytest.raises(ConfigError, match="no database of Parley"):
            await backup(elsewhere, tmp_path / "another.zip")
    else:
        assert not elsewhere.database.file.exists()
    assert not list(tmp_path.glob("*.part"))


def _harm(file: Path, harm: str) -> None:
    if harm == "garbage":
        file.write_bytes(b"no zip at all")
        return
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-200])
        return
    with zipfile.ZipFile(file) as zip_file:
        members = {name: zip_file.read(name) for name in zip_file.namelist()}
    media = next(name for name in members if name.startswith("media/"))
    manifest = orjson.loads(members["manifest.json"])
    if harm == "flip":
        members[media] = b"Some bytes"
    elif harm == "drop":
        del members[media]
    elif harm == "other":
        members["../escape"] = b""
    elif harm == "future":
        manifest["schema"] = 99
        members["manifest.json"] = orjson.dumps(manifest)
    with zipfile.ZipFile(file, "w") as zip_file:
        for name, content in members.items():
            zip_file.writestr(name, content)


async def test_a_backup_of_one_kind_does_not_go_into_the_other(house: House, tmp_path: Path) -> None:
    store = await house.database.open()
    await store.close()
    await backup(house, tmp_path / "kept.zip")
    other = Database(
        "sqlite:///x.db" if house.database.postgres else "postgresql://nobody@127.0.0.1/x", tmp_path
    )
    with pytest.raises(ConfigError, match="another kind"):
        await restore(House(other, tmp_path / "x"), tmp_path / "kept.zip")


async def test_the_password_of_the_database_is_nowhere_in_the_file(house: House, tmp_path: Path) -> None:
    store = await house.database.open()
    await store.close()
    await backup(house, tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as zip_file:
        manifest = zip_file.read("manifest.json").decode()
    assert (urlsplit(house.database_url).netloc or "no host at all") not in manifest


async def test_a_database_brought_back_by_others_begins_a_new_epoch(house: House) -> None:
    """As after PostgreSQL's point-in-time recovery: what clients remember of the log is void."""
    async with house.database.opened() as store:
        await (await World.made(store)).says("+1", "hello")
        before, position = store.epoch, store.published
        with pytest.raises(ConfigError, match="stop Parley first"):
            await new_epoch(house)
    said = await new_epoch(house)
    async with house.database.opened() as store:
        assert store.epoch != before and store.epoch in said
        assert store.published == position
        await World(store).says("+1", "and goes on")
        await check(store)


async def test_where_nothing_of_ours_stands_no_epoch_begins(elsewhere: House) -> None:
    with pytest.raises(ConfigError, match="there is no database"):
        await new_epoch(elsewhere)
    if not elsewhere.database.postgres:
        elsewhere.database.file.parent.mkdir(parents=True, exist_ok=True)
        elsewhere.database.file.write_bytes(b"")
        with pytest.raises(ConfigError, match="no database of Parley"):
            await new_epoch(elsewhere)


async def test_no_backup_has_the_key_and_the_way_back_says_which_one_it_takes(
    database: Database, house: House, elsewhere: House, tmp_path: Path
) -> None:
    there, here = Seals(file=tmp_path / "other.key"), Seals("k" * 32)
    store = await open_store(database.url, database.folder, here)
    await store.close()
    await backup(house, tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        assert not [name for name in kept.namelist() if "key" in name]
        held = b"".join(kept.read(name) for name in kept.namelist())
    assert b"k" * 32 not in held and store.secret.hex().encode() not in held
    said = await restore(elsewhere, tmp_path / "kept.zip", seals=there)
    assert here.ids[0] in said and "before it is started" in said
    with pytest.raises(ConfigError, match=here.ids[0]):
        await open_store(elsewhere.database.url, elsewhere.database.folder, there)
    assert not (tmp_path / "other.key").exists(), "no key is made that would open nothing"
    assert "before it is started" not in await restore(
        elsewhere, tmp_path / "kept.zip", force=True, seals=here
    )
    again = await open_store(elsewhere.database.url, elsewhere.database.folder, here)
    assert again.secret == store.secret
    await again.close()

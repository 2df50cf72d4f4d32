"""The demo's database: told through the real verbs, once, and as the inbox expects it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.channels.base import ServesVisitors
from gateway.channels.registry import Channels
from gateway.config import Config, Server
from gateway.demo import customer_seats, sign_in_links
from gateway.media import MediaStore, inspect_media, open_media
from gateway.sandbox.demo import ACCOUNT, CHANNELS, demo_config, seed
from gateway.sandbox.pictures import HEIGHT, PICTURES, WIDTH, picture
from gateway.store import Reader, Store, open_store
from inbox.auth.links import find_link

NOW = int(time.time() * 1000)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return demo_config(Config(), tmp_path)


@pytest.fixture
async def media(config: Config) -> AsyncIterator[MediaStore]:
    opened = open_media(config.media_store, config.data)
    yield opened
    await opened.close()


@pytest.fixture
async def store(config: Config) -> AsyncIterator[Store]:
    opened = await open_store(config.database_url)
    yield opened
    await opened.close()


async def count(store: Store, sql: str) -> int:
    async def look(reader: Reader) -> int:
        return int(await reader.value(sql))

    return await store.read(look)


def test_nothing_real_is_touched(tmp_path: Path) -> None:
    real = Config(
        server=Server(port=9000, public_url="https://chat.example.com", trusted_proxies=("10.0.0.0/8",)),
        channels={"real": {"type": "webchat"}},
    )
    config = demo_config(real, None)
    assert config.database_url == "sqlite:///data/demo/parley.db"
    assert list(config.channels) == [ACCOUNT]
    assert config.server == Server(port=9000)
    assert demo_config(real, tmp_path).data == tmp_path
    assert len(Channels.of(CHANNELS)) == 1


async def test_the_past_is_told_once(store: Store, media: MediaStore) -> None:
    assert await seed(store, media)
    head, files = store.published, [held.hash async for held in media.list()]
    assert not await seed(store, media)
    assert store.published == head
    assert [held.hash async for held in media.list()] == files


async def test_the_lists_have_something_to_show(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    open_ones = "select count(*) from conversations where status = 'open'"
    assert await count(store, f"{open_ones} and assignee_id is null") > 0
    assert await count(store, f"{open_ones} and assignee_id is not null") > 0
    assert await count(store, f"{open_ones} and waiting_since is not null") > 0
    for status in ("snoozed", "closed", "spam"):
        assert await count(store, f"select count(*) from conversations where status = '{status}'") > 0
    assert await count(store, f"select count(*) from conversations where snoozed_until > {NOW}") > 0
    assert await count(store, "select count(*) from messages where visibility = 'note'") > 10
    assert await count(store, "select count(*) from attachments where width = 640 and inline = 1") > 0
    assert await count(store, "select count(*) from drafts") == 1
    assert await count(store, "select count(*) from contacts where name = ''") > 0
    assert await count(store, "select count(*) from contacts where organisation_id is not null") > 0


async def test_the_log_tells_it_in_the_order_of_its_times(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    stepped_back = (
        """select count(*) from events a join events b on b.position = a.position + 1 where b.at < a.at"""
    )
    assert await count(store, stepped_back) == 0
    assert await count(store, f"select count(*) from events where at > {NOW + 60_000}") == 0
    assert await count(store, "select max(position) - count(*) from events") == 0


async def test_the_kept_counts_are_what_one_would_count(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    for status in ("open", "snoozed", "closed", "spam"):
        kept = await count(
            store, f"select coalesce(sum(n), 0) from counts where tag_id = '' and status = '{status}'"
        )
        assert kept == await count(store, f"select count(*) from conversations where status = '{status}'")


async def test_it_stands_on_postgresql_too(postgres_url: str, media: MediaStore) -> None:
    store = await open_store(postgres_url)
    try:
        assert await seed(store, media, conversations=30)
        assert not await seed(store, media)
        assert await count(store, "select count(*) from conversations") == 30
    finally:
        await store.close()


async def test_three_links_each_for_somebody_else(store: Store, media: MediaStore) -> None:
    assert await sign_in_links(store) == []
    await seed(store, media)
    first, second = await sign_in_links(store), await sign_in_links(store)
    assert [door.role for door in second] == ["agent", "supervisor", "admin"]
    found = [await store.read(lambda look, one=door: find_link(look, one.secret, NOW)) for door in second]  # type: ignore[misc]
    assert {link.purpose for link in found} == {"demo"}
    assert len({link.agent_id for link in found}) == 3
    assert not {door.secret for door in first} & {door.secret for door in second}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_one(name: str) -> None:
    kind = inspect_media(f"{name}.png", "image/png", picture(name)[:4096])
    assert (kind.mime, kind.width, kind.height, kind.inline) == ("image/png", WIDTH, HEIGHT, True)


async def test_the_shop_vouches_for_a_customer_with_a_history(
    store: Store, media: MediaStore, config: Config
) -> None:
    await seed(store, media)
    stranger, known = await customer_seats(store, config)
    assert stranger.path == f"/chat/{ACCOUNT}"
    channel = Channels.of(config.channels).access(ACCOUNT)
    assert isinstance(channel, ServesVisitors)
    user = channel.vouched(known.path.partition("#vouch=")[2], NOW)
    assert user.name == known.who
    assert demo_config(Config(), None).channels != demo_config(Config(), None).channels

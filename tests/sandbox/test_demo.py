"""The demo's database: told through the real verbs, once, and as the inbox expects it."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.channels.base import ServesVisitors
from gateway.channels.registry import Channels
from gateway.config import Config, Server
from gateway.demo import customer_seats, phone_network, providers, sign_in_links
from gateway.media import MediaStore, inspect_media, open_media
from gateway.sandbox.demo import ACCOUNT, CHANNELS, demo_config
from gateway.sandbox.demo import seed as tell_history
from gateway.sandbox.papers import PAPERS, paper
from gateway.sandbox.phones.records import Saying
from gateway.sandbox.phones.residents import NUMBERS, SID, SMS_NUMBER
from gateway.sandbox.pictures import FACES, GOODS, HEIGHT, PICTURES, SIDE, WIDTH, face, goods, picture
from gateway.sandbox.team import COLLEAGUES, USES
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


FEW = 150
"""Conversations: enough for one of everything, few enough to be told in a moment."""


async def seed(store: Store, media: MediaStore, conversations: int = FEW) -> bool:
    return await tell_history(store, media, conversations=conversations, now=NOW)


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


async def test_the_team_has_what_it_works_with(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    assert await count(store, "select count(*) from agents where picture is not null") == 3
    assert await count(store, "select count(distinct zone) from team_hours") == 2
    assert await count(store, "select count(*) from macros where retired_at is null") >= 8
    assert await count(store, "select count(*) from saved_views where scope = 'teams'") == 2
    assert await count(store, "select count(*) from organisations") == 4
    # What their texts are filled from is there: nothing stops the first one that somebody tries.
    assert (
        await count(store, "select count(*) from conversations where attributes like '%order_number%'") > 20
    )


async def test_what_was_lately_is_still_news_and_what_was_before_is_not(
    store: Store, media: MediaStore
) -> None:
    await seed(store, media)
    mark = await count(store, "select cast(value as integer) from meta where key = 'noticed'")
    assert (
        0 < await count(store, f"select count(*) from events where position > {mark}") < store.published // 2
    )
    assert await count(store, f"select min(at) from events where position > {mark}") >= NOW - 37 * 3_600_000
    assert await count(store, "select count(*) from mentions") > 0


async def test_some_came_back_about_the_same_and_were_merged(store: Store, media: MediaStore) -> None:
    await seed(store, media, 1200)
    merged = await count(store, "select count(*) from conversations where merged_into is not null")
    assert merged > 5
    assert merged == await count(store, "select count(*) from merges where undone_at is null")


async def test_each_agent_has_something_unread(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    unread = """select count(*) from conversations v where v.status = 'open' and v.assignee_id = a.id
        and v.last_public_position > coalesce((select position from read_marks r where r.agent_id = a.id
        and r.conversation_id = v.id), 0)"""
    assert await count(store, f"select count(*) from agents a where ({unread}) > 0") == 3


async def test_thousands_are_told_and_a_team_has_its_hands_full(store: Store, media: MediaStore) -> None:
    await seed(store, media, Config().sandbox.history)
    assert await count(store, "select count(*) from conversations where merged_into is null") > 2_000
    open_ones = "select count(*) from conversations where status = 'open'"
    assert 30 < await count(store, open_ones) < 80, "as many as a team of three can have in hand"


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
        counted = f"select count(*) from conversations where merged_into is null and status = '{status}'"
        assert kept == await count(store, counted)


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


@pytest.mark.parametrize("name", FACES)
def test_a_face_is_a_small_square(name: str) -> None:
    kind = inspect_media(f"{name}.png", "image/png", face(name)[:4096])
    assert (kind.mime, kind.width, kind.height) == ("image/png", SIDE, SIDE)
    assert len(face(name)) < 20_000


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_a_pdf_whose_table_points_at_its_objects(name: str) -> None:
    made = paper(name)
    assert inspect_media(f"{name}.pdf", "application/pdf", made[:4096]).mime == "application/pdf"
    start = int(made.split(b"startxref\n")[1].split()[0])
    table = made[start:].split(b"\n")
    assert table[0] == b"xref"
    count = int(table[1].split()[1])
    for number, line in enumerate(table[3 : 2 + count], 1):
        assert made[int(line[:10]) :].startswith(b"%d 0 obj" % number)


@pytest.mark.parametrize("name", GOODS)
def test_a_thing_for_sale_is_a_picture(name: str) -> None:
    kind = inspect_media(f"{name}.png", "image/png", goods(name)[:4096])
    assert (kind.mime, kind.width, kind.height, kind.inline) == ("image/png", WIDTH, HEIGHT, True)


async def test_everybody_has_macros_she_uses_most(store: Store, media: MediaStore) -> None:
    await seed(store, media)
    sql = """select a.email, m.name, u.n from macro_uses u join macros m on m.id = u.macro_id
        join agents a on a.id = u.agent_id"""
    rows = await store.read(lambda look: look.all(sql))
    emails = {one.key: one.email for one in COLLEAGUES}
    told = {(row["email"], row["name"]): row["n"] for row in rows}
    assert told == {(emails[key], name): n for key, uses in USES.items() for name, n in uses.items()}
    assert {key: max(uses, key=lambda name: uses[name]) for key, uses in USES.items()} == {
        "alex": "Descaling",
        "sora": "인사 (한국어)",
        "kim": "인사 (한국어)",
    }


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


async def test_the_house_of_mail_is_there_before_parley_and_ends_with_it(config: Config) -> None:
    async with providers(config) as (written, (_, office, _)):
        assert sorted(written.channels) == ["mail", "shop", "sms", "whatsapp"]
        assert len(Channels.of(written.channels)) == 4
        _, writer = await asyncio.open_connection("127.0.0.1", office.port)
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", office.port)


async def test_the_phones_provider_is_there_before_parley_and_other_at_every_start(config: Config) -> None:
    starts = []
    for _ in range(2):
        async with phone_network(config) as (written, network):
            accounts = {channel.account: channel for channel in Channels.of(written.channels)}
            assert sorted(accounts) == ["shop", "sms", "whatsapp"]
            async with aiohttp.ClientSession() as http, http.get(f"{network.base}/v1/Content") as answer:
                assert answer.status == 401
            assert {line.webhook for line in network.lines.values()} == {
                f"{config.public_url}/webhooks/{name}" for name in ("sms", "whatsapp")
            }
            said = network.say(NUMBERS["haneul"], SMS_NUMBER, Saying("Hello"))
            assert said is not None
            starts.append((said.sid, network.accounts[SID].token, network.base))
    assert all(one != other for one, other in zip(*starts, strict=True))

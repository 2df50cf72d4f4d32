"""The real parts are real: each answers, and what watches the tests sees what it should."""

import asyncio
import time

import asyncpg
import pytest
import redis.asyncio
from aiohttp import web
from obstore.store import S3Store
from pytest_aiohttp.plugin import AiohttpServer

from tests.servers.blocking import LIMIT, watched
from tests.servers.pages import COLOURS, Pages, accessibility_faults
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3


async def test_postgres_gives_each_test_an_empty_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    tables = "select count(*) from information_schema.tables where table_schema = 'public'"
    assert await connection.fetchval(tables) == 0
    assert await connection.fetchval("show server_encoding") == "UTF8"
    await connection.close()


def test_postgres_copies_what_was_prepared_once(postgres: Postgres) -> None:
    def prepare(url: str) -> None:
        postgres.execute("create table words (word text)", url)
        postgres.execute("insert into words values ('배송')", url)

    urls = [postgres.copy_of("words", prepare) for _ in range(2)]
    assert urls[0] != urls[1]
    assert [postgres.execute("select word from words", url).strip() for url in urls] == ["배송", "배송"]
    for url in urls:
        postgres.drop(url)


@pytest.mark.may_block("kills a server and begins it anew")
def test_postgres_goes_on_making_copies_after_it_was_away(postgres: Postgres) -> None:
    first = postgres.copy_of("after all", lambda url: None)
    postgres.kill()
    postgres.drop(first)
    postgres.restart()
    again = [postgres.copy_of("after all", lambda url: None) for _ in range(2)]
    assert len({first, *again}) == 3
    assert [postgres.execute("select 1", url).strip() for url in again] == ["1", "1"]
    for url in again:
        postgres.drop(url)


async def test_valkey_is_empty_and_speaks_streams(valkey_url: str) -> None:
    client = redis.asyncio.Redis.from_url(valkey_url, protocol=3)
    assert await client.dbsize() == 0
    await client.xadd("stream", {"a": "1"})
    assert await client.xlen("stream") == 1
    await client.aclose()


async def test_s3_keeps_an_object(s3: S3) -> None:
    store = S3Store(
        s3.bucket,
        endpoint=s3.endpoint,
        region=s3.region,
        access_key_id=s3.access_key,
        secret_access_key=s3.secret_key,
        client_options={"allow_http": True},
    )
    await store.put_async("key", b"bytes")
    assert bytes(await (await store.get_async("key")).bytes_async()) == b"bytes"


async def test_a_page_shows_korean_and_its_faults_are_found(new_page: Pages) -> None:
    page = await new_page(viewport={"width": 390, "height": 844})
    await page.set_content("<html lang=ko><title>t</title><main><h1>안녕하세요</h1><img src='data:,'></main>")
    assert await page.inner_text("h1") == "안녕하세요"
    faults = await accessibility_faults(page)
    assert any(fault.startswith("image-alt") for fault in faults)


async def test_a_second_look_finds_what_is_wrong_with_its_colours(new_page: Pages) -> None:
    page = await new_page(color_scheme="light")
    grey = "<style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style>"
    await page.set_content(
        f"<html lang=en><title>t</title>{grey}<main><h1>t</h1><p>words</p><img src='data:,'></main>"
    )
    assert await accessibility_faults(page, only=COLOURS) == []
    await page.emulate_media(color_scheme="dark")
    (fault,) = await accessibility_faults(page, only=COLOURS)
    assert fault.startswith("color-contrast")


async def test_a_page_speaks_to_a_server_of_the_same_loop(
    new_page: Pages, aiohttp_server: AiohttpServer
) -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(
            text="<title>t</title><script>fetch('/missing')</script>", content_type="text/html"
        )

    app = web.Application()
    app.router.add_get("/", hello)
    server = await aiohttp_server(app)
    page = await new_page()
    new_page.expect("404")
    await page.goto(str(server.make_url("/")), wait_until="networkidle")
    assert any("404" in said for said in new_page.complaints)
    assert new_page.unexpected() == []


@pytest.mark.may_block("that is its subject")
async def test_a_held_loop_is_seen() -> None:
    with watched() as slow:

        async def hold() -> None:
            time.sleep(LIMIT + 0.1)  # noqa: ASYNC251

        async def wait() -> None:
            await asyncio.sleep(LIMIT + 0.1)

        await asyncio.gather(asyncio.create_task(hold()), asyncio.create_task(wait()))
    assert len(slow) == 1

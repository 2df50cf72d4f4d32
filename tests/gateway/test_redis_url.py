"""`[redis] url`: what is taken, what is refused without a word of it, and what is shown."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio.sentinel import MasterNotFoundError

from gateway import redis_url

GOOD = {
    "redis://db": "redis://db",
    "redis://me:hush@db:6380/2": "redis://db:6380/2",
    "redis://:hu%40sh@db/0": "redis://db/0",
    "rediss://me:hush@db:6380?ssl_ca_certs=/ca.pem": "rediss://db:6380",
    "unix:///run/valkey.sock?db=1&password=hush": "unix:///run/valkey.sock",
    "redis+sentinel://one/main": "redis+sentinel://one/main",
    "redis+sentinel://me:hush@one:26380,two,[::1]:3/main/2?sentinel_password=hush": (
        "redis+sentinel://one:26380,two,[::1]:3/main/2"
    ),
    "rediss+sentinel://:hush@one/main": "rediss+sentinel://one/main",
}
BAD = [
    "http://hush@db",
    "hush",
    "redis://",
    "redis://me:hush@",
    "redis://:hush/word@db:6379/0",
    "redis://:hush@db:port/0",
    "redis://:hush@db:6379/zero",
    "redis://:hush@db?socket_timeout=soon",
    "unix://",
    "redis+sentinel://:hush@one",
    "redis+sentinel://:hush@/main",
    "redis+sentinel://:hush@one:port/main",
    "redis+sentinel://:hush@one,,two/main",
    "redis+sentinel://:hush@one/main/zero",
]


@pytest.mark.parametrize("url", GOOD)
def test_what_is_taken_is_shown_without_its_secrets(url: str) -> None:
    redis_url.check(url)
    assert redis_url.shown(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_what_is_refused_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"write it like|begins with") as caught:
        redis_url.check(url)
    assert "hush" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


async def test_a_client_has_the_urls_options() -> None:
    async with redis_url.client("redis://me:hu%40sh@db:6380/2?socket_timeout=9", patience=1) as client:
        options = client.connection_pool.connection_kwargs
        assert (options["host"], options["port"], options["db"]) == ("db", 6380, 2)
        assert (options["username"], options["password"]) == ("me", "hu@sh")
        assert options["socket_timeout"] == 1, "ours, not the URL's"


async def test_sentinels_have_passwords_of_their_own() -> None:
    url = "rediss+sentinel://:hush@one:26380,[::1]/main/2?sentinel_username=s&sentinel_password=still&ssl_ca_certs=/ca"
    async with redis_url.client(url, patience=1) as client:
        pool: Any = client.connection_pool
        options = pool.connection_kwargs
        assert (pool.service_name, options["db"], options["password"]) == ("main", 2, "hush")
        assert options["ssl_ca_certs"] == "/ca" and "SSL" in pool.connection_class.__name__
        asked = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
        assert [(one["host"], one["port"]) for one in asked] == [("one", 26380), ("::1", 26379)]
        assert {(one["username"], one["password"], one["ssl_ca_certs"]) for one in asked} == {
            ("s", "still", "/ca")
        }


def test_a_reason_is_one_line() -> None:
    assert redis_url.reason(OSError("gone\nand more")) == "gone"
    assert redis_url.reason(TimeoutError()) == "TimeoutError"
    assert (
        redis_url.reason(MasterNotFoundError("password=hush"))
        == "no Sentinel answers with a master of that name"
    )

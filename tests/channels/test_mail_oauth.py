"""Tokens from an endpoint that answers late, wrongly, not at all, and with another refresh token."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from gateway.channels import _mail_oauth as oauth
from gateway.channels._mail_oauth import Grant, Tokens
from gateway.errors import AuthFailed, Away, ParleyError, TemporaryError
from tests.sandbox.phones.town import serving


class Endpoint:
    """Answers with `answers` in turn, the last one for ever; remembers what it was asked."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []
        self.now = 1_000_000
        self.kept: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.came = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({key: str(value) for key, value in (await request.post()).items()})
        self.came.set()
        await self.open.wait()
        status, told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if told is None:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(told, str):
            return web.Response(text=told, status=status)
        return web.json_response(told, status=status, headers={"Retry-After": "7"})

    @contextlib.asynccontextmanager
    async def tokens(self) -> AsyncIterator[Tokens]:
        async def keep(token: SecretStr) -> None:
            self.kept.append(token.get_secret_value())

        application = web.Application()
        application.router.add_post("/token", self.answer)
        async with serving(application) as base, ClientSession() as session:
            grant = Grant(f"{base}/token", "client", SecretStr("hush"), SecretStr("refresh-1"), "mail")
            yield Tokens(session, grant, lambda: self.now, keep)


def good(token: str, **more: object) -> tuple[int, object]:
    return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer", **more}


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    endpoint = Endpoint(good("one"), good("two"))
    async with endpoint.tokens() as tokens:
        assert await tokens.token() == await tokens.token() == "one"
        endpoint.now += (3600 - oauth.MARGIN) * 1000 - 1
        assert await tokens.token() == "one" and len(endpoint.asked) == 1
        endpoint.now += 1
        assert await tokens.token() == "two"
    assert endpoint.asked[0] == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "hush",
        "refresh_token": "refresh-1",
        "scope": "mail",
    }


async def test_many_who_ask_at_once_make_one_call() -> None:
    endpoint = Endpoint(good("one"))
    endpoint.open.clear()
    async with endpoint.tokens() as tokens, asyncio.TaskGroup() as group:
        asking = [group.create_task(tokens.token()) for _ in range(20)]
        await endpoint.came.wait()
        endpoint.open.set()
        assert {await one for one in asking} == {"one"}
        assert len(endpoint.asked) == 1


async def test_many_share_one_failure_and_the_next_asks_again() -> None:
    endpoint = Endpoint((503, {}), good("one"))
    endpoint.open.clear()
    async with endpoint.tokens() as tokens:
        asking = asyncio.gather(*(tokens.token() for _ in range(5)), return_exceptions=True)
        await endpoint.came.wait()
        endpoint.open.set()
        assert [type(one) for one in await asking] == [Away] * 5 and len(endpoint.asked) == 1
        assert await tokens.token() == "one"


async def test_who_gives_up_waiting_harms_nobody() -> None:
    endpoint = Endpoint(good("one"))
    endpoint.open.clear()
    async with endpoint.tokens() as tokens, asyncio.TaskGroup() as group:
        first = group.create_task(tokens.token())
        await endpoint.came.wait()
        second = group.create_task(tokens.token())
        first.cancel()
        endpoint.open.set()
        assert await second == "one"


async def test_a_token_that_was_not_taken_is_fetched_anew() -> None:
    endpoint = Endpoint(good("one"), good("two"))
    async with endpoint.tokens() as tokens:
        first = await tokens.token()
        tokens.forget("another")
        assert await tokens.token() == first
        tokens.forget(first)
        assert await tokens.token() == "two"


async def test_another_refresh_token_takes_the_place_of_the_first() -> None:
    endpoint = Endpoint(good("one", refresh_token="refresh-2"), good("two", refresh_token="refresh-2"))
    async with endpoint.tokens() as tokens:
        tokens.forget(await tokens.token())
        await tokens.token()
    assert [one["refresh_token"] for one in endpoint.asked] == ["refresh-1", "refresh-2"]
    assert endpoint.kept == ["refresh-2"]


@pytest.mark.parametrize(
    ("status", "told", "error"),
    [
        (400, {"error": "invalid_grant", "error_description": "x@y was revoked"}, AuthFailed),
        (401, {"error": "invalid_client"}, AuthFailed),
        (403, "no", AuthFailed),
        (400, {"error": "temporarily_unavailable"}, TemporaryError),
        (429, {"error": "slow_down"}, TemporaryError),
        (500, "<html>", TemporaryError),
        (302, {}, TemporaryError),
        (200, {"token_type": "Bearer"}, TemporaryError),
        (200, {"access_token": "a\r\nb"}, TemporaryError),
        (200, "[]", TemporaryError),
        (200, " " * oauth.LARGEST + '{"access_token": "a"}', TemporaryError),
        (200, None, TemporaryError),
    ],
)
async def test_refusals(status: int, told: object, error: type[ParleyError]) -> None:
    async with Endpoint((status, told)).tokens() as tokens:
        with pytest.raises(error) as why:
            await tokens.token()
    assert "x@y" not in str(why.value) and "refresh" not in str(why.value)
    if status == 429:
        assert isinstance(why.value, TemporaryError) and why.value.retry_after == 7


@pytest.mark.parametrize("life", ["soon", None, [], 1])
async def test_a_life_that_cannot_be_read_does_not_make_it_ask_all_the_time(life: object) -> None:
    endpoint = Endpoint(good("one", expires_in=life))
    async with endpoint.tokens() as tokens:
        await tokens.token()
        endpoint.now += oauth.SHORTEST * 1000 - 1
        await tokens.token()
    assert len(endpoint.asked) == 1


async def test_nobody_there() -> None:
    async with ClientSession() as session:
        grant = Grant("http://127.0.0.1:1/token", "c", SecretStr("s"), SecretStr("r"))
        with pytest.raises(TemporaryError):
            await Tokens(session, grant, lambda: 0).token()
    assert "SecretStr" in repr(grant) and "'s'" not in repr(grant)

"""The door: what goes wrong on the way, and bodies that are none."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.weather import Weather
from tests.sandbox.slack.hall import Hall


async def test_accepted_and_then_cut(hall: Hall) -> None:
    hall.slack.plan(Fault.CUT_AFTER, on="chat.postMessage")
    await hall.client.auth_test()
    with pytest.raises(aiohttp.ClientError):
        await hall.post("once")
    assert [one.text for one in hall.slack.posts(hall.support)] == ["once"]
    assert hall.slack.door.calls[-1].fault is Fault.CUT_AFTER


async def test_the_client_as_it_comes_posts_twice_what_was_cut(hall: Hall) -> None:
    """Why nobody may use it without `retry_handlers=[]`."""
    client = AsyncWebClient(hall.slack.installation.bot_token, base_url=hall.slack.api)
    hall.slack.plan(Fault.CUT_AFTER, on="chat.postMessage")
    await client.chat_postMessage(channel=hall.support.id, text="twice")
    assert [one.text for one in hall.slack.posts(hall.support)] == ["twice", "twice"]


@pytest.mark.parametrize(("fault", "done"), [(Fault.BROKEN, 0), (Fault.BROKEN_AFTER, 1)])
async def test_a_server_that_breaks(hall: Hall, fault: Fault, done: int) -> None:
    hall.slack.plan(fault)
    with pytest.raises(SlackApiError) as no:
        await hall.post()
    assert no.value.response.status_code == 503
    assert len(hall.slack.posts(hall.support)) == done
    await hall.post()


async def test_cut_before_anything(hall: Hall) -> None:
    hall.slack.plan(Fault.CUT)
    with pytest.raises(aiohttp.ClientError):
        await hall.post()
    assert not hall.slack.posts(hall.support)


async def test_a_storm_of_429(hall: Hall) -> None:
    hall.slack.weather = Weather(busy=1, retry_after=30)
    with pytest.raises(SlackApiError, match="ratelimited") as no:
        await hall.post()
    assert (no.value.response.status_code, no.value.response.headers["Retry-After"]) == (429, "30")
    hall.slack.weather = Weather()
    await hall.post()


async def test_slow(hall: Hall) -> None:
    hall.slack.weather = Weather(slow=0.3)
    hall.client.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await hall.client.auth_test()


async def test_json_that_is_none(hall: Hall) -> None:
    headers = {"Authorization": f"Bearer {hall.slack.installation.bot_token}"}
    async with aiohttp.ClientSession() as http:
        for body, error in ((b"{", "invalid_json"), (b"[]", "json_not_object")):
            async with http.post(
                f"{hall.slack.api}auth.test",
                data=body,
                headers={**headers, "Content-Type": "application/json"},
            ) as answer:
                assert (answer.status, (await answer.json())["error"]) == (200, error)

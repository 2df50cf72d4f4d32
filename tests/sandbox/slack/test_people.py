"""Tokens and scopes, and who there is."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from gateway.sandbox.slack.methods.people import METHODS
from gateway.sandbox.slack.records import BOT, BOT_USER, HOME
from tests.sandbox.slack.hall import Hall


async def test_who_we_are(hall: Hall) -> None:
    told = await hall.client.auth_test()
    assert (told["user_id"], told["bot_id"], told["team_id"]) == (BOT_USER, BOT, HOME)
    assert "chat:write" in told.headers["X-OAuth-Scopes"]
    assert (await hall.client.team_info())["team"]["id"] == HOME


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-guessed", "invalid_auth")])
async def test_a_wrong_token(hall: Hall, token: str, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        await AsyncWebClient(token, base_url=hall.slack.api).auth_test()


async def test_a_token_for_something_else(hall: Hall) -> None:
    app = AsyncWebClient(hall.slack.installation.app_token, base_url=hall.slack.api)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await app.auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await hall.client.api_call("apps.connections.open")


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_is_taken_back_and_given_again(hall: Hall, error: str) -> None:
    hall.slack.revoke(error)
    with pytest.raises(SlackApiError, match=error):
        await hall.client.chat_postMessage(channel=hall.support.id, text="x")
    assert not hall.support.messages
    hall.slack.restore()
    await hall.post()


async def test_a_scope_that_is_missing(hall: Hall) -> None:
    hall.slack.installation.scopes = frozenset({"chat:write"})
    no = await hall.refused("users.info", user=hall.mina.id)
    assert (no["error"], no["needed"], no["provided"]) == ("missing_scope", "users:read", "chat:write")


def test_only_sockets_are_opened_with_the_app_s_own_token() -> None:
    assert [name for name, method in METHODS.items() if method.app] == ["apps.connections.open"]


async def test_a_method_that_there_is_not(hall: Hall) -> None:
    assert (await hall.refused("chat.sing"))["error"] == "unknown_method"


async def test_people_and_their_languages(hall: Hall) -> None:
    told = (await hall.client.users_info(user=hall.mina.id, include_locale=True))["user"]
    assert (told["real_name"], told["locale"]) == ("Mina Park", "ko-KR")
    assert told["profile"]["email"] == "mina.park@haru.example"
    assert "locale" not in (await hall.client.users_info(user=hall.mina.id))["user"]
    assert (await hall.refused("users.info", user="U404"))["error"] == "user_not_found"
    first = await hall.client.users_list(limit=2)
    rest = await hall.client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    names = [one["real_name"] for one in (*first["members"], *rest["members"])]
    assert names == ["Parley", "Mina Park", "Tom Hale", "Gwen Ash"]


async def test_addresses_need_a_scope_of_their_own(hall: Hall) -> None:
    hall.slack.installation.scopes -= {"users:read.email"}
    assert "email" not in (await hall.client.users_info(user=hall.mina.id))["user"]["profile"]

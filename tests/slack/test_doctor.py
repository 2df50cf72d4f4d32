"""The doctor on Slack: what it says of tokens, channels and what waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from gateway.config import Config, Database, Slack
from gateway.doctor.slack import look_at_slack
from gateway.events import SYSTEM
from gateway.sandbox.slack.town import open_slack
from gateway.store import open_store
from gateway.stream import watches
from gateway.stream.describe import make_tag
from gateway.stream.directory import make_team
from tests.slack.town import keys_of


async def said(config: Config) -> list[tuple[str, str]]:
    return [(one.grade.value, one.words) async for one in look_at_slack(config)]


async def test_it_says_what_is_so_and_what_to_mend(tmp_path: Path) -> None:
    assert await said(Config(data=tmp_path)) == []
    async with open_slack() as slack:
        installed = slack.installation
        keys: Any = {"bot_token": installed.bot_token, "api_base": slack.api}

        def config(**way: Any) -> Config:
            return Config(data=tmp_path, slack=Slack(**keys, **way))

        socket = config(app_token=installed.app_token)
        assert [grade for grade, _ in await said(socket)] == ["good", "good", "hint"]
        slack.channel("support")
        assert (await said(socket))[-1] == ("good", "conversations may be pulled to #support")
        installed.scopes -= {"files:read", "files:write"}
        [_, lacks, *_] = await said(socket)
        assert lacks == ("hint", "bot_token lacks files:read, files:write")
        installed.scopes |= {"files:read", "files:write"}
        [_, calls, _] = await said(config(signing_secret="s"))
        assert calls == ("fault", "Slack cannot call us: there is no public_url")
        wrong = config(app_token="xapp-wrong")
        assert (await said(wrong))[1][0] == "fault"
        slack.revoke()
        [only] = await said(socket)
        assert only == ("fault", "Slack does not take bot_token: token_revoked")
        assert installed.bot_token not in str(only)


async def test_rules_that_find_nothing_are_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/parley.db"
    store = await open_store(url)
    await store.write(lambda tx: make_team(tx, "sales", SYSTEM))
    await store.write(lambda tx: make_tag(tx, "gold", "#ffcc00", SYSTEM))
    await store.close()
    async with open_slack() as slack:
        slack.channel("support")

        async def hints(**rule: Any) -> list[str]:
            rules: Any = {"one": {"does": "pull", "channel": "#support", **rule}}
            digest: Any = {"channel": "support", "team": rule.get("team", "sales")}
            config = Config(data=tmp_path, slack=Slack(**keys_of(slack), rules=rules, digest=digest))
            told = await said(config.model_copy(update={"database": Database(url=SecretStr(url))}))
            return [words for grade, words in told if grade == "hint"]

        assert await hints(team="sales", tag="gold") == []
        assert await hints(channel="#vip", tag="Gold") == [
            "the rule one has no place: the app is not in #vip",
            "the rule one finds nothing: there is no tag Gold",
        ]
        assert await hints(team="Sales") == [
            "the rule one finds nothing: there is no team Sales",
            "the digest finds nothing: there is no team Sales",
        ]


async def test_what_may_not_be_said_where_others_read_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/parley.db"
    async with open_slack() as slack:
        support = slack.channel("support")
        store = await open_store(url)
        await store.write(lambda tx: watches.raise_alert(tx, "slack", "late", "c1", support.id))
        await store.write(lambda tx: watches.raise_alert(tx, "slack", "late", "c2", support.id))
        await store.write(
            lambda tx: watches.begin_digest(tx, "slack", "digest", "2026-11-23", "C0GONE", 0, 1)
        )
        for one in await store.read(lambda look: watches.load_due(look, "slack", 2**50)):
            await store.write(lambda tx, one=one: watches.waits(tx, one, 0, watches.SHARED))  # type: ignore[misc]
        await store.close()
        told = await said(
            Config(data=tmp_path, slack=Slack(**keys_of(slack)), database=Database(url=SecretStr(url)))
        )
        assert [words for grade, words in told if grade == "hint"] == [
            "the rule late may not speak: others read #support, and what it says waits",
            "the digest may not speak: others read C0GONE, and what it says waits",
        ]


@pytest.mark.parametrize(
    "more",
    [
        {"bot_token": "xoxb-1"},
        {"bot_token": "xoxb-1", "app_token": "xapp-1", "signing_secret": "s"},
        {"app_token": "xapp-1"},
        {"bot_token": "xoxp-1", "app_token": "xapp-1"},
        {"bot_token": "xoxb-1", "app_token": "xoxb-1"},
        {"api_base": "slack.com"},
        {"bot_tokn": "xoxb-1"},
    ],
)
def test_a_section_that_cannot_work_is_refused_and_no_token_shown(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Slack(**more)
    assert "xoxb-1" not in str(caught.value)

"""The doctor on Slack: what it says of tokens, channels and what waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.config import Config, Slack
from gateway.doctor.slack import look_at_slack
from gateway.sandbox.slack.town import open_slack


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

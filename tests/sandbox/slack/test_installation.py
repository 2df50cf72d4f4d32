"""Which token may do what."""

import re
from pathlib import Path

import pytest

from gateway.sandbox.slack.installation import EVERYTHING, SCOPES, Installation
from gateway.sandbox.slack.methods import METHODS
from gateway.sandbox.slack.refusal import Refusal


@pytest.mark.parametrize(
    ("token", "app", "error"),
    [
        ("", False, "not_authed"),
        ("xoxb-guessed", False, "invalid_auth"),
        ("한글", False, "invalid_auth"),
        ("bot", True, "not_allowed_token_type"),
        ("app", False, "not_allowed_token_type"),
    ],
)
def test_a_token_that_is_wrong_here(token: str, app: bool, error: str) -> None:
    ours = Installation()
    said = {"bot": ours.bot_token, "app": ours.app_token}.get(token, token)
    with pytest.raises(Refusal, match=error):
        ours.check(said, "", app=app)


def test_one_of_several_scopes_will_do() -> None:
    ours = Installation(scopes=frozenset({"groups:read"}))
    ours.check(ours.bot_token, "channels:read|groups:read")
    with pytest.raises(Refusal, match="missing_scope") as no:
        ours.check(ours.bot_token, "channels:read|im:read")
    assert no.value.more == {"needed": "channels:read,im:read", "provided": "groups:read"}


def test_what_was_revoked_is_so_for_both_tokens() -> None:
    ours = Installation(revoked="account_inactive")
    for token, app in ((ours.bot_token, False), (ours.app_token, True)):
        with pytest.raises(Refusal, match="account_inactive"):
            ours.check(token, "", app=app)


def test_it_may_do_what_the_manifest_asks_for_and_nothing_else() -> None:
    """Else something would work here that no real Slack lets an app do."""
    manifest = (Path(__file__).parents[3] / "docs" / "slack-manifest.yaml").read_text()
    asked = re.search(r"^    bot:\n((?:      - .+\n)+)", manifest, re.MULTILINE)
    assert asked and set(re.findall(r"- (\S+)", asked[1])) == SCOPES == Installation().scopes
    needed = {one for method in METHODS.values() if not method.app for one in method.scope.split("|") if one}
    assert needed <= EVERYTHING

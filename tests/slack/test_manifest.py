"""docs/slack-manifest.yaml asks for what we call and hear, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from gateway.doctor import slack
from gateway.sandbox.slack.methods import METHODS
from gateway.sandbox.slack.residents import COMMAND, SHORTCUTS
from inbox.slack import finding, understand

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "docs/slack-manifest.yaml").read_text())
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
CALLED = {
    found
    for path in (ROOT / "inbox/slack").glob("*.py")
    for found in re.findall(
        r'"((?:auth|chat|conversations|files|reactions|users|views)\.[A-Za-z]+)"', path.read_text()
    )
}
BESIDE = {"chat:write.customize", "commands"}
"""Scopes of no method: names of one's own for posts, and the command."""


def needed(method: str) -> set[str]:
    """Where one of several will do, all that are for kinds of channels which may be pulled to."""
    scopes = set(filter(None, METHODS[method].scope.split("|")))
    return {one for one in scopes if not one.startswith(("im:", "mpim:"))}


def test_the_scopes_are_those_of_the_methods_we_call() -> None:
    assert {"chat.postMessage", "files.completeUploadExternal", "views.update"} <= CALLED
    assert METHODS.keys() >= CALLED, "the simulator offers every method that we call"
    wanted = set().union(*(needed(method) for method in CALLED))
    assert wanted | BESIDE == SCOPES
    assert slack.SCOPES == SCOPES, "the doctor says which of them a token lacks"


def test_the_events_are_those_that_are_understood() -> None:
    messages = {"message.channels", "message.groups"}
    for event in EVENTS - messages:
        told = understand.understand(
            "events_api", {"event_id": "E1", "event": {"type": event, "channel": "C1", "user": "U1"}}
        )
        assert not isinstance(told, understand.Nothing), event
    assert messages <= EVENTS


def test_the_command_and_the_shortcuts_are_ours() -> None:
    features = MANIFEST["features"]
    assert [one["command"] for one in features["slash_commands"]] == [COMMAND]
    asked = {one["type"]: (one["callback_id"], one["name"]) for one in features["shortcuts"]}
    known = {"global": SHORTCUTS["all"], "message": SHORTCUTS["message"]}
    assert asked == {kind: (one["callback"], one["name"]) for kind, one in known.items()}
    assert {callback for callback, _ in asked.values()} == set(finding.SHORTCUTS)
    for one in (*features["slash_commands"], *features["shortcuts"]):
        assert len(one["description"]) <= 150 and len(one.get("name", "")) <= 24

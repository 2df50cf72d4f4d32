"""What rules look for; a section that is wrong says why. What comes of it: test_watch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.config import load
from gateway.errors import ConfigError
from gateway.slack_rules import ABOUT_ALL, SlackRule
from inbox.slack.rules import CONDITIONS, Facts, Rule


def rule(**said: Any) -> Rule:
    return Rule("r", SlackRule(**{"does": "pull", "channel": "#support", **said}))


def facts(**more: Any) -> Facts:
    known: dict[str, Any] = {
        "id": "c",
        "number": 1,
        "name": "Kim",
        "is_open": True,
        "team": "sales",
        "team_id": "t",
        "assignee": None,
        "waiting_since": 0,
        "tagged": False,
        "contact": {},
        "organisation": {},
    }
    return Facts(**{**known, **more})


def test_every_condition_has_its_row() -> None:
    assert set(CONDITIONS) | set(ABOUT_ALL) == set(SlackRule.model_fields) - {"does", "channel"}


@pytest.mark.parametrize(
    ("said", "one", "holds"),
    [
        ({"team": "sales"}, {}, True),
        ({"team": "support"}, {}, False),
        ({"tag": "vip"}, {"tagged": True}, True),
        ({"tag": "vip"}, {}, False),
        ({"waiting": 60}, {"waiting_since": 40_000}, True),
        ({"waiting": 60}, {"waiting_since": 40_001}, False),
        ({"waiting": 0}, {"waiting_since": None}, False),
        ({"vip": "plan=gold"}, {"contact": {"plan": "Gold"}}, True),
        ({"vip": "plan=gold"}, {"organisation": {"plan": "gold"}}, True),
        ({"vip": "plan=gold"}, {"contact": {"plan": "silver"}}, False),
        ({"vip": "vip"}, {"contact": {"vip": True}}, True),
        ({"vip": "vip"}, {"contact": {"vip": False}}, False),
        ({"vip": "vip=true"}, {"contact": {"vip": True}}, True),
        ({"vip": "vip"}, {}, False),
        ({"team": "sales", "waiting": 60}, {"team": "support"}, False),
        ({"team": "sales"}, {"is_open": False}, False),
        ({"does": "alert", "tag": "vip"}, {"tagged": True, "waiting_since": None}, False),
    ],
)
def test_all_conditions_must_hold(said: dict[str, Any], one: dict[str, Any], holds: bool) -> None:
    assert rule(**said).matches(100_000, facts(**one)) is holds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('does = "pull"\nchannel = "#vip"', "it never says when"),
        ('does = "alert"\nchannel = "#vip"\nteam = "sales"', "it never says when"),
        ('does = "pull"\nchannel = "#vip"\nbacklog = 3', "it can only alert"),
        ('does = "alert"\nchannel = "#vip"\ndown = 3\ntag = "x"', "down goes with no other"),
        ('does = "alert"\nchannel = " "\nwaiting = 3', "a channel is missing"),
        ('does = "alert"\nchannel = "#vip"\nwaitng = 3', "did you mean 'waiting'"),
        ('does = "pull"\nchannel = "#vip"\nvip = "Plan Gold"', "write an attribute's key"),
        ('does = "ring"\nchannel = "#vip"\nwaiting = 1', "slack.rules.one.does"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_by_its_name(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[slack.rules.one]\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert "slack.rules.one" in str(caught.value) and why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('channel = "#x"', "it wants a team"),
        ('channel = "#x"\nat = "9:00"\nzone = "Asia/Seoul"', "like 09:00"),
        ('channel = "#x"\nat = "09:00"\nzone = "Seoul"', "no such time zone"),
        ('channel = "#x"\nteam = "a"\nzone = "Asia/Seoul"', "the zone is the team's"),
    ],
)
def test_a_digest_that_is_wrong_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[slack.digest]\n{text}\n")
    with pytest.raises(ConfigError, match=why):
        load(path, environ={})

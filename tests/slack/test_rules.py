"""What rules look for; a section that is wrong says why. What comes of it: test_watch."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.config import load
from gateway.errors import ConfigError
from gateway.slack_rules import ABOUT_ALL, SlackRule
from gateway.store import Row, Store, Tx, as_json
from inbox.slack import rules
from inbox.slack.rules import CONDITIONS, Facts, Rule, _facts
from tests.world import World


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


PLANS = {
    "Ann": "gold",
    "Bob": " GOLD\t",
    "Cho": "golden",
    "Dan": "silver",
    "Eva": True,
    "Fay": False,
    "Gil": 5,
    "Han": '50% "off" \\',
    "Ito": "größe",
    "Jun": "금 등급",
    "Kim": "False",
    "Lee": "",
}


VIPS = {
    "plan": ("Ann Bob Cho Dan Eva Gil Han Ito Jun", "Kim"),
    "plan=Gold": ("Ann Bob", "Cho"),
    "plan=true": ("Eva", ""),
    "plan=5": ("Gil", "Han"),
    'plan=50% "OFF" \\': ("Han", ""),
    "plan=금 등급": ("Jun", ""),
    "plan=GRÖSSE": ("Ito", "Ann Bob Cho Dan Eva Fay Gil Han Jun Kim Lee"),
    "level=gold": ("Firm", ""),
}
"""Of whom such a rule holds, and who is read beside them."""


async def test_of_vips_hardly_more_are_read_than_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On both databases; whom they cannot tell apart is told apart here."""
    world = await World.made(store)
    for name in (*PLANS, "Firm", "Nobody"):
        await world.says(f"visitor:{name}", "hello", name=name)
    await store.write(_have_plans)
    rows: list[str] = []

    def noted(row: Row) -> Facts:
        rows.append(row["name"])
        return _facts(row)

    monkeypatch.setattr(rules, "_facts", noted)
    for vip, (holds, beside) in VIPS.items():
        rows.clear()
        found = await store.scan(partial(rule(vip=vip).find, place="slack", now=0))
        assert sorted(one.name for one in found) == holds.split(), vip
        assert sorted(rows) == sorted(f"{holds} {beside}".split()), vip


async def _have_plans(tx: Tx) -> None:
    for name, plan in PLANS.items():
        await tx.run("update contacts set attributes = $2 where name = $1", name, as_json({"plan": plan}))
    firm = "insert into organisations (id, name, attributes, created_at) values ('o', 'Firm', $1, 0)"
    await tx.run(firm, as_json({"level": "gold"}))
    await tx.run("update contacts set organisation_id = 'o' where name = 'Firm'")


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
    told = refused(tmp_path, f"[slack.rules.one]\n{text}\n")
    assert "slack.rules.one" in told and why in told


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
    assert why in refused(tmp_path, f"[slack.digest]\n{text}\n")


def refused(folder: Path, text: str) -> str:
    path = folder / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    return str(caught.value)

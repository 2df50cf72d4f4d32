"""Rules pull and alert by themselves: once while they hold, whatever restarts; and a section that is wrong says why."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.config import load
from gateway.errors import ConfigError
from gateway.events import SYSTEM
from gateway.slack_rules import ABOUT_ALL, SlackRule
from gateway.stream.describe import make_tag
from gateway.stream.roads import tell_trouble, tell_well
from gateway.stream.watches import acknowledge
from inbox.slack.rules import CONDITIONS, Facts, Rule
from tests.inbox.conftest import does
from tests.slack.town import Town, open_town, words

MINUTE = 60_000


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


# --- in a channel -----------------------------------------------------------------------------------------------------


def ruled(**rules: dict[str, Any]) -> dict[str, Any]:
    return {"rules": {name: {"channel": "#support", **said} for name, said in rules.items()}}


async def watched(town: Town, sql: str, wanted: Any) -> None:
    await town.comes_to(f"select count(*) from watches where {sql}", wanted)


def alerts(town: Town) -> list[str]:
    return [words(one) for one in town.slack.posts(town.support) if not one.thread]


async def test_a_rule_pulls_once_and_the_log_says_which(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(gold={"does": "pull", "tag": "gold"})) as town:
        house = town.house
        tag = await house.store.write(lambda tx: make_tag(tx, "gold", "#ffcc00", SYSTEM))
        mine = await house.customer_writes("hello", team="sales")
        await house.customer_writes("not me", name="Lee", team="sales")
        await does(house, "ann", "tag", conversation=mine.conversation, add=[tag], remove=[])
        await town.starts()
        await town.slack.sockets.connected()
        await town.comes_to("select count(*) from pulls where thread is not null", 1)
        pull = (await town.rows("select * from pulls"))[0]
        assert (pull["conversation_id"], pull["pulled_by"]) == (mine.conversation, "rule:gold")
        actors = "select actor_kind, actor_id from events where subject_id = $1"
        assert [tuple(row) for row in await town.rows(actors, pull["id"])] == [("automation", "rule:gold")]

        await does(house, "ann", "give_back", conversation=mine.conversation, place="slack")
        await house.customer_writes("once more")
        await town.stops()
        await town.starts()
        await town.slack.sockets.connected()
        await town.settles()
        assert await town.value("select count(*) from pulls") == 1, (
            "given back, it stays so while the rule holds"
        )

        await does(house, "ann", "tag", conversation=mine.conversation, add=[], remove=[tag])
        await watched(town, "over_at is not null", 1)
        await does(house, "ann", "tag", conversation=mine.conversation, add=[tag], remove=[])
        await town.comes_to("select count(*) from pulls", 2)


async def test_an_alert_is_said_once_acknowledged_and_ends_by_itself(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 60, "team": "sales"})) as town:
        house = town.house
        await town.starts()
        await town.slack.sockets.connected()
        await town.links(town.mina)
        taken = await house.customer_writes("hello", team="sales")
        await house.customer_writes("hello", name="Lee", team="support")
        house.clock.ahead = 2 * MINUTE
        await watched(town, "state = 'posted'", 1)
        [told] = alerts(town)
        assert "Waiting too long: #1 · Kim" in told and "Rule late · sales" in told and "Acknowledge" in told
        await town.stops()
        await town.starts()
        await town.slack.sockets.connected()
        await watched(town, "state = 'posted'", 1)
        [post] = town.slack.posts(town.support)

        await town.slack.press(town.joon, town.support, post.ts, "parley:acknowledge")
        assert "연결" in town.whispers(town.joon)[-1], "who is linked to nobody acknowledges nothing"
        assert await town.value("select count(*) from watches where acknowledged_at is not null") == 0
        await town.slack.press(town.mina, town.support, post.ts, "parley:acknowledge")
        await watched(town, "acknowledged_at is not null", 1)
        await _shows(town, "Acknowledged by Ann")
        assert "Acknowledge\n" not in alerts(town)[0] + "\n", "the button is gone"

        sent = {"client_id": "r", "text": "yes", "seen": 10_000}
        await does(house, "ann", "reply", conversation=taken.conversation, **sent)
        await watched(town, "state = 'done' and over_at is not null", 1)
        [told] = alerts(town)
        assert "Over: Waiting too long: #1" in told and "Kim" not in told and "Acknowledged by Ann" in told
        assert town.slack.count("chat.postMessage") == 1


async def _shows(town: Town, wanted: str) -> None:
    for _ in range(500):
        if any(wanted in one for one in alerts(town)):
            return
        await asyncio.sleep(0.01)
    raise AssertionError((wanted, alerts(town)))


async def test_nobody_is_flooded(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        for number in range(13):
            await town.house.customer_writes("hello", name=f"Kim {number}", team="sales")
        await town.starts()
        await town.slack.sockets.connected()
        await watched(town, "state = 'posted'", 11)
        await _shows(town, "3 more wait too long")


async def test_a_backlog_and_a_channel_out_of_order(tmp_path: Path) -> None:
    rules = ruled(many={"does": "alert", "backlog": 2}, broken={"does": "alert", "down": 60})
    async with open_town(tmp_path, **rules) as town:
        house = town.house
        await town.starts()
        await town.slack.sockets.connected()
        one = await house.customer_writes("hello", team="sales")
        two = await house.customer_writes("hello", name="Lee", team="sales")
        await watched(town, "rule = 'many' and state = 'posted'", 1)
        await _shows(town, "Backlog: 2 conversations wait")
        await house.store.write(lambda tx: tell_trouble(tx, "web", "out", "away"))
        house.clock.ahead = 2 * MINUTE
        await watched(town, "rule = 'broken' and state = 'posted'", 1)
        await _shows(town, "Website is out of order")
        await house.store.write(lambda tx: tell_well(tx, "web", "out"))
        await watched(town, "rule = 'broken' and state = 'done'", 1)
        for taken in (one, two):
            await does(house, "ann", "close", conversation=taken.conversation)
        await watched(town, "rule = 'many' and state = 'done'", 1)


async def test_others_read_no_alert(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        await town.starts()
        await town.slack.sockets.connected()
        first = await town.house.customer_writes("hello", team="sales")
        await watched(town, "state = 'posted'", 1)
        town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
        await town.heard()
        await _shows(town, "Others read this channel now")
        await town.house.customer_writes("hello", name="Lee", team="sales")
        await watched(town, "error = 'shared' and state = 'open'", 1)
        assert "Kim" not in "".join(alerts(town)) and "Lee" not in "".join(alerts(town))
        assert first.conversation


async def test_an_acknowledgement_counts_once(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        await town.starts()
        await town.slack.sockets.connected()
        await town.house.customer_writes("hello", team="sales")
        await watched(town, "state = 'posted'", 1)
        key = await town.value("select id from watches")
        assert await town.store.write(lambda tx: acknowledge(tx, key, "late", SYSTEM))
        assert not await town.store.write(lambda tx: acknowledge(tx, key, "late", SYSTEM))

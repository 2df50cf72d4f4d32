"""The duty that looks whether rules hold: what it pulls and raises, once while they hold, whatever restarts."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from gateway.duties import Fenced
from gateway.events import SYSTEM
from gateway.slack_rules import SlackRule
from gateway.store import Tx, as_json, from_json
from gateway.stream.describe import make_tag
from gateway.stream.leases import Superseded, seize
from gateway.stream.roads import tell_trouble, tell_well
from inbox.slack import PLACE
from inbox.slack.client import Client
from inbox.slack.rooms import Rooms
from inbox.slack.rules import Rule
from inbox.slack.watch import ALERTS, AT_ONCE, Watcher
from tests.inbox.conftest import does
from tests.slack.town import MINUTE, QUICK, Town, alerts, open_town, ruled, shows, watched


async def test_a_rule_pulls_once_and_the_log_says_which(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(gold={"does": "pull", "tag": "gold"})) as town:
        house = town.house
        tag = await house.store.write(lambda tx: make_tag(tx, "gold", "#ffcc00", SYSTEM))
        mine = await house.customer_writes("hello", team="sales")
        await house.customer_writes("not me", name="Lee", team="sales")
        await does(house, "ann", "tag", conversation=mine.conversation, add=[tag], remove=[])
        await town.listens()
        await town.comes_to("select count(*) from pulls where thread is not null", 1)
        pull = (await town.rows("select * from pulls"))[0]
        assert (pull["conversation_id"], pull["pulled_by"]) == (mine.conversation, "rule:gold")
        actors = "select actor_kind, actor_id from events where subject_id = $1"
        assert [tuple(row) for row in await town.rows(actors, pull["id"])] == [("automation", "rule:gold")]

        await does(house, "ann", "give_back", conversation=mine.conversation, place="slack")
        await house.customer_writes("once more")
        await town.stops()
        await town.listens()
        await town.settles()
        assert await town.value("select count(*) from pulls") == 1, (
            "given back, it stays so while the rule holds"
        )

        await does(house, "ann", "tag", conversation=mine.conversation, add=[], remove=[tag])
        await watched(town, "over_at is not null", 1)
        await does(house, "ann", "tag", conversation=mine.conversation, add=[tag], remove=[])
        await town.comes_to("select count(*) from pulls", 2)


async def test_nobody_is_flooded(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        for number in range(13):
            await town.house.customer_writes("hello", name=f"Kim {number}", team="sales")
        await town.listens()
        await watched(town, "state = 'posted'", 11)
        await shows(town, "3 more wait too long")


async def _wait(town: Town, *plans: str) -> None:
    """Somebody of each of these plans, in this order."""
    for number, plan in enumerate(plans):
        name, said = f"Kim {number}", as_json({"plan": plan})
        await town.house.customer_writes("hello", name=name, team="sales")

        async def has_it(tx: Tx, said: str = said, name: str = name) -> None:
            await tx.run("update contacts set attributes = $1 where name = $2", said, name)

        await town.store.write(has_it)


async def test_others_who_wait_longer_hide_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.slack.rules.PAGE", 10)
    async with open_town(tmp_path, **ruled(gold={"does": "pull", "vip": "plan=gold"})) as town:
        await _wait(town, *["silver"] * (AT_ONCE + 5), "gold", "silver", "gold")
        await town.listens()
        await watched(town, "does = 'pull'", 2)
        rule = Rule("another", SlackRule(does="pull", channel="#support", vip="plan"))
        found = await town.store.scan(lambda look: rule.find(look, PLACE, town.house.clock(), 23))
        assert [one.name for one in found] == [f"Kim {number}" for number in range(23)], "each once, in order"
        waited = await town.value("select min(waiting_since) from conversations")
        backlog = SlackRule(does="alert", channel="#support", backlog=1)
        for said in ({"vip": "plan"}, {"team": "sales"}):
            rule = Rule("gold", backlog.model_copy(update=said))
            tallied = [
                await town.store.scan(partial(rule.tally, now=town.house.clock(), place=place))
                for place in ("", PLACE)
            ]
            assert tallied == [(AT_ONCE + 8, waited), (AT_ONCE + 6, waited)], "two were found already"


async def test_how_many_more_wait_is_said_once(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(gold={"does": "alert", "vip": "plan=gold"})) as town:
        await _wait(town, "silver", *["gold"] * (ALERTS + 1))
        await town.listens()
        await watched(town, "state = 'posted'", ALERTS + 1)
        for number in range(5):
            await town.house.customer_writes("and I", name=f"Lee {number}", team="sales")
            await asyncio.sleep(0.1)
        await watched(town, "state = 'posted'", ALERTS + 1)
        await watched(town, "subject = ''", 1)


async def test_a_backlog_and_a_channel_out_of_order(tmp_path: Path) -> None:
    rules = ruled(many={"does": "alert", "backlog": 2}, broken={"does": "alert", "down": 60})
    async with open_town(tmp_path, **rules) as town:
        house = town.house
        await town.listens()
        one = await house.customer_writes("hello", team="sales")
        two = await house.customer_writes("hello", name="Lee", team="sales")
        await watched(town, "rule = 'many' and state = 'posted'", 1)
        await shows(town, "Backlog: 2 conversations wait")
        await house.store.write(lambda tx: tell_trouble(tx, "web", "out", "away"))
        house.clock.ahead = 2 * MINUTE
        await watched(town, "rule = 'broken' and state = 'posted'", 1)
        await shows(town, "Website is out of order")
        await house.store.write(lambda tx: tell_well(tx, "web", "out"))
        await watched(town, "rule = 'broken' and state = 'done'", 1)
        for taken in (one, two):
            await does(house, "ann", "close", conversation=taken.conversation)
        await watched(town, "rule = 'many' and state = 'done'", 1)


async def test_who_has_the_duty_no_more_changes_nothing(tmp_path: Path) -> None:
    rules = ruled(gold={"does": "pull", "team": "sales"}, late={"does": "alert", "waiting": 0})
    async with open_town(tmp_path, **rules) as town:
        await town.house.customer_writes("hello", team="sales")
        mine = await town.store.write(lambda tx: seize(tx, "slack", "the one before", 600_000))
        await town.store.write(lambda tx: seize(tx, "slack", "another", 600_000))
        lost: list[bool] = []
        fenced = Fenced(town.store, mine, lambda: lost.append(True))
        async with aiohttp.ClientSession() as session:
            client = Client(town.house.desk.config.slack, session)
            stalled = Watcher(fenced, town.house.desk, client, Rooms(client), QUICK)
            with pytest.raises(Superseded):
                await stalled.turn()
        assert lost
        assert await town.value("select count(*) from watches") == 0
        assert await town.value("select count(*) from pulls") == 0
        assert town.slack.posts(town.support) == []


async def test_two_that_look_at_the_same_moment_find_it_once(tmp_path: Path) -> None:
    rules = ruled(gold={"does": "pull", "team": "sales"}, late={"does": "alert", "waiting": 0})
    async with open_town(tmp_path, **rules) as town:
        await town.house.customer_writes("hello", team="sales")
        async with aiohttp.ClientSession() as session:
            client = Client(town.house.desk.config.slack, session)
            both = [Watcher(town.store, town.house.desk, client, Rooms(client), QUICK) for _ in range(2)]
            await asyncio.gather(*(one.look() for one in both))
        assert await town.value("select count(*) from watches") == 2
        assert await town.value("select count(*) from pulls") == 1


async def test_a_rule_that_was_taken_out_ends_what_it_said(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        await town.house.customer_writes("hello", team="sales")
        await town.starts()
        await shows(town, "Somebody waits: #1")
        await town.stops()
        config = town.house.desk.config
        without = config.slack.model_copy(update={"rules": {}})
        town.house.desk.config = config.model_copy(update={"slack": without})
        await town.starts()
        await watched(town, "state = 'done'", 1)
        assert "Over: An alert of a rule that is no more" in alerts(town)[0] and "Kim" not in alerts(town)[0]


async def test_agents_see_that_our_token_is_not_taken_though_nothing_is_posted(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        ann = await town.house.client("ann")
        town.slack.revoke()
        await town.starts()
        await town.comes_to("select count(*) from pull_places where paused = 'token_revoked'", 1)
        state = await ann.get("/places/slack/state")
        assert state["paused"] == "token_revoked" and state["since"] > 0
        town.slack.restore()
        await town.comes_to("select count(*) from pull_places where paused is null", 1)
        told = "select changes from events where kind = 'setting.changed' order by position"
        changes = [from_json(row["changes"]) for row in await town.rows(told)]
        assert [one["paused"] for one in changes if one["what"] == "place"] == ["token_revoked", None]

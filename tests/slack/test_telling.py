"""What rules found is said once in a channel, whatever Slack, the net or we ourselves do meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import PermanentError
from gateway.events import SYSTEM
from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.store import as_json
from gateway.stream import pull_readers as readers
from gateway.stream.describe import make_tag
from gateway.stream.roads import tell_trouble
from inbox.slack import telling
from inbox.slack.client import Client
from tests.inbox.conftest import does
from tests.slack.test_home import shows as shown_at_home
from tests.slack.town import BOTH, alerts, open_town, ruled, shows, watched, words

LATE = {"does": "alert", "waiting": 0}


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN, Fault.BUSY, Fault.CUT_AFTER, Fault.BROKEN_AFTER])
async def test_one_whose_answer_is_lost_is_looked_for_first(tmp_path: Path, fault: Fault) -> None:
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        await town.house.customer_writes("hello", team="sales")
        town.slack.plan(fault, fault, on="chat.postMessage")
        await town.starts()
        await watched(town, "state = 'posted'", 1)
        assert len(alerts(town)) == 1
        assert (town.slack.count("conversations.history") > 0) is (fault is not Fault.BUSY)


async def test_one_that_ended_between_the_post_and_its_answer_stands_once(tmp_path: Path) -> None:
    """As if the process was killed there: what it began it looks for when it is back."""
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        await town.house.customer_writes("hello", team="sales")
        await town.starts()
        await watched(town, "state = 'posted'", 1)
        await town.stops()
        await town.store.write(
            lambda tx: tx.run(
                "update watches set state = 'sending', external = null, digest = '', next_at = 0"
            )
        )
        await town.starts()
        await watched(town, "state = 'posted' and external is not null and digest <> ''", 1)
        assert len(alerts(town)) == 1 and town.slack.count("chat.postMessage") == 1


async def test_what_was_over_before_it_was_said_is_not_said(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        town.slack.plan(*[Fault.BUSY] * 3, on="chat.postMessage")
        await town.starts()
        await watched(town, "state = 'open'", 1)
        await does(town.house, "ann", "close", conversation=taken.conversation)
        await watched(town, "over_at is not null and state in ('skipped', 'done')", 1)
        assert all("Over" in one for one in alerts(town))


async def test_slack_away_and_back(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        await town.house.customer_writes("hello", team="sales")
        town.slack.weather = Weather(down=True)
        await town.starts()
        await asyncio.sleep(0.2)
        assert alerts(town) == []
        town.slack.weather = FAIR
        await shows(town, "Somebody waits: #1 · Kim")
        town.slack.revoke()
        await town.house.customer_writes("hello", name="Lee", team="sales")
        await town.comes_to("select count(*) from pull_places where paused is not null", 1)
        town.slack.restore()
        await shows(town, "Somebody waits: #2 · Lee")
        assert len(alerts(town)) == 2
    assert telling.SHARED == "shared"


async def test_what_was_over_is_emptied_too_where_others_come_to_read_it(tmp_path: Path) -> None:
    digest = {"channel": "#support", "at": "00:00", "zone": "UTC"}
    async with open_town(tmp_path, digest=digest, **ruled(late=LATE)) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.listens()
        await watched(town, "does = 'digest' and state = 'done'", 1)
        await watched(town, "does = 'alert' and state = 'posted'", 1)
        await does(town.house, "ann", "close", conversation=taken.conversation)
        await watched(town, "state = 'done'", 2)
        town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
        await town.heard()
        await watched(town, "state = 'done' and error = 'shared'", 2)
        assert all("for the team" in one and "#1" not in one and "New" not in one for one in alerts(town))
        drawn = town.slack.count("chat.update")
        await town.store.write(lambda tx: readers.all_moved(tx, "slack"))
        await asyncio.sleep(0.5)
        assert town.slack.count("chat.update") == drawn, "once"


def refuses(monkeypatch: pytest.MonkeyPatch, what: str, code: str) -> list[str]:
    """While it holds that code."""
    monkeypatch.setattr(telling, "REFUSED", 0.1)
    codes, before = [code], getattr(Client, what)

    async def refused(self: Client, *args: Any) -> Any:
        if codes:
            raise PermanentError(codes[0], for_agent="errors.place_channel", log=codes[0])
        return await before(self, *args)

    monkeypatch.setattr(Client, what, refused)
    return codes


async def test_one_that_may_not_be_edited_when_it_is_over_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "redraw", "edit_window_closed")
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.starts()
        await shows(town, "Somebody waits: #1 · Kim")
        held = refuses(monkeypatch, "remove", "is_archived")
        await does(town.house, "ann", "close", conversation=taken.conversation)
        await watched(town, "state = 'posted' and error = 'is_archived'", 1)
        assert len(alerts(town)) == 1
        held.clear()
        await watched(town, "state = 'skipped' and external is null", 1)
        assert alerts(town) == []


async def test_one_that_was_refused_is_said_as_long_as_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = refuses(monkeypatch, "post", "not_in_channel")
    async with open_town(tmp_path, **ruled(late=LATE)) as town:
        await town.house.customer_writes("hello", team="sales")
        await town.starts()
        await watched(town, "state = 'open' and error = 'not_in_channel'", 1)
        held.clear()
        await shows(town, "Somebody waits: #1 · Kim")
        await watched(town, "state = 'posted' and error is null", 1)


@BOTH
async def test_every_rule_on_both_databases(url: str, tmp_path: Path) -> None:
    rules = ruled(
        gold={"does": "pull", "vip": "plan=gold", "team": "sales"},
        vips={"does": "alert", "vip": "plan", "waiting": 0},
        tagged={"does": "alert", "tag": "refund"},
        many={"does": "alert", "backlog": 2},
        broken={"does": "alert", "down": 0},
    )
    digest = {"channel": "#support", "at": "00:00", "zone": "UTC"}
    async with open_town(tmp_path, url, digest=digest, **rules) as town:
        house = town.house
        one = await house.customer_writes("hello", team="sales")
        await house.customer_writes("hello", name="Lee", team="support")
        gold = as_json({"plan": "gold"})
        await house.store.write(
            lambda tx: tx.run("update contacts set attributes = $1 where name = 'Kim'", gold)
        )
        tag = await house.store.write(lambda tx: make_tag(tx, "refund", "#ffcc00", SYSTEM))
        await does(house, "ann", "tag", conversation=one.conversation, add=[tag], remove=[])
        await town.works()
        town.slack.open_home(town.mina)
        await watched(town, "does = 'alert' and state = 'posted'", 3)
        await watched(town, "does = 'digest' and state = 'done'", 1)
        await watched(town, "rule = 'gold' and subject <> ''", 1)
        await town.comes_to("select count(*) from pulls where thread is not null", 1)
        await town.settles()
        assert {words(post).split("\n")[0] for post in town.slack.posts(town.support) if not post.thread} == {
            "*A VIP waits: #1 · Kim*",
            "*Somebody waits: #1 · Kim*",
            "*Backlog: 2 conversations wait*",
            "Daily digest",
        }
        await shown_at_home(town, town.mina, "A VIP waits: #1 · Kim", "Waiting for an answer: 1")
        await house.store.write(lambda tx: tell_trouble(tx, "web", "out", "away"))
        await shows(town, "Website is out of order")
        await does(house, "ann", "close", conversation=one.conversation)
        await watched(town, "over_at is not null and state = 'done'", 4)

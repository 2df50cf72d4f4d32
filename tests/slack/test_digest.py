"""The digest: once a day at the team's own hours, whatever restarts; its figures are the inbox's."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.events import SYSTEM
from gateway.slack_rules import SlackDigest
from gateway.store import Store
from gateway.stream import watches
from gateway.stream.hours import Said, set_hours
from inbox.slack import digest
from inbox.slack.blocks import Say, lasted
from presence.hours import Hours
from tests.inbox.conftest import does
from tests.slack.town import open_town, words

SEOUL = ZoneInfo("Asia/Seoul")
WEEK = dict.fromkeys(range(5), ((540, 1080),))
"""Nine to six, Monday to Friday."""
HOURS = Hours("Asia/Seoul", WEEK, holidays=frozenset({date(2026, 11, 25)}))
DAY = 24 * 3_600_000


def at(day: int, hour: int, minute: int = 0) -> int:
    return round(datetime(2026, 11, day, hour, minute, tzinfo=SEOUL).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(23, 8, 59), None),
        (at(23, 9), ("2026-11-23", at(23, 9))),
        (at(23, 23, 59), ("2026-11-23", at(23, 9))),
        (at(25, 12), None),
        (at(28, 12), None),
    ],
)
def test_it_is_due_when_the_team_opens(now: int, due: tuple[str, int] | None) -> None:
    found = digest.due(SlackDigest(channel="#x", team="sales"), HOURS, now)
    assert (None if found is None else (found.day, found.at)) == due


def test_it_is_due_at_its_time() -> None:
    evening = SlackDigest(channel="#x", team="sales", at="18:30")
    assert digest.due(evening, HOURS, at(23, 18, 29)) is None
    assert digest.due(evening, HOURS, at(23, 18, 30)) == digest.Due("2026-11-23", at(23, 18, 30))
    daily = SlackDigest(channel="#x", at="09:00", zone="Asia/Seoul")
    assert digest.due(daily, None, at(28, 9)) == digest.Due("2026-11-28", at(28, 9)), "on Saturdays, too"


def test_it_counts_from_where_the_one_before_ended() -> None:
    assert digest.since(None, 10 * DAY) == 9 * DAY
    assert digest.since(7 * DAY, 10 * DAY) == 7 * DAY, "over a weekend"
    assert digest.since(DAY, 10 * DAY) == 3 * DAY, "a week at the most"


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0 min"), (59 * 60_000, "59 min"), (DAY - 1, "23 h 59 min"), (DAY, "1 d 0 h")]
)
def test_how_long_it_lasted(ms: int, said: str) -> None:
    assert lasted(Say("en"), ms) == said


async def test_it_comes_once_a_day_and_says_what_is_so(tmp_path: Path) -> None:
    async with open_town(tmp_path, digest={"channel": "#support", "team": "sales"}) as town:
        house = town.house
        first = await house.customer_writes("one", team="sales")
        second = await house.customer_writes("two", name="Lee", team="sales")
        await house.customer_writes("three", name="Park", team="support")
        for one, key in ((first, "a"), (first, "b"), (second, "c")):
            said = {"client_id": key, "text": "yes", "seen": 10_000}
            await does(house, "sue", "reply", conversation=one.conversation, **said)
        await does(house, "sue", "note", conversation=first.conversation, client_id="n", text="only ours")
        for act in ("close", "reopen", "close"):
            await does(house, "sue", act, conversation=second.conversation)
        await house.customer_writes("again", team="sales")

        always = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ((0, 1440),))
        hours = Said("Asia/Seoul", always)
        await house.store.write(lambda tx: set_hours(tx, house.teams["sales"], hours, SYSTEM))
        today = datetime.fromtimestamp(house.clock() / 1000, SEOUL).date()
        # Tomorrow, an hour after it opened: all of this happened in the day before.
        opens = round(datetime(today.year, today.month, today.day, tzinfo=SEOUL).timestamp() * 1000) + DAY
        house.clock.ahead = opens + 3_600_000 - house.clock()
        await town.starts()
        await town.comes_to("select count(*) from watches where does = 'digest' and state = 'done'", 1)
        [post] = town.slack.posts(town.support)
        told = words(post)
        assert "*New*\n3" in told and "*Answered*\n2" in told and "*Closed*\n1" in told
        assert "*Waiting now*\n2" in told
        assert "*sales*\nNew 2 · Answered 2 · Closed 1 · Waiting now 1" in told
        assert "*support*\nNew 1 · Answered 0 · Closed 0 · Waiting now 1" in told

        await town.stops()
        await town.starts()
        await town.comes_to("select count(*) from watches", 1)
        house.clock.ahead += DAY
        await town.comes_to("select count(*) from watches where state = 'done'", 2)
        assert len(town.slack.posts(town.support)) == 2
        assert "*New*\n0" in words(town.slack.posts(town.support)[1])


async def test_what_a_lost_digest_would_have_counted_the_next_one_counts(store: Store) -> None:
    async def begins(day: str, since: int, upto: int) -> bool:
        return await store.write(
            lambda tx: watches.begin_digest(tx, "slack", digest.NAME, day, "C1", since, upto)
        )

    async def last() -> tuple[int | None, int | None]:
        return await store.read(lambda look: watches.last_digest(look, "slack", digest.NAME))

    async def said() -> None:
        await store.write(lambda tx: tx.run("update watches set external = '1.0', state = 'done'"))

    assert await last() == (None, None)
    assert await begins("monday", 0, 10) and not await begins("monday", 0, 10)
    assert await last() == (10, None)
    await said()
    assert await begins("tuesday", 10, 20) and await last() == (20, 10)
    assert await begins("wednesday", 10, 30) and await last() == (30, 10)
    states = await store.read(
        lambda look: look.all("select subject, state from watches order by began_at, upto_at")
    )
    assert [tuple(row) for row in states] == [
        ("monday", "done"),
        ("tuesday", "skipped"),
        ("wednesday", "open"),
    ]

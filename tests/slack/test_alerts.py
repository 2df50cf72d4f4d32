"""Alerts: said once, kept true, acknowledged by who is linked and may see it, and over by themselves."""

from __future__ import annotations

from pathlib import Path

from gateway.events import SYSTEM
from gateway.stream.watches import Watch, acknowledge
from inbox.slack.alerts import Alert, draw
from inbox.slack.blocks import Say
from tests.inbox.conftest import does
from tests.slack.test_home import shows as shown_at_home
from tests.slack.town import MINUTE, alerts, open_town, read_in, ruled, shows, watched


async def test_an_alert_is_said_once_acknowledged_and_ends_by_itself(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 60, "team": "sales"})) as town:
        house = town.house
        await town.works()
        taken = await house.customer_writes("hello", team="sales")
        await house.customer_writes("hello", name="Lee", team="support")
        house.clock.ahead = 2 * MINUTE
        await watched(town, "state = 'posted'", 1)
        [told] = alerts(town)
        assert "Waiting too long: #1 · Kim" in told and "Rule late · sales" in told and "Acknowledge" in told
        await town.stops()
        await town.listens()
        await watched(town, "state = 'posted'", 1)
        [post] = town.slack.posts(town.support)

        await town.slack.press(town.joon, town.support, post.ts, "parley:acknowledge")
        assert "연결" in town.whispers(town.joon)[-1], "who is linked to nobody acknowledges nothing"
        assert await town.value("select count(*) from watches where acknowledged_at is not null") == 0
        await town.slack.press(town.mina, town.support, post.ts, "parley:acknowledge")
        await watched(town, "acknowledged_at is not null", 1)
        await shows(town, "Acknowledged by Ann")
        assert "Acknowledge\n" not in alerts(town)[0] + "\n", "the button is gone"

        sent = {"client_id": "r", "text": "yes", "seen": 10_000}
        await does(house, "ann", "reply", conversation=taken.conversation, **sent)
        await watched(town, "state = 'done' and over_at is not null", 1)
        [told] = alerts(town)
        assert "Over: Waiting too long: #1" in told and "Kim" not in told and "Acknowledged by Ann" in told
        assert town.slack.count("chat.postMessage") == 1


async def test_others_read_no_alert(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        await town.listens()
        first = await town.house.customer_writes("hello", team="sales")
        await watched(town, "state = 'posted'", 1)
        town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
        await town.heard()
        await shows(town, "Others read this channel now")
        await town.house.customer_writes("hello", name="Lee", team="sales")
        await watched(town, "error = 'shared' and state = 'open'", 1)
        assert "Kim" not in "".join(alerts(town)) and "Lee" not in "".join(alerts(town))
        assert first.conversation
        await town.links(town.mina)
        town.slack.open_home(town.mina)
        told = await shown_at_home(town, town.mina, "Somebody waits: #2 · Lee")
        assert told.count("Not posted: others read its channel too.") == 1
        await town.links(town.joon, "sue")
        town.slack.open_home(town.joon)
        await shown_at_home(town, town.joon, "다른 사람도 읽는 채널이라")


async def test_an_acknowledgement_counts_once(tmp_path: Path) -> None:
    async with open_town(tmp_path, **ruled(late={"does": "alert", "waiting": 0})) as town:
        await town.listens()
        await town.house.customer_writes("hello", team="sales")
        await watched(town, "state = 'posted'", 1)
        key = await town.value("select id from watches")
        assert await town.store.write(lambda tx: acknowledge(tx, key, "late", SYSTEM))
        assert not await town.store.write(lambda tx: acknowledge(tx, key, "late", SYSTEM))


def test_a_team_s_name_rings_nobody() -> None:
    watch = Watch("w", "late", "", "alert", "C1", 1, None, None, None, None, "open", None, "", 0)
    drawn = draw(Say("en"), Alert(watch, "backlog", count=3, team="<!channel> R&D"), "https://x")
    told = read_in(drawn.blocks)
    assert "&lt;!channel&gt; R&amp;D" in told and "<!channel>" not in told

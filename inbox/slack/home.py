"""Home tabs: who waits, what is mine, which alerts wait; for each person what their agent may see, and no more.

Drawn anew when something has happened, at most so often, and published only where it shows another thing.
https://docs.slack.dev/surfaces/app-home
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from gateway.egress.access import Viewer, where_sees
from gateway.errors import AuthFailed, PermanentError, TemporaryError, Unavailable, UncertainError
from gateway.store import Reader, Row, Store
from gateway.stream import outside_homes, pull_queue, watches
from gateway.stream.outside_homes import Home
from inbox.auth.caller import Caller
from inbox.desk import Desk
from inbox.slack import PLACE
from inbox.slack.alerts import Alert, acknowledging, load_alert, moment, titled
from inbox.slack.blocks import Block, Say, clipped, context, escape, heading, marked, plain
from inbox.slack.client import Client
from inbox.slack.links import caller_of
from inbox.slack.rooms import Rooms
from inbox.slack.rounds import Rounds
from inbox.slack.rules import Rule, rules_of
from inbox.slack.send import Pace

log = logging.getLogger(__name__)

ALERTS = 5
"""Alerts that are shown; what others there are stands in their channels."""
LOOKED = 12 * 3_600_000
"""ms after which a tab that nobody has opened again shows nothing of anybody."""
WAITING = """select c.id, c.number, c.waiting_since, k.name from conversations c join contacts k on k.id = c.contact_id
    where c.merged_into is null and c.status = 'open' and c.waiting_since is not null and {sees}
    order by c.waiting_since, c.id limit 10"""
HOW_MANY = """select count(*) from conversations c
    where c.merged_into is null and c.status = 'open' and c.waiting_since is not null and {sees}"""
MINE = """select c.id, c.number, c.waiting_since, k.name from conversations c join contacts k on k.id = c.contact_id
    where c.merged_into is null and c.status = 'open' and c.assignee_id = $1
    order by case when c.waiting_since is null then 1 else 0 end, coalesce(c.waiting_since, c.last_at), c.id limit 10"""
HOW_MANY_MINE = """select count(*) from conversations c
    where c.merged_into is null and c.status = 'open' and c.assignee_id = $1"""
SEES = "select 1 from conversations c where c.id = $1 and c.merged_into is null and {sees}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one person's tab is made of."""

    waiting: Sequence[Row]
    count: int
    mine: Sequence[Row]
    owned: int
    """All that are hers."""
    alerts: Sequence[Alert]
    more: int = 0
    """Alerts that are not shown."""


class Homes:
    """Of one process, for as long as it has the duty; `store` is the fenced one."""

    def __init__(
        self, store: Store, desk: Desk, client: Client, rooms: Rooms, pace: Pace | None = None
    ) -> None:
        self._store = store
        self._desk = desk
        self._client = client
        self._rooms = rooms
        self._pace = pace or Pace()
        self._rules: Mapping[str, Rule] = {one.name: one for one in rules_of(desk.config.slack.rules)}
        self._rounds = Rounds("home tabs", self._turn, desk.bus, self._pace.tick)
        self._rests = 0.0
        self._alerts: dict[str, list[Alert]] = {}
        """Those that nobody has acknowledged, by the language that they are told in; of one turn."""

    async def run(self) -> None:
        """Runs for as long as the duty is held."""
        await self._rounds.run()

    async def _turn(self) -> None:
        if self._rests > time.monotonic():
            return
        if self._rounds.stirred:
            self._rounds.stirred = False
            await self._store.write(lambda tx: outside_homes.touch(tx, PLACE), aside=True)
        before = self._desk.clock() - round(self._pace.home * 1000)
        due = await self._store.read(lambda look: outside_homes.load_due(look, PLACE, before))
        if not due:
            return
        if await self._store.read(lambda look: pull_queue.paused(look, PLACE)) is not None:
            return
        self._alerts.clear()
        for home in due:
            try:
                await self._publish(home)
            except TemporaryError as why:
                await self._put_off(home)
                self._rests = time.monotonic() + (why.retry_after or self._pace.home)
                return
            except AuthFailed as why:
                await self._store.write(partial(pull_queue.pause, place=PLACE, why=str(why)), aside=True)
                return
            except UncertainError as why:
                log.info("a home tab waits for Slack: %s", why)
                await self._put_off(home)
            except PermanentError as why:
                log.info("a home tab was refused: %s", why)
                await self._store.write(partial(outside_homes.forget, place=PLACE, home=home), aside=True)
            except Unavailable:
                raise
            except Exception:
                log.exception("a home tab could not be drawn; the others are")
                await self._put_off(home)

    async def _put_off(self, home: Home) -> None:
        await self._store.write(partial(outside_homes.put_off, place=PLACE, home=home), aside=True)

    async def _publish(self, home: Home) -> None:
        blocks = await self._drawn(home)
        rests = home.opened_at < self._desk.clock() - LOOKED
        digest = hashlib.sha256(orjson.dumps(blocks)).hexdigest()[:32]
        if digest != home.digest:
            view = {"type": "home", "blocks": blocks}
            await self._client.call("views.publish", user_id=home.user, view=view)
        kept = "" if rests else digest
        await self._store.write(lambda tx: outside_homes.shows(tx, PLACE, home, kept), aside=True)

    async def _drawn(self, home: Home) -> list[Block]:
        say = Say(await self._rooms.language(home.user))
        if home.opened_at < self._desk.clock() - LOOKED:
            return [context(say("slack.home.rests"))]
        caller = await self._store.read(lambda look: caller_of(look, home.workspace, home.user))
        # Whoever has become a guest since sees what a guest does.
        if caller is None or not await self._rooms.may_act(home.user):
            return unlinked(say)
        if say.language not in self._alerts:
            self._alerts[say.language] = await self._store.scan(lambda look: self._unseen(look, say))
        alerts = self._alerts[say.language]
        shown = await self._store.scan(lambda look: self._load(look, caller, alerts))
        return drawn(say, caller.name, shown, lambda number: f"{self._desk.config.public_url}/c/{number}")

    async def _unseen(self, look: Reader, say: Say) -> list[Alert]:
        now, lasting = self._desk.clock(), await watches.load_lasting(look, PLACE)
        return [
            await load_alert(look, self._rules, one, now, PLACE, say.language)
            for one in lasting
            if one.acknowledged_at is None
        ]

    async def _load(self, look: Reader, caller: Caller, found: Sequence[Alert]) -> Shown:
        viewer = caller.viewer
        waiting = await _seen(look, WAITING, viewer)
        count = (await _seen(look, HOW_MANY, viewer))[0][0]
        mine = await look.all(MINE, viewer.agent_id)
        alerts = [one for one in found if await may_see(look, viewer, one, self._rules.get(one.watch.rule))]
        owned = await look.value(HOW_MANY_MINE, viewer.agent_id)
        return Shown(waiting, count, mine, owned, alerts[:ALERTS], len(alerts[ALERTS:]))


async def _seen(look: Reader, sql: str, viewer: Viewer) -> Sequence[Row]:
    params: list[Any] = []
    return await look.all(sql.replace("{sees}", where_sees(viewer, "c", params)), *params)


async def may_see(look: Reader, viewer: Viewer, alert: Alert, rule: Rule | None) -> bool:
    """One of a conversation: who sees that. One of a team: its people."""
    if rule is None:
        return False
    if alert.kind == "down" or viewer.sees_all:
        return True
    if alert.one is not None:
        params: list[Any] = [alert.one.id]
        return await look.one(SEES.replace("{sees}", where_sees(viewer, "c", params)), *params) is not None
    if not rule.said.team:
        return False
    team = await look.value("select id from teams where name = $1", rule.said.team)
    return team in viewer.teams


# --- drawing ----------------------------------------------------------------------------------------------------------


def unlinked(say: Say) -> list[Block]:
    return [
        {"type": "header", "text": plain(say("slack.home.hello"), 150)},
        {"type": "section", "text": plain(say("errors.not_linked"))},
    ]


def drawn(say: Say, name: str, shown: Shown, url: Callable[[int], str]) -> list[Block]:
    blocks: list[Block] = [context(say("slack.home.as", name=name))]
    if shown.alerts:
        blocks.append({"type": "header", "text": plain(say("slack.home.alerts"), 150)})
        blocks += [_alert(say, alert, url) for alert in shown.alerts]
        if shown.more:
            blocks.append(context(say("slack.home.more_alerts", count=shown.more)))
        blocks.append({"type": "divider"})
    blocks.append({"type": "header", "text": plain(say("slack.home.mine"), 150)})
    blocks += _rows(say, shown.mine, shown.owned, url, say("slack.home.mine_none"))
    blocks.append({"type": "divider"})
    blocks.append({"type": "header", "text": plain(say("slack.home.waiting", count=shown.count), 150)})
    return blocks + _rows(say, shown.waiting, shown.count, url, say("slack.said.queue_empty"))


def _alert(say: Say, alert: Alert, url: Callable[[int], str]) -> Block:
    title = escape(clipped(titled(say, alert), 300))
    told = f"*{title}*" if alert.one is None else f"*<{url(alert.one.number)}|{title}>*"
    if alert.since is not None:
        told += f"\n{say('slack.alert.since')} {moment(alert.since)}"
    if alert.watch.is_kept_back:
        told += f"\n{say('slack.alert.kept_back')}"
    return {"type": "section", "text": marked(told), "accessory": acknowledging(say, alert)}


def _rows(say: Say, rows: Sequence[Row], count: int, url: Callable[[int], str], none: str) -> list[Block]:
    if not rows:
        return [context(none)]
    more = [context(say("slack.home.more", count=count - len(rows)))] if count > len(rows) else []
    return [_row(say, row, url) for row in rows] + more


def _row(say: Say, row: Row, url: Callable[[int], str]) -> Block:
    title = heading(say, row["number"], row["name"])
    told = f"*<{url(row['number'])}|{escape(clipped(title, 200))}>*"
    if row["waiting_since"] is not None:
        told += f"\n{say('slack.waiting')} {moment(row['waiting_since'])}"
    return {"type": "section", "text": marked(told)}

"""The duty that looks whether the rules hold: pulls, raises and ends alerts, and begins the digest of the day.

What it finds stands in the database before anything is said, so a restart raises nothing twice and forgets nothing.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial

from gateway.errors import (
    AuthFailed,
    NotFound,
    PermanentError,
    Refused,
    TemporaryError,
    Unavailable,
    UncertainError,
)
from gateway.events import Actor, ActorKind
from gateway.slack_rules import SlackDigest
from gateway.store import Reader, Store
from gateway.stream import outside_homes, pull_queue, watches
from gateway.stream.hours import load_hours_of
from gateway.stream.leases import Superseded
from gateway.stream.watches import Watch
from inbox.desk import Desk
from inbox.slack import PLACE, digest
from inbox.slack.alerts import draw, emptied, load_alert
from inbox.slack.blocks import Drawn, Say
from inbox.slack.client import Client
from inbox.slack.rooms import Rooms
from inbox.slack.rounds import Rounds
from inbox.slack.rules import STAYS, Facts, Rule, out_of_order, rules_of
from inbox.slack.send import Pace
from inbox.slack.telling import Teller

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Conversations that a rule pulls in one turn."""
ALERTS = 10
"""Alerts of one rule that stand at the same time; those beyond are one more, which says how many."""
CLEANS = 3600.0
"""Seconds between two times that what was long over is forgotten."""
MORE = ""
"""The subject of that one, and of a backlog."""


class Watcher:
    """Of one process, for as long as it has the duty; `store` is the fenced one."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        client: Client,
        rooms: Rooms,
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self._desk = desk
        self._client = client
        self._rooms = rooms
        self._pace = pace or Pace()
        self._say = Say(desk.config.slack.language)
        self._rules: Mapping[str, Rule] = {one.name: one for one in rules_of(desk.config.slack.rules)}
        self._teller = Teller(store, client, rooms, self._draw, desk.clock, self._pace)
        self._looked = -1e9
        self._asked = -1e9
        self._ended = -1e9
        self._cleaned = time.monotonic()
        self._rounds = Rounds("the rules", self.turn, desk.bus, self._pace.tick)
        self._said: set[str] = set()
        """Names that were looked for and are not there: said once."""

    async def run(self) -> None:
        """Runs for as long as the duty is held."""
        await self._rounds.run()

    async def turn(self) -> None:
        """One look at everything. Raises Unavailable, and what is a fault of ours."""
        now = time.monotonic()
        if now - self._cleaned >= CLEANS:
            self._cleaned = now
            while await self._store.write(watches.forget, aside=True):
                pass
        if await self._store.read(lambda look: pull_queue.paused(look, PLACE)) or not await self._is_taken():
            return
        if now - self._looked >= (self._pace.stirred if self._rounds.stirred else self._pace.rules):
            self._rounds.stirred, self._looked = False, time.monotonic()
            try:
                await self.look()
            except Superseded:
                raise
            except Unavailable as why:
                self._asked = -1e9  # it may be our token
                log.info("the rules wait: %s", why)
        # Also while they wait: what stands there may be read by others by now.
        await self._teller.tell()

    async def _is_taken(self) -> bool:
        """Does Slack take our token? Agents see that it does not before somebody has waited for a thread in vain."""
        now = time.monotonic()
        if now - self._asked < self._pace.asks:
            return True
        self._asked = now
        try:
            await self._client.look()
        except AuthFailed as why:
            reason = str(why)
            if await self._store.write(lambda tx: pull_queue.pause(tx, PLACE, reason), aside=True):
                log.error("Slack does not take our token (%s): everything waits until it is mended", reason)
            return False
        except (TemporaryError, UncertainError, PermanentError) as why:
            log.info("Slack does not say whether it takes our token: %s", why)
        return True

    async def look(self) -> None:
        """At the rules and the digest. Raises Unavailable."""
        now, changed = self._desk.clock(), False
        said = self._desk.config.slack.digest
        lasting = await self._store.read(lambda look: watches.load_lasting(look, PLACE))
        pulled = await self._pulled()
        if not self._rules and not said.channel and not lasting and not pulled:
            return
        channels = {name.lstrip("#"): key for key, name in await self._rooms.channels()}
        for rule in self._rules.values():
            name = rule.said.channel.lstrip("#")
            channel = channels.get(name) or (name if name in channels.values() else None)
            if channel is None:
                self._say_once(f"the rule {rule.name} names {rule.said.channel}: the app is not there")
            elif rule.said.does == "pull":
                await self._pull(rule, channel, now)
            else:
                changed |= await self._alert(rule, channel, watches.rules_of(lasting, rule.name), now)
        changed |= await self._end([*lasting, *pulled], now)
        if changed:
            await self._store.write(lambda tx: outside_homes.touch(tx, PLACE), aside=True)
        if said.channel:
            await self._digest(said, channels, now)

    async def _pulled(self) -> list[Watch]:
        """What rules have pulled, when it is time to look whether they still hold: these may be thousands."""
        if time.monotonic() - self._ended < self._pace.rules:
            return []
        self._ended = time.monotonic()
        return await self._store.scan(lambda look: watches.load_lasting(look, PLACE, "pull"))

    def _say_once(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            log.warning("%s", words)

    # --- rules that pull --------------------------------------------------------------------------------------------

    async def _pull(self, rule: Rule, channel: str, now: int) -> None:
        found = await self._store.scan(lambda look: rule.find(look, PLACE, now, AT_ONCE))
        if not found:
            return
        try:
            spot = await self._rooms.spot(channel)
        except Refused as why:
            self._say_once(f"the rule {rule.name} cannot pull: {why}")
            return
        by = Actor(ActorKind.AUTOMATION, f"rule:{rule.name}")
        for one in found:
            with contextlib.suppress(NotFound):  # it was merged at this moment
                await self._store.write(
                    partial(
                        watches.pull_once, place=PLACE, rule=rule.name, conversation=one.id, spot=spot, by=by
                    )
                )

    # --- alerts -----------------------------------------------------------------------------------------------------

    async def _alert(self, rule: Rule, channel: str, lasting: Mapping[str, Watch], now: int) -> bool:
        """Returns whether any is new."""
        new = await self._store.scan(lambda look: self._new(look, rule, lasting, now))
        for subject in new:
            await self._store.write(
                partial(watches.raise_alert, place=PLACE, rule=rule.name, subject=subject, channel=channel),
                aside=True,
            )
        return bool(new)

    async def _new(self, look: Reader, rule: Rule, lasting: Mapping[str, Watch], now: int) -> list[str]:
        said = rule.said
        if said.down is not None:
            return [key for key in await out_of_order(look, now, said.down) if key not in lasting]
        if said.backlog is not None:
            enough = (await rule.tally(look, now))[0] >= said.backlog
            return [MORE] if enough and MORE not in lasting else []
        room = max(ALERTS - len(lasting.keys() - {MORE}), 0)
        found = await rule.find(look, PLACE, now, room + 1)
        more = [MORE] if len(found) > room and MORE not in lasting else []
        return [one.id for one in found[:room]] + more

    async def _end(self, lasting: Sequence[Watch], now: int) -> bool:
        """Those that hold no more are over. Returns whether any is."""
        over = await self._store.scan(lambda look: self._over(look, lasting, now)) if lasting else []
        for key in over:
            await self._store.write(partial(watches.end, key=key), aside=True)
        return bool(over)

    async def _over(self, look: Reader, lasting: Sequence[Watch], now: int) -> list[str]:
        found: list[str] = []
        for name in sorted({one.rule for one in lasting}):
            mine, rule = [one for one in lasting if one.rule == name], self._rules.get(name)
            if rule is None:
                found += [one.id for one in mine]
                continue
            holds = await self._holding(look, rule, [one.subject for one in mine], now)
            found += [one.id for one in mine if one.does != rule.said.does or one.subject not in holds]
        return found

    async def _holding(self, look: Reader, rule: Rule, subjects: Sequence[str], now: int) -> set[str]:
        said = rule.said
        if said.down is not None:
            return set(await out_of_order(look, now, 0))
        if said.backlog is not None:
            return {MORE} if (await rule.tally(look, now))[0] >= said.backlog * STAYS else set()
        facts: Mapping[str, Facts] = await rule.look_up(look, [one for one in subjects if one])
        holds = {key for key, one in facts.items() if rule.matches(now, one)}
        if MORE in subjects and await rule.find(look, PLACE, now, 1):
            holds.add(MORE)
        return holds

    # --- the digest -------------------------------------------------------------------------------------------------

    async def _digest(self, said: SlackDigest, channels: Mapping[str, str], now: int) -> None:
        name = said.channel.lstrip("#")
        channel = channels.get(name) or (name if name in channels.values() else None)
        if channel is None:
            self._say_once(f"the digest names {said.channel}: the app is not there")
            return
        hours = None
        if said.team:
            hours = await self._store.read(lambda look: load_hours_of(look, said.team))
            if hours is None:
                self._say_once(f"the digest waits: the team {said.team} has no hours")
                return
        one = digest.due(said, hours, now)
        if one is None:
            return
        newest, last = await self._store.read(lambda look: watches.last_digest(look, PLACE, digest.NAME))
        if newest is not None and newest >= one.at:
            return
        since = digest.since(last, one.at)
        await self._store.write(
            lambda tx: watches.begin_digest(tx, PLACE, digest.NAME, one.day, channel, since, one.at),
            aside=True,
        )

    # --- what they say ----------------------------------------------------------------------------------------------

    async def _draw(self, one: Watch, shared: bool) -> Drawn:
        if shared:
            return emptied(self._say)
        now = self._desk.clock()
        if one.does == "digest":
            upto = one.upto_at or now
            counted = await self._store.scan(lambda look: digest.count(look, one.began_at, upto, now))
            return digest.draw(self._say, counted, one.began_at, upto)
        alert = await self._store.scan(
            lambda look: load_alert(look, self._rules, one, now, PLACE, self._say.language)
        )
        public = self._desk.config.public_url
        url = public if alert.one is None else f"{public}/c/{alert.one.number}"
        return draw(self._say, alert, url)

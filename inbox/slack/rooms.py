"""The channels that conversations may be pulled to, and who reads them: asked of Slack, remembered for a moment."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.errors import AuthFailed, PermanentError, Refused, TemporaryError, Unavailable, UncertainError
from gateway.stream.pulls import Audience, Spot
from inbox.desk import PlaceRule
from inbox.slack import PLACE
from inbox.slack.client import Client, part
from inbox.slack.understand import STRANGE

log = logging.getLogger(__name__)

FRESH = 60.0
"""Seconds for which it is believed who reads a channel."""
KNOWN = 600.0
"""Seconds for which it is believed who somebody is; `user_change` ends it."""
NEVER = -1e9
MEMBERS_MOST = 200
"""People of a channel who are looked at; in one of more there may be anybody."""
PEOPLE_MOST = 5_000
"""People who are remembered; with more, those of whom something is believed."""
KEPT = ("team_id", "deleted", *STRANGE, "locale", "name", "real_name")
"""Of somebody, beside their display name, what is read."""
WIDE = ("is_ext_shared", "is_shared", "is_org_shared", "is_pending_ext_shared", "is_im", "is_mpim")
AWAY = (TemporaryError, UncertainError, AuthFailed)
KINDS = "public_channel,private_channel"
BELONGS = 1_000
"""Channels of somebody that are asked for; in which others they are nobody knows."""
AT_ONCE = 2.0
"""Seconds in which Slack says so, or all channels are looked at; it waits three for our answer."""
LOOKS = 3
"""How often one looks who reads a channel of which Slack says something meanwhile."""


class Rooms:
    """A `Place` of the desk; one per process."""

    name = PLACE
    label = "Slack"

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._audiences: dict[str, tuple[float, Audience]] = {}
        self._people: dict[str, tuple[float, Mapping[str, Any]]] = {}
        """When each was asked for, and what was said."""
        self._asking: Counter[str] = Counter()
        self._moved: Counter[str] = Counter()
        """How often something was said of a channel; of people, under no name."""
        self._suspects: set[str] = set()
        """Of whom it was said that they are strangers, and who were not asked for since."""
        self._listed: tuple[float, Sequence[tuple[str, str]] | None] = (NEVER, None)

    async def channels(self) -> Sequence[tuple[str, str]]:
        """Those in which the app is; while Slack does not answer, those it said last. Raises Unavailable."""
        at, listed = self._listed
        if listed is None or self._clock() - at > FRESH:
            try:
                listed = await self._list()
            except (AuthFailed, PermanentError) as why:
                raise Unavailable(str(why)) from None
            except (TemporaryError, UncertainError) as why:
                if listed is None:
                    raise Unavailable(str(why)) from None
                log.info("the channels are those of before: %s", why)
            self._listed = self._clock(), listed
        return listed

    async def _list(self) -> Sequence[tuple[str, str]]:
        """Of the app's own: a workspace may have thousands of others."""
        return [
            (one["id"], f"#{one['name']}")
            async for one in self._client.pages(
                "users.conversations", "channels", types=KINDS, exclude_archived=True
            )
            if self._allowed(one["id"], one["name"])
        ]

    async def spot(self, channel: str) -> Spot:
        """By its id. Raises Refused for one where the app is not, or that is not allowed; Unavailable."""
        try:
            info = part(await self._client.call("conversations.info", channel=channel), "channel")
        except AWAY as why:
            raise Unavailable(str(why)) from None
        except PermanentError as why:
            raise Refused("errors.place_channel", f"{channel}: {why.code}") from None
        name = str(info.get("name") or channel)
        if not info.get("is_member") or info.get("is_archived") or not self._allowed(channel, name):
            raise Refused("errors.place_channel", f"{channel} is not one of ours")
        try:
            audience = await self.audience(channel)
        except AWAY:
            audience = Audience.SHARED  # it is looked at again before anything is posted
        return Spot(PLACE, channel, f"#{name}", audience)

    def rules(self) -> Sequence[PlaceRule]:
        said, digest = self._client.config, self._client.config.digest
        told = [PlaceRule(name, one.does, one.channel, one.said) for name, one in said.rules.items()]
        if digest.channel:
            when = {key: getattr(digest, key) for key in ("team", "at", "zone") if getattr(digest, key)}
            told.append(PlaceRule("digest", "digest", digest.channel, when))
        return told

    @property
    def prefix(self) -> str:
        return self._client.config.prefix

    def _allowed(self, channel: str, name: str) -> bool:
        allowed = {one.lstrip("#") for one in self._client.config.channels}
        return not allowed or channel in allowed or name in allowed

    async def without(self, user: str) -> frozenset[str]:
        """The channels of ours in which they certainly are not; while Slack does not say so, none. In a few calls: of
        those of somebody our token sees what is ours, too (https://docs.slack.dev/reference/methods/users.conversations).
        """
        try:
            async with asyncio.timeout(AT_ONCE):
                ours, theirs = await self._joined(), await self._joined(user)
        except (*AWAY, PermanentError, TimeoutError) as why:
            log.info("in which channels somebody is, Slack does not say: %r", why)
            return frozenset()
        return frozenset() if len(theirs) >= BELONGS else ours - theirs

    async def _joined(self, user: str | None = None) -> frozenset[str]:
        """Also those that are archived: what stands there is read there."""
        pages = self._client.pages("users.conversations", "channels", BELONGS, types=KINDS, user=user)
        return frozenset([str(one.get("id")) async for one in pages])

    def now(self) -> float:
        """Of the clock that `audience` is asked by."""
        return self._clock()

    async def audience(self, channel: str, since: float = 0.0) -> Audience:
        """Who reads it now; `since`: one looks, and what was known of its people before does not count. What Slack does
        not say is shared; while it does not answer nobody knows, and that passes: raises TemporaryError, AuthFailed.
        """
        at, known = self._audiences.get(channel, (0.0, None))
        if known is not None and not since and self._clock() - at <= FRESH:
            return known
        for _ in range(LOOKS):
            began, before = self._clock(), self._as_of(channel)
            try:
                known = await self._look(channel, since)
            except PermanentError as why:
                log.info("who reads %s is not known: %s", channel, why)
                return Audience.SHARED
            except UncertainError as why:
                raise TemporaryError(f"who reads {channel} is not known: {why}") from None
            # A look that began before something was said of it must not outlast that.
            if before == self._as_of(channel):
                self._audiences[channel] = began, known
                return known
        raise TemporaryError(f"who reads {channel} changes while one looks")

    def _as_of(self, channel: str) -> tuple[int, int]:
        return self._moved[channel], self._moved[""]

    async def _look(self, channel: str, since: float) -> Audience:
        info = part(await self._client.call("conversations.info", channel=channel), "channel")
        if any(info.get(one) for one in WIDE):
            return Audience.SHARED
        members: list[str] = []
        async for one in self._client.pages(
            "conversations.members", "members", MEMBERS_MOST + 1, channel=channel
        ):
            members.append(one)
        if not members or len(members) > MEMBERS_MOST:
            return Audience.SHARED
        us = (await self._client.me()).team
        # Who was a stranger before says soonest that there is one.
        for one in sorted(members, key=lambda one: not self._seems_strange(us, one)):
            if not _is_of(us, await self.person(one, since=since)):
                return Audience.SHARED
        return Audience.INNER

    def _seems_strange(self, us: str, user: str) -> bool:
        known = self._people.get(user)
        return user in self._suspects or (known is not None and not _is_of(us, known[1]))

    async def may_act(self, user: str) -> bool:
        """Is it, as of a moment ago, still one of our own people? Whoever Slack does not know is not."""
        try:
            return not (await self.person(user, FRESH)).get("deleted") and await self.is_ours(user)
        except PermanentError:
            return False

    async def is_ours(self, user: str) -> bool:
        return _is_of((await self._client.me()).team, await self.person(user))

    async def person(self, user: str, fresh: float = KNOWN, since: float = 0.0) -> Mapping[str, Any]:
        """Their profile, as Slack told it so many seconds ago at most, and not before `since`."""
        at, known = self._people.get(user, (0.0, None))
        if known is not None and at >= since and self._clock() - at <= fresh:
            return known
        began, before = self._clock(), self._moved[""]
        self._asking[user] += 1
        try:
            told = part(await self._client.call("users.info", user=user, include_locale=True), "user")
        finally:
            self._asking -= Counter((user,))
        one = {name: told[name] for name in KEPT if name in told}
        one["profile"] = {"display_name": (told.get("profile") or {}).get("display_name")}
        if before == self._moved[""]:
            self._remember(user, began, one)
        return one

    def _remember(self, user: str, at: float, one: Mapping[str, Any]) -> None:
        last, known = self._people.get(user, (0.0, None))
        if known is not None and last > at:
            return
        self._suspects.discard(user)
        if known is not None and _stands_for(known) != _stands_for(one):
            self._people_moved()
        if len(self._people) >= PEOPLE_MOST:
            # Of those who were asked for since depends who reads which channel.
            old = self._clock() - KNOWN
            self._people = {who: kept for who, kept in self._people.items() if kept[0] >= old}
        self._people[user] = at, one

    def _people_moved(self) -> None:
        self._moved[""] += 1
        self._audiences.clear()

    async def language(self, user: str) -> str:
        """Of what one person is told."""
        try:
            locale = str((await self.person(user)).get("locale") or "")
        except (*AWAY, PermanentError):
            locale = ""
        first = locale.lower().partition("-")[0]
        return first if first in ("en", "ko") else self._client.config.language

    def forget(self, channel: str | None = None, user: str | None = None, *, strange: bool = False) -> None:
        """Something about them has changed; `strange`: so that they are a stranger."""
        if channel is not None:
            self._moved[channel] += 1
            self._audiences.pop(channel, None)
            self._listed = NEVER, self._listed[1]
        if user is not None and strange:
            self._suspects.add(user)
        # Slack tells of every change of everybody: only who was looked at decides who reads a channel.
        if user is not None and (self._people.pop(user, None) is not None or user in self._asking):
            self._people_moved()


def _stands_for(one: Mapping[str, Any]) -> tuple[object, bool]:
    """Their organisation, and whether they are a stranger in it."""
    return one.get("team_id"), any(one.get(name) for name in STRANGE)


def _is_of(team: str, one: Mapping[str, Any]) -> bool:
    return _stands_for(one) == (team, False)

"""The channels that conversations may be pulled to, and who reads them: asked of Slack, remembered for a moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.errors import AuthFailed, PermanentError, Refused, TemporaryError, Unavailable, UncertainError
from gateway.stream.pulls import Audience, Spot
from inbox.slack import PLACE
from inbox.slack.client import Client
from inbox.slack.understand import STRANGE

log = logging.getLogger(__name__)

FRESH = 60.0
"""Seconds for which it is believed who reads a channel."""
KNOWN = 600.0
"""Seconds for which it is believed who somebody is; `user_change` ends it."""
NEVER = -1e9
MEMBERS_MOST = 200
"""People of a channel who are looked at; in one of more there may be anybody."""
WIDE = ("is_ext_shared", "is_shared", "is_org_shared", "is_pending_ext_shared", "is_im", "is_mpim")
AWAY = (TemporaryError, UncertainError, AuthFailed)


class Rooms:
    """A `Place` of the desk; one per process."""

    name = PLACE
    label = "Slack"

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._audiences: dict[str, tuple[float, Audience]] = {}
        self._people: dict[str, tuple[float, Mapping[str, Any]]] = {}
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
        kinds = "public_channel,private_channel"
        return [
            (one["id"], f"#{one['name']}")
            async for one in self._client.pages(
                "users.conversations", "channels", types=kinds, exclude_archived=True
            )
            if self._allowed(one["id"], one["name"])
        ]

    async def spot(self, channel: str) -> Spot:
        """By its id. Raises Refused for one where the app is not, or that is not allowed; Unavailable."""
        try:
            info = (await self._client.call("conversations.info", channel=channel))["channel"]
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

    def _allowed(self, channel: str, name: str) -> bool:
        allowed = {one.lstrip("#") for one in self._client.config.channels}
        return not allowed or channel in allowed or name in allowed

    async def audience(self, channel: str) -> Audience:
        """Who reads it now. What Slack does not say is shared; while it does not answer nobody knows, and that passes:
        raises TemporaryError, AuthFailed."""
        at, known = self._audiences.get(channel, (0.0, None))
        if known is None or self._clock() - at > FRESH:
            try:
                known = await self._look(channel)
            except PermanentError as why:
                log.info("who reads %s is not known: %s", channel, why)
                return Audience.SHARED
            except UncertainError as why:
                raise TemporaryError(f"who reads {channel} is not known: {why}") from None
            self._audiences[channel] = self._clock(), known
        return known

    async def _look(self, channel: str) -> Audience:
        info = (await self._client.call("conversations.info", channel=channel))["channel"]
        if any(info.get(one) for one in WIDE):
            return Audience.SHARED
        members: list[str] = []
        async for one in self._client.pages(
            "conversations.members", "members", MEMBERS_MOST + 1, channel=channel
        ):
            members.append(one)
        if not members or len(members) > MEMBERS_MOST:
            return Audience.SHARED
        for one in members:
            if not await self.is_ours(one):
                return Audience.SHARED
        return Audience.INNER

    async def may_act(self, user: str) -> bool:
        """Is it, as of a moment ago, still one of our own people? Whoever Slack does not know is not."""
        try:
            return not (await self.person(user, FRESH)).get("deleted") and await self.is_ours(user)
        except PermanentError:
            return False

    async def is_ours(self, user: str) -> bool:
        one = await self.person(user)
        if any(one.get(name) for name in STRANGE):
            return False
        return bool(one.get("team_id") == (await self._client.me()).team)

    async def person(self, user: str, fresh: float = KNOWN) -> Mapping[str, Any]:
        """Their profile, as Slack told it so many seconds ago at most."""
        at, known = self._people.get(user, (0.0, None))
        if known is None or self._clock() - at > fresh:
            known = (await self._client.call("users.info", user=user, include_locale=True))["user"]
            self._people[user] = self._clock(), known
        return known

    async def language(self, user: str) -> str:
        """Of what one person is told."""
        try:
            locale = str((await self.person(user)).get("locale") or "")
        except (*AWAY, PermanentError):
            locale = ""
        first = locale.lower().partition("-")[0]
        return first if first in ("en", "ko") else self._client.config.language

    def forget(self, channel: str | None = None, user: str | None = None) -> None:
        """Something about them has changed."""
        if channel is not None:
            self._audiences.pop(channel, None)
            self._listed = NEVER, self._listed[1]
        # Slack tells of every change of everybody: only who was looked at decides who reads a channel.
        if user is not None and self._people.pop(user, None) is not None:
            self._audiences.clear()

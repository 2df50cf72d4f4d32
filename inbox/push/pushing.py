"""Follows the notices: what an agent was not told by a tab of theirs goes to their browsers' push services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web

from gateway.bus import PrivateChanged
from gateway.channels._public_net import public_connector
from gateway.egress.types import NoticeView
from gateway.errors import Unavailable
from gateway.store import Reader, Store
from inbox.desk import Desk
from inbox.notices import load_some
from inbox.preferences import load_preferences, load_present, wants_quiet
from inbox.push.endpoints import is_known
from inbox.push.keys import Vapid
from inbox.push.sending import Outcome, send, send_once
from inbox.push.subscriptions import Device, Due, begin_pushing, forget_expired, take_due

log = logging.getLogger(__name__)

PATIENCE = ClientTimeout(total=10.0)
AT_ONCE = 8
"""Pushes under way to one service: a service that does not answer keeps nobody's but its own waiting."""
AGAIN = 1.0
"""Seconds until it is tried again while the database is away."""
NAME = 60
"""Characters of a customer's name in a preview."""


class Pusher:
    """`is_here` says whether a tab of this agent lives. To `run` is a duty of one process, by the store it is given; to
    try a device out is anybody's."""

    def __init__(self, desk: Desk, is_here: Callable[[str], bool], store: Store | None = None) -> None:
        self._desk = desk
        self._store = store or desk.store
        self._is_here = is_here
        self._wake = asyncio.Event()
        self._taken: Sequence[Due] = ()
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self.vapid = Vapid(desk.store.secret, desk.config.public_url)

    async def run(self) -> None:
        """Runs for as long as the duty is held. Survives a database that is gone for a while."""
        stop = self._desk.bus.take_signals(PrivateChanged, self._told)
        try:
            await self._begin()
            # Who has just begun has heard of nobody yet: for one ping it cannot tell who is away.
            await asyncio.sleep(self._desk.limits.presence_ping / 1000)
            self._wake.set()
            services = self._desk.config.push.services
            async with connection(services) as http, asyncio.TaskGroup() as sending:
                while True:
                    await self._wake.wait()
                    # Whoever has just closed a tab may be back in a moment, and whoever reads needs no ring.
                    await asyncio.sleep(self._desk.limits.presence_settles / 1000)
                    self._wake.clear()
                    for due, payload in await self.due():
                        sending.create_task(self.deliver(http, due.device, payload))
        finally:
            stop()

    async def try_out(self, device: Device) -> Outcome:
        """A notification that says only that it works, at once and without a second try."""
        async with connection(self._desk.config.push.services) as http:
            payload = {"kind": "test", "language": await self._language(device.agent)}
            status, _ = await send_once(http, self.vapid, device, payload, self._desk.clock())
        if status in (404, 410):
            await self._store.write(lambda tx: forget_expired(tx, device))
            return "gone"
        return "sent" if status is not None and status < 400 else "failed"

    def _told(self, said: PrivateChanged) -> None:
        if said.private.get("notices", {}).get("latest"):
            self._wake.set()

    async def _begin(self) -> None:
        while True:
            try:
                return await self._store.write(begin_pushing)
            except Unavailable as why:
                log.warning("pushing waits: %s", why)
                await asyncio.sleep(AGAIN)

    async def due(self) -> Sequence[tuple[Due, dict[str, Any]]]:
        """What has been noticed since the last time and no tab tells, with what is said of it."""
        try:
            # What was taken and could not be read, because the database went away between the two, waits here.
            self._taken = [*self._taken, *await self._store.write(take_due)]
            wanted = [due for due in self._taken if not self._is_here(due.device.agent)]
            told = await self._store.scan(lambda look: self._payloads(look, wanted)) if wanted else []
            self._taken = []
            return told
        except Unavailable as why:
            log.warning("pushing waits: %s", why)
            self._wake.set()
            await asyncio.sleep(AGAIN)
        except Exception:
            log.exception("what is due could not be pushed; it stands in the list")
        return []

    async def _payloads(self, look: Reader, wanted: Sequence[Due]) -> list[tuple[Due, dict[str, Any]]]:
        """What goes to whom: only what its agent may see as of now, wants to be told, and not in quiet time."""
        agents = {due.device.agent for due in wanted}
        notices = await load_some(look, {due.notice for due in wanted})
        said = await load_preferences(look, agents)
        present = await load_present(look, agents)
        views = {(agent, view["id"]): view for agent, found in notices.items() for view in found}
        told, now = [], self._desk.clock()
        for due in wanted:
            agent = due.device.agent
            view = views.get((agent, due.notice))
            if view is None or wants_quiet(said[agent], now) or not wants(said[agent], view["kind"]):
                continue
            if view["kind"] != "new" or agent in present:  # new customers are for whoever is there for them
                told.append((due, payload_of(view, said[agent])))
        return told

    async def _language(self, agent: str) -> str:
        said = await self._store.read(lambda look: load_preferences(look, [agent]))
        return language_of(said[agent])

    async def deliver(self, http: ClientSession, device: Device, payload: dict[str, Any]) -> None:
        """Never raises: one browser's odd keys must not silence all others."""
        try:
            if is_known(device.endpoint, self._desk.config.push.services):
                async with self._lane(device.endpoint):
                    outcome = await send(http, self.vapid, device, payload, self._desk.clock)
            else:
                outcome = "gone"  # the service was taken out of the configuration since
            if outcome == "gone":
                await self._store.write(lambda tx: forget_expired(tx, device))
        except Unavailable as why:
            log.warning("an expired subscription stays until the next push: %s", why)
        except Exception:
            log.exception("%r could not be told", device)

    def _lane(self, endpoint: str) -> asyncio.Semaphore:
        return self._lanes.setdefault(urlsplit(endpoint).netloc, asyncio.Semaphore(AT_ONCE))


def connection(services: Iterable[str]) -> ClientSession:
    """To push services: patient for a while, keeping no cookies, into the public network only; but a service that the
    configuration names whole may stand anywhere."""
    trusted = {urlsplit(one).hostname or "" for one in services if "*" not in one}
    return ClientSession(connector=public_connector(trusted), timeout=PATIENCE, cookie_jar=DummyCookieJar())


PUSHER: web.AppKey[Pusher] = web.AppKey("pusher", Pusher)


def _notify(preferences: Mapping[str, Any]) -> Mapping[str, Any]:
    """The preference `notify` is the browser's own: nothing in it may be relied on."""
    said = preferences.get("notify")
    return said if isinstance(said, dict) else {}


def wants(preferences: Mapping[str, Any], kind: str) -> bool:
    """Does the agent want to be told of this kind? Yes, unless it was switched off."""
    kinds = _notify(preferences).get("kinds")
    return not isinstance(kinds, dict) or kinds.get(kind) is not False


def language_of(preferences: Mapping[str, Any]) -> str:
    """Empty: the browser's own."""
    said = preferences.get("language")
    return said if said in ("en", "ko") else ""


def payload_of(notice: NoticeView, preferences: Mapping[str, Any]) -> dict[str, Any]:
    """No word and no name of anybody passes a push service unless the agent has asked for previews."""
    payload: dict[str, Any] = {
        "kind": notice["kind"],
        "id": notice["id"],
        "conversation": notice["conversation"],
        "number": notice["number"],
        "message": notice["message"],
        "n": notice["n"],
        "language": language_of(preferences),
    }
    if _notify(preferences).get("preview") is True:
        payload |= {"name": notice["contact"][:NAME], "text": notice["text"]}
    return payload

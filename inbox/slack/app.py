"""Hanging Slack on the house: the place in the desk, the door where Slack calls us, and the works of its duty."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

import aiohttp
from aiohttp import web

from gateway.duties import Work
from gateway.store import Store
from inbox.desk import Desk
from inbox.slack import PLACE, door
from inbox.slack.acts import Acts
from inbox.slack.client import Client
from inbox.slack.draws import Draws
from inbox.slack.home import Homes
from inbox.slack.inward import Inward
from inbox.slack.rooms import Rooms
from inbox.slack.send import Pace, Sender, forget_seen
from inbox.slack.socket import Listener
from inbox.slack.watch import Watcher


@contextlib.asynccontextmanager
async def open_slack(
    application: web.Application, desk: Desk, pace: Pace | None = None
) -> AsyncIterator[Sequence[Work]]:
    """Yields what one process does for the whole deployment; nothing where there is no token."""
    config = desk.config.slack
    if not config.enabled:
        yield ()
        return
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = Client(config, session)
        rooms = Rooms(client)
        desk.places[PLACE] = rooms

        def inward(store: Store) -> Inward:
            return Inward(store, client, Acts(desk, store, client, rooms), config.prefix)

        works: list[Work] = [
            lambda store: Sender(store, desk.bus, client, rooms, Draws(desk, store), desk.clock, pace).run(),
            forget_seen,
            lambda store: Watcher(store, desk, client, rooms, pace).run(),
            lambda store: Homes(store, desk, client, rooms, pace).run(),
        ]
        if config.app_token.get_secret_value():
            works.append(lambda store: Listener(config, session, inward(store), desk.clock).run())
        else:
            door.hang(application, desk.config, inward(desk.store))
        yield works

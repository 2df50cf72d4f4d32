"""Hanging Slack on the house: the place in the desk, the door where Slack calls us, and the works of its duty."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from gateway.duties import Work
from gateway.fetch import Fetcher
from gateway.store import Store
from inbox.desk import Desk
from inbox.slack import PLACE, door
from inbox.slack.acts import Acts
from inbox.slack.bring import ACCOUNT, Bringing, open_road
from inbox.slack.client import Client, open_session
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
    async with (
        open_session() as session,
        open_road(config.api_base) as road,
    ):
        client = Client(config, session)
        rooms = Rooms(client)
        desk.places[PLACE] = rooms

        def inward(store: Store) -> Inward:
            return Inward(store, client, Acts(desk, store, client, rooms), config.prefix)

        def sender(store: Store) -> Sender:
            draws = Draws(desk, store)
            return Sender(
                store, desk.bus, client, rooms, draws, desk.clock, pace, media=desk.media, road=road
            )

        async def fetch(store: Store) -> None:
            sources = Bringing(client, road)
            fetcher = Fetcher(store, sources, desk.media, desk.limits, desk.clock, only=ACCOUNT)
            stop = desk.bus.take_events(fetcher.hear)
            try:
                await fetcher.run()
            finally:
                stop()

        works: list[Work] = [lambda store: sender(store).run(), fetch, forget_seen]
        works += [
            lambda store: Watcher(store, desk, client, rooms, pace).run(),
            lambda store: Homes(store, desk, client, rooms, pace).run(),
        ]
        if config.app_token.get_secret_value():
            works.append(lambda store: Listener(config, session, inward(store), desk.clock).run())
        else:
            door.hang(application, desk.config, inward(desk.store))
        yield works

"""The socket machinery, with a door of the test's own on a real store: frames, gathering, catching up, slow browsers.

The `websockets` library reads what we write: it knows nothing of ours and checks every frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from yarl import URL

from gateway import live
from gateway.bus import Bus
from gateway.crowd import Crowd
from gateway.errors import Unavailable
from gateway.events import SYSTEM, Event, Kind
from gateway.frames import encode
from gateway.limits import Limits
from gateway.live import CLOSE_PROTOCOL, CLOSE_SLOW, Hub, LiveSession, first_text, heard, open_socket
from gateway.serving import Runner
from gateway.store import Cursor, Reader, Store, Tx, open_store
from gateway.stream.trim import trim_log
from tests.databases import BOTH, Database, prepare
from tests.hours import Hours
from tests.servers.postgres import Postgres

SOON = 20.0
"""Seconds after which what should have come is missing."""

# --- a door of the test's own ---------------------------------------------------------------------------------------


class NumberHub(Hub[LiveSession, None]):
    """Tells everybody the positions of all facts, and `padding` bytes with each frame; as a crowd, as the agents' door
    does."""

    padding = 0
    fault: Exception | None = None
    """Raised once, the next time something is read for telling."""
    deliver_fault: Exception | None = None

    def __init__(self, store: Store, bus: Bus, limits: Limits) -> None:
        super().__init__(store, bus, limits)
        self.crowd: Crowd[LiveSession] = Crowd()
        self.lagged = 0

    def lag(self, session: LiveSession) -> None:
        self.lagged += 1
        super().lag(session)

    def joined(self, session: LiveSession) -> None:
        self.crowd.add(session)

    def left(self, session: LiveSession) -> None:
        self.crowd.discard(session)

    def ask(self, session: LiveSession) -> None:
        self.crowd.ask(session)

    async def load(self, look: Reader, events: Sequence[Event]) -> None:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault

    def deliver(self, events: Sequence[Event], content: None, sessions: Iterable[LiveSession]) -> None:
        if self.deliver_fault is not None:
            fault, self.deliver_fault = self.deliver_fault, None
            raise fault
        positions = [event.position for event in events]
        crowd = self.crowd if sessions is self.sessions else Crowd(tuple(sessions))
        crowd.write(encode({"at": positions[-1], "positions": positions, "padding": "x" * self.padding}))


class Served(TestServer):
    """Its connections are ours, as in a deployment: they say when a browser is slow."""

    async def _make_runner(self, **options: Any) -> Runner:
        return Runner(self.app, **options)


@dataclass
class Room:
    store: Store
    hub: NumberHub
    limits: Limits
    url: str = ""
    at_start: Callable[[LiveSession], Any] | None = None
    """What a session is told before it joins."""
    met: list[LiveSession] = field(default_factory=list)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        async with open_socket(
            request, self.limits, lambda ws: LiveSession(request, ws, self.limits)
        ) as session:
            self.met.append(session)
            await self._converse(session)
        return session.ws

    async def _converse(self, session: LiveSession) -> None:
        text = await first_text(session, self.limits)
        if text is None:
            session.cut(CLOSE_PROTOCOL)
            return
        cursor, refused = self.hub.resumable(text)
        try:
            if cursor is None:
                session.position = self.store.published
                session.send({"reset": refused, "at": session.position})
            else:
                session.position = cursor.position
            if self.at_start is not None:
                self.at_start(session)
            if not await self.hub.join(session):
                session.send({"reset": "too_old", "at": self.store.published})
                return
            async for message in heard(session):
                if message.data == "work":
                    time.sleep(0.002)  # noqa: ASYNC251 - a frame whose taking costs something and waits for nothing
                if message.data == "fail":
                    raise RuntimeError("a door's fault")
                if message.data == "away":
                    raise Unavailable("the database is away")
        finally:
            self.hub.leave(session)

    async def happens(self, count: int = 1) -> int:
        """So many facts in one transaction; returns the newest position."""

        async def verb(tx: Tx) -> None:
            for _ in range(count):
                tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now))

        await self.store.write(verb)
        return self.store.published

    def cursor(self, position: int) -> str:
        return str(Cursor(self.store.epoch, position))


@contextlib.asynccontextmanager
async def open_room(
    store: Store, limits: Limits | None = None, hub: type[NumberHub] = NumberHub
) -> AsyncIterator[Room]:
    bus, bounds = Bus(), limits or Limits()
    room = Room(store, hub(store, bus, bounds), bounds)
    store.publish_to(bus.publish)
    app = web.Application()
    app.router.add_get("/", room.socket)
    server = Served(app)
    await server.start_server()
    room.url = str(server.make_url("/").with_scheme("ws"))
    running = asyncio.create_task(room.hub.run())
    try:
        yield room
    finally:
        assert not running.done(), "the hub survives whatever happens"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite:///{tmp_path}/live.db")
    yield opened
    await opened.close()


@pytest.fixture
async def room(store: Store) -> AsyncIterator[Room]:
    async with open_room(store) as opened:
        yield opened


@contextlib.asynccontextmanager
async def fresh_database(server: Postgres | None, folder: Path) -> AsyncIterator[Database]:
    database = Database(server.copy_of("schema", prepare) if server else "sqlite:///live.db", folder)
    yield database
    await database.close()
    if server:
        server.drop(database.url)


@pytest.fixture
async def on_postgres(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(postgres, tmp_path) as database:
        yield database


@pytest.fixture(params=BOTH)
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    async with fresh_database(server, tmp_path) as database, open_room(await database.open()) as room:
        yield room


class Browser:
    """Reads until it is told that it stands at a position."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[dict[str, Any]] = []

    async def reaches(self, position: int) -> list[int]:
        """Every position it was told, in order."""
        async with asyncio.timeout(SOON):
            while not self.frames or self.frames[-1].get("at", 0) < position:
                self.frames.append(orjson.loads(await self.connection.recv()))
        return self.positions

    def wake(self) -> None:
        self.connection.transport.resume_reading()

    @property
    def positions(self) -> list[int]:
        return [one for frame in self.frames for one in frame.get("positions", ())]

    async def ended(self) -> int | None:
        async with asyncio.timeout(SOON):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    self.frames.append(orjson.loads(await self.connection.recv()))
        return self.connection.close_code


@contextlib.asynccontextmanager
async def browser(room: Room, cursor: str = "", **more: Any) -> AsyncIterator[Browser]:
    async with connect(room.url, proxy=None, max_size=None, ping_interval=None, **more) as connection:
        await connection.send(cursor)
        yield Browser(connection)


@contextlib.asynccontextmanager
async def stalled_browser(room: Room, cursor: str = "") -> AsyncIterator[Browser]:
    """It reads nothing until it is asked to, and its machine keeps little for it."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (URL(room.url).host, URL(room.url).port))
    async with browser(room, cursor, sock=raw) as one:
        one.connection.transport.pause_reading()
        yield one
        one.wake()


async def become(true: Callable[[], object]) -> None:
    """Soon it is so."""
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110 - what we wait for is on the other side of a socket
            await asyncio.sleep(0.005)


async def joined(room: Room, count: int = 1) -> None:
    await become(lambda: len(room.hub.sessions) >= count)


OVER = (-1, 0, 1, 125, 126)
"""Bytes below and above a whole number of pieces."""

# --- frames ---------------------------------------------------------------------------------------------------------


async def test_frames_of_every_size_arrive_whole(room: Room) -> None:
    sizes = [1, 100, 125 - 12, 126 - 12, 127 - 12, 65_535, 65_536, 400_000]
    room.at_start = lambda session: session.send(["x" * size for size in sizes])

    async with browser(room) as one:
        await room.happens()
        async with asyncio.timeout(SOON):
            assert orjson.loads(await one.connection.recv())["reset"] is None
            assert [len(text) for text in orjson.loads(await one.connection.recv())] == sizes


async def test_a_browser_that_says_no_text_first(room: Room, store: Store) -> None:
    async with connect(room.url, proxy=None) as connection:
        await connection.send(b"binary")
        await connection.wait_closed()
        assert connection.close_code == CLOSE_PROTOCOL
    async with (
        open_room(store, Limits(hello_wait=1_000)) as impatient,
        connect(impatient.url, proxy=None) as silent,
    ):
        await silent.wait_closed()
        assert silent.close_code == CLOSE_PROTOCOL


@pytest.mark.parametrize(("fault", "code"), [("fail", 1011), ("away", 1013)])
async def test_a_failed_session_ends_with_a_code(room: Room, fault: str, code: int) -> None:
    async with browser(room) as broken, browser(room) as other:
        await joined(room, 2)
        await broken.connection.send(fault)
        assert await broken.ended() == code
        assert await other.reaches(await room.happens()) == [1]
    await become(lambda: not room.hub.sessions)


# --- gathering ------------------------------------------------------------------------------------------------------

PATIENT = Limits().model_copy(update={"gather": 60_000, "heartbeat": 3_600_000})
"""A minute for company: nobody waits so long by chance."""


async def test_at_low_load_a_fact_goes_out_at_once(store: Store) -> None:
    async with open_room(store, PATIENT) as room, browser(room) as one:
        await joined(room)
        for _ in range(4):
            await one.reaches(await room.happens())  # or it waited for company, and longer than we do


async def test_under_load_facts_share_a_frame(store: Store) -> None:
    async with open_room(store, PATIENT) as room, browser(room) as one:
        await joined(room)
        hours = Hours()
        await one.reaches(await room.happens(5))
        last = [await room.happens(5) for _ in range(4)][-1]
        hours.passes(60)
        assert await one.reaches(last) == list(range(1, last + 1))
        assert len(one.frames) == 3, "the beginning, the first crowd, all others"


# --- catching up ----------------------------------------------------------------------------------------------------


async def test_joining_while_others_write_leaves_no_gap_and_no_double(both: Room) -> None:
    chance = random.Random(7)
    await both.happens(250)

    async def writes() -> None:
        for _ in range(60):
            await both.happens(chance.choice([1, 1, 3, 40]))
            await asyncio.sleep(chance.choice([0, 0, 0.002]))

    async def follows(start: int, delay: float) -> None:
        await asyncio.sleep(delay)
        async with browser(both, both.cursor(start)) as one:
            await done.wait()
            assert await one.reaches(both.store.published) == list(range(start + 1, both.store.published + 1))

    done = asyncio.Event()
    followers = [
        asyncio.create_task(follows(chance.randrange(250), chance.random() * 0.15)) for _ in range(20)
    ]
    await writes()
    done.set()
    await asyncio.gather(*followers)


async def test_a_story_goes_on_from_any_cursor(both: Room) -> None:
    last = await both.happens(live.REPLAY * 2 + 3)
    for start in (0, 1, live.REPLAY - 1, live.REPLAY, live.REPLAY + 1, last - 1, last):
        async with browser(both, both.cursor(start)) as one:
            await joined(both)
            if start < last:
                assert await one.reaches(last) == list(range(start + 1, last + 1))
        await become(lambda: not both.hub.sessions)


async def test_a_snapshot_newer_than_the_hub_is_not_told_twice(both: Room) -> None:
    """The hub has not flushed yet what the session's snapshot shows already."""
    both.at_start = lambda session: setattr(session, "position", both.store.published)
    async with browser(both, both.cursor(0)) as one:
        writing = [asyncio.create_task(both.happens(3)) for _ in range(10)]
        await asyncio.gather(*writing)
        await joined(both)
        last = await both.happens()
        positions = await one.reaches(last)
        assert positions == list(range(positions[0], last + 1))


@pytest.mark.parametrize(
    ("cursor", "reason"),
    [("other.0", "epoch"), ("other.999", "epoch"), ("{epoch}.999", "too_old"), ("{epoch}.0", "too_old")],
)
async def test_a_cursor_that_cannot_go_on(both: Room, cursor: str, reason: str) -> None:
    await both.happens(5)
    await trim_log(both.store, both.store.published + 10**15)
    await both.happens(2)
    async with browser(both, cursor.replace("{epoch}", both.store.epoch)) as one:
        async with asyncio.timeout(SOON):
            assert orjson.loads(await one.connection.recv())["reset"] == reason


async def test_who_stood_before_a_newer_versions_fact_starts_over_behind_it(on_postgres: Database) -> None:
    """A process that began after it has read the rows as they are since: nobody asks it in vain for ever."""
    ours = await on_postgres.open()
    async with open_room(ours) as room:
        await room.happens(5)
        await ours.write(lambda tx: tx.run("update events set kind = 'roof.raised' where position = 3"))
        async with browser(room, room.cursor(0)) as one, asyncio.timeout(SOON):
            assert orjson.loads(await one.connection.recv())["positions"] == [1, 2]
            assert orjson.loads(await one.connection.recv())["reset"] == "too_old"
        async with browser(room, room.cursor(3)) as one:
            assert await one.reaches(5) == [4, 5]


async def test_too_far_behind_is_told_at_once(room: Room) -> None:
    for _ in range(6):
        await room.happens(live.REPLAY_MOST // 5)
    assert room.hub.resumable(room.cursor(1)) == (None, "too_old")
    near = room.store.published - live.REPLAY_MOST
    assert room.hub.resumable(room.cursor(near)) == (Cursor(room.store.epoch, near), None)


async def test_a_cursor_from_another_process_that_is_ahead_of_this_one(on_postgres: Database) -> None:
    """It saw more than we have published yet: that is no other epoch, and nothing is told twice."""
    ours, theirs = await on_postgres.open(), await on_postgres.open()
    async with open_room(ours) as room:
        other = Room(theirs, room.hub, room.limits)
        ahead = await other.happens(3)
        assert ours.published == 0
        async with browser(room, room.cursor(ahead)) as one:
            await joined(room)
            await ours.look_at_head()
            last = ahead + 2
            await other.happens(2)
            await ours.look_at_head()
            assert await one.reaches(last) == [ahead + 1, ahead + 2]


async def test_a_browser_that_says_much_at_once_does_not_keep_the_others_waiting(room: Room) -> None:
    """Its frames have all come when the first is taken; what holds the loop for long fails every test."""
    async with browser(room) as loud, browser(room) as other:
        await joined(room, 2)
        for _ in range(500):
            await loud.connection.send("work")
        await other.reaches(await room.happens())


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Unavailable("away"), RuntimeError("a row that cannot be read")])
async def test_what_cannot_be_told_cuts_everybody_and_all_come_back(room: Room, fault: Exception) -> None:
    async with browser(room) as first, browser(room) as second:
        await joined(room, 2)
        await first.reaches(await room.happens())
        room.hub.fault = fault
        last = await room.happens()
        assert await first.ended() == await second.ended() == CLOSE_SLOW
    for one in (first, second):
        start = one.frames[-1]["at"]
        async with browser(room, room.cursor(start)) as again:
            last = await room.happens()
            assert one.positions + await again.reaches(last) == list(range(1, last + 1))


async def test_a_fault_while_telling_harms_the_hub_in_no_way(room: Room) -> None:
    async with browser(room) as one:
        await joined(room)
        room.hub.deliver_fault = RuntimeError("half told")
        await room.happens()
        assert await one.ended() == CLOSE_SLOW
    async with browser(room, room.cursor(0)) as again:
        assert await again.reaches(await room.happens()) == [1, 2]


async def test_a_replay_that_cannot_be_read_starts_over(room: Room) -> None:
    await room.happens(3)
    room.hub.fault = RuntimeError("a row that cannot be read")
    async with browser(room, room.cursor(0)) as one:
        async with asyncio.timeout(SOON):
            assert orjson.loads(await one.connection.recv())["reset"] == "too_old"


@pytest.mark.may_block("psql hangs up before the hub can read")
async def test_a_database_that_goes_away_between_commit_and_telling(
    postgres: Postgres, on_postgres: Database
) -> None:
    """For real: PostgreSQL hangs up while the hub reads and takes nobody for a while; who comes back misses nothing."""
    name = URL(on_postgres.url).name
    async with open_room(await on_postgres.open()) as room:
        async with browser(room) as one:
            await joined(room)
            await room.happens()
            postgres.execute(f'alter database "{name}" allow_connections false')
            postgres.execute(
                f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
            )
            assert await one.ended() == CLOSE_SLOW
        async with browser(room, room.cursor(0)) as early:
            assert await early.ended() in (1011, 1013), "not yet: try again"
        postgres.execute(f'alter database "{name}" allow_connections true')
        async with browser(room, room.cursor(0)) as again:
            assert await again.reaches(1) == [1]
            last = await room.happens()
            assert await again.reaches(last) == list(range(1, last + 1))

"""The composition root: everything opens, hangs together and closes, whatever one part does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, WSMsgType
from pydantic import SecretStr

from gateway import app
from gateway.app import Parley, listening, open_parley
from gateway.channels.registry import Channels, make
from gateway.config import Config, Database, Redis, Server
from gateway.door import HEADERS
from gateway.errors import ConfigError, TemporaryError, Unavailable
from gateway.events import SYSTEM, Event, Kind
from gateway.limits import Limits
from gateway.seat import Taken
from gateway.sockets import SOCKETS
from gateway.store import Reader, Tx, open_store
from gateway.stream.agents import add_agent
from inbox.auth.tokens import make_token
from inbox.desk import DESK
from inbox.directory import load_directory
from tests.world import until

CHANNELS = {"web": {"type": "webchat", "label": "Website"}}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path, channels=CHANNELS)


@pytest.fixture
async def parley(config: Config) -> AsyncIterator[Parley]:
    async with open_parley(config) as opened:
        yield opened


@pytest.fixture
async def url(parley: Parley) -> AsyncIterator[str]:
    async with listening(parley, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def accounts(look: Reader) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await look.all("select id, label, state from accounts order by id")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/c/17", "text/html"),
        ("/chat/web", "text/html"),
        ("/widget.js", "text/javascript"),
        ("/healthz", "text/plain"),
        ("/readyz", "text/plain"),
        ("/api/v1/openapi.json", "application/json"),
        ("/api/v1/asyncapi.json", "application/json"),
    ],
)
async def test_every_door_is_hung(url: str, path: str, kind: str) -> None:
    async with ClientSession() as client, client.get(url + path) as answer:
        assert (answer.status, answer.content_type) == (200, kind)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_what_nobody_hung_is_a_problem_not_a_page(url: str) -> None:
    async with ClientSession() as client, client.get(f"{url}/nowhere") as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_a_head_too_long_to_read_is_a_problem_that_repeats_nothing(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = {"Cookie": "parley=" + "0123456789" * 1_000}
    async with ClientSession() as client, client.get(url, headers=cookie) as answer:
        assert (answer.status, answer.content_type) == (400, "application/problem+json")
        assert "0123456789" not in await answer.text()
    assert "could not be read" in caplog.text and "0123456789" not in caplog.text


async def test_redis_is_for_several_processes_and_may_be_away(
    config: Config, caplog: pytest.LogCaptureFixture, postgres_url: str
) -> None:
    named = {"redis": Redis(url=SecretStr("redis://:hush@127.0.0.1:1"))}
    async with open_parley(config.model_copy(update=named)) as alone:
        assert alone.carriage is None, "on SQLite there is one process"
    several = named | {"database": Database(url=SecretStr(postgres_url))}
    async with open_parley(config.model_copy(update=several)) as parley:
        assert parley.carriage is not None
        await until(lambda: "Redis is away" in caplog.text)
    assert "hush" not in caplog.text


async def test_accounts_follow_the_configuration(config: Config) -> None:
    async with open_parley(config) as parley:
        assert await parley.store.read(accounts) == [("web", "Website", "active")]
    other = {"shop": {"type": "webchat", "label": "Shop"}}
    async with open_parley(config.model_copy(update={"channels": other})) as parley:
        assert await parley.store.read(accounts) == [
            ("shop", "Shop", "active"),
            ("web", "Website", "retired"),
        ]


async def test_an_account_is_called_by_its_name_in_each_language(config: Config) -> None:
    async def named(parley: Parley) -> object:
        return (await parley.store.read(lambda look: load_directory(look, parley.channels)))["accounts"][0][
            "label"
        ]

    both = {"en": "Shop", "ko": "가게"}
    told = config.model_copy(update={"channels": {"web": {"type": "webchat", "label": both}}})
    async with open_parley(told) as parley:
        assert await named(parley) == both
    async with open_parley(config) as parley:
        assert await named(parley) == {"en": "Website", "ko": "Website"}
    bare = config.model_copy(update={"channels": {"web": {"type": "webchat"}}})
    async with open_parley(bare) as parley:
        assert await named(parley) == {"en": "Web chat", "ko": "웹 채팅"}


async def test_going_down_tells_every_browser_to_come_back(config: Config) -> None:
    async with open_parley(config) as parley, ClientSession() as client:
        async with listening(parley, "127.0.0.1", 0) as port:
            base = f"http://127.0.0.1:{port}"
            async with client.post(f"{base}/visitor/web/session", json={}) as answer:
                token = (await answer.json())["token"]
            socket = await client.ws_connect(f"{base}/ws/visitor/web", headers={"Origin": base})
            await socket.send_json({"kind": "hello", "protocol": 1, "token": token})
            assert (await socket.receive_json())["kind"] == "hello"
            assert (await socket.receive_json())["kind"] == "snapshot"
        last = await socket.receive()
        assert (last.type, last.data) == (WSMsgType.CLOSE, 1012)


async def test_who_leaves_says_so_and_answers_whoever_waits(parley: Parley, url: str) -> None:
    async def verb(tx: Tx) -> str:
        agent = await add_agent(tx, "ada@example.com", "Ada", "admin", SYSTEM)
        return (await make_token(tx, agent, "test")).secret

    token = {"Authorization": f"Bearer {await parley.store.write(verb)}"}
    async with ClientSession() as client:
        async with client.get(f"{url}/readyz") as answer:
            assert (answer.status, answer.headers.get("Connection")) == (200, None)
        waiting = {"after": str(parley.store.cursor), "wait": "60000"}
        asked = asyncio.create_task(client.get(f"{url}/api/v1/events", params=waiting, headers=token))
        await until(lambda: bool(parley.web[DESK].waiting))
        parley.leave()
        async with await asked as answer:
            assert (answer.status, (await answer.json())["events"]) == (200, [])
        async with client.get(f"{url}/readyz") as answer:
            assert (answer.status, answer.headers["Connection"]) == (503, "close")
        async with client.get(f"{url}/healthz") as answer:
            assert (answer.status, answer.headers["Connection"]) == (200, "close")


async def test_who_has_met_a_newer_versions_fact_sends_everybody_on(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """While `drain` lasts a balancer sees it; nobody looks at a still picture meanwhile."""
    served = config.model_copy(update={"server": Server(drain=30)})
    async with (
        open_parley(served) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession() as client,
    ):
        base = f"http://127.0.0.1:{port}"
        async with client.post(f"{base}/visitor/web/session", json={}) as answer:
            hello = {"kind": "hello", "protocol": 1, "token": (await answer.json())["token"]}
        headers = {"Origin": base, "Authorization": f"Bearer {hello['token']}"}
        socket = await client.ws_connect(f"{base}/ws/visitor/web", headers=headers)
        await socket.send_json(hello)
        assert [(await socket.receive_json())["kind"] for _ in range(2)] == ["hello", "snapshot"]
        serving = asyncio.create_task(parley.serve_until(asyncio.Event()))

        async def newer(tx: Tx) -> None:
            tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now))

        await parley.store.write(newer)
        await parley.store.write(lambda tx: tx.run("update events set kind = 'roof.raised'"))
        parley.store._published -= 1  # another process has written it
        await parley.store.look_at_head()
        last = await socket.receive()
        assert (last.type, last.data) == (WSMsgType.CLOSE, 1012)
        late = await client.ws_connect(f"{base}/ws/visitor/web", headers=headers)
        last = await late.receive()
        assert (last.type, last.data) == (WSMsgType.CLOSE, 1012), "she is not taken in"
        for path, said in (("/readyz", "not ready: too old"), ("/visitor/web/events", "unavailable")):
            async with client.get(base + path, headers=headers) as answer:
                assert answer.status == 503 and said in await answer.text()
        async with client.post(
            f"{base}/visitor/web/messages", headers=headers, json={"client_id": "c1-12345", "text": "hello"}
        ) as answer:
            assert answer.status < 300, "writing goes on"
        serving.cancel()


async def test_the_process_ends_as_asked_or_as_too_old(config: Config) -> None:
    async with open_parley(config) as parley:
        stop = asyncio.Event()
        stop.set()
        assert await parley.serve_until(stop) == 0
    async with open_parley(config) as parley:
        parley.store._tell_no_further("a newer version's")
        assert await parley.serve_until(asyncio.Event()) == 1, "whoever watches over it begins another"


class Session:
    def __init__(self, heard: list[int]) -> None:
        self.heard, self.is_cut = heard, False

    def cut(self, code: int) -> None:
        if not self.is_cut:
            self.is_cut = True
            self.heard.append(code)


@pytest.mark.parametrize(("sessions", "groups"), [(5, 1), (25, 3), (6_000, 500)])
async def test_browsers_are_not_all_told_in_the_same_instant(
    parley: Parley, sessions: int, groups: int
) -> None:
    """500 a second; however many there are, the last hears it within ten seconds."""
    heard: list[int] = []
    parley.web[SOCKETS].open.update(Session(heard) for _ in range(sessions))
    told: list[int] = []

    async def pause(seconds: float) -> None:
        assert seconds == app.CUT_EVERY
        told.append(len(heard))

    await parley.hang_up_by_and_by(pause)
    assert len(told) == groups - 1
    assert told == sorted(set(told)), "some more each time"
    assert heard == [1012] * sessions
    assert groups * app.CUT_EVERY <= app.SPREAD


async def test_a_database_file_is_served_once(config: Config) -> None:
    async with open_parley(config):
        with pytest.raises(Taken, match="this SQLite database is served by process"):
            async with open_parley(config):
                pass
    async with open_parley(config):
        pass


async def test_everything_is_closed_behind_it(config: Config) -> None:
    before = asyncio.all_tasks()
    async with open_parley(config) as parley:
        pass
    with pytest.raises(Unavailable):
        await parley.store.write(accounts)
    assert asyncio.all_tasks() == before
    again = await open_store(config.database_url)
    await again.close()


async def test_a_faulty_configuration_opens_nothing(config: Config) -> None:
    faulty = config.model_copy(update={"channels": {"web": {"type": "webcat"}}})
    with pytest.raises(ConfigError, match="did you mean 'webchat'"):
        async with open_parley(faulty):
            pass
    assert not (config.data / "parley.db").exists()


async def test_one_bad_account_never_stops_the_others(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = make("bad", CHANNELS["web"]), make("good", CHANNELS["web"])
    opened: list[str] = []

    async def refuse() -> None:
        raise TemporaryError("the provider is away")

    async def remember() -> None:
        opened.append("good")

    bad.open, good.open = refuse, remember  # type: ignore[method-assign]
    await app._open_channels(Channels({"bad": bad, "good": good}))
    assert opened == ["good"]
    assert "the provider is away" in caplog.text


async def test_a_task_that_fails_takes_the_process_down(caplog: pytest.LogCaptureFixture) -> None:
    """Better started anew than half alive; the reason is said once."""

    async def fails() -> None:
        raise RuntimeError("a fault of ours")

    async def goes_on() -> None:
        await asyncio.sleep(60)

    async def process() -> None:
        async with app._running([fails(), goes_on()]):
            await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(process())
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]


async def test_one_address_does_not_hold_everything_open(tmp_path: Path) -> None:
    config = Config(data=tmp_path, channels=CHANNELS, limits=Limits(address_open=50))
    async with open_parley(config) as parley, listening(parley, "127.0.0.1", 0) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith(b"HTTP/1.1 429 ") and HEADERS["Content-Security-Policy"].encode() in answer
        for _, one in (*held, (reader, writer)):
            one.close()


async def test_what_a_proxy_speaks_for_is_counted_by_who_is_behind_it(tmp_path: Path) -> None:
    server = Server(trusted_proxies=("127.0.0.1/32",))
    config = Config(data=tmp_path, channels=CHANNELS, server=server, limits=Limits(address_open=50))
    async with open_parley(config) as parley, listening(parley, "127.0.0.1", 0) as port:
        url, connector = f"http://127.0.0.1:{port}", TCPConnector(limit=0)
        async with ClientSession(connector=connector) as client:
            here, there = ({"X-Forwarded-For": address} for address in ("203.0.113.1", "203.0.113.2"))
            sockets = [
                await client.ws_connect(f"{url}/ws/visitor/web", headers=here | {"Origin": url})
                for _ in range(50)
            ]
            async with client.get(f"{url}/healthz", headers=here) as refused:
                assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
            async with client.get(f"{url}/healthz", headers=there) as answer:
                assert answer.status == 200
            for ws in sockets:
                await ws.close()


@pytest.mark.parametrize(("files", "most"), [(1024, 768), (100_000, 2_000), (-1, 2_000)])
def test_no_address_gets_all_files_of_the_process(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    monkeypatch.setattr("gateway.app.resource.getrlimit", lambda which: (files, files))
    assert app.most_open(Config()) == most

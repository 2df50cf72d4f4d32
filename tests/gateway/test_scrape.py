"""`/metrics`: closed to strangers, whole for the host whoever is asked, and alive while the database is gone."""

import asyncio
import contextlib
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from gateway.app import Parley, listening, open_parley
from gateway.config import Config, Metrics, Server
from gateway.errors import Unavailable
from gateway.scrape import FOLDER, WORKER, Scrape
from gateway.stream.roads import tell_trouble, tell_well
from tests import provider
from tests.provider import PUBLIC, SECTION, SIGNED, said, signature
from tests.servers.parley import Parley as Process

TOKEN = "a token of twenty-four characters"
CHANNELS = {"web": {"type": "webchat"}, "post": SECTION}


class Scraped:
    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in text_string_to_metric_families(text)}

    def values(self, name: str, **labels: str) -> list[float]:
        return [
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def value(self, name: str, **labels: str) -> float:
        return sum(self.values(name, **labels))

    def workers(self) -> set[str]:
        return {sample.labels["worker"] for sample in self.families["parley_build_info"].samples}


@contextlib.asynccontextmanager
async def served(
    folder: Path, *, token: str = "", **server: Any
) -> AsyncIterator[tuple[Parley, str, ClientSession]]:
    config = Config(
        data=folder, channels=CHANNELS, server=Server(**server), metrics=Metrics(token=SecretStr(token))
    )
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession() as http,
    ):
        yield parley, f"http://127.0.0.1:{port}", http


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    provider.register(monkeypatch)
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.delenv(WORKER, raising=False)


async def scraped(http: ClientSession, url: str, **headers: str) -> Scraped:
    async with http.get(f"{url}/metrics", headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return Scraped(await answer.text())


async def status(http: ClientSession, url: str, **headers: str) -> int:
    async with http.get(f"{url}/metrics", headers=headers) as answer:
        assert "parley_" not in await answer.text()
        return answer.status


async def test_without_a_token_only_this_machine_reads(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, url, http):
        await scraped(http, url)
        for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert await status(http, url, **{name: "203.0.113.7"}) == 404


async def test_where_a_proxy_must_be_expected_nobody_reads_without_a_token(tmp_path: Path) -> None:
    async with served(tmp_path, public_url=PUBLIC) as (_, url, http):
        assert await status(http, url) == 404


async def test_with_a_token_whoever_says_it_reads(tmp_path: Path) -> None:
    async with served(tmp_path, token=TOKEN, public_url=PUBLIC) as (_, url, http):
        await scraped(http, url, Authorization=f"Bearer {TOKEN}")
        assert await status(http, url) == 401
        assert await status(http, url, Authorization=f"Bearer {TOKEN}x") == 401
        assert await status(http, url, Authorization="Bearer ") == 401


async def test_a_webhook_is_counted_by_its_account_and_answer(tmp_path: Path) -> None:
    async with served(tmp_path, public_url=PUBLIC, token=TOKEN) as (parley, url, http):
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        before = await scraped(http, url, **bearer)
        body = json.dumps({"messages": [said("m1", "hello")]}).encode()
        signed = {SIGNED: signature(f"{PUBLIC}/webhooks/post", body), "Content-Type": "application/json"}
        for headers in (signed, {**signed, SIGNED: "no"}):
            async with http.post(f"{url}/webhooks/post", data=body, headers=headers) as answer:
                await answer.read()
        async with http.post(f"{url}/webhooks/nobody", data=body, headers=signed) as answer:
            await answer.read()
        await parley.store.write(lambda tx: tell_well(tx, "post", "in"))
        await parley.store.write(lambda tx: tell_trouble(tx, "post", "out", "away", "refused"))
        after = await scraped(http, url, **bearer)

    def more(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert more("parley_webhook_requests_total", account="post", code="202") == 1
    assert more("parley_webhook_requests_total", account="post", code="403") == 1
    assert more("parley_webhook_requests_total", account="none", code="404") == 1
    assert more("parley_messages_received_total", account="post") == 1
    for stage in ("webhook_committed", "queued_committed", "committed_published"):
        assert more("parley_stage_seconds_count", stage=stage) >= 1
    assert more("parley_http_requests_total", door="webhooks", code="403") == 1
    assert after.value("parley_log_head_position") == after.value("parley_log_published_position") > 0
    assert after.value("parley_database_up") == 1
    assert after.values("parley_outbox_overdue_seconds", account="post") == [0]
    failing = "parley_account_failing_seconds"
    assert after.values(failing, way="in") == [0] and after.values(failing, account="post", way="out")[0] >= 1
    assert after.values("process_open_fds")[0] > 0


async def test_sockets_are_counted_by_door(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, url, http):
        async with http.post(f"{url}/visitor/web/session", json={}) as answer:
            token = (await answer.json())["token"]
        async with http.ws_connect(f"{url}/ws/visitor/web", headers={"Origin": url}) as ws:
            await ws.send_json({"kind": "hello", "protocol": 1, "token": token})
            while (await ws.receive_json())["kind"] != "snapshot":
                pass
            async with http.post(
                f"{url}/visitor/web/messages",
                json={"text": "hello", "client_id": "the-first-one"},
                headers={"Authorization": f"Bearer {token}"},
            ) as answer:
                assert answer.status == 201
            while (await ws.receive_json())["kind"] != "events":
                pass
            found = await scraped(http, url)
        assert found.values("parley_sockets", door="visitors") == [1]
        assert found.values("parley_sockets", door="agents") == [0]
        assert found.value("parley_stage_seconds_count", stage="published_written") >= 1
        assert found.value("parley_stage_seconds_count", stage="visitor_committed") >= 1


async def test_a_database_that_is_gone_is_a_figure_not_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path) as (parley, url, http):

        async def gone(look: object) -> None:
            raise Unavailable("gone")

        monkeypatch.setattr(parley.store, "scan", gone)
        found = await scraped(http, url)
    assert found.values("parley_database_up") == [0]
    assert "parley_log_head_position" not in found.families
    assert found.workers() == {"0"}


def worker(folder: Path, number: str, parley: Parley) -> Scrape:
    return Scrape(parley.config, parley.store, lambda: 0, {"agents": [1] * int(number)}, number, folder)


async def test_whoever_is_asked_tells_of_all_and_one_that_is_stuck_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = tmp_path / "m"
    together.mkdir(mode=0o700)
    monkeypatch.setenv(FOLDER, str(together))
    monkeypatch.setenv(WORKER, "1")
    monkeypatch.setattr("gateway.scrape.PATIENCE", 0.5)
    (together / "9.sock").write_text("left behind by a process that was killed")
    async with served(tmp_path / "data") as (parley, url, http), worker(together, "2", parley).answering():
        found = await scraped(http, url)
        assert found.workers() == {"1", "2"}
        assert found.values("parley_sockets", worker="2", door="agents") == [2]
        assert found.values("parley_database_up") == [1], "the deployment's own figures stand there once"
        places = sorted(together.iterdir())
        assert [one.name.partition(".")[0] for one in places] == ["1", "2"], "the dead one's file is gone"
        assert all(stat.S_ISSOCK(one.stat().st_mode) for one in places)
    assert not list(together.iterdir())


async def test_whoever_stays_is_heard_of_one_that_replaces_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be the former one: the new one may fail to begin, after it has told us its figures."""
    together = tmp_path / "together"
    together.mkdir()
    monkeypatch.setenv(FOLDER, str(together))
    monkeypatch.setenv(WORKER, "1")

    @contextlib.asynccontextmanager
    async def begun(parley: Parley, agents: int) -> AsyncIterator[None]:
        """Another process under the number 2, which began so many seconds after 1970."""
        with monkeypatch.context() as patch:
            patch.setattr("gateway.scrape.os.getpid", lambda: agents)
            scrape = worker(together, "2", parley)
            scrape.sockets = {"agents": [1] * agents}
            async with scrape.answering():
                os.utime(together / f"2.{agents}.sock", (agents, agents))
                yield

    async with served(tmp_path / "data") as (parley, url, http):

        async def agents() -> list[float]:
            return (await scraped(http, url)).values("parley_sockets", worker="2", door="agents")

        async with begun(parley, 11):
            assert await agents() == [11]
            async with begun(parley, 22):
                assert await agents() == [22]
            assert await agents() == [11]


async def test_two_processes_of_one_host(parley: Any, postgres_url: str, tmp_path: Path) -> None:
    """What helper processes need: the folder and a number each, by the environment."""
    key = "k" * 32
    shared = {FOLDER: str(tmp_path), "PARLEY_DATABASE__URL": postgres_url, "PARLEY_SECRETS__KEY": key}
    first: Process = await asyncio.to_thread(lambda: parley(**shared, PARLEY_WORKER="1"))
    second: Process = await asyncio.to_thread(lambda: parley(**shared, PARLEY_WORKER="2"))
    async with ClientSession() as http:
        for server in (first, second):
            found = await scraped(http, server.url)
            assert found.workers() == {"1", "2"}
            assert len(found.values("process_resident_memory_bytes")) == 2
            assert found.values("parley_database_up") == [1]
        await asyncio.to_thread(second.kill)
        found = await scraped(http, first.url)
        assert found.workers() == {"1"}

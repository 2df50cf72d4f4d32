"""Lists and search over HTTP, on a big database: an agent who sees one team's conversations and nobody's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bench import machine
from bench.harness import Bench, Figure, Goal, row
from bench.product import Data
from bench.programs import Program, python
from bench.seed import TAGS, TEAMS, VIEWER, seed
from bench.words import QUERIES
from inbox.auth.door import PLAIN

API = "/api/v1"
LISTS = (
    "status=open",
    "status=open&assignee=me",
    "status=open&assignee=none",
    "status=closed",
    "status=snoozed",
    f"status=open&team=team{TEAMS[0]}",
    "status=open&team=none",
    f"status=closed&tag=tag{TAGS[0]}",
    "",
)
INGEST = 500
"""Messages a second while the list is read."""


@row
def lists_and_search(bench: Bench) -> Iterator[Figure]:
    """1,000,000 messages in 100,000 conversations, read by an agent of one team, one request after the other.

    The first page of any list: p99 ≤ 20 ms (target 10). Search, 20 fixed queries, newest first: p99 ≤ 60 ms (30).
    """
    messages = bench.few(bench.messages, 5_000)
    data = _town(bench, messages, messages // 10)
    reader = _reader(bench, data, bench.parley(data).port())
    times = bench.few(60, 3)
    listed = bench.quietly(lambda: _read(reader, [f"{API}/conversations?{query}" for query in LISTS], times))
    found = bench.quietly(
        lambda: _read(reader, [f"{API}/search?q={quote(query)}" for query in QUERIES], times)
    )
    size = f"{messages:,} messages in {messages // 10:,} conversations"
    yield Figure(
        f"first page of any list, {size}: p99", listed["p99"], "ms", Goal(20, 10, at_most=True), _raw(listed)
    )
    yield Figure(
        f"search, {len(QUERIES)} queries, {size}: p99",
        found["p99"],
        "ms",
        Goal(60, 30, at_most=True),
        _raw(found),
    )


@row
def list_while_writing(bench: Bench) -> Iterator[Figure]:
    """A list's page at 500,000 conversations while 500 messages a second come in. Goal p99 ≤ 50 ms, target 20."""
    conversations = bench.few(bench.messages // 2, 2_000)
    data = _town(bench, conversations, conversations)
    port = bench.parley(data, core=None).port()
    reader = _reader(bench, data, port)
    posts = bench.posts(port, data, core=None)
    paths = [f"{API}/conversations?{query}" for query in LISTS]
    times = bench.few(40, 2)

    def read() -> dict[str, Any]:
        writing = threading.Thread(target=posts.run, args=(bench.few(10.0, 1.0),), kwargs={"rate": INGEST})
        writing.start()
        told = _read(reader, paths, times, pause=0.02)
        writing.join()
        return told

    told = bench.quietly(read)
    raw = f"{_raw(told)}; {posts.last['per_second']:.0f}/s taken in meanwhile"
    what = f"list page, {conversations:,} conversations, {INGEST}/s coming in: p99"
    yield Figure(what, told["p99"], "ms", Goal(50, 20, at_most=True), raw)


def _town(bench: Bench, messages: int, conversations: int) -> Data:
    data = bench.data("parley", customers=200)
    seed(data, messages=messages, conversations=conversations)
    return data


def _reader(bench: Bench, data: Data, port: int) -> Program:
    cookie = f"{PLAIN}={data.cookies[VIEWER]}"
    return bench.start(python("bench.load.gets", port, cookie), core=machine.LOAD_CORE)


def _read(reader: Program, paths: list[str], times: int, pause: float = 0.0) -> dict[str, Any]:
    reader.say(json.dumps({"paths": paths, "times": times, "pause": pause}))
    told: dict[str, Any] = reader.told()
    return told


def _raw(told: dict[str, Any]) -> str:
    worst = told["worst"].partition("?")[2] or "all"
    return f"p50 {told['p50']:.1f} ms of {told['requests']:,} requests; slowest {worst} ({told['worst_median']:.1f} ms)"

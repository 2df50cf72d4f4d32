"""A provider's two ways: it calls us with signed webhooks, and is handed what goes out; and the webhooks of our own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from bench import machine, phones
from bench.harness import Bench, Beside, Figure, Goal, Posts, on_both_loops, row
from bench.product import Data
from bench.programs import Program, python
from bench.rows.durable import raw_of
from bench.rows.latency import latency
from bench.rows.memory import MIB, SETTLES
from gateway.followers.hooks import AT_ONCE_EACH
from gateway.outbox import AT_ONCE

META = 3_300
"""Callbacks a second, as PERFORMANCE.md asks for."""
PEOPLE = 2_000
EACH = 2_000
"""Orders or webhooks that one measurement waits for."""
ORDERS, HOOK = "/2010-04-01/Accounts/AC1/Messages.json", "/hook"
ORDER = (
    "application/x-www-form-urlencoded\nTo=%2B821050000001&From=%2B14155550100&Body="
    + "order+parcel+" * 5
    + "&StatusCallback=https%3A%2F%2Fparley.example%2Fwebhooks%2Fphone0%3Fattempt%3D"
)
TOLD = 'application/json\n{"text":"' + "x" * 1_000 + '"}'


@row
def webhooks_in(bench: Bench) -> Iterator[Figure]:
    """Signed webhooks, each another message, taken in at FULL before they are answered.

    Goal 0.25 × a bare aiohttp that reads the form and checks the signature, target 0.35. Twilio's own validator stands
    beside it without a goal: it takes ten times as long as the check.
    """
    data = _house(bench)
    phones.write_first(data, _people(bench))
    ours = _calls(bench, data, "messages", _people(bench))
    for loop, goal in on_both_loops(Goal(0.25, 0.35)):
        yield _beside_bare(bench, ours, loop, "digest", goal)
    yield _beside_bare(bench, ours, "asyncio", "official", None)


@row
def callbacks(bench: Bench) -> Iterator[Figure]:
    """What becomes of our messages: checked, deduped, stored; nobody looks on.

    3,300 a second: the median within 250 ms, fewer than one in a hundred after a second; target p99 50 ms.
    """
    data = _house(bench)
    sent = phones.send(data, bench.few(60_000, 600), _people(bench))
    ours = _calls(bench, data, "callbacks", sent)
    asked = bench.few(META, 100)
    run = partial(ours.run, bench.seconds, connections=200, rate=asked)
    runs = sorted((bench.quietly(run) for _ in range(bench.few(3, 1))), key=lambda each: float(each["p99"]))
    chosen = runs[len(runs) // 2]
    raw = f"{chosen['taken'] / bench.seconds:,.0f}/s answered; median of {len(runs)} runs"
    what = f"status callbacks, {asked:,}/s"
    yield Figure(f"{what}: p50", chosen["p50"], "ms", Goal(250, 50, at_most=True), raw)
    yield Figure(f"{what}: p99", chosen["p99"], "ms", Goal(1000, 50, at_most=True), raw)
    most = bench.quietly(partial(ours.rate, bench.seconds))
    bare = _bare(bench, "asyncio", "digest")
    ratio = most / bench.quietly(partial(bare.rate, bench.seconds))
    yield Figure(
        "status callbacks at most", ratio, "× bare form + signature on asyncio", None, f"{most:,.0f}/s"
    )


@row
def webhook_latency(bench: Bench) -> Iterator[Figure]:
    """A signed webhook until 50 agents' sockets have its message, 500 a second. Goal p50 ≤ 10, p99 ≤ 30 ms (6, 15)."""
    data = _house(bench)
    phones.write_first(data, _people(bench))
    posts = _calls(bench, data, "messages", _people(bench), core=None)
    where = "signed webhook -> agent's socket, 50 agents, 500/s"
    goals = Goal(10, 6, at_most=True), Goal(30, 15, at_most=True)
    yield from latency(bench, data, posts, where, 500, *goals, in_words=True)


@row
def outbox(bench: Bench) -> Iterator[Figure]:
    """Messages that wait, handed to a provider that answers at once, beside a client that does nothing else."""
    provider = Receiver(bench)
    each, people = bench.few(EACH, 40), _people(bench)
    data = _house(bench, provider.port)
    phones.queue(data, each * (3 + 2 * bench.rounds), people)
    bare = _client(bench, provider, ORDERS, ORDER)
    at_once = AT_ONCE * phones.LINES
    both = bench.beside(lambda: _drained(bench, data, provider, each), lambda: _asked(bench, bare, at_once))
    yield Figure(
        "outbox, answered at once", both.ratio, "× bare client", None, _rates(both, f"{at_once} at a time")
    )


@row
def queued(bench: Bench) -> Iterator[Figure]:
    """What 100,000 messages that wait cost: memory, the start, the first of them sent."""
    provider = Receiver(bench)
    many, people = bench.few(100_000, 200), _people(bench)
    empty, full = _house(bench, provider.port, "empty"), _house(bench, provider.port, "full")
    phones.write_first(empty, people)
    phones.queue(full, many, people)
    idle = _started(bench, empty)
    provider.expect(1)
    busy = _started(bench, full)
    first = (provider.told()["first"] - busy.serves) * 1000
    more = [(one - other) / MIB for one, other in zip(busy.held, idle.held, strict=True)]
    what = f"{many:,} messages queued"
    raw = (
        f"a second after the start, beside the same house with none; {more[1]:.0f} with the database's pages"
    )
    yield Figure(f"{what}: more memory of its own", more[0], "MiB", None, raw)
    told = f"{idle.took:.2f} s with none"
    yield Figure(f"{what}: start to serving", busy.took, "s", Goal(2, 1, at_most=True), told)
    yield Figure(f"{what}: from serving to the first order", first, "ms", None, "when it is at the provider")


@row
def webhooks_out(bench: Bench) -> Iterator[Figure]:
    """Facts told to one endpoint that answers at once, beside a client that does nothing else."""
    receiver = Receiver(bench)
    each, people = bench.few(EACH, 40), _people(bench)
    data = _house(bench, receiver.port)
    url = f"http://127.0.0.1:{receiver.port}{HOOK}"
    phones.follow(data, url, each * (3 + 2 * bench.rounds), people)
    bare = _client(bench, receiver, HOOK, TOLD)
    both = bench.beside(
        lambda: _drained(bench, data, receiver, each), lambda: _asked(bench, bare, AT_ONCE_EACH)
    )
    raw = _rates(both, f"{AT_ONCE_EACH} at a time")
    yield Figure("webhooks to one endpoint that answers at once", both.ratio, "× bare client", None, raw)


class Receiver:
    """Somebody at the other end who answers at once (bench.load.provider)."""

    def __init__(self, bench: Bench, core: machine.Core = machine.LOAD_CORE) -> None:
        self._program: Program = bench.start(python("bench.load.provider"), core=core)
        self.port = self._program.port()

    def expect(self, messages: int) -> None:
        self._program.say(json.dumps({"wait": messages}))

    def orders(self) -> int:
        """All that have come so far. Raises AssertionError when one came twice."""
        self._program.say(json.dumps({"all": 1}))
        return int(self.told()["orders"])

    def told(self) -> dict[str, Any]:
        """When what was expected has come. Raises AssertionError when an order came twice."""
        told: dict[str, Any] = self._program.told()
        assert not told["twice"], f"{told['twice']} orders came twice"
        return told


def _people(bench: Bench) -> int:
    return bench.few(PEOPLE, 20)


def _house(bench: Bench, provider: int = 9, name: str = "parley") -> Data:
    """With lines over a provider at this port (9: nobody is there)."""
    return bench.data(name, customers=1, config=phones.config(provider))


def _calls(
    bench: Bench, data: Data, what: str, more: object, *, core: int | None = machine.SERVER_CORE
) -> Posts:
    """A provider that calls Parley over the data."""
    return _caller(bench, bench.parley(data, core=core).port(), what, more, core)


def _caller(bench: Bench, port: int, what: str, more: object, core: int | None) -> Posts:
    load = None if core is None else machine.LOAD_CORE
    return Posts(bench.start(python("bench.load.webhooks", port, what, more), core=load), port)


def _bare(bench: Bench, loop: str, way: str) -> Posts:
    server = bench.bare("webhook", phones.PUBLIC, phones.TOKEN, way, loop=loop)
    return _caller(bench, server.port(), "messages", _people(bench), machine.SERVER_CORE)


def _beside_bare(bench: Bench, ours: Posts, loop: str, way: str, goal: Goal | None) -> Figure:
    bare = _bare(bench, loop, way)
    both = bench.beside(partial(ours.rate, bench.seconds), partial(bare.rate, bench.seconds))
    check = "Twilio's validator" if way == "official" else "signature"
    return Figure(
        "signed webhooks", both.ratio, f"× bare form + {check} on {loop}", goal, raw_of(both, ours, bare)
    )


def _client(bench: Bench, receiver: Receiver, path: str, said: str) -> Program:
    file = bench.folder / "said"
    file.write_text(said)
    url = f"http://127.0.0.1:{receiver.port}{path}"
    return bench.start(python("bench.bare.orders", url, file), core=machine.SERVER_CORE)


def _asked(bench: Bench, client: Program, at_once: int) -> float:
    client.say(json.dumps({"seconds": bench.seconds, "at_once": at_once}))
    return float(client.told()["per_second"])


def _drained(bench: Bench, data: Data, receiver: Receiver, messages: int) -> float:
    """So many a second go out of what waits, from the first on."""
    receiver.expect(messages)
    server = bench.parley(data)
    took = receiver.told()["seconds"]
    server.stop()
    return float(messages / took)


class Started(NamedTuple):
    took: float
    """Seconds until it served."""
    serves: float
    """When that was, by the monotonic clock."""
    held: tuple[int, int]
    """Bytes a second later: of its own, and with the pages of files."""


def _started(bench: Bench, data: Data) -> Started:
    began = time.monotonic()
    server = bench.parley(data)
    server.port()
    serves = time.monotonic()
    time.sleep(SETTLES)
    held = machine.rss(server.pid, "RssAnon"), server.rss
    server.stop()
    return Started(serves - began, serves, held)


def _rates(both: Beside, how: str) -> str:
    return f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s, {how}"

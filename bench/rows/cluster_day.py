"""A centre of 200 agents on two processes: its whole day in minutes, and its memory while people come and go."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import phones
from bench.cluster import EVERYWHERE, House, Servers, load
from bench.harness import Bench, Figure, Goal, Posts, Sockets, cluster_row
from bench.programs import Failed
from bench.rows.cluster import TWO
from bench.rows.memory import MIB
from bench.rows.provider import Receiver

AGENTS = 200
CALLS = 125_000
"""A day's: 250 answers of each agent, 56,000 words of customers on the site and by telephone, lists and conversations
that are opened. bench/load/day.py has the mix."""
HOURS = (1, 1, 1, 1, 1, 1, 3, 7, 12, 20, 26, 26, 22, 23, 25, 24, 22, 19, 15, 12, 9, 6, 4, 2)
"""How much falls into each hour of the day, as parts of their sum."""
CONNECTIONS = 100
SENT = 60.0
"""Seconds until everything that waits must have been sent after the last call."""
COME = 250
"""Visitors who come in a round of the churn, and as many agents' tabs that are opened anew, by tens."""
ROUND = 10.0
RATE = 60
"""Calls a second meanwhile."""
CONVERSATIONS = """select c.id from conversations c join legs l on l.id = c.leg_id where l.account_id {} 'phone%'
    order by c.number limit 2000"""


@dataclass
class Centre:
    house: House
    provider: Receiver
    calls: Posts
    orders: int = 0
    """Answers by telephone so far."""

    def hears(self, sockets: Sockets, seconds: float, rate: float) -> dict[str, Any]:
        """So many calls a second; what the agents' sockets report, once each has been told everything."""
        sockets.forget()
        told = self.calls.run(seconds, connections=CONNECTIONS, rate=rate)
        self.orders += told["kinds"].get("reply_phone", 0)
        return {**told, **{f"heard_{key}": one for key, one in sockets.wait_for(told["shown"], SENT).items()}}

    def check_all_sent(self) -> None:
        """Every answer by telephone is at the provider, once. Raises AssertionError."""
        ends = time.monotonic() + SENT
        while (came := self.provider.orders()) < self.orders and time.monotonic() < ends:
            time.sleep(0.1)
        assert came == self.orders, f"{came} of {self.orders} answers by telephone are at the provider"


def _centre(bench: Bench, agents: int, customers: int) -> Centre:
    servers, people = Servers(bench), bench.few(2000, 20)
    provider = Receiver(bench, EVERYWHERE)
    house = servers.house(
        TWO,
        prepare=lambda data: phones.write_first(data, people),
        config=phones.config(provider.port),
        agents=agents,
        customers=customers,
        said=True,
    )
    told = {
        "tokens": house.data.customers,
        "cookies": house.data.cookies,
        "people": people,
        "web": house.all_of(CONVERSATIONS.format("not like")),
        "phone": house.all_of(CONVERSATIONS.format("like")),
    }
    file = bench.folder / "day.json"
    file.write_text(json.dumps(told))
    return Centre(house, provider, load(bench, "day", house.port, file))


@cluster_row
def day(bench: Bench) -> Iterator[Figure]:
    """A day of 200 agents, 125,000 calls with a morning, a noon and a night, pressed into 20 minutes (`--day`). Every
    message is stored once, every agent's socket is told all of them, every answer by telephone is sent once."""
    centre = _centre(bench, bench.few(AGENTS, 10), bench.few(2000, 50))
    house, calls = centre.house, bench.few(CALLS, 480)
    sockets = house.sockets(house.data.hellos(bench.few(AGENTS, 10)))
    seconds = bench.few(bench.day * 60, 4.8) / len(HOURS)
    before, first = house.spent(), house.asks("select count(*) from messages")
    began, hours = time.monotonic(), []
    for share in HOURS:
        hours.append(centre.hears(sockets, seconds, calls * share / sum(HOURS) / seconds))
    took = time.monotonic() - began
    centre.check_all_sent()
    spent = {part: after - before[part] for part, after in house.spent().items()}
    said = sum(
        one["taken"] - one["kinds"].get("list", 0) - one["kinds"].get("conversation", 0) for one in hours
    )
    stored = house.asks("select count(*) from messages") - first
    assert stored == said, f"{stored} of {said} messages are stored"

    peak = max(hours, key=lambda one: one["taken"])
    what = f"a day of {AGENTS} agents in {took / 60:.0f} minutes"
    deliveries = peak["shown"] * sockets.count / seconds
    busiest = f"the busiest hour, {peak['taken'] / seconds:.0f} calls/s, {deliveries:,.0f} deliveries/s"
    raw = f"p50 {peak['heard_p50']:.1f}, worst {peak['heard_worst']:.0f} ms; {busiest}"
    yield Figure(
        f"{what}: to every agent's socket, p99", peak["heard_p99"], "ms", Goal(30, 15, at_most=True), raw
    )
    raw = f"p50 {peak['p50']:.1f} ms, every call; {sum(one['taken'] for one in hours):,} calls, none refused"
    yield Figure(f"{what}: answered, p99", peak["p99"], "ms", None, raw)
    parts = ", ".join(f"{part} {one:.0f}" for part, one in spent.items())
    raw = f"seconds of CPU: {parts}; {said:,} messages, {centre.orders:,} sent, all once"
    yield Figure(f"{what}: CPU", sum(spent.values()) / 60, "minutes", None, raw)


@cluster_row
def churn(bench: Bench) -> Iterator[Figure]:
    """Memory while visitors and agents come and go and everybody talks, an hour long (`--churn`): at the end beside a
    sixth of the time after its beginning. Goal ≤ 1.05, target 1.02."""
    centre = _centre(bench, bench.few(50, 10), bench.few(10_000, 50))
    house, data = centre.house, centre.house.data
    ends = time.monotonic() + bench.few(bench.churn * 60, 2)
    visitors = data.visitors_hellos(len(data.customers))
    lasting, opened = house.sockets(data.hellos(bench.few(50, 5))), 0
    held: list[list[int]] = []
    while time.monotonic() < ends or len(held) < 6:
        some = [visitors[(opened + number) % len(visitors)] for number in range(bench.few(COME, 20))]
        guests = house.sockets([*some, *data.hellos(len(some) // 10)])
        centre.hears(lasting, bench.few(ROUND, 0.2), bench.few(RATE, 50))
        opened += guests.count
        guests.program.stop()
        held.append(house.held)
        if len(held[-1]) != TWO:
            raise Failed("a process has ended and begun anew")
    centre.check_all_sent()
    sixth = max(1, len(held) // 6)
    grown = [_grown(worker, sixth) for worker in zip(*held, strict=True)]
    ratio, first, last = max(grown)
    raw = (
        f"{first / MIB:.0f} and then {last / MIB:.0f} MiB in the one that grew more; {opened:,} sockets came and "
        f"went in {len(held)} rounds, {centre.calls.last['per_second']:.0f} calls/s"
    )
    what = f"memory of two processes over {bench.few(bench.churn, 0):.0f} minutes of churn"
    yield Figure(what, ratio, "× the beginning", Goal(1.05, 1.02, at_most=True), raw)


def _grown(held: Sequence[int], sixth: int) -> tuple[float, float, float]:
    """The last sixth beside the second one, medians."""
    first, last = statistics.median(held[sixth : 2 * sixth]), statistics.median(held[-sixth:])
    return last / first, first, last

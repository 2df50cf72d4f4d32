"""One run: people talk, faults befall the house, all is healed, it grows quiet, and the ledgers are compared."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import machine
from gateway.sandbox.phones.weather import Weather
from gateway.store import Row, Store
from tests.chaos.agents import Agent
from tests.chaos.channels import CHANNELS, check_all_take_part, shares
from tests.chaos.faults import Trouble, befall, schedule
from tests.chaos.house import AGENTS, House, open_house, until
from tests.chaos.ledger import Disagreement, Ledger, customer_of, shown
from tests.chaos.people import Customer
from tests.checks import check
from tests.slack.town import BEHIND, LEFT

STORM = Weather(
    step=(0.001, 0.02),
    travel=(0.001, 0.02),
    late=(0.05, 0.6),
    undelivered=0.02,
    lost=0.04,
    repeated=0.08,
    delayed=0.08,
    busy=0.04,
    broken=0.03,
    cut=0.03,
    broken_after=0.02,
    cut_after=0.02,
)
FAIR = Weather(step=(0.001, 0.02), travel=(0.001, 0.02))
MINUTE = 60.0
ANSWERED = 0.5
"""Share of the customers' words that are answered: about so many."""
MORE = 1.01
"""So that a run has at least as many messages as are asked for."""
MESSAGES = "select id, text, author_kind, delivery, position from messages order by position"
WAITING = """select state, code, due_at, account_id from deliveries
    where state in ('queued', 'sending') or due_at is not null limit 3"""


@dataclass
class Report:
    kind: str
    seed: int
    messages: int = 0
    seconds: float = 0.0
    troubles: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    """What the agents' words by providers show in the end."""

    def __str__(self) -> str:
        return (
            f"{self.kind}, seed {self.seed}: {self.messages} messages in {self.seconds:.0f} s, {self.troubles.total()} "
            f"faults of {len(self.troubles)} kinds, all ledgers agree; tried again: {dict(self.again)}; "
            f"by providers: {dict(self.shown)}"
        )


async def run(
    kind: str,
    seed: int,
    messages: int,
    faults: int,
    people: int = 30,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """`tell`: hears every minute how far it is. Raises Disagreement with what repeats it; `process.Unavailable` when a
    real part is missing."""
    check_all_take_part()
    chance, began = random.Random(f"run/{seed}"), time.monotonic()
    said = math.ceil(messages * MORE / (1 + ANSWERED))
    troubles = schedule(kind, seed, said, faults)
    report, ledger = Report(kind, seed), Ledger()
    async with open_house(kind, seed, STORM) as house:
        try:
            async with _running([_progress(house, ledger, said, tell)]):
                rows = await _told(house, ledger, chance, said, people, troubles)
            differences = ledger.compare(rows)
        except (AssertionError, TimeoutError) as why:
            differences = [*ledger.wrong, str(why) or repr(why)]
        if differences:
            happened = "\n".join(f"  {one}" for one in troubles)
            again = (
                f"python -m tests.chaos --house {kind} --seed {seed} --messages {messages} --faults {faults}"
            )
            raise Disagreement(f"{shown(differences)}\nafter\n{happened}\nagain: {again}\n{house.said()}")
    report.messages, report.seconds = len(rows), time.monotonic() - began
    report.troubles = Counter(one.kind for one in troubles)
    report.again = ledger.again
    report.shown = Counter(str(row["delivery"]) for row in rows if row["delivery"])
    return report


async def _progress(house: House, ledger: Ledger, said: int, tell: Callable[[str], None]) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(MINUTE)
        pids = [os.getpid(), *(process.pid for process in house.processes)]
        held = " ".join(map(_mib, pids))
        words = f"{ledger.count} of {said} words said, {len(ledger.answered)} answers taken"
        tell(f"{time.monotonic() - began:.0f} s: {words}; MiB here and in the house: {held}")


def _mib(pid: int) -> str:
    try:
        return str(machine.rss(pid) >> 20)
    except OSError:  # it has just been killed
        return "-"


async def _told(
    house: House, ledger: Ledger, chance: random.Random, said: int, people: int, troubles: list[Trouble]
) -> list[Row]:
    agents = [Agent(house, ledger, name, ANSWERED) for name in AGENTS]
    parts = shares(said, chance)
    customers: list[tuple[Customer, int]] = []
    for channel, part in zip(CHANNELS, parts, strict=True):
        some = channel.customers(house, ledger, max(2, people // len(CHANNELS)))
        customers += [(one, math.ceil(part / len(some))) for one in some]
    stay = [*(agent.live() for agent in agents), *(one.stays() for one, _ in customers)]
    async with _running(stay) as stays:
        await until(lambda: _all(agent.is_live for agent in agents), "the agents")
        talks = asyncio.gather(*(one.talks(count) for one, count in customers))
        await _both(stays, talks, _befall_all(house, ledger, troubles, talks))
        house.network.weather = house.post.weather = FAIR
        house.office.clears_up()
        await house.all_ready()
        async with house.store() as store:
            await _quiet(store, agents, ledger)
            await _settled([one for one, _ in customers], ledger, store)
            await check(store)
            ledger.threads = house.office.shown()
            return list(await store.scan(lambda look: look.all(MESSAGES)))


async def _befall_all(
    house: House, ledger: Ledger, troubles: Sequence[Trouble], talks: asyncio.Future[Any]
) -> None:
    after = [trouble.at for trouble in troubles[1:]]
    for trouble, most in zip(troubles, [*after, 1 << 60], strict=True):
        ledger.most = max(most, trouble.at + 1)
        while ledger.count < trouble.at and not talks.done():  # noqa: ASYNC110 (what is counted tells nobody)
            await asyncio.sleep(0.02)
        await befall(house, trouble)
        # Who has ended meanwhile comes back, as under a service manager; the next fault may come before it is there.
        for process in house.processes:
            process.revive()


async def _both(stays: asyncio.Future[Any], *works: Awaitable[Any]) -> None:
    """All of them, unless one of those who stay has failed."""
    work = asyncio.gather(*works)
    await asyncio.wait([stays, work], return_when=asyncio.FIRST_COMPLETED)
    if stays.done():
        work.cancel()
        stays.result()
    await work


async def _quiet(store: Store, agents: list[Agent], ledger: Ledger) -> None:
    """Everybody has said and heard everything, and nothing waits to be sent."""
    said = sum(map(len, ledger.said.values()))
    stands: dict[str, object] = {}

    async def all_in() -> bool:
        sql = "select count(*) from messages where author_kind = 'customer'"
        stands["stored"] = await store.scan(lambda look: look.value(sql))
        return stands["stored"] == said

    async def all_shown() -> bool:
        behind = [await store.scan(lambda look, sql=sql: look.value(sql)) for sql in (BEHIND, LEFT)]  # type: ignore[misc]
        stands["threads"] = behind
        return not any(behind)

    async def all_heard() -> bool:
        head = await store.read(lambda look: look.value("select position from log_head"))
        waiting = [tuple(row) for row in await store.scan(lambda look: look.all(WAITING))]
        tabs = {agent.name: (agent.position, agent.under_way) for agent in agents}
        stands.update(head=head, waiting=waiting, tabs=tabs)
        return not waiting and set(tabs.values()) == {(head, 0)}

    await until(all_in, f"what customers said, {said} words", stands=lambda: stands)
    await until(all_shown, "the end of what the threads show", stands=lambda: stands)
    await until(all_heard, "the end of the outbox, and of what agents are told", stands=lambda: stands)


async def _settled(customers: Sequence[Customer], ledger: Ledger, store: Store) -> None:
    """They have all, but for what is shown as failed or unknown."""
    sql = "select text from messages where delivery in ('failed', 'unknown')"
    lost = {row["text"] for row in await store.scan(lambda look: look.all(sql))}

    hers: dict[str, set[str]] = defaultdict(set)
    for text in ledger.answered.keys() - lost:
        hers[customer_of(text)].add(text)

    with contextlib.suppress(AssertionError):  # what is missing the ledgers say better
        for one in customers:
            await until(lambda one=one: one.has_all(hers[one.name]), f"the answers to {one.name}")  # type: ignore[misc]
    # Once more: what has come twice since the first of them had all counts as well.
    for one in customers:
        await one.has_all(hers[one.name])


async def _all(every: Iterable[bool]) -> bool:
    return all(every)


@contextlib.asynccontextmanager
async def _running(works: list[Any]) -> Any:
    tasks = asyncio.gather(*works)
    try:
        yield tasks
    finally:
        tasks.cancel()
        await asyncio.gather(tasks, return_exceptions=True)

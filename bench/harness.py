"""What a row is, what it is given, and how two programs are measured side by side."""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench import machine, product
from bench.product import Data
from bench.programs import PATIENCE, Program, compiled, python

T = TypeVar("T")

QUIET = 0.15
"""Cores that others may use meanwhile; above it a measurement is repeated."""
REPEATS = 1
"""How often a disturbed measurement is repeated; the least disturbed one counts."""
SETTLED = 0.3
"""Seconds without a byte after which a socket has been told what it starts from."""


@dataclass(frozen=True)
class Goal:
    """A row of PERFORMANCE.md: a floor resolves an issue, a target is reported and pursued."""

    floor: float
    target: float
    at_most: bool = False

    def says(self, value: float) -> str:
        for bound, word in ((self.target, "target"), (self.floor, "floor")):
            if value <= bound if self.at_most else value >= bound:
                return word
        return "missed"

    def shown(self, bound: float) -> str:
        return f"{'≤' if self.at_most else '≥'} {bound:g}"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    goal: Goal | None
    raw: str
    """What was measured, ours and the bare program's."""


@dataclass
class Bench:
    """What a row works with; everything it starts ends with it."""

    folder: Path
    short: bool = False
    messages: int = 1_000_000
    """Messages that lists and search are measured over."""
    day: float = 20.0
    """Minutes into which a day's traffic is pressed."""
    churn: float = 60.0
    """Minutes of coming and going over which memory is watched."""
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    others: list[float] = field(default_factory=list)
    """Cores that others used, for each measurement that counts."""

    @property
    def seconds(self) -> float:
        return 0.4 if self.short else 3.0

    @property
    def rounds(self) -> int:
        return 1 if self.short else 5

    def few(self, many: T, few: T) -> T:
        """`many` in earnest, `few` with --short."""
        return few if self.short else many

    # --- programs -------------------------------------------------------------------------------------------------

    def start(self, command: Sequence[object], *, core: machine.Core, **environment: str) -> Program:
        program = Program(command, self.folder, core=core, **environment)
        self.stack.callback(program.stop)
        return program

    def bare(
        self,
        module: str,
        *arguments: object,
        core: machine.Core = machine.SERVER_CORE,
        loop: str = "uvloop",
        port: int | None = None,
    ) -> Program:
        """`port`: one that several share, each with a socket of its own; 0: any free one, which the next may share."""
        shared = {} if port is None else {"BARE_PORT": str(port)}
        return self.start(python(f"bench.bare.{module}", *arguments), core=core, BARE_LOOP=loop, **shared)

    def bare_fanout(self, frame_bytes: int) -> Program:
        program = compiled("bare/fanout.c", self.folder)
        return self.start([program, str(frame_bytes)], core=machine.SERVER_CORE)

    def slow_flush(self) -> Path:
        """The library that makes every flush of a disk 5 ms slower, for LD_PRELOAD."""
        return compiled("load/slow_flush.c", self.folder, "-shared", "-fPIC")

    def data(self, name: str, **people: Any) -> Data:
        return product.make_data(self.folder / name, **people)

    def parley(
        self,
        data: Data,
        *,
        core: machine.Core = machine.SERVER_CORE,
        module: str = "gateway",
        workers: int = 1,
        **environment: str,
    ) -> Program:
        program = product.serve(data, core=core, module=module, workers=workers, **environment)
        self.stack.callback(program.stop)
        return program

    def posts(self, port: int, data: Data, *, core: machine.Core = machine.LOAD_CORE) -> Posts:
        return Posts(self.start(python("bench.load.posts", port, data.tokens_file), core=core), port)

    def sockets(
        self,
        port: int,
        hellos: Sequence[str],
        *,
        at_once: int = 50,
        core: machine.Core = machine.LOAD_CORE,
        stalled: bool = False,
        in_words: bool = False,
    ) -> Sockets:
        """Open these sockets; returns once each has had the answer to its hello. `stalled`: the first reads no more.
        `in_words`: when a message was sent stands in its text, because it comes by a provider."""
        people = self.folder / f"people-{time.monotonic_ns()}.txt"
        people.write_text("\n".join(hellos) + "\n")
        program = compiled("load/sockets.c", self.folder, *(["-DIN_WORDS"] if in_words else []))
        command = [program, str(port), people, str(at_once), *(["stalled"] if stalled else [])]
        return Sockets(self.start(command, core=core))

    # --- measuring ------------------------------------------------------------------------------------------------

    def quietly(self, measure: Callable[[], Any]) -> Any:
        """What `measure` returns, repeated while others disturb it; notes how much they did."""
        tries = []
        for _ in range(1 if self.short else 1 + REPEATS):
            with machine.others() as seen:
                result = measure()
            tries.append((seen.cores, result))
            if seen.cores <= QUIET:
                break
        cores, result = min(tries, key=lambda one: one[0])
        self.others.append(cores)
        return result

    def beside(self, ours: Callable[[], float], bare: Callable[[], float]) -> Beside:
        """Ours and the bare program's in turn, once to warm up; the median of the ratios of neighbours."""
        ours(), bare()
        pairs = [(self.quietly(ours), self.quietly(bare)) for _ in range(self.rounds)]
        return Beside(
            statistics.median(our / their for our, their in pairs),
            statistics.median(our for our, _ in pairs),
            statistics.median(their for _, their in pairs),
        )


@dataclass(frozen=True)
class Beside:
    ratio: float
    ours: float
    bare: float


class Posts:
    """Customers who write (bench.load.posts)."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port
        self.last: dict[str, Any] = {}

    def run(self, seconds: float, *, connections: int = 64, rate: float = 0) -> dict[str, Any]:
        """One run. Raises AssertionError when anything was refused."""
        return self._asked({"seconds": seconds, "connections": connections, "rate": rate})

    def _asked(self, asked: dict[str, float]) -> dict[str, Any]:
        self.program.say(json.dumps(asked))
        self.last = self.program.told(PATIENCE + asked.get("seconds", 0))
        assert not self.last["refused"], f"refused: {self.last['refused']}"
        return self.last

    def rate(self, seconds: float, connections: int = 64) -> float:
        """Messages taken a second, in a closed loop."""
        return float(self.run(seconds, connections=connections)["per_second"])

    def all_of(self, count: int, connections: int) -> dict[str, Any]:
        """So many as fast as they are taken; `seconds` says how long that was."""
        return self._asked({"count": count, "connections": connections})


class Sockets:
    """Browsers' sockets (load/sockets.c)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.opened: dict[str, Any] = program.told()
        self.count = int(self.opened["ready"])
        self.load = 0.0
        """Of its core, in the last flight."""

    def settle(self) -> None:
        """Wait until nothing comes: after the answer to its hello a socket is told what it starts from, and what
        happens until then is part of that."""
        before = -1
        while (now := int(self.report()["bytes"])) != before:
            before = now
            time.sleep(SETTLED)

    def begin(self) -> Sockets:
        """Wait until each socket has more than the answer to its hello: its snapshot. What is said before that comes is
        part of it, and told to that socket by no event. For sockets that say hello without a cursor."""
        deadline = time.monotonic() + PATIENCE
        while (told := self.report())["begun"] < self.count:
            assert time.monotonic() < deadline, f"{told['begun']} of {self.count} sockets had a snapshot"
            time.sleep(0.02)
        return self

    def forget(self) -> None:
        """What comes from now on is reported."""
        self.settle()
        self.program.say("reset")
        self.program.told()

    def report(self) -> dict[str, Any]:
        """What came since `forget`."""
        self.program.say("report")
        told: dict[str, Any] = self.program.told()
        return told

    def wait_for(self, events: int, patience: float = 30.0) -> dict[str, Any]:
        """The report once every socket has had that many events. Raises AssertionError when others come, or none."""
        deadline = time.monotonic() + patience
        while (told := self.report())["events"] < events * self.count and time.monotonic() < deadline:
            time.sleep(0.02)
        lost = f"{told['lost']} sockets lost, the last with {told['code']}"
        assert told["events"] == events * self.count, (
            f"{told['events']} of {events * self.count} events came, {lost}"
        )
        return told

    def flight(self, events: int, window: int, requests: Path) -> float:
        """Deliveries a second with `window` events under way."""
        self.program.say(f"flight {events} {window} {requests}")
        told = self.program.told()
        self.load = told["cpu"] / told["seconds"]
        return float(told["events"] * told["sockets"] / told["seconds"])


def on_both_loops(goal: Goal) -> Iterator[tuple[str, Goal | None]]:
    """The loops that bare aiohttp is measured on. The goals of PERFORMANCE.md are ratios to asyncio's own (14,400 POSTs
    a second there); uvloop is what we run on, and its ratio stands beside it without a goal."""
    yield "asyncio", goal
    yield "uvloop", None


Measure = Callable[[Bench], Iterator[Figure]]
ROWS: dict[str, Measure] = {}
CLUSTER: set[str] = set()
"""The rows of several processes on PostgreSQL and Valkey: they take hours and are run by themselves."""


def row(measure: Measure) -> Measure:
    """Makes a function a row, by its name."""
    ROWS[measure.__name__] = measure
    return measure


def cluster_row(measure: Measure) -> Measure:
    """Makes it one of `make bench-cluster`."""
    CLUSTER.add(measure.__name__)
    return row(measure)

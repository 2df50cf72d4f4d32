"""How long each room's tests may take in CI: seconds of test time, set-up and tear-down included, over all workers.

The one home of these figures. A room that is not named here has DEFAULT. Long forms of load and fault tests are not
for this run: they stay with `make bench` and the scripts. The figures are for a machine of REFERENCE: a slower one, or
one that others keep busy, has as much more as it is slower, for a budget shall find waste and not weak machines.
"""

import statistics
import time
from collections.abc import Sequence

REFERENCE = 0.004
"""Seconds that one `pace` takes on two cores while both are testing."""
STRIDE = 10
"""Tests between two looks at the machine's pace."""
SECOND_TRIES = 5
"""Tests that may need a second try in one run. Two shared cores (and their disk) now and then stand still for seconds;
each second try is named at the end with its reason, is a fault to be looked into, and more of them fail the run."""
DEFAULT = 60
BUDGETS = {
    "backup": 60,
    "bench": 90,
    "carriage": 90,
    "channels": 60,
    "chaos": 180,
    "e2e": 1250,
    "faults": 150,
    "gateway": 200,
    "house": 60,
    "inbox": 480,
    "media": 60,
    "move": 180,
    "peers": 90,
    "presence": 30,
    "providers": 180,
    "sandbox": 110,
    "static": 60,
    "slack": 200,
    "store": 180,
    "stream": 280,
    "visitors": 120,
    "wheel": 120,
}


def room_of(nodeid: str) -> str:
    """`tests/store/test_log.py::test_x` -> `store`; a file alone is its own room: `tests/test_wheel.py` -> `wheel`."""
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else parts[-1].removeprefix("test_").removesuffix(".py")


def pace() -> float:
    """Seconds that a small, always equal piece of work takes now."""
    began = time.perf_counter()
    total = 0
    for number in range(60_000):
        total += number * number % 7
    return time.perf_counter() - began


def slowness(paces: Sequence[float]) -> float:
    """How many times slower than the reference the machine was, by all looks at it; never less than 1."""
    return max(1.0, statistics.median(paces) / REFERENCE) if paces else 1.0


def too_many(tried_again: Sequence[str]) -> list[str]:
    """The tests that needed a second try, when they are more than a run may have."""
    return list(tried_again) if len(tried_again) > SECOND_TRIES else []


def exceeded(spent: dict[str, float], slower: float = 1.0) -> list[str]:
    return [
        f"{room}: {seconds:.0f} s of {BUDGETS.get(room, DEFAULT)} s"
        + (f" on a machine {slower:.1f} times slower" if slower > 1 else "")
        for room, seconds in sorted(spent.items())
        if seconds > BUDGETS.get(room, DEFAULT) * slower
    ]

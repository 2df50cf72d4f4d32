"""How long each room's tests may take in CI: seconds of test time, set-up and tear-down included, over all workers.

The one home of these figures. A room that is not named here has DEFAULT. Long forms of load and fault tests are not
for this run: they stay with `make bench` and the scripts.
"""

DEFAULT = 60
BUDGETS = {
    "backup": 60,
    "channels": 60,
    "e2e": 420,
    "faults": 90,
    "gateway": 120,
    "house": 60,
    "inbox": 180,
    "media": 60,
    "presence": 30,
    "static": 60,
    "store": 180,
    "stream": 240,
    "visitors": 120,
    "wheel": 120,
}


def room_of(nodeid: str) -> str:
    """`tests/store/test_log.py::test_x` -> `store`; a file alone is its own room: `tests/test_wheel.py` -> `wheel`."""
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else parts[-1].removeprefix("test_").removesuffix(".py")


def exceeded(spent: dict[str, float]) -> list[str]:
    return [
        f"{room}: {seconds:.0f} s of {BUDGETS.get(room, DEFAULT)} s"
        for room, seconds in sorted(spent.items())
        if seconds > BUDGETS.get(room, DEFAULT)
    ]

"""A process of the house under test: `parley` itself, in a hurry, with a clock that somebody else may step.

Eight bytes of the file CHAOS_CLOCK are the seconds by which its clock is wrong.
"""

import mmap
import os
import struct
import sys
import time
from pathlib import Path

from gateway import catch_up
from gateway.__main__ import main
from gateway.delivery import Pace
from inbox.slack import send

WRONG = struct.Struct("d")
PACE = Pace(
    lease=6_000,
    answer=2_500,
    doubt=2_000,
    lane_wait=1_000,
    first=50,
    most=1_000,
    rest=2_000,
    give_up=3_600_000,
    probe=300,
)
"""In place of the product's own, whose minutes would be most of a run."""
UNDER_WAY = 1_500


def step_by(file: str) -> None:
    """From now on this process believes what the file says."""
    with Path(file).open("r+b") as opened:
        shared = mmap.mmap(opened.fileno(), WRONG.size)
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + WRONG.unpack_from(shared)[0]
    time.time_ns = lambda: right_ns() + int(WRONG.unpack_from(shared)[0] * 1e9)


def hurry() -> None:
    pace = [getattr(PACE, name) for name in Pace.__dataclass_fields__]
    vars(Pace)["__init__"].__defaults__ = tuple(pace)
    vars(catch_up.CatchUp)["__init__"].__defaults__ = (UNDER_WAY,)
    for name in ("EVERY", "FIRST_AGAIN"):
        setattr(catch_up, name, float(os.environ["CHAOS_ROUNDS"]))
    catch_up.BACK = 120_000
    quick = (0.0, 0.0, 0.5, 0.05, 0.5, 0.3)
    assert len(quick) == len(send.Pace.__dataclass_fields__)
    vars(send.Pace)["__init__"].__defaults__ = quick


if __name__ == "__main__":
    step_by(os.environ["CHAOS_CLOCK"])
    hurry()
    sys.exit(main())

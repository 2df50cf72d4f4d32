"""A process of the house under test: `parley` itself, in a hurry, with a clock that somebody else may step.

Eight bytes of the file CHAOS_CLOCK are the seconds by which its clock is wrong.
"""

import mmap
import os
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from gateway import catch_up
from gateway.__main__ import main
from gateway.delivery import Pace
from inbox.slack import send

WRONG = struct.Struct("d")
OUTBOX = {
    "lease": 6_000,
    "answer": 2_500,
    "doubt": 2_000,
    "lane_wait": 1_000,
    "first": 50,
    "most": 1_000,
    "rest": 2_000,
    "give_up": 3_600_000,
    "probe": 300,
}
"""ms in place of the product's own, whose minutes would be most of a run."""
SLACK = {
    "post": 0.0,
    "header": 0.0,
    "unsure": 0.5,
    "again": 0.05,
    "again_most": 0.5,
    "look": 0.3,
    "probe": 0.3,
}
"""Seconds."""
UNDER_WAY = 1_500


def step_by(file: str) -> None:
    """From now on this process believes what the file says."""
    with Path(file).open("r+b") as opened:
        shared = mmap.mmap(opened.fileno(), WRONG.size)
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + WRONG.unpack_from(shared)[0]
    time.time_ns = lambda: right_ns() + int(WRONG.unpack_from(shared)[0] * 1e9)


def hurry() -> None:
    hasten(Pace, OUTBOX)
    hasten(send.Pace, SLACK)
    vars(catch_up.CatchUp)["__init__"].__defaults__ = (UNDER_WAY,)
    for name in ("EVERY", "FIRST_AGAIN"):
        setattr(catch_up, name, float(os.environ["CHAOS_ROUNDS"]))
    catch_up.BACK = 120_000


def hasten(pace: type, by: Mapping[str, float]) -> None:
    """What is named has another default from here on."""
    now = {field.name: field.default for field in fields(pace)}
    assert by.keys() <= now.keys(), f"{pace.__module__}.{pace.__name__} has only {list(now)}"
    vars(pace)["__init__"].__defaults__ = tuple((now | dict(by)).values())


if __name__ == "__main__":
    step_by(os.environ["CHAOS_CLOCK"])
    hurry()
    sys.exit(main())

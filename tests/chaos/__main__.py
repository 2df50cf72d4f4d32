"""`python -m tests.chaos [--house sqlite|postgres] [--seed N] [--seeds K] [--messages M] [--faults F]`."""

import argparse
import asyncio
import signal
import sys
import time

from tests.chaos.house import KINDS
from tests.chaos.ledger import Disagreement
from tests.chaos.run import run

EVERY = 600
"""Messages to one fault."""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--house", choices=KINDS, action="append", help="both unless said")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first one")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--messages", type=int, default=100_000, help="in each house")
    parser.add_argument("--faults", type=int, default=0, help=f"one to {EVERY} messages unless said")
    parser.add_argument("--people", type=int, default=60, help="customers")
    asked = parser.parse_args()
    faults = asked.faults or max(12, asked.messages // EVERY)
    failed = 0
    # Whoever ends us ends the servers, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for seed in range(asked.seed, asked.seed + asked.seeds):
        for kind in asked.house or KINDS:
            try:
                print(asyncio.run(run(kind, seed, asked.messages, faults, asked.people, _say)), flush=True)
            except Disagreement as why:
                failed += 1
                print(f"{kind}, seed {seed}: the ledgers disagree\n{why}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

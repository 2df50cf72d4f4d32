"""`python -m bench [ROW ...] [--cluster] [--short]`: measure, print the table; a whole run writes bench/RESULTS.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import machine, report
from bench.harness import CLUSTER, Bench
from bench.programs import Failed
from bench.report import Line
from bench.rows import ROWS


def main() -> int:
    """Returns 1 when a row could not be measured; a missed floor is said, not punished."""
    asked = _arguments()
    print(report.HEAD)
    with tempfile.TemporaryDirectory(prefix="parley-bench-", dir=asked.folder) as folder:
        lines = [
            line for name in asked.rows or _whole(asked) for line in _measured(name, Path(folder), asked)
        ]
        about = machine.described(Path(folder))
    if asked.write or not (asked.rows or asked.short):
        report.write(lines, about)
    return int(any(line.fault for line in lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of: {' '.join(ROWS)}")
    parser.add_argument("--short", action="store_true", help="tiny counts: does it run?")
    parser.add_argument(
        "--messages", type=int, default=1_000_000, help="for lists and search (default: %(default)s)"
    )
    parser.add_argument(
        "--cluster", action="store_true", help=f"the rows of several processes: {' '.join(sorted(CLUSTER))}"
    )
    parser.add_argument(
        "--day", type=float, default=20, help="minutes that a day's traffic takes (default: %(default)s)"
    )
    parser.add_argument(
        "--churn", type=float, default=60, help="minutes of coming and going (default: %(default)s)"
    )
    parser.add_argument("--folder", type=Path, help="where the databases go for the while")
    parser.add_argument("--write", action="store_true", help="put the lines measured now into RESULTS.md")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are: {' '.join(ROWS)}")
    return asked


def _whole(asked: argparse.Namespace) -> list[str]:
    return [name for name in ROWS if (name in CLUSTER) == asked.cluster]


def _measured(name: str, folder: Path, asked: argparse.Namespace) -> list[Line]:
    began = time.monotonic()
    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    place = folder / name
    place.mkdir()
    lines: list[Line] = []
    bench = Bench(place, short=asked.short, messages=asked.messages, day=asked.day, churn=asked.churn)
    try:
        with bench.stack:
            lines += [Line(name, figure, max(bench.others, default=None)) for figure in ROWS[name](bench)]
    except (Failed, AssertionError, TimeoutError) as why:
        lines.append(Line(name, None, None, fault=str(why)))
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    for line in lines:
        print(line.shown(), flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(main())

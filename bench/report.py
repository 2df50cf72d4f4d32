"""The table, on the screen and in RESULTS.md: figures of other runs stay until their row is measured again."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness import CLUSTER, ROWS, Figure

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = """| row | figure | | floor | target | met | measured | others' CPU |
| --- | --- | --: | --- | --- | --- | --- | --: |"""
INTRODUCTION = """# Figures

Ratios to bare programs taken in the same run (`bench/bare/`); absolute figures drift between hours and machines and
are asserted nowhere. The goals are those of PERFORMANCE.md: a floor resolves an issue, a target is pursued.

Repeat: `make bench`, or `make bench ARGS="durable_50 storm"` for some rows, `ARGS=--short` to see that all run.
It takes two cores for itself (what is measured on one, what loads it on the other), a C compiler, and three quarters
of an hour. A measurement during which others used more than 0.15 core is repeated; what they used at the calmer try
stands in the last column (two cores are 2.00). Rows of times (latency, a stalled agent, a list while messages come in)
run on any core and, where the system allows, at a higher priority than what else the machine does. The provider of
`webhooks_in`, `callbacks`, `outbox` and `queued` is a program of ours that signs as Twilio does and answers at once.
"""

SEVERAL = """## Several processes

`make bench-cluster`: processes of Parley on one PostgreSQL, which flushes every commit, and one Valkey. All of them and
the programs that load them share the machine's two cores on equal terms, so rates are those of two cores for all of it;
the microseconds of CPU that each part spends on a message are what more machines are reckoned from
([sizing](../docs/operations/sizing.md)). It takes two hours; `ARGS="--churn 5 --day 2"` shortens the two long rows.
"""


@dataclass(frozen=True)
class Line:
    row: str
    figure: Figure | None
    others: float | None
    """Cores that others used; None where it was not watched, because nothing there hangs on it."""
    fault: str = ""

    def shown(self) -> str:
        figure = self.figure
        if figure is None:
            return f"| {self.row} | not measured: {' '.join(self.fault.split())[-300:]} | | | | | | |"
        goal = figure.goal
        bounds = (
            [goal.shown(goal.floor), goal.shown(goal.target), goal.says(figure.value)] if goal else [""] * 3
        )
        value = f"**{_rounded(figure.value)}** {figure.unit}"
        cells = [
            self.row,
            figure.what,
            value,
            *bounds,
            figure.raw,
            "" if self.others is None else f"{self.others:.2f}",
        ]
        return f"| {' | '.join(cells)} |"


def _rounded(value: float) -> str:
    return f"{value:.3f}" if value < 0.3 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def write(lines: Sequence[Line], about: Sequence[str]) -> None:
    """Replace these rows' lines in RESULTS.md, keep the others'."""
    kept = _read()
    for name in {line.row for line in lines}:
        kept[name] = [line.shown() for line in lines if line.row == name]
    alone, cluster = (
        "\n".join(line for name in ROWS if (name in CLUSTER) == many for line in kept.get(name, []))
        for many in (False, True)
    )
    measured = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    machine = "\n".join(f"- {line}" for line in (f"measured {measured}", *about))
    tables = f"{HEAD}\n{alone}\n\n{SEVERAL}\n{HEAD}\n{cluster}\n"
    FILE.write_text(f"{INTRODUCTION}\n{machine}\n\n{tables}", encoding="utf-8")


def _read() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    if FILE.exists():
        for line in FILE.read_text(encoding="utf-8").splitlines():
            if (found := re.match(r"\| (\w+) \|", line)) and found[1] in ROWS:
                rows.setdefault(found[1], []).append(line)
    return rows

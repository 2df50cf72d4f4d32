"""The machine under the figures: its cores, who else uses them, and what a process holds. Linux only (/proc)."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, LOAD_CORE = 0, min(1, (os.cpu_count() or 1) - 1)
"""What is measured runs on one core, what loads it on another."""
EVERY_CORE = tuple(range(os.cpu_count() or 1))
"""For programs that share all of them on equal terms."""
Core = int | tuple[int, ...] | None

FIRST = -10
"""The priority of a process that is on no core of its own."""


def pin(core: Core) -> None:
    """Keep this process (and the threads it will have) on one core, or on these. None: it runs anywhere, and before
    what others do where the system allows, because then it is times that are measured and not ratios."""
    os.sched_setaffinity(0, EVERY_CORE if core is None else (core,) if isinstance(core, int) else core)
    if core is None:
        with suppress(OSError):
            os.setsid()  # Linux weighs sessions, not processes (sched(7), "The autogroup feature")
            os.setpriority(os.PRIO_PROCESS, 0, FIRST)
            Path("/proc/self/autogroup").write_text(str(FIRST))


def rss(pid: int, of: str = "VmRSS") -> int:
    """Bytes of memory a process holds; `RssAnon`: without the pages of files, which the system may take back."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{of}:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    return sum(_times(pid)[:2]) / TICK


def _times(pid: int) -> list[int]:
    """utime, stime, cutime, cstime (proc(5), fields 14 to 17)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return [0, 0, 0, 0]
    return [int(field) for field in text.rpartition(")")[2].split()[11:15]]


def children(pid: int) -> Iterator[int]:
    """Of this process, and of theirs, and so on."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield int(child)
            yield from children(int(child))


def family_cpu(pid: int) -> float:
    """The same with everything it has started, also with what has ended since and was waited for: PostgreSQL's
    processes of former connections."""
    used = sum(_times(pid))
    with suppress(FileNotFoundError):
        used += sum(sum(_times(child)) for child in children(pid))
    return used / TICK


def _busy() -> float:
    """CPU seconds that all processes have used: user, nice, system, irq, softirq, steal (proc(5), /proc/stat)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / TICK


@dataclass
class Others:
    """Cores that other people's processes used meanwhile."""

    cores: float = 0.0


@contextmanager
def others() -> Iterator[Others]:
    """Watches while the block runs; the figure stands there afterwards."""
    seen = Others()
    began, busy, own = time.monotonic(), _busy(), family_cpu(os.getpid())
    yield seen
    seen.cores = max(0.0, (_busy() - busy) - (family_cpu(os.getpid()) - own)) / max(
        0.001, time.monotonic() - began
    )


def flush_time(folder: Path) -> float:
    """Milliseconds that one small write with fdatasync takes on this disk, the median of 50."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(50):
            began = time.perf_counter()
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return sorted(taken)[25] * 1000


def described(folder: Path) -> list[str]:
    """The machine in a few lines."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "uvloop", "orjson"))
    return [
        f"{os.cpu_count()} cores, {model}; {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {libraries}, SQLite {sqlite3.sqlite_version}",
        f"one fdatasync of 4 KiB on its disk: {flush_time(folder):.2f} ms (median of 50)",
        f"commit {_commit()}",
    ]


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"

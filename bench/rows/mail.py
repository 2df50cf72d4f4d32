"""Mails: how fast they are read and stored, and what an import of ten thousand holds."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Iterator

from bench import machine
from bench.harness import Bench, Figure, row
from bench.mails import ADDRESS
from bench.product import Data
from bench.programs import Program, python
from bench.rows.memory import MIB

WARM = 500
"""Mails after which what the first ones load is there."""
CACHE = 64
"""MiB of pages that SQLite keeps of a large database (`pragma cache_size`): with 2 of them the same import adds 1."""
LONGEST = 900.0
"""Seconds that an import may last."""


@row
def mail(bench: Bench) -> Iterator[Figure]:
    """Mails taken in, each understood, joined to its conversation and committed at FULL with its files; beside the
    standard library, which only reads them. Then 10,000 that lie in a mailbox, over IMAP, one by one."""
    each, first = bench.few(400, 20), itertools.count()
    place = bench.folder / "mails"
    place.mkdir()
    ours = bench.start(python("bench.load.mails", place), core=machine.SERVER_CORE)
    bare = bench.bare("mails")

    def taken(program: Program) -> float:
        program.say(json.dumps({"first": next(first) * each, "count": each}))
        return float(program.told()["per_second"])

    both = bench.beside(lambda: taken(ours), lambda: taken(bare))
    yield Figure(
        "mails read and stored",
        both.ratio,
        "× bare parse by the standard library",
        None,
        f"{both.ours:,.0f}/s beside {both.bare:,.0f}/s, 16 at a time",
    )
    ours.stop()
    yield _imported(bench, bench.few(10_000, 40), bench.few(WARM, 10))


def _imported(bench: Bench, many: int, warm: int) -> Figure:
    box = bench.start(python("bench.load.mailbox", many), core=machine.LOAD_CORE)
    url = f"imap://shop:right@127.0.0.1:{box.told()['port']}"
    section = (
        f'[channels.mail]\ntype = "email"\naddress = "{ADDRESS}"\nimap_url = "{url}"\nsince = 2026-01-01\n'
    )
    data = bench.data("imported", agents=1, customers=1, config=section)
    server = bench.parley(data)
    server.port()
    _until(data, warm)
    before, began, of = machine.rss(server.pid, "RssAnon"), time.monotonic(), _taken(data)
    _until(data, many)
    rate = (many - of) / (time.monotonic() - began)
    grown = (machine.rss(server.pid, "RssAnon") - before) / MIB
    raw = f"{rate:,.0f}/s, each committed before the next is fetched; {CACHE} MiB of it may be the database's own pages"
    return Figure(f"import of {many:,} mails by IMAP: memory added", grown, "MiB", None, raw)


def _until(data: Data, many: int) -> None:
    deadline = time.monotonic() + LONGEST
    while _taken(data) < many:
        assert time.monotonic() < deadline, f"{_taken(data)} of {many} mails came"
        time.sleep(0.1)


def _taken(data: Data) -> int:
    look = sqlite3.connect(f"file:{data.folder}/parley.db?mode=ro", uri=True)
    try:
        return int(look.execute("select count(*) from messages").fetchone()[0])
    finally:
        look.close()

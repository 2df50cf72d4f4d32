"""The real parts as fixtures, clean consoles, a free event loop and a time budget for each room.

postgres_url   a fresh empty database          postgres   the server: copies of prepared databases, kill and restart
ready_url      one with the schema in it
valkey_url     an emptied Valkey               valkey     the server
own_valkey     a Valkey to be killed, frozen, restarted
s3             a fresh bucket
new_page       opens watched pages             browser    Playwright's Chromium, this test's own
parley         starts `parley serve` as its own process, to be killed and restarted
"""

import contextlib
import gc
import logging
import os
import shutil
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from playwright.async_api import Browser, async_playwright

from static import bundle
from tests import budgets, peers, shortcuts
from tests.databases import prepare
from tests.hangs import pytest_runtest_setup as pytest_runtest_setup
from tests.hangs import pytest_runtest_teardown as pytest_runtest_teardown
from tests.servers import chromium
from tests.servers import s3 as s3_server
from tests.servers.blocking import watched
from tests.servers.pages import Pages
from tests.servers.parley import Parley
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3
from tests.servers.valkey import Valkey
from tests.sharing import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

# Shared cores make a deadline a coin toss; CI tries the same examples each time, and a failure prints how to repeat it.
set_hypothesis_home_dir(bundle.HERE.parent / ".cache/hypothesis")
hypothesis.settings.register_profile("here", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOM_IN_MEMORY = 6 << 30
"""Bytes that /dev/shm must have free for the tests' folders to be there."""

_spent: dict[str, float] = defaultdict(float)
_paces: list[float] = []
_tests: list[str] = []
_tried_again: list[str] = []
_bundle_failure: list[str] = []


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command run in this process sets its log up: the next test is told no more than before, on no closed stream."""
    root = logging.getLogger()
    level = root.level
    yield
    for handler in [kept for kept in root.handlers if type(kept) is logging.StreamHandler]:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.database()
    yield url
    postgres.drop(url)


@pytest.fixture
def ready_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.copy_of("schema", prepare)
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    server = Valkey.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_url(valkey: Valkey) -> str:
    valkey.flush()
    return valkey.url


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """One that the test may kill and freeze."""
    server = Valkey.own()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    endpoint, server = s3_server.start()
    yield endpoint
    server.stop()


@pytest.fixture
def s3(s3_endpoint: str) -> S3:
    made = S3(s3_endpoint, bucket=f"bucket-{time.monotonic_ns()}")
    with urllib.request.urlopen(urllib.request.Request(f"{s3_endpoint}/{made.bucket}", method="PUT")):
        return made


@pytest.fixture
def parley() -> Iterator[Callable[..., Parley]]:
    started: list[Parley] = []

    def start(*arguments: str, command: str = "serve", **environment: str) -> Parley:
        """`parley("--workers", "2", PARLEY_DATABASE__URL=postgres_url)`; answers once it can serve."""
        started.append(Parley.start(command, *arguments, **environment))
        return started[-1]

    yield start
    for server in started:
        server.end()


def _work_in_memory() -> None:
    """Temporary folders in memory, where there is room: on a shared disk a flush may take a minute, and what these
    tests are about is not the disk."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(memory).free >= ROOM_IN_MEMORY and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(memory)
        tempfile.tempdir = None  # asked for anew


_work_in_memory()
shortcuts.take()


@contextlib.asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    if _bundle_failure:
        pytest.fail(f"the front end does not build: {_bundle_failure[0]}")
    found = chromium.find()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=found.program, env=found.environment, args=chromium.ARGUMENTS
        )
        yield started
        await started.close()


@contextlib.asynccontextmanager
async def watched_pages(browser: Browser) -> AsyncIterator[Pages]:
    pages = Pages(browser)
    yield pages
    await pages.close()
    unexpected = pages.unexpected()
    assert not unexpected, "the console is not clean:\n" + "\n".join(unexpected)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[Pages]:
    async with watched_pages(browser) as pages:
        yield pages


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """A stale bundle is built before anything reads it; one that does not build fails the tests that need a browser."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        bundle.build()
    except Exception as why:
        _bundle_failure.append(str(why))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("flaky") is None:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the collector of garbage, which holds the loop, need not go through it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    with watched() as slow:
        result = yield
    if slow and not item.get_closest_marker("may_block"):
        pytest.fail("the event loop was held: " + "; ".join(slow))
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _spent[budgets.room_of(report.nodeid)] += report.duration
    if str(report.outcome) == "rerun":  # pytest-rerunfailures' own
        said = [line[1:].strip() for line in report.longreprtext.splitlines() if line.startswith("E ")]
        _tried_again.append(f"{report.nodeid}: {' '.join(said)[:400]}")
    if report.when == "call" and os.environ.get("CI"):
        _tests.append(report.nodeid)
        if len(_tests) % budgets.STRIDE == 1:
            _paces.append(budgets.pace())


def _over_budget() -> list[str]:
    return budgets.exceeded(_spent, budgets.slowness(_paces))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return
    if budgets.too_many(_tried_again) or (os.environ.get("CI") and _over_budget()):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI"):
        for line in _over_budget():
            terminalreporter.write_line(f"over its time budget (tests/budgets.py): {line}", red=True)
    if left_out := peers.missing():
        terminalreporter.write_line(f"tests/peers was left out: {left_out}", yellow=True)
    for line in _tried_again:
        terminalreporter.write_line(f"needed a second try: {line}", yellow=True)
    if many := budgets.too_many(_tried_again):
        terminalreporter.write_line(f"{len(many)} tests needed a second try (tests/budgets.py)", red=True)
    if _bundle_failure:
        terminalreporter.write_line(f"the front end does not build: {_bundle_failure[0]}", red=True)

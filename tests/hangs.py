"""No test may hang a run: each attempt, and each tear-down, has its own time.

pytest-timeout counts once for a test and is switched off by the first failure, so that the tear-down of a test that
failed, and its second try, had no end. Here each is timed anew; and what a signal does not interrupt (its exception
falls into a task of the loop, or is caught) ends with its process, every thread's stack printed: pytest-xdist names the
test, counts it as failed and goes on with another worker.
"""

import faulthandler
import os
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
import pytest_timeout
from _pytest.faulthandler import fault_handler_stderr_fd_key

GRACE = 30.0
"""Seconds after a test's time-out within which it must have ended."""

_ENDED_BY_FORCE = (
    Path(tempfile.gettempdir()) / f"hung-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
)
"""Tests of this run that took their worker with them: pytest-xdist would give them to the next one, and again."""

_last_resort: threading.Timer | None = None


def _end_by_force(nodeid: str, stderr: int) -> None:
    with _ENDED_BY_FORCE.open("a") as ended:
        ended.write(nodeid + "\n")
    faulthandler.dump_traceback(stderr)
    os._exit(1)


def _end_time(item: pytest.Item) -> None:
    if _last_resort is not None:
        _last_resort.cancel()
    item.config.hook.pytest_timeout_cancel_timer(item=item)


def _begin_time(item: pytest.Item) -> None:
    global _last_resort
    settings = pytest_timeout._get_item_settings(item)
    _end_time(item)
    if not settings.timeout:
        return
    item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)
    stderr = item.config.stash.get(fault_handler_stderr_fd_key, 2)  # gone once the run is ending
    _last_resort = threading.Timer(settings.timeout + GRACE, _end_by_force, (item.nodeid, stderr))
    _last_resort.daemon = True
    _last_resort.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    if _ENDED_BY_FORCE.exists() and item.nodeid in _ENDED_BY_FORCE.read_text().splitlines():
        pytest.fail("it hung, and was ended with its worker: the stacks are printed above")
    _begin_time(item)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    _begin_time(item)
    try:
        return (yield)
    finally:
        _end_time(item)

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGINS = ["-p", "pytest_timeout", "-p", "pytest_rerunfailures", "-p", "xdist.plugin"]

CONFTEST = """
import pytest
from tests import hangs
from tests.hangs import pytest_runtest_setup, pytest_runtest_teardown

hangs.GRACE = 1.0


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.flaky(reruns=1))
"""

TESTS = """
import time

import pytest

pytestmark = pytest.mark.timeout(1)
tries = []


def sleep_through():
    while True:
        try:
            time.sleep(60)
        except BaseException:
            continue


def test_hangs_in_its_second_try():
    tries.append(1)
    assert len(tries) > 1
    time.sleep(60)


@pytest.fixture
def left():
    yield
    sleep_through()


def test_fails_and_is_never_torn_down(left):
    raise AssertionError


def test_comes_next():
    assert True
"""


def run(folder: Path, chosen: str, *arguments: str) -> str:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_hanging.py").write_text(TESTS)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *PLUGINS, "-k", chosen, *arguments, folder],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=45,
        check=False,
    )
    return ended.stdout + ended.stderr


def test_a_second_try_has_its_own_time(tmp_path: Path) -> None:
    said = run(tmp_path, "second_try or next")
    assert "Timeout (>1.0s)" in said
    assert "RF." in said


def test_what_no_signal_interrupts_ends_with_its_worker(tmp_path: Path) -> None:
    said = run(tmp_path, "torn_down or next", "-n", "1", "--dist", "loadscope")
    assert "sleep_through" in said  # where it hung
    assert "crashed while running 'test_hanging.py::test_fails_and_is_never_torn_down'" in said
    assert "it hung, and was ended with its worker" in said  # not run anew by each next worker
    assert "1 passed" in said

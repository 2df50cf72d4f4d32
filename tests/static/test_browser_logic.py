"""The browser's reducers and helpers, tested without a DOM: static/src/**/*.test.ts, by Node's own test runner."""

import os
import subprocess

import pytest

from static import bundle


@pytest.mark.timeout(120)
def test_browser_logic() -> None:
    with bundle.alone("bundle"):
        bundle.install_packages()
    program, _ = bundle.node()
    done = subprocess.run(
        [program, "build.mjs", "--test"],
        cwd=bundle.HERE,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]

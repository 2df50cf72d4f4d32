"""The house at work, for every test here."""

from pathlib import Path

import pytest

from tests.e2e.office import demo, office, open_demo, open_office

__all__ = ["demo", "office", "open_demo", "open_office"]

HERE = Path(__file__).parent
PATIENCE = 240
"""Seconds for a whole test: on a busy machine each of many waits takes its time, and each has a patience of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(PATIENCE))

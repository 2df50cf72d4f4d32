"""Each worker begins with its kind of tests, every test is given out once, and who is done helps with the rest."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.sharing import Sharing

BROWSERS = [f"tests/e2e/test_{name}.py" for name in "abc"]
OTHERS = [f"tests/inbox/test_{name}.py" for name in "defgh"]
TESTS = [f"{file}::test_{number}" for file in (*OTHERS[:2], *BROWSERS, *OTHERS[2:]) for number in range(3)]


class Worker:
    """What pytest-xdist's has for a scheduler."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.shutting_down = False
        self.given: list[int] = []
        self.done = 0

    def send_runtest_some(self, tests: list[int]) -> None:
        self.given += tests

    def shutdown(self) -> None:
        self.shutting_down = True


def begun(config: pytest.Config, workers: list[Worker]) -> Sharing:
    made = Sharing(config)
    made.numnodes = len(workers)
    for worker in workers:
        made.add_node(worker)
        made.add_node_collection(worker, TESTS)
    made.schedule()
    return made


def files(worker: Worker) -> list[str]:
    return list(dict.fromkeys(TESTS[one].partition("::")[0] for one in worker.given))


def work(sharing: Any, workers: list[Worker]) -> None:
    """One test each, in turn, until all is done."""
    while any(worker.done < len(worker.given) for worker in workers):
        for worker in workers:
            if worker.done < len(worker.given):
                sharing.mark_test_complete(worker, worker.given[worker.done])
                worker.done += 1


@pytest.fixture
def config(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> pytest.Config:
    for name, value in {"tx": ["2*popen"], "maxprocesses": None, "loadscopereorder": False}.items():
        monkeypatch.setattr(pytestconfig.option, name, value)
    return pytestconfig


def test_each_begins_with_its_kind_and_helps_at_the_end(config: pytest.Config) -> None:
    workers = [Worker("gw0"), Worker("gw1")]
    sharing = begun(config, workers)
    work(sharing, workers)
    browsers, others = (files(worker) for worker in workers)
    assert browsers[:3] == BROWSERS and set(browsers[3:]) < set(OTHERS)
    assert others == [file for file in OTHERS if file not in browsers]
    assert sorted(one for worker in workers for one in worker.given) == list(range(len(TESTS)))
    assert sharing.tests_finished and all(worker.shutting_down for worker in workers)


def test_what_a_worker_leaves_behind_is_done_by_the_next(config: pytest.Config) -> None:
    workers = [Worker("gw0"), Worker("gw1")]
    sharing: Any = begun(config, workers)
    assert sharing.remove_node(workers[0]) == f"{BROWSERS[0]}::test_0"
    come = Worker("gw2")
    sharing.add_node(come)
    sharing.add_node_collection(come, TESTS)
    sharing.schedule()
    work(sharing, [workers[1], come])
    assert set(workers[1].given + come.given) == set(range(len(TESTS)))

"""Who tests what: a browser's tests want more than one core, most others less than one, so that two of a kind side by
side are slow or idle. The first worker begins with the browser's, the rest with the others; who is done helps.
"""

from collections.abc import Callable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSERS = "tests/e2e/"


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """pytest-xdist's by module, but for which module a worker is given next."""

    def _assign_work_unit(self, node: Any) -> None:
        begins_with_browsers = self.nodes.index(node) == 0
        for scope in self.workqueue:
            if scope.startswith(BROWSERS) is begins_with_browsers:
                self.workqueue.move_to_end(scope, last=False)
                break
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable[..., Any]) -> Sharing | None:
    if config.getvalue("dist") != "loadscope":
        return None
    return Sharing(config, log)

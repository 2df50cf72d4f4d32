"""The table of commands: unknown names, arguments that do not fit, too many."""

from __future__ import annotations

import pytest

from gateway.errors import Malformed, TooMany
from gateway.limits import Limits
from gateway.rates import Rate
from tests.inbox.conftest import House, Open, does


async def test_unknown_names_and_arguments(house: House) -> None:
    for name, args in (
        ("explode", {}),
        ("close", {}),
        ("close", {"conversation": 1}),
        ("set_priority", {"x": 1}),
    ):
        with pytest.raises(Malformed):
            await does(house, "ann", name, **args)


async def test_commands_are_counted_too(open_with: Open) -> None:
    house = await open_with(Limits(agent_requests=Rate(3, 60.0)))
    for _ in range(3):
        await does(house, "ann", "set_preferences", values={})
    with pytest.raises(TooMany):
        await does(house, "ann", "set_preferences", values={})

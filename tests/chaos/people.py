"""What everybody who talks to the house has in common: patience, names, and the contract of a channel's customers.

The contract: `sections` of the configuration, and `customers`, each of whom `talks` until all her words are taken, and
`stays` until the end, writing down what she receives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import aiohttp

from tests.chaos.ledger import Ledger

if TYPE_CHECKING:
    from tests.chaos.house import House

LOST = (aiohttp.ClientError, TimeoutError, OSError)
AGAIN = 0.2
"""Seconds until something is tried once more."""
QUIET = 25.0
"""Seconds without a frame after which a socket is doubted."""


class Customer(Protocol):
    name: str

    async def talks(self, count: int) -> None:
        """Say so many things; returns when the house, or the provider, has taken them all."""

    async def stays(self) -> None:
        """Receive, until it is cancelled."""

    async def has_all(self, answers: set[str]) -> bool:
        """Is everything that shall come of these answers there? For the end, when all is well again."""


class Channel(Protocol):
    @staticmethod
    def sections(house: House) -> Iterator[str]: ...

    @staticmethod
    def customers(house: House, ledger: Ledger, count: int) -> Sequence[Customer]: ...


def words(customer: str, number: int) -> str:
    return f"{customer}.{number}"


async def her_turn(ledger: Ledger) -> None:
    while ledger.count >= ledger.most:  # noqa: ASYNC110 (what is counted tells nobody)
        await asyncio.sleep(0.05)

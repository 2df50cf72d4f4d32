"""The agents' second place: two conversations are pulled into a Slack that is itself late, busy and forgetful, and
their threads must show everything that is said from then on, once each and in order."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from gateway.sandbox.slack.rates import Limits
from gateway.sandbox.slack.town import Slack, serve_slack
from gateway.sandbox.slack.weather import FAIR, Weather
from tests.chaos.ledger import customer_of
from tests.chaos.people import words
from tests.slack.town import words as words_of

if TYPE_CHECKING:
    from tests.chaos.house import House

STORM = Weather(
    busy=0.04, broken=0.03, cut=0.03, broken_after=0.02, cut_after=0.02, repeated=0.08, swapped=0.05
)
PLENTY = Limits(tiers=(90_000,) * 4, bursts=(9_000,) * 4, posts=90_000, burst=9_000, workspace=900_000)
"""Slack's own bounds would make the story as long as a working day."""
PULLED = ("web0", "mail0")
"""Whose conversations are pulled, by the first words that an agent hears of them."""
TEXT = re.compile(rf"^(?:re )?(?:{'|'.join(PULLED)})\.\d+$", re.MULTILINE)


class Office:
    """One workspace with one channel."""

    def __init__(self, seed: int) -> None:
        self.slack = Slack(seed=seed, limits=PLENTY)
        self.slack.weather = STORM

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with serve_slack(self.slack):
            self._channel = self.slack.channel("support", self.slack.person("Mina Park"))
            yield

    @property
    def channel(self) -> str:
        return str(self._channel.id)

    def section(self, house: House) -> str:
        told = self.slack.installation
        return (
            f'[slack]\nbot_token = "{told.bot_token}"\napp_token = "{told.app_token}"\n'
            f'api_base = "http://127.0.0.1:{house.to_slack.port}/api/"\n'
        )

    def wants(self, text: str) -> bool:
        return any(text == words(name, 0) for name in PULLED)

    def clears_up(self) -> None:
        self.slack.weather = FAIR

    def shown(self) -> dict[str, list[str]]:
        """Customer -> what stands in the threads of her conversation, in order."""
        found: dict[str, list[str]] = {name: [] for name in PULLED}
        for post in self.slack.posts(self._channel):
            for text in TEXT.findall(words_of(post)):
                found[customer_of(text)].append(text)
        return found

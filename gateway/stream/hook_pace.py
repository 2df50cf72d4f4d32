"""When a webhook is tried again, and when one gives up. Pure; times in ms."""

from __future__ import annotations

import random
from dataclasses import dataclass

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
AGAIN_AFTER = (
    *(5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR),
)
"""After each try of one webhook; the try after the last of them, more than three days later, is the last."""
TROUBLE = 10
"""Tries in a row, of whatever webhooks, after which an endpoint is only probed: one at a time, with a rest between."""
RESTS = (5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND, 80 * SECOND, 160 * SECOND, 5 * MINUTE)
"""Between two probes of an endpoint in trouble."""
LONGEST_ASKED = DAY
"""An endpoint may ask (Retry-After) to be left alone for so long at the most."""
JITTER = 0.2
"""Waits differ by up to this part of them, so that what failed together does not come again together."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`disable_after`: an endpoint that took nothing for so long, though it was tried, is switched off."""

    disable_after: int = 5 * DAY
    lease: int = 45 * SECOND
    """Longer than any try lasts: whoever holds one longer is dead, and another tries again."""
    again_after: tuple[int, ...] = AGAIN_AFTER
    rests: tuple[int, ...] = RESTS

    def again(self, tries: int, asked: int = 0) -> int | None:
        """How long a webhook waits after so many tries; `asked` is what the endpoint asked for. None: it has failed."""
        if tries > len(self.again_after):
            return None
        return max(jittered(self.again_after[tries - 1]), min(asked, LONGEST_ASKED))

    def rest(self, fails: int, asked: int = 0) -> int:
        """How long the endpoint as a whole is left alone after so many failed tries in a row."""
        probing = jittered(self.rests[min(fails - TROUBLE, len(self.rests) - 1)]) if fails >= TROUBLE else 0
        return max(probing, min(asked, LONGEST_ASKED))


def jittered(wait: int) -> int:
    return round(wait * random.uniform(1 - JITTER, 1 + JITTER))

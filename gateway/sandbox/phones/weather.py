"""What goes wrong on the way, and how often. The seed decides: the same one brings the same weather everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from random import Random


class Fault(Enum):
    """What may happen to a request to the API."""

    BUSY = "429, and nothing was done"
    BROKEN = "500, and nothing was done"
    CUT = "the line is cut before anything was done"
    BROKEN_AFTER = "done, but answered by 500"
    CUT_AFTER = "done, but the line is cut before the answer"

    @property
    def is_done(self) -> bool:
        return self in (Fault.BROKEN_AFTER, Fault.CUT_AFTER)


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares are between 0 and 1, pairs are seconds from .. to."""

    step: tuple[float, float] = (0.1, 0.6)
    """From one status of a message to its next."""
    travel: tuple[float, float] = (0.01, 0.05)
    """Until a webhook or callback knocks at our door."""
    undelivered: float = 0.0
    """Messages that the carrier gives up."""
    lost: float = 0.0
    """Webhooks and callbacks that never come."""
    repeated: float = 0.0
    """Those that come once more, `late` seconds after the first."""
    delayed: float = 0.0
    """Those that come `late` seconds later than they should, after what happened meanwhile."""
    late: tuple[float, float] = (1.0, 5.0)
    busy: float = 0.0
    broken: float = 0.0
    cut: float = 0.0
    broken_after: float = 0.0
    cut_after: float = 0.0
    """Requests to the API, by what happens to them: see `Fault`."""
    retry_after: int = 0
    """Seconds that a 429 asks for; 0: it does not say."""

    @property
    def faults(self) -> tuple[tuple[Fault, float], ...]:
        return (
            (Fault.BUSY, self.busy),
            (Fault.BROKEN, self.broken),
            (Fault.CUT, self.cut),
            (Fault.BROKEN_AFTER, self.broken_after),
            (Fault.CUT_AFTER, self.cut_after),
        )


FAIR = Weather()
STORM = Weather(
    undelivered=0.05, lost=0.1, repeated=0.2, delayed=0.3, busy=0.1, broken=0.05, cut=0.05, cut_after=0.05
)


@dataclass(frozen=True, slots=True)
class Lots:
    """Chances that hang on what they are drawn for and not on who came first."""

    seed: int

    def draw(self, share: float, *what: object) -> bool:
        return self._of(what).random() < share

    def seconds(self, span: tuple[float, float], *what: object) -> float:
        return self._of(what).uniform(*span)

    def name(self, *what: object) -> str:
        """32 hexadecimal digits, as the sids of Twilio have them."""
        return f"{self._of(what).getrandbits(128):032x}"

    def fault(self, weather: Weather, *what: object) -> Fault | None:
        point = self._of(what).random()
        for fault, share in weather.faults:
            if point < share:
                return fault
            point -= share
        return None

    def _of(self, what: tuple[object, ...]) -> Random:
        return Random("/".join(map(str, (self.seed, *what))))

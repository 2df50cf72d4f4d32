"""What may go wrong between Slack and the app, and how often; tests may also plan it for the next calls."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sandbox.phones.weather import Fault


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares are between 0 and 1."""

    down: bool = False
    """Nothing answers, and no socket stands."""
    slow: float = 0.0
    """Seconds before each answer."""
    busy: float = 0.0
    broken: float = 0.0
    cut: float = 0.0
    broken_after: float = 0.0
    cut_after: float = 0.0
    """Calls, by what happens to them: see `Fault`."""
    retry_after: int = 1
    """Seconds that a 429 of the weather asks for."""
    lost: float = 0.0
    """Events that never come."""
    repeated: float = 0.0
    """Events that come once more although they were acknowledged."""
    swapped: float = 0.0
    """Events that come after the one that follows them."""

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
STORM = Weather(busy=0.1, broken=0.05, cut=0.05, broken_after=0.05, cut_after=0.05, repeated=0.2, swapped=0.1)

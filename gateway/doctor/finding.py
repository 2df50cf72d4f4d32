"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial


class Grade(Enum):
    GOOD = "good"
    HINT = "hint"
    """It runs like this; it could be better, or it will matter later."""
    FAULT = "fault"
    """It does not run like this."""


@dataclass(frozen=True, slots=True)
class Finding:
    grade: Grade
    about: str
    words: str
    """What is so. Never a secret: URLs are shown without their passwords."""
    mend: str = ""
    """What to do about it."""


good = partial(Finding, Grade.GOOD)
hint = partial(Finding, Grade.HINT)
fault = partial(Finding, Grade.FAULT)

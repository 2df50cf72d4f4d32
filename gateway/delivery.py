"""What becomes of a message on its way to people over a provider. Pure.

A delivery is one attempt at one part to one identity. News of an attempt comes from our own call and from the
provider's callbacks, in any order and as often as they like: its state is the highest of all that was heard. What the
message as a whole shows is folded from its attempts, so it hangs on no order either.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.events import DeliveryState

State = DeliveryState

RANK = {state: rank for rank, state in enumerate(State)}
ARRIVED = frozenset({State.SENT, State.DELIVERED, State.READ})
"""The person has it, or the provider answers for it."""
OVER = frozenset({*ARRIVED, State.FAILED})
"""Nothing is left to do for it."""
BAD = (
    State.READ,
    State.DELIVERED,
    State.SENT,
    State.SENDING,
    State.QUEUED,
    State.UNKNOWN,
    State.FAILED,
)
"""From good to bad: a message shows its worst part's."""


def rise(was: State, news: State) -> State:
    """An attempt's state after news of it."""
    return max(was, news, key=RANK.__getitem__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to bring one part of a message to one identity."""

    identity: str
    part: int
    number: int
    state: State


def fold(attempts: Iterable[Attempt]) -> State | None:
    """What a message shows; None when it has no deliveries."""
    parts: dict[tuple[str, int], list[Attempt]] = defaultdict(list)
    for one in attempts:
        parts[one.identity, one.part].append(one)
    return max(map(of_part, parts.values()), key=BAD.index, default=None)


def of_part(attempts: Iterable[Attempt]) -> State:
    """What has become of one part for one person: its latest attempt, unless another one turned out to have arrived."""
    every = list(attempts)
    arrived = [one.state for one in every if one.state in ARRIVED]
    if arrived:
        return max(arrived, key=RANK.__getitem__)
    latest = max(every, key=lambda one: one.number).state
    return State.QUEUED if latest is State.DEFERRED else latest


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the outbox is. Times in ms."""

    lease: int = 240_000
    """After which a send of which nothing was heard is unknown; must exceed `answer` and `doubt` together."""
    answer: int = 60_000
    """How long a provider may take to answer."""
    doubt: int = 120_000
    """How long a provider is asked whether it has what it did not answer to."""
    lane_wait: int = 600_000
    """How long what comes after waits for one that is unknown."""
    first: int = 2_000
    """The pause after the first temporary failure; each further one doubles it."""
    most: int = 600_000
    """The longest pause between two attempts."""
    rest: int = 3_600_000
    """The longest pause of an account, whatever its provider asks for: then one message shows whether it meant it."""
    give_up: int = 86_400_000
    """How long it is tried before it has failed."""
    probe: int = 300_000
    """How often a paused account is tried with one message."""

    def __post_init__(self) -> None:
        if not 0 <= self.lane_wait <= LANE_WAIT_MOST:
            raise ValueError(f"a lane waits for at most {LANE_WAIT_MOST} ms")
        if self.answer + self.doubt >= self.lease:
            raise ValueError("a lease must outlast the provider's answer, and the doubt after it")

    @property
    def longest(self) -> int:
        """Nothing is due later than in so many ms."""
        return max(self.rest, self.probe, self.lease, self.lane_wait, 2 * self.most) + 1_000

    def backoff(self, tries: int, chance: float) -> int:
        """The pause after so many temporary failures in a row (from 1); `chance` in 0..1 spreads it by a half to
        either side, so that what failed together does not come back together."""
        doubled = self.first << min(tries - 1, 30)
        return int(min(doubled, self.most) * (0.5 + chance))


LANE_WAIT_MOST = 600_000
"""ms; DESIGN: at most ten minutes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message's text, as places in it: words are kept in one place only. `files`: it carries them."""

    start: int
    end: int
    files: bool = False


def parts_of(text: str, files: bool, most: int, captions: bool = True) -> list[Part]:
    """The parts in which a message goes out, none longer than `most` characters; its files go with the first words,
    or after them on a channel without captions."""
    pieces = [Part(start, end) for start, end in cut(text, most)]
    if files and captions and pieces:
        return [Part(pieces[0].start, pieces[0].end, files=True), *pieces[1:]]
    return [*pieces, Part(0, 0, files=True)] if files else pieces


PLACES = (re.compile(r"\n+"), re.compile(r"(?<=[.!?。！？])\s+"), re.compile(r"\s+"))
"""Where a text may be cut, the best first: between lines, sentences, words."""


def cut(text: str, most: int) -> list[tuple[int, int]]:
    """Where a long text is cut: at the best place in the second half of what fits, else where it must be. `most` counts
    as providers do, in UTF-16: an emoji is two (https://www.twilio.com/docs/api/errors/21617)."""
    cuts, start, last = [], _words(text, 0), len(text.rstrip())
    while (reach := _reach(text, start, most)) < last:
        end = _place(text, _reach(text, start, (most + 1) // 2), reach)
        cuts.append((start, end))
        start = _words(text, end)
    if start < last:
        cuts.append((start, last))
    return cuts


def _reach(text: str, start: int, most: int) -> int:
    """The end of what fits of the text from `start` on; one letter at the least."""
    left, end = most, start
    while end < len(text) and (left := left - length(text[end])) >= 0:
        end += 1
    return max(end, start + 1)


def length(text: str) -> int:
    """How long it is in UTF-16."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _words(text: str, at: int) -> int:
    """Where the next words begin."""
    return len(text) - len(text[at:].lstrip())


def _place(text: str, half: int, most: int) -> int:
    """The end of a piece that fits before `most` and has its first half whole."""
    for places in PLACES:
        # One letter more is looked at: a space there is a place to cut, too.
        found = [place.start() for place in places.finditer(text, half, most + 1)]
        if found:
            return found[-1]
    return most

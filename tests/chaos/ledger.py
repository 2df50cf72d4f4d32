"""What everybody outside the house wrote down, and whether it agrees with the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.delivery import State
from gateway.store import Row

SHOWN = 12
"""Lines of a difference that are printed."""
ARRIVED = frozenset({State.SENT, State.DELIVERED, State.READ})
OPEN = frozenset({State.QUEUED, State.SENDING, State.DEFERRED})
REPLY = "re "
"""How an agent's words begin; what follows are the customer's words that are answered."""


class Disagreement(Exception):
    """Two ledgers say different things; the text says which and where."""


@dataclass
class Heard:
    """What one agent's tab was told by its socket."""

    texts: list[tuple[int, str]] = field(default_factory=list)
    """(position, text) of each message, as they came."""
    read: list[tuple[int, int]] = field(default_factory=list)
    """From .. to: what a snapshot stood for; a browser reads that by REST."""


@dataclass
class Ledger:
    """Kept by the clients alone."""

    said: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Customer -> her words, in her order."""
    in_order: set[str] = field(default_factory=set)
    """Customers whose next words leave when the last ones have been acknowledged."""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Words -> the message's id, as the house said it."""
    answered: dict[str, str] = field(default_factory=dict)
    """An agent's words -> the message's id."""
    heard: dict[str, Heard] = field(default_factory=lambda: defaultdict(Heard))
    """Agent -> what came by the socket."""
    received: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Customer -> the agents' words, as they came in."""
    seen: Counter[str] = field(default_factory=Counter)
    """Customer -> how many of her words an agent has seen."""
    threads: dict[str, list[str]] = field(default_factory=dict)
    """Customer -> what stands in the thread that follows her conversation, in order."""
    given_up: set[str] = field(default_factory=set)
    """Words that the carrier did not deliver, as it knows itself."""
    wrong: list[str] = field(default_factory=list)
    """What no client may ever see."""
    again: Counter[str] = field(default_factory=Counter)
    """What was tried once more, and why."""

    most: int = 1 << 60
    """Words that customers may have said by now: they wait for the trouble of the moment to be over, so that none
    befalls a house where nobody talks."""

    @property
    def count(self) -> int:
        """Words that customers have said."""
        return sum(map(len, self.said.values()))

    def compare(self, rows: Sequence[Row]) -> list[str]:
        """Every difference. `rows`: all messages of the log, by position."""
        found = list(self.wrong)
        by_text: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_text[row["text"]].append(row)
        found += _once("customers said", [text for texts in self.said.values() for text in texts], by_text)
        found += _once("agents said", self.answered, by_text)
        told = {text for texts in self.said.values() for text in texts} | set(self.answered)
        found += [f"the log has {text!r}, which nobody said" for text in by_text if text not in told]
        for what in (self.acknowledged, self.answered):
            found += [
                f"{text!r} was acknowledged as {key} and is {by_text[text][0]['id']}"
                for text, key in what.items()
                if by_text[text] and by_text[text][0]["id"] != key
            ]
        found += self._kept_order(rows)
        found += self._agents(rows)
        found += self._customers(rows, by_text)
        found += self._threads(rows)
        return found

    def _kept_order(self, rows: Iterable[Row]) -> list[str]:
        """Who waits for the acknowledgement is stored in her order."""
        stored: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            stored[customer_of(row["text"])].append(row["text"])
        found = []
        for customer in self.in_order:
            hers = [text for text in stored[customer] if not text.startswith(REPLY)]
            if hers != self.said[customer] and sorted(hers) == sorted(self.said[customer]):
                found.append(
                    f"{customer}'s words changed their order: {_first_apart(self.said[customer], hers)}"
                )
        return found

    def _agents(self, rows: Sequence[Row]) -> list[str]:
        found = []
        for agent, heard in self.heard.items():
            positions = [position for position, _ in heard.texts]
            if positions != sorted(set(positions)):
                found.append(f"{agent} heard something twice or late: {_first_back(positions)}")
            if missing := set(_not_read(rows, heard.read)) - set(heard.texts):
                found.append(f"{agent} never heard {len(missing)}: {sorted(missing)[:3]}")
            if extra := set(heard.texts) - {(row["position"], row["text"]) for row in rows}:
                found.append(f"{agent} heard {len(extra)} that are not in the log: {sorted(extra)[:3]}")
        return found

    def _threads(self, rows: Sequence[Row]) -> list[str]:
        """From somewhere at its beginning on, everything once and in order: before that it was not pulled yet."""
        said: dict[str, list[str]] = {customer: [] for customer in self.threads}
        for row in rows:
            if (customer := customer_of(row["text"])) in said:
                said[customer].append(row["text"])
        found = []
        for customer, thread in self.threads.items():
            wanted = said[customer][-len(thread) :] if thread else []
            if said[customer] and not thread:
                found.append(f"nothing of {customer}'s conversation stands in its thread")
            elif thread != wanted:
                found.append(f"{customer}'s thread is not the log's: {_first_apart(wanted, thread)}")
        return found

    def _customers(self, rows: Sequence[Row], by_text: Mapping[str, Sequence[Row]]) -> list[str]:
        """What was sent to her came once and in order, or is shown as failed or unknown."""
        found = []
        lanes: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row["text"].startswith(REPLY):
                lanes[customer_of(row["text"])].append(row)
        for customer, lane in lanes.items():
            counted = Counter(self.received[customer])
            for row in lane:
                times, state = counted[row["text"]], row["delivery"]
                if times > 1:
                    found.append(f"{customer} received {row['text']!r} {times} times (shown: {state})")
                if times == 0 and (state is None or state in ARRIVED) and row["text"] not in self.given_up:
                    found.append(f"{customer} never received {row['text']!r} (shown: {state})")
                if state in OPEN:
                    found.append(f"{row['text']!r} is {state} still")
            order = [row["text"] for row in lane if counted[row["text"]]]
            came = list(dict.fromkeys(self.received[customer]))
            if came != order and sorted(came) == sorted(order):
                found.append(f"{customer} received in another order: {_first_apart(order, came)}")
            if stray := set(came) - {row["text"] for row in lane}:
                found.append(f"{customer} received what is not in the log: {sorted(stray)[:3]}")
        return found


def _once(who: str, texts: Iterable[str], by_text: Mapping[str, Sequence[Row]]) -> list[str]:
    return [
        f"{who} {text!r}, the log has it {len(by_text.get(text, ()))} times"
        for text in texts
        if len(by_text.get(text, ())) != 1
    ]


def _not_read(rows: Sequence[Row], read: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """What no snapshot stood for. `rows` are by position."""
    spans = sorted(read)
    upto = 0
    for row in rows:
        while spans and spans[0][0] < row["position"]:
            upto = max(upto, spans.pop(0)[1])
        if row["position"] > upto:
            yield row["position"], row["text"]


def customer_of(text: str) -> str:
    """Who said it, or to whom it is an answer."""
    return text.removeprefix(REPLY).partition(".")[0]


def _first_apart(one: Sequence[str], other: Sequence[str]) -> str:
    at = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return f"{list(one[at : at + 4])} became {list(other[at : at + 4])}"


def _first_back(positions: Sequence[int]) -> str:
    at = next((n for n in range(1, len(positions)) if positions[n] <= positions[n - 1]), 0)
    return str(positions[max(0, at - 2) : at + 3])


def shown(differences: Sequence[str]) -> str:
    more = len(differences) - SHOWN
    return "\n".join(
        [*(f"  {one}" for one in differences[:SHOWN]), *([f"  and {more} more"] if more > 0 else [])]
    )

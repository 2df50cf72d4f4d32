"""Who stands where in which process. Pure: every method is told the time (seconds that never go back), nothing waits.

What a session says of itself and what holds until it says otherwise (a tab is here, shows this; a customer's browser is
here) is kept by its process, to be said again to whoever asks. Of other processes the same is kept, so that a process
that dies takes its people along, and Redis that is away takes nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.bus import AgentHere, AgentLooks, CustomerHere, Signal

_Key = tuple[str, str]


class Standing:
    """What the sessions of one process have said of themselves and stands."""

    def __init__(self) -> None:
        self._here: dict[_Key, AgentHere] = {}
        self._looks: dict[_Key, AgentLooks] = {}
        self._customers: dict[_Key, CustomerHere] = {}

    def note(self, signal: Signal) -> None:
        match signal:
            case AgentHere(agent, tab, gone=True):
                self._here.pop((agent, tab), None)
                self._looks.pop((agent, tab), None)
            case AgentHere(agent, tab):
                self._here[agent, tab] = signal
            case AgentLooks(agent, tab, None):
                self._looks.pop((agent, tab), None)
            case AgentLooks(agent, tab):
                self._looks[agent, tab] = signal
            case CustomerHere(person, tab, True):
                self._customers[person, tab] = signal
            case CustomerHere(person, tab):
                self._customers.pop((person, tab), None)

    def __iter__(self) -> Iterator[Signal]:
        """All of it again: a tab is here before it shows anything."""
        yield from self._here.values()
        yield from self._looks.values()
        yield from self._customers.values()

    def agents(self) -> Iterator[Signal]:
        """What renews the agents' leases."""
        yield from self._here.values()
        yield from self._looks.values()

    def farewells(self, left: Standing | None = None) -> Iterator[Signal]:
        """What they would have said, had they gone by themselves; but those that are `left` stay."""
        for tab, here in self._here.items():
            if left is None or tab not in left._here:
                yield replace(here, gone=True)
        for browser, customer in self._customers.items():
            if left is None or browser not in left._customers:
                yield replace(customer, here=False)


class Others:
    """The other processes. `lease` is how many seconds one may be silent until its people count as gone."""

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._standing: dict[str, Standing] = {}
        self._before: dict[str, Standing] = {}
        """Of those that are saying all of it anew: what they had said before."""
        self._whole: set[str] = set()
        """Those that have said all of it."""
        self._heard: dict[str, float] = {}

    def hear(self, process: str, now: float) -> bool:
        """It lives. Returns whether it has said here who all its people are."""
        self._heard[process] = now
        self._standing.setdefault(process, Standing())
        return process in self._whole

    def begin(self, process: str) -> None:
        """From here on it says all that stands."""
        self._before[process] = self._standing[process]
        self._standing[process] = Standing()

    def end(self, process: str) -> Iterator[Signal]:
        """That was all: the farewells of whoever is not there any more."""
        self._whole.add(process)
        before = self._before.pop(process, None)
        return iter(()) if before is None else before.farewells(self._standing[process])

    def note(self, process: str, signal: Signal) -> None:
        self._standing[process].note(signal)

    def leave(self, process: str) -> Iterator[Signal]:
        """It is gone: the farewells of its people."""
        self._heard.pop(process, None)
        self._whole.discard(process)
        left = self._standing.pop(process, Standing())
        before = self._before.pop(process, Standing())
        return iter([*before.farewells(left), *left.farewells()])

    def expire(self, now: float) -> Iterator[Signal]:
        """The farewells of the people of those that were silent for too long."""
        for process in [one for one, heard in self._heard.items() if heard + self._lease <= now]:
            yield from self.leave(process)

    def spare(self, now: float) -> None:
        """It was we who could not hear: each has its whole lease again."""
        self._heard = dict.fromkeys(self._heard, now)

    def agents(self) -> Iterator[Signal]:
        """What renews the leases of the agents of all others."""
        for standing in self._standing.values():
            yield from standing.agents()

"""Who is here, who looks at what, who types where. Pure: every method is told the time (ms), nothing waits.

Two tabs are one person. A lease outlives a late ping; hiding a tab counts only once it has lasted; what is not renewed
expires by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ONLINE, AWAY, BUSY = "online", "away", "busy"


@dataclass(slots=True)
class _Tab:
    expires: int
    present_until: int
    """Visible and active until here at least: a change settles before it counts."""
    present: bool
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody who types: an agent or the customer, in a public reply or a note."""

    who: str
    id: str
    name: str
    mode: str
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """All in ms; `expires` must exceed the browser's ping, `typing` its repeat."""

    expires: int = 60_000
    settles: int = 5_000
    typing: int = 6_000


class Board:
    """The present moment of one process's sessions."""

    def __init__(self, timings: Timings = Timings()) -> None:
        self._t = timings
        self._tabs: dict[str, dict[str, _Tab]] = {}
        self._typing: dict[str, dict[tuple[str, str], tuple[Typist, int]]] = {}
        self._said: dict[str, str] = {}

    # --- agents -----------------------------------------------------------------------------------------------------

    def here(self, agent: str, tab: str, *, visible: bool, active: bool, now: int) -> None:
        """A tab renews its lease."""
        tabs = self._tabs.setdefault(agent, {})
        found = tabs.get(tab)
        present = visible and active
        if found is None:
            tabs[tab] = _Tab(now + self._t.expires, now + (self._t.settles if present else 0), present)
            return
        if found.present and not present:
            found.present_until = now + self._t.settles
        found.present, found.expires = present, now + self._t.expires

    def says(self, agent: str, availability: str) -> None:
        """By hand: away or busy until they say otherwise, whatever their tabs do; online leaves it to the tabs."""
        if availability == ONLINE:
            self._said.pop(agent, None)
        else:
            self._said[agent] = availability

    def gone(self, agent: str, tab: str, now: int) -> None:
        """A tab's socket closed: it may be back in a moment, so its lease runs out soon instead of at once."""
        found = self._tabs.get(agent, {}).get(tab)
        if found is not None:
            found.expires = min(found.expires, now + self._t.settles)
            found.conversation = None

    def look(self, agent: str, tab: str, conversation: str | None) -> str | None:
        """A tab shows this conversation now. Returns the one it showed before."""
        found = self._tabs.get(agent, {}).get(tab)
        if found is None:
            return None
        before, found.conversation = found.conversation, conversation
        return before

    def shows(self, agent: str, tab: str) -> str | None:
        """The conversation this tab shows."""
        found = self._tabs.get(agent, {}).get(tab)
        return None if found is None else found.conversation

    def agents(self, now: int) -> dict[str, str]:
        """`online`, `away` or `busy` for everybody who is here; busy and idle is away."""
        return dict(self.states(now))

    def states(self, now: int) -> Iterator[tuple[str, str]]:
        """The same one by one: whoever looks for somebody need not look at everybody."""
        for agent, tabs in self._tabs.items():
            alive = [tab for tab in tabs.values() if tab.expires > now]
            if alive:
                here = any(tab.present or tab.present_until > now for tab in alive)
                yield agent, self._said.get(agent, ONLINE) if here else AWAY

    def looking(self, conversation: str, now: int) -> list[str]:
        """The agents who look at it, each once."""
        return sorted(
            agent
            for agent, tabs in self._tabs.items()
            if any(tab.conversation == conversation and tab.expires > now for tab in tabs.values())
        )

    # --- typing -----------------------------------------------------------------------------------------------------

    def types(self, conversation: str, typist: Typist, *, active: bool, now: int) -> bool:
        """Somebody types, or stopped. Returns whether that changes what others see."""
        typists = self._typing.setdefault(conversation, {})
        key = (typist.who, typist.id)
        before = typists.get(key)
        if active:
            typists[key] = (typist, now + self._t.typing)
            return before is None or before[0] != typist or before[1] <= now
        typists.pop(key, None)
        if not typists:
            self._typing.pop(conversation, None)
        return before is not None

    def typing(self, conversation: str, now: int) -> list[Typist]:
        return [typist for typist, expires in self._typing.get(conversation, {}).values() if expires > now]

    # --- time -------------------------------------------------------------------------------------------------------

    def expire(self, now: int) -> set[str]:
        """Forget what was not renewed; returns the conversations whose typing or looking changed by that."""
        changed = set()
        for conversation, typists in list(self._typing.items()):
            for key in [key for key, (_, expires) in typists.items() if expires <= now]:
                del typists[key]
                changed.add(conversation)
            if not typists:
                del self._typing[conversation]
        for agent, tabs in list(self._tabs.items()):
            for tab in [tab for tab, lease in tabs.items() if lease.expires <= now]:
                if (looked_at := tabs.pop(tab).conversation) is not None:
                    changed.add(looked_at)
            if not tabs:
                del self._tabs[agent]
        return changed

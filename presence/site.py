"""Whose customers are on the site. Pure: nothing waits. Two tabs are one person."""

from __future__ import annotations

from collections.abc import Iterable


class Site:
    """The present moment of all browsers that this process has heard of."""

    def __init__(self) -> None:
        self._tabs: dict[str, set[str]] = {}

    def moves(self, person: str, tab: str, *, here: bool) -> bool:
        """A browser came or went; the same may be said twice. Returns whether she as a person came or went by that."""
        tabs = self._tabs.setdefault(person, set())
        before = bool(tabs)
        (tabs.add if here else tabs.discard)(tab)
        if not tabs:
            self._tabs.pop(person, None)
        return before != bool(tabs)

    def is_here(self, persons: Iterable[str]) -> bool:
        """Is any of them?"""
        return any(person in self._tabs for person in persons)

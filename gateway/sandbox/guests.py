"""Who comes to the demo's chat while somebody watches, and what they would say. Pure: nothing here waits or sends."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from random import Random
from typing import Any

MOST_ANSWERS = 5
"""After so many words of thanks, of yes and of no a guest has what she came for."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said at once: words, and a picture of `pictures.PICTURES` with them."""

    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who might come."""

    language: str
    name: str
    """Whom the shop vouches for; empty: a browser nobody knows."""
    opens: tuple[tuple[str, ...], ...]
    cross: bool = False


@dataclass
class Part:
    """A guest on the stage: knows what was said already and never says it twice."""

    guest: Guest
    random: Random
    _used: set[int] = field(default_factory=set)
    _answers: int = 0
    order: str = ""

    def __post_init__(self) -> None:
        self.order = f"HR-{self.random.randint(1000, 9999)}-{self.random.randint(100, 999)}"

    @property
    def over(self) -> bool:
        """Nothing is left to ask."""
        return self._answers >= MOST_ANSWERS

    def opens(self) -> list[Line]:
        return [Line(self.random.choice(words)) for words in self.guest.opens]

    def answers(self, said: str) -> Line:
        """What she says to these words of an agent's."""
        self._answers += 1
        if self.over:
            return self._one_of("bye")
        for place, rule in enumerate(self._book["rule"]):
            if place not in self._used and re.search(rule["when"], said.lower()):
                self._used.add(place)
                words = rule.get("cross", rule["say"]) if self.guest.cross else rule["say"]
                return Line(self.random.choice(words).format(order=self.order), rule.get("picture", ""))
        return self._one_of("else")

    def nudges(self) -> Line:
        return self._one_of("nudge_cross" if self.guest.cross else "nudge")

    def comes_back(self) -> Line:
        return self._one_of("back")

    def _one_of(self, kind: str) -> Line:
        return Line(self.random.choice(self._book[kind]))

    @property
    def _book(self) -> Any:
        return _read()[self.guest.language]


@cache
def _read() -> dict[str, Any]:
    file = resources.files("gateway.sandbox").joinpath("stories", "guests.toml")
    return tomllib.loads(file.read_text("utf-8"))


@cache
def guests() -> tuple[Guest, ...]:
    """All who might come, in the order of the file."""
    return tuple(
        Guest(
            one["language"], one["name"], tuple(tuple(line) for line in one["opens"]), one.get("cross", False)
        )
        for one in _read()["guest"]
    )


@dataclass(frozen=True, slots=True)
class Persona:
    """Whom the newcomer plays."""

    key: str
    """The shop's own number of her."""
    language: str
    name: str
    says: tuple[str, ...]
    cross: bool = False


@cache
def personas() -> dict[str, Persona]:
    """By key, in the order of the file."""
    made = (
        Persona(one["key"], one["language"], one["name"], tuple(one["says"]), one.get("cross", False))
        for one in _read()["persona"]
    )
    return {one.key: one for one in made}

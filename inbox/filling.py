"""Filling the places of a text: `{{contact.name}}`, or `{{contact.name|there}}` with what stands in for a missing one.

Pure. A value is text, never a template: what a customer calls herself is not read again. An unknown place counts as
missing, so that nobody is ever sent a pair of braces by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
"""Each letter can be read in one way only: blanks belong to the name, `named` takes them off. Where they may stand on
both sides, every way to part them is tried, and a thousand of them keep the process busy for seconds."""
NAMES = ("contact.name", "contact.first_name", "contact.email", "agent.name", "conversation.number")
ATTRIBUTE = re.compile(r"(?:contact|conversation)\.attributes\.[a-z][a-z0-9_]{0,49}")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which the family's name comes first."""


@dataclass(frozen=True, slots=True)
class Filled:
    text: str
    missing: tuple[str, ...] = ()
    """The places without a value, each once, in the order of the text; they still stand in it."""


def filled(text: str, values: Mapping[str, str]) -> Filled:
    """The text with its places filled."""
    missing: dict[str, None] = {}

    def fill(place: re.Match[str]) -> str:
        name = named(place)
        value = values.get(name, "").strip() or (place[2] or "").strip()
        if value:
            return harmless(value)
        if place[2] is None:
            missing[name] = None
            return place[0]
        return ""  # an empty fallback says: leave it out

    return Filled(PLACE.sub(fill, text), tuple(missing))


def unknown(text: str) -> list[str]:
    """The places of a text that no conversation will ever have a value for, each once."""
    names = dict.fromkeys(named(place) for place in PLACE.finditer(text))
    return [name for name in names if name not in NAMES and not ATTRIBUTE.fullmatch(name)]


def named(place: re.Match[str]) -> str:
    """What a place asks for."""
    return place[1].strip()


def harmless(value: str) -> str:
    """A value in which no place can be seen when the text around it is filled once more."""
    while "{{" in value:
        value = value.replace("{{", "{")
    return value


def first_name(name: str) -> str:
    """What somebody is called by: the first word, or the whole name where the family's comes first."""
    return name if _UNSPACED.search(name) else name.split(" ")[0]

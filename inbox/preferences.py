"""What agents prefer, as far as it means something here; the rest of it is their browsers' own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import Field

from gateway.errors import Malformed
from gateway.store import Reader, as_json, from_json
from inbox.fitting import Sent, fitted
from presence.hours import Quiet, is_quiet, zones

PREFERENCES = "select id, preferences from agents where id in {ids_1}"
PRESENT = "select id from agents where id in {ids_1} and availability = 'online'"


class QuietHours(Sent):
    """The preference `quiet`: when nothing may ring."""

    zone: Annotated[str, Field(max_length=64)]
    start: Annotated[int, Field(ge=0, lt=1440)]
    """Minutes from midnight."""
    end: Annotated[int, Field(ge=0, lt=1440)]
    """Not after the start: over midnight."""
    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = Field(
        default_factory=lambda: list(range(7))
    )
    """On which it begins; 0 is Monday."""


def check_quiet(value: Any) -> dict[str, Any]:
    """The preference `quiet`, whole. Raises Malformed."""
    said = fitted(QuietHours, value)
    if said.zone not in zones():
        raise Malformed("errors.malformed", "no such time zone", at="quiet.zone", why="no such time zone")
    return said.model_dump()


async def load_preferences(look: Reader, agents: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Of each of these agents."""
    rows = await look.all(PREFERENCES, as_json(sorted(agents)))
    return {row["id"]: from_json(row["preferences"]) for row in rows}


async def load_present(look: Reader, agents: Collection[str]) -> set[str]:
    """Those of them who have not said that they are away or busy."""
    return {row["id"] for row in await look.all(PRESENT, as_json(sorted(agents)))}


def wants_quiet(preferences: Mapping[str, Any], now: int) -> bool:
    """May nothing ring for whoever prefers this, at this moment (UTC ms)?"""
    said = preferences.get("quiet")
    if not isinstance(said, dict) or "days" not in said:
        return False
    return is_quiet(Quiet(said["zone"], said["start"], said["end"], frozenset(said["days"])), now)

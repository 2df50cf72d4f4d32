"""The ways by which a conversation can be gone on with, each with the reason why not, for the composer's picker."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from gateway.channels.base import Capabilities, Sends
from gateway.channels.registry import Channels
from gateway.egress.access import Viewer
from gateway.egress.agent import shown_identity
from gateway.egress.types import IdentityView
from gateway.events import Address
from gateway.store import Reader
from gateway.stream.ways import Possible, Reaches, possible_ways
from inbox.auth.access import access_conversation

Remedy = Literal["account", "asks", "code", "writes", "template"]


class WayView(TypedDict):
    account: str
    identity: IdentityView
    leg: str | None
    """The conversation's leg by it; null: going it makes one (`open_way`)."""
    current: bool
    until: int | None
    """UTC ms until which anything may be written; null: as long as one likes, or not at all (`problem`)."""
    problem: str | None
    """Why nothing may be written there just now: a key of the catalogue."""
    remedy: Remedy | None
    """With a problem: what would make it possible. `account`: an admin mends or resumes it. `asks`: she says there that
    she wants messages again. `code`: a one-time code proves that the address is hers. `writes`: she writes from there
    first. `template`: one of those may go now."""
    template: bool
    """May a template be sent there now?"""


class WaysList(TypedDict):
    ways: list[WayView]


def reaching(channels: Channels) -> Reaches:
    """Which accounts write to which addresses."""

    def reaches(account: str, address: Address) -> bool:
        channel: object = channels.get(account)
        return isinstance(channel, Sends) and channel.reaches(address)

    return reaches


async def list_ways(look: Reader, viewer: Viewer, key: str, channels: Channels, now: int) -> WaysList:
    """Raises NotFound."""
    row = await access_conversation(look, viewer, key)
    found = await possible_ways(look, row["id"], row["contact_id"], reaching(channels))
    told = []
    for way in found:
        channel = channels.get(way.account)
        told.append(_view(way, None if channel is None else channel.capabilities, row["leg_id"], now))
    return {"ways": told}


def _view(way: Possible, can: Capabilities | None, current: str | None, now: int) -> WayView:
    until = _until(way, can)
    problem = _problem(way, can, until, now)
    return {
        "account": way.account,
        "identity": shown_identity(*(way.identity[key] for key in ("id", "space", "address", "proof"))),
        "leg": way.leg,
        "current": way.leg is not None and way.leg == current,
        "until": until if problem is None else None,
        "problem": problem,
        "remedy": _remedy(problem, can),
        "template": can is not None and can.templates and problem in (None, "errors.window_closed"),
    }


def _until(way: Possible, can: Capabilities | None) -> int | None:
    if can is None or can.reply_window is None:
        return None
    return (way.heard_at or -can.reply_window) + can.reply_window


def _problem(way: Possible, can: Capabilities | None, until: int | None, now: int) -> str | None:
    if can is None or way.state != "active":
        return "errors.account_not_active"
    if not can.sends:
        return "errors.receives_only"
    if way.opted_out_at is not None:
        return "errors.opted_out"
    if way.leg is None and not way.is_proven:
        return "errors.way_unproven"
    return "errors.window_closed" if until is not None and now > until else None


def _remedy(problem: str | None, can: Capabilities | None) -> Remedy | None:
    match problem:
        case None | "errors.receives_only":
            return None
        case "errors.account_not_active":
            return "account"
        case "errors.opted_out":
            return "asks"
        case "errors.way_unproven":
            return "code" if can is not None and can.may_start else "writes"
        case _:
            return "template" if can is not None and can.templates else "writes"

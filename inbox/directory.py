"""Everything the inbox names people and things by: agents, teams, tags, attributes, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from gateway.channels.base import Capabilities, Channel, Invites, ServesVisitors
from gateway.channels.registry import Channels
from gateway.channels.roads import Way
from gateway.egress.house import AccountView, CapabilitiesView, DirectoryView
from gateway.store import Reader, Row, from_json
from gateway.store.load import load_agents, load_attributes, load_tags, load_teams
from gateway.stream.roads import load_roads

NOTHING = Capabilities(text_length=0)
"""What an account can do that is no longer configured: be read."""


async def load_directory(look: Reader, channels: Channels) -> DirectoryView:
    accounts = await look.all("select * from accounts order by label, id")
    roads = await load_roads(look)
    return {
        "agents": await load_agents(look),
        "teams": await load_teams(look),
        "tags": await load_tags(look),
        "attributes": await load_attributes(look),
        "accounts": [account(row, channels.get(row["id"]), roads.get(row["id"])) for row in accounts],
    }


def account(row: Row, channel: Channel | None, roads: Mapping[str, Row] | None = None) -> AccountView:
    words = account_words(row)
    if channel is not None and not row["label"]:
        words = {"en": channel.label.en, "ko": channel.label.ko}
    return {
        "id": row["id"],
        "label": {"en": words["en"] or row["id"], "ko": words["ko"] or row["id"]},
        "icon": "" if channel is None else channel.icon,
        "state": row["state"],
        "reason": row["reason"],
        "receiving": _problem(row, roads, "in") or _problem(row, roads, "door"),
        "sending": _problem(row, roads, "out"),
        "chat": chat_path(channel),
        "address": own_address(channel),
        "capabilities": capabilities(NOTHING if channel is None else channel.capabilities),
    }


def _problem(row: Row, roads: Mapping[str, Row] | None, way: Way) -> Any:
    found = None if roads is None or row["state"] == "retired" else roads.get(way)
    return None if found is None else found["problem"]


def account_words(row: Row) -> dict[str, str]:
    """What the account's row calls it in either language."""
    return {"en": row["label"], "ko": from_json(row["settings"]).get("label_ko", row["label"])}


def chat_path(channel: Channel | None) -> str | None:
    """Where customers of this account write on a page of ours; None where they write elsewhere."""
    if channel is None or not isinstance(channel, ServesVisitors):
        return None
    return f"/chat/{channel.account}"


def own_address(channel: Channel | None) -> str | None:
    """As people read it; None where it has none, or several."""
    found: object = channel
    invitation = found.invitation("") if isinstance(found, Invites) else None
    return None if invitation is None else invitation.address


def capabilities(can: Capabilities) -> CapabilitiesView:
    rules = can.attachments
    told = {**asdict(can), "attachments": dict(rules.limits), "attachment_count": rules.count}
    return cast(CapabilitiesView, told)

"""Everything the inbox names people and things by: agents, teams, tags, attributes, accounts."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from gateway.channels.base import Capabilities, Channel, Invites, ServesVisitors
from gateway.channels.registry import Channels
from gateway.egress.house import AccountView, CapabilitiesView, DirectoryView
from gateway.store import Reader, Row, from_json
from gateway.store.load import load_agents, load_attributes, load_tags, load_teams
from gateway.stream.intakes import load_intakes

NOTHING = Capabilities(text_length=0)
"""What an account can do that is no longer configured: be read."""


async def load_directory(look: Reader, channels: Channels) -> DirectoryView:
    accounts = await look.all("select * from accounts order by label, id")
    intakes = await load_intakes(look)
    return {
        "agents": await load_agents(look),
        "teams": await load_teams(look),
        "tags": await load_tags(look),
        "attributes": await load_attributes(look),
        "accounts": [account(row, channels.get(row["id"]), intakes.get(row["id"])) for row in accounts],
    }


def account(row: Row, channel: Channel | None, intake: Row | None = None) -> AccountView:
    words = account_words(row)
    if channel is not None and not row["label"]:
        words = {"en": channel.label.en, "ko": channel.label.ko}
    return {
        "id": row["id"],
        "label": {"en": words["en"] or row["id"], "ko": words["ko"] or row["id"]},
        "icon": "" if channel is None else channel.icon,
        "state": row["state"],
        "reason": row["reason"],
        "receiving": None if intake is None or row["state"] == "retired" else intake["problem"],
        "chat": chat_path(channel),
        "address": own_address(channel),
        "capabilities": capabilities(NOTHING if channel is None else channel.capabilities),
    }


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

"""What a session starts from: everything the inbox needs before its first list, at one position of the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from gateway.channels.registry import Channels
from gateway.egress import agent as project
from gateway.egress.access import Viewer, sees
from gateway.egress.agent import Link
from gateway.egress.house import AgentView
from gateway.egress.types import CountView
from gateway.events import AgentId, Scope, Status, TeamId
from gateway.limits import Limits
from gateway.store import Reader, Row, as_json, from_json
from gateway.store.load import MEMBERS, load_counts
from inbox.directory import load_directory
from inbox.drafts import MOST, load_along
from inbox.notices import load_told
from inbox.wire import LimitsView, PlaceView, PrivateView

DRAFTS = f"""select * from (select d.*, row_number() over (partition by agent_id order by updated_at desc) as place
    from drafts d where agent_id in {{ids_1}} and text <> '') told where place <= {MOST} order by place"""
# Forgotten ones too: a browser that comes back may still hold their words.
DRAFTS_AND_GONE = DRAFTS.replace(" and text <> ''", "")
# What has most lately happened in what was most lately read; older marks come with the lists.
MARKS = """select agent_id, conversation_id, position from (select m.*,
    row_number() over (partition by agent_id order by position desc) as place
    from read_marks m where agent_id in {ids_1}) told where place <= $2 order by place"""
MARKS_TOLD = 500
"""Read marks told at the start."""
STATUSES = {status.value: status for status in Status}
OWN = "select id, preferences, availability from agents where id in {ids_1}"
ME = "select * from agents where id = $1"


async def load_snapshot(
    look: Reader, viewer: Viewer, channels: Channels, now: int, link: Link
) -> dict[str, Any]:
    """The `snapshot` frame but for its cursor, which the session adds."""
    return {
        "kind": "snapshot",
        "position": look.position,
        "me": await _me(look, viewer.agent_id),
        "directory": await load_directory(look, channels),
        "counts": [count for count in await load_counts(look) if sees(viewer, _scope(count))],
        "private": await load_private(look, viewer.agent_id, now, link),
    }


async def _me(look: Reader, agent: str) -> AgentView:
    row = await look.one(ME, agent)
    assert row is not None, "the caller was looked up a moment ago"
    teams = [member["team_id"] for member in await look.all(MEMBERS) if member["agent_id"] == agent]
    return project.colleague(row, teams)


async def load_private(look: Reader, agent: str, now: int, link: Link) -> PrivateView:
    """The agent's own state."""
    return (await _load_own(look, [agent], now, link, gone=False))[agent]


async def load_missed(look: Reader, agents: Collection[str], now: int, link: Link) -> dict[str, PrivateView]:
    """The same for each of these agents whose browser knows an older one: also the drafts that are gone (empty), and
    up to where what was most lately active has been read."""
    found = await _load_own(look, agents, now, link, gone=True)
    read: dict[str, list[Row]] = {agent: [] for agent in found}
    for row in await look.all(MARKS, as_json(sorted(found)), MARKS_TOLD):
        read[row["agent_id"]].append(row)
    for agent, private in found.items():
        marks = read[agent]
        private["read"] = {row["conversation_id"]: row["position"] for row in marks}
        # So a conversation that comes into view later is known to be unread or not, though nobody tells its mark.
        private["read_above"] = marks[-1]["position"] if len(marks) == MARKS_TOLD else 0
    return found


async def _load_own(
    look: Reader, agents: Collection[str], now: int, link: Link, *, gone: bool
) -> dict[str, PrivateView]:
    ids = as_json(sorted(agents))
    drafts: dict[str, dict[str, dict[str, str]]] = {agent: {} for agent in agents}
    for row in await look.all(DRAFTS_AND_GONE if gone else DRAFTS, ids):
        drafts[row["agent_id"]].setdefault(row["conversation_id"], {})[row["mode"]] = row["text"]
    along = await load_along(look, agents, link, gone=gone)
    own = {row["id"]: row for row in await look.all(OWN, ids)}
    preferences = {agent: from_json(row["preferences"]) for agent, row in own.items()}
    told = await load_told(look, preferences, now)
    return {
        agent: {
            "drafts": drafts[agent],
            "along": along.get(agent, {}),
            "preferences": preferences[agent],
            "availability": own[agent]["availability"],
            "notices": told[agent][0],
            "followed": told[agent][1],
        }
        for agent in own
    }


def _scope(count: CountView) -> Scope | None:
    """None for a status of a newer version: this one has no list for it."""
    status, team, assignee = STATUSES.get(count["status"]), count["team"], count["assignee"]
    if status is None:
        return None
    return Scope(status, TeamId(team) if team else None, AgentId(assignee) if assignee else None)


def told_limits(limits: Limits, places: Sequence[PlaceView] = ()) -> LimitsView:
    """The timings and bounds the browser keeps to."""
    return {
        "typing_repeat": limits.typing_repeat,
        "typing_expires": limits.typing_expires,
        "presence_ping": limits.presence_ping,
        "presence_expires": limits.presence_expires,
        "text_length": limits.text_length,
        "upload_bytes": limits.upload_bytes,
        "upload_count": limits.upload_count,
        "page": limits.page,
        "places": list(places),
    }

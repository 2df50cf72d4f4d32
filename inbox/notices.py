"""What agents are told of, as they read it: the list, the count, and the lists of what they watch or were named in.

Access is the rule's, asked when it is read: what has left an agent's sight is neither shown nor counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import where_agent_sees
from gateway.egress.types import NoticeView
from gateway.events import Actor
from gateway.newer import shown_kind
from gateway.store import Reader, Row, as_json
from gateway.store.load import load_names
from inbox.places import Place, read_place
from inbox.preferences import load_preferences, wants_quiet
from inbox.wire import FollowedView, NoticesView

LATEST = 20
"""Notices of a snapshot; older ones come by REST."""
COUNTED = 100
"""What is counted ends here: the browser says 99+."""

SEES = where_agent_sees("a", "c")
NOTICES = f"""select n.*, c.number, c.contact_id, k.name as contact_name, m.text as m_text from notices n
    join agents a on a.id = n.agent_id join conversations c on c.id = n.conversation_id
    join contacts k on k.id = c.contact_id left join messages m on m.id = n.message_id
    where {SEES}"""
UNREAD = f"""select 'unread' as what, n.agent_id, count(*) as n from notices n join agents a on a.id = n.agent_id
    join conversations c on c.id = n.conversation_id
    where n.agent_id in {{ids_1}} and n.read_at is null and {SEES} group by n.agent_id"""
FOLLOWED = f"""select '{{what}}' as what, f.agent_id, count(*) as n from {{table}} f join agents a on a.id = f.agent_id
    join conversations c on c.id = f.conversation_id
    where f.agent_id in {{ids_1}} and c.status = 'open' and c.merged_into is null and {SEES} group by f.agent_id"""
# Counted once for all by what decides who sees it: an outage makes thousands, and a centre has hundreds of agents.
TROUBLED = f"""select 'undelivered' as what, a.id as agent_id, cast(sum(c.n) as bigint) as n from agents a cross join (
        select h.team_id, h.assignee_id, count(*) as n from troubles f join conversations h on h.id = f.conversation_id
        where h.status <> 'spam' and h.merged_into is null group by h.team_id, h.assignee_id) c
    where a.id in {{ids_1}} and {SEES} group by a.id"""
COUNTS = {
    "unread": UNREAD,
    "mentions": FOLLOWED.replace("{what}", "mentions").replace("{table}", "mentions"),
    "watched": FOLLOWED.replace("{what}", "watched").replace("{table}", "watchers"),
    "undelivered": TROUBLED,
}
FOLLOWED_LISTS = ("mentions", "watched", "undelivered")


class NoticesPage(TypedDict):
    notices: list[NoticeView]
    before: str | None
    unread: int


async def list_notices(look: Reader, agent: str, before: str | None, limit: int) -> NoticesPage:
    """A page, the newest first."""
    notices, older = await _page(look, agent, before, limit)
    return {
        "notices": notices,
        "before": older,
        "unread": (await _count(look, [agent], "unread"))[agent]["unread"],
    }


async def _page(
    look: Reader, agent: str, before: str | None, limit: int
) -> tuple[list[NoticeView], str | None]:
    """These, and where the next older ones begin."""
    params: list[Any] = [agent]
    where = "and n.agent_id = $1"
    if before is not None:
        place = read_place(before)
        params += [place.first, place.tie]
        where += " and (n.at, n.id) < ($2, $3)"
    rows = await look.all(f"{NOTICES} {where} order by n.at desc, n.id desc limit {limit + 1}", *params)
    more, rows = len(rows) > limit, rows[:limit]
    return await _views(look, rows), str(Place(rows[-1]["at"], rows[-1]["id"])) if more else None


async def load_notices(
    look: Reader, agents: Collection[str], now: int, only: Collection[str] | None = None
) -> dict[str, NoticesView]:
    """What tabs of each of these agents are told of them: the latest, or of these alone."""
    counts = await _count(look, agents, "unread")
    preferences = await load_preferences(look, agents)
    some = {} if only is None else await load_some(look, only)
    return {
        agent: {
            "unread": counts[agent]["unread"],
            "latest": some.get(agent, []) if only is not None else await _latest(look, agent),
            "quiet": wants_quiet(own, now),
        }
        for agent, own in preferences.items()
    }


async def load_told(
    look: Reader, preferences: Mapping[str, Mapping[str, Any]], now: int
) -> dict[str, tuple[NoticesView, FollowedView]]:
    """The latest, and the counts of what the agent follows, for all who prefer this; by agent."""
    counts = await _count(look, preferences.keys(), *COUNTS)
    told: dict[str, tuple[NoticesView, FollowedView]] = {}
    for agent, own in preferences.items():
        view: NoticesView = {
            "unread": counts[agent]["unread"],
            "latest": await _latest(look, agent),
            "quiet": wants_quiet(own, now),
        }
        told[agent] = view, _followed(counts[agent])
    return told


async def _latest(look: Reader, agent: str) -> list[NoticeView]:
    return (await _page(look, agent, None, LATEST))[0]


async def load_some(look: Reader, ids: Collection[str]) -> dict[str, list[NoticeView]]:
    """These notices by agent, newest first; what its agent may not see is left out."""
    rows = await look.all(
        f"{NOTICES} and n.id in {{ids_1}} order by n.at desc, n.id desc", as_json(sorted(ids))
    )
    found: dict[str, list[NoticeView]] = {}
    for row, view in zip(rows, await _views(look, rows), strict=True):
        found.setdefault(row["agent_id"], []).append(view)
    return found


async def count_followed(look: Reader, agents: Collection[str]) -> dict[str, FollowedView]:
    """For every one of these agents."""
    counts = await _count(look, agents, *FOLLOWED_LISTS)
    return {agent: _followed(counts[agent]) for agent in agents}


def _followed(counts: Mapping[str, int]) -> FollowedView:
    return {
        "mentions": min(counts["mentions"], COUNTED),
        "watched": min(counts["watched"], COUNTED),
        "undelivered": counts["undelivered"],
    }


async def _count(look: Reader, agents: Collection[str], *what: str) -> dict[str, dict[str, int]]:
    """What is counted of each of these agents, all in one question."""
    sql = " union all ".join(COUNTS[one] for one in what)
    counts = {agent: dict.fromkeys(what, 0) for agent in agents}
    for row in await look.all(sql, as_json(sorted(agents))):
        counts[row["agent_id"]][row["what"]] = row["n"]
    return counts


async def _views(look: Reader, rows: Sequence[Row]) -> list[NoticeView]:
    names = await load_names(look, {row["actor_id"] for row in rows})
    return [_view(row, names) for row in rows]


def _view(row: Row, names: Mapping[str, str]) -> NoticeView:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "at": row["at"],
        "position": row["position"],
        "conversation": row["conversation_id"],
        "number": row["number"],
        "contact": row["contact_name"],
        "contact_id": row["contact_id"],
        "message": row["message_id"],
        "text": (row["m_text"] or "")[: project.PREVIEW],
        "actor": project.actor(Actor(shown_kind(row["actor_kind"]), row["actor_id"]), names),
        "n": row["n"],
        "read": row["read_at"] is not None,
    }

"""Which agent somebody in Slack is: by their own word alone (`/parley link CODE`), looked up afresh each time."""

from __future__ import annotations

from gateway.egress.access import Role, Viewer
from gateway.events import AgentId, TeamId
from gateway.newer import known
from gateway.store import Reader
from gateway.stream.outside import linked_agent
from inbox.auth.caller import Caller
from inbox.slack import PLACE

AGENT = """select a.id, a.name, a.email, a.role, m.team_id from agents a
    left join team_members m on m.agent_id = a.id where a.id = $1 and a.deactivated_at is null"""


async def caller_of(look: Reader, workspace: str, user: str) -> Caller | None:
    """None for somebody who is linked to nobody, or to an agent who was let go."""
    agent = await linked_agent(look, PLACE, workspace, user)
    rows = [] if agent is None else await look.all(AGENT, agent)
    if not rows:
        return None
    row = rows[0]
    teams = frozenset(TeamId(one["team_id"]) for one in rows if one["team_id"] is not None)
    return Caller(
        viewer=Viewer(AgentId(row["id"]), known(Role, row["role"]), teams),
        name=row["name"],
        email=row["email"],
        session=None,
        token=None,
        seen_at=0,
        created_at=0,
        expires_at=None,
        position=look.position,
    )

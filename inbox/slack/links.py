"""Which agent somebody in Slack is: by their own word alone (`/parley link CODE`), looked up afresh each time."""

from __future__ import annotations

from gateway.store import Reader
from gateway.stream.outside import linked_agent
from inbox.auth.caller import Caller, by_agent
from inbox.slack import PLACE


async def caller_of(look: Reader, workspace: str, user: str) -> Caller | None:
    """None for somebody who is linked to nobody, or to an agent who was let go."""
    agent = await linked_agent(look, PLACE, workspace, user)
    return None if agent is None else await by_agent(look, agent)

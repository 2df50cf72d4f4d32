"""Who is calling: the agent behind a session's cookie or an API token, looked up afresh on every call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from gateway.egress.access import Role, Viewer
from gateway.errors import Unauthenticated, UnknownWord
from gateway.events import Actor, ActorKind, AgentId, TeamId, agent
from gateway.newer import known
from gateway.store import Reader, Row, as_json
from inbox.auth.secrets import digest

# A row for each team, one without a team for who is in none. With the head of the log: so it is one statement.
HEAD = "(select position from log_head) as head"
BY_SESSION = f"""select a.id, a.name, a.email, a.role, s.id as key, s.seen_at, s.expires_at, s.created_at, m.team_id,
    {HEAD} from sessions s join agents a on a.id = s.agent_id left join team_members m on m.agent_id = a.id
    where s.hash = $1 and s.revoked_at is null and s.expires_at > $2 and a.deactivated_at is null"""
BY_SESSIONS = BY_SESSION.replace("select a.id", "select s.hash, a.id").replace(
    "s.hash = $1", "s.hash in {ids_1}"
)
AGAIN_BY_SESSION = BY_SESSION.replace("s.hash = $1", "s.id = $1")
BY_TOKEN = f"""select a.id, a.name, a.email, a.role, t.id as key, t.seen_at, t.expires_at, t.created_at, m.team_id,
    {HEAD} from tokens t join agents a on a.id = t.agent_id left join team_members m on m.agent_id = a.id
    where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
      and a.deactivated_at is null"""
BY_AGENT = f"""select a.id, a.name, a.email, a.role, 0 as seen_at, null as expires_at, 0 as created_at, m.team_id,
    {HEAD} from agents a left join team_members m on m.agent_id = a.id where a.id = $1 and a.deactivated_at is null"""
AGAIN_BY_TOKEN = BY_TOKEN.replace("t.hash = $1", "t.id = $1")


@dataclass(frozen=True, slots=True)
class Caller:
    """An agent at the door, with what they may see, and by which session or token they came."""

    viewer: Viewer
    name: str
    email: str
    session: str | None
    """The session's public id; None when a token was shown."""
    token: str | None
    seen_at: int
    """When this session or token was last written down as used; 0: never."""
    created_at: int
    expires_at: int | None
    position: int
    """Of the log, as of which this is so."""

    @property
    def agent_id(self) -> AgentId:
        return self.viewer.agent_id

    @property
    def role(self) -> Role:
        return self.viewer.role

    @property
    def actor(self) -> Actor:
        """Who did it, in the log: the agent, or a program that acts for the agent by a token."""
        return Actor(ActorKind.TOKEN, self.agent_id) if self.token else agent(self.agent_id)


async def by_session(look: Reader, secret: str, now: int) -> Caller:
    """The agent whose session this secret opens. Raises Unauthenticated."""
    rows = await look.all(BY_SESSION, digest(secret), now)
    if not rows:
        raise Unauthenticated("errors.signed_out", "no such session, or it has ended")
    return _caller(rows, session=rows[0]["key"])


async def by_sessions(look: Reader, secrets: Collection[str], now: int) -> dict[str, Caller]:
    """The agents whose sessions these secrets open, by secret; a secret that opens none is left out."""
    found: dict[str, list[Row]] = defaultdict(list)
    hashes = {digest(secret): secret for secret in secrets}
    for row in await look.all(BY_SESSIONS, as_json(sorted(hashes)), now):
        found[row["hash"]].append(row)
    callers: dict[str, Caller] = {}
    for one, rows in found.items():
        with suppress(UnknownWord):  # others' sessions were asked for with it
            callers[hashes[one]] = _caller(rows, session=rows[0]["key"])
    return callers


async def by_token(look: Reader, secret: str, now: int) -> Caller:
    """The agent for whom this API token acts. Raises Unauthenticated."""
    rows = await look.all(BY_TOKEN, digest(secret), now)
    if not rows:
        raise Unauthenticated("errors.token_invalid", "no such token, or it has ended")
    return _caller(rows, token=rows[0]["key"])


async def by_agent(look: Reader, agent: str) -> Caller | None:
    """An agent whom a place outside knows, as whoever is linked to them there; None: they were let go."""
    rows = await look.all(BY_AGENT, agent)
    return _caller(rows) if rows else None


async def look_again(look: Reader, caller: Caller, now: int) -> Caller:
    """The same caller as they stand now: a socket outlives the moment in which its cookie was read.

    Raises Unauthenticated when the session or token has ended or the agent was let go.
    """
    sql = AGAIN_BY_SESSION if caller.session else AGAIN_BY_TOKEN
    rows = await look.all(sql, caller.session or caller.token, now)
    if not rows:
        raise Unauthenticated("errors.signed_out", "the session or token has ended")
    return _caller(rows, session=caller.session, token=caller.token)


def _caller(rows: Sequence[Row], *, session: str | None = None, token: str | None = None) -> Caller:
    row = rows[0]
    teams = frozenset(TeamId(one["team_id"]) for one in rows if one["team_id"] is not None)
    return Caller(
        viewer=Viewer(AgentId(row["id"]), known(Role, row["role"]), teams),
        name=row["name"],
        email=row["email"],
        session=session,
        token=token,
        seen_at=row["seen_at"] or 0,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        position=row["head"],
    )

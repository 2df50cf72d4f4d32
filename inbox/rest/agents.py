"""The team's people: who there is, made and changed by admins, let in by one-time links, let go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.egress.house import AgentView
from gateway.errors import Refused
from gateway.store import Tx
from gateway.store.load import load_agents
from gateway.stream import agents
from inbox.auth.factor import factor_of, forget_factor
from inbox.auth.links import forget_links, link_url, make_link
from inbox.auth.sessions import end_sessions
from inbox.auth.sign_in import make_reset_link as make_secret
from inbox.auth.tokens import end_tokens
from inbox.fitting import Id, Name, Sent
from inbox.rest.route import Call, route
from inbox.rest.session import AgentAnswer, Email, load_agent

STANDING = """select a.id, a.totp_secret, a.password_hash,
    (select max(s.seen_at) from sessions s where s.agent_id = a.id) as seen_at,
    (select count(*) from sessions s where s.agent_id = a.id and s.revoked_at is null and s.expires_at > $1) as live
    from agents a order by a.id"""

RoleName = Literal["agent", "supervisor", "admin"]
Teams = Annotated[list[Id], Field(max_length=100)]


class AddAgent(Sent):
    email: Email
    name: Name
    role: RoleName = "agent"
    teams: Teams = Field(default_factory=list)


class ChangeAgent(Sent):
    email: Email | None = None
    name: Name | None = None
    role: RoleName | None = None
    teams: Teams | None = None
    """Exactly these from now on."""
    active: Literal[True] | None = None
    """Takes back an agent who was let go."""


class MakeLink(Sent):
    second_factor: Literal["keep", "forget"] = "keep"
    """`forget` for somebody who has lost it."""


class AgentsList(TypedDict):
    agents: list[AgentView]


class StandingView(TypedDict):
    id: str
    seen_at: int | None
    """When a browser of theirs last asked for something, UTC ms; None: never."""
    second_factor: bool
    invited: bool
    """Has not come yet: no password chosen."""
    sessions: int
    """Browsers signed in."""


class StandingList(TypedDict):
    agents: list[StandingView]


class AgentAdded(AgentAnswer):
    link: str
    """Where the new agent chooses a password; works once."""


class LinkMade(TypedDict):
    link: str
    """Hand it over by a way you trust; works once."""


@route("GET", "/agents")
async def list_agents(call: Call) -> AgentsList:
    """Everybody on the team, those who left too."""
    return {"agents": await call.desk.store.read(load_agents)}


@route("GET", "/agents/standing", role=Role.ADMIN)
async def list_standing(call: Call) -> StandingList:
    """What admins want to know of everybody besides: when they last came, how they sign in."""
    now = call.desk.clock()
    rows = await call.desk.store.scan(lambda look: look.all(STANDING, now))
    return {
        "agents": [
            {
                "id": row["id"],
                "seen_at": row["seen_at"],
                "second_factor": factor_of(row) is not None,
                "invited": row["password_hash"] is None and row["seen_at"] is None,
                "sessions": row["live"],
            }
            for row in rows
        ]
    }


@route("POST", "/agents", role=Role.ADMIN, status=201)
async def add_agent(call: Call, body: AddAgent) -> AgentAdded:
    """A new colleague, and the link by which they choose a password."""

    async def verb(tx: Tx) -> tuple[str, str]:
        key = await agents.add_agent(tx, body.email, body.name, body.role, call.caller.actor)
        await agents.set_teams(tx, key, body.teams, call.caller.actor)
        return key, await make_link(tx, "reset", key, call.desk.limits.link_kept)

    key, secret = await call.desk.store.write(verb)
    agent = await call.desk.store.read(lambda look: load_agent(look, key))
    return {"agent": agent, "link": link_url(call.desk.config.public_url, secret)}


@route("PATCH", "/agents/{id}", role=Role.ADMIN)
async def change_agent(call: Call, body: ChangeAgent) -> AgentAnswer:
    """Change name, address, role or teams, or take somebody back."""
    plain = body.model_dump(include={"email", "name", "role"}, exclude_none=True)

    async def verb(tx: Tx) -> None:
        await agents.change_agent(tx, call.id, call.caller.actor, **plain)
        if body.teams is not None:
            await agents.set_teams(tx, call.id, body.teams, call.caller.actor)
        if body.active:
            await agents.reactivate(tx, call.id, call.caller.actor)

    await call.desk.store.write(verb)
    return {"agent": await call.desk.store.read(lambda look: load_agent(look, call.id))}


@route("POST", "/agents/{id}/link", role=Role.ADMIN, status=201)
async def make_reset_link(call: Call, body: MakeLink) -> LinkMade:
    """A one-time link by which this agent chooses a new password."""

    async def verb(tx: Tx) -> str:
        secret = await make_secret(tx, call.id, call.desk.limits.link_kept)
        if body.second_factor == "forget":
            _check_somebody_else(call)
            await forget_factor(tx, call.id, call.caller.actor)
        return secret

    return {"link": link_url(call.desk.config.public_url, await call.desk.store.write(verb))}


@route("DELETE", "/agents/{id}/totp", role=Role.ADMIN)
async def turn_off_second_factor(call: Call) -> None:
    """For a colleague who has lost the authenticator: the password alone lets them in; their sessions end."""

    async def verb(tx: Tx) -> None:
        _check_somebody_else(call)
        if not await forget_factor(tx, call.id, call.caller.actor):
            raise Refused("errors.totp_is_off", f"{call.id} has no second factor")

    await call.desk.store.write(verb)


@route("POST", "/agents/{id}/deactivate", role=Role.ADMIN)
async def deactivate_agent(call: Call) -> AgentAnswer:
    """Let an agent go: sessions and tokens end, open work returns to its team, the name stays."""

    async def verb(tx: Tx) -> None:
        await agents.deactivate(tx, call.id, call.caller.actor)
        await end_sessions(tx, call.id, call.caller.actor)
        await end_tokens(tx, call.id, call.caller.actor)
        await forget_links(tx, call.id)

    await call.desk.store.write(verb)
    return {"agent": await call.desk.store.read(lambda look: load_agent(look, call.id))}


def _check_somebody_else(call: Call) -> None:
    """One's own second factor goes by a last code (`DELETE /session/totp`), not by being an admin. Raises Refused."""
    if call.id == call.caller.agent_id:
        raise Refused("errors.totp_is_own", f"{call.id} asks to be spared the code")

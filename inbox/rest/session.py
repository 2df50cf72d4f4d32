"""Signing in and out, one-time links, the second factor, one's own password, sessions and tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.house import AgentView
from gateway.errors import Refused
from gateway.store import Reader
from inbox.auth import factor
from inbox.auth import sign_in as entry
from inbox.auth.door import OVER, RENEWED, visit_of
from inbox.auth.sessions import end_session, live_sessions
from inbox.auth.tokens import end_token, make_token, tokens_of
from inbox.fitting import Moment, Name, Sent
from inbox.rest.route import Call, route

TEAMS = "select team_id from team_members where agent_id = $1"

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"),
]
Password = Annotated[str, Field(max_length=1024)]
Code = Annotated[str, Field(max_length=40)]
"""Six digits from the authenticator, or a recovery code."""
Secret = Annotated[str, Field(min_length=1, max_length=100)]


class SignIn(Sent):
    email: Annotated[str, Field(max_length=254)]
    password: Password
    totp: Code | None = None


class Follow(Sent):
    link: Secret
    password: Password | None = None
    name: Name | None = None
    email: Email | None = None
    totp: Code | None = None


class LookAtLink(Sent):
    link: Secret


class NewPassword(Sent):
    old: Password
    new: Password


class ShowPassword(Sent):
    password: Password = ""
    """Empty for whoever has none."""


class ShowCode(Sent):
    code: Code


class MakeToken(Sent):
    name: Name
    expires_at: Moment | None = None


class AgentAnswer(TypedDict):
    agent: AgentView


class LinkSeen(TypedDict):
    purpose: Literal["first_admin", "reset", "demo"]


class Followed(AgentAnswer, LinkSeen):
    """Who has come by a link, and what it was for."""


class SessionNow(AgentAnswer):
    expires_at: int | None
    """UTC ms; None for a token that does not end."""
    password: bool
    """Is there one to sign in by? The demo's people have none."""
    second_factor: bool
    recovery_codes: int
    """How many still work."""


class SessionView(TypedDict):
    id: str
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    browser: str
    current: bool


class FailedCodes(TypedDict):
    """Wrong codes of the second factor, after the right password: somebody may know it. Times in UTC ms."""

    count: int
    since: int
    last_at: int
    address: str
    """Where the last one came from."""


class SessionsList(TypedDict):
    sessions: list[SessionView]
    failures: FailedCodes | None
    """Since the agent last took note (`DELETE /session/failures`)."""


class FactorBegun(TypedDict):
    secret: str
    uri: str
    """For the QR code."""


class RecoveryCodes(TypedDict):
    codes: list[str]
    """Shown this once: each stands in for the authenticator one time."""


class TokenView(TypedDict):
    id: str
    name: str
    created_at: int
    seen_at: int | None
    expires_at: int | None


class TokensList(TypedDict):
    tokens: list[TokenView]


class TokenMade(TypedDict):
    id: str
    token: str
    """Shown this once."""


async def load_agent(look: Reader, agent_id: str) -> AgentView:
    """One agent as the others see them."""
    row = await look.one("select * from agents where id = $1", agent_id)
    teams = await look.all(TEAMS, agent_id)
    return project.colleague(row, [team["team_id"] for team in teams])


@route("POST", "/session", role=None)
async def sign_in(call: Call, body: SignIn) -> AgentAnswer:
    """Sign in by password, and a code of the second factor when asked for one (401 `totp_needed`)."""
    visit = visit_of(call.request)
    signed = await entry.sign_in(call.desk, visit, body.email, body.password, body.totp)
    call.request[RENEWED] = signed.session
    return {"agent": await call.desk.store.read(lambda look: load_agent(look, signed.agent_id))}


@route("GET", "/session")
async def show_session(call: Call) -> SessionNow:
    """Who is calling."""

    async def look_up(look: Reader) -> SessionNow:
        row = await look.one(entry.BY_ID, call.caller.agent_id)
        return {
            "agent": await load_agent(look, call.caller.agent_id),
            "expires_at": call.caller.expires_at,
            "password": row is not None and row["password_hash"] is not None,
            "second_factor": row is not None and factor.factor_of(row) is not None,
            "recovery_codes": await factor.codes_left(look, call.caller.agent_id),
        }

    return await call.desk.store.read(look_up)


@route("DELETE", "/session")
async def sign_out(call: Call) -> None:
    """End the calling session."""
    session = _session_of(call)
    await call.desk.store.write(lambda tx: end_session(tx, call.caller.agent_id, session, call.caller.actor))
    call.request[OVER] = True


@route("POST", "/session/link", role=None)
async def follow_link(call: Call, body: Follow) -> Followed:
    """Use a one-time link: it makes the first admin, sets a new password, or enters the demo."""
    what = entry.Followed(body.link, body.password, body.name, body.email, body.totp)
    signed, link = await entry.follow_link(call.desk, visit_of(call.request), what)
    call.request[RENEWED] = signed.session
    agent = await call.desk.store.read(lambda look: load_agent(look, signed.agent_id))
    return {"agent": agent, "purpose": link.purpose}


@route("POST", "/session/link/look", role=None)
async def look_at_link(call: Call, body: LookAtLink) -> LinkSeen:
    """What a one-time link is for, without using it up: the page asks for what it needs in one go."""
    found = await entry.look_at_link(call.desk, visit_of(call.request), body.link)
    return {"purpose": found.purpose}


@route("POST", "/session/password")
async def change_password(call: Call, body: NewPassword) -> None:
    """Choose another password; the agent's other sessions end."""
    _session_of(call)
    await entry.change_password(call.desk, call.caller, visit_of(call.request), body.old, body.new)


@route("POST", "/session/totp")
async def begin_factor(call: Call, body: ShowPassword) -> FactorBegun:
    """A key for an authenticator app, for whoever shows the password again: with a session alone somebody else could
    lock its owner out. It counts once its first code is shown."""
    _session_of(call)
    await entry.check_password(call.desk, call.caller, visit_of(call.request), body.password)
    key, uri = await factor.begin_factor(call.desk, call.caller)
    return {"secret": key, "uri": uri}


@route("PUT", "/session/totp")
async def confirm_factor(call: Call, body: ShowCode) -> RecoveryCodes:
    """From now on codes are asked for. The answer holds the recovery codes, this once."""
    _session_of(call)
    return {"codes": await factor.confirm_factor(call.desk, call.caller, body.code)}


@route("DELETE", "/session/totp")
async def drop_factor(call: Call, body: ShowCode) -> None:
    """Do without the second factor; a last code must allow it."""
    _session_of(call)
    await factor.drop_factor(call.desk, call.caller, body.code, visit_of(call.request).address)


@route("POST", "/session/recovery")
async def renew_recovery_codes(call: Call, body: ShowCode) -> RecoveryCodes:
    """Ten new recovery codes in place of the former, shown this once; a code must allow it."""
    _session_of(call)
    address = visit_of(call.request).address
    return {"codes": await factor.renew_codes(call.desk, call.caller, body.code, address)}


@route("DELETE", "/session/failures")
async def note_failed_codes(call: Call) -> None:
    """The caller has taken note of the wrong codes that `GET /sessions` tells of."""
    _session_of(call)
    await call.desk.store.write(lambda tx: factor.note_failures(tx, call.caller.agent_id))


@route("GET", "/sessions")
async def list_sessions(call: Call) -> SessionsList:
    """The caller's own sessions, the last used first; and wrong codes that somebody showed since they last looked."""
    now = call.desk.clock()
    rows = await call.desk.store.read(lambda look: live_sessions(look, call.caller.agent_id, now))
    failed = await call.desk.store.read(lambda look: factor.unseen_failures(look, call.caller.agent_id))
    return {
        "failures": None if failed is None else _failed(failed),
        "sessions": [
            {
                "id": row["id"],
                "created_at": row["created_at"],
                "seen_at": row["seen_at"],
                "expires_at": row["expires_at"],
                "address": row["ip"],
                "browser": row["user_agent"],
                "current": row["id"] == call.caller.session,
            }
            for row in rows
        ],
    }


def _failed(failed: factor.Failures) -> FailedCodes:
    return {
        "count": failed.count,
        "since": failed.since,
        "last_at": failed.last_at,
        "address": failed.address,
    }


@route("DELETE", "/sessions/{id}")
async def revoke_session(call: Call) -> None:
    """Sign out one of the caller's own sessions."""
    await call.desk.store.write(lambda tx: end_session(tx, call.caller.agent_id, call.id, call.caller.actor))
    if call.id == call.caller.session:
        call.request[OVER] = True


@route("GET", "/tokens")
async def list_tokens(call: Call) -> TokensList:
    """The caller's own API tokens, newest first; their secrets are not kept."""
    rows = await call.desk.store.read(lambda look: tokens_of(look, call.caller.agent_id))
    return {
        "tokens": [
            {
                "id": row["id"],
                "name": row["name"],
                "created_at": row["created_at"],
                "seen_at": row["seen_at"],
                "expires_at": row["expires_at"],
            }
            for row in rows
        ]
    }


@route("POST", "/tokens", status=201)
async def create_token(call: Call, body: MakeToken) -> TokenMade:
    """A token for a program that acts for the caller, with the caller's rights."""
    _session_of(call)
    made = await call.desk.store.write(
        lambda tx: make_token(tx, call.caller.agent_id, body.name, body.expires_at)
    )
    return {"id": made.id, "token": made.secret}


@route("DELETE", "/tokens/{id}")
async def revoke_token(call: Call) -> None:
    """Take one of the caller's own tokens back."""
    await call.desk.store.write(lambda tx: end_token(tx, call.caller.agent_id, call.id, call.caller.actor))


def _session_of(call: Call) -> str:
    """The caller's session: a token must not beget tokens or change how its agent signs in. Raises Refused."""
    if call.caller.session is None:
        raise Refused("errors.session_needed", "asked with a token")
    return call.caller.session

"""Signing in and what belongs to it: password, second factor, one-time links, changing a password.

Tries are counted by address and account together, so a stranger elsewhere cannot lock anybody out; codes of the second
factor are counted by account (`inbox.auth.factor`), because only who knows the password gets to try one.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.door import neighbourhood
from gateway.errors import Forbidden, NotFound, Refused, Unauthenticated
from gateway.events import SYSTEM, agent
from gateway.store import Reader, Row, Tx
from gateway.stream.agents import add_agent, hold_agent
from inbox.auth.caller import Caller
from inbox.auth.factor import check_second_factor, forgive_wrong_codes
from inbox.auth.links import ANYBODY, Link, find_link, make_link, use_link
from inbox.auth.sessions import Started, end_sessions, start_session
from inbox.auth.tokens import end_tokens
from inbox.desk import Desk

BY_EMAIL = "select * from agents where email = $1"
BY_ID = "select * from agents where id = $1"
SET_PASSWORD = "update agents set password_hash = $2 where id = $1"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a sign-in comes from."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody is in."""

    agent_id: str
    session: Started


async def sign_in(desk: Desk, visit: Visit, email: str, password: str, code: str | None) -> Signed:
    """Password, and the second factor where there is one. Raises Unauthenticated, TooMany, Unavailable."""
    place = neighbourhood(visit.address)
    account = email.strip().lower()
    await desk.rates.sign_in_address.admit(place, text="errors.sign_in_often")
    await desk.rates.sign_in.admit((place, account), text="errors.sign_in_often")
    row = await desk.store.glance(lambda look: look.one(BY_EMAIL, account))
    kept = row["password_hash"] if row is not None and row["deactivated_at"] is None else None
    if not await desk.passwords.fits(password, kept, address=place) or row is None or kept is None:
        raise Unauthenticated("errors.sign_in_wrong", "wrong address or password", code="sign_in_wrong")
    await check_second_factor(desk, row, code, visit.address)
    desk.rates.sign_in.forgive((place, account))
    fresh = await desk.passwords.hash(password) if _is_weak(desk, kept, password) else None
    return await _enter(desk, row["id"], visit, kept, fresh)


def _is_weak(desk: Desk, kept: str, password: str) -> bool:
    """Worth hashing anew; a password from times of shorter ones is left as it is."""
    return desk.passwords.is_outdated(kept) and len(password) >= desk.limits.password_least


async def _enter(desk: Desk, agent_id: str, visit: Visit, kept: str, fresh: str | None) -> Signed:
    async def verb(tx: Tx) -> Signed:
        row = await hold_agent(tx, agent_id)
        if row["deactivated_at"] is not None or row["password_hash"] != kept:
            # Let go, or the password changed, while we were hashing.
            raise Unauthenticated("errors.sign_in_wrong", "changed meanwhile", code="sign_in_wrong")
        if fresh is not None:
            await tx.run(SET_PASSWORD, agent_id, fresh)
        return Signed(agent_id, await start_session(tx, agent_id, visit.address, visit.browser, desk.limits))

    return await desk.store.write(verb)


# --- passwords ------------------------------------------------------------------------------------------------------


async def check_password(desk: Desk, caller: Caller, visit: Visit, password: str) -> None:
    """Before what a found or stolen session alone must not do. Whoever has no password (the demo's people) shows none.

    Raises Refused, TooMany.
    """
    if await _kept(desk, caller) is not None:
        await _shown(desk, caller, visit, password)


async def _kept(desk: Desk, caller: Caller) -> str | None:
    row = await desk.store.glance(lambda look: look.one(BY_ID, caller.agent_id))
    return row["password_hash"] if row is not None else None


async def _shown(desk: Desk, caller: Caller, visit: Visit, password: str) -> str | None:
    """The hash that the password fits. Raises Refused, TooMany."""
    place = neighbourhood(visit.address)
    await desk.rates.sign_in.admit((place, caller.email), text="errors.sign_in_often")
    kept = await _kept(desk, caller)
    if not await desk.passwords.fits(password, kept, address=place):
        raise Refused("errors.password_wrong", code="password_wrong")
    return kept


async def change_password(desk: Desk, caller: Caller, visit: Visit, old: str, new: str) -> None:
    """The agent's own choice; every other session of theirs ends. Raises Refused, TooMany."""
    desk.passwords.check(new)
    kept = await _shown(desk, caller, visit, old)
    hashed = await desk.passwords.hash(new)

    async def verb(tx: Tx) -> None:
        if (await hold_agent(tx, caller.agent_id))["password_hash"] != kept:
            raise Refused("errors.password_wrong", "changed meanwhile", code="password_wrong")
        await tx.run(SET_PASSWORD, caller.agent_id, hashed)
        await forgive_wrong_codes(tx, caller.agent_id)
        await end_sessions(tx, caller.agent_id, caller.actor, but=caller.session or "")

    await desk.store.write(verb)


# --- one-time links -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody who follows a link brings along."""

    link: str
    password: str | None = None
    name: str | None = None
    email: str | None = None
    code: str | None = None


async def make_reset_link(tx: Tx, agent_id: str, hours: int) -> str:
    """The secret by which an agent chooses a new password. Raises NotFound, Refused (was let go)."""
    row = await hold_agent(tx, agent_id)
    if row["deactivated_at"] is not None:
        raise Refused("errors.agent_not_active", f"{agent_id} was let go")
    return await make_link(tx, "reset", agent_id, hours)


async def look_at_link(desk: Desk, visit: Visit, secret: str) -> Link:
    """What a link is for; it stays unused. Raises NotFound, TooMany."""
    await desk.rates.sign_in_address.admit(neighbourhood(visit.address), text="errors.sign_in_often")
    return await desk.store.read(lambda look: find_link(look, secret, desk.clock()))


async def follow_link(desk: Desk, visit: Visit, what: Followed) -> tuple[Signed, Link]:
    """Use a one-time link and enter. Raises NotFound, Refused (something is missing), Unauthenticated, TooMany."""
    await desk.rates.sign_in_address.admit(neighbourhood(visit.address), text="errors.sign_in_often")
    link = await desk.store.read(lambda look: find_link(look, what.link, desk.clock()))
    if link.purpose == "reset":
        await _check_reset(desk, visit, link, what)
    hashed = None if link.purpose == "demo" else await _chosen_password(desk, link, what)

    async def verb(tx: Tx) -> Signed:
        await use_link(tx, what.link)
        agent_id = await _agent_of(tx, link, what, hashed)
        return Signed(agent_id, await start_session(tx, agent_id, visit.address, visit.browser, desk.limits))

    return await desk.store.write(verb), link


async def _chosen_password(desk: Desk, link: Link, what: Followed) -> str:
    """The hash to keep. Says first what the page must ask for in one go. Raises Refused, TooMany."""
    if link.purpose == "first_admin" and not (what.email and what.name):
        raise Refused("errors.name_and_email_missing")
    if what.password is None:
        raise Refused("errors.password_missing")
    return await desk.passwords.hash(what.password)


async def _check_reset(desk: Desk, visit: Visit, link: Link, what: Followed) -> None:
    """A link replaces the password, not the second factor."""

    async def look_up(look: Reader) -> Row | None:
        return await look.one(BY_ID, link.agent_id)

    row = await desk.store.read(look_up)
    if row is None:
        raise NotFound("errors.link_gone", f"no agent {link.agent_id}")
    if what.password is not None:
        desk.passwords.check(what.password)
        await check_second_factor(desk, row, what.code, visit.address)


async def _agent_of(tx: Tx, link: Link, what: Followed, hashed: str | None) -> str:
    """Whom the link lets in: made, changed, or simply there."""
    if link.purpose == "first_admin":
        return await _make_first_admin(tx, what, hashed)
    row = await hold_agent(tx, link.agent_id or "")
    if row["deactivated_at"] is not None:
        raise NotFound("errors.link_gone", f"agent {link.agent_id} was let go")
    key: str = row["id"]
    if link.purpose == "reset":
        # Whoever held the account before holds nothing of it any more, tokens included.
        await tx.run(SET_PASSWORD, key, hashed)
        await forgive_wrong_codes(tx, key)
        await end_sessions(tx, key, agent(key))
        await end_tokens(tx, key, agent(key))
    return key


async def _make_first_admin(tx: Tx, what: Followed, hashed: str | None) -> str:
    if await tx.one(ANYBODY) is not None:
        raise Forbidden("errors.first_admin_is_there", "there is an admin already")
    assert what.email and what.name, "asked for before"
    return await add_agent(tx, what.email, what.name, "admin", SYSTEM, password_hash=hashed)

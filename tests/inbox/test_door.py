"""Recognising who calls: cookie or token, sliding sessions, and a database that is gone for a while."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import Unavailable
from inbox.auth.door import PLAIN, SECURE
from inbox.auth.sessions import DAY, MINUTE
from tests.inbox.conftest import House


async def test_a_session_slides_with_use_to_its_end(both: House) -> None:
    ann = await both.client("ann")

    async def row() -> Any:
        found = await both.store.read(
            lambda look: look.one("select * from sessions where agent_id = $1", both.agents["ann"])
        )
        assert found is not None
        return found

    async def aged(column: str, ms: int) -> None:
        await both.store.write(lambda tx: tx.run(f"update sessions set {column} = {column} - $1", ms))

    begun = await row()
    await aged("seen_at", 11 * MINUTE)
    answer = await ann.raw("GET", "/session")
    assert PLAIN in answer.cookies
    assert (await row())["expires_at"] >= begun["expires_at"]
    await aged("created_at", 170 * DAY)
    await aged("seen_at", 11 * MINUTE)
    await ann.raw("GET", "/session")
    left = (await row())["expires_at"] - both.clock()
    assert 9 * DAY < left <= 10 * DAY, "every session ends after 180 days"


async def test_writing_down_the_use_is_no_condition(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await house.client("ann")
    await house.store.write(lambda tx: tx.run("update sessions set seen_at = 0"))

    async def gone(verb: Any) -> Any:
        raise Unavailable("no writer")

    monkeypatch.setattr(house.store, "write", gone)
    assert (await ann.ask("GET", "/session"))[0] == 200


@pytest.mark.parametrize("name", [SECURE, "session", "PARLEY"])
async def test_on_plain_http_only_the_plain_cookie_counts(house: House, name: str) -> None:
    stranger = await house.client()
    headers = {"Cookie": f"{name}={house.cookies['ann']}"}
    assert (await stranger.ask("GET", "/session", headers=headers))[0] == 401


@pytest.mark.parametrize("value", ["", "x", "x" * 5000, "%00", "ü"])
async def test_broken_cookies_are_nobodys(house: House, value: str) -> None:
    stranger = await house.client()
    assert (await stranger.ask("GET", "/session", headers={"Cookie": f"{PLAIN}={value}"}))[0] == 401

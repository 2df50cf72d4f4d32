"""The door to exports: within the view, and half a file is never taken for a whole one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from inbox.export import Archive
from tests.inbox.conftest import House


async def test_what_one_may_not_see_is_not_there(both: House) -> None:
    taken = await both.customer_writes("to sales", name="Lee", team="sales")
    sue, bob, stranger = await both.client("sue"), await both.client("bob"), await both.client()
    contact = (await sue.get(f"/conversations/{taken.conversation}"))["contact"]["id"]
    for path in (f"/conversations/{taken.conversation}/export", f"/contacts/{contact}/export"):
        answer = await sue.raw("GET", path)
        assert answer.status == 200
        await answer.read()
        assert (await bob.fails("GET", path))[0] == 404
        assert (await stranger.fails("GET", path))[0] == 401
    assert (await sue.fails("GET", "/conversations/nobody/export"))[0] == 404


async def test_the_file_is_named_for_people(house: House) -> None:
    taken = await house.customer_writes("hello", name="Lee")
    answer = await (await house.client("sue")).raw("GET", f"/conversations/{taken.conversation}/export")
    assert "conversation-1.zip" in answer.headers["Content-Disposition"]
    await answer.read()


async def test_what_fails_on_the_way_breaks_the_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await house.customer_writes("hello", name="Lee")

    async def fails(*_: Any) -> AsyncIterator[bytes]:
        yield b"PK the beginning"
        yield b""
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(Archive, "conversation", fails)
    answer = await (await house.client("sue")).raw("GET", f"/conversations/{taken.conversation}/export")
    with pytest.raises(aiohttp.ClientError):
        await answer.read()

"""Watching and reading notices: said once, told to the agent's own tabs, and in one way at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.errors import NotFound
from inbox.commands.following import ReadNotices
from tests.inbox.conftest import House, does
from tests.inbox.tabs import Tab, opened


def watching(tab: Tab) -> list[dict[str, bool]]:
    return [one["private"]["watching"] for one in tab.of("private") if "watching" in one["private"]]


async def test_what_is_said_twice_is_told_once_and_to_oneself_alone(house: House) -> None:
    talk = (await house.customer_writes("hello", team="sales")).conversation
    ann, sue = await opened(house, "ann"), await opened(house, "sue")
    before = len(watching(ann))
    for name in ("watch", "watch", "unwatch", "unwatch", "watch"):
        await ann.does(name, conversation=talk)
    await ann.nothing_more()
    assert watching(ann)[before:] == [{talk: True}, {talk: False}, {talk: True}]
    await sue.nothing_more()
    assert not [one for one in watching(sue) if talk in one]
    for tab in (ann, sue):
        await tab.close()


async def test_of_two_that_follow_closely_the_later_one_is_told_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = (await house.customer_writes("hello", team="sales")).conversation
    ann = await opened(house, "ann")
    await ann.does("watch", conversation=talk)
    counting, counted = asyncio.Event(), asyncio.Event()

    scan = house.store.scan

    async def slow(act: Any) -> Any:
        if not counting.is_set():
            counting.set()
            await counted.wait()
        return await scan(act)

    monkeypatch.setattr(house.store, "scan", slow)
    first = asyncio.create_task(does(house, "ann", "unwatch", conversation=talk))
    await counting.wait()
    second = asyncio.create_task(does(house, "ann", "watch", conversation=talk))
    await ann.until(lambda tab: watching(tab)[-1] == {talk: True} and len(watching(tab)) > 2, "watched again")
    counted.set()
    await asyncio.gather(first, second)
    await ann.nothing_more()
    assert watching(ann)[-1] == {talk: True}
    await ann.close()


async def test_what_one_does_not_see_one_does_not_watch(house: House) -> None:
    talk = (await house.customer_writes("hello", team="support")).conversation
    for name in ("watch", "unwatch"):
        with pytest.raises(NotFound):
            await does(house, "ann", name, conversation=talk)
    assert await house.store.read(lambda look: look.value("select count(*) from watchers")) == 0


@pytest.mark.parametrize(
    "body", [{}, {"notices": []}, {"notices": ["n1"], "to": 4}, {"to": -1}, {"notices": ["n"] * 201}]
)
def test_notices_are_read_by_name_or_up_to_a_place(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReadNotices.model_validate(body)
    for well in ({"notices": ["n1"]}, {"to": 0}):
        ReadNotices.model_validate(well)

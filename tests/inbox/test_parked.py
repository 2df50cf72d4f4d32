"""Parked calls over REST: admins look at them, play them again, discard them and put them back."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.channels.base import ProviderRequest
from gateway.channels.registry import make
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.parked import Reason, Trouble, park
from inbox.rest.parked import PARKED_SHOWN
from tests import provider
from tests.inbox.conftest import House
from tests.provider import SECTION, Pigeon, call, said


@pytest.fixture
async def post(both: House, monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    """A channel whose provider calls, in the same house."""
    provider.register(monkeypatch)
    channel: Any = make("post", SECTION)
    channels = both.desk.channels
    channels.replace({**{one.account: one for one in channels}, "post": channel})
    accounts = {"web": Configured("webchat", "Website"), "post": Configured("pigeon", "Pigeon")}
    await both.store.write(lambda tx: sync_accounts(tx, accounts))
    assert isinstance(channel, Pigeon)
    return channel


async def keep(house: House, what: Any, reason: Reason = Reason.UNREADABLE) -> str:
    request = what if isinstance(what, ProviderRequest) else call(what)
    kept = await house.store.write(lambda tx: park(tx, "post", request, Trouble(reason, "why"), most=99))
    assert kept is not None
    return kept


async def test_the_list_by_pages_the_newest_first(both: House, post: Pigeon) -> None:
    keys = [await keep(both, b"bad %d" % number) for number in range(5)]
    ada = await both.client("ada")
    first = await ada.get("/parked", limit=3)
    rest = await ada.get("/parked", limit=3, before=first["before"])
    found = [one["id"] for page in (first, rest) for one in page["parked"]]
    assert sorted(found) == sorted(keys)
    times = [(one["at"], one["id"]) for page in (first, rest) for one in page["parked"]]
    assert times == sorted(times, reverse=True)
    assert (first["waiting"], rest["before"]) == (5, None)
    one = first["parked"][0]
    assert (one["account"], one["method"], one["size"]) == ("post", "POST", 5)
    assert (one["reason"], one["detail"], one["tries"]) == ("unreadable", "why", 1)
    assert "text" not in one


async def test_one_as_it_came_and_its_body_as_a_file(both: House, post: Pigeon) -> None:
    body = b"<script>alert(1)</script>\xff" + b"x" * PARKED_SHOWN
    key = await keep(both, body)
    ada = await both.client("ada")
    shown = (await ada.get(f"/parked/{key}"))["parked"]
    assert shown["headers"] == {"Content-Type": "application/json"}
    assert shown["text"] == body[:PARKED_SHOWN].decode("utf-8", "replace")
    assert not shown["whole"]
    answer = await ada.raw("GET", f"/parked/{key}/body")
    assert await answer.read() == body
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await ada.get(f"/parked/{await keep(both, b'short')}"))["parked"]["whole"]
    assert (await ada.fails("GET", "/parked/nosuch"))[0] == 404


async def test_playing_one_again(both: House, post: Pigeon) -> None:
    key = await keep(both, {"news": [said("m1", "Hello")]})
    ada = await both.client("ada")
    still = (await ada.does("POST", f"/parked/{key}/replay"))["parked"]
    assert (still["tries"], still["detail"]) == (2, "a form of call that is not known")
    post.mended = True
    assert (await ada.does("POST", f"/parked/{key}/replay"))["parked"] is None
    assert (await ada.get("/parked"))["waiting"] == 0
    assert (await ada.fails("POST", f"/parked/{key}/replay")) == (404, "not_found")
    conversation = (await ada.get("/conversations"))["conversations"][0]["id"]
    told = (await ada.get(f"/conversations/{conversation}/messages"))["messages"]
    assert [(one["text"], one["late"]) for one in told] == [("Hello", True)]


async def test_playing_all_again(both: House, post: Pigeon) -> None:
    await keep(both, b"bad")
    await keep(both, {"news": [said("m1", "Hello")]})
    post.mended = True
    ada = await both.client("ada")
    assert await ada.does("POST", "/parked/replay") == {"taken": 1, "failed": 1, "left": 0}
    assert (await ada.get("/parked"))["waiting"] == 1


async def test_discarding_and_putting_back(both: House, post: Pigeon) -> None:
    key = await keep(both, b"bad")
    ada = await both.client("ada")
    await ada.does("POST", f"/parked/{key}/discard")
    assert (await ada.get("/parked"))["parked"] == []
    discarded = (await ada.get("/parked", state="discarded"))["parked"]
    assert [one["id"] for one in discarded] == [key] and discarded[0]["discarded_at"]
    assert (await ada.fails("POST", f"/parked/{key}/replay"))[0] == 404, "nobody plays what was discarded"
    await ada.does("POST", f"/parked/{key}/restore")
    assert [one["id"] for one in (await ada.get("/parked"))["parked"]] == [key]
    assert (await ada.fails("POST", "/parked/nosuch/discard"))[0] == 404
    lines = [
        one["changes"]["did"]
        for one in (await ada.get("/audit", kind="setting.changed"))["lines"]
        if one["changes"]["what"] == "parked"
    ]
    assert lines == ["restored", "discarded"], "what was done is in the audit; that it came is not"

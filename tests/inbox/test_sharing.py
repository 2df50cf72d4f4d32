"""What goes for a macro goes for a saved view: shared, moved between scopes, retired and taken back by one rule."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.stream.macros import SHELF as MACROS
from gateway.stream.saved import SHELF as VIEWS
from gateway.stream.sharing import Shelf
from tests.inbox.conftest import House

KINDS = [("macros", "macro", {"text": "Hi"}, MACROS), ("views", "view", {"filter": {}}, VIEWS)]


@pytest.mark.parametrize(("path", "what", "more", "shelf"), KINDS, ids=["macros", "views"])
async def test_moved_between_scopes(
    both: House, path: str, what: str, more: dict[str, Any], shelf: Shelf
) -> None:
    sue, ann = await both.client("sue"), await both.client("ann")
    sales, support = both.teams["sales"], both.teams["support"]
    body = {"name": "x", "scope": "teams", "teams": [sales, support], **more}
    made = (await sue.does("POST", f"/{path}", body))[what]

    async def changed(**said: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await sue.does("PATCH", f"/{path}/{made['id']}", said))[what]
        return found

    assert (await changed(name="y"))["teams"] == sorted([sales, support]), "a name leaves its teams alone"
    assert (await changed(teams=[sales]))["teams"] == [sales]
    assert (await changed(scope="teams"))["teams"] == [sales]
    assert (await sue.fails("PATCH", f"/{path}/{made['id']}", {"teams": []}))[0] == 422
    assert (await sue.fails("PATCH", f"/{path}/{made['id']}", {"scope": "all", "teams": [sales]}))[0] == 422
    assert [one["teams"] for one in (await ann.get(f"/{path}"))[path]] == [[sales]], "as if never asked"
    everybodys = await changed(scope="all")
    assert (everybodys["scope"], everybodys["teams"]) == ("all", [])
    assert (await sue.fails("PATCH", f"/{path}/{made['id']}", {"scope": "teams"}))[0] == 422
    assert (await changed(scope="personal"))["owner"] == both.agents["sue"]
    assert (await ann.get(f"/{path}"))[path] == []


@pytest.mark.parametrize(("path", "what", "more", "shelf"), KINDS, ids=["macros", "views"])
async def test_what_is_taken_back_is_counted_again(
    house: House, path: str, what: str, more: dict[str, Any], shelf: Shelf
) -> None:
    ann = await house.client("ann")
    made = [
        (await ann.does("POST", f"/{path}", {"name": str(n), **more}))[what]["id"]
        for n in range(shelf.most_own)
    ]
    assert (await ann.fails("POST", f"/{path}", {"name": "x", **more}))[0] == 422
    await ann.does("PATCH", f"/{path}/{made[0]}", {"retired": True})
    await ann.does("POST", f"/{path}", {"name": "x", **more})
    assert (await ann.fails("PATCH", f"/{path}/{made[0]}", {"retired": False}))[0] == 422
    await ann.does("PATCH", f"/{path}/{made[0]}", {"name": "Still retired"})
    await ann.does("PATCH", f"/{path}/{made[1]}", {"name": "In use"})

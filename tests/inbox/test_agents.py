"""The team's people: added, changed, let go, taken back."""

from __future__ import annotations

from tests.inbox.conftest import House


async def test_deactivation(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    closed = await both.customer_writes("done", name="Lee", team="sales")
    ada, ann = await both.client("ada"), await both.client("ann")
    program = await both.client(token=await both.token("ann"))
    for conversation in (taken.conversation, closed.conversation):
        await ada.does("PATCH", f"/conversations/{conversation}", {"assignee": both.agents["ann"]})
    await ada.does("PATCH", f"/conversations/{closed.conversation}", {"status": "closed"})
    path = f"/conversations/{taken.conversation}"
    await ann.does("POST", f"{path}/messages", {"text": "Hi", "visibility": "public", "client_id": "c1"})
    left = await ada.does("POST", f"/agents/{both.agents['ann']}/deactivate")
    assert left["agent"]["active"] is False
    assert (await ann.ask("GET", "/session"))[0] == 401
    assert (await program.ask("GET", "/session"))[0] == 401
    shown = await ada.get(path)
    assert (shown["conversation"]["assignee"], shown["conversation"]["team"]) == (None, both.teams["sales"])
    kept = await ada.get(f"/conversations/{closed.conversation}")
    assert kept["conversation"]["assignee"] == both.agents["ann"]
    history = await ada.get(f"{path}/messages")
    assert history["messages"][-1]["author"]["name"] == "Ann", "the name stays"
    assert (await ada.fails("POST", f"/agents/{both.agents['ann']}/link", {}))[0] == 422
    back = await ada.does("PATCH", f"/agents/{both.agents['ann']}", {"active": True})
    assert back["agent"]["active"] is True
    assert (await ann.ask("GET", "/session"))[0] == 401, "taken back, not signed in"


async def test_the_last_admin_stays(house: House) -> None:
    ada = await house.client("ada")
    path = f"/agents/{house.agents['ada']}"
    assert (await ada.fails("POST", f"{path}/deactivate"))[0] == 422
    assert (await ada.fails("PATCH", path, {"role": "agent"}))[0] == 422
    await ada.does("PATCH", f"/agents/{house.agents['sue']}", {"role": "admin"})
    await ada.does("PATCH", path, {"role": "agent"})


async def test_changing_people(both: House) -> None:
    ada = await both.client("ada")
    added = await ada.does(
        "POST", "/agents", {"email": "New@Example.com", "name": "New", "teams": [both.teams["sales"]]}
    )
    assert added["agent"]["email"] == "new@example.com"
    assert "/link/" in added["link"]
    assert await ada.fails("POST", "/agents", {"email": "new@example.com", "name": "N"}) == (409, "conflict")
    path = f"/agents/{added['agent']['id']}"
    assert await ada.fails("PATCH", path, {"email": "ann@example.com"}) == (409, "conflict")
    changed = await ada.does("PATCH", path, {"role": "supervisor", "teams": [both.teams["support"]]})
    assert (changed["agent"]["role"], changed["agent"]["teams"]) == ("supervisor", [both.teams["support"]])
    assert await ada.fails("PATCH", path, {"teams": ["01nosuchteam"]}) == (404, "not_found")
    assert await ada.fails("PATCH", "/agents/01nobody", {"name": "X"}) == (404, "not_found")
    names = [one["name"] for one in (await ada.get("/agents"))["agents"]]
    assert names == sorted(names)


async def test_how_everybody_stands(both: House) -> None:
    ada = await both.client("ada")
    added = (await ada.does("POST", "/agents", {"email": "new@example.com", "name": "New"}))["agent"]
    standing = {one["id"]: one for one in (await ada.get("/agents/standing"))["agents"]}
    ann = standing[both.agents["ann"]]
    assert ann["seen_at"] and ann["sessions"] == 1
    assert standing[added["id"]] == {
        "id": added["id"],
        "seen_at": None,
        "second_factor": False,
        "invited": True,
        "sessions": 0,
    }
    await (await both.client("ann")).does("POST", "/session/totp", {})
    again = {one["id"]: one for one in (await ada.get("/agents/standing"))["agents"]}
    assert again[both.agents["ann"]]["second_factor"] is False, "begun is not on"

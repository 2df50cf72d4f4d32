"""Teams, tags, attribute definitions, organisations."""

from __future__ import annotations

from tests.inbox.conftest import House


async def test_filing(both: House) -> None:
    ada = await both.client("ada")
    team = (await ada.does("POST", "/teams", {"name": "Billing"}))["team"]
    assert await ada.fails("POST", "/teams", {"name": "Billing"}) == (409, "conflict")
    retired = await ada.does("PATCH", f"/teams/{team['id']}", {"retired": True, "name": "Old billing"})
    assert retired["team"] == {"id": team["id"], "name": "Old billing", "retired": True}
    wanted = {
        "target": "conversation",
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "choices": ["a", "b"],
    }
    attribute = (await ada.does("POST", "/attributes", wanted))["attribute"]
    taken = await both.customer_writes("hello")
    path = f"/conversations/{taken.conversation}"
    assert (await ada.fails("PATCH", path, {"attributes": {"plan": "z"}}))[0] == 422
    changed = await ada.does("PATCH", path, {"attributes": {"plan": "a"}})
    assert changed["conversation"]["attributes"] == {"plan": "a"}
    await ada.does("PATCH", f"/attributes/{attribute['id']}", {"choices": ["a", "b", "c"]})
    assert await ada.fails("POST", "/attributes", wanted) == (422, "refused")
    organisation = (await ada.does("POST", "/organisations", {"name": "Acme", "domain": "Acme.example"}))[
        "organisation"
    ]
    assert organisation["domain"] == "acme.example"
    taken_domain = {"name": "B", "domain": "acme.example"}
    assert await ada.fails("POST", "/organisations", taken_domain) == (422, "refused")
    await ada.does("PATCH", f"/organisations/{organisation['id']}", {"domain": None})
    page = await ada.get("/organisations")
    assert page["organisations"][0]["domain"] is None
    kinds = {line["kind"] for line in (await ada.get("/audit"))["lines"]}
    assert "directory.changed" in kinds


async def test_who_is_in_a_team(both: House) -> None:
    ada = await both.client("ada")
    ann, bob = both.agents["ann"], both.agents["bob"]

    async def members(team: str) -> set[str]:
        return {one["id"] for one in (await ada.get("/agents"))["agents"] if team in one["teams"]}

    team = (await ada.does("POST", "/teams", {"name": "Night", "members": [ann, bob]}))["team"]["id"]
    assert await members(team) == {ann, bob}
    assert await members(both.teams["sales"]) == {ann}, "nobody leaves another team by it"
    await ada.does("PATCH", f"/teams/{team}", {"members": [bob], "name": "Late"})
    assert await members(team) == {bob}
    await ada.does("PATCH", f"/teams/{team}", {"members": []})
    assert await members(team) == set()
    assert (await ada.fails("PATCH", f"/teams/{team}", {"members": ["01nobody"]}))[0] == 404
    assert (await ada.fails("PATCH", "/teams/01none", {"members": []}))[0] == 404
    assert (await ada.fails("POST", "/teams", {"name": "Ghosts", "members": ["01nobody"]}))[0] == 404
    assert "Ghosts" not in {one["name"] for one in (await ada.get("/teams"))["teams"]}, "all or nothing"

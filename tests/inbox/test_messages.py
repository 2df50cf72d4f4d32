"""One message: the page around it, and what it said before."""

from __future__ import annotations

from tests.inbox.conftest import House, does


async def test_a_page_around_a_message(both: House) -> None:
    taken = await both.customer_writes("m0")
    ids = [taken.message]
    for n in range(1, 9):
        ids.append((await both.customer_writes(f"m{n}")).message)
    other = await both.customer_writes("elsewhere", name="Lee")
    rest = await both.client("ann")
    path = f"/conversations/{taken.conversation}/messages"
    page = await rest.get(path, around=ids[4], limit=4)
    assert [one["text"] for one in page["messages"]] == ["m2", "m3", "m4", "m5", "m6"]
    assert [one["text"] for one in (await rest.get(path, before=page["before"]))["messages"]] == ["m0", "m1"]
    assert [one["text"] for one in (await rest.get(path, after=page["after"]))["messages"]] == ["m7", "m8"]
    whole = await rest.get(path, around=ids[0], limit=100)
    assert ([one["text"] for one in whole["messages"]], whole["before"], whole["after"]) == (
        [f"m{n}" for n in range(9)],
        None,
        None,
    )
    for wrong in (other.message, "01nothing"):
        status, _ = await rest.ask("GET", path, params={"around": wrong})
        assert status == 404
    assert (await rest.ask("GET", path, params={"around": ids[0], "before": page["before"]}))[0] == 400


async def test_what_a_message_said_before(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    say = {"conversation": taken.conversation, "text": "Helo", "client_id": "c1"}
    message = (await does(both, "ann", "reply", **say))["message"]
    rest = await both.client("ann")
    await rest.does("PATCH", f"/messages/{message['id']}", {"text": "Hello"})
    await rest.does("PATCH", f"/messages/{message['id']}", {"text": "Hello!"})
    versions = (await rest.get(f"/messages/{message['id']}/versions"))["versions"]
    assert [one["text"] for one in versions] == ["Helo", "Hello", "Hello!"]
    assert versions[0]["at"] == message["at"] <= versions[1]["at"] <= versions[2]["at"]
    assert (await (await both.client("bob")).fails("GET", f"/messages/{message['id']}/versions"))[0] == 404
    assert await (await both.client("sue")).fails("PATCH", f"/messages/{message['id']}", {"text": "x"}) == (
        403,
        "forbidden",
    )
    assert (await rest.ask("DELETE", f"/messages/{message['id']}"))[0] == 204
    assert (await rest.get(f"/messages/{message['id']}/versions"))["versions"] == []

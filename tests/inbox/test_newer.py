"""What a newer version wrote into rows: this one tells what it can and leaves alone what it would have to guess."""

import pytest

from gateway.errors import Unavailable, UnknownWord
from gateway.events import Status
from gateway.newer import known, shown_kind
from gateway.stream.release import release_due
from gateway.stream.watch import load_viewers
from inbox.auth.caller import by_sessions
from tests.inbox.conftest import House, does
from tests.inbox.test_snapshot import snapshot

POSTGRES = "alter table {0} drop constraint {0}_{1}_check"
SQLITE = "pragma ignore_check_constraints = on"


async def let_in(house: House, table: str, column: str) -> None:
    """As the newer version's migration would: the words of its own."""
    sql = POSTGRES.format(table, column) if house.store.postgres else SQLITE
    await house.store.write(lambda tx: tx.run(sql))


async def wrote(house: House, sql: str, *values: str) -> None:
    await house.store.write(lambda tx: tx.run(sql, *values))


def test_words_that_are_known_are_taken_as_they_are() -> None:
    assert (known(Status, "open"), shown_kind("token").value) == (Status.OPEN, "token")
    assert shown_kind("machine").value == "automation"
    with pytest.raises(Unavailable, match="the Status 'parked' of a row is of a newer version"):
        known(Status, "parked")


async def test_a_conversation_in_a_state_of_a_newer_version_is_shown_and_left_alone(both: House) -> None:
    await let_in(both, "conversations", "status")
    talk = (await both.customer_writes("hello")).conversation
    plain = (await both.customer_writes("hi", name="Lee")).conversation
    await wrote(both, "update conversations set status = 'parked' where id = $1", talk)
    await wrote(both, "update counts set n = 1 where status = 'open'")
    await wrote(
        both, "insert into counts (status, team_id, assignee_id, tag_id, n) values ('parked', '', '', '', 1)"
    )
    ann = await both.client("ann")
    assert (await ann.get(f"/conversations/{talk}"))["conversation"]["id"] == talk
    assert (await ann.get(f"/conversations/{talk}/messages"))["messages"]
    assert [one["id"] for one in (await ann.get("/conversations"))["conversations"]] == [plain]
    assert await ann.fails("PATCH", f"/conversations/{talk}", {"assignee": both.agents["ann"]}) == (
        503,
        "unavailable",
    )
    with pytest.raises(UnknownWord):
        await both.customer_writes("and?")
    told = await snapshot(both, "ann")
    assert [(one["status"], one["n"]) for one in told["counts"]] == [("open", 1)]


async def test_what_somebody_of_a_newer_version_did_is_shown_as_automatic(both: House) -> None:
    await both.customer_writes("hello")
    talk = (await both.customer_writes("more")).conversation
    other = (await both.customer_writes("hi", name="Lee")).conversation
    await does(both, "ann", "merge", conversation=other, into=talk)
    for table, column in (("messages", "author_kind"), ("merges", "actor_kind")):
        await wrote(both, f"update {table} set {column} = 'machine'")
    ann = await both.client("ann")
    messages = (await ann.get(f"/conversations/{talk}/messages"))["messages"]
    assert {one["author"]["kind"] for one in messages} == {"automation"}
    (merge,) = (await ann.get(f"/conversations/{talk}/merges"))["merges"]
    assert merge["actor"]["kind"] == "automation"


async def test_a_reply_that_is_held_by_a_newer_version_keeps_no_other_waiting(both: House) -> None:
    talk = (await both.customer_writes("hello")).conversation
    for text in ("one", "two"):
        await does(both, "ann", "reply", conversation=talk, text=text, client_id=text, hold=1)
    await wrote(both, "update held_replies set author_kind = 'machine', due_at = 1 where text = 'one'")
    await wrote(both, "update held_replies set due_at = 2 where text = 'two'")
    with pytest.raises(UnknownWord):
        await release_due(both.store, both.desk.channels)
    page = await (await both.client("ann")).get(f"/conversations/{talk}/messages")
    assert [one["text"] for one in page["messages"]] == ["hello", "two"]
    assert [(one["text"], one["held"]["problem"]) for one in page["held"]] == [("one", None)]


async def test_a_role_of_a_newer_version_lets_nobody_in_and_keeps_nobody_out(both: House) -> None:
    await let_in(both, "agents", "role")
    await wrote(both, "update agents set role = 'auditor' where id = $1", both.agents["bob"])
    bob, ann = await both.client("bob"), await both.client("ann")
    assert await bob.fails("GET", "/session") == (503, "unavailable")
    assert (await ann.get("/session"))["agent"]["id"] == both.agents["ann"]
    callers = await both.store.read(lambda look: by_sessions(look, set(both.cookies.values()), both.clock()))
    viewers = await both.store.read(lambda look: load_viewers(look, both.agents.values()))
    others = {both.agents[who] for who in ("ann", "sue", "ada")}
    assert {one.agent_id for one in callers.values()} == set(viewers) == others

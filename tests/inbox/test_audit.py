"""The audit: found by who, what, where and when; all of it by pages; taken along as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.events import Actor, ActorKind
from gateway.store import Reader, Row
from gateway.stream.post import Post, post
from inbox.auth.tokens import make_token
from inbox.rest.audit import END, AuditFilter, look_up
from tests.inbox.conftest import House


async def lines(house: House, **asked: Any) -> list[dict[str, Any]]:
    sue = await house.client("sue")
    found: list[dict[str, Any]] = (await sue.get("/audit", **asked))["lines"]
    return found


async def test_filters(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    other = await both.customer_writes("hello", name="Park", team="sales")
    ann = await both.client("ann")
    await ann.does("PATCH", f"/conversations/{taken.conversation}", {"priority": 2})
    both.clock.ahead += 1000
    await ann.does("PATCH", f"/conversations/{other.conversation}", {"priority": 3})
    mine = await lines(both, agent=both.agents["ann"])
    assert [line["conversation"] for line in mine] == [other.conversation, taken.conversation]
    by_number = await lines(both, conversation=mine[1]["number"])
    assert {line["conversation"] for line in by_number} == {taken.conversation}
    assert by_number == await lines(both, conversation=taken.conversation)
    started = await lines(both, kind="conversation.created")
    assert {line["kind"] for line in started} == {"conversation.created"}
    assert len(started) == 2
    assert await lines(both, kind="conversation.created", agent=both.agents["ann"]) == []
    assert await lines(both, conversation=999_999) == []
    edge = mine[0]["at"]
    assert {line["position"] for line in await lines(both, after=edge)} == {
        line["position"] for line in await lines(both) if line["at"] >= edge
    }
    assert all(line["at"] < edge for line in await lines(both, until=edge))
    sue = await both.client("sue")
    assert (await sue.fails("GET", "/audit?kind=gossip"))[0] == 400


async def test_a_tokens_acts_carry_the_name_of_its_agent(both: House) -> None:
    taken = await both.customer_writes("hello")
    program, ann = await both.client(token=await both.token("ann")), await both.client("ann")
    await program.does("PATCH", f"/conversations/{taken.conversation}", {"status": "closed"})
    [closed] = await lines(both, kind="conversation.changed")
    assert (closed["actor"]["kind"], closed["actor"]["name"]) == ("token", "Ann")
    page = await ann.get(f"/conversations/{taken.conversation}/messages")
    assert [line["actor"]["name"] for line in page["lines"]] == ["Kim", "Ann"]
    contact = (await ann.get(f"/conversations/{taken.conversation}"))["contact"]["id"]
    timeline = await ann.get(f"/contacts/{contact}/timeline")
    assert [line["actor"]["name"] for line in timeline["lines"]] == ["Ann", "Kim"]


async def test_what_an_agents_programs_did_is_found_by_the_agent(both: House) -> None:
    """Both stand under one name, and under one id: one walk of the index. Also of a token that was taken back since."""
    talk = f"/conversations/{(await both.customer_writes('hello')).conversation}"
    ann, program = await both.client("ann"), await both.client(token=await both.token("ann"))
    for n, one in enumerate((ann, program, await both.client("bob"), program)):
        await one.does("PATCH", talk, {"priority": n % 3 + 1})
    await both.store.write(lambda tx: tx.run("update tokens set revoked_at = $1", tx.now))
    found = await lines(both, agent=both.agents["ann"], kind="conversation.changed")
    assert [line["actor"]["kind"] for line in found] == ["token", "token", "agent"]
    assert {line["actor"]["name"] for line in found} == {"Ann"}


async def test_a_tokens_held_reply_carries_the_name_of_its_agent(both: House) -> None:
    taken = await both.customer_writes("hello")
    token = await both.store.write(lambda tx: make_token(tx, both.agents["ann"], "robot"))
    by = Actor(ActorKind.TOKEN, token.id)
    await post(both.store, Post(taken.conversation, by, "c1", "Soon", hold=30_000))
    ann = await both.client("ann")
    [held] = (await ann.get(f"/conversations/{taken.conversation}/messages"))["held"]
    assert (held["text"], held["author"]["name"]) == ("Soon", "Ann")


class Explaining:
    """Looks, and keeps how the database says it would look."""

    def __init__(self, look: Reader) -> None:
        self._look = look
        self.plan = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._look, name)

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        words = "explain" if self._look.postgres else "explain query plan"
        self.plan = "\n".join(str(tuple(row)) for row in await self._look.all(f"{words} {sql}", *args))
        return await self._look.all(sql, *args)


MANY = """insert into audit (position, at, kind, actor_kind, actor_id, conversation_id, changes)
    select n + 1000, n * 1000, case when n % 500 = 0 then 'merge.undone' else 'leg.switched' end, 'agent',
        case when n % 700 = 0 then 'rare' else 'busy' end, 'c' || (n % 100), '{}' from numbers"""
NUMBERS = "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20000)"


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "audit_by_time"),
        ({"kind": "merge.undone"}, "audit_by_kind"),
        ({"after": 5_000_000, "until": 6_000_000}, "audit_by_time"),
        ({"kind": "merge.undone", "until": 6_000_000}, "audit_by_kind"),
        ({"agent": "rare"}, "audit_by_actor_time"),
        ({"conversation": "c7"}, "audit_by_conversation"),
    ],
    ids=str,
)
async def test_every_filter_walks_an_index(both: House, asked: dict[str, Any], index: str) -> None:
    await both.store.write(lambda tx: tx.run(MANY.replace("insert", f"{NUMBERS} insert", 1)))
    await both.store.write(lambda tx: tx.run("analyze audit"))

    async def planned(reader: Reader) -> str:
        explaining = Explaining(reader)
        rows = await look_up(explaining, AuditFilter(**asked), END, 51)
        assert [(row["at"], row["position"]) for row in rows] == sorted(
            ((row["at"], row["position"]) for row in rows), reverse=True
        )
        return explaining.plan

    plan = await both.store.scan(planned)
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan and "Seq Scan on audit" not in plan, plan


async def test_pages_hold_to_the_filter(house: House) -> None:
    for n in range(5):
        await house.customer_writes("hello", name=f"Kim{n}", team="sales")
    sue = await house.client("sue")
    whole = [line["position"] for line in await lines(house, kind="conversation.created")]
    paged, before = [], None
    while True:
        page = await sue.get(
            "/audit", kind="conversation.created", limit=2, **({"before": before} if before else {})
        )
        paged += [line["position"] for line in page["lines"]]
        if (before := page["before"]) is None:
            break
    assert paged == whole
    assert len(whole) == 5


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", "\n=", "\r=", "＝", "＋", "－", "＠"])
async def test_a_formula_stays_text_however_it_begins(both: House, begins: str) -> None:
    await both.customer_writes("hello", name=f"{begins}1+1", team="sales")
    sue = await both.client("sue")
    text = await (await sue.raw("GET", "/audit/export")).text()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert f"'{begins}1+1" in {row["actor"] for row in rows}


async def test_the_sheet(both: House) -> None:
    await both.customer_writes("hello", name='=HYPERLINK("//evil")', team="sales")
    ann = await both.client("ann")
    await ann.does("PATCH", "/conversations/1", {"subject": "secret"})
    sue = await both.client("sue")
    answer = await sue.raw("GET", "/audit/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = (await answer.read()).decode()
    assert text.startswith("\ufeff"), "Korean names in Excel"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(await lines(both, limit=100))
    assert rows[0]["actor"] == "Ann"
    assert rows[0]["conversation"] == "1"
    assert rows[0]["time"].endswith("+00:00")
    started = next(row for row in rows if row["kind"] == "conversation.created")
    assert started["actor"].startswith("'="), "a formula stays text"
    assert "secret" not in text
    some = await sue.raw("GET", "/audit/export", params={"agent": both.agents["ann"]})
    kept = (await some.read()).decode()
    assert len(kept.splitlines()) == 2

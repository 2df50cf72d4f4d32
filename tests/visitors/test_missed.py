"""What one customer missed is told as the whole log tells it, and costs what is hers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.events import AccountId, Address, Attachment, InboundMessage, RemoteFile, new_id
from gateway.live import REPLAY_MOST
from gateway.store import Reader
from gateway.store.log import events_after
from gateway.stream.erase import erase_contact
from gateway.stream.files import has_come, take_due
from gateway.stream.ingest import Intake, take_in
from gateway.visitors.hub import VisitorHub, VisitorSession
from gateway.visitors.missed import Away, Back, hers_after, is_another, may_be_erased, who_missed_nothing
from tests.visitors.conftest import Shop
from tests.visitors.story import Story
from tests.visitors.test_privacy import Agents, customers

ALL = 10_000
# Each moves rows from place to place, so that what was hers then is found by where it stands now.
STORY = [
    *(
        "says",
        "replies",
        "merges_conversations",
        "says",
        "replies",
        "undoes",
        "splits",
        "says",
        "notes",
        "reads",
    ),
    *("closes", "says", "reopens", "tags", "merges_people", "replies", "holds", "lets_go", "spams", "says"),
    *("merges_conversations", "replies", "reads"),
]


async def test_her_part_of_the_log_is_what_the_whole_log_tells_her(both: Shop) -> None:
    people = await customers(both)
    house = Agents(both, people)
    for n, what in enumerate(STORY):
        await house.act(what, n, n + 1)
    await both.store.write(lambda tx: erase_contact(tx, people[1].contact, house.by))
    hub = VisitorHub(both.desk)
    persons = {row["person_id"] for row in await both.all("select person_id from identities")}
    assert len(persons) >= len(people)

    async def both_ways(look: Reader, person: str) -> tuple[Any, Any]:
        everything = await events_after(look, 0, ALL)
        hers = await hers_after(look, person, 0, ALL)
        whole, part = await hub.load(look, everything), await hub.load(look, hers)
        return (whole.told[person], person in whole.erased), (part.told[person], person in part.erased)

    for person in persons:
        whole, part = await both.store.read(lambda look, person=person: both_ways(look, person))  # type: ignore[misc]
        assert whole == part
        assert whole[0] or whole[1]


async def test_nobody_is_taken_to_have_missed_nothing_who_missed_something(both: Shop) -> None:
    """From every place in a long story, for everybody in it: asked for all at once, and as each would read it alone."""
    people = await customers(both)
    house = Agents(both, people)
    newcomer = Address("visitor", "nobody yet")

    async def both_ways(look: Reader) -> tuple[set[Away], set[Away]]:
        rows = await look.all("select space, address, person_id from identities")
        persons = {Address(row["space"], row["address"]): row["person_id"] for row in rows}
        head = look.position
        aways = [Away(one, at) for one in (*persons, newcomer) for at in range(head + 1)]
        told: dict[Away, Back] = {}
        for at in range(head + 1):  # of a crowd that stands at many places
            told |= await who_missed_nothing(look, [one for one in aways if one.position >= at])
        assert all(back == (persons.get(one.identity), head) for one, back in told.items())
        return set(told), {one for one in aways if await singly(look, one, persons.get(one.identity))}

    async def singly(look: Reader, one: Away, person: str | None) -> bool:
        if await may_be_erased(look, person, one.position):
            return False
        if await is_another(look, one.identity, one.position):
            return False
        return person is None or not await hers_after(look, person, one.position, 1)

    for n, what in enumerate(STORY):
        await house.act(what, n, n + 1)
    told, truly = await both.store.read(both_ways)
    assert told == truly
    assert len({one.identity for one in told}) > len(people)
    await both.store.write(lambda tx: erase_contact(tx, people[1].contact, house.by))
    told, truly = await both.store.read(both_ways)
    assert told < truly, "where somebody was erased meanwhile each reads for herself, and nobody loses a word"


async def test_a_crowd_comes_back_by_a_few_looks(both: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever missed something among them is told it; for the others nothing more is read."""
    crowd = [both.browser() for _ in range(12)]
    cursors = []
    for browser in crowd:
        await browser.arrive()
        await browser.say("first")
        line = await browser.connect()
        await line.hear("snapshot")
        cursors.append(line.cursor)
        await line.ws.close()
    await others_write(both, 30)
    await crowd[5].say("from another tab")
    alone: list[str] = []
    read_hers = VisitorHub._read_hers

    async def reading(self: VisitorHub, session: VisitorSession) -> Any:
        alone.append(session.visitor.identity.address)
        return await read_hers(self, session)

    monkeypatch.setattr(VisitorHub, "_read_hers", reading)
    again = await asyncio.gather(
        *(browser.connect(cursor) for browser, cursor in zip(crowd, cursors, strict=True))
    )
    told = await again[5].hear("events")
    assert [event["message"]["text"] for event in told["events"] if "message" in event] == [
        "from another tab"
    ]
    for n, line in enumerate(again):
        if n != 5:
            await line.hear("hello")
            assert await line.quiet() == []
    assert len(set(alone)) == 1


async def test_a_file_of_hers_that_came_by_another_way_is_told_here_too(both: Shop) -> None:
    """Her number and her browser are proven to be one person's."""
    await both.browser().arrive()
    number = Address("tel", "+821055550111")
    fact = InboundMessage("SM1", number, "look", files=(RemoteFile("https://x.example/1"),))
    taken = await take_in(both.store, Intake(AccountId("web")), fact)
    (waiting,) = await both.store.write(lambda tx: take_due(tx, "web", 9))
    picture = Attachment("ab" * 32, "a.png", "image/png", 1)
    assert await both.store.write(lambda tx: has_come(tx, waiting.id, picture))
    (row,) = await both.all("select person_id from identities where space = 'tel'")
    hub = VisitorHub(both.desk)

    async def told(look: Reader) -> Any:
        events = await hers_after(look, row["person_id"], 0, ALL)
        return (await hub.load(look, events)).told[row["person_id"]]

    messages = [one["message"] for one in (await both.store.read(told)).values() if "message" in one]
    assert {one["id"] for one in messages} == {taken.message}
    assert [file["name"] for file in messages[-1]["attachments"]] == ["a.png"]


async def others_write(shop: Shop, many: int) -> None:
    """Twenty others, in turns."""
    for n in range(many):
        fact = InboundMessage(new_id(), Address("visitor", f"other{n % 20}"), f"words {n}")
        await take_in(shop.store, Intake(AccountId("web")), fact)


async def test_who_returns_reads_her_own_facts_and_nobody_elses(
    both: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana = both.browser()
    await hana.arrive()
    await hana.say("first")
    conversation = await both.conversation()
    line = await hana.connect()
    await line.hear("snapshot")
    cursor = line.cursor
    await line.ws.close()
    await others_write(both, 300)
    await both.reply(conversation, "an answer")
    await others_write(both, 5)
    read: list[int] = []
    load = VisitorHub.load

    async def counting(self: VisitorHub, look: Reader, events: Any) -> Any:
        read.append(len(events))
        return await load(self, look, events)

    monkeypatch.setattr(VisitorHub, "load", counting)
    again = await hana.connect(cursor)
    told = await again.hear("events")
    assert [event["message"]["text"] for event in told["events"] if "message" in event] == ["an answer"]
    assert await again.quiet() == []
    assert sum(read) < 10, "three hundred messages of others are not read for her"
    assert Story.of([*line.frames, *again.frames]).texts == ["first", "an answer"]


async def test_further_behind_than_is_worth_walking_she_starts_afresh(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana = shop.browser()
    await hana.arrive()
    await hana.say("first")
    line = await hana.connect()
    await line.hear("snapshot")
    monkeypatch.setattr("gateway.live.REPLAY_MOST", 50)
    assert REPLAY_MOST > 50
    await others_write(shop, 51)
    again = await hana.connect(line.cursor)
    assert (await again.hear("reset"))["reason"] == "too_old"
    await again.hear("snapshot")
    assert Story.of(again.frames).texts == ["first"]

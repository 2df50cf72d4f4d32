"""No customer is ever told what is not hers: not by merges, splits, undo, notes, tags, files, ids or typing.

Every word that anybody writes here is a marker of its own, so that a leak is found wherever in a frame it stands.
"""

import asyncio
import contextlib
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.channels.registry import Channels
from gateway.errors import Refused
from gateway.events import SYSTEM, agent
from gateway.stream.assign import assign
from gateway.stream.contact_notes import add_note
from gateway.stream.describe import make_tag, tag
from gateway.stream.erase import erase_contact
from gateway.stream.held import undo
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.release import release
from gateway.stream.seen import we_have_seen
from gateway.stream.split import split
from gateway.stream.status import close, mark_spam, reopen, unmark_spam
from gateway.stream.undo import undo_merge
from tests.visitors.conftest import Browser, Line, Shop, open_shop, vouch
from tests.visitors.story import Story
from tests.visitors.test_say import png

NAMES = ("hana", "bora", "chul")


class Customer:
    def __init__(self, name: str, browser: Browser, line: Line) -> None:
        self.name, self.browser, self.line = name, browser, line
        self.conversation = ""
        self.contact = ""
        self.said: list[str] = []
        self.unsent: dict[str, str] = {}
        """Replies to her that are held, or were taken back: message -> words."""


async def customers(shop: Shop) -> list[Customer]:
    """Three people: one in two tabs of thought, one whom the site signs for, one nameless."""
    made = []
    for name in NAMES:
        browser = shop.browser()
        await browser.arrive(**({"vouch": vouch(name, name=name.upper())} if name == "bora" else {}))
        line = await browser.connect()
        await line.hear("snapshot")
        one = Customer(name, browser, line)
        one.said.append((await browser.say(f"word-of-{name}-0"))["text"])
        one.conversation = await shop.conversation()
        row = await shop.one("select contact_id from conversations where id = $1", one.conversation)
        one.contact = row["contact_id"]
        made.append(one)
    return made


async def check(shop: Shop, people: list[Customer]) -> None:
    """What each was told by the socket, is told afresh, and reads as history, holds only her own."""
    for one in people:
        await one.line.quiet()
        fresh = await one.browser.connect()
        await fresh.hear("snapshot")
        assert Story.of(one.line.frames).told == Story.of(fresh.frames).told, one.name
        page = await one.browser.history()
        told = "".join((*one.line.raw, *fresh.raw, json.dumps(page)))
        for other in NAMES:
            if other != one.name:
                assert f"word-of-{other}" not in told, f"{one.name} reads {other}'s words"
                assert f"to-{other}" not in told, f"{one.name} reads what was written to {other}"
        for inside in (
            "note-",
            "tag-",
            "inside.example",
            shop.agent,
            "VIP",
            *(person.contact for person in people),
        ):
            assert inside not in told, f"{one.name} is told {inside}"
        for person in people:
            for message, words in person.unsent.items():
                assert message not in told and words not in told, f"{one.name} is told what was not sent"
        for message in page["messages"]:
            mine = message["author"]["kind"] == "me"
            assert message["text"] in one.said if mine else message["text"].startswith(f"to-{one.name}")
        await fresh.ws.close()


class Agents:
    """What the house does, by number; each act may be refused, which is as good as done."""

    def __init__(self, shop: Shop, people: list[Customer]) -> None:
        self.shop, self.people = shop, people
        self.merges: list[str] = []
        self.held: list[tuple[Customer, str]] = []
        self.by = agent(shop.agent)
        self.n = 0

    async def act(self, what: str, i: int, j: int) -> None:
        one, other = self.people[i % 3], self.people[j % 3]
        self.n += 1
        with contextlib.suppress(Refused):
            await getattr(self, what)(one, other)

    async def says(self, one: Customer, other: Customer) -> None:
        one.said.append((await one.browser.say(f"word-of-{one.name}-{self.n}"))["text"])

    async def replies(self, one: Customer, other: Customer) -> None:
        """On the very leg of the customer it is meant for, wherever her conversation lives now."""
        leg = await self.shop.one(
            """select l.id, l.conversation_id from legs l join identities i on i.id = l.identity_id
            where i.birth_contact_id = $1 order by l.id desc limit 1""",
            one.contact,
        )
        await self.shop.reply(leg["conversation_id"], f"to-{one.name}-{self.n}", leg=leg["id"])

    async def holds(self, one: Customer, other: Customer) -> None:
        leg = await self.shop.one(
            """select l.id, l.conversation_id from legs l join identities i on i.id = l.identity_id
            where i.birth_contact_id = $1 order by l.id desc limit 1""",
            one.contact,
        )
        words = f"to-{one.name}-held-{self.n}-"
        posted = await self.shop.reply(leg["conversation_id"], words, leg=leg["id"], hold=30_000)
        one.unsent[posted.message] = words
        self.held.append((one, posted.message))

    async def lets_go(self, one: Customer, other: Customer) -> None:
        if self.held:
            whose, message = self.held.pop()
            await self.shop.store.write(lambda tx: release(tx, message, Channels()))
            del whose.unsent[message]

    async def takes_back(self, one: Customer, other: Customer) -> None:
        if self.held:
            _, message = self.held.pop(0)
            await self.shop.store.write(lambda tx: undo(tx, message, self.by))

    async def notes(self, one: Customer, other: Customer) -> None:
        await self.shop.reply(one.conversation, f"note-about-{one.name}", note=True)

    async def tags(self, one: Customer, other: Customer) -> None:
        async def verb(tx):
            key = await make_tag(tx, f"tag-{self.n}", "#ff0000", SYSTEM)
            await tag(tx, one.conversation, [key], [], self.by)

        await self.shop.store.write(verb)

    async def knows(self, one: Customer, other: Customer) -> None:
        await self.shop.store.write(
            lambda tx: add_note(tx, one.contact, f"note-of-the-person-{one.name}", f"n{self.n}", self.by)
        )

    async def assigns(self, one: Customer, other: Customer) -> None:
        await self.shop.store.write(lambda tx: assign(tx, one.conversation, self.shop.agent, self.by))

    async def closes(self, one: Customer, other: Customer) -> None:
        await self.shop.store.write(lambda tx: close(tx, one.conversation, self.by))

    async def reopens(self, one: Customer, other: Customer) -> None:
        await self.shop.store.write(lambda tx: reopen(tx, one.conversation, self.by))

    async def spams(self, one: Customer, other: Customer) -> None:
        await self.shop.store.write(lambda tx: mark_spam(tx, one.conversation, self.by))
        await self.shop.store.write(lambda tx: unmark_spam(tx, one.conversation, self.by))

    async def reads(self, one: Customer, other: Customer) -> None:
        head = (await self.shop.one("select position from log_head"))["position"]
        await self.shop.store.write(lambda tx: we_have_seen(tx, one.conversation, head, self.by))

    async def merges_conversations(self, one: Customer, other: Customer) -> None:
        key = await self.shop.store.write(lambda tx: merge(tx, one.conversation, other.conversation, self.by))
        self.merges.append(key)

    async def merges_people(self, one: Customer, other: Customer) -> None:
        key = await self.shop.store.write(lambda tx: merge_contacts(tx, one.contact, other.contact, self.by))
        self.merges.append(key)

    async def splits(self, one: Customer, other: Customer) -> None:
        rows = await self.shop.all(
            """select m.id, m.conversation_id from messages m where m.conversation_id =
            (select conversation_id from messages where birth_conversation_id = $1 order by id limit 1)
            order by m.id""",
            one.conversation,
        )
        chosen = [row["id"] for row in rows][::2]
        key, _ = await self.shop.store.write(
            lambda tx: split(tx, rows[0]["conversation_id"], chosen, self.by)
        )
        self.merges.append(key)

    async def undoes(self, one: Customer, other: Customer) -> None:
        if self.merges:
            key = self.merges.pop()
            await self.shop.store.write(lambda tx: undo_merge(tx, key, self.by))


ACTS = [name for name in vars(Agents) if not name.startswith("_") and name != "act"]
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=14
)


async def test_wrong_merges_and_their_undo_change_nothing_for_customers(both: Shop):
    people = await customers(both)
    house = Agents(both, people)
    script = (
        "replies merges_conversations replies holds says notes tags merges_people replies lets_go says reads "
        "holds closes says lets_go splits holds replies undoes undoes replies takes_back undoes says spams "
        "lets_go reopens assigns knows"
    )
    for n, what in enumerate(script.split()):
        for i in range(3):
            await house.act(what, i, i + 1 + n % 2)
        await check(both, people)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_any_order_of_acts_tells_each_only_her_own(tmp_path_factory, acts):
    async def story():
        folder = tmp_path_factory.mktemp("shop")
        async with open_shop(f"sqlite:///{folder}/parley.db", folder) as shop:
            people = await customers(shop)
            house = Agents(shop, people)
            for what, i, j in acts:
                await house.act(what, i, j)
            await check(shop, people)

    asyncio.run(story())


async def test_a_blocked_customer_is_not_told_so(shop: Shop):
    (hana, *_) = await customers(shop)
    await shop.store.write(
        lambda tx: tx.run("update contacts set blocked_at = 1 where id = $1", hana.contact)
    )
    await shop.store.write(lambda tx: mark_spam(tx, hana.conversation, agent(shop.agent)))
    hana.said.append((await hana.browser.say("word-of-hana-again"))["text"])
    told = await hana.browser.arrive()
    assert told["open"]
    assert "spam" not in "".join(hana.line.raw) and "blocked" not in "".join(hana.line.raw)


async def test_identities_proven_to_be_one_person_share_their_story(shop: Shop):
    """The only thing that widens a customer's view: `person_id`, which only proof moves."""
    hana, bora, _ = await customers(shop)
    row = await shop.one("select person_id from identities where contact_id = $1", hana.contact)
    await shop.store.write(
        lambda tx: tx.run(
            "update identities set person_id = $1 where contact_id = $2", row["person_id"], bora.contact
        )
    )
    told = await bora.browser.history()
    assert [message["text"] for message in told["messages"]] == ["word-of-hana-0", "word-of-bora-0"]


async def test_an_erased_customers_browsers_start_over_with_nothing(both: Shop):
    hana, bora, _ = await customers(both)
    key = (await (await hana.browser.send_file(png())).json())["attachment"]["id"]
    link = (await hana.browser.say("", attachments=[key]))["attachments"][0]["url"]
    await hana.line.quiet()
    cursor = hana.line.cursor
    await both.store.write(lambda tx: erase_contact(tx, hana.contact, agent(both.agent)))
    await hana.line.hear("reset")
    assert (await hana.browser.http.get(link)).status == 404
    for since in (cursor, None):
        again = await hana.browser.connect(since)
        await again.quiet()
        assert "word-of-hana" not in "".join(again.raw)
    assert (await hana.browser.history())["messages"] == []
    await bora.line.quiet()
    assert not any(frame["kind"] == "reset" for frame in bora.line.frames)
    fresh = await hana.browser.connect()
    await fresh.hear("snapshot")
    said = await hana.browser.say("word-of-hana-once-more")
    told = (await fresh.hear("events"))["events"]
    assert [event["message"] for event in told if "message" in event] == [said]


async def test_a_browser_that_comes_back_after_an_erasure_is_told_to_forget(both: Shop):
    """By cursor: it was not there when its person was erased, and nothing in the log after that is hers."""
    hana, bora, chul = await customers(both)
    newcomer = both.browser()
    await newcomer.arrive()
    fresh = await newcomer.connect()
    await fresh.hear("snapshot")
    since: dict[object, str | None] = {}
    for one, line in ((hana, hana.line), (bora, bora.line), (chul, chul.line), (newcomer, fresh)):
        await line.quiet()
        since[one] = line.cursor
        await line.ws.close()
    before = await newcomer.connect(since[newcomer])
    assert not any(frame["kind"] == "reset" for frame in await before.quiet()), "nobody was erased"
    for one in (hana, chul):
        await both.store.write(lambda tx, one=one: erase_contact(tx, one.contact, agent(both.agent)))  # type: ignore[misc]
    # She has written again on another tab: somebody new stands where she stood.
    said = await chul.browser.say("word-of-chul-once-more")
    for one, left in ((hana, []), (chul, [said])):
        again = await one.browser.connect(since[one])
        await again.hear("reset")
        assert (await again.hear("snapshot"))["messages"] == left
        told = "".join(again.raw)
        assert f"word-of-{one.name}-0" not in told
        cursor = again.cursor
        await again.ws.close()
        resumed = await one.browser.connect(cursor)
        assert [frame["kind"] for frame in await resumed.quiet()] == ["hello"], "once is enough"
    whole = await bora.browser.connect(since[bora])
    assert not any(frame["kind"] in ("reset", "snapshot") for frame in await whole.quiet()), "it is not hers"


async def test_who_asks_for_her_news_after_an_erasure_starts_over_too(both: Shop):
    hana, _, _ = await customers(both)
    await hana.line.quiet()
    since = {"after": hana.line.cursor}
    await hana.line.ws.close()
    await both.store.write(lambda tx: erase_contact(tx, hana.contact, agent(both.agent)))
    told = await (await hana.browser.ask("GET", "events", params=since)).json()
    assert [frame["kind"] for frame in told["frames"]] == ["hello", "reset", "snapshot"]
    assert told["frames"][-1]["messages"] == []

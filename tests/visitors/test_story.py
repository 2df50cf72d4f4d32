"""One customer's own story: by her identity, newest last, page by page, and what is unread."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.events import Address, agent
from gateway.store import Reader
from gateway.stream.edit import erase_message
from gateway.stream.merge import merge_contacts
from gateway.stream.seen import we_have_seen
from gateway.stream.status import close, mark_spam, reopen
from gateway.visitors import story
from gateway.visitors.story import FOREVER, PAGE
from tests.visitors.conftest import Shop
from tests.visitors.test_privacy import customers


def link(*_: object) -> str:
    return "/media/x"


async def test_pages_go_back_to_the_beginning_without_a_gap_or_a_double(both: Shop):
    hana, *_ = await customers(both)
    said = ["word-of-hana-0"]
    for n in range(PAGE * 2 + 1):
        await both.reply(hana.conversation, f"to-hana-{n}")
        said.append(f"to-hana-{n}")
    await both.reply(hana.conversation, "among us", note=True)
    person = await person_of(both, hana.contact)
    texts: list[str] = []
    before = None
    sizes = []
    while True:
        page = await both.store.read(lambda look, at=before: story.read_page(look, person, link, at))  # type: ignore[misc]
        texts = [message["text"] for message in page.messages] + texts
        sizes.append(len(page.messages))
        before = page.before
        if before is None:
            break
    assert texts == said
    assert sizes == [PAGE, PAGE, 2]


async def person_of(shop: Shop, contact: str) -> str:
    return str(
        (await shop.one("select person_id from identities where birth_contact_id = $1", contact))["person_id"]
    )


@given(st.none() | st.text(max_size=40) | st.from_regex(r"[0-9]{1,30}\.[0-9]{1,30}", fullmatch=True))
def test_a_broken_place_reads_as_the_newest(before: str | None):
    at, position = story._place(before)
    assert 0 <= at <= FOREVER and 0 <= position <= FOREVER
    if (at, position) != (FOREVER, FOREVER):
        assert before is not None and [int(part) for part in before.split(".")] == [at, position]


async def test_open_or_not_is_the_same_for_one_as_for_many(both: Shop):
    people = await customers(both)
    by = agent(both.agent)
    await both.store.write(lambda tx: close(tx, people[0].conversation, by))
    await both.store.write(lambda tx: mark_spam(tx, people[1].conversation, by))
    persons = [await person_of(both, one.contact) for one in people]

    async def each(look: Reader) -> dict[str, bool]:
        return {person: await story.is_open(look, person) for person in persons}

    one_by_one = await both.store.read(each)
    assert list(one_by_one.values()) == [False, True, True], "what is spam to us looks open to her"
    assert await both.store.read(lambda look: story.which_are_open(look, persons)) == one_by_one
    await both.store.write(lambda tx: reopen(tx, people[0].conversation, by))
    assert await both.store.read(lambda look: story.is_open(look, persons[0]))
    assert not await both.store.read(lambda look: story.is_open(look, "nobody"))


async def test_unread_is_what_we_wrote_to_her_and_she_has_not_read(both: Shop):
    hana, bora, _ = await customers(both)
    person = await person_of(both, hana.contact)
    posted = [await both.reply(hana.conversation, f"to-hana-{n}") for n in range(3)]
    await both.reply(hana.conversation, "among us", note=True)
    await both.reply(bora.conversation, "to-bora")

    async def unread() -> int:
        return await both.store.read(lambda look: story.count_unread(look, person))

    assert await unread() == 3
    await both.store.write(lambda tx: erase_message(tx, posted[1].message, agent(both.agent)))
    assert await unread() == 2
    await hana.line.quiet()  # nobody has seen what they were not told yet
    await hana.line.say(kind="seen", delivered=0, read=posted[0].position)
    await hana.line.quiet()
    assert await unread() == 1


async def test_merging_people_widens_nobodys_story(both: Shop):
    hana, bora, _ = await customers(both)
    before = await both.store.read(lambda look: story.find_person(look, Address("app:web", "bora")))
    await both.store.write(lambda tx: merge_contacts(tx, bora.contact, hana.contact, agent(both.agent)))
    after = await both.store.read(lambda look: story.find_person(look, Address("app:web", "bora")))
    assert before is not None and after is not None
    assert (after.person, after.identity) == (before.person, before.identity)
    assert after.contact == hana.contact != before.contact
    page = await both.store.read(lambda look: story.read_page(look, after.person, link))
    assert [message["text"] for message in page.messages] == ["word-of-bora-0"]
    assert (
        await both.store.read(lambda look: story.newest_conversation(look, after.person)) == bora.conversation
    )


async def test_what_we_have_seen_rises(both: Shop):
    hana, *_ = await customers(both)
    person = await person_of(both, hana.contact)
    head = (await both.one("select position from log_head"))["position"]
    assert await both.store.read(lambda look: story.seen_to(look, person)) == 0
    await both.store.write(lambda tx: we_have_seen(tx, hana.conversation, head, agent(both.agent)))
    newest = (
        await both.one("select max(position) from messages where conversation_id = $1", hana.conversation)
    )[0]
    assert await both.store.read(lambda look: story.seen_to(look, person)) == newest
    assert await both.store.read(lambda look: story.seen_to(look, "nobody")) == 0

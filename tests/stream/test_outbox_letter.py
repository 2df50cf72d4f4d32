"""Mails by the real outbox to a real mail server: one transaction for each recipient, one and the same mail."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.channels.base import Delivery
from gateway.channels.registry import Channels
from gateway.delivery import Pace
from gateway.errors import TemporaryError
from gateway.events import Source
from gateway.outbox import Outbox
from gateway.store import Store, as_json
from gateway.stream.envelope import Wanted
from gateway.stream.outbox_settle import send_again
from gateway.stream.post import Posted
from tests.channels.smtp_post import SILENCE, Post
from tests.checks import check
from tests.letters import OURS, SIGNER, Letters, opened, person, with_letters, words, writing
from tests.world import World

PACE = Pace(lease=8_000, answer=5_000, doubt=1_000, lane_wait=100, first=20, most=40, probe=60)
MINA, JUNE, SPY = (f"{name}@example.net" for name in ("mina", "june", "spy"))
CC = Wanted(cc=(person(JUNE, "June Park"),), bcc=(person(SPY),))


@pytest.fixture
async def world(store: Store) -> World:
    return await with_letters(store)


@pytest.fixture
def post() -> Post:
    return Post()


@contextlib.asynccontextmanager
async def sending(world: World, post: Post, **more: Any) -> AsyncIterator[Letters]:
    async with writing(post, **more) as channel:
        outbox = Outbox(world.store, Channels({"mail": channel}), PACE)
        world.store.publish_to(outbox.hear)
        task = asyncio.create_task(outbox.run())
        yield channel
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await check(world.store)


async def shown(world: World, posted: Posted) -> dict[str, list[str]]:
    """What became of it, by recipient, attempt by attempt."""
    rows = await world.rows(
        """select i.address, d.state from deliveries d join identities i on i.id = d.identity_id
        where d.message_id = $1 order by i.address, d.attempt""",
        posted.message,
    )
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(row["address"], []).append(row["state"])
    return told


async def become(world: World, posted: Posted, **states: list[str]) -> None:
    """`mina=["sent"]` and so on."""
    wanted = {f"{name}@example.net": told for name, told in states.items()}
    for _ in range(2000):
        if await shown(world, posted) == wanted:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(await shown(world, posted))


async def hello(world: World, **more: Any) -> str:
    taken = await world.says(
        f"mailto:{MINA}",
        "Where is my parcel?",
        subject="My parcel",
        name="Mina",
        provider_id="<q1@x>#0",
        **more,
    )
    return taken.conversation


def by_recipient(post: Post) -> dict[str, bytes]:
    """What the server took: one mail for each recipient."""
    assert all(len(recipients) == 1 for _, recipients, _, _ in post.taken)
    assert all(sender == OURS for sender, _, _, _ in post.taken)
    return {recipients[0]: content for _, recipients, content, _ in post.taken}


async def test_each_recipient_has_the_same_mail_and_only_those_named_are_in_it(
    world: World, post: Post
) -> None:
    talk = await hello(world)
    async with sending(world, post):
        posted = await world.answers(talk, "It is **on its way**.", wanted=CC)
        await become(world, posted, mina=["sent"], june=["sent"], spy=["sent"])
    mails = by_recipient(post)
    assert set(mails) == {MINA, JUNE, SPY} and len(post.taken) == 3
    heads = {
        tuple(
            (name, opened(raw)[name])
            for name in ("From", "To", "Cc", "Subject", "Message-ID", "Date", "Reply-To")
        )
        for raw in mails.values()
    }
    assert len(heads) == 1
    one = opened(mails[MINA])
    assert (one["To"], one["Cc"], one["Bcc"]) == (
        "Mina <mina@example.net>",
        "June Park <june@example.net>",
        None,
    )
    assert one["From"] == '"Anna (Shop)" <help@shop.example>'
    assert not any(SPY.encode() in raw for raw in mails.values())
    assert "It is on its way." in words(mails[MINA]) and "<strong>on its way</strong>" in words(
        mails[SPY], "html"
    )
    assert await world.value("select delivery from messages where id = $1", posted.message) == "sent"


async def test_its_names_lead_back_to_conversation_and_message(world: World, post: Post) -> None:
    talk = await hello(world)
    async with sending(world, post):
        posted = await world.answers(talk, "hi", wanted=CC)
        await become(world, posted, mina=["sent"], june=["sent"], spy=["sent"])
    one = opened(by_recipient(post)[MINA])
    assert SIGNER.in_message_id(one["Message-ID"].strip("<>")) == talk
    assert one["Message-ID"].split(".")[1] == posted.message
    assert SIGNER.in_address(one["Reply-To"].addresses[0].addr_spec) == talk
    assert SIGNER.in_text(words(by_recipient(post)[MINA])) == [], "its address says it"
    ids = await world.rows("select provider_id from deliveries where message_id = $1", posted.message)
    assert len({row["provider_id"] for row in ids}) == 3
    assert {row["provider_id"].rpartition("#")[0] for row in ids} == {one["Message-ID"].strip("<>")}


async def test_a_sign_among_the_words_goes_once_her_program_has_named_a_mail_of_ours(
    world: World, post: Post
) -> None:
    talk = await hello(world)
    async with sending(world, post, tagged=False):
        first = await world.answers(talk, "a1")
        await become(world, first, mina=["sent"])
        ours = opened(post.taken[0][2])["Message-ID"].strip("<>").upper()
        for number, headers in enumerate(([("references", "<other@x>")], [("in-reply-to", f"<{ours}>")])):
            source = Source(reached=OURS, headers=tuple(headers))
            await world.says(f"mailto:{MINA}", "and now?", provider_id=f"q{number}@y#7", source=source)
            posted = await world.answers(talk, f"b{number}")
            await become(world, posted, mina=["sent"])
    assert [SIGNER.in_text(words(content)) for _, _, content, _ in post.taken] == [[talk], [talk], []]


async def test_the_thread_grows_from_the_first_mail_to_the_one_answered(world: World, post: Post) -> None:
    talk = await hello(world)
    async with sending(world, post):
        first = await world.answers(talk, "a1")
        await become(world, first, mina=["sent"])
        await world.says(f"mailto:{MINA}", "and now?", provider_id="q2@x#7")
        second = await world.answers(talk, "a2")
        await become(world, second, mina=["sent"])
        third = await world.answers(talk, "a3", wanted=Wanted(subject="Something else"))
        await become(world, third, mina=["sent"])
    mails = [opened(content) for _, _, content, _ in post.taken]
    ours = [one["Message-ID"] for one in mails]
    assert [one["Subject"] for one in mails] == ["Re: My parcel", "Re: My parcel", "Something else"]
    assert [one["In-Reply-To"] for one in mails] == ["<q1@x>", "<q2@x>", ours[1]]
    assert mails[0]["References"] == "<q1@x>"
    assert mails[1]["References"].split() == ["<q1@x>", ours[0], "<q2@x>"]
    assert mails[2]["References"].split() == ["<q1@x>", ours[0], "<q2@x>", ours[1]]
    texts = [words(content) for _, _, content, _ in post.taken]
    assert "Mina wrote:\n> Where is my parcel?" in texts[0]
    assert "> and now?" in texts[1] and "parcel" not in texts[1]
    assert ">" not in texts[2]


async def test_who_is_refused_fails_alone_and_is_sent_again_alone(world: World, post: Post) -> None:
    post.refusals[JUNE] = "550 5.1.1 no such user"
    talk = await hello(world)
    async with sending(world, post):
        posted = await world.answers(talk, "hi", wanted=CC)
        await become(world, posted, mina=["sent"], june=["failed"], spy=["sent"])
        row = await world.row("select problem, next_step from deliveries where state = 'failed'")
        assert tuple(row) == ("delivery.no_such_address", "never")
        assert await world.value("select delivery from messages where id = $1", posted.message) == "failed"
        del post.refusals[JUNE]
        await world.do(send_again, posted.message)
        await become(world, posted, mina=["sent"], june=["failed", "sent"], spy=["sent"])
    assert sorted(recipients[0] for _, recipients, _, _ in post.taken) == [JUNE, MINA, SPY]
    assert await world.value("select delivery from messages where id = $1", posted.message) == "sent"


async def test_a_server_that_is_busy_for_one_is_asked_again_for_her_only(world: World, post: Post) -> None:
    post.refusals[JUNE] = "451 4.7.1 greylisted"
    talk = await hello(world)
    async with sending(world, post) as channel:
        posted = await world.answers(talk, "hi", wanted=CC)
        for _ in range(2000):
            if len((await shown(world, posted)).get(JUNE, ())) > 1:
                break
            await asyncio.sleep(0.005)
        del post.refusals[JUNE]
        for _ in range(2000):
            if (await shown(world, posted))[JUNE][-1] == "sent":
                break
            await asyncio.sleep(0.005)
        told = await shown(world, posted)
    assert told[MINA] == told[SPY] == ["sent"] and set(told[JUNE][:-1]) == {"deferred"}
    assert len(post.taken) == 3
    assert {one.to.address for one in channel.called if one.attempt > 1} == {JUNE}


async def test_a_sign_in_that_is_refused_pauses_the_account(world: World, post: Post) -> None:
    post.says["MAIL"] = "530 5.7.0 authentication required"
    talk = await hello(world)
    async with sending(world, post):
        posted = await world.answers(talk, "hi")
        for _ in range(2000):
            if await world.value("select reason from accounts where id = 'mail'") == "auth_failed":
                break
            await asyncio.sleep(0.005)
        del post.says["MAIL"]
        for _ in range(2000):
            if (await shown(world, posted))[MINA][-1] == "sent":
                break
            await asyncio.sleep(0.005)
    assert (await shown(world, posted))[MINA][-1] == "sent" and len(post.taken) == 1


async def test_silence_after_the_mail_is_unknown_and_never_sent_again(world: World, post: Post) -> None:
    post.says["dot"] = SILENCE
    talk = await hello(world)
    async with sending(world, post) as channel:
        posted = await world.answers(talk, "hi")
        await post.silent.wait()
        post.lines[-1].transport.abort()  # type: ignore[union-attr]
        await become(world, posted, mina=["unknown"])
        assert len(channel.called) == 1


async def test_a_signature_of_the_agents_in_the_language_of_the_customer(world: World, post: Post) -> None:
    mine = as_json({"signature": {"en": "Anna Ahn\nSupport", "ko": "안안나 드림"}})
    await world.store.write(lambda tx: tx.run("update agents set preferences = $1 where id = 'anna'", mine))
    english, korean = (
        await hello(world),
        await world.says("mailto:kim@example.net", "안녕하세요", locale="ko-KR"),
    )
    async with sending(world, post):
        first = await world.answers(english, "hi")
        second = await world.answers(korean.conversation, "네")
        third = await world.answers(english, "from me", by="bo")
        await become(world, first, mina=["sent"])
        await become(world, second, kim=["sent"])
        await become(world, third, mina=["sent"])
    texts = [words(content) for _, _, content, _ in sorted(post.taken, key=lambda one: one[2])]
    told = {text.partition("\n")[0]: text for text in texts}
    assert "-- \nAnna Ahn\nSupport" in told["hi"] and "-- \n안안나 드림" in told["네"]
    assert "-- \n" not in told["from me"], "who has said nothing of herself signs with nothing"


async def test_answers_come_from_the_address_that_she_last_wrote_to(world: World, post: Post) -> None:
    sales = "sales@shop.example"
    told = [("to help", OURS, None), ("to sales", sales, None), ("I am away", OURS, "out_of_office")]
    for text, reached, automatic in told:
        source = Source(f"{text}@c".replace(" ", ""), reached=reached, automatic=automatic)
        taken = await world.says(f"mailto:{MINA}", text, source=source)
    async with sending(world, post, aliases=[sales]):
        posted = await world.answers(taken.conversation, "Here you are.")
        await become(world, posted, mina=["sent"])
    assert [sender for sender, _, _, _ in post.taken] == [sales]


async def test_who_was_erased_is_told_of_to_nobody(world: World, post: Post) -> None:
    talk = await hello(world)
    posted = await world.answers(talk, "hi", wanted=CC)
    june = await world.identity_of(f"mailto:{JUNE}")
    await world.store.write(
        lambda tx: tx.run("update identities set address = 'erased:1' where id = $1", june)
    )
    async with sending(world, post):
        for _ in range(2000):
            if await world.value("select delivery from messages where id = $1", posted.message) == "failed":
                break
            await asyncio.sleep(0.005)
    mails = by_recipient(post)
    assert set(mails) == {MINA, SPY} and not any(b"erased" in raw or b"June" in raw for raw in mails.values())


async def test_what_cannot_be_made_now_is_made_later(world: World, post: Post) -> None:
    talk = await hello(world)
    async with sending(world, post) as channel:
        sends, failed = channel.send, list[str]()

        async def once(delivery: Delivery) -> Any:
            if not failed:
                failed.append(delivery.id)
                raise TemporaryError("the file store is away")
            return await sends(delivery)

        channel.send = once  # type: ignore[method-assign]
        posted = await world.answers(talk, "hi")
        await become(world, posted, mina=["deferred", "sent"])
    assert len(post.taken) == 1

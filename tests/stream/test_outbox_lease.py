"""What is taken out of the lanes of an account: whose turn it is, and with which files."""

from gateway.events import Attachment, LegId
from gateway.store import Tx
from gateway.stream.attach import keep_upload
from gateway.stream.outbox import Sending, Way, enqueue, planned
from tests.stream.test_outbox import Clock, clock, taken, world
from tests.world import World

__all__ = ["clock", "world"]


async def test_each_of_several_readers_gets_each_file_once(world: World) -> None:
    first = await world.says("+1", "hello")
    await world.says("+2", "hello")
    upload = await world.store.write(
        lambda tx: keep_upload(tx, "agent:anna", Attachment("ab" * 32, "a.png", "image/png", 1))
    )
    posted = await world.answers(first.conversation, "", uploads=(upload,))
    other = await world.identity_of("+2")

    async def also_to(tx: Tx) -> None:
        row = await tx.one("select * from deliveries where message_id = $1", posted.message)
        assert row is not None
        sending = Sending(20, captions=False)
        plan = planned(Way(LegId(""), "sms", other, sending), "", True)
        await enqueue(tx, Way(LegId(""), "sms", other, sending), posted.message, row["position"], plan)

    await world.store.write(also_to)
    batch = (await taken(world)).leased
    assert [len(one.delivery.attachments) for one in batch] == [1, 1]
    assert [len(one.files) for one in batch] == [1, 1]


async def test_a_reply_of_this_moment_does_not_wait_behind_a_thousand_others(
    world: World, clock: Clock
) -> None:
    """As many as came last as have waited longest; who goes on in a lane keeps its order."""
    talks = []
    for number in range(20):
        talks.append(await world.says(f"+{number}", "hello"))
        clock.now += 1
        await world.answers(talks[-1].conversation, f"to {number}")
    await world.answers(talks[0].conversation, "and again")
    clock.now += 10_000
    live = await world.says("+99", "hello")
    await world.answers(live.conversation, "live")

    async def round_of(room: int) -> list[str]:
        return sorted(one.delivery.text for one in (await taken(world, most=room)).leased)

    assert await round_of(4) == ["live", "to 0", "to 1", "to 19"]
    assert await round_of(4) == ["to 17", "to 18", "to 2", "to 3"]
    places = []
    for _ in range(4):
        clock.now += 1
        places += await round_of(1)
    assert sorted(places) == ["to 15", "to 16", "to 4", "to 5"], "where there is one place they take turns"
    left = [text for _ in range(10) for text in await round_of(4)]
    assert sorted(left) == sorted(f"to {number}" for number in range(6, 15)), "nobody is left out"

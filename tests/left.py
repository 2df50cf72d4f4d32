"""A chat whose customers leave, and an account by which what they left unread follows them."""

from typing import Any

from gateway.channels.registry import Channels, make
from gateway.delivery import Pace, State
from gateway.events import Address, Event, SeenReport
from gateway.store import Store, Tx
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.contacts import set_claims
from gateway.stream.follow_up import follow_up
from gateway.stream.outbox import Sending
from gateway.stream.outbox_lease import Leased, lease
from gateway.stream.outbox_settle import News, settle
from gateway.stream.seen import customer_has_seen
from tests.letters import MOST, idle
from tests.world import World, seed

HER, HERS = "visitor:hana", "hana@naver.com"
SOON = 60_000
"""ms of the pause."""


def accounts(mail: Any = None) -> Channels:
    """`mail`: by what it goes out."""
    chat = make("web", {"type": "webchat", "follow_up_by": "mail", "follow_up_after": 1})
    return Channels({"web": chat, "mail": mail or idle()})


async def with_leavers(store: Store) -> World:
    async def verb(tx: Tx) -> None:
        await seed(tx)
        mail = Configured("letters", "Letters", Sending(50_000, captions=True, recipients=MOST))
        await sync_accounts(tx, {"web": Configured("test", "Web", follows_after=SOON), "mail": mail})

    await store.write(verb)
    return World(store)


async def left(world: World, *answers: str, claims: str = HERS, **more: Any) -> str:
    """She wrote, left her address, and went; then she was answered. Returns the conversation."""
    chat = await world.says(HER, "Where is it?", locale="ko-KR", **more)
    contact = await world.contact_of(HER)
    if claims:
        await world.store.write(lambda tx: set_claims(tx, contact, {"email": claims}))
    for words in answers or ("It comes tomorrow.",):
        await world.answers(chat.conversation, words)
    return chat.conversation


async def pause_is_over(world: World) -> None:
    await world.store.write(
        lambda tx: tx.run("update follow_ups set due_at = $1 where due_at is not null", tx.now - 1)
    )


async def follows(world: World, channels: Channels | None = None) -> Event | None:
    """What is due follows, as far as it may; she has one leg in the chat."""
    leg = await world.value("select leg_id from follow_ups")
    made = channels or accounts()
    return await world.store.write(lambda tx: follow_up(tx, leg, made))


async def has_read(world: World, upto: int) -> None:
    report = SeenReport(Address("visitor", "hana"), delivered=upto, read=upto)
    await world.store.write(lambda tx: customer_has_seen(tx, "web", report))


async def goes_out(world: World) -> list[Leased]:
    """All that goes by mail now, in its turn: what may not be sent any more among it."""
    found: list[Leased] = []
    while taken := await world.store.write(lambda tx: lease(tx, "mail", 20, 1e6, 100, Pace())):
        if not taken.leased:
            return found
        for one in taken.leased:
            state = State.SENT if one.refused is None else State.FAILED
            news = News(state, f"taken as {one.delivery.id}")
            await world.store.write(lambda tx, one=one, news=news: settle(tx, one.delivery.id, news, Pace()))  # type: ignore[misc]
            found.append(one)
    return found

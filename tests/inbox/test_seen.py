"""When a customer received and read a message of ours."""

from __future__ import annotations

from typing import Any

from gateway.delivery import State
from gateway.events import Address, SeenReport
from gateway.stream.seen import customer_has_seen
from tests.inbox.conftest import House, does
from tests.inbox.test_delivering import answered, becomes, hers, with_phones


async def sees(house: House, delivered: int, read: int) -> int:
    """The customer's endpoint reports; answers when."""
    report = SeenReport(Address("visitor", "Kim"), delivered, read)
    await house.store.write(lambda tx: customer_has_seen(tx, "web", report))
    at: int = await house.store.read(lambda look: look.value("select max(at) from events"))
    return at


async def test_ticks_have_their_times(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")

    async def reply(text: str) -> Any:
        say = {"conversation": taken.conversation, "text": text, "client_id": text}
        return (await does(both, "ann", "reply", **say))["message"]

    first, second = await reply("one"), await reply("two")
    ann = await both.client("ann")

    async def seen(message: Any) -> Any:
        return await ann.get(f"/messages/{message['id']}/seen")

    assert await seen(first) == {"delivered_at": None, "read_at": None}
    came = await sees(both, second["position"], 0)
    assert await seen(first) == await seen(second) == {"delivered_at": came, "read_at": None}
    read = await sees(both, second["position"], first["position"])
    assert read > came
    assert await seen(first) == {"delivered_at": came, "read_at": read}
    assert await seen(second) == {"delivered_at": came, "read_at": None}
    later = await sees(both, second["position"], second["position"])
    assert await seen(first) == {"delivered_at": came, "read_at": read}
    assert await seen(second) == {"delivered_at": came, "read_at": later}


async def test_what_is_no_message_of_ours_has_none(both: House) -> None:
    taken = await both.customer_writes("hello", team="sales")
    await sees(both, 10**6, 10**6)
    ann, bob = await both.client("ann"), await both.client("bob")
    assert await ann.get(f"/messages/{taken.message}/seen") == {"delivered_at": None, "read_at": None}
    assert await bob.fails("GET", f"/messages/{taken.message}/seen") == (404, "not_found")


async def test_over_a_provider_each_step_has_its_time_and_another_attempt_begins_anew(both: House) -> None:
    await with_phones(both)
    message = await answered(both, await hers(both))
    ann = await both.client("ann")

    async def seen() -> Any:
        return await ann.get(f"/messages/{message['id']}/seen")

    assert await seen() == {"delivered_at": None, "read_at": None}
    await becomes(both, State.DELIVERED)
    told = await seen()
    assert told["delivered_at"] and told["read_at"] is None and "sent_at" not in told
    other = await answered(both, await hers(both, "more"))
    await becomes(both, State.SENT)
    at = (await ann.get(f"/messages/{other['id']}/seen"))["sent_at"]
    assert at > told["delivered_at"]
    failed = await answered(both, await hers(both, "and more"))
    await becomes(both, State.FAILED, problem="delivery.failed")
    await does(both, "ann", "send_again", message=failed["id"])
    assert await ann.get(f"/messages/{failed['id']}/seen") == {"delivered_at": None, "read_at": None}

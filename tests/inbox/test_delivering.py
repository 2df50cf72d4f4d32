"""What agents see of a message that goes over a provider, and what they may do about it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.delivery import Pace, State
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.events import AccountId, Address, InboundMessage, NextStep, RemoteFile
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.files import does_not_come, take_due
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.outbox import Sending
from gateway.stream.outbox_lease import lease, pause
from gateway.stream.outbox_settle import News, settle
from inbox.directory import load_directory
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs
from tests.phones import Phones

PACE = Pace()
NUMBER = Address("tel", "+821055550111")


async def with_phones(house: House, **more: Any) -> Phones:
    """An account beside the web chat that sends over a provider."""
    phones = Phones(**more)
    web: Any = house.desk.channels.get("web")
    house.desk.channels.replace({"web": web, "sms": phones})
    accounts = {
        "web": Configured("webchat", "Website"),
        "sms": Configured("phones", "Phones", Sending(20, captions=False)),
    }
    await house.store.write(lambda tx: sync_accounts(tx, accounts))
    return phones


async def hers(house: House, text: str = "hello", **more: Any) -> Taken:
    house._written += 1
    fact = InboundMessage(f"p{house._written}", NUMBER, text=text, **more)
    return await take_in(house.store, Intake(AccountId("sms"), house.teams["sales"]), fact)


async def answered(house: House, taken: Taken, text: str = "Soon", **more: Any) -> Any:
    house._written += 1
    said = {"conversation": taken.conversation, "text": text, "client_id": f"c{house._written}", **more}
    return (await does(house, "ann", "reply", **said))["message"]


async def becomes(house: House, state: State, **more: Any) -> None:
    """Whatever is due is taken, and this is what became of it."""
    taken = await house.store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))
    news = News(state, **more)
    for one in taken.leased:
        await house.store.write(lambda tx, one=one: settle(tx, one.delivery.id, news, PACE))  # type: ignore[misc]


async def shown(house: House, message: str, who: str = "ann") -> Any:
    rest = await house.client(who)
    found = await house.store.read(
        lambda look: look.value("select conversation_id from messages where id = $1", message)
    )
    page = await rest.get(f"/conversations/{found}/messages")
    return next(one for one in page["messages"] if one["id"] == message)


async def test_a_message_shows_what_became_of_it_and_why(both: House) -> None:
    await with_phones(both)
    message = await answered(both, await hers(both))
    assert message["delivery"] == "queued" and "failure" not in message
    await becomes(both, State.FAILED, code="30003", problem="delivery.unreachable", then=NextStep.AGAIN)
    told = await shown(both, message["id"])
    assert (told["delivery"], told["failure"]) == (
        "failed",
        {"text": "delivery.unreachable", "code": "30003", "then": "again"},
    )
    web = await both.customer_writes("hello")
    assert "delivery" not in await answered(both, web)


async def test_every_tab_is_told(house: House) -> None:
    await with_phones(house)
    taken = await hers(house)
    async with tabs(house, "ann", "bob") as (ann, bob):
        message = await answered(house, taken)
        await becomes(house, State.DELIVERED)
        await ann.reaches(house.store.published)
        await bob.reaches(house.store.published)
        event = ann.events[-1]
        assert (event["kind"], event["changes"]) == ("message.delivery", {"delivery": "delivered"})
        assert (event["message"]["id"], event["message"]["delivery"]) == (message["id"], "delivered")
        assert not bob.events, "it is another team's"


async def test_what_failed_is_sent_once_more_when_an_agent_says_so(both: House) -> None:
    await with_phones(both)
    message = await answered(both, await hers(both))
    with pytest.raises(Conflict):
        await does(both, "ann", "send_again", message=message["id"])
    await becomes(both, State.FAILED, code="30003", problem="delivery.unreachable")
    await does(both, "ann", "send_again", message=message["id"])
    assert (await shown(both, message["id"]))["delivery"] == "queued"
    await becomes(both, State.SENT, provider_id="SM2")
    told = await shown(both, message["id"])
    assert told["delivery"] == "sent" and "failure" not in told


async def test_a_row_says_what_did_not_go_its_way_until_it_does_or_is_let_be(both: House) -> None:
    await with_phones(both)
    taken = await hers(both)

    async def row() -> str | None:
        listed = (await (await both.client("ann")).get("/conversations"))["conversations"]
        (found,) = [one for one in listed if one["id"] == taken.conversation]
        trouble: str | None = found.get("trouble")
        return trouble

    assert await row() is None
    async with tabs(both, "ann") as (ann,):
        message = await answered(both, taken)
        assert await row() is None, "it is on its way"
        await becomes(both, State.FAILED, problem="delivery.unreachable")
        await ann.reaches(both.store.published)
        assert ann.events[-1]["summary"]["trouble"] == "failed", "who has the row is told"
    assert await row() == "failed"
    await hers(both, "hello?")
    assert await row() == "failed", "she has no answer still"
    await does(both, "ann", "note", conversation=taken.conversation, text="!", client_id="n1")
    assert await row() == "failed"
    await does(both, "ann", "send_again", message=message["id"])
    assert await row() is None
    await becomes(both, State.UNKNOWN)
    assert await row() == "unknown"
    await hers(both, "still there?")
    await answered(both, taken, "after")
    assert await row() == "unknown", "what goes after it does not make up for it"
    await does(both, "ann", "let_be", message=message["id"])
    assert await row() is None
    await becomes(both, State.SENT, provider_id="SM3")
    assert await row() is None


async def test_what_nobody_knows_may_be_left_and_no_stranger_decides(both: House) -> None:
    await with_phones(both)
    taken = await hers(both)
    message = await answered(both, taken)
    await becomes(both, State.UNKNOWN)
    rest = await both.client("ann")
    for path in ("send_again", "let_be"):
        with pytest.raises(NotFound):
            await does(both, "bob", path, message=message["id"])
    await rest.does("POST", f"/messages/{message['id']}/let_be")
    lines = (await rest.get(f"/conversations/{taken.conversation}/messages"))["lines"]
    assert lines[-1]["changes"] == {"choice": "let_be", "message": message["id"]}
    after = await answered(both, taken, "after")
    await becomes(both, State.SENT, provider_id="SM3")
    assert (await shown(both, after["id"]))["delivery"] == "sent"
    assert (await shown(both, message["id"]))["delivery"] == "unknown"
    await rest.does("POST", f"/messages/{message['id']}/send_again")
    assert (await shown(both, message["id"]))["delivery"] == "queued"


async def test_a_file_that_did_not_come_is_asked_for_again(both: House) -> None:
    await with_phones(both)
    taken = await hers(both, "look", files=(RemoteFile("https://x.example/1", "image/png"),), segments=2)
    told = await shown(both, taken.message)
    (file,) = told["files"]
    assert told["segments"] == 2
    assert (file["state"], file["mime"], file["problem"]) == ("waiting", "image/png", None)
    rest = await both.client("ann")
    assert await rest.fails("POST", f"/messages/{taken.message}/fetch_again") == (409, "files_there")
    (waiting,) = await both.store.write(lambda tx: take_due(tx, "sms", 5))
    await both.store.write(lambda tx: does_not_come(tx, waiting.id, "attachment.refused"))
    (file,) = (await shown(both, taken.message))["files"]
    assert (file["state"], file["problem"]) == ("failed", "attachment.refused")
    await rest.does("POST", f"/messages/{taken.message}/fetch_again")
    (file,) = (await shown(both, taken.message))["files"]
    assert file["state"] == "waiting"
    await does(both, "sue", "erase_message", message=taken.message)
    assert "files" not in await shown(both, taken.message)


async def test_a_paused_account_is_told_and_an_admin_says_that_it_is_mended(both: House) -> None:
    await with_phones(both)
    await both.store.write(lambda tx: pause(tx, "sms", PACE))

    async def reason() -> Any:
        directory = await both.store.read(lambda look: load_directory(look, both.desk.channels))
        return next(one["reason"] for one in directory["accounts"] if one["id"] == "sms")

    assert await reason() == "auth_failed"
    with pytest.raises(Forbidden):
        await does(both, "sue", "resume_account", account="sms")
    await (await both.client("ada")).does("POST", "/accounts/resume", {"account": "sms"})
    assert await reason() is None
    with pytest.raises(Conflict):
        await does(both, "ada", "resume_account", account="sms")
    with pytest.raises(NotFound):
        await does(both, "ada", "resume_account", account="nobody")

"""Who a mail goes to, by both doors: what is asked for is checked, what is told says only what agents may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.delivery import Pace, State
from gateway.errors import Malformed, NotFound, Refused
from gateway.events import AccountId, Address, InboundMessage, Participant, Source, agent
from gateway.store import as_json
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.assign import set_team
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.outbox import Sending
from gateway.stream.outbox_lease import lease
from gateway.stream.outbox_settle import News, settle
from inbox.recipients import is_ours
from tests.inbox.conftest import House, does
from tests.inbox.tabs import tabs
from tests.letters import MOST, Letters, idle

MINA, JUNE, BOSS = (f"{name}@example.net" for name in ("mina", "june", "boss"))
PACE = Pace()


async def with_mail(house: House) -> Letters:
    """An account beside the web chat that writes mails."""
    letters = idle()
    web: Any = house.desk.channels.get("web")
    house.desk.channels.replace({"web": web, "mail": letters})
    mail = Configured("letters", "Letters", Sending(50_000, captions=True, recipients=MOST))
    accounts = {"web": Configured("webchat", "Website"), "mail": mail}
    await house.store.write(lambda tx: sync_accounts(tx, accounts))
    return letters


async def hers(
    house: House, text: str = "hello", who: str = MINA, cc: tuple[str, ...] = (), **more: Any
) -> Taken:
    """A mail of a customer's, with others in copy."""
    house._written += 1
    fact = InboundMessage(f"p{house._written}", Address("mailto", who), text=text, **more)
    taken = await take_in(house.store, Intake(AccountId("mail")), fact)
    people = [await identity(house, one) for one in cc]
    envelope = as_json({"to": [], "cc": people})
    await house.store.write(
        lambda tx: tx.run("update messages set envelope = $2 where id = $1", taken.message, envelope)
    )
    return taken


async def identity(house: House, address: str) -> str:
    key = await house.store.read(
        lambda look: look.value("select id from identities where address = $1", address)
    )
    if key is None:
        await hers(house, who=address)
        return await identity(house, address)
    return str(key)


async def says(house: House, taken: Taken, who: str = "ann", **more: Any) -> Mapping[str, Any]:
    house._written += 1
    said = {"conversation": taken.conversation, "text": "Soon", "client_id": f"c{house._written}", **more}
    return (await does(house, who, "reply", **said))["message"]  # type: ignore[no-any-return]


def told(message: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(one["role"], one["address"], one.get("delivery")) for one in message["envelope"]["recipients"]]


async def test_a_reply_says_to_whom_and_its_message_tells_it(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE,))
    bcc, subject = [{"address": BOSS.upper(), "name": "The boss"}], "About it"
    message = await says(both, taken, bcc=bcc, subject=subject)
    assert told(message) == [("to", MINA, "queued"), ("cc", JUNE, "queued"), ("bcc", BOSS, "queued")]
    assert message["envelope"]["subject"] == subject and not message["envelope"]["aside"]
    assert message["envelope"]["recipients"][2]["name"] == "The boss"
    page = await (await both.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    assert page["messages"][-1]["envelope"] == message["envelope"]
    assert told(page["messages"][0]) == [("cc", JUNE, None)], "of what came nothing is delivered"


async def test_the_other_door_says_the_same(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE,))
    ann = await both.client("ann")
    said = {"text": "Hi", "visibility": "public", "client_id": "c1", "cc": [], "to": [{"address": BOSS}]}
    written = await ann.does("POST", f"/conversations/{taken.conversation}/messages", said)
    assert told(written["message"]) == [("to", BOSS, "queued")] and written["message"]["envelope"]["aside"]
    for wrong in (
        {"visibility": "note"},
        {"to": [{"address": ""}]},
        {"to": [{"adress": BOSS}]},
        {"cc": BOSS},
    ):
        said = {**said, **wrong, "client_id": "c2"}
        assert await ann.fails("POST", f"/conversations/{taken.conversation}/messages", said) == (
            400,
            "malformed",
        )


async def test_whom_an_answer_goes_to_can_be_asked_before(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE,), subject="My parcel", name="Mina")
    ann = await both.client("ann")
    leg = await both.store.read(
        lambda look: look.value("select leg_id from messages where id = $1", taken.message)
    )
    asked = await ann.get(f"/conversations/{taken.conversation}/recipients")
    assert asked == {
        "account": "mail",
        "leg": leg,
        "to": [{"identity": await identity(both, MINA), "address": MINA, "name": "Mina"}],
        "cc": [{"identity": await identity(both, JUNE), "address": JUNE, "name": ""}],
        "left_out": [],
        "subject": "My parcel",
        "quote": True,
        "signature": {"en": "Ann, en", "ko": "Ann, ko"},
        "language": None,
    }
    aside = await says(both, taken, to=[{"address": BOSS}])
    other = await ann.get(f"/conversations/{taken.conversation}/recipients", leg=aside["leg"])
    assert [one["address"] for one in (*other["to"], *other["cc"])] == [BOSS] and not other["quote"]
    chat = await both.customer_writes("hi")
    web = await ann.get(f"/conversations/{chat.conversation}/recipients")
    assert (web["account"], web["cc"], web["quote"]) == ("web", [], False)
    assert web["signature"] == {"en": "", "ko": ""}
    status, _ = await ann.ask("GET", f"/conversations/{taken.conversation}/recipients?leg={web['leg']}")
    assert status == 404


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"to": []}, "errors.no_recipient"),
        ({"cc": [{"address": "no address"}]}, "errors.no_address"),
        ({"cc": [{"address": "+821012345678"}]}, "errors.no_address"),
        ({"to": [{"address": "Help@Shop.example"}]}, "errors.recipient_ours"),
        ({"bcc": [{"address": "help+tag@shop.example"}]}, "errors.recipient_ours"),
        (
            {"cc": [{"address": f"p{number}@example.net"} for number in range(MOST)]},
            "errors.too_many_recipients",
        ),
    ],
)
async def test_whom_no_mail_goes_to(house: House, said: dict[str, Any], why: str) -> None:
    await with_mail(house)
    taken = await hers(house)
    with pytest.raises(Refused) as refused:
        await says(house, taken, **said)
    assert refused.value.text == why
    made = await house.store.read(lambda look: look.value("select count(*) from identities"))
    assert made == 1, "what is refused makes nobody"


async def test_no_code_is_sent_to_ourselves(house: House) -> None:
    await with_mail(house)
    chat = await house.customer_writes("hello")
    said = {"conversation": chat.conversation, "account": "mail", "address": "help@shop.example"}
    with pytest.raises(Refused) as refused:
        await does(house, "ann", "send_code", **said)
    assert refused.value.text == "errors.recipient_ours"


async def test_another_channel_takes_one_at_a_time(house: House) -> None:
    await with_mail(house)
    taken = await house.customer_writes("hi")
    for said in ({"to": [{"address": MINA}]}, {"cc": [{"address": MINA}]}, {"subject": "x"}):
        with pytest.raises(Refused) as refused:
            await says(house, taken, **said)
        assert refused.value.text == "errors.one_recipient"
    assert "envelope" not in await says(house, taken, cc=[], bcc=[])


async def test_nobody_is_written_to_whom_the_agent_may_not_know(both: House) -> None:
    await with_mail(both)
    taken, secret = await hers(both), await hers(both, who=BOSS)
    await both.store.write(lambda tx: set_team(tx, secret.conversation, both.teams["support"], _by(both)))
    with pytest.raises(NotFound):
        await says(both, taken, cc=[{"address": BOSS}])
    await says(both, taken, "bob", cc=[{"address": BOSS}])
    await hers(both, "again", cc=(BOSS,))
    assert told(await says(both, taken, cc=[{"address": BOSS}]))[1][:2] == ("cc", BOSS), "she takes part here"


def _by(house: House) -> Any:
    return agent(house.agents["sue"])


async def test_each_recipients_fate_is_told_as_it_becomes_known(house: House) -> None:
    await with_mail(house)
    taken = await hers(house, cc=(JUNE,))
    async with tabs(house, "ann") as (tab,):
        message = await says(house, taken)
        due = await house.store.write(lambda tx: lease(tx, "mail", 9, 1e6, 9, PACE))
        by_address = {one.delivery.to.address: one.delivery.id for one in due.leased}

        async def becomes(address: str, **news: Any) -> list[tuple[str, str, str | None]]:
            await house.store.write(lambda tx: settle(tx, by_address[address], News(**news), PACE))
            position = await house.store.read(_head)
            await tab.reaches(position)
            event = tab.events[-1]
            assert event["kind"] == "message.delivery"
            return told(event["message"])

        assert await becomes(JUNE, state=State.SENT) == [("to", MINA, "queued"), ("cc", JUNE, "sent")]
        assert await becomes(MINA, state=State.SENT) == [("to", MINA, "sent"), ("cc", JUNE, "sent")]
        assert await becomes(MINA, state=State.DELIVERED) == [("to", MINA, "delivered"), ("cc", JUNE, "sent")]
        failed = {"state": State.FAILED, "problem": "delivery.mailbox_full", "code": "5.2.2"}
        assert await becomes(JUNE, **failed) == [("to", MINA, "delivered"), ("cc", JUNE, "failed")]
    page = await (await house.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    shown = page["messages"][-1]
    assert shown["id"] == message["id"] and shown["delivery"] == "failed"
    assert shown["envelope"]["recipients"][1]["failure"]["text"] == "delivery.mailbox_full"


async def _head(look: Any) -> int:
    position: int = look.position
    return position


async def test_a_held_reply_tells_its_recipients_and_gives_them_back(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE,))
    message = await says(both, taken, hold=30_000, bcc=[{"address": BOSS}])
    assert told(message) == [("to", MINA, None), ("cc", JUNE, None), ("bcc", BOSS, None)]
    undone = await does(both, "ann", "undo_send", message=message["id"])
    assert undone["message"]["envelope"] == message["envelope"]


async def test_an_erased_message_tells_of_nobody_and_who_was_erased_has_no_address(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE,))
    first, second = await says(both, taken), await says(both, taken)
    await does(both, "ann", "erase_message", message=first["id"])
    june = await identity(both, JUNE)
    await both.store.write(
        lambda tx: tx.run("update identities set address = 'erased:1' where id = $1", june)
    )
    page = await (await both.client("ann")).get(f"/conversations/{taken.conversation}/messages")
    shown = {one["id"]: one for one in page["messages"]}
    assert "envelope" not in shown[first["id"]]
    assert [one["address"] for one in shown[second["id"]]["envelope"]["recipients"]] == [MINA, ""]


async def test_held_and_for_a_time_at_once_is_no_wish(house: House) -> None:
    await with_mail(house)
    taken = await hers(house)
    with pytest.raises(Malformed):
        await says(house, taken, hold=5000, at=house.clock() + 60_000)
    with pytest.raises(Refused) as refused:
        await says(house, taken, at=house.clock() + 400 * 86_400_000)
    assert refused.value.text == "errors.too_late_a_time"


async def test_which_addresses_are_ours(house: House) -> None:
    await with_mail(house)
    for address, ours in (("help@shop.example", True), ("help+x@shop.example", True), (MINA, False)):
        assert is_ours(house.desk.channels, Address("mailto", address)) is ours
    assert not is_ours(house.desk.channels, Address("tel", "help@shop.example"))


async def test_who_is_left_out_of_an_answer_is_told_with_the_reason(both: House) -> None:
    await with_mail(both)
    taken = await hers(both, cc=(JUNE, BOSS))
    ann = await both.client("ann")

    async def left_out() -> dict[str, str]:
        asked = await ann.get(f"/conversations/{taken.conversation}/recipients")
        return {one["address"]: one["why"] for one in asked["left_out"]}

    assert await left_out() == {}
    june = await identity(both, JUNE)

    async def stop(tx: Any) -> None:
        await tx.run(
            "update endpoints set opted_out_at = 1 where account_id = 'mail' and identity_id = $1", june
        )

    await both.store.write(stop)
    assert await left_out() == {JUNE: "opted_out"}
    await says(both, taken, to=[{"address": "aside@example.net", "name": "Aside"}])
    assert await left_out() == {JUNE: "opted_out", "aside@example.net": "aside"}


async def test_whom_a_stranger_names_by_the_dozen_is_told_and_nobody_of_ours(both: House) -> None:
    await with_mail(both)
    many = tuple(Participant(Address("mailto", f"p{n:02}@far.example"), f"P {n}", n > 0) for n in range(12))
    source = Source(headers=(("cc", "p03@far.example, p04@far.example"), ("from", "mina@example.net")))
    fact = InboundMessage("s1", Address("mailto", MINA), text="Hi", clues=(), others=many, source=source)
    taken = await take_in(both.store, Intake(AccountId("mail")), fact)

    async def count() -> int:
        sql = "select count(*) from contacts"
        return int(await both.store.read(lambda look: look.value(sql)))

    before = await count()
    ann = await both.client("ann")
    asked = await ann.get(f"/conversations/{taken.conversation}/recipients")
    assert [one["why"] for one in asked["left_out"]] == ["many"] * 12 and asked["cc"] == []
    page = await ann.get(f"/conversations/{taken.conversation}/messages")
    assert page["messages"][0]["source"]["doubts"] == ["many_named"]
    await says(both, taken, cc=[{"address": "p03@far.example", "name": "P 3"}])
    assert await count() == before + 1, "who is written to is somebody"
    p03 = await both.store.read(
        lambda look: look.value("select contact_id from identities where address = 'p03@far.example'")
    )
    await both.store.write(lambda tx: erase_contact(tx, p03, agent(both.agents["ada"])))
    for table in ("named", "message_sources"):
        rows = await both.store.read(lambda look, table=table: look.all(f"select * from {table}"))  # type: ignore[misc]
        assert rows and "p03@far.example" not in str([tuple(row) for row in rows])
    mina = await both.store.read(
        lambda look: look.value("select contact_id from identities where address = $1", MINA)
    )
    await both.store.write(lambda tx: erase_contact(tx, mina, agent(both.agents["ada"])))
    assert await both.store.read(lambda look: look.value("select count(*) from named")) == 0


async def test_what_stands_below_a_first_mail_is_told_by_account(house: House) -> None:
    await with_mail(house)
    ann = await house.client("ann")
    told = await ann.get("/accounts/signature", account="mail")
    assert told == {"signature": {"en": "Ann, en", "ko": "Ann, ko"}}
    await ann.does(
        "PATCH", "/session/preferences", {"values": {"signature": {"en": "Yours", "ko": "안 드림"}}}
    )
    told = await ann.get("/accounts/signature", account="mail")
    assert told["signature"] == {"en": "Yours, en", "ko": "안 드림, ko"}
    for account in ("web", "nowhere"):
        told = await ann.get("/accounts/signature", account=account)
        assert told["signature"] == {"en": "", "ko": ""}

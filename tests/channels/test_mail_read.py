"""A mail as facts: whose message it is, where it belongs, what is not believed, and what is none of hers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels._mail_named import MOST
from gateway.channels._mail_read import LONGEST_QUEUED, NOBODY, Reader, of_envelope, read_mail, signer_of
from gateway.channels.base import Ours, ProviderRequest
from gateway.events import (
    AccountId,
    Address,
    Clue,
    ConversationId,
    DeliveryReport,
    DeliveryState,
    InboundMessage,
    MessageId,
    Participant,
    Proof,
)
from tests.channels.mails import CLIENTS, PNG, b64, mail, part, report, several, status, text
from tests.channels.test_mail_parse import mutated

SECRET = b"a deployment's own secret, long"
SIGNER = signer_of(SECRET)
HELP, HANA, ANNA = "help@haru.example", "hana@naver.com", "anna@haru.example"
OURS = Ours({Address("mailto", HELP): AccountId("mail")}, frozenset({ANNA}), SECRET)
NOW = 1_795_000_000_000
TALK, SAID = "01jabcdefghjkmnpqrstvwxyz0", "01jzzzzzzzzzzzzzzzzzzzzzz0"
OUR_ID = SIGNER.message_id(TALK, SAID, "haru.example")


def facts(raw: bytes, *to: str, sender: str = HANA, trusts: str = "") -> list[Any]:
    call = ProviderRequest("SMTP", "", of_envelope(sender, to or (HELP,)), raw)
    return list(read_mail(call, Reader("mail", trusts, SECRET), OURS, NOW))


def one(raw: bytes, *to: str, **more: Any) -> InboundMessage:
    (fact,) = facts(raw, *to, **more)
    assert isinstance(fact, InboundMessage)
    return fact


def of(who: str, *more: str, body: bytes | str = b"hello") -> bytes:
    return mail(f"From: {who}", f"To: {HELP}", "Subject: Delivery", "Message-ID: <m1@c>", *more, body=body)


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_says_what_its_writer_says(client: str) -> None:
    fact = one(CLIENTS[client])
    assert fact.text and fact.source is not None and fact.source.headers and fact.source.name
    assert fact.provider_id.startswith(fact.source.name) and fact.source.automatic is None
    assert one(CLIENTS[client]) == fact


def test_its_clues_its_people_and_its_files() -> None:
    token = SIGNER.address(HELP, TALK)
    picture = part(
        "Content-Type: image/png", "Content-ID: <p@x>", "Content-Transfer-Encoding: base64", body=b64(PNG)
    )
    raw = mail(
        f"From: Hana <{HANA}>",
        f"To: {token}, Bo <bo@x.example>",
        f"Cc: Anna <{ANNA}>",
        "Subject: 배송",
        "Message-ID: <m1@c>",
        f"In-Reply-To: <{OUR_ID}>",
        "References: <other@x.example>",
        "Content-Type: multipart/related; boundary=b",
        body=several("b", text('<p>안녕</p><img src="cid:p@x">', kind="html"), picture),
    )
    fact = one(raw, token)
    assert fact.clues == (
        Clue(ConversationId(TALK), lets_in=True),
        Clue(ConversationId(TALK)),
        Clue(answers="other@x.example"),
    )
    bo, anna = Address("mailto", "bo@x.example"), Address("mailto", ANNA)
    assert fact.others == (Participant(bo, "Bo"), Participant(anna, "Anna", copied=True))
    assert (fact.sender, fact.name, fact.locale, fact.subject) == (
        Address("mailto", HANA),
        "Hana",
        "ko",
        "배송",
    )
    assert [(file.cid, file.inline, file.body) for file in fact.enclosed] == [("p@x", True, PNG)]
    assert fact.source is not None and fact.source.html and ("subject", "배송") in fact.source.headers


@pytest.mark.parametrize(
    ("to", "envelope", "reached"),
    [
        ("ask@haru.example", HELP, "ask@haru.example"),
        ("Bo <bo@corp.example>, ASK+token@haru.example", HELP, "ask@haru.example"),
        ("sales@haru.example", "ask@haru.example", "ask@haru.example"),
        ("somebody@else.example", "help+x@haru.example", HELP),
        ("help@haru.example, ask@haru.example", HELP, HELP),
    ],
)
def test_it_says_which_address_of_the_account_was_written_to(to: str, envelope: str, reached: str) -> None:
    """As she wrote it, whatever it was forwarded to; of another account's none."""
    accounts = {HELP: "mail", "ask@haru.example": "mail", "sales@haru.example": "sales"}
    ours = Ours({Address("mailto", one): AccountId(by) for one, by in accounts.items()}, frozenset(), SECRET)
    raw = mail(f"From: {HANA}", f"To: {to}", "Subject: x", "Message-ID: <m1@c>", body="hello")
    call = ProviderRequest("SMTP", "", of_envelope(HANA, [envelope]), raw)
    (fact,) = read_mail(call, Reader("mail", "", SECRET), ours, NOW)
    assert isinstance(fact, InboundMessage) and fact.source is not None
    assert fact.source.reached == reached


def test_no_word_of_a_mail_is_taken_for_a_proof() -> None:
    assert one(of(HANA)).proof is Proof.CLAIMED
    proven = of(HANA, "Authentication-Results: mx.haru.example; dmarc=pass header.from=naver.com")
    assert one(proven).proof is Proof.CLAIMED, "nobody is trusted unless we are told"
    assert one(proven, trusts="mx.haru.example").proof is Proof.CHANNEL
    stranger = of_envelope(HANA, (HELP,), vouched=False)
    call = ProviderRequest("SMTP", "", stranger, proven)
    (brought,) = read_mail(call, Reader("mail", "mx.haru.example", SECRET), OURS, NOW)
    assert isinstance(brought, InboundMessage) and brought.proof is Proof.CLAIMED
    # Whose word it is that she wrote it proves itself, not her.
    evil = "Authentication-Results: mx.haru.example; dmarc=pass header.from=evil.example"
    said = one(of("no-reply@evil.example", evil, f"Reply-To: {HANA}"), trusts="mx.haru.example")
    assert (said.sender.address, said.proof) == (HANA, Proof.CLAIMED)
    forged = one(of(ANNA))
    assert (
        forged.written_by is None
        and forged.source is not None
        and forged.source.doubts == ("agents_address",)
    )
    ours = one(of(HELP, f"In-Reply-To: <{OUR_ID}>"))
    assert ours.clues == () and ours.source is not None and "our_address" in ours.source.doubts


def test_an_agents_own_mail_is_hers_where_it_is_proven() -> None:
    proof = "Authentication-Results: mx.haru.example; dmarc=pass header.from=haru.example"
    raw = mail(
        f"From: {ANNA}", f"To: Hana <{HANA}>", f"Cc: {HELP}", "Message-ID: <a@c>", proof, body="Tomorrow"
    )
    fact = one(raw, trusts="mx.haru.example")
    assert (fact.written_by, fact.sender) == (Address("mailto", ANNA), Address("mailto", HANA))
    alone = one(of(ANNA, proof), trusts="mx.haru.example")
    assert alone.sender == alone.written_by == Address("mailto", ANNA), "no customer reads it"


def test_what_no_person_wrote_brings_nobody_in() -> None:
    away = of(HANA, "Auto-Submitted: auto-replied", "Cc: bo@x.example")
    fact = one(away)
    assert fact.source is not None and fact.source.automatic == "away" and fact.others == ()
    assert one(of(HANA), sender="").source.automatic == "machine"  # type: ignore[union-attr]


def named(fact: InboundMessage) -> set[str]:
    assert fact.source is not None and fact.source.named is not None
    return {one.address for one in fact.source.named}


def test_whom_a_mail_names_is_told_apart_from_who_takes_part() -> None:
    by_machine = mail(
        "Return-Path: <back@orders.example>",
        "From: Orders <no-reply@orders.example>",
        "Reply-To: care@orders.example",
        f"To: {HELP}, Bo <BO@x.example>",
        "Cc: =?utf-8?b?7KeA?= <ji@x.example>, hidden <sue@xn--9t4b11yi5a.example>",
        "Bcc: Unseen <eve@x.example>",
        "Subject: bo@x.example and not@named.example",
        "Auto-Submitted: auto-generated",
        "Message-ID: <m1@c>",
        body="hello",
    )
    fact = one(by_machine)
    assert fact.others == () and fact.source is not None and fact.source.automatic == "machine"
    people = {f"{who}@x.example" for who in ("bo", "ji", "eve")} | {"sue@xn--9t4b11yi5a.example"}
    servers = {f"{who}@orders.example" for who in ("back", "no-reply", "care")}
    assert named(fact) == (people | servers) - {fact.sender.address}
    assert named(one(of(HANA))) == set(), "she herself, and we"


def test_of_a_mail_that_names_more_than_anybody_keeps_no_line_is_kept_that_names_them() -> None:
    many = ", ".join(f"p{number}@far.example" for number in range(MOST))
    fact = one(of(HANA, f"Cc: {many}", "Date: Mon, 16 Nov 2026 10:12:33 +0900"))
    assert fact.source is not None and fact.source.named is None
    assert {name for name, _ in fact.source.headers} == {"subject", "message-id", "date"}
    fewer = one(
        of(HANA, f"Cc: {many.partition(', ')[2]}".replace(f"p{MOST - 1}@far.example", "p3@far.example"))
    )
    assert len(named(fewer)) == MOST - 2


def test_our_own_mail_that_comes_back_is_no_message() -> None:
    assert facts(mail(f"From: {HELP}", f"Message-ID: <{OUR_ID}>", body="hi")) == []


def bounced(action: str, code: str, message_id: str) -> bytes:
    block = f"Final-Recipient: rfc822; {HANA.title()}\nAction: {action}\nStatus: {code}"
    ours = part("Content-Type: text/rfc822-headers", body=f"Message-ID: <{message_id}>\r\n")
    return report(status("Reporting-MTA: dns; mx.naver.com", block), ours)


def test_a_bounce_is_about_the_very_mail_and_the_very_person() -> None:
    failed = bounced("failed", "5.1.1", OUR_ID)
    (told,) = facts(failed, sender="")
    assert isinstance(told, DeliveryReport)
    assert (told.state, told.message) == (DeliveryState.FAILED, MessageId(SAID))
    assert told.recipient == Address("mailto", HANA) and told.reason and told.code == "5.1.1"
    assert facts(bounced("delayed", "4.4.1", OUR_ID), sender="") == [], "nothing is settled yet"
    strange = one(bounced("failed", "5.1.1", "1@other.example"), sender="")
    assert strange.source is not None and strange.source.automatic == "bounce", "shown, and settles nothing"


def test_a_report_is_what_is_shown_where_it_names_nobody_and_lets_only_a_server_in() -> None:
    raw = bounced("failed", "5.1.1", OUR_ID)
    (told,) = facts(raw, sender="")
    shown = told.otherwise
    assert shown.clues[0] == Clue(ConversationId(TALK), lets_in=True)
    assert (shown.source.automatic, shown.source.doubts) == ("bounce", ("names_nobody",))
    assert shown.enclosed and shown.sender.address == "mailer-daemon@mx.naver.com"
    hers = raw.replace(b"MAILER-DAEMON@mx.naver.com", HANA.encode()).replace(b"Return-Path: <>\r\n", b"")
    (told,) = facts(hers)
    assert told.otherwise.clues[0] == Clue(ConversationId(TALK))
    (told,) = facts(hers, sender="")
    assert told.otherwise.clues[0].lets_in, "the null sender"


def test_who_says_no_name_is_nobody_and_an_empty_body_says_its_subject() -> None:
    nobody = one(mail("Subject: hi", "Message-ID: <x@c>", body=""), sender="")
    assert (nobody.sender.address, nobody.text) == (NOBODY, "hi")


def test_what_comes_long_after_says_so() -> None:
    late = of(HANA, "Received: from a by b; Mon, 16 Nov 2026 10:12:33 +0900")
    fact = one(late)
    assert fact.late == (NOW - (fact.at or 0) > 900_000) and (fact.at or 0) <= NOW
    ahead = one(of(HANA, "Date: Mon, 16 Nov 2099 10:12:33 +0900"))
    assert (ahead.at, ahead.late) == (NOW, False), "nobody writes from the future"


def test_at_our_door_nobody_makes_a_mail_older_than_a_queue_keeps_it() -> None:
    old = of(HANA, "Received: from a by b; Thu, 01 Jan 2026 00:00:00 +0000")
    for vouched in (True, False):
        call = ProviderRequest("SMTP", "", of_envelope(HANA, (HELP,), vouched=vouched), old)
        (fact,) = read_mail(call, Reader("mail", "", SECRET), OURS, NOW)
        assert isinstance(fact, InboundMessage) and fact.late
        assert (fact.at == 1_767_225_600_000) is vouched
        assert vouched or fact.at == NOW - LONGEST_QUEUED


def test_what_nobody_can_read_is_shown_with_the_whole_as_its_file() -> None:
    bomb = of(HANA, "Content-Type: multipart/mixed; boundary=b") + b"\r\n" + b"multipart/\r\n" * 5000
    fact = one(bomb)
    assert (fact.sender.address, fact.text, fact.clues) == (HANA, "Delivery", ())
    assert fact.source is not None and fact.source.doubts == ("unreadable",)
    assert [(file.name, file.body) for file in fact.enclosed] == [("message.eml", bomb)]
    assert one(bomb).provider_id == fact.provider_id
    empty = one(b"", sender="")
    assert (empty.sender.address, empty.text, empty.enclosed) == (NOBODY, "", ())
    assert one(b"no header at all", sender=HANA).sender.address == HANA


@settings(max_examples=300)
@given(mutated() | st.binary(max_size=400))
def test_any_bytes_are_facts_that_any_database_holds(raw: bytes) -> None:
    """Real mails with pieces changed, and reports of ours: never an exception, never a sign that none can keep."""
    report = f"In-Reply-To: <{OUR_ID}>\r\nX-Failed-Recipients: {HANA}\r\n".encode()
    for fact in (*facts(raw), *facts(report + raw, sender="")):
        told = f"{fact}"
        if isinstance(fact, InboundMessage):
            assert len(fact.provider_id.encode()) < 1_000
            told = f"{fact.provider_id}{fact.text}{fact.source}{fact.subject}{fact.sender}{fact.others}"
            told += "".join(f"{one.name}{one.mime}{one.cid}" for one in fact.enclosed)
        told.encode()
        assert "\0" not in told


def test_our_own_mark_is_no_word_of_hers() -> None:
    between = f"> before\r\nyes\r\n> {SIGNER.mark(TALK)}\r\nand no {SIGNER.mark(TALK)}"
    fact = one(of(HANA, body=between))
    assert "[ref:" not in fact.text and "yes" in fact.text and fact.text.endswith("and no")
    assert Clue(ConversationId(TALK)) in (fact.clues or ())


def test_a_mail_of_ours_that_a_mailbox_sends_back_is_told_once_without_its_words() -> None:
    raw = mail(
        f"From: Shop <{HELP}>",
        f"To: Hana <{HANA}>",
        "Subject: Re: Delivery",
        f"Message-ID: <{OUR_ID}>",
        body=b"It comes tomorrow.",
    )
    fact = one(raw)
    assert (fact.sender, fact.text) == (Address("mailto", HANA), "Re: Delivery")
    assert fact.clues == (Clue(ConversationId(TALK), lets_in=True),)
    assert fact.source is not None and fact.source.automatic == "machine"
    assert fact.source.doubts == ("came_back",) and not fact.enclosed
    changed = one(raw.replace(b"tomorrow", b"never"))
    assert changed.provider_id == fact.provider_id and "never" not in str(changed)
    fetched = ProviderRequest("IMAP", "INBOX", {}, raw)
    reader = Reader("mail", "", SECRET)
    assert read_mail(fetched, reader, OURS, NOW) == [], "our copy of it: no server has brought it"
    hop = b"Received: from mx.naver.com; today\r\n"
    assert read_mail(replace(fetched, body=hop + raw), reader, OURS, NOW) == [], "a provider's own copy"
    travelled = replace(fetched, body=hop + hop + raw)
    listed = raw.replace(f"To: Hana <{HANA}>".encode(), f"To: Hana <{HANA}>, all@list.example".encode())
    assert read_mail(replace(fetched, body=hop + hop + listed), reader, OURS, NOW) == [], (
        "by a list we are on"
    )
    assert [one.provider_id for one in read_mail(travelled, reader, OURS, NOW)] == [fact.provider_id]  # type: ignore[union-attr]
    assert facts(raw.replace(HANA.encode(), b"help+x@haru.example")) == [], "to ourselves"

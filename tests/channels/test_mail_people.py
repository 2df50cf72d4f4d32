"""Who wrote, for whom, who else takes part; and what nobody should believe."""

import pytest
from hypothesis import given, settings

from gateway.channels._mail_auto import automatic
from gateway.channels._mail_fields import Person
from gateway.channels._mail_parse import Mail, parse
from gateway.channels._mail_people import (
    Author,
    Doubt,
    House,
    Participant,
    People,
    Recipient,
    proves,
    understand,
)
from gateway.channels._mail_quotes import trim
from gateway.channels._mail_threads import Signer, Way, clues
from gateway.errors import Malformed
from tests.channels.mails import TOP, mail, word
from tests.channels.test_mail_parse import mutated

HOUSE = House(
    {"help@haru.example": "help", "sales@haru.example": "sales"}, {"kim@haru.example", "park@haru.example"}
)
HANA = Person("hana@naver.com", "이하나")
FROM_HANA = f"From: {word('이하나', 'utf-8')} <hana@naver.com>"
KIM = Person("kim@haru.example", "Kim")


def read(*headers: str, to: str = "help@haru.example") -> Mail:
    return parse(mail(*headers, f"To: {to}", "Subject: order", *TOP, body="x"))


def told(*headers: str, to: str = "help@haru.example", proven: bool = False) -> People:
    return understand(read(*headers, to=to), HOUSE, proven=proven)


def test_a_customer():
    assert told(FROM_HANA) == People(
        Author.CUSTOMER, HANA, True, HANA, (HANA,), (), (Recipient("help@haru.example", "help"),), frozenset()
    )


def test_a_colleague_and_others_in_copy_are_shown_as_themselves():
    found = told(
        FROM_HANA, "Cc: Kim <kim@haru.example>, boss@corp.example, sales@haru.example, hana@naver.com"
    )
    assert found.participants == (Participant(KIM, True), Participant(Person("boss@corp.example"), False))
    assert found.requester == HANA


def test_an_agent_from_her_own_mail_client_counts_as_the_agent_when_it_is_proven():
    found = told(
        "From: Kim <kim@haru.example>",
        f"Cc: {word('이하나', 'utf-8')} <hana@naver.com>, park@haru.example",
        proven=True,
    )
    assert (found.author, found.wrote, found.requester) == (Author.AGENT, KIM, HANA)
    assert found.participants == (Participant(Person("park@haru.example"), True),)
    assert found.doubts == frozenset()
    assert told("From: Kim <kim@haru.example>", proven=True).requester is None


def test_an_agents_address_alone_proves_nothing():
    found = told("From: Kim <kim@haru.example>")
    assert (found.author, found.doubts) == (Author.CUSTOMER, frozenset({Doubt.AGENTS_ADDRESS}))
    said = told("From: help@haru.example", "Reply-To: kim@haru.example", proven=True)
    assert said.author is Author.CUSTOMER and Doubt.AGENTS_ADDRESS in said.doubts


def test_our_own_address_from_outside_is_never_believed():
    found = told("From: Haru <help@haru.example>")
    assert (found.author, found.wrote, found.requester, found.answer_to) == (Author.OURSELVES, None, None, ())
    assert found.doubts == {Doubt.OUR_ADDRESS}
    assert told("From: <help+token@haru.example>", proven=True).author is Author.OURSELVES
    assert told().author is Author.NOBODY


@pytest.mark.parametrize(
    "headers",
    [
        (
            "From: \"'Hana' via Help\" <help@haru.example>",
            "X-Original-From: hana@naver.com",
            "Reply-To: other@x.example",
        ),
        ("From: help@haru.example", "X-Original-Sender: hana@naver.com"),
        ("From: help@haru.example", "Reply-To: hana@naver.com"),
        ("From: noreply@forms.example", "Reply-To: hana@naver.com"),
        (
            "From: no-reply@forms.example",
            "X-Original-Sender: noreply@forms.example",
            "Reply-To: hana@naver.com",
        ),
        ("Sender: hana@naver.com",),
    ],
)
def test_forms_and_groups_that_say_whose_words_they_are(headers: tuple[str, ...]):
    found = told(*headers)
    assert (found.author, found.wrote) == (Author.CUSTOMER, Person("hana@naver.com"))
    assert Doubt.SAID_BY_ANOTHER in found.doubts


def test_a_machine_that_asks_for_no_answer_and_names_nobody_is_itself():
    assert told("From: noreply@shop.example").wrote == Person("noreply@shop.example")


def test_another_sender_or_an_answer_asked_for_elsewhere_changes_nobody():
    found = told(FROM_HANA, "Sender: assistant@naver.com", "Reply-To: thief@evil.example, help@haru.example")
    assert found.wrote == HANA and found.requester == HANA
    assert found.answer_to == (Person("thief@evil.example"),)
    assert found.doubts == {Doubt.ANSWERS_ELSEWHERE}
    assert told(FROM_HANA, "Reply-To: hana.lee@naver.com").doubts == frozenset()
    assert told(FROM_HANA, "Reply-To: help@haru.example").answer_to == (HANA,)


def test_names_that_are_addresses_are_not_shown():
    found = told('From: "boss@bank.example" <thief@evil.example>')
    assert (found.wrote, found.doubts) == (Person("thief@evil.example"), frozenset({Doubt.NAME_IS_ADDRESS}))
    same = told('From: "hana@naver.com" <hana@naver.com>')
    assert (same.wrote, same.doubts) == (Person("hana@naver.com"), frozenset())
    copied = told(FROM_HANA, 'Cc: "boss@bank.example" <thief@evil.example>')
    assert copied.participants[0].person.name == ""


def test_of_several_authors_the_first_is_taken():
    found = told("From: help@haru.example, hana@naver.com, b@c.example", proven=True)
    assert found.wrote == Person("hana@naver.com")
    assert found.doubts == {Doubt.SEVERAL_AUTHORS, Doubt.OUR_ADDRESS}


@pytest.mark.parametrize(
    ("headers", "envelope", "found"),
    [
        ((), (), ["help@haru.example"]),
        (("Cc: SALES@haru.example",), (), ["help@haru.example", "sales@haru.example"]),
        (("Cc: help+01x-abc@haru.example",), (), ["help+01x-abc@haru.example"]),
        (
            ("Cc: sales@haru.example", "Delivered-To: help+01x-abc@haru.example"),
            (),
            ["help+01x-abc@haru.example"],
        ),
        (
            ("X-Original-To: sales@haru.example", "Delivered-To: mbox@host.example"),
            (),
            ["sales@haru.example"],
        ),
        (("Delivered-To: mbox@host.example",), (), ["help@haru.example"]),
        (("Delivered-To: sales@haru.example",), ("Help@haru.example",), ["help@haru.example"]),
        ((), ("nobody@haru.example",), []),
    ],
)
def test_for_which_of_our_addresses(headers: tuple[str, ...], envelope: tuple[str, ...], found: list[str]):
    recipients = understand(read(FROM_HANA, *headers), HOUSE, envelope=envelope).recipients
    assert [one.address for one in recipients] == found
    assert all(one.account == one.address[: len(one.account)] for one in recipients)


def test_unseen_recipients():
    assert understand(read(FROM_HANA, to="undisclosed-recipients:;"), HOUSE).recipients == ()


RESULTS = "mx.haru.example; spf=pass smtp.mailfrom=naver.com; dmarc=pass (p=NONE) header.from=naver.com"


@pytest.mark.parametrize(
    ("headers", "server", "proven"),
    [
        ((f"Authentication-Results: {RESULTS}",), "mx.haru.example", True),
        ((f"Authentication-Results: {RESULTS}",), "MX.haru.example", True),
        ((f"Authentication-Results: {RESULTS}",), "", False),
        ((f"Authentication-Results: {RESULTS}",), "other.example", False),
        (
            (f"Authentication-Results: {RESULTS.replace('dmarc=pass', 'dmarc=fail')}",),
            "mx.haru.example",
            False,
        ),
        (
            (f"Authentication-Results: {RESULTS.replace('from=naver.com', 'from=evil.example')}",),
            "mx.haru.example",
            False,
        ),
        ((f"Authentication-Results: {word(RESULTS, 'utf-8')}",), "mx.haru.example", False),
        (
            ("Authentication-Results: mx.haru.example; none", f"Authentication-Results: {RESULTS}"),
            "mx.haru.example",
            False,
        ),
        (
            (
                (
                    "Authentication-Results: mx.haru.example; spf=fail"
                    ' smtp.mailfrom="; dmarc=pass header.from=naver.com"@evil.example'
                ),
            ),
            "mx.haru.example",
            False,
        ),
        (
            ("Authentication-Results: mx.haru.example; spf=fail (; dmarc=pass header.from=naver.com)",),
            "mx.haru.example",
            False,
        ),
        ((f"Authentication-Results: {RESULTS}", "From: second@naver.com"), "mx.haru.example", False),
        ((), "mx.haru.example", False),
    ],
)
def test_what_proves_a_from(headers: tuple[str, ...], server: str, proven: bool):
    assert proves(read(FROM_HANA, *headers), server) is proven


SIGNER = Signer([b"a secret of sixteen bytes or more"])


@settings(max_examples=200)
@given(mutated() | mutated().map(lambda source: b"From: help@haru.example\r\n" + source))
def test_of_any_mail_it_is_said_who_wrote_it_and_ours_are_never_answered(source: bytes):
    try:
        found = parse(source)
    except Malformed:
        return
    people = understand(found, HOUSE)
    assert people.author is not Author.AGENT
    assert (people.wrote is None) == (people.author in {Author.OURSELVES, Author.NOBODY})
    everybody = [
        *people.answer_to,
        *(one.person for one in people.participants),
        *filter(None, [people.wrote]),
    ]
    assert not [one for one in everybody if HOUSE.account(one.address)]
    assert not [clue for clue in clues(found, SIGNER, []) if clue.way is not Way.PROVIDER]
    automatic(found, HOUSE.recipients)
    trim(found.text)

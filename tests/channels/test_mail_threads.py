"""A mail finds its conversation by what we signed; whoever guesses, or was only handed something on, does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._mail_parse import Mail, parse
from gateway.channels._mail_threads import (
    MOST_TRIED,
    Clue,
    Joined,
    Signer,
    Way,
    clues,
    join,
    provider_id,
    returned,
)
from gateway.events import new_id
from tests.channels.mails import PLAIN, TOP, client, mail

SIGNER = Signer([b"a secret of sixteen bytes or more"])
OTHER = Signer([b"another secret that is not ours"])
THREAD = "01jd0ann7q0000000000000000"
HANA, BANANA = "hana@gmail.com", "banana@gmail.com"
PEOPLE = {THREAD: {HANA}, "other": {BANANA}}


def test_an_address_carries_its_conversation():
    address = SIGNER.address("help@haru.example", THREAD)
    assert address.startswith(f"help+{THREAD}-") and address.endswith("@haru.example")
    assert len(address.partition("@")[0]) <= 64
    assert SIGNER.in_address(address) == SIGNER.in_address(address.upper()) == THREAD
    assert SIGNER.in_address(address.replace("help+", "help+tag+")) == THREAD


def test_where_there_is_no_room_for_a_token_the_address_stays_bare():
    assert SIGNER.address(f"{'x' * 30}@haru.example", THREAD) == f"{'x' * 30}@haru.example"


def test_a_message_id_carries_it_too():
    message_id = SIGNER.message_id(THREAD, "01JD0ANN7R", "haru.example")
    assert SIGNER.in_message_id(message_id) == SIGNER.in_message_id(message_id.upper()) == THREAD
    assert SIGNER.in_message_id(SIGNER.message_id(THREAD, "2", "haru.example")) == THREAD
    assert message_id != SIGNER.message_id(THREAD, "2", "haru.example")


def test_a_line_of_the_body_carries_it_too():
    mark = SIGNER.mark(THREAD)
    text = f"네!\n\n> 안녕하세요.\n> {mark.upper()}\n> {SIGNER.mark('other')} {mark}"
    assert SIGNER.in_text(text) == [THREAD, "other"]


@pytest.mark.parametrize("thread", ["", "a b", "a-b", "한", "x" * 37, "a\n"])
def test_what_cannot_be_read_back_is_never_written(thread: str):
    for write in (
        lambda: SIGNER.address("a@b", thread),
        lambda: SIGNER.mark(thread),
        lambda: SIGNER.message_id(thread, "1", "b"),
    ):
        with pytest.raises(ValueError):
            write()
    with pytest.raises(ValueError):
        SIGNER.message_id(THREAD, thread * 41 or "", "b")


def test_a_secret_is_long_and_there_is_one():
    for secrets in ([], [b"short"], [b"", b"a secret of sixteen bytes or more"]):
        with pytest.raises(ValueError):
            Signer(secrets)


def test_a_new_secret_signs_and_the_old_one_is_still_read():
    both = Signer([b"a newer secret of sixteen bytes", b"a secret of sixteen bytes or more"])
    assert both.in_address(SIGNER.address("a@b.example", THREAD)) == THREAD
    assert SIGNER.in_address(both.address("a@b.example", THREAD)) is None


def test_what_is_signed_for_one_use_is_good_for_no_other():
    token = SIGNER.mark(THREAD)[5:-1]
    assert SIGNER.in_address(f"help+{token}@haru.example") is None
    thread, _, mac = token.partition("-")
    assert SIGNER.in_message_id(f"{thread}.1.{mac}@haru.example") is None


@given(st.data())
def test_one_letter_off_is_nothing(data: st.DataObject):
    address = SIGNER.address("help@haru.example", new_id())
    local = address.partition("@")[0]
    at = data.draw(st.integers(len("help+"), len(local) - 1))
    letter = data.draw(
        st.sampled_from("abcdefghijklmnopqrstuvwxyz234567-").filter(lambda one: one != local[at])
    )
    assert SIGNER.in_address(f"{local[:at]}{letter}{local[at + 1 :]}@haru.example") is None


@given(st.text(max_size=80))
def test_what_others_write_is_no_error(text: str):
    assert (
        SIGNER.in_address(text) is None and SIGNER.in_message_id(text) is None and SIGNER.in_text(text) == []
    )
    assert SIGNER.in_address(f"help+{text}@haru.example") is None


def answer(*headers: str, to: str = "help@haru.example", body: str = "네") -> Mail:
    return parse(mail(f"From: {HANA}", f"To: {to}", "Subject: Re: order", *TOP, *headers, body=body))


ADDRESS = SIGNER.address("help@haru.example", THREAD)
MESSAGE = SIGNER.message_id(THREAD, "1", "haru.example")


def test_belief_goes_in_order():
    read = answer(
        f"In-Reply-To: <{MESSAGE}>",
        f"References: <theirs@x.example> <{MESSAGE}>",
        to=ADDRESS,
        body=f"> {SIGNER.mark('other')}",
    )
    assert clues(read, SIGNER, []) == [
        Clue(Way.ADDRESS, THREAD),
        Clue(Way.MESSAGE, THREAD),
        Clue(Way.PROVIDER, "theirs@x.example"),
        Clue(Way.MARK, "other"),
    ]


def test_the_newest_of_a_chain_is_believed_first():
    first, last = (
        SIGNER.message_id("first", "1", "haru.example"),
        SIGNER.message_id("last", "1", "haru.example"),
    )
    assert [one.value for one in clues(answer(f"References: <{first}> <{last}>"), SIGNER, [])] == [
        "last",
        "first",
    ]


def test_the_address_of_the_envelope_counts_where_the_header_lost_it():
    assert clues(answer(), SIGNER, [ADDRESS]) == [Clue(Way.ADDRESS, THREAD)]


def test_what_others_have_signed_names_nothing_signed():
    read = answer(
        f"In-Reply-To: <{OTHER.message_id(THREAD, '1', 'haru.example')}>",
        to=OTHER.address("help@haru.example", THREAD),
        body=OTHER.mark(THREAD),
    )
    assert [one.way for one in clues(read, SIGNER, [])] == [Way.PROVIDER]


def test_a_mail_of_many_guesses_is_looked_at_so_far():
    many = ", ".join(f"help+guess{n}-{'a' * 16}@haru.example" for n in range(150))
    assert clues(answer(to=f"{many}, {ADDRESS}"), SIGNER, []) == []
    assert (
        len(clues(answer("References: " + " ".join(f"<{n}@x>" for n in range(90))), SIGNER, [])) == MOST_TRIED
    )


def joined(read: Mail, author: str = HANA, known: dict[str, str] | None = None) -> Joined | None:
    return join(clues(read, SIGNER, []), author, PEOPLE.get, (known or {}).get)


@pytest.mark.parametrize(
    ("read", "way"),
    [
        (answer(to=ADDRESS), Way.ADDRESS),
        (answer(f"In-Reply-To: <{MESSAGE}>"), Way.MESSAGE),
        (answer(f"References: <{MESSAGE}>"), Way.MESSAGE),
        (answer("In-Reply-To: <hers@x.example>"), Way.PROVIDER),
        (answer(body=f"> {SIGNER.mark(THREAD)}"), Way.MARK),
    ],
)
def test_an_answer_comes_home(read: Mail, way: Way):
    assert joined(read, known={"hers@x.example": THREAD}) == Joined(THREAD, way, stranger=False)


@pytest.mark.parametrize(
    "read",
    [
        answer(f"In-Reply-To: <{MESSAGE}>"),
        answer("In-Reply-To: <hers@x.example>"),
        answer(body=f"> {SIGNER.mark(THREAD)}"),
    ],
)
def test_a_stranger_who_answers_the_same_mail_begins_her_own(read: Mail):
    assert joined(read, author=BANANA, known={"hers@x.example": THREAD}) is None


def test_whoever_has_the_address_gets_in_and_is_known_for_a_stranger():
    assert joined(answer(to=ADDRESS), author="hana@work.example") == Joined(
        THREAD, Way.ADDRESS, stranger=True
    )


def test_a_clue_that_leads_nowhere_does_not_hide_the_next():
    gone = SIGNER.address("help@haru.example", "gone")
    assert joined(answer(f"In-Reply-To: <{MESSAGE}>", to=gone)) == Joined(THREAD, Way.MESSAGE, stranger=False)


def test_never_by_the_subject_alone():
    assert joined(answer()) is None
    assert (
        clues(parse(PLAIN.replace(b"In-Reply-To", b"X-1").replace(b"References", b"X-2")), SIGNER, []) == []
    )


def test_our_own_mail_that_comes_back_is_known():
    own = mail("From: help@haru.example", f"Message-ID: <{MESSAGE.upper()}>", "Subject: Re: order", body="x")
    assert returned(parse(own), SIGNER) == THREAD
    assert returned(answer(f"In-Reply-To: <{MESSAGE}>"), SIGNER) is None


def test_a_repeat_is_the_same_id_and_the_same_words():
    one = client(HANA, b"words")
    assert provider_id(parse(one)) == provider_id(parse(b"Received: by mx\r\n" + one))
    assert provider_id(parse(one)) != provider_id(parse(client(HANA, b"other words")))
    assert provider_id(parse(one)) != provider_id(parse(one.replace(b"<1@client", b"<2@client")))

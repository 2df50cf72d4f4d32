"""What becomes of mails: into the boxes, out of them, and in every weather."""

import smtplib
from collections.abc import AsyncIterator

import pytest

from gateway.channels._mail_bounces import bounces
from gateway.channels._mail_parse import parse
from gateway.sandbox.mail import office as offices
from gateway.sandbox.mail.letters import Person
from gateway.sandbox.mail.office import FULL, LATER, NO_RELAY, UNKNOWN
from gateway.sandbox.mail.residents import ADDRESS
from gateway.sandbox.mail.server import OK
from gateway.sandbox.mail.writing import Writing, compose
from tests.sandbox.mail.hall import HANEUL, OLIVIA, Hall, becomes, came, open_hall, sent, words, written

SHOP = Person("", ADDRESS)


@pytest.fixture
async def hall(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(offices, "TRIES", (0.01,) * 2_000)
    async with open_hall() as opened:
        yield opened


def writes(hall: Hall, *to: Person, text: str = "Where is it?") -> None:
    box = hall.haneul
    hall.office.write(box, compose(Writing(box.owner, "ko", hall.office.clock(), to, text=text)), to)


async def test_what_comes_lies_in_the_box_unread(hall: Hall) -> None:
    await hall.brings(written("안녕하세요"))
    (letter,) = hall.haneul.letters
    assert (letter.head.subject, letter.unread, letter.folder) == ("안녕하세요", True, "inbox")
    assert letter.raw.startswith(b"Return-Path: <help@haru.example>\r\n")
    assert not hall.olivia.letters


@pytest.mark.parametrize(
    ("takes", "to", "words"),
    [
        ("full", HANEUL, FULL),
        ("unknown", HANEUL, UNKNOWN),
        ("later", HANEUL, LATER),
        ("all", "nobody@mail.example", UNKNOWN),
        ("all", "somebody@elsewhere.example", NO_RELAY),
    ],
)
async def test_what_is_not_taken_is_refused_at_once(hall: Hall, takes, to: str, words: str) -> None:
    hall.haneul.takes = takes
    with pytest.raises(smtplib.SMTPRecipientsRefused) as why:
        await hall.brings(written(), to)
    code, told = why.value.recipients[to]
    assert f"{code} {told.decode()}" == words
    assert not hall.haneul.letters


async def test_who_is_not_played_takes_her_mail_and_keeps_it_nowhere(hall: Hall) -> None:
    await hall.brings(written(), "ko-1003@mail.example")
    assert not any(box.letters for box in hall.office.boxes.values())


@pytest.mark.parametrize(("takes", "code"), [("full", "5.2.2"), ("unknown", "5.1.1")])
async def test_a_bounce_comes_afterwards_where_that_is_wanted(hall: Hall, takes, code: str) -> None:
    hall.haneul.takes, hall.haneul.afterwards = takes, True
    await hall.brings(written())
    report = await hall.shop.hears()
    assert not hall.haneul.letters
    assert hall.shop.heard[0][:2] == ("", [ADDRESS])
    (found,) = bounces(parse(report.as_bytes()))
    assert (found.message_id, found.recipient, found.code) == ("shop.1@haru.example", HANEUL, code)
    # A bounce of a bounce there is none.
    await hall.brings(written("again"), sender="")
    await hall.brings(written("and again"))
    await hall.shop.hears(2)
    assert len(hall.shop.heard) == 2


async def test_each_sender_is_told_once_that_she_is_away(hall: Hall) -> None:
    hall.haneul.away = True
    await hall.brings(written("a machine", Auto_Submitted="auto-generated"))
    await hall.brings(written("one"))
    await hall.brings(written("two"))
    note = await hall.shop.hears()
    assert "one" in note["Subject"] and note["Auto-Submitted"] == "auto-replied"
    assert len(came(hall.haneul)) == 3
    hall.haneul.told_away.clear()
    await hall.brings(written("three"))
    assert "three" in (await hall.shop.hears(2))["Subject"]


async def test_a_slow_server_answers_late(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("gateway.sandbox.mail.office.asyncio.sleep", sleep)
    await hall.office.take(written().as_bytes(), ADDRESS, [HANEUL])
    assert waited == []
    hall.haneul.slow = True
    await hall.office.take(written().as_bytes(), ADDRESS, [HANEUL])
    assert waited == [hall.office.slowly]


async def test_what_she_writes_is_brought_to_the_shop(hall: Hall) -> None:
    writes(hall, SHOP)
    mail = await hall.shop.hears()
    assert hall.shop.heard[0][:2] == (HANEUL, [ADDRESS])
    assert "Where is it?" in words(mail)
    await becomes(hall.office, lambda: sent(hall.haneul)[0].state == "sent")


async def test_while_the_shop_cannot_take_it_it_waits_and_keeps_its_place(hall: Hall) -> None:
    hall.shop.says = LATER
    writes(hall, SHOP, text="first")
    await becomes(hall.office, lambda: sent(hall.haneul)[0].state == "waits")
    writes(hall, SHOP, text="second")
    hall.shop.says = OK
    await hall.shop.hears(2)
    texts = [words(mail) for _, _, mail in hall.shop.heard]
    assert texts == ["first", "second"]


async def test_before_the_shop_listens_mail_waits_too(hall: Hall) -> None:
    way = hall.office.way
    hall.office.way = lambda: ("127.0.0.1", 1)
    writes(hall, SHOP)
    await becomes(hall.office, lambda: sent(hall.haneul)[0].state == "waits")
    hall.office.way = way
    await hall.shop.hears()


async def test_what_is_refused_comes_back_to_her(hall: Hall) -> None:
    hall.shop.says = "550 5.7.1 Not here"
    writes(hall, SHOP, Person("", "who@elsewhere.example"))
    await becomes(hall.office, lambda: len(came(hall.haneul)) == 2)
    (letter,) = sent(hall.haneul)
    assert letter.state == "refused" and "550 5.7.1 Not here" in letter.words and "5.1.2" in letter.words
    assert {one.head.sender.address.partition("@")[0] for one in came(hall.haneul)} == {"mailer-daemon"}
    assert all(one.head.automatic for one in came(hall.haneul))


async def test_customers_write_to_each_other_and_to_both(hall: Hall) -> None:
    writes(hall, SHOP, Person("Olivia", OLIVIA))
    await becomes(hall.office, lambda: len(came(hall.olivia)) == 1)
    await hall.shop.hears()
    assert came(hall.olivia)[0].head.sender.address == HANEUL


async def test_no_more_wait_than_are_bearable(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offices, "MOST_WAITING", 2)
    hall.shop.says = LATER
    writes(hall, SHOP)
    writes(hall, SHOP)
    with pytest.raises(OverflowError):
        writes(hall, SHOP)
    assert len(sent(hall.haneul)) == 2
    hall.shop.says = OK
    await hall.shop.hears(2)
    await becomes(hall.office, lambda: all(one.state == "sent" for one in sent(hall.haneul)))
    writes(hall, SHOP)
    await hall.shop.hears(3)

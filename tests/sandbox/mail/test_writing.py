"""What a customer's program writes: read again by Parley's own reader, which must find what is new in it."""

import email
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from gateway.channels._mail_parse import parse
from gateway.channels._mail_quotes import trim
from gateway.sandbox.mail.letters import File, Head, Person, read_content, read_head
from gateway.sandbox.mail.writing import Draft, Kind, Writing, begin, compose, wrote
from tests.sandbox.mail.hall import written

HANEUL = Person("김하늘", "haneul@mail.example")
SHOP = Person("하루커피", "help@haru.example")
AT = 1_763_949_600_000
PNG = b"\x89PNG\r\n\x1a\n and more"


def begun(
    kind: Kind, language: str = "en", own: Person = HANEUL, headers: dict[str, str] | None = None
) -> tuple[Draft, Head]:
    raw = written("Your parcel", "It is on its way.\n\n> Where is it?", **(headers or {})).as_bytes(
        policy=SMTP
    )
    return begin(kind, own, language, read_head(raw), read_content(raw), AT), read_head(raw)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=default)


def test_an_answer_goes_to_whom_it_shall_and_to_all_only_if_she_wants() -> None:
    asked = {
        "To": "haneul@mail.example, Kim <kim@x.example>",
        "Cc": "lee@x.example, HELP <help@haru.example>",
        "Reply_To": "help+token@haru.example",
    }
    one, _ = begun("reply", headers=asked)
    assert ([p.address for p in one.to], one.cc) == (["help+token@haru.example"], ())
    everybody, _ = begun("all", headers=asked)
    assert [p.address for p in everybody.to] == ["help+token@haru.example"]
    assert [p.address for p in everybody.cc] == ["kim@x.example", "lee@x.example"]
    # Her own mail is followed by another to the same people.
    own, _ = begun("reply", own=SHOP, headers={"From": "help@haru.example", "To": "kim@x.example"})
    assert [p.address for p in own.to] == ["kim@x.example"]


def test_subjects_are_marked_once() -> None:
    draft, head = begun("reply")
    assert draft.subject == "Re: Your parcel"
    told: tuple[tuple[Kind, str, str], ...] = (
        ("reply", "RE: x", "RE: x"),
        ("reply", "답장: x", "답장: x"),
        ("forward", "x", "Fwd: x"),
        ("forward", "FW: x", "FW: x"),
    )
    for kind, before, after in told:
        raw = written(before).as_bytes(policy=SMTP)
        assert begin(kind, HANEUL, "en", read_head(raw), read_content(raw), AT).subject == after
    assert head.subject == "Your parcel"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ko", "2025년 11월 24일 (월) 오전 11:00, 하루커피 <help@haru.example>님이 작성:"),
        ("en", "On Mon, Nov 24, 2025 at 2:00 AM, 하루커피 <help@haru.example> wrote:"),
    ],
)
def test_the_line_above_a_quote_is_that_of_the_large_houses(language: str, line: str) -> None:
    assert wrote(SHOP, language, AT) == line


@pytest.mark.parametrize("kind", ["reply", "forward"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_parley_finds_what_is_new_in_it(language: str, kind: Kind) -> None:
    draft, head = begun(kind, language)
    assert "It is on its way." in draft.quote
    answers = head if kind == "reply" else None
    raw = compose(
        Writing(HANEUL, language, AT, [SHOP], [], draft.subject, "감사합니다!", draft.quote, answers)
    )
    mail = parse(raw)
    assert trim(mail.text).shown == "감사합니다!" and trim(mail.text).hidden
    assert mail.html is not None and "gmail_quote" in mail.html


def test_a_mail_has_everything_that_it_shall() -> None:
    parcel = File("상자.png", "image/png", PNG, "p@sandbox")
    files = [
        File("note.txt", "text/plain", b"words"),
        File("mail.eml", "message/rfc822", b"From: a\r\n\r\nb"),
    ]
    raw = compose(
        Writing(
            HANEUL,
            "ko",
            AT,
            [SHOP],
            [Person("", "c@x.example")],
            "제목\r\nBcc: x@y.example",
            "안녕하세요 <b>",
            pictures=[parcel],
            files=files,
        )
    )
    mail = read(raw)
    assert raw.isascii() and (mail["From"], mail["To"], mail["Cc"]) == (
        "김하늘 <haneul@mail.example>",
        "하루커피 <help@haru.example>",
        "c@x.example",
    )
    assert mail["Subject"] == "제목 Bcc: x@y.example" and mail["Bcc"] is None
    assert mail["Message-ID"].endswith("@mail.example>") and mail["In-Reply-To"] is None
    content = read_content(raw)
    assert content.text == "안녕하세요 <b>" and "안녕하세요 &lt;b&gt;" in content.html
    assert "data:image/png" in content.page
    assert [(file.name, file.body) for _, file in content.beside] == [
        ("note.txt", b"words"),
        ("mail.eml", b"From: a\r\n\r\nb"),
    ]


def test_long_ids_are_told_whole_and_a_long_thread_by_its_first_and_newest() -> None:
    long = f"<{'a' * 200}@haru.example>"
    chain = " ".join(f"<{number}@x>" for number in range(50))
    _, head = begun("reply", headers={"Message-ID": long, "References": chain})
    mail = read(compose(Writing(HANEUL, "en", AT, [SHOP], answers=head)))
    told = str(mail["References"]).split()
    assert str(mail["In-Reply-To"]) == long == told[-1]
    assert told[0] == "<0@x>" and len(told) == 21


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no address"):
        compose(Writing(HANEUL, "en", AT, [Person("", "not one")]))

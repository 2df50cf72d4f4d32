"""The bytes of a part, whatever has been made of them on the way."""

from email import message_from_bytes

import pytest

from gateway.channels._mail_parts import body_of, payload_of, source_of, text_in, unflowed, without_uu
from tests.channels.mails import PLAIN, PNG, mail, uu


@pytest.mark.parametrize(
    ("way", "body", "found"),
    [
        ("base64", b"aGVsbG8=", b"hello"),
        ("BASE64 ", b"aGVs\r\nbG8", b"hello"),
        ("quoted-printable", b"caf=C3=A9=\r\n!", "café!".encode()),
        ("quoted-printable", b"a=ZZb=", b"a=ZZb"),
        ("8bit", "커피".encode("cp949"), "커피".encode("cp949")),
        ("x-uuencode", uu("a.png", PNG).encode(), PNG),
        ("nobody-knows", b"as it is", b"as it is"),
    ],
)
def test_transfer_encodings(way: str, body: bytes, found: bytes):
    assert (
        body_of(message_from_bytes(mail(f"Content-Transfer-Encoding: {way}", body=body))).rstrip()
        == found.rstrip()
    )


def test_lines_of_uuencode_that_count_wrongly():
    assert (
        body_of(
            message_from_bytes(
                mail("Content-Transfer-Encoding: uuencode", body=b"begin 644 x\r\n%:&5L;&\\ \r\nend\r\n")
            )
        )
        == b"hello"
    )


def test_a_mail_within_a_mail_is_as_it_came():
    inner = PLAIN.replace(b"\r\n", b"\n")
    outer = message_from_bytes(b"Content-Type: message/rfc822\n\n" + inner)
    assert body_of(outer) == inner
    long = b"Subject: " + b"x" * 300 + b"\nX-Raw: " + "커피".encode("cp949") + b"\nBad: a\n b: c\n\nbody"
    assert body_of(message_from_bytes(b"Content-Type: message/rfc822\n\n" + long)) == long


def test_a_status_is_its_blocks():
    blocks = b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; b@c.example\nAction: failed\n"
    assert b"Action: failed" in body_of(
        message_from_bytes(b"Content-Type: message/delivery-status\n\n" + blocks)
    )


def test_source_of_several():
    source = (
        b'Content-Type: multipart/mixed; boundary="b"\n\npreamble\n--b\nA: 1\n\none\n--b\n\ntwo\n--b--\nend\n'
    )
    again = message_from_bytes(source_of(message_from_bytes(source)).encode())
    assert [payload_of(one) for one in again.walk() if one is not again] == ["one", "two"]


def test_words_of_a_part():
    part = message_from_bytes(mail('Content-Type: text/plain; charset="euc-kr"', body="똠각".encode("cp949")))
    assert text_in(part, 100) == ("똠각", False) and text_in(part, 2) == ("똠", True)


def test_files_written_into_the_text():
    text, files = without_uu(
        "사진이에요.\n" + uu("a b.png", PNG).replace("\r", "") + "\n끝\nend\nbegin 644 not\n"
    )
    assert text == "사진이에요.\n끝\nend\nbegin 644 not\n"
    assert files == [("a b.png", PNG)]
    assert without_uu("begin 2026 with coffee\nend") == ("begin 2026 with coffee\nend", [])
    assert without_uu("end\n" * 50_000)[1] == []


@pytest.mark.parametrize(
    ("text", "told", "joined"),
    [
        ("one \ntwo\nthree", {"format": "flowed"}, "one two\nthree"),
        ("커 \n피", {"format": "Flowed", "delsp": "yes"}, "커피"),
        ("> a \n> b\n>> c \nd", {"format": "flowed"}, "> a b\n>> c\nd"),
        (" >x\n From", {"format": "flowed"}, ">x\nFrom"),
        ("words \n-- \nname", {"format": "flowed"}, "words\n-- \nname"),
        ("one \ntwo", {}, "one \ntwo"),
    ],
)
def test_flowed_lines(text: str, told: dict[str, str], joined: str):
    assert unflowed(text, told) == joined

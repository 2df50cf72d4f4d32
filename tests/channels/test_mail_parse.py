"""Mails of each client, whole ones and broken ones: what they say, who says it, which files they carry."""

import base64
import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels import _mail_parse
from gateway.channels._mail_fields import Person
from gateway.channels._mail_parse import Mail, parse
from gateway.channels._mail_quotes import trim
from gateway.errors import Malformed
from tests.channels import mails
from tests.channels.mails import ASKS, PNG, b64, client, mail, part, several, text, uu, word


@pytest.mark.parametrize("name", mails.CLIENTS)
def test_each_client_is_understood(name: str):
    read = parse(mails.CLIENTS[name])
    assert read.subject == "똠방각하 문의"
    assert trim(read.text).shown == ASKS
    assert read.from_[0].address.startswith("hana@")
    assert read.from_[0].name in {"이하나", ""}
    assert read.to == [Person("help@haru.example")]
    assert read.at == 1794791553000
    assert read.message_id == "1@client.example"
    assert read.files == [] and not read.cut


def test_what_it_answers():
    read = parse(mails.PLAIN)
    assert read.in_reply_to == [mails.ID]
    assert read.references == ["0@old.example", mails.ID]


@pytest.mark.parametrize(
    ("words", "charset", "label"),
    [
        ("お世話になっております。注文①の件です。", "cp932", "Shift_JIS"),
        ("ご注文の件です。", "iso2022_jp", "ISO-2022-JP"),
        ("您好，我的订单还没有收到。朱镕基", "gb18030", "gb2312"),
        ("您好，我的訂單還沒有收到。", "big5", "big5"),
    ],
)
def test_japanese_and_chinese(words: str, charset: str, label: str):
    read = parse(
        client(
            f"{word(words[:2], charset, label)} <a@b.example>",
            text(words, charset, label),
            subject=word(words, charset, label),
        )
        .replace(b"Message-ID", b"Content-Type: multipart/mixed; boundary=x\r\nMessage-ID", 1)
        .replace(b"\r\n\r\n", b"\r\n\r\n--x\r\n", 1)
        + b"--x--"
    )
    assert (read.subject, read.text.strip(), read.from_[0].name) == (words, words, words[:2])


def test_pictures_of_the_text_and_files_below_it():
    read = parse(mails.INLINE)
    assert [(one.name, one.mime, one.cid, one.inline) for one in read.files] == [
        ("a.png", "image/png", "shown@x", True),
        ("file-2.png", "image/png", "plain", True),
        ("c.png", "image/png", "pla", False),
        ("file-4.pdf", "application/pdf", "", False),
        ("file-5.bin", "application/x-nobody-knows", "", False),
    ]
    assert read.files[0].body == PNG
    assert read.text == "사진"


def test_file_names_in_pieces_and_in_charsets():
    header = "Content-Disposition: attachment; filename*0*=euc-kr''%8Cc%B9%E6; filename*1*=%B0%A2%C7%CF.hwp"
    read = parse(
        client(
            "a@b.example",
            several("mix", text("words"), part("Content-Type: application/x-hwp", header, body=b"x")),
            kind="multipart/mixed; boundary=mix",
        )
    )
    assert [one.name for one in read.files] == ["똠방각하.hwp"]


def test_a_text_file_is_a_file():
    told = part(
        "Content-Type: text/plain; name=log.txt", "Content-Disposition: inline; filename=log.txt", body=b"log"
    )
    read = parse(
        client("a@b.example", several("mix", text("words"), told), kind="multipart/mixed; boundary=mix")
    )
    assert read.text == "words"
    assert [(one.name, one.body) for one in read.files] == [("log.txt", b"log")]


def test_a_mail_within_a_mail_is_a_file_of_its_subject():
    read = parse(mails.NESTED)
    assert read.text.strip() == "전달해요."
    assert [(one.name, one.mime) for one in read.files] == [("똠방각하 문의.eml", "message/rfc822")]
    assert trim(parse(read.files[0].body).text).shown == ASKS


def test_an_invitation_is_a_file_and_other_forms_are_none():
    read = parse(mails.INVITE)
    assert (read.text.strip(), read.html) == ("회의 초대", "<p>회의 초대</p>")
    assert [(one.name, one.mime) for one in read.files] == [("invite.ics", "text/calendar")]
    alone = parse(client("a@b.example", b"BEGIN:VCALENDAR", kind="text/calendar"))
    assert [one.name for one in alone.files] == ["invite.ics"] and alone.text == ""


def test_what_cannot_be_opened_is_shown_for_what_it_is():
    tnef = parse(mails.TNEF)
    assert [(one.name, one.mime) for one in tnef.files] == [("winmail.dat", "application/ms-tnef")]
    encrypted = parse(mails.ENCRYPTED)
    assert encrypted.protection == "encrypted"
    assert [one.name for one in encrypted.files] == ["version.asc", "encrypted.asc"]
    signed = parse(mails.SIGNED)
    assert (signed.protection, signed.text.strip()) == ("signed", "서명했어요.")
    assert [one.name for one in signed.files] == ["smime.p7s"]


@pytest.mark.parametrize(
    ("kind", "protection"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data", "encrypted"),
        ("application/x-pkcs7-mime; smime-type=signed-data", "signed"),
    ],
)
def test_smime_in_one_part(kind: str, protection: str):
    read = parse(client("a@b.example", b64(b"\x30\x80"), "Content-Transfer-Encoding: base64", kind=kind))
    assert (read.protection, [one.name for one in read.files]) == (protection, ["smime.p7m"])


@pytest.mark.parametrize(("mark", "protection"), [("MESSAGE", "encrypted"), ("SIGNED MESSAGE", "signed")])
def test_pgp_written_into_the_text(mark: str, protection: str):
    assert (
        parse(client("a@b.example", f"-----BEGIN PGP {mark}-----\r\n\r\nx".encode())).protection == protection
    )


def test_uuencode_in_the_text():
    read = parse(client("a@b.example", ("사진이에요.\r\n" + uu("a.png", PNG)).encode()))
    assert read.text == "사진이에요."
    assert [(one.name, one.mime, one.body) for one in read.files] == [("a.png", "image/png", PNG)]


def test_flowed():
    read = parse(client("a@b.example", b"one \r\ntwo\r\n", kind="text/plain; format=flowed"))
    assert read.text == "one two"


def test_the_mixed_forms_of_apple():
    """Words, a file, words: in the HTML form only; all of it counts, and the plain form is not said twice."""
    inner = several(
        "mix",
        text("<p>하나</p>", kind="html"),
        part("Content-Type: application/pdf; name=a.pdf", body=b"x"),
        text("<p>둘</p>", kind="html"),
    )
    read = parse(
        client(
            "a@b.example",
            several("alt", text("하나 둘"), part("Content-Type: multipart/mixed; boundary=mix", body=inner)),
            kind="multipart/alternative; boundary=alt",
        )
    )
    assert read.text.strip() == "하나 둘"
    assert read.html == "<p>하나</p>\n<hr>\n<p>둘</p>"
    assert [one.name for one in read.files] == ["a.pdf"]


def test_html_alone_gives_the_text():
    assert parse(mails.CLIENTS["hanmail"]).text == ASKS


BROKEN = {
    "no boundary": client("a@b.example", several("x", text(ASKS)), kind="multipart/mixed"),
    "another boundary": client(
        "a@b.example", several("used", text(ASKS)), kind="multipart/mixed; boundary=named"
    ),
    "parts within base64": client(
        "a@b.example",
        b64(several("x", text(ASKS))),
        "Content-Transfer-Encoding: base64",
        kind="multipart/mixed; boundary=x",
    ),
    "no end": client(
        "a@b.example", several("x", text(ASKS)).replace(b"--x--", b""), kind="multipart/mixed; boundary=x"
    ),
    "cut within base64": client(
        "a@b.example", several("x", text(ASKS)).rpartition(b"=")[0], kind="multipart/mixed; boundary=x"
    ),
    "nothing of it": client("a@b.example", ASKS.encode(), kind="multipart/mixed; boundary=x"),
    "a type that is none": client("a@b.example", ASKS.encode(), kind="text"),
    "no charset that exists": client(
        "a@b.example", ASKS.encode("cp949"), kind="text/plain; charset=ks_nobody"
    ),
    "NULs": client("a@b.example", ASKS.encode().replace(b" ", b"\0 \0"), kind="text/plain; charset=utf-8"),
    "bare carriage returns": client("a@b.example", ASKS.encode()).replace(b"\r\n", b"\r"),
    "bare line feeds": client("a@b.example", ASKS.encode()).replace(b"\r\n", b"\n"),
    "a line that is no header": client("a@b.example", ASKS.encode()).replace(
        b"To:", b"no header here\r\nTo:"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_ones_are_read(name: str):
    assert ASKS in parse(BROKEN[name]).text


def test_nothing_is_needed_but_a_header():
    read = parse(b"X-Any: 1\r\n\r\nwords")
    assert (read.subject, read.at, read.from_, read.text) == ("", None, [], "words")
    assert read.message_id.endswith("@no-id.invalid")
    assert parse(b"Subject: only\r\n").text == ""


def test_a_made_id_is_that_of_this_very_mail():
    one = b"From: a@b.example\r\nDate: Mon, 16 Nov 2026 10:12:33 +0900\r\n\r\n\xb3\xd7"
    later = one.replace(b"10:12", b"10:13")
    assert parse(one).message_id == parse(one).message_id != parse(later).message_id


@pytest.mark.parametrize(
    ("header", "found"), [("<a@b>", "a@b"), ("a@b", "a@b"), ("<a b@c>", "ab@c"), (" <a@b> (x)", "a@b")]
)
def test_message_ids_as_they_are_written(header: str, found: str):
    assert parse(mail(f"Message-ID: {header}")).message_id == found


def test_a_message_id_has_an_end_that_every_index_holds():
    long = parse(f"From: a@b.example\r\nMessage-ID: <{'📦' * 900}>\r\n\r\nx".encode()).message_id
    assert long and len(long.encode()) <= _mail_parse.LONGEST_ID and set(long) == {"📦"}


def test_the_digest_is_of_who_and_what():
    one = parse(mails.PLAIN)
    on_the_way = b"Received: from a by b\r\nX-Spam: no\r\n" + mails.PLAIN.replace(
        b"Subject: ", b"Subject: [list] "
    )
    assert parse(on_the_way).digest == one.digest
    assert parse(mails.PLAIN.replace(b"<hana@gmail.com>", b"<other@gmail.com>")).digest != one.digest
    assert parse(client("a@b.example", b"one")).digest != parse(client("a@b.example", b"two")).digest
    with_file = parse(mails.INLINE).digest
    assert parse(mails.INLINE.replace(b64(PNG), b64(PNG + b"!"), 1)).digest != with_file


@pytest.mark.parametrize("source", [b"", b"\r\n\r\n", b"\0\0", b"no header at all"])
def test_no_mail(source: bytes):
    with pytest.raises(Malformed) as refused:
        parse(source)
    assert refused.value.text in {"errors.mail_empty", "errors.mail_no_headers"}


def nested(depth: int) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth)
    )
    return b"From: a@b.example\r\n" + heads + b"\r\nwords\r\n"


def test_mails_that_would_cost_too_much_are_none():
    with pytest.raises(Malformed):
        parse(nested(2000))
    with pytest.raises(Malformed):
        parse(nested(50) + b"x\r\n" * (_mail_parse.MOST_WORK // 50))
    with pytest.raises(Malformed):
        parse(client("a@b.example", b"", kind='multipart/mixed; x="' + ';"' * 10_000))
    with pytest.raises(Malformed):
        parse(b"Content-Type:\r\n \r\n multipart/mixed;" + b';"' * 10_000 + b"\r\n\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b"a:\n" * _mail_parse.MOST_LINES,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * (_mail_parse.MOST_RULES + 1),
        b"Content-Type: message/delivery-status\n\n" + b"\n" * (_mail_parse.MOST_GROUPS + 1),
        b"Content-Type: message/delivery-status\r\n\r\n" + b"a: b\r\n\r\n" * (_mail_parse.MOST_GROUPS + 1),
    ],
    ids=["headers", "parts", "groups", "groups with words"],
)
def test_what_the_parser_would_make_thousands_of_things_of_is_none(body: bytes):
    with pytest.raises(Malformed):
        parse(b"From: a@b.example\n" + body)


@pytest.mark.parametrize(
    "hidden",
    [
        nested(300).partition(b"\r\n")[2] + b"x\r\n" * 70_000,
        b"Content-Type: multipart/x;" + b' a;"' * 10_000 + b"\r\n\r\nx\r\n",
        b"Content-Type: message/delivery-status\r\n\r\n" + b"\n" * (_mail_parse.MOST_GROUPS + 1),
    ],
    ids=["nests", "type", "groups"],
)
def test_what_costs_too_much_is_not_read_behind_an_encoding_either(
    hidden: bytes, monkeypatch: pytest.MonkeyPatch
):
    read: list[int] = []
    parser = _mail_parse._PARSER
    monkeypatch.setattr(_mail_parse, "_PARSER", Counting(parser, read))
    source = client(
        "a@b.example",
        b64(b"--used\r\n" + hidden),
        "Content-Transfer-Encoding: base64",
        kind="multipart/mixed; boundary=named",
    )
    assert "--used" in parse(source).text and read == [len(source)]


class Counting:
    def __init__(self, parser: Any, read: list[int]) -> None:
        self.parser, self.read = parser, read

    def parsebytes(self, source: bytes) -> Any:
        self.read.append(len(source))
        return self.parser.parsebytes(source)


def test_of_a_header_or_text_without_end_the_beginning_is_read():
    long = b"=?utf-8?q?a?= " * 20_000
    read = parse(b"From: a@b.example\r\nX: " + long + b"\r\n\r\nwords")
    assert 1_000 < len(read.header("x")) <= _mail_parse.LONGEST_HEADER and read.text == "words"
    shifts = b"\x1b(B" * (_mail_parse.LONGEST_BYTES // 3 + 1)
    cut = parse(client("a@b.example", shifts, kind="text/plain; charset=iso-2022-jp"))
    assert cut.cut
    last = parse(
        b"From: a@b.example\r\nReferences: " + b"<ab@c> " * 20_000 + b"\r\nReferences: <last@x>\r\n\r\n"
    )
    assert last.references[-1] == "last@x" and len(last.references) == _mail_parse.MOST_REFERENCES


def test_blanks_behind_another_boundary_are_none_of_it():
    body = several("used", text(ASKS)).replace(b"--used\r\n", b"--used \t\r\n")
    assert ASKS in parse(client("a@b.example", body, kind="multipart/mixed; boundary=named")).text


def test_deep_and_wide_ones_are_read_as_far_as_anybody_would_look():
    assert "words" in parse(nested(20)).text
    wide = parse(
        client(
            "a@b.example",
            several("x", *(part("Content-Type: application/pdf", body=b"x") for _ in range(500))),
            kind="multipart/mixed; boundary=x",
        )
    )
    assert len(wide.files) == _mail_parse.MOST_PARTS - 1 and wide.cut
    long = parse(client("a@b.example", b"x" * (_mail_parse.LONGEST_TEXT + 10)))
    assert len(long.text) == _mail_parse.LONGEST_TEXT and long.cut
    many = parse(b"".join(b"X-%d: y\r\n" % n for n in range(_mail_parse.MOST_HEADERS + 1)) + b"\r\n")
    assert len(many.headers) == _mail_parse.MOST_HEADERS and many.cut


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "unicode_escape", "zip", "x" * 5000])
def test_labels_that_name_no_charset_reach_no_codec(charset: str):
    kind = f"multipart/mixed; boundary*={charset}''%5Cxq%FF; charset*={charset}''{charset}"
    with contextlib.suppress(Malformed):
        assert isinstance(parse(client("a@b.example", b"--x\r\n\r\nwords", kind=kind)), Mail)
    assert "words" in parse(client("a@b.example", b"words", kind=f"text/plain; charset={charset}")).text


REAL = [
    *mails.CLIENTS.values(),
    *BROKEN.values(),
    mails.INLINE,
    mails.NESTED,
    mails.INVITE,
    mails.TNEF,
    mails.ENCRYPTED,
    mails.SIGNED,
]
PIECES = [
    b"\r\n",
    b"\n\n",
    b"--alt",
    b"--",
    b'"',
    b";",
    b"=?utf-8?B?",
    b"?=",
    b"Content-Type: multipart/mixed; boundary=alt\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"\0",
    b"\xff\xfe",
    b"\x1b$B",
    b"charset*=idna''x",
    b" ",
    b":",
    b"<",
    b"begin 644 x\r\n",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real mail with pieces cut out, doubled, moved and put in."""
    source = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(1, 6))):
        first, last = sorted((draw(st.integers(0, len(source))), draw(st.integers(0, len(source)))))
        last = min(last, first + 400)
        put = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(source[first:last]))
        source = source[:first] + put + source[draw(st.sampled_from([first, last])) :]
    return source


@settings(max_examples=400)
@given(mutated() | st.binary(max_size=500))
def test_any_bytes_give_a_mail_or_malformed(source: bytes):
    try:
        read = parse(source)
    except Malformed:
        return
    for words in (
        read.message_id,
        read.subject,
        read.text,
        read.html or "",
        *(f"{n}{v}" for n, v in read.headers),
    ):
        words.encode()
        assert "\0" not in words
    for one in read.files:
        assert one.name and "/" not in one.name and "\n" not in one.name
    assert len(read.text) <= _mail_parse.LONGEST_TEXT
    assert sum(len(one.body) for one in read.files) <= 4 * len(source) + 100
    assert read.digest == parse(source).digest


def test_a_label_in_a_word_of_base64_that_is_cut():
    read = parse(
        client(
            "a@b.example",
            base64.b64encode(ASKS.encode())[:-3],
            "Content-Transfer-Encoding: base64",
            kind="text/plain; charset=utf-8",
        )
    )
    assert read.text.startswith(ASKS[:-3])

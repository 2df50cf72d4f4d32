"""A mail that was composed is read back by the standard library as what went in; nobody's words become a header."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels import _mail_headers as headers
from gateway.channels._mail_compose import OPAQUE, File, Mail, Quote, compose, recipients
from gateway.channels._mail_headers import Mailbox
from gateway.errors import PermanentError

ID = "<0198.abc.sig@help.example>"
OURS = {
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
}  # fmt: skip
WORDS = st.text() | st.text(alphabet='가나 ab,"\\<>@:;=?_\r\n\t\x00()😀é', max_size=120)


def mail(**told) -> Mail:
    given = {
        "sender": Mailbox("help@shop.example", "상담"),
        "to": [Mailbox("mina@example.net")],
        "at": 1_763_800_000_000,
    }
    return Mail(**{"message_id": ID, **given, **told})


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def people(raw: bytes) -> list[tuple[str, str]]:
    """Whom From and To name. (Python 3.11's newer reader puts a space between a name's encoded words.)"""
    told = message_from_bytes(raw)
    found = getaddresses([told["From"], told["To"]])
    return [(str(make_header(decode_header(name))), address) for name, address in found]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def check_lines(raw: bytes) -> None:
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998 and not any(b"\n" in line or b"\r" in line for line in lines)
    assert raw.isascii()


@settings(max_examples=40)
@given(WORDS, WORDS, WORDS, WORDS, WORDS)
def test_any_words_give_a_mail_whose_headers_are_ours(subject, name, file, line, marker) -> None:
    raw = compose(
        mail(
            subject=subject,
            sender=Mailbox("help@shop.example", name),
            to=[Mailbox("mina@example.net", name), Mailbox("b@example.net", name)],
            text=subject + name,
            signature=name,
            quote=Quote(line, subject, name),
            files=[File(file, file, b"x"), File(file, "image/png", b"y", key=file or "k")],
            references=[line, "<a@b>"],
            in_reply_to=line,
            unsubscribe=[line, "https://x.example/u"],
            marker=marker,
            language=marker,
        )
    )
    check_lines(raw)
    back = read(raw)
    assert {key for key, _ in back.items()} <= OURS and len(back.keys()) == len(set(back.keys()))
    assert back["Subject"] == headers.clean(subject)
    assert people(raw) == [
        (headers.clean_name(name), one) for one in ("help@shop.example", "mina@example.net", "b@example.net")
    ]
    assert [part.get_filename() for part in back.iter_attachments()] == [headers.file_name(file)]
    assert not any(part.defects for part in back.walk())


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n*_`- 1.[]()<>&")))
def test_the_text_comes_back(text: str) -> None:
    """Words between fences are told as they stand."""
    said = text.replace("```", "").replace("\x85", "").strip("\n")
    back = read(compose(mail(text=f"```\n{said}\n```")))
    assert body(back, "plain").replace("\r\n", "\n").strip("\n") == said.strip("\n")
    assert "<script" not in body(back, "html")


def test_bcc_is_the_envelopes_alone() -> None:
    told = mail(
        cc=[Mailbox("cc@example.net")], bcc=[Mailbox("secret@example.net"), Mailbox("cc@example.net")]
    )
    assert recipients(told) == ["mina@example.net", "cc@example.net", "secret@example.net"]
    assert b"secret" not in compose(told) and b"bcc" not in compose(told).lower()
    alone = mail(to=[], bcc=[Mailbox("secret@example.net")])
    assert read(compose(alone))["To"].addresses == () and b"undisclosed-recipients:;" in compose(alone)


def test_a_korean_mail_is_written_as_the_standards_say() -> None:
    raw = compose(
        mail(
            subject="Re: 주문하신 상품의 배송이 지연되고 있어 안내드립니다",
            sender=Mailbox("help@shop.example", "김상담, 고객지원팀"),
            to=[Mailbox("mina@한국.kr", "박미나")],
            reply_to=Mailbox("help+r.0198.sig@shop.example"),
            text="안녕하세요.",
            files=[File("계약서 최종본 (수정) 아주 긴 이름의 파일.pdf", "application/pdf", b"%PDF")],
        )
    )
    check_lines(raw)
    head = raw.split(b"\r\n\r\n")[0].decode()
    assert all(len(line) <= headers.LINE for line in head.split("\r\n") if "=?" in line)
    back = read(raw)
    assert str(back["From"]) == '"김상담, 고객지원팀" <help@shop.example>'
    assert back["To"].addresses[0].addr_spec == "mina@xn--3e0b707e.kr"
    assert str(back["Reply-To"]) == "help+r.0198.sig@shop.example"
    assert back["Date"].datetime.timestamp() == 1_763_800_000
    (part,) = back.iter_attachments()
    assert part.get_filename() == "계약서 최종본 (수정) 아주 긴 이름의 파일.pdf"
    assert part.get_content() == b"%PDF" and part["Content-Disposition"].defects == ()
    plain = re.sub(rb"\r\n ", b" ", raw)
    assert b"filename*0*=utf-8''" in plain and b'name="=?utf-8?b?' in plain, (
        "also for those who know only words"
    )


def test_parts_stand_where_readers_look_for_them() -> None:
    image, placed = File("p.png", "image/png", b"1", "k1"), File("q.png", "image/png", b"2", "k2")
    raw = compose(
        mail(text="See ![chart](cid:k2) here", files=[image, placed, File("a.txt", "text/plain", b"t")])
    )
    kinds = [part.get_content_type() for part in read(raw).walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "image/png", "text/plain",
    ]  # fmt: skip
    parts = list(read(raw).walk())
    first, second = str(parts[5]["Content-ID"])[1:-1], str(parts[6]["Content-ID"])[1:-1]
    html = body(read(raw), "html")
    assert html.index(f'src="cid:{second}" alt="chart"') < html.index(f'src="cid:{first}"'), (
        "what has no place is below"
    )
    assert "See [chart] here" in body(read(raw), "plain")
    assert [part.get_content_type() for part in read(compose(mail(text="x"))).walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


def test_the_quote_and_the_signature() -> None:
    quote = Quote(
        "On Monday Mina wrote:", "Hi\n> older\n", '<p onclick="x">Hi<img src="cid:z"><script>1</script></p>'
    )
    back = read(
        compose(mail(text="**Yes**", signature="Kim\nShop", quote=quote, marker="[ref:8]", language="en"))
    )
    assert body(back, "plain").replace("\r\n", "\n") == (
        "Yes\n\n-- \nKim\nShop\n\nOn Monday Mina wrote:\n> Hi\n>> older\n\n[ref:8]\n"
    )
    html = body(back, "html")
    assert "<strong>Yes</strong>" in html and '<html lang="en">' in html and 'content="light dark"' in html
    assert "<p>Hi<img></p></blockquote>" in html and "script" not in html and "onclick" not in html


def test_the_thread() -> None:
    many = [f"<{number}@x>" for number in range(100)]
    back = read(compose(mail(in_reply_to="<last@x>", references=many)))
    told = str(back["References"]).split()
    assert told[0] == "<0@x>" and told[-1] == "<last@x>" and len(told) == headers.CHAIN
    long = f"<{'a' * 700}@x>"
    raw = compose(mail(in_reply_to=long, references=[long, f"<{'b' * 950}@x>", "no id", "<다@x>"]))
    check_lines(raw)
    assert str(read(raw)["In-Reply-To"]) == long and str(read(raw)["References"]) == long, (
        "never as encoded words"
    )
    assert "References" not in read(compose(mail())) and "In-Reply-To" not in read(compose(mail()))
    with pytest.raises(ValueError, match="no message id"):
        compose(mail(message_id="<a@b>\r\nBcc: x@y"))


def test_what_machines_are_told() -> None:
    back = read(
        compose(
            mail(automatic=True, unsubscribe=["https://x.example/u?t=1", "mailto:u@x.example", "ftp://x"])
        )
    )
    assert back["Auto-Submitted"] == "auto-generated" and back["X-Auto-Response-Suppress"] == "All"
    assert back["List-Unsubscribe"] == "<https://x.example/u?t=1>, <mailto:u@x.example>"
    assert back["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe-Post" not in read(compose(mail(unsubscribe=["mailto:u@x.example"])))
    assert "Auto-Submitted" not in read(compose(mail()))


@pytest.mark.parametrize(
    "address",
    [
        *("", "mina", "a b@c", "a@b\r\nBcc: c@d", "<a@b>", "a@b@c", "a,b@c", "a@" + "b" * 400),
        *("a@b.example＞，＜evil＠c.example", "a@b.example，c.example"),
    ],
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    with pytest.raises(PermanentError) as why:
        compose(mail(to=[Mailbox(address)]))
    assert why.value.for_agent == "delivery.no_such_address"


def test_a_mail_in_a_mail_is_a_file() -> None:
    (part,) = read(
        compose(mail(files=[File("m.eml", "message/rfc822", b"Subject: x\n\ny")]))
    ).iter_attachments()
    assert part.get_content_type() == OPAQUE and part.get_content() == b"Subject: x\n\ny"


def test_a_name_holds_no_marks_that_nobody_sees() -> None:
    assert headers.mailboxes([Mailbox("mina@example.net", "Mi\u200ena\u200f")]) == "Mina <mina@example.net>"
    assert headers.mailboxes([Mailbox("mina@example.net", "\u200f")]) == "mina@example.net"
    assert headers.clean("\u05d0\u200f!") == "\u05d0\u200f!", "in words they say which way these go"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\u200f.p\u061cdf\u200e", "a.pdf"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_a_files_name_is_no_path_and_no_trick(name: str, safe: str) -> None:
    assert headers.file_name(name) == safe

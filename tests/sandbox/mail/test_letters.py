"""A mail as a mailbox shows it."""

from email.message import EmailMessage
from email.policy import SMTP

from gateway.sandbox.mail.letters import Person, preview_of, read_content, read_head, source_of
from tests.sandbox.mail.hall import written

PNG = b"\x89PNG\r\n\x1a\n and more"


def raw_of(mail: EmailMessage) -> bytes:
    return mail.as_bytes(policy=SMTP)


def test_who_wrote_it_to_whom_and_what_it_answers() -> None:
    mail = written(
        "  안녕하세요\t둘째  ",
        To="김하늘 <haneul@mail.example>, b@x.example",
        Cc="c@x.example",
        Reply_To="help+token@haru.example",
        References="<1@x> <2@x>",
        In_Reply_To="<2@x>",
    )
    head = read_head(raw_of(mail))
    assert head.sender == Person("Sora Han", "help@haru.example")
    assert head.to == (Person("김하늘", "haneul@mail.example"), Person("", "b@x.example"))
    assert head.cc == (Person("", "c@x.example"),)
    assert [one.address for one in head.answer_to] == ["help+token@haru.example"]
    assert (head.subject, head.message_id) == ("안녕하세요 둘째", "<shop.1@haru.example>")
    assert head.answered == ("<1@x>", "<2@x>")
    assert not head.automatic
    assert read_head(raw_of(written(Auto_Submitted="auto-replied"))).automatic


def test_pictures_stand_in_the_page_and_files_beside_it() -> None:
    mail = written(text="the words")
    mail.add_alternative('<p>the page <img src="cid:one@x"></p>', subtype="html")
    page = mail.get_body(("html",))
    assert isinstance(page, EmailMessage)
    page.add_related(PNG, "image", "png", cid="<one@x>", filename="in.png")
    mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="값.pdf")
    content = read_content(raw_of(mail))
    assert content.text == "the words" and "<p>the page" in content.html
    assert 'src="data:image/png;base64,' in content.page and "cid:" not in content.page
    assert [(file.name, file.mime, file.body) for _, file in content.beside] == [
        ("값.pdf", "application/pdf", b"%PDF-1.4")
    ]


def test_what_is_only_a_page_has_words_too() -> None:
    mail = EmailMessage()
    mail.set_content("<style>p{}</style><p>one &amp; two</p><div>three</div>", subtype="html")
    assert read_content(raw_of(mail)).text.split() == ["one", "&", "two", "three"]


def test_no_mail_is_too_odd_to_be_shown() -> None:
    for raw in (
        b"",
        b"\r\n\r\nwords",
        b"From: \xff\xfe\r\nContent-Type: text/plain; charset=none\r\n\r\n\xff",
    ):
        head, content = read_head(raw), read_content(raw)
        assert head.sender.address and content.files == ()
    bounced = b"\r\n".join(
        (
            b"Content-Type: multipart/report; boundary=x\r\n",
            b"--x\r\n\r\ntold",
            b"--x\r\nContent-Type: message/delivery-status\r\n",
            b"Reporting-MTA: dns; a\r\n\r\nAction: failed\r\n--x--\r\n",
        )
    )
    content = read_content(bounced)
    assert content.text == "told"
    assert [(file.name, b"Action: failed" in file.body) for file in content.files] == [("status.txt", True)]


def test_the_list_shows_the_first_own_words_and_the_source_is_whole() -> None:
    assert preview_of("\n  Hello \n> quoted\nthere\n-- \nHaru") == "Hello there"
    assert len(preview_of("x" * 500)) == 140
    raw = raw_of(written())
    assert source_of(raw).encode() == raw

"""What a message becomes as a mail, taken by a real server."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels import _mail_send as send
from gateway.channels._mail_quotes import trim
from gateway.channels._mail_send import signed
from gateway.channels.base import Correspondent, Delivery, Letter, Quoted, Words
from gateway.errors import AuthFailed, PermanentError, TemporaryError
from gateway.events import Address, Attachment
from tests.channels.smtp_post import Post
from tests.channels.test_mail_dkim import signer, verified
from tests.letters import SIGNER, held, opened, person, words, writing
from tests.world import until

MINA = "mina@example.net"
AT = 1_795_000_000_000
"""18 November 2026, 11:46 UTC."""
TALK, MESSAGE = "01jd000000000000000000ta1k", "01jd0000000000000000000m01"
LETTER = Letter(TALK, MESSAGE, AT, to=(person(MINA, "Mina"),), subject="My parcel", author="Anna")
DELIVERY = Delivery("d1", 1, Address("mailto", MINA), "", "Hello", letter=LETTER)


async def mailed(delivery: Delivery = DELIVERY, **more: Any) -> bytes:
    """The mail that a server takes; `more` is of `Outgoing`."""
    post = Post()
    async with writing(post, **more) as channel:
        await channel.send(delivery)
    (_, _, content, _) = post.taken[0]
    return content


def written(text: str = "Hello", **letter: Any) -> Delivery:
    return replace(DELIVERY, text=text, letter=replace(LETTER, **letter))


def file(name: str, size: int, mime: str = "application/pdf") -> Attachment:
    return Attachment(name, name, mime, size)


def with_files(*files: Attachment, text: str = "Hello", links: bool = True) -> Delivery:
    bodies = {one.hash: b"x" * one.size for one in files}
    return replace(
        DELIVERY,
        text=text,
        attachments=files,
        keys=tuple(f"k{place}" for place in range(len(files))),
        links=tuple(f"https://chat.example/media/{place}" for place, _ in enumerate(files)) if links else (),
        read=held(bodies),
    )


def attached(raw: bytes) -> list[tuple[str, int]]:
    return [(part.get_filename() or "", len(part.get_content())) for part in opened(raw).iter_attachments()]


@pytest.mark.parametrize(
    ("subject", "more", "read"),
    [
        ("My parcel", {}, "My parcel"),
        ("My parcel", {"answers": ("q@x#1",)}, "Re: My parcel"),
        ("RE: Re[2]: My parcel", {"answers": ("q@x#1",)}, "Re: My parcel"),
        ("회신: 배송 문의", {"answers": ("q@x#1",)}, "Re: 배송 문의"),
        ("답장：배송 문의", {}, "배송 문의"),
        ("Re: ", {"answers": ("q@x#1",)}, "Re: Your conversation with Shop"),
        ("", {}, "Your conversation with Shop"),
        ("", {"locale": "ko-KR"}, "가게 상담 내용이에요"),
        ("Reply wanted", {"answers": ("q@x#1",)}, "Re: Reply wanted"),
        ("Another thing", {"answers": ("q@x#1",), "retitled": True}, "Another thing"),
        ("a\r\nBcc: evil@example.net", {}, "a Bcc: evil@example.net"),
    ],
)
async def test_subjects(subject: str, more: dict[str, Any], read: str) -> None:
    mail = opened(await mailed(written(subject=subject, **more)))
    assert mail["Subject"] == read and mail["Bcc"] is None


async def test_who_writes_and_where_answers_go() -> None:
    mail = opened(await mailed())
    assert mail["From"] == '"Anna (Shop)" <help@shop.example>'
    assert SIGNER.in_address(mail["Reply-To"].addresses[0].addr_spec) == TALK
    assert mail["Date"].datetime.timestamp() == AT // 1000
    plain = opened(await mailed(tagged=False))
    assert plain["Reply-To"] == "Shop <help@shop.example>"
    nobody = opened(await mailed(written(author="", automatic=True)))
    assert nobody["From"] == "Shop <help@shop.example>" and nobody["Auto-Submitted"] == "auto-generated"
    assert mail["Auto-Submitted"] is None


@pytest.mark.parametrize(
    ("tagged", "leads_back", "marked"), [(True, False, False), (False, False, True), (False, True, False)]
)
async def test_a_sign_stands_among_the_words_only_where_nothing_else_leads_back(
    tagged: bool, leads_back: bool, marked: bool
) -> None:
    raw = await mailed(written(leads_back=leads_back), tagged=tagged)
    assert SIGNER.in_text(words(raw)) == ([TALK] if marked else [])
    assert ("[ref:" in words(raw, "html")) is marked


async def test_it_comes_from_the_alias_that_was_written_to_and_bounces_return_there() -> None:
    post, sales = Post(), "sales@shop.example"
    async with writing(post, aliases=[sales]) as channel:
        await channel.send(written(reached=sales))
        await channel.send(written(reached="former@shop.example", message=MESSAGE[:-1] + "2"))
    (envelope, _, first, _), (main, _, second, _) = post.taken
    assert envelope == sales and main == "help@shop.example"
    mail = opened(first)
    assert mail["From"].addresses[0].addr_spec == sales
    named = mail["Reply-To"].addresses[0].addr_spec
    assert named.startswith("sales+") and SIGNER.in_address(named) == TALK
    assert opened(second)["From"].addresses[0].addr_spec == "help@shop.example"


async def test_what_no_person_wrote_says_how_it_is_stopped() -> None:
    by = "https://chat.example/unsubscribe/mail/01abc/0123"
    mail = opened(await mailed(written(author="", automatic=True, unsubscribe=by)))
    assert mail["List-Unsubscribe"] == f"<{by}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert opened(await mailed())["List-Unsubscribe"] is None
    local = opened(await mailed(written(automatic=True, unsubscribe="http://localhost:8080/unsubscribe/x")))
    assert local["List-Unsubscribe"] is None, "by https or not at all"


async def test_each_attempt_is_the_same_mail_by_its_name_and_each_recipient_another_by_ours() -> None:
    first, second = [opened(await mailed(replace(DELIVERY, attempt=number))) for number in (1, 2)]
    assert first["Message-ID"] == second["Message-ID"]
    name = first["Message-ID"]
    assert send.taken_as(name, MINA) == send.taken_as(name.strip("<>"), MINA.upper())
    assert send.taken_as(name, MINA) != send.taken_as(name, "june@example.net")
    assert send.named(send.taken_as(name, MINA)) == name
    assert send.named("odd#id@x#0123") == "<odd#id@x>" and send.named("<q@x>#1") == "<q@x>" == send.named(
        "q@x"
    )


def test_what_no_person_wrote_is_signed_by_none() -> None:
    shop = Words("Yours,\n{agent}, for\nThe shop", "{agent} 드림\n가게")
    assert signed(shop, "", "", "ko") == "가게" and signed(shop, "", "", "en") == "Yours,\nThe shop"
    assert signed(shop, "", "미나", "ko") == "미나 드림\n가게"
    assert signed(Words("{agent}", "{agent} 드림"), "", "", "ko") == ""


async def test_what_has_no_message_id_is_not_named_as_answered() -> None:
    mail = opened(await mailed(written(answers=("q@example.net#1", "unread#0123", "back#m@shop.example"))))
    assert mail["In-Reply-To"] == "<q@example.net>" == mail["References"]
    assert mail["Subject"] == "Re: My parcel"
    alone = opened(await mailed(written(answers=("back#m@shop.example",))))
    assert alone["In-Reply-To"] is None and alone["References"] is None


@pytest.mark.parametrize(
    ("account", "hers", "locale", "below"),
    [
        ("", "", "en", None),
        ("", "Anna Ahn", "en", "Anna Ahn"),
        ("{agent}\nThe shop", "", "en", "Anna\nThe shop"),
        ("{agent}\nThe shop", "Anna Ahn\nSupport", "en", "Anna Ahn\nSupport\nThe shop"),
        ("The shop", "Anna Ahn", "en", "The shop"),
        ("The shop", "", "ko", "가게"),
    ],
)
async def test_signatures(account: str, hers: str, locale: str, below: str | None) -> None:
    raw = await mailed(
        written(signature=hers, locale=locale), signature=Words(account, "가게" if account else "")
    )
    text = words(raw)
    assert (f"-- \n{below}\n" in text) if below else ("-- \n" not in text)


@pytest.mark.parametrize(
    ("text", "locale", "line"),
    [
        ("Hello", None, "On 18 November 2026, Mina wrote:"),
        ("Hello", "ko", "2026년 11월 18일, Mina님이 작성:"),
        ("안녕하세요", None, "2026년 11월 18일, Mina님이 작성:"),
    ],
)
async def test_what_it_answers_stands_below_as_programs_and_we_know_it(
    text: str, locale: str | None, line: str
) -> None:
    raw = await mailed(written(text, locale=locale, quote=Quoted("Mina", AT, "Where is it?\nPlease.")))
    told = words(raw)
    assert f"{line}\n> Where is it?\n> Please.\n" in told
    assert trim(told).shown.strip() == text
    page = words(raw, "html")
    assert (
        "<blockquote" in page
        and "Where is it?" in page
        and f'lang="{locale or ("ko" if text != "Hello" else "en")}"' in page
    )


async def test_an_empty_quote_is_none() -> None:
    assert "wrote" not in words(await mailed(written(quote=Quoted("Mina", AT, " \n"))))


async def test_files_go_along_and_the_largest_as_links_where_they_are_too_large_together() -> None:
    files = (file("a.pdf", 400), file("big [1].pdf", 900), file("c.pdf", 300))
    small = await mailed(with_files(*files), large=1600)
    assert attached(small) == [("a.pdf", 400), ("big [1].pdf", 900), ("c.pdf", 300)]
    assert "https://" not in words(small)
    large = await mailed(with_files(*files), large=1599)
    assert attached(large) == [("a.pdf", 400), ("c.pdf", 300)]
    assert "Files to download:\n• big  1 .pdf (900 B) (https://chat.example/media/1)" in words(large)
    korean = await mailed(with_files(*files, text="파일이에요"), large=0)
    assert attached(korean) == [] and words(korean).count("https://") == 3
    assert "첨부 파일 내려받기:" in words(korean)


async def test_without_links_everything_goes_along() -> None:
    raw = await mailed(with_files(file("a.pdf", 400), links=False), large=1)
    assert attached(raw) == [("a.pdf", 400)]


async def test_a_picture_stands_where_the_text_has_it() -> None:
    text = "Look:\n![it](cid:k1)\nNice"
    raw = await mailed(with_files(file("a.png", 10, "image/png"), file("b.png", 20, "image/png"), text=text))
    assert attached(raw) == [("a.png", 10)]
    inline = [part for part in opened(raw).walk() if part["Content-ID"]]
    assert [part.get_filename() for part in inline] == ["b.png"]
    assert f'src="cid:{inline[0]["Content-ID"].strip("<>")}"' in words(raw, "html")


@pytest.mark.parametrize(
    ("size", "read"), [(999, "999 B"), (1000, "1.0 KB"), (15_400_000, "15 MB"), (2_340_000_000, "2.3 GB")]
)
def test_sizes(size: int, read: str) -> None:
    assert send._size(size) == read


async def test_a_copy_is_kept_once_for_a_message_and_its_failure_harms_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept: list[bytes] = []
    full = asyncio.Event()

    async def keep(raw: bytes) -> None:
        kept.append(raw)
        if full.is_set():
            raise TemporaryError("the mailbox is full")

    letter = replace(LETTER, cc=(person("june@example.net"),))
    post = Post()
    async with writing(post, keep=keep) as channel:
        for to in (MINA, "june@example.net"):
            await channel.send(replace(DELIVERY, to=Address("mailto", to), letter=letter))
        full.set()
        await channel.send(DELIVERY)
    assert [opened(raw)["To"] for raw in kept] == ["Mina <mina@example.net>"] * 2 and len(post.taken) == 3
    assert [one.levelno for one in caplog.records] == [logging.WARNING]


async def test_the_end_waits_for_no_copy_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "FAREWELL", 0.01)
    ended: list[str] = []

    async def keep(raw: bytes) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cut")

    async with writing(Post(), keep=keep) as channel:
        await channel.send(DELIVERY)
    assert ended == ["cut"]


async def test_nothing_is_kept_of_what_was_not_taken() -> None:
    kept: list[bytes] = []

    async def keep(raw: bytes) -> None:
        kept.append(raw)

    async with writing(Post(MAIL="530 5.7.0 who are you"), keep=keep) as channel:
        with pytest.raises(AuthFailed):
            await channel.send(DELIVERY)
    assert kept == []


async def test_what_cannot_be_a_mail() -> None:
    post = Post()
    async with writing(post) as channel:
        for wrong in (
            replace(DELIVERY, letter=None),
            replace(DELIVERY, to=Address("mailto", "erased:1")),
            written(to=(Correspondent(Address("mailto", "a b@c")),)),
        ):
            with pytest.raises(PermanentError):
                await channel.send(wrong)
    assert post.taken == []


async def test_no_more_mails_are_in_memory_than_have_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "TURN", 0.05)
    reading, go = 0, asyncio.Event()

    async def read(file: Attachment) -> bytes:
        nonlocal reading
        reading += 1
        await go.wait()
        return b"x"

    many = [
        replace(with_files(file("a.pdf", 1)), text=f"mail {number}", read=read)
        for number in range(send.AT_ONCE + 2)
    ]
    post = Post()
    async with writing(post) as channel:
        asked = [asyncio.create_task(channel.send(delivery)) for delivery in many]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert isinstance(next(iter(done)).exception(), TemporaryError) and reading == send.AT_ONCE
        go.set()
        ended = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, TemporaryError) for one in ended) == 2 and len(post.taken) == send.AT_ONCE


async def test_it_is_made_once_for_all_its_recipients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "REMEMBERED", 0.6)
    reads = 0

    async def read(file: Attachment) -> bytes:
        nonlocal reads
        reads += 1
        if reads == 1:
            raise TemporaryError("the file store is away")
        return b"x"

    letter = replace(LETTER, cc=(person("june@example.net"),))
    delivery, post = replace(with_files(file("a.pdf", 1)), letter=letter, read=read), Post()
    others = [replace(delivery, to=Address("mailto", f"p{number}@example.net")) for number in range(9)]
    async with writing(post) as channel:
        with pytest.raises(TemporaryError):
            await channel.send(delivery)
        await asyncio.gather(*(channel.send(one) for one in others))
        assert reads == 2 and len({raw for _, _, raw, _ in post.taken}) == 1, "what failed is made anew"
        await channel.send(replace(delivery, letter=replace(LETTER, message="01jd0000000000000000000m02")))
        assert reads == 3 and len(channel._courier._making) == 1, "of one recipient it is not kept"
        await until(lambda: not channel._courier._making)
        await channel.send(delivery)
    assert reads == 4 and len(post.taken) == 11


async def test_what_takes_too_long_to_make_is_made_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "MAKING", 0.05)

    async def read(file: Attachment) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with writing(Post()) as channel:
        with pytest.raises(TemporaryError):
            await channel.send(replace(with_files(file("a.pdf", 1)), read=read))


async def test_it_is_signed_where_a_key_is_given() -> None:
    raw = await mailed(dkim=signer())
    assert raw.startswith(b"DKIM-Signature: ") and verified(raw)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Mina@Example.NET", "mina@example.net"),
        (" mailto:mina@example.net ", "mina@example.net"),
        ("mina@한국.kr", "mina@xn--3e0b707e.kr"),
        ("Mina <mina@example.net>", None),
        ("mina", None),
        ("mina@", None),
        ("a\r\nb@c.d", None),
        ("", None),
    ],
)
def test_what_is_typed(typed: str, address: str | None) -> None:
    assert send.address_of(typed) == (None if address is None else Address("mailto", address))

"""The page of the mail program: what its socket says, and what each act does."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from gateway.errors import Malformed
from gateway.sandbox.mail import page as pages
from gateway.sandbox.mail.letters import Person
from gateway.sandbox.mail.page import people_in
from gateway.sandbox.mail.residents import ADDRESS
from tests.sandbox.mail.hall import HANEUL, KEY, OLIVIA, Hall, came, open_hall, sent, words, written

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with open_hall() as opened:
        yield opened


@pytest.mark.parametrize("path", ["mail", "mail/pictures/parcel.png"])
async def test_without_the_key_there_is_nothing(hall: Hall, path: str) -> None:
    for key, status in (("guessed", 404), (KEY, 200)):
        async with hall.http.get(f"{hall.url}/sandbox/{key}/{path}") as answer:
            assert answer.status == status
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await hall.http.ws_connect(f"{hall.url}/sandbox/guessed/mail/live", params={"box": HANEUL})


async def test_no_other_site_s_page_may_press_anything(hall: Hall) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    body = {"box": HANEUL, "to": ADDRESS, "text": "mischief"}
    async with hall.http.post(f"{hall.page}/send", json=body, headers=headers) as answer:
        assert answer.status == 403
    assert not hall.haneul.letters
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await hall.http.ws_connect(f"{hall.page}/live", params={"box": HANEUL}, headers=headers)


@pytest.mark.parametrize(("language", "title"), [("ko-KR", "메일"), ("en-US", "mail")])
async def test_the_page_speaks_its_reader_s_language(hall: Hall, language: str, title: str) -> None:
    async with hall.http.get(hall.page, headers={"Accept-Language": language}) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert f"<title>Parley: {title}</title>" in text and f'lang="{language[:2]}"' in text
    assert "script-src 'self';" in policy and "unsafe" not in policy


async def test_what_comes_is_seen_at_once_and_read_when_it_is_opened(hall: Hall) -> None:
    async with hall.looks() as page:
        await page.sees(lambda now: now["letters"] == [])
        await hall.brings(written("안녕하세요", "words"))
        now = await page.sees(lambda now: len(now["letters"]) == 1)
        (letter,) = now["letters"]
        assert letter["unread"] and now["boxes"][0]["unread"] == 1
        assert (await hall.ask(f"letters/{letter['id']}"))["text"] == "words"
        await hall.act("read", box=HANEUL, letters=[letter["id"]])
        await page.sees(lambda now: now["boxes"][0]["unread"] == 0)
        await hall.act("read", box=HANEUL, letters=[letter["id"]], unread=True)
        await page.sees(lambda now: now["boxes"][0]["unread"] == 1)
        await hall.act("drop", box=HANEUL, thread=letter["thread"])
        await page.sees(lambda now: now["letters"] == [])
    async with hall.http.get(f"{hall.page}/letters/{letter['id']}") as answer:
        assert answer.status == 404


async def test_a_new_mail_with_a_picture_and_a_file(hall: Hall) -> None:
    picture, paper = await hall.keep("상자.png", PNG), await hall.keep("a.txt", b"words", "text/plain")
    files = [{"id": picture, "inline": True}, {"id": paper}]
    body: dict[str, Any] = {
        "to": f"Haru <{ADDRESS}>",
        "cc": OLIVIA,
        "subject": "Broken",
        "text": "Look",
        "files": files,
    }
    async with hall.looks() as page:
        await hall.act("send", box=HANEUL, **body)
        now = await page.sees(lambda now: now["letters"] and now["letters"][0]["state"] == "sent")
        assert [one["subject"] for one in now["letters"]] == ["Broken"]
    mail = await hall.shop.hears()
    assert (mail["Subject"], mail["Cc"]) == ("Broken", OLIVIA)
    parts = {
        part.get_filename(): part.get_content_disposition() for part in mail.walk() if part.get_filename()
    }
    assert parts == {"상자.png": "inline", "a.txt": "attachment"}
    # What went along no longer lies ready.
    await hall.act("send", 404, box=HANEUL, **body)
    (letter,) = sent(hall.haneul)
    async with hall.http.get(f"{hall.page}/letters/{letter.id}/page") as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "data:image/png;base64," in text
    assert policy.startswith("default-src 'none'; img-src data:;") and "script" not in policy
    assert "sandbox allow-same-origin allow-popups" in policy


async def test_an_answer_brings_along_what_it_answers(hall: Hall) -> None:
    await hall.brings(written("Your parcel", "It is on its way.", Reply_To="help+t@haru.example", Cc=OLIVIA))
    (letter,) = came(hall.haneul)
    draft = await hall.ask("draft", box=HANEUL, of=letter.id, kind="all")
    assert (draft["to"], draft["cc"], draft["subject"]) == ("help+t@haru.example", OLIVIA, "Re: Your parcel")
    assert "님이 작성:\n> It is on its way." in draft["quote"]
    await hall.act(
        "send", box=HANEUL, to=draft["to"], subject=draft["subject"], text="네", kind="all", of=letter.id
    )
    mail = await hall.shop.hears()
    assert mail["In-Reply-To"] == mail["References"] == "<shop.1@haru.example>"
    assert "> It is on its way." in words(mail)
    assert hall.shop.heard[0][1] == ["help+t@haru.example"]
    assert sent(hall.haneul)[0].thread == letter.thread
    await hall.act("send", box=HANEUL, to=draft["to"], text="again", kind="reply", of=letter.id, quoted=False)
    assert "on its way" not in words(await hall.shop.hears(2))


async def test_to_a_subaddress_of_hers_she_answers_by_that(hall: Hall) -> None:
    await hall.brings(written(To="haneul+shops@mail.example", Cc=HANEUL), "Haneul+Shops@mail.example")
    (letter,) = came(hall.haneul)
    await hall.act("send", box=HANEUL, to=ADDRESS, text="네", kind="reply", of=letter.id)
    assert (await hall.shop.hears())["From"] == "김하늘 <haneul+shops@mail.example>"


async def test_what_is_passed_on_takes_its_files_along(hall: Hall) -> None:
    mail = written("Statement")
    mail.add_attachment(b"%PDF", "application", "pdf", filename="s.pdf")
    await hall.brings(mail)
    (letter,) = came(hall.haneul)
    draft = await hall.ask("draft", box=HANEUL, of=letter.id, kind="forward")
    assert (draft["to"], draft["subject"], [file["name"] for file in draft["files"]]) == (
        "",
        "Fwd: Statement",
        ["s.pdf"],
    )
    files = [{"id": file["id"]} for file in draft["files"]]
    await hall.act(
        "send", box=HANEUL, to=ADDRESS, subject=draft["subject"], kind="forward", of=letter.id, files=files
    )
    told = await hall.shop.hears()
    assert told["In-Reply-To"] is None
    assert [part.get_content() for part in told.iter_attachments()] == [b"%PDF"]


async def test_files_are_served_inert(hall: Hall) -> None:
    mail = written()
    mail.add_attachment(PNG, "image", "png", filename="p.png")
    mail.add_attachment(b"<script>", "text", "html", filename="값.html")
    await hall.brings(mail)
    (letter,) = came(hall.haneul)
    for place, kind, disposition in (
        (0, "image/png", "inline; filename*=UTF-8''p.png"),
        (1, "application/octet-stream", "attachment; filename*=UTF-8''%EA%B0%92.html"),
    ):
        async with hall.http.get(f"{hall.page}/letters/{letter.id}/files/{place}") as answer:
            assert (answer.content_type, answer.headers["Content-Disposition"]) == (kind, disposition)
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    async with hall.http.get(f"{hall.page}/letters/{letter.id}/files/7") as answer:
        assert answer.status == 404
    async with hall.http.get(f"{hall.page}/letters/{letter.id}/source") as answer:
        assert answer.content_type == "text/plain" and "Subject: Your parcel" in await answer.text()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": ""}, 400),
        ({"to": "nobody"}, 400),
        ({"to": "a@b.example, <b"}, 400),
        ({"to": "한글@mail.example"}, 400),
        ({"to": ADDRESS, "kind": "reply", "of": "nothing"}, 404),
        ({"to": ADDRESS, "files": [{"id": "nothing"}]}, 404),
        ({"to": ADDRESS, "text": "x" * 50_001}, 400),
    ],
)
async def test_what_no_program_would_send_is_refused(
    hall: Hall, body: dict[str, object], status: int
) -> None:
    await hall.act("send", status, box=HANEUL, **body)
    await hall.act("send", 404, box="nobody@mail.example", to=ADDRESS)
    assert not hall.haneul.letters


def test_recipients_are_read_as_people_write_them() -> None:
    told = people_in("김하늘 <a@b.example>; c@d.example,\n a@b.example")
    assert [(one.name, one.address) for one in told] == [
        ("김하늘", "a@b.example"),
        ("", "c@d.example"),
        ("", "a@b.example"),
    ]
    assert people_in("\r\nBcc: x@y.example") == (Person("", "x@y.example"),)
    with pytest.raises(Malformed):
        people_in(",".join(f"a{number}@b.example" for number in range(21)))


async def test_files_that_lie_ready_are_bounded(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "READY", 3 * len(PNG))
    first = await hall.keep("first.png", PNG)
    for _ in range(3):
        await hall.keep("more.png", PNG)
    await hall.act("send", 404, box=HANEUL, to=ADDRESS, files=[{"id": first}])
    headers = {"Content-Type": "image/png"}
    monkeypatch.setattr(pages, "FILE", 500)
    for body, status in ((b"", 400), (b"x" * 501, 413)):
        async with hall.http.post(f"{hall.page}/files", data=body, headers=headers) as answer:
            assert answer.status == status
    monkeypatch.setattr(pages, "ALONG", len(PNG))
    two = [{"id": await hall.keep("p.png", PNG)} for _ in range(2)]
    await hall.act("send", 413, box=HANEUL, to=ADDRESS, files=two)


async def test_the_weather_is_made_and_told(hall: Hall) -> None:
    async with hall.looks() as page:
        now = await page.sees(lambda now: True)
        told = {"takes": "all", "afterwards": False, "slow": False, "away": False}
        assert now["boxes"][0].items() >= told.items()
        hall.haneul.told_away.add(ADDRESS)
        await hall.act("weather", box=HANEUL, takes="full", afterwards=True, slow=True, away=True)
        now = await page.sees(lambda now: now["boxes"][0]["takes"] == "full")
        assert now["boxes"][0].items() >= {"afterwards": True, "slow": True, "away": True}.items()
        assert now["boxes"][1].items() >= told.items() and hall.haneul.told_away
        await hall.act("weather", box=HANEUL, away=False)
        await page.sees(lambda now: not now["boxes"][0]["away"])
    assert not hall.haneul.told_away and hall.haneul.takes == "full"
    await hall.act("weather", 400, box=HANEUL, takes="rain")


async def test_a_draft_of_nothing_there_is_none(hall: Hall) -> None:
    for query, status in (({"kind": "new"}, 400), ({"kind": "reply", "of": "nothing"}, 404)):
        async with hall.http.get(f"{hall.page}/draft", params={"box": HANEUL, **query}) as answer:
            assert answer.status == status


async def test_who_listens_is_let_go_when_the_demo_ends(hall: Hall) -> None:
    async with hall.looks() as page:
        await page.sees(lambda now: True)
        hall.program.over.set()
        hall.office.tell()
        assert (await page.socket.receive()).type is aiohttp.WSMsgType.CLOSE

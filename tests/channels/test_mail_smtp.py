"""Sending against real servers that refuse, hesitate and cut the line at each stage."""

import asyncio
import contextlib
import ssl
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from gateway.channels import _mail_smtp as smtp
from gateway.channels._mail_smtp import Postman, Server, wait_in
from gateway.errors import AuthFailed, ParleyError, PermanentError, TemporaryError, UncertainError
from tests.channels.smtp_post import CUT, SILENCE, Post, posting

RAW = b"From: help@shop.example\r\nSubject: x\r\n\r\nHello\r\n.dot\r\n"
OURS, HERS = "help@shop.example", "mina@example.net"


async def sent(
    post: Post, recipients: tuple[str, ...] = (HERS,), raw: bytes = RAW, **told: Any
) -> smtp.Answers:
    async with posting(post, **told) as postman:
        return await postman.send(raw, OURS, recipients)


async def failed(post: Post, **told: Any) -> ParleyError:
    with pytest.raises(ParleyError) as why:
        await sent(post, **told)
    assert not post.taken
    return why.value


async def test_a_mail_is_taken_as_it_stands() -> None:
    post = Post()
    answers = await sent(post)
    assert answers.words.endswith("queued as 7") and not answers.refused
    assert post.taken == [(OURS, [HERS], RAW, [f"SIZE={len(RAW) + 1}"])]


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        (b"a\nb\rc\r\nd", b"a\r\nb\r\nc\r\nd\r\n"),
        (b".a\r\n..b\r\n.\r\n", b".a\r\n..b\r\n.\r\n"),
        (b"a\n.\nb\r\n", b"a\r\n.\r\nb\r\n"),
        (b"", b"\r\n"),
    ],
)
async def test_line_ends_and_dots(written: bytes, carried: bytes) -> None:
    post = Post()
    await sent(post, raw=written)
    assert post.taken[0][2] == carried


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_over_tls_that_is_verified(security: str) -> None:
    post = Post()
    await sent(post, security=security)
    assert len(post.taken) == 1
    stranger = Post()
    why = await failed(stranger, security=security, context=ssl.create_default_context())
    assert isinstance(why, TemporaryError) and "MAIL" not in stranger.heard


async def test_a_server_without_starttls_gets_nothing() -> None:
    post = Post(EHLO="250 post.example")
    assert isinstance(await failed(post, security="starttls"), TemporaryError)
    assert "MAIL" not in post.heard


async def test_signing_in() -> None:
    post = Post()
    await sent(post, auth=True, username="shop", password=SecretStr("right"))
    assert len(post.taken) == 1
    why = await failed(Post(), auth=True, username="shop", password=SecretStr("wrong"))
    assert isinstance(why, AuthFailed) and "wrong" not in str(why)
    busy = Post(AUTH="454 4.7.0 try again in 90 seconds")
    why = await failed(busy, auth=True, username="shop", password=SecretStr("wrong"))
    assert isinstance(why, TemporaryError) and why.retry_after == 90
    none = Post(EHLO="250 post.example")
    assert isinstance(await failed(none, username="shop", password=SecretStr("right")), AuthFailed)


async def test_a_token_that_is_not_taken_is_fetched_once_more() -> None:
    tokens = ["old", "good"]
    forgotten: list[str] = []

    async def token() -> str:
        return tokens[len(forgotten)]

    post = Post()
    await sent(post, auth=True, username="shop", token=token, forget=forgotten.append)
    assert forgotten == ["old"] and len(post.taken) == 1
    tokens[:] = ["old", "older"]
    forgotten.clear()
    assert isinstance(
        await failed(Post(), auth=True, username="shop", token=token, forget=forgotten.append), AuthFailed
    )


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    ("says", "error"),
    [
        ("451 4.7.1 Greylisted, please try again in 5 minutes", TemporaryError),
        ("421 4.3.2 shutting down", TemporaryError),
        ("550 5.1.1 no such user mina@example.net", PermanentError),
        ("554 5.7.1 go away", PermanentError),
    ],
)
async def test_a_refusal_at_each_stage(stage: str, says: str, error: type[ParleyError]) -> None:
    why = await failed(Post(**{stage: says}))
    assert isinstance(why, error)
    assert "mina@" not in str(why), "the log outlives an erasure"
    if isinstance(why, TemporaryError):
        assert why.retry_after == (300 if "5 minutes" in says else None)
    elif isinstance(why, PermanentError):
        about_us = stage in ("greeting", "EHLO", "MAIL")
        refused = "delivery.no_such_address" if "5.1.1" in says else "delivery.mail_refused"
        assert why.for_agent == ("delivery.account" if about_us else refused)
        assert why.code == says.split()[1]


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        ("greeting", TemporaryError),
        ("EHLO", TemporaryError),
        ("MAIL", TemporaryError),
        ("RCPT", TemporaryError),
        ("DATA", TemporaryError),
        ("dot", UncertainError),
    ],
)
async def test_a_line_that_is_cut_at_each_stage(stage: str, error: type[ParleyError]) -> None:
    assert isinstance(await failed(Post(**{stage: CUT})), error)


async def test_a_line_cut_in_the_midst_of_a_large_mail_was_not_taken() -> None:
    """Larger than what the system takes from us before the other side reads it."""
    why = await failed(Post(DATA="middle"), raw=RAW + b"x" * 16_000_000)
    assert type(why) is TemporaryError


async def test_silence_after_the_mail_is_uncertain_and_silence_before_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[asyncio.Timeout] = []
    real = asyncio.timeout

    def timeout(delay: float | None) -> asyncio.Timeout:
        made.append(real(delay))
        return made[-1]

    monkeypatch.setattr(asyncio, "timeout", timeout)
    for stage, error in (("dot", UncertainError), ("RCPT", TemporaryError)):
        made.clear()
        post = Post(**{stage: SILENCE})
        async with posting(post) as postman:
            sending = asyncio.ensure_future(postman.send(RAW, OURS, [HERS]))
            await post.silent.wait()
            made[0].reschedule(0)  # its time is over
            with pytest.raises(error):
                await sending


async def test_recipients_are_answered_one_by_one() -> None:
    post = Post()
    post.refusals = {
        "gone@example.net": "550 5.1.1 no such user",
        "full@example.net": "452 4.2.2 mailbox full",
    }
    answers = await sent(post, (HERS, "gone@example.net", "full@example.net", "no address"))
    assert post.taken[0][1] == [HERS]
    gone, full = answers.refused["gone@example.net"], answers.refused["full@example.net"]
    assert (
        isinstance(gone, PermanentError)
        and gone.for_agent == "delivery.no_such_address"
        and gone.then == "never"
    )
    assert isinstance(full, TemporaryError) and isinstance(answers.refused["no address"], PermanentError)
    nobody = Post()
    nobody.refusals = post.refusals
    with pytest.raises(TemporaryError):
        await sent(nobody, ("gone@example.net", "full@example.net"))
    assert "DATA" not in nobody.heard
    with pytest.raises(PermanentError):
        await sent(nobody, ())


async def test_a_bounce_has_no_sender_and_other_letters_need_a_server_that_takes_them() -> None:
    post = Post()
    async with posting(post) as postman:
        await postman.send(RAW, "", [HERS])
        await postman.send(RAW, OURS, ["미나@example.net"])
    assert post.taken[0][0] == "<>"
    assert post.taken[1][1] == ["미나@example.net"] and "SMTPUTF8" in post.taken[1][3]
    with pytest.raises(PermanentError):
        await sent(Post(), ("미나@example.net",), utf8=False)


async def test_a_connection_is_kept_and_a_stale_one_replaced() -> None:
    post = Post()
    async with posting(post) as postman:
        for _ in range(3):
            await postman.send(RAW, OURS, [HERS])
        assert len(post.lines) == 1
        for says in (CUT, "421 4.4.2 idle for too long"):
            post.once = says
            await postman.send(RAW, OURS, [HERS])
        assert len(post.taken) == 5 and len(post.lines) == 3


async def test_a_connection_is_closed_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "KEPT", 0.0)
    post = Post()
    async with posting(post) as postman:
        await postman.send(RAW, OURS, [HERS])
        await ended(post.lines[0])
        await postman.send(RAW, OURS, [HERS])
        assert len(post.lines) == 2
    monkeypatch.setattr(smtp, "TURNS", 1)
    monkeypatch.setattr(smtp, "KEPT", 60.0)
    async with posting(post) as postman:
        await postman.send(RAW, OURS, [HERS])
        await ended(post.lines[2])


async def ended(line: SMTP) -> None:
    assert line._handler_coroutine is not None
    with contextlib.suppress(asyncio.CancelledError):
        await line._handler_coroutine


async def test_no_more_connections_than_there_is_room_for() -> None:
    post = Post()
    async with posting(post, connections=2) as postman, asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(postman.send(RAW, OURS, [HERS]))
    assert len(post.taken) == 12 and len(post.lines) <= 2


async def test_nobody_there() -> None:
    with pytest.raises(TemporaryError):
        await Postman(Server("127.0.0.1", 1, "none")).send(RAW, OURS, [HERS])


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Greylisted for 5 minutes", 300),
        ("please retry in 00:04:59", None),
        ("4.7.1 try again in 60 seconds", 60),
        ("Try again after 2 hours", 3600),
        ("4.2.2 mailbox full", None),
        ("from 1.2.3.4 5 s", None),
    ],
)
def test_what_a_server_says_of_waiting(words: str, seconds: float | None) -> None:
    assert wait_in(words) == seconds


def test_the_password_is_not_shown() -> None:
    assert "hush" not in repr(Server("h", 1, password=SecretStr("hush")))


async def test_a_server_is_tried_without_a_mail() -> None:
    post = Post()
    async with posting(post, auth=True, username="shop", password=SecretStr("right")) as postman:
        await postman.check()
    async with posting(post, auth=True, username="shop", password=SecretStr("wrong")) as postman:
        with pytest.raises(AuthFailed):
            await postman.check()
    async with posting(Post(EHLO=SILENCE), deadline=0.05) as postman:
        with pytest.raises(TemporaryError):
            await postman.check()
    assert not post.taken and "MAIL" not in post.heard

"""A mailbox followed: in order, once, from where it was left, over every cut, and without touching a mail."""

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.channels import _mail_imap as imap
from gateway.channels._mail_imap import Cursor, Following, House, Mailbox, append_sent, look_into
from gateway.channels._mail_imap_server import ImapServer, batches
from gateway.errors import AuthFailed, Away, ParleyError, PermanentError, TemporaryError, Unavailable
from tests.channels.imap_post import CUT, Folder, ImapPost
from tests.channels.mail_certificates import client_context


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries, nor for as long as a poll takes."""
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(imap, "POLL", 0.01)


class Inbox:
    """What the house has taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, int, str]] = []
        self.cursors: dict[str, Cursor] = {}
        self.news: list[ParleyError | None] = []
        self.fails: list[Exception] = []
        self.changed = asyncio.Condition()
        self.hold: asyncio.Event | None = None
        self.holds = asyncio.Event()
        self.waiting = -1

    async def deliver(self, raw: bytes, uid: int, folder: str) -> None:
        if self.fails:
            raise self.fails.pop(0)
        if self.hold is not None:
            self.holds.set()
            await self.hold.wait()
        await self._note(self.taken.append, (raw, uid, folder))

    async def cursor(self, folder: str, validity: int, uid: int, waiting: int) -> None:
        self.waiting = waiting
        known = self.cursors.get(folder)
        assert known is None or known.validity != validity or known.uid < uid, "only forward"
        await self._note(lambda one: self.cursors.update({folder: one}), Cursor(validity, uid))

    async def told(self, why: ParleyError | None) -> None:
        await self._note(self.news.append, why)

    async def _note(self, how: Any, what: Any) -> None:
        async with self.changed:
            how(what)
            self.changed.notify_all()

    async def until(self, what: Any) -> None:
        async with self.changed:
            await self.changed.wait_for(what)

    async def until_taken(self, *bodies: bytes) -> None:
        await self.until(lambda: len(self.taken) >= len(bodies) and self.news[-1:] == [None])
        assert [raw for raw, _, _ in self.taken] == list(bodies)

    async def until_cursors(self, cursors: dict[str, Cursor]) -> None:
        await self.until(lambda: self.cursors == cursors)


def server(port: int, **told: Any) -> ImapServer:
    right = {
        "security": "none",
        "username": "shop",
        "password": SecretStr("right"),
        "context": client_context(),
    }
    return ImapServer("127.0.0.1", port, **{**right, **told})


@contextlib.asynccontextmanager
async def following(
    inbox: Inbox,
    port: int,
    *,
    how: Following | None = None,
    cursors: dict[str, Cursor] | None = None,
    **told: Any,
) -> AsyncIterator[Mailbox]:
    house = House(inbox.deliver, inbox.cursor, inbox.told)
    mailbox = Mailbox(
        server(port, **told), house, inbox.cursors if cursors is None else cursors, how or Following()
    )
    mailbox.start()
    try:
        yield mailbox
    finally:
        await mailbox.stop()
        assert mailbox._ended.is_set()


async def test_what_lies_there_and_what_comes() -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"one")
    post.put(b"two")
    async with post.open() as port, following(inbox, port):
        await inbox.until_taken(b"one", b"two")
        await post.until("IDLE")
        post.put(b"three")
        await inbox.until_taken(b"one", b"two", b"three")
        await inbox.until_cursors({"INBOX": Cursor(1000, 3)})
        assert inbox.taken[2][1:] == (3, "INBOX")
    assert not any(kept.flags for kept in post.folders["INBOX"].mails.values())
    assert not any(one.startswith(("SELECT", "UID STORE", "UID MOVE")) for one in post.commands)


async def test_it_goes_on_where_it_was_left() -> None:
    post, inbox = ImapPost(), Inbox()
    for number in range(3):
        post.put(b"%d" % number)
    async with post.open() as port:
        async with following(inbox, port, cursors={"INBOX": Cursor(1000, 2)}):
            await inbox.until_taken(b"2")
        for number in range(3, 6):
            post.put(b"%d" % number)
        async with following(inbox, port):
            await inbox.until_taken(b"2", b"3", b"4", b"5")


async def test_a_long_outage_is_made_up_for_in_order_and_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "BATCH", 7)
    post, inbox = ImapPost(), Inbox()
    bodies = [b"mail %d" % number for number in range(100)]
    for body in bodies:
        post.put(body)
    async with post.open() as port, following(inbox, port):
        await inbox.until(lambda: len(inbox.taken) >= 40)
        post.cut()
        await inbox.until_taken(*bodies)
    sizes = [one for one in post.commands if "SIZE" in one]
    assert max(one.count(",") for one in sizes) == 6, "a few at a time"
    assert [uid for _, uid, _ in inbox.taken] == list(range(1, 101)), "each once, in order"


@pytest.mark.parametrize(
    "why", [Unavailable("the database is away"), RuntimeError("a fault"), TemporaryError("x")]
)
async def test_what_cannot_be_taken_now_comes_again_and_nothing_overtakes_it(why: Exception) -> None:
    post, inbox = ImapPost(), Inbox()
    inbox.fails = [why, why]
    post.put(b"one")
    post.put(b"two")
    async with post.open() as port, following(inbox, port):
        await inbox.until_taken(b"one", b"two")
    assert [type(one) for one in inbox.news] == [
        Unavailable if isinstance(why, Unavailable) else TemporaryError,
        Unavailable if isinstance(why, Unavailable) else TemporaryError,
        type(None),
    ]


@pytest.mark.parametrize("at", ["LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "CAPABILITY"])
@pytest.mark.parametrize("how", [CUT, "NO not now", "BAD what"])
async def test_a_fault_at_each_step_is_got_over(at: str, how: str) -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"one")
    post.says[at] = [how if (at, how) != ("LOGIN", "NO not now") else "NO [UNAVAILABLE] not now"]
    if (at, how) == ("LOGIN", "BAD what"):
        post.says[at] = ["NO too many connections"]
    async with post.open() as port, following(inbox, port):
        await inbox.until(lambda: inbox.news[-2:] and isinstance(inbox.news[-1], type(None)) and inbox.taken)
        await post.until("IDLE", 2 if at == "IDLE" else 1)
        post.put(b"two")
        await inbox.until(lambda: len(inbox.taken) == 2)
        assert [raw for raw, _, _ in inbox.taken] == [b"one", b"two"]


async def test_a_line_that_is_cut_while_it_waits() -> None:
    post, inbox = ImapPost(), Inbox()
    async with post.open() as port, following(inbox, port):
        await post.until("IDLE")
        post.put(b"one")
        post.cut()
        await inbox.until(lambda: inbox.taken)
        await post.until("IDLE", 2)
        post.put(b"two")
        await inbox.until(lambda: len(inbox.taken) == 2)


async def test_another_validity_begins_anew() -> None:
    post, inbox = ImapPost(), Inbox()
    inbox.cursors = {"INBOX": Cursor(999, 50)}
    post.put(b"old", day=datetime.date(2026, 1, 1))
    post.put(b"new")
    async with post.open() as port:
        async with following(inbox, port, how=Following(since=datetime.date(2026, 11, 1))):
            await inbox.until_taken(b"new")
            await inbox.until_cursors({"INBOX": Cursor(1000, 2)})
        whole = Inbox()
        async with following(whole, port, cursors={"INBOX": Cursor(999, 50)}):
            await whole.until_taken(b"old", b"new")


async def test_several_folders_and_one_that_is_not_there() -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"one")
    post.put(b"two", "Support")
    async with post.open() as port, following(inbox, port, how=Following(("INBOX", "Support"))):
        await inbox.until_taken(b"one", b"two")
        post.put(b"three", "Support")
        await inbox.until_taken(b"one", b"two", b"three")
        await inbox.until_cursors({"INBOX": Cursor(1000, 1), "Support": Cursor(2000, 2)})
    missing = Inbox()
    async with post.open() as port, following(missing, port, how=Following(("Nowhere",))):
        await missing.until(lambda: missing.news)
    assert "no such folder" in str(missing.news[0])


async def test_a_folder_that_is_not_there_keeps_none_of_the_others_unread() -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"one")
    post.put(b"two", "Support")
    async with post.open() as port, following(inbox, port, how=Following(("Nowhere", "INBOX", "Support"))):
        await inbox.until(lambda: len(inbox.taken) == 2 and inbox.news)
        assert isinstance(inbox.news[-1], Away) and inbox.news[-1].why == "folder"
        post.put(b"three", "INBOX")
        post.put(b"four", "Support")
        await inbox.until(lambda: len(inbox.taken) == 4)
        assert {raw for raw, _, _ in inbox.taken} == {b"one", b"two", b"three", b"four"}
        assert None not in inbox.news
        post.folders["Nowhere"] = Folder(9000)
        post.put(b"five", "Nowhere")
        await inbox.until(lambda: len(inbox.taken) == 5 and inbox.news[-1] is None)


async def test_that_all_is_well_is_told_again_where_it_could_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    post, inbox = ImapPost("UIDPLUS"), Inbox()
    tries = 0
    telling = inbox.told

    async def told(why: ParleyError | None) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable("the database is away")
        await telling(why)

    monkeypatch.setattr(inbox, "told", told)
    async with post.open() as port, following(inbox, port):
        await inbox.until(lambda: inbox.news)
    assert inbox.news == [None] and tries == 3


async def test_without_idle_it_looks_now_and_then() -> None:
    post, inbox = ImapPost("UIDPLUS"), Inbox()
    async with post.open() as port, following(inbox, port):
        await inbox.until(lambda: inbox.news == [None])
        post.put(b"one")
        await inbox.until_taken(b"one")
    assert "IDLE" not in post.commands


@pytest.mark.parametrize("tls", [False, True])
async def test_news_that_come_together_with_the_word_that_it_idles(tls: bool) -> None:
    """They lie in a buffer where no socket tells of them."""
    post, inbox = ImapPost(), Inbox()
    post.eager = True
    security = "tls" if tls else "none"
    async with post.open(tls=tls) as port, following(inbox, port, security=security):
        await post.until("IDLE", 3)


async def test_numbers_that_nobody_has_are_no_news() -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"one")
    del post.folders["INBOX"].mails[post.put(b"gone")]
    async with post.open() as port, following(inbox, port):
        await post.until("IDLE")
        assert inbox.cursors == {"INBOX": Cursor(1000, 2)}
        assert post.commands.count("UID SEARCH UID 1:*") == 1


async def test_a_mail_that_is_too_large_is_taken_in_part() -> None:
    post, inbox = ImapPost(), Inbox()
    post.put(b"Subject: x\r\n\r\n" + b"y" * 100)
    post.put(b"small")
    async with post.open() as port, following(inbox, port, how=Following(largest=30)):
        await inbox.until_taken(b"Subject: x\r\n\r\n" + b"y" * 16, b"small")


@pytest.mark.parametrize("capabilities", [("IDLE", "MOVE"), ("IDLE", "UIDPLUS"), ("IDLE",)])
async def test_mails_are_put_away_when_that_is_told(capabilities: tuple[str, ...]) -> None:
    post, inbox = ImapPost(*capabilities), Inbox()
    post.put(b"one")
    post.put(b"two")
    async with post.open() as port, following(inbox, port, how=Following(mark_seen=True, move_to="Done")):
        await inbox.until_taken(b"one", b"two")
    if len(capabilities) > 1:
        assert not post.folders["INBOX"].mails
        assert [kept.raw for kept in post.folders["Done"].mails.values()] == [b"one", b"two"]
    else:
        assert [kept.flags for kept in post.folders["INBOX"].mails.values()] == [{r"\Seen"}] * 2, (
            "no other is touched"
        )


async def test_signing_in() -> None:
    post = ImapPost()
    wrong, stranger = Inbox(), Inbox()
    async with post.open() as port, following(wrong, port, password=SecretStr("hush")):
        await wrong.until(lambda: wrong.news)
    assert isinstance(wrong.news[0], AuthFailed) and "hush" not in str(wrong.news[0])
    async with post.open(tls=True) as port:
        async with following(stranger, port, security="tls", context=ssl.create_default_context()):
            await stranger.until(lambda: stranger.news)
        assert isinstance(stranger.news[0], TemporaryError) and "certificate" in str(stranger.news[0]).lower()
        async with following(Inbox(), port, security="tls"):
            await post.until("IDLE")


async def test_tokens() -> None:
    post, inbox = ImapPost(), Inbox()
    told, forgotten = ["old", "good"], list[str]()

    async def token() -> str:
        return told[len(forgotten)]

    async with post.open() as port, following(inbox, port, token=token, forget=forgotten.append):
        await post.until("IDLE")
        assert forgotten == ["old"]
        assert await append_sent(server(port, token=token), b"Subject: x\r\n\r\n") == "Sent"

    async def refused() -> str:
        raise AuthFailed("oauth: 400 invalid_grant")

    revoked = Inbox()
    async with post.open() as port, following(revoked, port, token=refused):
        await revoked.until(lambda: revoked.news)
    assert isinstance(revoked.news[0], AuthFailed)


async def test_it_stops_at_once_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    post, inbox = ImapPost(), Inbox()
    async with post.open() as port:
        async with following(inbox, port) as mailbox:
            await post.until("IDLE")
            await mailbox.stop()
        monkeypatch.setattr(imap, "FIRST_PAUSE", 600.0)
        post.says["EXAMINE"] = ["NO no"]
        async with following(inbox, port):
            await inbox.until(lambda: inbox.news[-1:] != [None])
    async with following(inbox, 1):
        await inbox.until(lambda: inbox.news)


async def test_what_is_being_committed_is_let_finish() -> None:
    post, inbox = ImapPost(), Inbox()
    inbox.hold = asyncio.Event()
    post.put(b"one")
    post.put(b"two")
    async with post.open() as port, following(inbox, port) as mailbox:
        await inbox.holds.wait()
        stopping = asyncio.ensure_future(mailbox.stop())
        await asyncio.sleep(0)
        inbox.hold.set()
        await stopping
    assert [raw for raw, _, _ in inbox.taken] == [b"one"]
    assert inbox.cursors in ({}, {"INBOX": Cursor(1000, 1)})


async def test_a_copy_in_sent() -> None:
    post = ImapPost()
    async with post.open() as port:
        assert await append_sent(server(port), b"Subject: x\r\n\r\ny") == "Sent"
        assert await append_sent(server(port), b"z", "Done") == "Done"
        del post.folders["Sent"].mails[1]
        post.says["APPEND"] = ["NO quota"]
        with pytest.raises(TemporaryError):
            await append_sent(server(port), b"z", "Done")
        del post.folders["Sent"]
        with pytest.raises(PermanentError):
            await append_sent(server(port), b"z")
        with pytest.raises(AuthFailed):
            await append_sent(server(port, password=SecretStr("no")), b"z")
    (kept,) = post.folders["Done"].mails.values()
    assert kept.raw == b"z" and kept.flags == {r"\Seen"}
    with pytest.raises(TemporaryError):
        await append_sent(server(1), b"z")


def test_batches() -> None:
    assert [list(one) for one in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]


async def test_a_look_says_whether_we_are_let_in_and_whether_the_folders_are_there() -> None:
    post = ImapPost()
    async with post.open() as port:
        await look_into(server(port), ["INBOX", "Support"])
        assert not any(one.startswith("SELECT") for one in post.commands), "nothing is changed"
        with pytest.raises(TemporaryError):
            await look_into(server(port), ["Nowhere"])
        with pytest.raises(AuthFailed):
            await look_into(server(port, password=SecretStr("wrong")), ["INBOX"])

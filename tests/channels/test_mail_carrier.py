"""An email account in the running house: what it says goes out by SMTP, and what is answered finds its way back."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.app import Parley, open_parley
from gateway.channels._mail_carrier import Carrier
from gateway.channels._mail_config import EmailConfig
from gateway.channels._mail_threads import Signer
from gateway.channels.base import Delivery, Letter, Sends
from gateway.channels.email import Email
from gateway.channels.registry import make
from gateway.config import Config, Server
from gateway.errors import ConfigError, TemporaryError
from gateway.events import SYSTEM, AccountId, Address, Attachment, InboundMessage, Proof, agent
from gateway.store import Row, Tx
from gateway.store.sqlite import wall_clock
from gateway.stream.agents import add_agent
from gateway.stream.attach import keep_upload
from gateway.stream.codes import CODE_LETTER, CODE_SUBJECT, code_of, send_code, try_code
from gateway.stream.envelope import Wanted
from gateway.stream.hold import hold
from gateway.stream.ingest import Intake, take_in
from gateway.stream.people import find_or_join, find_or_make
from gateway.stream.post import Post, Posted, post, post_with
from gateway.stream.proofs import MASK
from gateway.stream.start import open_and_post
from gateway.stream.ways import open_way
from tests.channels.imap_post import ImapPost
from tests.channels.mails import part, report, status
from tests.channels.smtp_post import Post as MailServer
from tests.channels.smtp_post import posting
from tests.channels.test_mail_dkim import pair
from tests.letters import SIGNER, opened, person, words

OURS, MINA, JUNE, BOSS = "help@shop.example", "mina@example.net", "june@example.net", "boss@example.net"
SECTION = {"type": "email", "address": OURS, "label": {"en": "Shop", "ko": "가게"}, "listen": "127.0.0.1:0"}

WEB = {"type": "webchat", "label": "Website"}


class House:
    """A process of ours, the mail server of the world, and whoever writes from there."""

    def __init__(self, parley: Parley, world: MailServer, anna: str) -> None:
        self.parley, self.world, self.anna = parley, world, anna
        self._numbers = iter(range(1, 1000))

    @property
    def email(self) -> Email:
        channel: Any = self.parley.channels.get("mail")
        assert isinstance(channel, Email) and isinstance(channel, Sends)
        return channel

    async def row(self, sql: str, *args: Any) -> Row | None:
        return await self.parley.store.read(lambda look: look.one(sql, *args))

    async def until(self, sql: str, *args: Any) -> Row:
        """The row, as soon as it is there."""
        for _ in range(2000):
            if (row := await self.row(sql, *args)) is not None:
                return row
            await asyncio.sleep(0.01)
        raise AssertionError(sql)

    async def brings(self, raw: bytes, sender: str, to: str) -> None:
        """Somebody's server brings us a mail."""

        def bring() -> None:
            with smtplib.SMTP("127.0.0.1", self.email.port) as line:
                line.sendmail(sender, [to], raw)

        await asyncio.to_thread(bring)

    async def says(self, text: str, who: str = MINA, to: str = OURS, **more: str) -> Row:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = who, to, more.pop("subject", "My parcel")
        mail["Message-ID"] = f"<q{next(self._numbers)}@example.net>"
        for name, value in more.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        await self.brings(mail.as_bytes(), who, to)
        return await self.until("select * from messages where text = $1", text)

    async def answers(self, conversation: str, text: str, **more: Any) -> Posted:
        client = f"c{next(self._numbers)}"
        return await post(self.parley.store, Post(conversation, agent(self.anna), client, text, **more))

    async def taken(self, many: int) -> dict[str, bytes]:
        """What the world's server has of ours, by recipient, once there are so many."""
        for _ in range(2000):
            if len(self.world.taken) >= many:
                break
            await asyncio.sleep(0.01)
        assert len(self.world.taken) == many
        return {recipients[0]: raw for _, recipients, raw, _ in self.world.taken}


@contextlib.asynccontextmanager
async def living(
    folder: Path, web: dict[str, Any] | None = None, clock: Callable[[], int] = wall_clock, **more: Any
) -> AsyncIterator[House]:
    """`web`: keys of the chat's section; `more`: of the mail account's."""
    world = MailServer()
    async with posting(world) as postman:
        section = {**SECTION, "smtp_url": f"smtp://127.0.0.1:{postman._server.port}", **more}
        config = Config(
            data=folder,
            server=Server(public_url="https://chat.example"),
            channels={"mail": section, "web": {**WEB, **(web or {})}},
        )
        async with open_parley(config, clock) as parley:
            anna = await parley.store.write(_anna)
            yield House(parley, world, anna)


async def _anna(tx: Tx) -> str:
    return await add_agent(tx, "anna@shop.example", "Anna", "agent", SYSTEM)


async def test_a_mail_is_answered_and_the_answer_answered_in_one_conversation(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        asked = await house.says("Where is my parcel?", Cc=f"June <{JUNE}>")
        talk = asked["conversation_id"]
        await house.answers(talk, "It is on its way.")
        mails = await house.taken(2)
        mail = opened(mails[MINA])
        assert (mail["To"], mail["Cc"], mail["Subject"]) == (MINA, f"June <{JUNE}>", "Re: My parcel")
        assert mail["In-Reply-To"] == mail["References"] == "<q1@example.net>"
        assert words(mails[JUNE]) == words(mails[MINA])
        assert "wrote:\n> Where is my parcel?" in words(mails[MINA])
        # By the address that only who had it knows; by the id of what it answers; by neither, a new one.
        back = mail["Reply-To"].addresses[0].addr_spec
        assert back.startswith("help+") and house.email.owns(Address("mailto", back))
        again = await house.says("Thank you!", to=back, subject="Something else")
        theirs = await house.says("From me, too", JUNE, In_Reply_To=mail["Message-ID"])
        strange = await house.says("Who are you?", "stranger@example.net", In_Reply_To=mail["Message-ID"])
        assert again["conversation_id"] == theirs["conversation_id"] == talk != strange["conversation_id"]
        # Each is answered by her own leg, and of what the other did not see she is told nothing.
        await house.answers(talk, "You are welcome, June.", leg=theirs["leg_id"])
        mail = opened((await house.taken(3))[JUNE])
        assert (mail["To"], mail["Cc"], mail["In-Reply-To"]) == (f"June <{JUNE}>", None, "<q4@example.net>")
        await house.answers(talk, "You are welcome, Mina.", leg=again["leg_id"])
        mail = opened((await house.taken(4))[MINA])
        assert (mail["To"], mail["Cc"], mail["In-Reply-To"]) == (MINA, None, "<q3@example.net>")


async def test_a_bounce_turns_the_one_it_names_and_nobody_else(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        asked = await house.says("Hello?", Cc=JUNE)
        posted = await house.answers(asked["conversation_id"], "Hello!")
        ours = opened((await house.taken(2))[JUNE])["Message-ID"]
        blocks = (
            "Reporting-MTA: dns; mx.example.net",
            (f"Final-Recipient: rfc822; {JUNE}\nAction: failed\nStatus: 5.2.2\n"),
        )
        headers = part("Content-Type: text/rfc822-headers", body=f"Message-ID: {ours}\r\n")
        await house.brings(report(status(*blocks), headers), "", OURS)
        row = await house.until(
            "select d.*, i.address from deliveries d join identities i on i.id = d.identity_id where d.state = 'failed'"
        )
        assert (row["address"], row["message_id"], row["problem"]) == (
            JUNE,
            posted.message,
            "delivery.mailbox_full",
        )
        other = await house.row("select state from deliveries where id <> $1", row["id"])
        assert other is not None and other["state"] == "sent"


async def test_a_conversation_begun_by_us_is_answered_here(tmp_path: Path) -> None:
    async with living(tmp_path, name="The shop") as house:
        what = Post("", agent(house.anna), "c1", "Good news", wanted=Wanted(cc=(person(JUNE),)))
        made = await house.parley.store.write(_maker(MINA))

        async def begin(tx: Tx) -> Any:
            return await open_and_post(tx, "mail", made, None, what, "News")

        posted = await post_with(house.parley.store, what, begin)
        mails = await house.taken(2)
        mail = opened(mails[MINA])
        assert (mail["Subject"], mail["In-Reply-To"]) == ("News", None)
        assert mail["From"] == '"Anna (The shop)" <help@shop.example>'
        answer = await house.says("How nice", JUNE, to=mail["Reply-To"].addresses[0].addr_spec)
        assert answer["conversation_id"] == posted.conversation


def _maker(address: str) -> Callable[[Tx], Any]:
    async def make_one(tx: Tx) -> str:
        return (await find_or_make(tx, Address("mailto", address), Proof.CLAIMED)).identity

    return make_one


async def test_a_chat_goes_on_by_mail_and_its_answer_comes_back_to_it(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        store, visitor = house.parley.store, Address("visitor", "v1")
        chat = await take_in(store, Intake(AccountId("web")), InboundMessage("m1", visitor, "안녕하세요"))

        async def by_mail(tx: Tx) -> None:
            held = await hold(tx, chat.conversation)
            hers = Address("mailto", MINA)
            person = await find_or_join(tx, held.contact, hers, Proof.VERIFIED, locale="ko")
            await open_way(tx, held.id, "mail", person.identity, lambda *_: True, agent(house.anna))

        await store.write(by_mail)
        await house.answers(chat.conversation, "메일로 이어서 안내드려요.")
        mail = opened((await house.taken(1))[MINA])
        assert (mail["Subject"], mail["In-Reply-To"], mail["References"]) == (
            "가게 상담 내용이에요",
            None,
            None,
        )
        back = await house.says("네, 감사합니다", to=mail["Reply-To"].addresses[0].addr_spec)
        assert back["conversation_id"] == chat.conversation
        await house.answers(chat.conversation, "또 문의해 주세요.")
        assert opened((await house.taken(2))[MINA])["Subject"] == "Re: 가게 상담 내용이에요"


async def test_a_code_proves_her_address(tmp_path: Path) -> None:
    async with living(tmp_path) as house:
        store, visitor = house.parley.store, Address("visitor", "v1")
        chat = await take_in(store, Intake(AccountId("web")), InboundMessage("m1", visitor, "hello"))
        told_so = CODE_LETTER.en.format(code=MASK)
        what = Post("", agent(house.anna), "c1", told_so, wanted=Wanted(subject=CODE_SUBJECT.en))
        hers = Address("mailto", MINA)
        proof = await store.write(
            lambda tx: send_code(tx, store.secret, chat.conversation, "mail", hers, what)
        )
        mail = (await house.taken(1))[MINA]
        code = code_of(store.secret, proof)
        assert words(mail).index(code) > 200 and MASK not in words(mail) and "[ref:" not in words(mail)
        assert opened(mail)["Subject"] == CODE_SUBJECT.en
        assert opened(mail)["Cc"] is None and "wrote:" not in words(mail)
        told = await store.write(lambda tx: try_code(tx, store.secret, proof, code, agent(house.anna)))
        assert told.left is None and told.merge is not None
        contact = await house.row("select proof, contact_id from identities where address = $1", MINA)
        before = await house.row("select contact_id from identities where address = 'v1'")
        assert contact is not None and before is not None
        assert (contact["proof"], contact["contact_id"]) == (3, before["contact_id"])


async def test_large_files_go_as_links_that_lead_to_them(tmp_path: Path) -> None:
    async with living(tmp_path, large_links_above=1000) as house:
        asked = await house.says("The contract, please")
        uploads = []
        for name, size in (("small.txt", 900), ("large.txt", 5000)):
            stored = await house.parley.media.put(b"x" * size, limit=None)
            file = Attachment(stored.hash, name, "text/plain", size)
            uploads.append(await house.parley.store.write(_upload(house.anna, file)))
        await house.answers(asked["conversation_id"], "Here", uploads=tuple(uploads))
        raw = (await house.taken(1))[MINA]
        assert [part.get_filename() for part in opened(raw).iter_attachments()] == ["small.txt"]
        assert "large.txt (5.0 KB) (https://chat.example/media/" in words(raw)


def _upload(agent_id: str, file: Attachment) -> Callable[[Tx], Any]:
    async def keep(tx: Tx) -> str:
        return await keep_upload(tx, f"agent:{agent_id}", file)

    return keep


async def test_one_copy_is_put_where_it_is_wanted(tmp_path: Path) -> None:
    imap = ImapPost()
    async with imap.open() as port:
        keys: dict[str, Any] = {"imap_url": f"imap://shop:right@127.0.0.1:{port}", "sent_folder": "Sent"}
        async with living(tmp_path, **keys) as house:
            asked = await house.says("Hello?", Cc=JUNE)
            await house.answers(asked["conversation_id"], "Hello!")
            await imap.until("APPEND")
            mails = await house.taken(2)
    kept = [opened(one.raw) for one in imap.folders["Sent"].mails.values()]
    assert [one["Message-ID"] for one in kept] == [opened(mails[MINA])["Message-ID"]]


async def test_without_a_server_it_only_reads(tmp_path: Path) -> None:
    async with living(tmp_path, smtp_url="") as house:
        assert not house.email.capabilities.may_start
        assert not house.email.reaches(Address("mailto", MINA))
        asked = await house.says("Hello?")
        await house.answers(asked["conversation_id"], "Hello!")
        row = await house.until("select problem, next_step from deliveries where state = 'failed'")
        assert tuple(row) == ("delivery.account", "account")


async def test_before_the_house_stands_nothing_goes() -> None:
    channel: Any = make("mail", {**SECTION, "smtp_url": "smtp://127.0.0.1:1"})
    with pytest.raises(TemporaryError):
        await channel.send(Delivery("d", 1, Address("mailto", MINA), "", "Hello"))


@pytest.mark.parametrize(
    ("section", "tagged"),
    [
        ({"listen": "127.0.0.1:0"}, True),
        ({"listen": "", "imap_url": "imaps://imap.gmail.com"}, True),
        ({"listen": "", "imap_url": "imaps://outlook.office365.com"}, True),
        ({"listen": "", "imap_url": "imaps://imap.naver.com"}, False),
        ({"listen": "", "imap_url": "imaps://notgmail.com.example"}, False),
        ({"listen": "", "imap_url": "imaps://imap.naver.com", "plus": True}, True),
        ({"listen": "127.0.0.1:0", "plus": False}, False),
    ],
)
def test_where_answers_may_carry_a_tag(section: dict[str, Any], tagged: bool) -> None:
    assert EmailConfig.model_validate({**SECTION, **section}).tagged is tagged


async def test_it_is_made_ready_once_and_again_after_it_was_closed() -> None:
    asked: list[str] = []

    async def signer() -> Signer:
        asked.append("")
        return SIGNER

    letter = Letter("01jd000000000000000000ta1k", "01jd0000000000000000000m01", 0, to=(person(MINA),))
    delivery = Delivery("d", 1, Address("mailto", MINA), "", "Hello", letter=letter)
    world = MailServer()
    async with posting(world) as postman:
        url = f"smtp://127.0.0.1:{postman._server.port}"
        carrier = Carrier(EmailConfig.model_validate({**SECTION, "smtp_url": url}), signer)
        for _ in range(2):
            await carrier.send(delivery, None, None)
        assert len(asked) == 1
        await carrier.close()
        await carrier.send(delivery, None, None)
        await carrier.close()
    assert len(asked) == 2 and len(world.taken) == 3


async def test_the_doctor_tries_its_server_too() -> None:
    async with posting(MailServer(MAIL="500 not looked at")) as postman:
        url = f"smtp://127.0.0.1:{postman._server.port}"
        await cast("Email", make("mail", {**SECTION, "smtp_url": url})).check()
    with pytest.raises(TemporaryError):
        await cast("Email", make("mail", {**SECTION, "smtp_url": url})).check()
    await cast("Email", make("mail", SECTION)).check()


async def test_a_key_that_is_none_is_told_at_the_start() -> None:
    keys = {"dkim_domain": "shop.example", "dkim_selector": "mail"}
    right: Any = make("mail", {**SECTION, **keys, "dkim_key": pair()[0]})
    await right.open()
    await right.close()
    wrong: Any = make("mail", {**SECTION, **keys, "dkim_key": "no key"})
    with pytest.raises(ConfigError):
        await wrong.open()

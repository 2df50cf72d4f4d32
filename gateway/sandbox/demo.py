"""`parley demo`: a configuration that needs nothing, and a database that already has a past."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from random import Random
from typing import Any

from gateway.config import DATA, Config, Sandbox, Server, Webhooks
from gateway.egress.pictures import picture_name
from gateway.events import (
    AccountId,
    Actor,
    Address,
    Attachment,
    Clue,
    ConversationId,
    Event,
    IdentityId,
    InboundMessage,
    Participant,
    Priority,
    Proof,
    SeenReport,
    Source,
    Visibility,
)
from gateway.media import MediaStore, receive
from gateway.sandbox.history import DAY, HOUR, Act, Case, Customer, Teller
from gateway.sandbox.papers import PAPERS, paper
from gateway.sandbox.past import Past
from gateway.sandbox.pictures import FACES, PICTURES, face, picture
from gateway.sandbox.team import ATTRIBUTES, Team, make_people, use_macros
from gateway.store import Reader, Store, Tx
from gateway.stream.assign import assign, set_team
from gateway.stream.attach import keep_upload
from gateway.stream.contacts import update_contact
from gateway.stream.describe import set_attributes, set_priority, set_subject, tag
from gateway.stream.hold import hold
from gateway.stream.ingest import Intake, ingest
from gateway.stream.introduce import introduce
from gateway.stream.merge import merge
from gateway.stream.notices import begin_noticing
from gateway.stream.post import Post, write_post
from gateway.stream.private import mark_read, save_draft
from gateway.stream.seen import customer_has_seen
from gateway.stream.status import close, mark_spam, snooze
from gateway.stream.watch import mention

ACCOUNT = AccountId("shop")
MAIL = AccountId("mail")
MAIL_DOMAIN = "mail.example"
"""Where the shop's users have their addresses."""
CHANNELS: dict[str, dict[str, Any]] = {
    ACCOUNT: {
        "type": "webchat",
        "label": {"en": "Haru Coffee", "ko": "하루커피"},
        "title": {"en": "Haru Coffee", "ko": "하루커피"},
        "greeting": {
            "en": "Hello! Questions about an order, a machine or beans? Write to us.",
            "ko": "안녕하세요, 하루커피예요. 주문, 머신, 원두 무엇이든 물어보세요.",
        },
        "colour": "#7a4419",
        "origins": ["*"],
    }
}
PLANS = ("Basic", "Plus", "Plus", "VIP")
ANYBODY = "select 1 from agents limit 1"
PICTURE_BYTES = 1024 * 1024
NEWS = 36 * HOUR
"""What happened so lately is still in the agents' list of notices."""
ROASTS = next(choices for _, key, _, _, choices in ATTRIBUTES if key == "roast")


def demo_config(config: Config, data: Path | None) -> Config:
    """What `parley demo` runs with: of the file only host, port and limits count, so that nothing real is touched."""
    signing = {"vouch_secrets": [secrets.token_urlsafe(32)]}
    return Config(
        data=data or DATA / "demo",
        server=Server(host=config.server.host, port=config.server.port),
        channels={name: {**section, **signing} for name, section in CHANNELS.items()},
        limits=config.limits,
        webhooks=Webhooks(trusted=("localhost", "127.0.0.1")),
        sandbox=config.sandbox.model_copy(update={"enabled": True}),
    )


async def seed(
    store: Store,
    media: MediaStore,
    *,
    now: int | None = None,
    conversations: int = Sandbox().history,
    sandbox: str = "",
) -> bool:
    """Tell the past to an empty database, all of it or nothing. Returns whether there was anything to tell.

    `sandbox`: the path of the page on which newcomers play the customer; the inbox leads them there.
    """
    if await store.read(_has_agents):
        return False
    files = {name: await _keep(media, f"{name}.png", "image/png", picture(name)) for name in PICTURES}
    files |= {name: await _keep(media, f"{name}.pdf", "application/pdf", paper(name)) for name in PAPERS}
    faces = {name: await _worn(media, name) for name in FACES}
    ended = now or int(time.time() * 1000)
    cases = await asyncio.to_thread(Teller(ended).tell, conversations)
    await store.write(lambda tx: _tell(tx, cases, files, faces, ended, sandbox))
    # Nobody wants to be told of what was months ago.
    await store.write(lambda tx: begin_noticing(tx, since=ended - NEWS))
    return True


async def _has_agents(look: Reader) -> bool:
    return await look.one(ANYBODY) is not None


async def _keep(media: MediaStore, name: str, mime: str, content: bytes) -> Attachment:
    attachment, _ = await receive(media, content, name=name, declared_type=mime, limit=PICTURE_BYTES)
    return attachment


async def _worn(media: MediaStore, name: str) -> str:
    kept = await _keep(media, f"{name}.png", "image/png", face(name))
    worn = picture_name(kept.hash, kept.mime)
    assert worn is not None, "a PNG is one of the types that agents wear"
    return worn


async def _tell(
    tx: Tx, cases: list[Case], files: dict[str, Attachment], faces: dict[str, str], now: int, sandbox: str
) -> None:
    """One verb for the whole past, in the order in which it happened: the log has it in the order of its times."""
    past = Past(tx, min(case.acts[0].at for case in cases) - DAY)
    preferences = {"first_minute": {"sandbox": sandbox}} if sandbox else {}
    narrator = Narrator(past, await make_people(past, faces, preferences), files, now)
    told = [Running(case, number) for number, case in enumerate(cases)]
    for act, running in sorted(
        ((act, one) for one in told for act in one.case.acts), key=lambda pair: pair[0].at
    ):
        past.now = act.at
        await narrator.tell(running, act)
    past.now = now
    await use_macros(past, narrator.team)
    await narrator.leave_a_draft(told)


@dataclass
class Running:
    """A case as far as it has been told."""

    case: Case
    number: int
    conversation: str = ""
    last: int = 0
    """The position of its newest message."""
    said: int = 0

    @property
    def sender(self) -> Address:
        return (
            Address("mailto", mail_of(self.case.customer.key))
            if self.case.mail
            else _address(self.case.customer)
        )


@dataclass
class Narrator:
    """Lets everybody do what they did, through the verbs that they would have done it with."""

    tx: Past
    team: Team
    files: dict[str, Attachment]
    now: int
    random: Random = field(default_factory=lambda: Random(2))
    before: dict[str, str] = field(default_factory=dict)
    """The conversation that a customer had last."""

    async def tell(self, running: Running, act: Act) -> None:
        await getattr(self, f"_{act.what}")(running, act)

    async def _says(self, running: Running, act: Act) -> None:
        running.said += 1
        await (self._writes if running.case.mail else self._chats)(running, act)

    async def _chats(self, running: Running, act: Act) -> None:
        customer = running.case.customer
        fact = InboundMessage(
            provider_id=f"demo/{running.number}/{running.said}",
            sender=running.sender,
            text=act.words,
            attachments=(self.files[act.file],) if act.file else (),
            proof=Proof.VOUCHED if customer.name else Proof.CHANNEL,
            name=customer.name or None,
            locale=customer.language,
        )
        event = await ingest(self.tx, Intake(ACCOUNT), fact)
        if not running.conversation:
            running.conversation = str(event.conversation)
            await self._introduce(customer, event.actor.id)
        running.last = event.position

    async def _writes(self, running: Running, act: Act) -> None:
        """A mail, in the thread of those before it."""
        case, address = running.case, running.sender.address
        name = f"demo-{running.number}-{running.said}@{MAIL_DOMAIN}"
        subject = f"Re: {case.subject}" if running.conversation else case.subject
        headers = (
            ("From", f"{case.customer.name} <{address}>"),
            ("Subject", subject),
            ("Message-ID", f"<{name}>"),
        )
        readers = (parseaddr(case.cc),) if case.cc else ()
        fact = InboundMessage(
            provider_id=f"demo/{running.number}/{running.said}",
            sender=running.sender,
            text=act.words,
            attachments=(self.files[act.file],) if act.file else (),
            name=case.customer.name,
            locale=case.customer.language,
            subject=case.subject,
            clues=(Clue(ConversationId(running.conversation)),) if running.conversation else (),
            others=tuple(Participant(Address("mailto", one), who, copied=True) for who, one in readers),
            source=Source(name, subject, headers=headers, automatic="away" if act.automatic else None),
        )
        event = await ingest(self.tx, Intake(MAIL), fact)
        running.conversation, running.last = str(event.conversation), event.position

    async def _introduce(self, customer: Customer, identity: str) -> None:
        if customer.name:
            since = self.now - self.random.randint(200, 1400) * DAY
            signed = {"email": mail_of(customer.key), "plan": self.random.choice(PLANS), "since": since}
            await introduce(self.tx, IdentityId(identity), {}, signed)
        else:
            await introduce(self.tx, IdentityId(identity), {"roast": min(ROASTS)}, {})

    async def _takes(self, running: Running, act: Act) -> None:
        by = self.team.by(running.case.agent)
        await mark_read(self.tx, by.id, running.conversation, running.last)
        if running.case.team:
            await set_team(self.tx, running.conversation, self.team.teams[running.case.team], by)
        await assign(self.tx, running.conversation, by.id, by)

    async def _files(self, running: Running, act: Act) -> None:
        case, by, where = running.case, self.team.by(running.case.agent), running.conversation
        if not case.mail:
            await set_subject(self.tx, where, case.subject, by)
        if case.tags:
            await tag(self.tx, where, [self.team.tags[key] for key in case.tags], [], by)
        if case.priority:
            await set_priority(self.tx, where, Priority(case.priority), by)
        if case.order:
            await set_attributes(self.tx, where, {"order_number": case.order}, by)
        if case.business:
            theirs = self.random.choice(self.team.organisations[case.customer.language])
            await self._says_of(running, by, organisation=theirs)
        elif "howto" in case.tags and self.random.random() < 0.3:
            await self._says_of(running, by, attributes={"roast": self.random.choice(ROASTS)})

    async def _says_of(self, running: Running, by: Actor, **known: Any) -> None:
        contact = (await hold(self.tx, running.conversation)).contact
        await update_contact(self.tx, contact, by, **known)

    async def _merges(self, running: Running, act: Act) -> None:
        """What the customer had written the time before is about the same."""
        earlier = self.before.get(running.case.customer.key)
        if earlier is not None:
            await merge(self.tx, earlier, running.conversation, self.team.by(running.case.agent))

    async def _answers(self, running: Running, act: Act) -> None:
        await self._posts(running, act, Visibility.PUBLIC)

    async def _notes(self, running: Running, act: Act) -> None:
        await self._posts(running, act, Visibility.NOTE)

    async def _posts(self, running: Running, act: Act, visibility: Visibility) -> None:
        running.said += 1
        by = self.team.by(running.case.agent)
        await mark_read(self.tx, by.id, running.conversation, running.last)
        file = self.files[act.file] if act.file else None
        uploads = (await keep_upload(self.tx, f"agent:{by.id}", file),) if file else ()
        client_id = f"demo-{running.number}-{running.said}"
        event: Event = await write_post(
            self.tx, Post(running.conversation, by, client_id, act.words, visibility, uploads)
        )
        if act.names and by.id != self.team.agents["sora"]:
            await mention(self.tx, event, [self.team.agents["sora"]])
        running.last = event.position

    async def _reads(self, running: Running, act: Act) -> None:
        report = SeenReport(running.sender, delivered=running.last, read=running.last)
        await customer_has_seen(self.tx, ACCOUNT, report)

    async def _closes(self, running: Running, act: Act) -> None:
        await self._all_have_read(running)
        await close(self.tx, running.conversation, self.team.by(running.case.agent))

    async def _snoozes(self, running: Running, act: Act) -> None:
        await self._all_have_read(running)
        until = self.now + self.random.randint(3, 60) * HOUR
        await snooze(self.tx, running.conversation, until, self.team.by(running.case.agent))

    async def _spam(self, running: Running, act: Act) -> None:
        await self._all_have_read(running)
        await mark_spam(self.tx, running.conversation, self.team.by("sora"))

    async def _all_have_read(self, running: Running) -> None:
        for agent_id in self.team.agents.values():
            await mark_read(self.tx, agent_id, running.conversation, running.last)
        if not running.case.mail:
            self.before[running.case.customer.key] = running.conversation

    async def leave_a_draft(self, told: list[Running]) -> None:
        """Something that was begun and not sent waits in one conversation."""
        waiting = [one for one in told if one.case.fate == "waiting"]
        for running in waiting[:1]:
            agent_id = self.team.agents[running.case.agent]
            words = (
                "지금 확인하고 있어요, " if running.case.customer.language == "ko" else "I am just checking "
            )
            await save_draft(self.tx, agent_id, running.conversation, "public", words)


def mail_of(key: str) -> str:
    """The address of one of the shop's users."""
    return f"{key}@{MAIL_DOMAIN}"


def _address(customer: Customer) -> Address:
    """Where the door would have put them: the site's own users in the account's space, the others as browsers."""
    return Address(f"app:{ACCOUNT}" if customer.name else "visitor", customer.key)

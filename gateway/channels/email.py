"""Email: an address of ours, whose mail is fetched by IMAP or brought to us by SMTP or LMTP, and goes out by SMTP."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from aiohttp import ClientSession

from gateway.channels._mail_away import why_deaf
from gateway.channels._mail_carrier import Carrier
from gateway.channels._mail_config import EmailConfig, endpoint
from gateway.channels._mail_gate import Limits
from gateway.channels._mail_html import harmless, is_readable
from gateway.channels._mail_imap import Cursor, Following, Mailbox, look_into
from gateway.channels._mail_imap import House as Told
from gateway.channels._mail_imap_server import ImapServer
from gateway.channels._mail_listener import Door, Listener
from gateway.channels._mail_looks import Tries, cautions_of, exchangers, looks_of, roads_of
from gateway.channels._mail_oauth import Tokens
from gateway.channels._mail_pages import placed_pictures
from gateway.channels._mail_people import House as Known
from gateway.channels._mail_read import SPACE, Reader, of_envelope, read_mail, signer_of, unread_mail
from gateway.channels._mail_send import LINK_LIFE, address_of, owns, signed
from gateway.channels._mail_threads import Signer
from gateway.channels.base import (
    AttachmentRules,
    Capabilities,
    ChannelConfig,
    Delivery,
    House,
    Ours,
    Page,
    ProviderRequest,
    Sent,
    Words,
)
from gateway.channels.roads import Look, Road
from gateway.errors import AuthFailed, Away, ParleyError, TemporaryError, Unavailable
from gateway.events import AccountId, Address, Fact, InboundMessage

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LONGEST = 100_000
"""Characters of a message of ours."""
LARGEST_FILE = 1024 * MEGABYTE
"""What is too large to go along goes as a link: `[limits] upload_bytes` bounds it, not the mail."""
MOST_FILES = 20
MOST_RECIPIENTS = 50
WATCH_EVERY, WATCH_SOON = 600.0, 30.0
"""Seconds between two looks at whether mail can go out; sooner for the first `SOON` after it could not."""
SOON = 20
TELLING = 1.0
"""Seconds that it may take to write down how a mail went: together with what a send may take (`_mail_send.TURN` ...)
less than the outbox waits for an answer, else a mail that went is one of which nobody knows."""
IN_LOOP = 32 * 1024
"""Bytes of a mail up to which reading it holds nobody up; larger ones are read in a thread."""


class Email:
    """One account: an address, and its other ones."""

    name: ClassVar[str] = "email"
    label: ClassVar[Words] = Words(en="Email", ko="이메일")
    icon: ClassVar[str] = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round">'
        '<rect x="3" y="5" width="18" height="14" rx="2.4"/><path d="m4 7 8 6 8-6"/></svg>'
    )
    Config: ClassVar[type[ChannelConfig]] = EmailConfig

    def __init__(self, account: AccountId, config: EmailConfig) -> None:
        self.account = account
        self.config: ChannelConfig = config
        self._mail = config
        self.rate = config.rate
        self.burst = max(1, math.ceil(4 * config.rate))
        self._http: ClientSession | None = None
        self._tokens: Tokens | None = None
        self._listener: Listener | None = None
        self._house: House | None = None
        self._carrier = Carrier(config, self._signer)
        self.port = 0
        """At which it listens, once it does."""

    @cached_property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_length=LONGEST,
            attachments=AttachmentRules({"*/*": LARGEST_FILE}, MOST_FILES),
            quoting=True,
            subject=True,
            formatting="markdown",
            delivery_states=True,
            recipients=MOST_RECIPIENTS,
            link_life=LINK_LIFE,
            links_above=self._mail.large_links_above,
            sends=self._mail.smtp() is not None,
            may_start=self._mail.smtp() is not None,
        )

    async def open(self) -> None:
        grant = self._mail.grant
        if grant is not None and self._http is None:
            self._http = ClientSession()
            self._tokens = Tokens(self._http, grant, _now)
        if (dkim := self._carrier.dkim()) is not None:
            dkim.check()

    async def close(self) -> None:
        await self._carrier.close()
        if self._listener is not None:
            await self._listener.close()
            self._listener = None
        if self._http is not None:
            await self._http.close()
            self._http = None

    # --- what comes in ----------------------------------------------------------------------------------------------

    def addresses(self) -> Sequence[Address]:
        return [Address(SPACE, one) for one in self._mail.own]

    async def read(self, call: ProviderRequest, ours: Ours) -> Sequence[Fact]:
        reader = Reader(self.account, self._mail.trusts, ours.secret)
        if len(call.body) <= IN_LOOP:
            return read_mail(call, reader, ours, _now())
        return await asyncio.to_thread(read_mail, call, reader, ours, _now())

    def unread(self, call: ProviderRequest) -> InboundMessage:
        return unread_mail(call)

    async def listen(self, house: House) -> None:
        self._house = house
        if not self._mail.listen or (self._listener is not None and self._listener.listens):
            return

        async def accepts(recipient: str) -> bool:
            return known(await house.ours()).account(recipient) is not None

        async def deliver(raw: bytes, sender: str, recipients: Sequence[str], vouched: bool) -> None:
            """Each account of ours gets the mail with those of its addresses that it was sent to."""
            ours = known(await house.ours())
            for account in dict.fromkeys(ours.account(one) for one in recipients):
                mine = [one for one in recipients if ours.account(one) == account]
                call = ProviderRequest("SMTP", "", of_envelope(sender, mine, vouched=vouched), raw)
                await house.deliver(call, AccountId(account) if account else None)

        host, port = endpoint(self._mail.listen)
        try:
            listener = Listener(self._door(), accepts, deliver)
            self.port = await listener.open(host, port)
        except OSError as why:
            words = f"mail: cannot listen on {host} port {port}: {why.strerror or why}"
            raise Away(words, why=why_deaf(why)) from why
        self._listener = listener

    def _door(self) -> Door:
        """Raises OSError."""
        mail = self._mail
        return Door(
            mail.hostname or mail.domain,
            lmtp=mail.lmtp,
            size=mail.largest,
            context=mail.tls(),
            only_tls=mail.only_tls,
            limits=Limits(trusted=mail.networks),
        )

    async def check(self) -> None:
        server = self._imap()
        if server is not None:
            await look_into(server, self._mail.folders)
        await self._carrier.check(self._tokens)

    def roads(self) -> Sequence[Road]:
        return roads_of(self._mail)

    def cautions(self) -> Sequence[Look]:
        return cautions_of(self.account, self._mail)

    async def looks(self, others: Mapping[str, object]) -> AsyncIterator[Look]:
        fetches, token = self._imap(), None if self._tokens is None else self._tokens.token
        tries = Tries(
            token,
            None if fetches is None else lambda: look_into(fetches, self._mail.folders),
            lambda: self._carrier.check(self._tokens),
            exchangers,
        )
        listening = [
            one.config for one in others.values() if isinstance(one, Email) and one.account != self.account
        ]
        doors = [one for one in listening if isinstance(one, EmailConfig) and one.listen]
        async for look in looks_of(self.account, self._mail, tries, doors):
            yield look

    async def run(self, house: House) -> None:
        over = asyncio.Event()
        watching = asyncio.create_task(self._watch(house, over), name=f"the way out of {self.account}")
        try:
            server = self._imap()
            if server is not None:
                await self._follow(server, house)
            await asyncio.shield(watching)
        finally:
            # A write that is under way ends as if it had not been cancelled: the event is heard after it.
            over.set()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, house: House, over: asyncio.Event) -> None:
        """What goes out has to be able to, also while there is nothing: who installs us shall not hear it from a
        customer's answer. Returns where nothing goes out."""
        failures = 0
        while self._mail.smtp() is not None and not over.is_set():
            trouble: ParleyError | None = None
            try:
                await self._carrier.check(self._tokens)
            except ParleyError as why:
                trouble = why
            except Exception as why:  # it would be watched no more, and nobody would hear of it
                log.exception("account %s: a fault of ours", self.account)
                trouble = TemporaryError(f"smtp: {type(why).__name__}")
            failures = failures + 1 if trouble is not None else 0
            with contextlib.suppress(Unavailable):
                await house.told(trouble, "out")
            # Who is refused too often is locked out.
            quick = isinstance(trouble, TemporaryError) and failures < SOON
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SOON if quick else WATCH_EVERY):
                    await over.wait()

    async def _follow(self, server: ImapServer, house: House) -> None:
        cursors = {line: read for line, told in (await house.cursors()).items() if (read := _cursor(told))}

        async def deliver(raw: bytes, uid: int, folder: str) -> None:
            await house.deliver(ProviderRequest("IMAP", folder, {}, raw))

        async def reached(folder: str, validity: int, uid: int, waiting: int) -> None:
            await house.know(folder, f"{validity}:{uid}", waiting=waiting)

        since = self._mail.since or _day(await house.since())
        mailbox = Mailbox(
            server,
            Told(deliver, reached, house.told),
            cursors,
            Following(
                self._mail.folders,
                since,
                mark_seen=self._mail.mark_seen,
                move_to=self._mail.move_to,
                largest=self._mail.largest,
            ),
        )
        mailbox.start()
        try:
            await asyncio.Event().wait()
        finally:
            await mailbox.stop()

    def _imap(self) -> ImapServer | None:
        place, tokens = self._mail.imap(), self._tokens
        if place is None:
            return None
        return ImapServer(
            place.host,
            place.port,
            place.security,
            place.username,
            place.password,
            token=None if tokens is None else tokens.token,
            forget=None if tokens is None else tokens.forget,
        )

    # --- what goes out ----------------------------------------------------------------------------------------------

    def reaches(self, address: Address) -> bool:
        return address.space == SPACE and self._mail.smtp() is not None

    def address_of(self, written: str) -> Address | None:
        return address_of(written)

    def owns(self, address: Address) -> bool:
        return owns(address, self._mail.own)

    def signed(self, own: str, name: str, locale: str) -> str:
        words = self._mail.signature.both()
        return signed(Words(words["en"], words["ko"]), own, name, locale)

    async def send(self, delivery: Delivery) -> Sent:
        try:
            sent = await self._carrier.send(delivery, self._tokens, self._imap())
        except (Away, AuthFailed) as why:
            await self._tell(why)
            raise
        await self._tell(None)
        return sent

    async def _tell(self, trouble: ParleyError | None) -> None:
        """How it went is no part of whether it went."""
        if self._house is None:
            return
        try:
            async with asyncio.timeout(TELLING):
                await self._house.told(trouble, "out", carried=trouble is None)
        except (Unavailable, TimeoutError) as why:
            log.warning("account %s: how its mail goes could not be told: %r", self.account, why)
        except Exception:  # a fault of ours
            log.exception("account %s: how its mail goes could not be told", self.account)

    async def _signer(self) -> Signer:
        if self._house is None:
            raise TemporaryError("mail: nobody has said yet by what it is signed")
        try:
            return signer_of((await self._house.ours()).secret)
        except Unavailable as why:
            raise TemporaryError(f"mail: {why}") from why

    # --- how it is shown --------------------------------------------------------------------------------------------

    @staticmethod
    def page(html: str, pictures: Mapping[str, str], *, remote: bool) -> Page | None:
        if not is_readable(html):
            return None
        clean = harmless(html)
        return Page(placed_pictures(clean.html, pictures, remote=remote), clean.remote, clean.tracking)


def known(ours: Ours) -> Known:
    return Known({one.address: account for one, account in ours.addresses.items()}, ours.agents)


def _cursor(told: str) -> Cursor | None:
    validity, _, uid = told.partition(":")
    return Cursor(int(validity), int(uid)) if validity.isdigit() and uid.isdigit() else None


def _day(at: int) -> datetime.date | None:
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).date() if at else None


def _now() -> int:
    return int(time.time() * 1000)


CHANNEL = Email

"""A message on its way out as a mail: what it is made of, and under which name it is known afterwards.

Every recipient has a delivery and an SMTP transaction of her own, with one and the same mail: what becomes of it is
known for each of them, and nothing goes to anybody twice. Its Message-ID is made of the conversation and the message,
so every attempt at it has the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from gateway.channels import _mail_headers as headers
from gateway.channels._mail_compose import File, Mail, Quote, compose
from gateway.channels._mail_dkim import Signer as Dkim
from gateway.channels._mail_headers import Mailbox
from gateway.channels._mail_markup import placed
from gateway.channels._mail_smtp import Postman
from gateway.channels._mail_threads import NAMELESS, Signer
from gateway.channels.base import Correspondent, Delivery, Letter, Quoted, Sent, Words
from gateway.errors import ParleyError, PermanentError, TemporaryError
from gateway.events import Address, Attachment

log = logging.getLogger(__name__)

SPACE = "mailto"
LARGE = 15 * 1024 * 1024
"""Bytes of a mail's files together; base64 adds a third, and many servers take no more than 20 or 25 MB."""
AT_ONCE = 4
"""Mails of an account that are in memory at once."""
TURN, MAKING, CARRYING = 12.0, 8.0, 38.0
"""Seconds for each; together less than the outbox waits for an answer."""
REMEMBERED = 2.0
"""Seconds that a mail is kept after it was made, for its other recipients."""
FAREWELL = 5.0
"""Seconds that copies under way are given at the end."""
LINK_LIFE = 30 * 86_400_000
"""ms that a link in a mail lives at least: mails are read late."""
REPLY = re.compile(
    r"\s*(?:(?:re|aw|sv|antw|vs|odp|r|답장|회신|返信|回复|回覆)(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+", re.I
)
"""What programs put before the subject of an answer."""
HANGUL = re.compile(r"[\uac00-\ud7a3]")
SEOUL = timezone(timedelta(hours=9))
UNITS = ("B", "KB", "MB", "GB")

NOTHING = Words("", "")
ABOUT = Words("Your conversation with {name}", "{name} 상담 내용이에요")
"""The subject of a mail in a conversation that has none."""
FILES = Words("Files to download:", "첨부 파일 내려받기:")
WROTE = Words("On {day}, {name} wrote:", "{day}, {name}님이 작성:")
DAY = Words("%-d %B %Y", "%Y년 %-m월 %-d일")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What an account's mails are made with, and by whom they are carried."""

    address: str
    postman: Postman
    signer: Signer
    aliases: Collection[str] = ()
    """Other addresses of ours: who wrote to one of them is answered from there."""
    name: Words = NOTHING
    """Who we are, beside the address."""
    signature: Words = NOTHING
    """Below every mail; `{agent}` is where her own signature stands, or only her name."""
    dkim: Dkim | None = None
    tagged: bool = True
    """Does our server take `help+anything@` for `help@`?"""
    large: int = LARGE
    """Bytes of files beyond which the largest go as links."""
    keep: Callable[[bytes], Awaitable[object]] | None = None
    """Puts a copy into the mailbox. What it raises is logged: the mail has gone."""


class Courier:
    """One account's mails. `close` waits a while for copies that are being kept."""

    def __init__(self, out: Outgoing) -> None:
        self._out = out
        self._room = asyncio.Semaphore(AT_ONCE)
        self._making: dict[tuple[str, ...], asyncio.Task[tuple[Mail, bytes]]] = {}
        self._keeping: set[asyncio.Task[None]] = set()

    async def send(self, delivery: Delivery) -> Sent:
        """Raises what `Sends.send` may."""
        letter = delivery.letter
        if letter is None:
            raise PermanentError("no_letter", for_agent="delivery.failed", log="a mail without an envelope")
        recipient = headers.address_of(delivery.to.address)
        async with self._turn():
            mail, raw = await self._made(delivery, letter)
            await self._out.postman.send(raw, sender_of(self._out, letter), [recipient])
        if self._out.keep is not None and letter.to and delivery.to == letter.to[0].address:
            self._keep(self._out.keep, raw)
        return Sent(taken_as(mail.message_id, recipient))

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN):
                await self._room.acquire()
        except TimeoutError as why:
            raise TemporaryError("mail: no turn in time") from why
        try:
            yield
        finally:
            self._room.release()

    async def _made(self, delivery: Delivery, letter: Letter) -> tuple[Mail, bytes]:
        """One mail for all its recipients: whoever comes while it is made, or soon after, gets the same."""
        key = letter.message, delivery.text, *delivery.links
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(delivery, letter), name="a mail")
            several = len(letter.to) + len(letter.cc) > 1
            making.add_done_callback(lambda made: self._soon_forgotten(key, made, several))
        return await asyncio.shield(making)

    async def _make(self, delivery: Delivery, letter: Letter) -> tuple[Mail, bytes]:
        try:
            async with asyncio.timeout(MAKING):
                mail = mail_of(self._out, delivery, letter, await _files(self._out, delivery))
                return mail, await asyncio.to_thread(self._written, mail)
        except TimeoutError as why:
            raise TemporaryError("mail: not made in time") from why

    def _soon_forgotten(
        self, key: tuple[str, ...], made: asyncio.Task[tuple[Mail, bytes]], several: bool
    ) -> None:
        if made.cancelled() or made.exception() is not None or not several:
            self._making.pop(key, None)
        else:
            asyncio.get_running_loop().call_later(REMEMBERED, self._making.pop, key, None)

    def _written(self, mail: Mail) -> bytes:
        raw = compose(mail)
        return raw if self._out.dkim is None else self._out.dkim.sign(raw)

    def _keep(self, keep: Callable[[bytes], Awaitable[object]], raw: bytes) -> None:
        async def kept() -> None:
            try:
                await keep(raw)
            except ParleyError as why:
                log.warning("%s: no copy of a mail could be kept: %s", self._out.address, why)

        task = asyncio.create_task(kept(), name=f"a copy of a mail of {self._out.address}")
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def close(self) -> None:
        for making in list(self._making.values()):
            making.cancel()
        if self._keeping:
            _, slow = await asyncio.wait(self._keeping, timeout=FAREWELL)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        await self._out.postman.close()


def taken_as(message_id: str, recipient: str) -> str:
    """The provider's id of a mail of ours to one of its recipients; what stands before the `#` is its Message-ID."""
    digest = hashlib.sha256(recipient.lower().encode()).hexdigest()[:32]
    return f"{message_id.strip('<>')}#{digest}"


def named(provider_id: str) -> str:
    """The Message-ID, in brackets, of what has this provider's id: a mail of ours, or one that came."""
    bare, sign, _ = provider_id.rpartition("#")
    return f"<{(bare if sign else provider_id).strip('<>')}>"


def address_of(written: str) -> Address | None:
    """What somebody has typed, as addresses are told that come: in lower case, of ASCII where it is a domain."""
    bare = written.strip().removeprefix("mailto:")
    try:
        return Address(SPACE, headers.address_of(bare).lower())
    except PermanentError:
        return None


def owns(address: Address, ours: Iterable[str]) -> bool:
    """Is it one of these addresses, with or without a `+` and what follows it?"""
    local, _, domain = address.address.lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return address.space == SPACE and any(one.lower() in (bare, address.address.lower()) for one in ours)


def sender_of(out: Outgoing, letter: Letter) -> str:
    """The address of ours that a mail comes from, in its header and on the way: bounces return there, and what speaks
    for the one (SPF) speaks for the other."""
    return letter.reached if letter.reached in out.aliases else out.address


def mail_of(out: Outgoing, delivery: Delivery, letter: Letter, files: Files) -> Mail:
    """The mail that a message becomes: the same for whomever it is made."""
    locale = letter.locale or ("ko" if HANGUL.search(delivery.text) else "en")
    domain = out.address.rpartition("@")[2]
    name = out.name.for_reader(locale)
    ours = sender_of(out, letter)
    tagged = out.signer.address(ours, letter.conversation) if out.tagged else ours
    # It stands in front of everybody's eyes: only where an answer might not find back without it.
    marked = tagged == ours and not letter.leads_back
    sender = f"{letter.author} ({name})" if letter.author and name else letter.author or name
    answers = [named(one) for one in letter.answers if not one.startswith(NAMELESS)]
    return Mail(
        message_id=f"<{out.signer.message_id(letter.conversation, letter.message, domain)}>",
        sender=Mailbox(ours, sender),
        to=_mailboxes(letter.to),
        cc=_mailboxes(letter.cc),
        reply_to=Mailbox(tagged, name),
        at=letter.at,
        subject=_subject(letter, name or out.address, locale),
        text=_with_links(delivery.text, files.linked, locale),
        signature=signed(out.signature, letter.signature, letter.author, locale),
        in_reply_to=answers[-1] if answers else "",
        references=answers,
        quote=_quote(letter.quote, locale),
        files=files.along,
        automatic=letter.automatic,
        unsubscribe=[letter.unsubscribe] if letter.unsubscribe else (),
        marker=out.signer.mark(letter.conversation) if marked else "",
        language=locale,
    )


def _mailboxes(people: Sequence[Correspondent]) -> list[Mailbox]:
    return [Mailbox(one.address.address, one.name) for one in people]


def _subject(letter: Letter, name: str, locale: str) -> str:
    if letter.retitled:
        return letter.subject
    bare = (
        REPLY.sub("", letter.subject, count=1).strip()
        if REPLY.match(letter.subject)
        else letter.subject.strip()
    )
    about = bare or ABOUT.for_reader(locale).format(name=name)
    return f"Re: {about}" if letter.answers else about


def signed(words: Words, own: str, name: str, locale: str) -> str:
    """The account's, with the agent in it; her own alone where the account has none. What no person wrote names none:
    lines in which one would stand are left out."""
    whole = words.for_reader(locale)
    if not (own or name):
        whole = "\n".join(line for line in whole.split("\n") if "{agent}" not in line)
    return whole.replace("{agent}", own or name).strip() if whole else own


def _quote(quote: Quoted | None, locale: str) -> Quote | None:
    if quote is None or not quote.text.strip():
        return None
    line = WROTE.for_reader(locale).format(day=_day(quote.at, locale), name=quote.author)
    return Quote(line, quote.text)


def _day(at: int, locale: str) -> str:
    """Koreans live by one time; of others we do not know by which."""
    korean = locale.lower().startswith("ko")
    return datetime.fromtimestamp(at / 1000, SEOUL if korean else UTC).strftime(DAY.for_reader(locale))


# --- files ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """A file that does not go along: where it is got."""

    name: str
    size: int
    link: str


@dataclass(frozen=True, slots=True)
class Files:
    along: Sequence[File] = ()
    linked: Sequence[Linked] = ()


async def _files(out: Outgoing, delivery: Delivery) -> Files:
    """What goes along, and what is too large for that. Raises as `Delivery.read`."""
    assert delivery.read is not None or not delivery.attachments, "who sends a file is told how to read it"
    drawn, large = placed(delivery.text), _too_large(out.large, delivery)
    along, linked = [], []
    for place, file in enumerate(delivery.attachments):
        key = delivery.keys[place] if place < len(delivery.keys) else ""
        if place in large:
            linked.append(Linked(file.name, file.size, delivery.links[place]))
        elif delivery.read is not None:
            body = await delivery.read(file)
            along.append(File(file.name, file.mime, body, key if key in drawn else ""))
    return Files(along, linked)


def _too_large(most: int, delivery: Delivery) -> set[int]:
    """The places of those that go as links: the largest, until the others are no more than `most` together."""
    if len(delivery.links) < len(delivery.attachments):
        return set()
    left = sum(file.size for file in delivery.attachments)
    chosen: set[int] = set()
    sizes: list[tuple[int, Attachment]] = sorted(
        enumerate(delivery.attachments), key=lambda one: one[1].size, reverse=True
    )
    for place, file in sizes:
        if left <= most:
            break
        chosen.add(place)
        left -= file.size
    return chosen


def _with_links(text: str, linked: Sequence[Linked], locale: str) -> str:
    if not linked:
        return text
    lines = [f"- [{_words(one.name)} ({_size(one.size)})]({one.link})" for one in linked]
    return "\n\n".join(
        part for part in (text.rstrip(), FILES.for_reader(locale) + "\n" + "\n".join(lines)) if part
    )


def _words(name: str) -> str:
    """A file's name inside the marks of a link."""
    return re.sub(r"[\[\]\n]", " ", headers.file_name(name))


def _size(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if unit and amount < 10 else f"{amount:.0f} {UNITS[unit]}"

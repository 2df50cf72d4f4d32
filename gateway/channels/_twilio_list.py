"""What Twilio holds of our messages: what came in while nobody answered, what became of ours, and whether it has taken
an order whose answer was lost.

https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources: newest first, by recipient
or sender, from a day or moment on; https://www.twilio.com/docs/messaging/api/media-resource for a message's files.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from twilio.base.exceptions import TwilioException

from gateway.channels._twilio_client import meaning
from gateway.channels._twilio_consent import consent_of
from gateway.channels._twilio_numbers import e164
from gateway.channels._twilio_payload import Line, prefix_of, sender_of, thread_of
from gateway.channels._twilio_status import report
from gateway.channels.base import Delivery
from gateway.errors import PermanentError
from gateway.events import DeliveryReport, InboundMessage, RemoteFile, unsupported

PAGE = 1_000
"""Messages of a page; Twilio gives no more at once."""
LOOKED_AT = 100
"""Messages to one person that are looked through for one whose answer was lost."""
CLOCKS = 5_000
"""ms by which Twilio's clock may be behind ours; its times are whole seconds, besides."""
ON_THEIR_WAY = {"receiving"}


async def held_for_us(
    client: Any, line: Line, number: str, since: int, base: str
) -> AsyncIterator[InboundMessage | DeliveryReport]:
    """Oldest first. `number`: ours with the channel's prefix; empty: whatever the service has beside our numbers."""
    came: dict[str, str] = {"to": number} if number else {}
    async for message in _oldest_first(client, since, came):
        if _is_inbound(message) and _is_ours(message, line, number):
            yield await _message(client, message, line, base)
        elif not number and _is_others(message, line) and (told := _report(message)):
            yield told
    if number:
        async for message in _oldest_first(client, since, {"from_": number}):
            if not _is_inbound(message) and (told := _report(message)):
                yield told


async def taken_as(
    client: Any, delivery: Delivery, prefix: str, whence: tuple[str, str], since: int, until: int
) -> Sequence[str]:
    """See `Reconciles.candidates`. `whence`: the number and the service that it was given to: others of the same Twilio
    account may write the same words to her in these minutes."""
    to = prefix + delivery.to.address
    try:
        newest = await client.messages.list_async(to=to, limit=LOOKED_AT)
    except TwilioException as why:
        raise meaning(why) from why
    return [
        one.sid
        for one in newest
        if not _is_inbound(one)
        and _is_from(one, prefix, *whence)
        and (one.body or "").strip() == delivery.text.strip()
        and bool(int(one.num_media or 0)) == bool(delivery.links)
        and since - CLOCKS <= _ms(one.date_created) <= until
    ]


def _is_from(message: Any, prefix: str, sender: str, service: str) -> bool:
    if service:
        return bool(message.messaging_service_sid == service)
    written = (message.from_ or "").removeprefix(prefix)
    return written == sender or e164(written) == sender


async def _oldest_first(client: Any, since: int, where: Mapping[str, str]) -> AsyncIterator[Any]:
    """Page by page: the way to the oldest is walked once and back, and two pages are held, however many there are. The
    first is one of them: asked for again, it would have been pushed on by what has come meanwhile. The others begin
    after a message of their own and stay what they are."""
    after = datetime.fromtimestamp(max(0, since - CLOCKS) / 1000, UTC)
    page = await _page(client.messages.page_async(date_sent_after=after, page_size=PAGE, **where))
    first, places = list(page), []
    while page.next_page_url:
        places.append(page.next_page_url)
        page = await _page(client.messages.get_page_async(places[-1]))
    while places:
        for message in reversed(list(page)):
            yield message
        places.pop()
        if places:
            page = await _page(client.messages.get_page_async(places[-1]))
    for message in reversed(first):
        yield message


async def _page(asking: Awaitable[Any]) -> Any:
    try:
        return await asking
    except TwilioException as why:
        raise meaning(why) from why


def _is_inbound(message: Any) -> bool:
    return str(message.direction) == "inbound"


def _is_ours(message: Any, line: Line, number: str) -> bool:
    if str(message.status) in ON_THEIR_WAY or not message.sid or not message.from_:
        return False
    if prefix_of(message.from_) != line.prefix:
        return False  # a service may have senders of both channels
    if number:
        return True
    return (
        bool(line.service)
        and message.messaging_service_sid == line.service
        and not _is_a_sender(message.to, line)
    )


def _is_others(message: Any, line: Line) -> bool:
    """Did it go out by a number that has no line of its own?"""
    return not _is_inbound(message) and not _is_a_sender(message.from_, line)


def _is_a_sender(written: str | None, line: Line) -> bool:
    """Is it one of our numbers, which has a line of its own?"""
    bare = (written or "").removeprefix(line.prefix)
    return bare in line.senders or e164(bare) in line.senders


def _report(message: Any) -> DeliveryReport | None:
    try:
        return report(message.sid, _as_told(message), None)
    except ValueError:
        return None  # a state that came after this was written; the callback that says it is kept


async def _message(client: Any, message: Any, line: Line, base: str) -> InboundMessage:
    sender, at = sender_of(message.from_, line), _ms(message.date_sent or message.date_created)
    text = message.body or ""
    counted = (message.num_media or "0") != "0"
    files = await _files(client, message, base) if counted else ()
    if not text and not files:
        # The list says less than the webhook: places, cards and buttons are not in it.
        return unsupported(message.sid, sender, "caught up", at)
    return InboundMessage(
        message.sid,
        sender,
        text=text,
        content={"type": "unsupported", "what": "media"} if counted and not files else None,
        at=at,
        thread_key=thread_of(message.to or "", line),
        late=True,
        files=files,
        segments=int(message.num_segments) if (message.num_segments or "").isdigit() else None,
        # The list does not tell a pressed button from words; text messages have none.
        consent=consent_of(text, may_be_pressed=bool(line.prefix)),
    )


async def _files(client: Any, message: Any, base: str) -> tuple[RemoteFile, ...]:
    try:
        listed = await client.messages(message.sid).media.list_async(limit=10)
    except TwilioException as why:
        if isinstance(meaning(why), PermanentError):
            return ()  # deleted since, or refused for good: what came after it shall not wait for that
        raise meaning(why) from why
    return tuple(
        RemoteFile(f"{base}{one.uri.removesuffix('.json')}", one.content_type or "") for one in listed
    )


def _as_told(message: Any) -> dict[str, str]:
    """As a callback would say it."""
    code = str(message.error_code or "")
    return {"MessageStatus": str(message.status), **({"ErrorCode": code} if code else {})}


def _ms(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp() * 1000)

"""POST /visitor/{account}/transcript: she has what was said in her chat sent to her own address by mail.

Only to an address that is proven to be hers (`gateway.stream.transcript`): what anybody may leave in a chat is no
address to send anything to that nobody wrote. Her browser is told the address in part: it may be another's by now.
"""

from __future__ import annotations

from aiohttp import web

from gateway.errors import Refused, Repeat
from gateway.store import Reader
from gateway.stream.gone_on import masked
from gateway.stream.transcript import Proven, proven_address, send_own
from gateway.visitors.bodies import answer
from gateway.visitors.desk import DESK, Chat, Desk, caller
from gateway.visitors.story import find_person, newest_conversation
from gateway.visitors.tokens import Visitor


async def send_copy(request: web.Request) -> web.Response:
    """201, or 200 where she has all of it already. Raises Forbidden, Unauthenticated, TooMany, Refused (nothing said,
    no address proven to be hers where automatic mails are wanted, too many within the hour)."""
    desk = request.app[DESK]
    chat = desk.access_account(request)
    visitor = desk.access_visitor(request, chat)
    desk.rates.transcripts.check(visitor.subject)
    await desk.rates.address.admit(caller(request))
    place = await desk.store.read(lambda look: place_of(look, visitor))
    found = None if place is None else await own_address(desk, chat, place[1])
    if place is None or found is None:
        raise Refused("errors.transcript_unproven", f"no address is proven to be {visitor.subject}'s")
    channels, by = desk.parts.channels, chat.follows_by()
    try:
        await desk.store.write(lambda tx: send_own(tx, *place, channels, by))
    except Repeat:
        return answer({"address": masked(found.to.address)})
    return answer({"address": masked(found.to.address)}, 201)


async def place_of(look: Reader, visitor: Visitor) -> tuple[str, str] | None:
    """Her newest conversation and who she is in it; None: she has not said anything."""
    known = await find_person(look, visitor.identity)
    found = None if known is None else await newest_conversation(look, known.person)
    return None if known is None or found is None else (found, known.identity)


async def own_address(desk: Desk, chat: Chat, identity: str) -> Proven | None:
    """Where a copy may go."""
    channels, by = desk.parts.channels, chat.follows_by()
    return await desk.store.read(lambda look: proven_address(look, identity, channels, by))

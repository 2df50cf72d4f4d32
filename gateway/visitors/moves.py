"""POST /visitor/{account}/moves: going on with the chat on a phone. Each account that the chat allows gets a link with
words written for her, and in them a word that says who she is; and she is told where a copy of it may go by mail.
GET /go/{account}/{word}: the short way to the same, as an agent's message names it."""

from __future__ import annotations

from itertools import groupby

import segno
from aiohttp import web

from gateway.channels.base import Invites
from gateway.errors import NotFound, Refused
from gateway.store import Tx
from gateway.stream.gone_on import masked
from gateway.stream.proofs import INVITATION, WORD, make_word
from gateway.visitors.bodies import answer
from gateway.visitors.copies import own_address, place_of
from gateway.visitors.desk import DESK, Desk, caller
from gateway.visitors.pages import choose_language
from gateway.visitors.wire import Move

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, section 6.3.8)."""


async def begin_move(request: web.Request) -> web.Response:
    """Raises Forbidden, Unauthenticated, TooMany, Refused (nothing was said yet, or nowhere to go on)."""
    desk = request.app[DESK]
    chat = desk.access_account(request)
    visitor = desk.access_visitor(request, chat)
    desk.rates.moves.check(visitor.subject)
    await desk.rates.address.admit(caller(request))
    accounts = [name for name in chat.continues_on() if _invites(desk, name)]
    place = await desk.store.read(lambda look: place_of(look, visitor))
    copy = None if place is None else await own_address(desk, chat, place[1])
    if place is None or not (accounts or copy):
        raise Refused("errors.nothing_to_continue", f"{visitor.subject} has nothing to go on with")

    async def words(tx: Tx) -> list[str]:
        return [await make_word(tx, *place, account) for account in accounts]

    made = await desk.store.write(words, aside=True) if accounts else []
    ways = [_move(desk, name, word, visitor.locale) for name, word in zip(accounts, made, strict=True)]
    return answer({"ways": ways, "copy_to": copy and masked(copy.to.address)}, 201)


async def lead_on(request: web.Request) -> web.Response:
    """To that account's own link and nowhere else, with words that carry what stands in the address: whoever has that
    has it from us. Nothing is looked up or spent: previews may follow it. Raises NotFound, TooMany."""
    desk, word = request.app[DESK], request.match_info["word"]
    channel = _invites(desk, request.match_info["account"])
    if channel is None or not WORD.fullmatch(f"#{word}"):
        raise NotFound("errors.not_found", "no such way on")
    await desk.rates.address.admit(caller(request))
    language = choose_language("", request.headers.get("Accept-Language"))
    found = channel.invitation(INVITATION.for_reader(language).format(word=word.upper()))
    assert found is not None, "it has an address"
    return web.Response(status=302, headers={"Location": found.link, "Cache-Control": "no-store"})


def _invites(desk: Desk, account: str) -> Invites | None:
    found: object = desk.parts.channels.get(account)
    return found if isinstance(found, Invites) and found.invitation("") is not None else None


def _move(desk: Desk, account: str, word: str, locale: str | None) -> Move:
    channel = _invites(desk, account)
    assert channel is not None, "it was asked for a moment ago"
    found = channel.invitation(INVITATION.for_reader(locale).format(word=word))
    assert found is not None, "it has an address"
    side, drawn = draw_qr(found.link)
    return {
        "label": desk.parts.channels.access(account).label.for_reader(locale),
        "by": channel.by.for_reader(locale),
        "link": found.link,
        "word": f"#{word}",
        "number": found.address,
        "qr": drawn,
        "side": side,
    }


def draw_qr(text: str) -> tuple[int, str]:
    """The side of a QR code in modules, and its dark ones as the `d` of a path whose strokes are one module wide."""
    rows = list(segno.make_qr(text, error="l").matrix_iter(border=QUIET))
    drawn = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                drawn.append(f"M{x} {y}.5h{length}")
            x += length
    return len(rows), "".join(drawn)

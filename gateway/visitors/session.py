"""POST /visitor/{account}/session: who is in front of this browser?

A newcomer is a signed token and nothing else: no row is written before the first message.
"""

from __future__ import annotations

from aiohttp import web

from gateway.errors import Forbidden, SignatureError, Unauthenticated
from gateway.events import Address, Proof
from gateway.stream.introduce import introduce
from gateway.stream.proofs import follow_link
from gateway.visitors.bodies import answer, read_body
from gateway.visitors.copies import own_address
from gateway.visitors.desk import DESK, Chat, Desk, caller, check_page
from gateway.visitors.story import count_unread, find_person, is_open
from gateway.visitors.tokens import VISITOR, Visitor, fitting_claims
from gateway.visitors.wire import LinkOver, SessionAnswer, SessionAsk, VisitorLimits


async def begin_session(request: web.Request) -> web.Response:
    """Raises Malformed, Forbidden, Unauthenticated (a vouch that is not believed), TooMany."""
    desk = request.app[DESK]
    chat = desk.access_account(request)
    check_page(request, chat)
    await desk.rates.sessions.admit(caller(request))
    ask = await read_body(request, SessionAsk)
    visitor = _recognise(desk, chat, ask) if ask.go is None else await _followed(desk, chat, ask, ask.go)
    if visitor is None:
        over: LinkOver = {"over": True, "settings": dict(chat.settings())}
        return answer(over)
    return answer(await _answer(desk, chat, visitor))


def _recognise(desk: Desk, chat: Chat, ask: SessionAsk) -> Visitor:
    """The site's signed user, else the browser's own token, else somebody new."""
    claims, locale = fitting_claims(ask.claims), ask.locale
    if ask.vouch is not None:
        return _vouched(desk, chat, ask.vouch, claims, locale)
    if chat.settings().get("require_vouch"):
        raise Forbidden("errors.vouch_needed", "nobody vouched for", code="vouch_needed")
    known = _returning(desk, chat, ask.token)
    if known is None:
        known = desk.tokens.newcomer(chat.account)
    return desk.tokens.visitor(
        chat.account, known.identity, claims={**known.claims, **claims}, locale=locale or known.locale
    )


async def _followed(desk: Desk, chat: Chat, ask: SessionAsk, link: str) -> Visitor | None:
    """Whom a link was sent to; None: it is over, or was followed by another browser. Raises Forbidden."""
    if chat.account in desk.vouched_only:
        raise Forbidden("errors.vouch_needed", "a link nobody vouched for", code="vouch_needed")
    address = await desk.store.write(lambda tx: follow_link(tx, chat.account, link, ask.once))
    if address is None:
        return None
    return desk.tokens.visitor(chat.account, address, claims=fitting_claims(ask.claims), locale=ask.locale)


def _returning(desk: Desk, chat: Chat, token: str | None) -> Visitor | None:
    """The nameless visitor this browser was. A vouched one comes back only with a vouch."""
    if token is None:
        return None
    try:
        known = desk.tokens.read(token, chat.account, desk.parts.clock())
    except Unauthenticated:
        return None
    return known if known.identity.space == VISITOR else None


def _vouched(desk: Desk, chat: Chat, vouch: str, claims: dict[str, str], locale: str | None) -> Visitor:
    try:
        user = chat.vouched(vouch, desk.parts.clock())
    except SignatureError as why:
        raise Unauthenticated("errors.vouch_refused", str(why), code="vouch_refused") from why
    details = {"email": user.email, "plan": user.plan, "since": user.since}
    return desk.tokens.visitor(
        chat.account,
        Address(chat.space(), user.user_id),
        proof=Proof.VOUCHED,
        name=user.name,
        vouched={key: value for key, value in details.items() if value is not None},
        claims=claims,
        locale=locale,
        expires_at=user.expires_at,
    )


async def _answer(desk: Desk, chat: Chat, visitor: Visitor) -> SessionAnswer:
    known = await desk.store.glance(lambda look: find_person(look, visitor.identity))
    told: SessionAnswer = {
        "token": desk.tokens.sign(visitor),
        "subject": visitor.subject,
        "name": visitor.name,
        "proven": visitor.proof >= Proof.VOUCHED,
        "address": visitor.vouched.get("email") or visitor.claims.get("email"),
        "open": False,
        "unread": 0,
        "settings": dict(chat.settings()),
        "limits": told_limits(desk, chat),
        "team": await desk.opening.state(chat.account),
    }
    if known is not None:
        told["open"] = await desk.store.glance(lambda look: is_open(look, known.person))
        if not told["settings"]["continues"]:
            # The same place in her window, where a copy may be had.
            told["settings"]["continues"] = await own_address(desk, chat, known.identity) is not None
        told["unread"] = await desk.store.glance(lambda look: count_unread(look, known.person))
        if visitor.claims or visitor.vouched:
            await desk.store.write(
                lambda tx: introduce(tx, known.identity, visitor.claims, visitor.vouched), aside=True
            )
    return told


def told_limits(desk: Desk, chat: Chat) -> VisitorLimits:
    """The bounds the browser keeps to: the account's, never above the deployment's."""
    rules, limits = chat.capabilities.attachments, desk.limits
    return {
        "text_length": min(limits.text_length, chat.capabilities.text_length),
        "upload_bytes": min([limits.upload_bytes, max(rules.limits.values(), default=0)]),
        "upload_count": min(limits.upload_count, rules.count),
        "accepts": sorted(rules.limits),
        "typing_repeat": limits.typing_repeat,
        "typing_expires": limits.typing_expires,
    }

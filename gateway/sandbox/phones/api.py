"""The door: Twilio's REST API in front of a network, for the official client or any other.

Pages: messaging/api/message-resource, messaging/api/media-resource, content/content-api-resources,
whatsapp/api/typing-indicators-resource. All of Twilio's hosts answer at this one address.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web

from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.orders import Order, Refusal
from gateway.sandbox.phones.paging import Named, Page
from gateway.sandbox.phones.records import Account, Media, Message, Template
from gateway.sandbox.phones.resources import (
    CONTENT,
    Json,
    approval_json,
    content_and_approval_json,
    content_json,
    media_json,
    message_json,
    refusal_json,
)
from gateway.sandbox.phones.weather import Fault

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
INERT = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Anybody's file may stand at the demo's own address."""
MESSAGES = "/2010-04-01/Accounts/{account}/Messages"
Handler = Callable[[web.Request, Account], Awaitable[web.Response]]
Answerer = Callable[[web.Request], Awaitable[web.Response]]


class Door:
    """One per network."""

    def __init__(self, network: Network, prefix: str = "") -> None:
        """`prefix`: what the network's `base` has behind its host."""
        self._network = network
        self._prefix = prefix

    def hang(self, application: web.Application) -> None:
        """Before the application serves."""
        gets: dict[str, Handler] = {
            f"{MESSAGES}.json": self._list,
            f"{MESSAGES}/{{sid}}.json": self._fetch,
            f"{MESSAGES}/{{sid}}/Media.json": self._list_media,
            f"{MESSAGES}/{{sid}}/Media/{{media}}.json": self._fetch_media,
            f"{MESSAGES}/{{sid}}/Media/{{media}}": self._lead_to_content,
            "/v1/Content": self._list_contents,
            "/v2/Content": self._list_contents,
            "/v1/ContentAndApprovals": self._list_approvals,
            "/v2/ContentAndApprovals": self._list_approvals,
            "/v1/Content/{sid}": self._fetch_content,
            "/v1/Content/{sid}/ApprovalRequests": self._fetch_approval,
        }
        self.hang_files(application)
        route = application.router
        for path, handler in gets.items():
            route.add_get(self._prefix + path, self._guarded(handler))
        route.add_post(f"{self._prefix}{MESSAGES}.json", self._guarded(self._send, orders=True))
        route.add_post(f"{self._prefix}/v2/Indicators/Typing.json", self._guarded(self._type))

    def hang_files(self, application: web.Application) -> None:
        """Only what needs no credentials: a file is shown to who was told its address."""
        application.router.add_get(self._prefix + "/media/{media}/{secret}", self._content)

    def _guarded(self, handler: Handler, *, orders: bool = False) -> Answerer:
        """Who asks, and what the weather does to it."""

        async def guarded(request: web.Request) -> web.Response:
            fault = self._network.fault(orders=orders)
            try:
                if fault is not None and not fault.is_done:
                    return self._failed(request, fault)
                answer = await handler(request, self._known(request))
            except Refusal as refusal:
                return _json(refusal_json(refusal), refusal.status)
            return answer if fault is None else self._failed(request, fault)

        return guarded

    def _failed(self, request: web.Request, fault: Fault) -> web.Response:
        match fault:
            case Fault.CUT | Fault.CUT_AFTER:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case Fault.BUSY:
                answer = _json(refusal_json(Refusal(429, 20429, "Too Many Requests")), 429)
                if self._network.weather.retry_after:
                    answer.headers["Retry-After"] = str(self._network.weather.retry_after)
                return answer
            case Fault.BROKEN | Fault.BROKEN_AFTER:
                return _json(refusal_json(Refusal(500, 20500, "Internal Server Error")), 500)

    def _known(self, request: web.Request) -> Account:
        """HTTP basic: the account's sid and its token. Raises Refusal."""
        login, token = _credentials(request.headers.get("Authorization", ""))
        account = self._network.accounts.get(login)
        if account is None or not hmac.compare_digest(account.token.encode(), token.encode()):
            raise Refusal(401, 20003, "Authenticate")
        if request.match_info.get("account", account.sid) != account.sid:
            raise _missing(request)
        return account

    def _page(self, request: web.Request, things: Sequence[Named]) -> Page:
        return Page(request.path.removeprefix(self._prefix), request.query, things)

    # --- messages ---------------------------------------------------------------------------------------------------

    async def _send(self, request: web.Request, account: Account) -> web.Response:
        form = await request.post()

        def said(name: str) -> str:
            return str(form.get(name, ""))

        order = Order(
            to=said("To"),
            sender=said("From"),
            service=said("MessagingServiceSid"),
            body=said("Body"),
            files=tuple(str(url) for url in form.getall("MediaUrl", [])),
            template=said("ContentSid"),
            variables=said("ContentVariables"),
            callback=said("StatusCallback"),
        )
        return _json(message_json(self._network.send(account, order)), 201)

    async def _list(self, request: web.Request, account: Account) -> web.Response:
        query = request.query
        first, at = _sent(query.get("DateSent", ""), query.get("DateSent<", ""), query.get("DateSent>", ""))
        found = self._network.found(
            account, to=query.get("To", ""), sender=query.get("From", ""), at=at, since=first * 1000
        )
        return _json(self._page(request, found).json("messages", message_json))

    async def _fetch(self, request: web.Request, account: Account) -> web.Response:
        return _json(message_json(self._message(request, account)))

    async def _list_media(self, request: web.Request, account: Account) -> web.Response:
        message = self._message(request, account)
        page = self._page(request, message.media)
        return _json(page.json("media_list", lambda media: media_json(message, media)))

    async def _fetch_media(self, request: web.Request, account: Account) -> web.Response:
        message = self._message(request, account)
        return _json(media_json(message, _media(request, message)))

    async def _lead_to_content(self, request: web.Request, account: Account) -> web.Response:
        """To an address that needs no credentials, as Twilio's own leads to a store elsewhere."""
        media = _media(request, self._message(request, account))
        place = f"{self._network.base}/media/{media.sid}/{media.key}"
        return web.Response(status=307, headers={"Location": place})

    async def _content(self, request: web.Request) -> web.Response:
        sid, key = request.match_info["media"], request.match_info["secret"]
        for message in self._network.messages.values():
            for media in message.media:
                if media.sid == sid and media.content and hmac.compare_digest(media.key, key):
                    return web.Response(
                        body=media.content, headers={**INERT, "Content-Type": media.content_type}
                    )
        return web.Response(status=404)

    def _message(self, request: web.Request, account: Account) -> Message:
        message = self._network.messages.get(request.match_info["sid"])
        if message is None or message.account != account.sid:
            raise _missing(request)
        return message

    async def _type(self, request: web.Request, account: Account) -> web.Response:
        form = await request.post()
        for name in ("channel", "messageId"):
            if not form.get(name):
                raise Refusal(400, 20001, f"Missing required parameter {name} in the post body")
        if form["channel"] != "whatsapp":
            raise Refusal(400, 20001, "Invalid parameter channel")
        self._network.show_typing(account, str(form["messageId"]))
        return _json({"success": True})

    # --- templates --------------------------------------------------------------------------------------------------

    async def _list_contents(self, request: web.Request, account: Account) -> web.Response:
        page = self._page(request, self._templates(request, account))
        return _json(page.product_json(CONTENT, "contents", content_json))

    async def _list_approvals(self, request: web.Request, account: Account) -> web.Response:
        page = self._page(request, self._templates(request, account))
        return _json(page.product_json(CONTENT, "contents", content_and_approval_json))

    async def _fetch_content(self, request: web.Request, account: Account) -> web.Response:
        return _json(content_json(self._template(request, account)))

    async def _fetch_approval(self, request: web.Request, account: Account) -> web.Response:
        return _json(approval_json(self._template(request, account)))

    def _templates(self, request: web.Request, account: Account) -> list[Template]:
        """Those that the parameters of v2 look for; v1 has none of these."""
        query = request.query
        name, words = query.get("ContentName", "").lower(), query.get("Content", "").lower()
        languages, kinds = query.getall("Language", []), query.getall("ContentType", [])
        return [
            template
            for template in self._network.templates.values()
            if template.account == account.sid
            and name in template.name.lower()
            and words in template.body.lower()
            and (not languages or template.language in languages)
            and (not kinds or not template.types.keys().isdisjoint(kinds))
            and _eligible(template, query.getall("ChannelEligibility", []))
        ]

    def _template(self, request: web.Request, account: Account) -> Template:
        template = self._network.templates.get(request.match_info["sid"])
        if template is None or template.account != account.sid:
            raise _missing(request)
        return template


def _credentials(header: str) -> tuple[str, str]:
    """Of RFC 7617; empty when there are none."""
    scheme, _, encoded = header.partition(" ")
    try:
        login, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (login, token) if scheme.lower() == "basic" else ("", "")


def _eligible(template: Template, wanted: list[str]) -> bool:
    """`CHANNEL:STATUS`; the only channel that approves is WhatsApp."""
    return not wanted or f"whatsapp:{template.approval}" in wanted


def _media(request: web.Request, message: Message) -> Media:
    for media in message.media:
        if media.sid == request.match_info["media"]:
            return media
    raise _missing(request)


def _missing(request: web.Request) -> Refusal:
    return Refusal(404, 20404, f"The requested resource {request.path} was not found")


def _sent(on: str, before: str, after: str) -> tuple[int, Callable[[int], bool]]:
    """The first second, and whether a time (ms) is within these filters: days, or moments to the second; the ends
    belong to it. Raises Refusal."""
    first = max((_span(text)[0] for text in (on, after) if text), default=0)
    last = min((_span(text)[1] for text in (on, before) if text), default=None)
    return first, lambda at: first <= at // 1000 and (last is None or at // 1000 <= last)


def _span(text: str) -> tuple[int, int]:
    """The first and the last second of a day, or of a moment twice the same."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as why:
        raise Refusal(400, 20001, f"Invalid date {text}") from why
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    length = timedelta(days=1) if DAY.fullmatch(text) else timedelta(seconds=1)
    return int(moment.timestamp()), int((moment + length).timestamp()) - 1


def _json(what: Json, status: int = 200) -> web.Response:
    return web.json_response(what, status=status)

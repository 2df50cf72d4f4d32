"""What the customers' door works with, and the checks every handler begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, cast

from aiohttp import web

from gateway.bus import Bus
from gateway.channels.base import Channel, ServesVisitors
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.door import check_origin, client_address, neighbourhood
from gateway.egress.agent import Link
from gateway.errors import NotFound, Unauthenticated
from gateway.events import Proof
from gateway.limits import Limits
from gateway.media import MediaLinks, MediaStore
from gateway.rates import Bound, Buckets, Shared
from gateway.store import Store
from gateway.visitors.opening import Opening
from gateway.visitors.tokens import Tokens, Visitor


class Chat(Channel, ServesVisitors, Protocol):
    """An account whose customers follow our log."""


@dataclass(frozen=True)
class Parts:
    """What the composition root hands over. `clock` tells UTC ms."""

    store: Store
    bus: Bus
    config: Config
    channels: Channels
    media: MediaStore
    links: MediaLinks
    clock: Callable[[], int]
    shared: Shared | None = None
    """Counts for all processes."""


@dataclass
class Rates:
    """How often whom. A visitor's own buckets are touched only after her token was read, so that a stranger can fill
    nobody's; an address' buckets are wide, many people stand behind one."""

    sessions: Bound
    messages: Buckets
    address: Bound
    uploads: Buckets
    upload_mib: Bound
    frames: Buckets
    moves: Buckets
    transcripts: Buckets

    @classmethod
    def of(cls, limits: Limits, clock: Callable[[], float], shared: Shared | None = None) -> Rates:
        """`shared` counts for all processes what is counted by address."""
        return cls(
            sessions=Bound("visitor_sessions", limits.visitor_sessions, clock, shared),
            messages=Buckets(limits.visitor_messages, clock),
            address=Bound("visitor_messages_address", limits.visitor_messages_address, clock, shared),
            uploads=Buckets(limits.visitor_uploads, clock),
            upload_mib=Bound("visitor_upload_mib", limits.visitor_upload_mib, clock, shared),
            frames=Buckets(limits.visitor_frames, clock),
            moves=Buckets(limits.visitor_moves, clock),
            transcripts=Buckets(limits.visitor_transcripts, clock),
        )


@dataclass
class Desk:
    """The customers' door of one process."""

    parts: Parts
    tokens: Tokens = field(init=False)
    rates: Rates = field(init=False)
    opening: Opening = field(init=False)
    chats: dict[str, Chat] = field(init=False)
    """By account; asked once what each channel can do, because the asking takes longer than a request should."""
    vouched_only: set[str] = field(init=False)
    """The accounts that take in only whom their site signs for."""
    coming: Counter[str] = field(default_factory=Counter)
    """Bytes of uploads that are being read, by owner: room they have taken already."""

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.parts.store.secret)
        self.rates = Rates.of(self.limits, lambda: self.parts.clock() / 1000, self.parts.shared)
        serving = [channel for channel in self.parts.channels if isinstance(channel, ServesVisitors)]
        self.chats = {channel.account: cast("Chat", channel) for channel in serving}
        self.vouched_only = {
            name for name, chat in self.chats.items() if chat.settings().get("require_vouch")
        }
        self.opening = Opening(self.store, self.parts.bus, self.parts.clock, self._team_of)

    @property
    def store(self) -> Store:
        return self.parts.store

    @property
    def limits(self) -> Limits:
        return self.parts.config.limits

    def _team_of(self, account: str) -> str:
        return self.chats[account].config.team

    def find_account(self, request: web.Request) -> Chat | None:
        """The account of the address, if it serves visitors."""
        return self.chats.get(request.match_info["account"])

    def access_account(self, request: web.Request) -> Chat:
        """The same. Raises NotFound, alike for what is not there and what does not serve visitors."""
        found = self.find_account(request)
        if found is None:
            raise NotFound("errors.account_unknown", "no such chat account")
        return found

    def access_visitor(self, request: web.Request, chat: Chat) -> Visitor:
        """Who sends this request, by her token. Raises Forbidden (another site's page), Unauthenticated."""
        check_page(request, chat)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("errors.visitor_token", "no visitor token")
        return self.read_token(chat, token.strip())

    def read_token(self, chat: Chat, token: str) -> Visitor:
        """Whose token this is, if she may come in as the account stands now. Raises Unauthenticated."""
        visitor = self.tokens.read(token, chat.account, self.parts.clock())
        if visitor.proof < Proof.VOUCHED and chat.account in self.vouched_only:
            raise Unauthenticated("errors.vouch_needed", "a token nobody vouched for", code="vouch_needed")
        return visitor

    def link_for(self, audience: str) -> Link:
        """Signs where one person gets her files; for her alone, and looked up again when it is used."""
        return self.parts.links.for_audience(audience, self.parts.config.server.media_url)


DESK: web.AppKey[Desk] = web.AppKey("visitors.desk", Desk)


def check_page(request: web.Request, chat: Chat) -> None:
    """Only our own pages and those the account allows may call. Raises Forbidden."""
    origin = request.headers.get("Origin")
    if origin is None or not chat.allows_origin(origin):
        check_origin(request)


def caller(request: web.Request) -> str:
    """The key of the caller's network for rates."""
    return neighbourhood(client_address(request))

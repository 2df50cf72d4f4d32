"""The providers' door, `/webhooks/{account}`: verify, parse, take in, acknowledge.

Nothing is acknowledged before it is committed. A call that nobody we know has signed leaves no trace but a line of the
log; one that is signed and cannot be taken in is parked (`gateway.stream.parked`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from aiohttp import web

from gateway import metrics
from gateway.channels.base import ProviderRequest
from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.door import client_address, neighbourhood, read_bounded
from gateway.errors import Forbidden, Gone, NotFound, Refused, SignatureError, TooMany, Unavailable
from gateway.rates import Buckets
from gateway.store import Store
from gateway.stream.provided import Provider, take_call, takes_webhooks

log = logging.getLogger(__name__)

PATH = "/webhooks/{account:[a-z0-9_-]{1,40}}"
METHODS = ("POST", "GET")
TOLD = 300
"""Characters of an adapter's reason that the log gets."""
STATE = "select state from accounts where id = $1"


@dataclass
class Door:
    store: Store
    config: Config
    channels: Channels
    requests: Buckets = field(init=False)
    refused: Buckets = field(init=False)
    """Of one address and one account, so that who guesses at one fills nobody else's."""

    def __post_init__(self) -> None:
        self.requests = Buckets(self.config.limits.webhook_requests)
        self.refused = Buckets(self.config.limits.webhook_refused)

    async def answer(self, request: web.Request) -> web.Response:
        """`take`, counted by its account and what we say."""
        account, code = request.match_info["account"], 500
        try:
            response = await self.take(request)
            code = response.status
            return response
        except (Refused, Unavailable) as why:
            code = why.status
            raise
        finally:
            metrics.webhook_answered(account if self.channels.get(account) else "none", code).inc()

    async def take(self, request: web.Request) -> web.Response:
        """One call of a provider. Raises Forbidden (not signed), NotFound, Gone, TooMany, TooLarge, Malformed,
        UnsupportedMediaType, Unavailable."""
        account, address = request.match_info["account"], neighbourhood(client_address(request))
        self.requests.check(address, text="errors.webhook_often")
        place = (address, account if self.channels.get(account) else "")
        if wait := self.refused.wait(place):
            raise TooMany("errors.webhook_often", f"unsigned calls for {account}", retry_after=wait)
        channel = await self._access(account, place)
        body = await read_bounded(request, self.config.limits.webhook_bytes)
        # A provider signs the address it was given: behind a proxy request.url is another one.
        url = self.config.public_url + request.raw_path
        told = ProviderRequest(request.method, url, request.headers, body)
        self._check_signed(channel, told, place)
        with metrics.timed(metrics.Stage.WEBHOOK_COMMITTED):
            await take_call(self.store, channel, told, self.config.limits)
        said = channel.acknowledge()
        headers = {"Content-Type": said.content_type, "Cache-Control": "no-store"}
        return web.Response(status=said.status, body=said.body, headers=headers)

    async def _access(self, account: str, place: tuple[str, str]) -> Provider:
        """Raises NotFound; Gone for one that left the configuration, so that its provider stops calling."""
        channel = self.channels.get(account)
        if takes_webhooks(channel):
            return channel
        self.refused.take(place)
        if channel is None:
            state = await self.store.glance(lambda look: look.value(STATE, account))
            if state == "retired":
                raise Gone("errors.account_retired", f"account {account} is retired")
        raise NotFound("errors.account_unknown", f"no account {account!r} takes calls of a provider")

    def _check_signed(self, channel: Provider, told: ProviderRequest, place: tuple[str, str]) -> None:
        """Fails closed: an adapter that cannot say is an adapter that says no. Raises Forbidden."""
        try:
            channel.verify(told)
            return
        except SignatureError as error:
            why = " ".join(str(error).split())[:TOLD]
        except Exception:
            log.exception("account %s: verifying a call failed", channel.account)
            why = "its adapter failed"
        self.refused.take(place)
        at = told.url.partition("?")[0]
        log.warning(
            "a call for account %s from %s refused (403) as %s: %s", channel.account, place[0], at, why
        )
        raise Forbidden("errors.webhook_unsigned", f"{channel.account}: {why}", code="unsigned")


def hang(application: web.Application, store: Store, config: Config, channels: Channels) -> None:
    door = Door(store, config, channels)
    for method in METHODS:
        application.router.add_route(method, PATH, door.answer)

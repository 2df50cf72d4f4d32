"""Listening by Socket Mode: Slack brings envelopes over a socket that we open. A duty of one process.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websockets import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from websockets.exceptions import WebSocketException

from gateway.config import Slack
from gateway.errors import Unavailable
from inbox.slack.inward import Inward

log = logging.getLogger(__name__)

SDK = logging.getLogger(f"{__name__}.sdk")
SDK.setLevel(logging.CRITICAL)  # it calls every end of a socket an error; what matters of it is said here
LOOK = 0.2
"""Seconds after the end of a socket in which the SDK has put another into its place, or not."""
AGAIN = (0.1, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until it is opened again, after each try that failed."""
CONNECTS = 20.0
"""Seconds that opening it may last."""
CLOSES = 2.0
"""Seconds that closing it may last: nobody waits longer for us to end."""
TROUBLE = (SlackApiError, SlackClientError, WebSocketException, aiohttp.ClientError, OSError, TimeoutError)
UNREAD = AttributeError
"""What the SDK raises where it is told in no JSON that the socket cannot be opened."""


class Listener:
    """For as long as the process has the duty."""

    def __init__(
        self, config: Slack, session: aiohttp.ClientSession, inward: Inward, clock: Callable[[], int]
    ) -> None:
        self._config = config
        self._session = session
        self._inward = inward
        self._clock = clock

    async def run(self) -> None:
        tries = 0
        while True:
            client = self._client()
            try:
                async with asyncio.timeout(CONNECTS):
                    await client.connect()  # type: ignore[no-untyped-call]
                await self._listen(client)
                tries = 0
                log.info("the socket of Slack ended; it is opened again")
            except (*TROUBLE, UNREAD) as why:
                log.warning("Slack's socket could not be opened: %s", type(why).__name__)
            except Unavailable as why:
                log.warning("listening to Slack waits: %s", why)
            except Exception:
                # A duty that ends takes the process along, and the SDK raises more than it says.
                log.exception("listening to Slack failed; it is begun again")
            finally:
                await _close(client)
            await asyncio.sleep(AGAIN[min(tries, len(AGAIN) - 1)])
            tries += 1

    async def _listen(self, client: SocketModeClient) -> None:
        """Until the socket has ended; what was missed is caught up beside it. Raises Unavailable."""
        ended = asyncio.create_task(_until_broken(client))
        behind = asyncio.create_task(self._inward.catch_up(self._clock()))
        try:
            await asyncio.wait((ended, behind), return_when=asyncio.FIRST_COMPLETED)
            if behind.done():
                behind.result()
            await ended
        finally:
            ended.cancel()
            behind.cancel()
            await asyncio.gather(ended, behind, return_exceptions=True)

    def _client(self) -> SocketModeClient:
        token = self._config.app_token.get_secret_value()
        web = AsyncWebClient(base_url=self._config.api_base, session=self._session, retry_handlers=[])
        # We look after it ourselves: the SDK's own way back says nothing of what was missed meanwhile.
        client = SocketModeClient(token, logger=SDK, web_client=web, auto_reconnect_enabled=False)
        client.socket_mode_request_listeners.append(self._heard)
        return client

    async def _heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """What is not done is not acknowledged, and Slack brings it again."""
        try:
            answer = await self._inward.take(request.type, request.payload)
        except Unavailable as why:
            log.warning("what Slack told us is not taken yet: %s", why)
            return
        except Exception:
            log.exception("what Slack told us could not be taken")  # the SDK says nothing of it
            return
        response = SocketModeResponse(envelope_id=request.envelope_id, payload=answer)
        try:
            await client.send_socket_mode_response(response)
        except TROUBLE as why:
            log.info("an acknowledgement was lost, it comes again: %s", type(why).__name__)


async def _until_broken(client: SocketModeClient) -> None:
    """A socket that Slack wants replaced is replaced by the SDK: only one that ends without another is broken."""
    while client.current_session is not None and await client.is_connected():
        await client.current_session.wait_closed()
        await asyncio.sleep(LOOK)


async def _close(client: SocketModeClient) -> None:
    tasks = [
        one
        for one in (client.message_processor, client.current_session_monitor, client.message_receiver)
        if one is not None
    ]
    try:
        async with asyncio.timeout(CLOSES):
            await client.close()  # type: ignore[no-untyped-call]
    except TROUBLE as why:
        log.info("the socket of Slack was not closed well: %s", type(why).__name__)
        if client.current_session is not None:
            client.current_session.transport.abort()
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSES)

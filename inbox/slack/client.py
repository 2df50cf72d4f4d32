"""Slack's Web API, by slack-sdk over a session of ours: every answer becomes a value or one of our own errors.

https://docs.slack.dev/apis/web-api/ · https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from gateway.channels._answers import rest_asked
from gateway.config import Slack
from gateway.errors import AuthFailed, PermanentError, TemporaryError, UncertainError
from inbox.slack.blocks import Drawn, escaped

PATIENCE = 10.0
"""Seconds that one call may last."""
REST = 30.0
"""Seconds that one waits where Slack does not say how long."""
PAGE = 200
EVENT_TYPE = "parley_event"
NO_ENTRY = {
    *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
    *("org_login_required", "ekm_access_denied", "no_permission", "team_access_not_granted"),
}
"""Nobody but whoever runs this can mend it; everything waits until then."""
PASSING = {"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"}
"""Nothing was done, and later it may be."""
UNSURE = {"internal_error", "fatal_error", "request_timeout"}
"""It may have been done (https://docs.slack.dev/reference/methods/chat.postMessage#errors)."""
WITHOUT = {"missing_scope", "not_allowed_token_type"}
UNREAD = (AttributeError, ValueError, RecursionError)
"""What the SDK raises where an answer is nothing that it knows: a word for a table, bytes that are no text."""


@dataclass(frozen=True, slots=True)
class Me:
    """As whom we call."""

    team: str
    user: str
    bot: str
    url: str


class Client:
    """One per process. What a method must wait for, it waits for in every channel."""

    def __init__(self, config: Slack, session: aiohttp.ClientSession) -> None:
        self.config = config
        # The SDK's own retries would post twice where an answer was lost.
        self.web = AsyncWebClient(
            config.bot_token.get_secret_value(),
            base_url=config.api_base,
            session=session,
            retry_handlers=[],
        )
        self._session = session
        self._rests: dict[str, float] = {}
        """Until when (monotonic) Slack wants a method left alone."""
        self._me: Me | None = None
        self._named = True
        """May a post be shown as somebody's (`chat:write.customize`)?"""

    async def call(self, method: str, **said: Any) -> Mapping[str, Any]:
        """One call. Raises TemporaryError (nothing was done), UncertainError (it may have been), AuthFailed,
        PermanentError (`code` is Slack's word)."""
        if (rest := self._rests.get(method, 0.0) - time.monotonic()) > 0:
            raise TemporaryError(f"{method} rests", retry_after=rest)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._ask(method, said)
        except SlackApiError as why:
            raise self._said(method, why.response) from None
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError) as why:
            raise TemporaryError(f"{method}: {type(why).__name__}") from None
        except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError, *UNREAD) as why:
            raise UncertainError(f"{method}: {type(why).__name__}") from None
        return answer

    async def _ask(self, method: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        told = {key: value for key, value in said.items() if value is not None}
        function: Callable[..., Awaitable[Any]] = getattr(self.web, method.replace(".", "_"))
        answer = (await function(**told)).data
        return answer if isinstance(answer, dict) else {}

    def _said(self, method: str, response: Any) -> Exception:
        # Where a body was no JSON the SDK hands over the answer itself.
        status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
        data = response.data if isinstance(getattr(response, "data", None), dict) else {}
        code = str(data.get("error") or f"http_{status}")
        if status == HTTPStatus.TOO_MANY_REQUESTS or code in PASSING:
            asked = rest_asked(response.headers)
            rest = REST if asked is None else max(asked, 1.0)
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                self._rests[method] = time.monotonic() + rest
            return TemporaryError(f"{method}: {code}", retry_after=rest)
        if code in NO_ENTRY:
            return AuthFailed(code)
        unreadable = not data.get("error") and status < HTTPStatus.BAD_REQUEST
        if code in UNSURE or unreadable or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return UncertainError(f"{method}: {code}")
        return PermanentError(code, for_agent="errors.place_channel", log=f"{method}: {code}")

    async def pages(self, method: str, key: str, most: int | None = 5_000, **said: Any) -> AsyncIterator[Any]:
        """What all pages of a list hold, up to so many; None: however many there are."""
        cursor, seen = "", 0
        while True:
            answer = await self.call(method, limit=PAGE, cursor=cursor or None, **said)
            for one in answer.get(key) or ():
                yield one
                seen += 1
            last, cursor = cursor, (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor or (most is not None and seen >= most):
                return
            if cursor == last:
                raise UncertainError(f"{method}: a page that leads to itself")

    async def me(self) -> Me:
        """Asked once; `look` asks anew."""
        return self._me or await self.look()

    async def look(self) -> Me:
        said = await self.call("auth.test")
        if not said.get("team_id") or not said.get("user_id"):
            raise UncertainError("auth.test: an answer that names nobody")
        self._me = Me(said["team_id"], said["user_id"], said.get("bot_id", ""), said.get("url", ""))
        return self._me

    async def post(self, channel: str, thread: str | None, drawn: Drawn, key: str) -> str:
        """Returns the post's ts."""
        bare: dict[str, Any] = {
            "channel": channel,
            "thread_ts": thread,
            "text": drawn.text,
            "blocks": list(drawn.blocks),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if drawn.username and self._named:
            try:
                shown = {"username": drawn.username, "icon_url": drawn.picture}
                return await self._posted(**bare, **shown)
            except PermanentError as why:
                if why.code not in WITHOUT:
                    raise
                self._named = False
        return await self._posted(**(bare | {"blocks": _signed(drawn)}))

    async def _posted(self, **said: Any) -> str:
        ts = (await self.call("chat.postMessage", **said)).get("ts")
        if not ts:
            raise UncertainError("chat.postMessage: an answer without ts")
        return str(ts)

    async def redraw(self, channel: str, ts: str, drawn: Drawn, key: str) -> None:
        await self.call(
            "chat.update",
            channel=channel,
            ts=ts,
            text=drawn.text,
            blocks=list(drawn.blocks) if self._named else _signed(drawn),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"id": key}},
        )

    async def remove(self, channel: str, ts: str) -> None:
        """The post does not stand there any more, whoever took it away."""
        try:
            await self.call("chat.delete", channel=channel, ts=ts)
        except PermanentError as why:
            if why.code != "message_not_found":
                raise

    async def find(self, channel: str, thread: str | None, key: str, after: str = "") -> str | None:
        """The ts of the post that bears this key, looked for among all that came after that ts; None: it does not
        stand there."""
        method = "conversations.replies" if thread else "conversations.history"
        asked = {"channel": channel, "ts": thread, "oldest": after or None, "include_all_metadata": True}
        # To the end, however far that is: who stops before it posts twice.
        async for one in self.pages(method, "messages", None, **asked):
            metadata = one.get("metadata") or {}
            told = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and told.get("id") == key:
                return str(one["ts"])
        return None

    async def whisper(self, channel: str, user: str, text: str, thread: str | None = None) -> None:
        """Told to one person in the channel, and kept by nobody."""
        said = {"channel": channel, "user": user, "text": escaped(text), "thread_ts": thread}
        await self.call("chat.postEphemeral", **said)


async def _stays(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    response = await handler(request)
    if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
        response.close()
        raise aiohttp.ClientConnectionError(f"an answer that leads elsewhere: {response.status}")
    return response


def open_session() -> aiohttp.ClientSession:
    """For calls of the API, which follow no answer elsewhere: people's words are brought to Slack alone."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), middlewares=(_stays,))


def part(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """What an answer is about. Raises UncertainError where it does not say so."""
    found = answer.get(key)
    if not isinstance(found, Mapping):
        raise UncertainError(f"an answer without {key}")
    return found


def _signed(drawn: Drawn) -> list[dict[str, Any]]:
    """Where a post may not be shown as somebody's, it says whose it is."""
    if not drawn.username:
        return list(drawn.blocks)
    who = {"type": "context", "elements": [{"type": "plain_text", "text": drawn.username, "emoji": False}]}
    return [who, *drawn.blocks][:50]

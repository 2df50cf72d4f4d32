"""A file of a message, put below it in the thread: announced, uploaded, and completed, which is what posts it.

https://docs.slack.dev/messaging/working-with-files#upload: the address that Slack names takes the bytes; nobody sees
anything of them until `files.completeUploadExternal`. Completing takes no `metadata` and tells no `ts`: the file's own
id, kept before it is completed, says whether it arrived (`files.info`). What cannot be carried is named by its message.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, InvalidURL

from gateway.channels._public_net import NotPublic
from gateway.errors import PermanentError, TemporaryError
from gateway.media import Damaged, MediaStore, Missing
from gateway.store import Row, Store
from gateway.stream import pull_queue
from gateway.stream.pull_queue import Due
from inbox.slack.bring import GONE, checked
from inbox.slack.client import Client, part
from inbox.slack.draws import Draws

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""Bytes of a file that is put into a thread; a larger one is a link."""
LASTS = 90_000
"""ms that an upload may last."""
TIMES = ClientTimeout(total=LASTS / 1000 - 10, sock_connect=10)
TRIES = 10
"""After which a file that Slack does not take, or never completes, is named instead: what comes after it waits."""
LOOKS = 4
"""How often one looks for a file that was completed and stands nowhere: Slack shares it a moment later."""
REFUSED = {400, 403, 404, 410, 411, 413, 415}
"""Answers to an upload that another try would not change."""
SOON = 2.0
"""Seconds between those looks."""


class Carrier:
    """Of the process that posts. `for_whom`: who reads the channel at this moment (`Sender`)."""

    def __init__(
        self,
        store: Store,
        client: Client,
        draws: Draws,
        media: MediaStore,
        road: ClientSession,
        clock: Callable[[], int],
        for_whom: Callable[[Due], Awaitable[Due]],
        *,
        largest: int = LARGEST,
    ) -> None:
        self._store = store
        self._client = client
        self._draws = draws
        self._media = media
        self._road = road
        self._clock = clock
        self._for_whom = for_whom
        self._largest = largest

    async def carry(self, due: Due) -> None:
        """Once, whatever becomes of the answers. Raises what the client does."""
        if due.thread is None:
            await self._store.write(lambda tx: pull_queue.ended(tx, due, "no thread"), aside=True)
            return
        known = await self._look(due) if due.external else None
        if due.external and known is not None and await self._stands(due, known):
            external = due.external
            await self._store.write(lambda tx: pull_queue.posted(tx, due, external, ""), aside=True)
            return
        if due.external and due.tries >= TRIES:
            raise PermanentError(
                "upload_refused", for_agent="attachment.refused", log="it is never completed"
            )
        # It stands nowhere: whatever goes wrong before it is completed begins anew.
        due = replace(due, state="queued")
        due = await self._for_whom(due)
        until = self._clock() + LASTS
        await self._store.write(lambda tx: pull_queue.begin(tx, due, until), aside=True)
        found = await self._draws.file(due)
        if found is None:
            await self._store.write(lambda tx: pull_queue.ended(tx, due), aside=True)
            return
        row, words = found
        if row["size"] > self._largest:
            raise PermanentError("too_large", for_agent="attachment.too_large", log=f"{row['size']} bytes")
        external = due.external if known is not None and due.external else await self._upload(due, row)
        await self._complete(due, external, row, words)
        await self._store.write(lambda tx: pull_queue.posted(tx, due, external, ""), aside=True)

    async def look_again(self, due: Due) -> None:
        """It stands: is it still for those who read the thread?"""
        due = await self._for_whom(due)
        if await self._draws.file(due) is not None:
            await self._store.write(lambda tx: pull_queue.drawn(tx, due, ""), aside=True)
            return
        await self._take_away(due)
        await self._store.write(lambda tx: pull_queue.ended(tx, due), aside=True)

    async def _take_away(self, due: Due) -> None:
        """The file, wherever it was shared on, and the messages here that show it: their words would stay."""
        known = await self._look(due)
        if known is None:
            return
        shares = known.get("shares") or {}
        for shown in [one for kind in ("public", "private") for one in _shown(shares, kind, due.channel)]:
            try:
                await self._client.remove(due.channel, shown)
            except PermanentError as why:
                # Somebody has shared it on: that message is theirs, and loses the file.
                log.info("a message with a file in %s stays: %s", due.channel, why)
        try:
            await self._client.call("files.delete", file=due.external)
        except PermanentError as why:
            if why.code not in GONE:
                raise

    async def _look(self, due: Due) -> Mapping[str, Any] | None:
        """The file as Slack knows it; None: it was never completed, or is gone."""
        try:
            told = part(await self._client.call("files.info", file=due.external), "file")
        except PermanentError as why:
            if why.code not in GONE:
                raise
            return None
        return told

    async def _stands(self, due: Due, known: Mapping[str, Any]) -> bool:
        """Raises TemporaryError while it may yet come to stand there."""
        shares = known.get("shares") or {}
        if any(due.channel in (shares.get(kind) or {}) for kind in ("public", "private")):
            return True
        if due.tries <= LOOKS:
            await self._store.write(lambda tx: pull_queue.looked_for(tx, due), aside=True)
            raise TemporaryError("a file is being shared", retry_after=SOON)
        return False

    async def _upload(self, due: Due, row: Row) -> str:
        """Returns the id that Slack has given it."""
        content = await self._read(row)
        named = {"filename": row["name"], "length": len(content)}
        said = await self._client.call("files.getUploadURLExternal", **named)
        external, where = str(said.get("file_id") or ""), str(said.get("upload_url") or "")
        try:
            if not external:
                raise NotPublic("no file and no address")
            url = checked(where, self._client.config.api_base)
            asked = self._road.post(url, data=content, allow_redirects=False, timeout=TIMES)
            async with asked as response:
                status = response.status
        except (NotPublic, InvalidURL) as why:
            raise PermanentError("upload_refused", for_agent="attachment.refused", log=f"{why}") from why
        except (ClientError, TimeoutError) as why:
            raise _not_taken(due, type(why).__name__) from why
        if status != HTTPStatus.OK:
            raise _not_taken(due, str(status), final=status in REFUSED)
        # From here on it may be completed, and is looked for by this.
        await self._store.write(lambda tx: pull_queue.under_way(tx, due, external), aside=True)
        return external

    async def _read(self, row: Row) -> bytes:
        try:
            async with self._media.open(row["hash"]) as opened:
                return b"".join([piece async for piece in opened.chunks])
        except (Missing, Damaged) as why:
            raise PermanentError("file_gone", for_agent="delivery.file_gone", log=str(why)) from why

    async def _complete(self, due: Due, external: str, row: Row, words: str) -> None:
        again = await self._for_whom(due)
        if again.audience is not due.audience:
            raise TemporaryError("somebody else reads the channel by now", retry_after=0.1)
        try:
            await self._client.call(
                "files.completeUploadExternal",
                files=[{"id": external, "title": row["name"]}],
                channel_id=due.channel,
                thread_ts=due.thread,
                initial_comment=words,
            )
        except PermanentError as why:
            # Completed before, and shared a long moment later.
            if due.external == external and why.code in GONE:
                return
            raise


def _shown(shares: Mapping[str, Any], kind: str, channel: str) -> list[str]:
    """The messages of the channel that show it."""
    return [str(one["ts"]) for one in (shares.get(kind) or {}).get(channel) or ()]


def _not_taken(due: Due, why: str, *, final: bool = False) -> Exception:
    if final or due.tries >= TRIES:
        return PermanentError(
            "upload_refused", for_agent="attachment.refused", log=f"an upload to Slack: {why}"
        )
    return TemporaryError(f"an upload to Slack: {why}")

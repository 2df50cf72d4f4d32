"""What falls due: snoozes that end, replies held for undo, files of the erased, uploads nobody used, the log's old end.

Duties of one process (`gateway.duties`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from gateway.channels.registry import Channels
from gateway.errors import Unavailable
from gateway.limits import Limits
from gateway.media import MediaStore, sweep_orphans
from gateway.store import Store, Tx
from gateway.stream.along import forget_taken
from gateway.stream.bulk import forget_bulks
from gateway.stream.edit import NAMED
from gateway.stream.erase import forget_dying
from gateway.stream.held import forget_undone
from gateway.stream.hook_queue import forget_deliveries
from gateway.stream.outbox_settle import forget_deferred, forget_early
from gateway.stream.parked import forget_parked
from gateway.stream.proofs import forget_used
from gateway.stream.release import next_due, release_due
from gateway.stream.repeats import forget_ids_left
from gateway.stream.sources import forget_originals
from gateway.stream.status import next_wake, wake_due
from gateway.stream.trim import trim_log

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the snoozes, and at replies held for undo."""
LOOK_SOON = 0.05
"""Seconds at the least between two looks at held replies when one is due."""
TRUSTED = 60_000
"""ms by which our clock may be behind the database's: what is due later than that is not asked about."""
CLEAN_EVERY = 3600.0
"""Seconds between two rounds of cleaning."""
FORGET_EVERY = 60.0
"""Seconds between two tries to delete the files of erasures that the file store did not delete at once."""
DAY, HOUR = 86_400_000, 3_600_000

IDS_AT_ONCE = 200
"""Erased messages whose deliveries lose their names in one transaction."""
# What waits in a draft, or with a held reply, waits on; originals of mails have a time of their own.
FORGET_UPLOADS = """delete from attachments where message_id is null and created_at < $1
    and owner not like 'held:%' and owner not like 'original:%'
    and not exists (select 1 from draft_files d where d.upload_id = attachments.id)"""
FORGET_SESSIONS = "delete from sessions where expires_at < $1"
FORGET_LINKS = "delete from one_time_links where expires_at < $1"


async def wake_snoozed(store: Store, clock: Callable[[], int]) -> None:
    """Open what was snoozed until now, again and again. Survives a database that is gone for a while."""
    while True:
        try:
            due = await next_wake(store)
            if due is not None and due <= clock():
                await store.write(wake_due)
        except Unavailable as why:
            log.warning("snoozes wait: %s", why)
        await asyncio.sleep(LOOK_EVERY)


async def release_held(store: Store, channels: Channels, clock: Callable[[], int]) -> None:
    """Send held replies when their moment is over, again and again; what fell due while nobody ran goes at once.
    Survives a database that is gone for a while. `clock` says when to look again; what is due the database's tells."""
    while True:
        wait = LOOK_EVERY
        try:
            due = await next_due(store)
            if due.soon is not None or (due.at is not None and due.at <= clock() + TRUSTED):
                await release_due(store, channels)
                due = await next_due(store)
            if due.at is not None:
                wait = min(LOOK_EVERY, max(LOOK_SOON, (due.at - clock()) / 1000))
        except Unavailable as why:
            log.warning("held replies wait: %s", why)
        await asyncio.sleep(wait)


async def forget_files(store: Store, media: MediaStore) -> None:
    """Delete what erasures have left in the file store, again and again until it is gone: it may have been away, or
    this process killed between the erasure and the deletion."""
    while True:
        try:
            await forget_dying(store, media)
        except Unavailable as why:
            log.warning("the files of erasures wait: %s", why)
        except Exception:
            log.exception("the files of erasures could not be deleted; the next round tries again")
        await asyncio.sleep(FORGET_EVERY)


async def clean(store: Store, media: MediaStore, limits: Limits) -> None:
    """Every hour: trim the log, forget uploads that no message took, then the bytes that nothing names."""
    while True:
        await asyncio.sleep(CLEAN_EVERY)
        try:
            await clean_once(store, media, limits)
        except Unavailable as why:
            log.warning("cleaning waits: %s", why)
        except Exception:
            log.exception("cleaning failed; the next round tries again")


async def clean_once(store: Store, media: MediaStore, limits: Limits) -> None:
    now = await store.write(lambda tx: _forget(tx, limits))
    await trim_log(store, now - limits.log_kept * DAY)
    while await store.write(lambda tx: forget_deliveries(tx, now - limits.webhook_kept * DAY)):
        pass

    while await store.write(lambda tx: forget_ids_left(tx, IDS_AT_ONCE)):
        pass

    async def is_named(digest: str) -> bool:
        return await store.glance(lambda look: look.one(NAMED, digest)) is not None

    swept = await sweep_orphans(media, is_named, now, age=limits.orphans_kept * HOUR)
    log.info("swept %s", swept)


async def _forget(tx: Tx, limits: Limits) -> int:
    await forget_taken(tx)
    await tx.run(FORGET_UPLOADS, tx.now - limits.orphans_kept * HOUR)
    await forget_originals(tx, tx.now - limits.originals_kept * DAY)
    await forget_bulks(tx)
    await forget_undone(tx, tx.now - DAY)
    if old := await forget_parked(tx, tx.now - limits.parked_kept * DAY):
        log.warning("%d parked calls of providers are swept: nobody has seen to them in time", old)
    await forget_early(tx, tx.now - DAY)
    await forget_deferred(tx, tx.now - DAY)
    await forget_used(tx, tx.now - DAY)
    await tx.run(FORGET_SESSIONS, tx.now - 90 * DAY)
    await tx.run(FORGET_LINKS, tx.now - 90 * DAY)
    return tx.now

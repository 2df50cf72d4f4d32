"""A customer who came from another channel is told once that the chat goes on, in our first message to her there.

The line is a part of that message and stored with it: nothing is sent by itself, and nothing twice.
"""

from __future__ import annotations

from gateway.channels.base import Words
from gateway.store import Tx
from gateway.stream.hold import Held
from gateway.stream.outbox import Way
from gateway.stream.people import LOCALE

CONTINUED = Words(en="Continuing our chat.", ko="이전 대화에서 이어서 상담해 드려요.")
OUR_LAST = """select l.account_id, l.identity_id from messages m join legs l on l.id = m.leg_id
    where m.conversation_id = $1 and m.visibility = 'public' and m.author_kind not in ('customer', 'automation')
    order by m.at desc, m.position desc limit 1"""
HER_FIRST = """select l.account_id, l.identity_id from messages m join legs l on l.id = m.leg_id
    where m.conversation_id = $1 and m.visibility = 'public' order by m.at, m.position limit 1"""


async def continued(tx: Tx, held: Held, way: Way, text: str) -> str:
    """The text of a message that is about to go that way, with the line where the last of ours (or, before any of ours,
    the first of hers) went another."""
    before = await tx.one(OUR_LAST, held.id) or await tx.one(HER_FIRST, held.id)
    if before is None or (before["account_id"], before["identity_id"]) == (way.account, way.identity):
        return text
    line = CONTINUED.for_reader(await tx.value(LOCALE, held.contact))
    return f"{line}\n\n{text}".rstrip()

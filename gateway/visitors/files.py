"""Files for customers: which file a link still opens is asked anew each time it is used."""

from __future__ import annotations

from aiohttp import web

from gateway.events import Attachment
from gateway.media import Claim
from gateway.visitors.desk import DESK

PERSON = "person"
"""The kind of a customer's audience: `person:ID`."""
HERS = """select a.* from attachments a join messages m on m.id = a.message_id
    join legs l on l.id = m.leg_id join identities i on i.id = l.identity_id
    where a.id = $1 and i.person_id = $2 and m.visibility = 'public' and m.erased_at is null"""


def audience(person: str) -> str:
    """Whom a customer's links are signed for."""
    return f"{PERSON}:{person}"


async def customers_file(request: web.Request, claim: Claim) -> Attachment | None:
    """The attachment behind a customer's link; None for another audience, for what was erased, and for what is no
    longer hers to see. The link is the key: a frame in somebody's site sends no cookie."""
    kind, _, person = claim.audience.partition(":")
    if kind != PERSON:
        return None
    row = await request.app[DESK].store.glance(lambda look: look.one(HERS, claim.attachment, person))
    if row is None:
        return None
    return Attachment(
        row["hash"], row["name"], row["mime"], row["size"], row["width"], row["height"], bool(row["inline"])
    )

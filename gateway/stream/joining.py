"""A message on another channel goes on with the conversation that runs with its sender already, if she is proven to be
the one it runs with.

Proven is one human by one address (its SMS and its WhatsApp are one identity), by a browser that followed a link, or by
a word or code that one of her identities was shown or sent and another brought back. That two are of one contact alone
says nothing: agents merge by likeness, too. And it counts only as long as they are of one contact: what was separated,
or whose merge was undone, is joined no more.

It is about the conversation that agents have: what each of her endpoints sees hangs on identities and persons as
before.
"""

from __future__ import annotations

from gateway.events import LegId
from gateway.store import Tx
from gateway.stream.hold import Held, hold
from gateway.stream.people import Person
from gateway.stream.proofs import go_on, leg_for

# Hers alone (not one that she takes part in), and as far as proofs lead within her contact. A link counts by the person
# that it made of two, which parting takes back; that it was once followed says nothing of today.
RUNNING = """with recursive same (id, person_id) as (
        select i.id, i.person_id from identities i where i.id = $1
        union select o.id, o.person_id from same s join identities o on o.contact_id = $2 and (
            o.person_id = s.person_id or exists (select 1 from proofs p where p.used_at is not null
                and p.kind in ('word', 'code') and ((p.identity_id = s.id and p.met_id = o.id)
                    or (p.met_id = s.id and p.identity_id = o.id)))))
    select c.id from conversations c where c.contact_id = $2 and c.status in ('open', 'snoozed')
        and c.merged_into is null and exists (
            select 1 from legs l join same s on s.id = l.identity_id where l.conversation_id = c.id)
    order by c.last_at desc, c.id desc limit 1 {lock_c}"""


async def join_running(tx: Tx, account: str, person: Person, *, switch: bool) -> tuple[LegId, Held] | None:
    """Her newest running conversation, with a leg of that account and identity; with `switch` it goes by that from now
    on. The person is locked, so of two messages that come at once the second finds what the first has begun."""
    if person.blocked:
        return None
    found = await tx.value(RUNNING, person.identity, person.contact)
    if found is None and tx.postgres:
        # While we waited for its lock the newest may have been closed, or merged into another of hers.
        found = await tx.value(RUNNING, person.identity, person.contact)
    if found is None:
        return None
    held = await hold(tx, found)
    if not switch:
        return await leg_for(tx, held, account, person.identity, ""), held
    return await go_on(tx, held, account, person.identity, ""), await hold(tx, held.id)

"""By which of her addresses somebody may read what was said to which other: as far as proofs lead, and no further.

Merging contacts leads nowhere here: that is what agents see.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store import Reader, as_json

# As far as proofs lead within her contact (`gateway.stream.joining`), and to what followed her there and was answered.
SAME = """with recursive same (id, person_id) as (
        select i.id, i.person_id from identities i where i.id in {ids_1}
        union select o.id, o.person_id from same s join identities o on o.contact_id = $2 and (
            o.person_id = s.person_id or exists (select 1 from proofs p where p.used_at is not null
                and p.kind in ('word', 'code') and ((p.identity_id = s.id and p.met_id = o.id)
                    or (p.met_id = s.id and p.identity_id = o.id)))
            or exists (select 1 from identities x join legs xl on xl.identity_id = x.id
                join messages f on f.leg_id = xl.id and f.author_kind = 'automation' and f.author_id = 'follow_up'
                join carried k on k.message_id = f.id join messages m on m.id = k.carried_id
                join legs ml on ml.id = m.leg_id where x.id = s.id and x.proof >= 3 and ml.identity_id = o.id)))
    select id from same"""


async def same_person(look: Reader, identities: Sequence[str], contact: str) -> set[str]:
    """These, and those of the contact that are proven to be the same person's."""
    return {row["id"] for row in await look.all(SAME, as_json(list(identities)), contact)}

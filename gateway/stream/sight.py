"""By which of her addresses somebody may read what was said to which other: as far as proofs lead, and no further.

Merging contacts leads nowhere here: that is what agents see. What followed her to an address goes where agents or she
herself say that she is; only her own answer to it says that it came to the right one.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store import Reader, as_json

# A person has answered `f` from the very address `x` to which it went, when nobody else had been sent anything of that
# conversation by the same way (`a`); and no agent has parted either from anybody since. What was written by a machine,
# and what was erased, is no answer.
ANSWERED = """exists (select 1 from messages a left join message_sources w on w.message_id = a.id
        where a.conversation_id = f.conversation_id and a.position > f.position and a.author_kind = 'customer'
        and a.author_id = x.id and a.erased_at is null and w.automatic is null
        and not exists (select 1 from messages n left join deliveries d on d.message_id = n.id
            join identities i on i.id in (n.author_id, d.identity_id) where n.conversation_id = f.conversation_id
            and n.position < a.position and i.space = x.space and i.id <> x.id)
        and not exists (select 1 from merge_items t join merges g on g.id = t.merge_id
            where t.item_id in (x.id, o.id) and t.item_kind = 'identity' and (
                (g.kind = 'contact.split' and g.position > a.position and g.undone_at is null)
                or (g.kind = 'contact.merge' and g.undone_at >= a.at))))"""
# As far as proofs lead within her contact (`gateway.stream.joining`), and to what followed her there and was answered.
SAME = f"""with recursive same (id, person_id) as (
        select i.id, i.person_id from identities i where i.id in {{ids_1}}
        union select o.id, o.person_id from same s join identities o on o.contact_id = $2 and (
            o.person_id = s.person_id or exists (select 1 from proofs p where p.used_at is not null
                and p.kind in ('word', 'code') and ((p.identity_id = s.id and p.met_id = o.id)
                    or (p.met_id = s.id and p.identity_id = o.id)))
            or exists (select 1 from identities x join legs xl on xl.identity_id = x.id
                join messages f on f.leg_id = xl.id and f.author_kind = 'automation' and f.author_id = 'follow_up'
                join carried k on k.message_id = f.id join messages m on m.id = k.carried_id
                join legs ml on ml.id = m.leg_id where x.id = s.id and x.proof >= 3 and ml.identity_id = o.id
                and {ANSWERED})))
    select id from same"""


async def same_person(look: Reader, identities: Sequence[str], contact: str) -> set[str]:
    """These, and those of the contact that are proven to be the same person's."""
    return {row["id"] for row in await look.all(SAME, as_json(list(identities)), contact)}

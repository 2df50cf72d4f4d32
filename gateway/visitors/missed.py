"""What one customer missed: her own facts out of the log, however much of it is other people's.

The log has no index by person, which every fact would pay for. Her legs and messages have theirs: the stretch after her
cursor is walked once and held against them, and of what others did not even the content is read. The conditions are
those of `VisitorHub.load`; the stretch is bounded by `gateway.live.REPLAY_MOST`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from gateway.events import Address, Event, Kind
from gateway.store import Reader, as_json, trimmed_to
from gateway.store.log import read_event
from gateway.visitors.story import persons_of

ABOUT_MESSAGES = (Kind.MESSAGE_CREATED, Kind.MESSAGE_EDITED, Kind.MESSAGE_ERASED, Kind.MESSAGE_FILES)
# A merge or a split may make another conversation her newest one.
ABOUT_STATE = (
    Kind.CONVERSATION_CREATED,
    Kind.CONVERSATION_CHANGED,
    Kind.CONVERSATION_MERGED,
    Kind.CONVERSATION_SPLIT,
    Kind.MERGE_UNDONE,
)


def _kinds(*kinds: Kind) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# A merge moves messages and legs to other conversations, so her messages are found by leg and not by the fact's place.
HERS = f"""with hers as (select l.id, l.conversation_id from legs l
        join identities i on i.id = l.identity_id where i.person_id = $2)
    select * from events where position > $1 and (
        kind in ({_kinds(*ABOUT_MESSAGES)}) and message_id in (
            select m.id from messages m where m.leg_id in (select id from hers))
        or kind = '{Kind.LEG_SEEN.value}' and subject_id in (select id from hers)
        or kind in ({_kinds(*ABOUT_STATE)}) and conversation_id in (select conversation_id from hers)
        or kind = '{Kind.CONTACT_ERASED.value}' and contact_id in (
            select birth_contact_id from identities where person_id = $2
            union select contact_id from identities where person_id = $2))
    order by position limit $3"""

# The same from the other end, for many at once: whom do these facts concern, and up to where?
CONCERNED = f"""with late as materialized (
        select position, kind, message_id, subject_id, conversation_id, contact_id from events where position > $2),
    concerned as (
        select late.position, i.person_id from late join messages m on m.id = late.message_id
            join legs l on l.id = m.leg_id join identities i on i.id = l.identity_id
            where late.kind in ({_kinds(*ABOUT_MESSAGES)})
        union all select late.position, i.person_id from late join legs l on l.id = late.subject_id
            join identities i on i.id = l.identity_id where late.kind = '{Kind.LEG_SEEN.value}'
        union all select late.position, i.person_id from late join legs l on l.conversation_id = late.conversation_id
            join identities i on i.id = l.identity_id where late.kind in ({_kinds(*ABOUT_STATE)})
        union all select late.position, i.person_id from late join identities i on i.birth_contact_id = late.contact_id
            where late.kind = '{Kind.CONTACT_ERASED.value}'
        union all select late.position, i.person_id from late join identities i on i.contact_id = late.contact_id
            where late.kind = '{Kind.CONTACT_ERASED.value}'
        union all select late.position, i.person_id from late join identities i on i.id = late.subject_id
            where late.kind = '{Kind.CONTACT_CHANGED.value}')
    select person_id, max(position) as position from concerned where person_id in {{ids_1}} group by person_id"""

# Whoever was erased is nobody here any more, or somebody new: nothing leads from her browser to what she was.
ERASED_SINCE = (
    f"""select max(position) from audit where kind = '{Kind.CONTACT_ERASED.value}' and position > $1"""
)
KNOWN_BY_THEN = """select 1 from messages m join legs l on l.id = m.leg_id join identities i on i.id = l.identity_id
    where i.person_id = $1 and m.position <= $2 limit 1"""


# Somebody else from now on: a link that it followed was taken back, or it was proven to be somebody's.
MOVED_SINCE = f"""select 1 from events e join identities i on i.id = e.subject_id
    where e.position > $1 and e.kind = '{Kind.CONTACT_CHANGED.value}' and cast(e.changes as text) like '%"person"%'
        and i.space = $2 and i.address = $3 limit 1"""


async def is_another(look: Reader, identity: Address, position: int) -> bool:
    """Has this browser become another person since? What it shows is the former one's."""
    return await look.one(MOVED_SINCE, position, identity.space, identity.address) is not None


async def may_be_erased(look: Reader, person: str | None, position: int) -> bool:
    """May what this browser shows as of that position have been erased since? True also for a newcomer who has seen
    nothing yet while somebody else was erased: she starts over with nothing, as she began."""
    if await look.value(ERASED_SINCE, position) is None:
        return False
    return person is None or await look.one(KNOWN_BY_THEN, person, position) is None


async def hers_after(look: Reader, person: str, position: int, limit: int) -> list[Event]:
    """The next facts that she may be told something of, oldest first."""
    return [read_event(row) for row in await look.all(HERS, position, person, limit)]


class Away(NamedTuple):
    """A browser that comes back: whose it is, and up to where it was told the log."""

    identity: Address
    position: int


class Back(NamedTuple):
    """It has missed nothing."""

    person: str | None
    """Who it is; None: nobody who has been written down."""
    reached: int
    """Where it stands now."""


async def who_missed_nothing(look: Reader, asked: Collection[Away]) -> Mapping[Away, Back]:
    """Nearly everybody, when all come back at once: the stretch is walked once for all of them. Whoever is not among
    them may have missed something, or must start over."""
    trimmed = await trimmed_to(look)
    there = [one for one in asked if one.position >= trimmed]
    if not there:
        return {}
    oldest = min(one.position for one in there)
    erased = await look.value(ERASED_SINCE, oldest) or 0
    persons = await persons_of(look, [one.identity for one in there])
    rows = await look.all(CONCERNED, as_json(sorted(set(persons.values()))), oldest)
    concerned = {row["person_id"]: row["position"] for row in rows}
    return {
        one: Back(person, look.position)
        for one, person in ((one, persons.get(one.identity)) for one in there)
        if one.position >= erased and one.position >= concerned.get(person, 0)
    }

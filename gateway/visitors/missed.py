"""What one customer missed: her own facts out of the log, however much of it is other people's.

The log has no index by person, which every fact would pay for. Her legs and messages have theirs: the stretch after her
cursor is walked once and held against them, and of what others did not even the content is read. The conditions are
those of `VisitorHub.load`; the stretch is bounded by `gateway.live.REPLAY_MOST`.
"""

from __future__ import annotations

from gateway.events import Event, Kind
from gateway.store import Reader
from gateway.store.log import read_event

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

# Whoever was erased is nobody here any more, or somebody new: nothing leads from her browser to what she was.
ERASED_SINCE = f"""select 1 from audit where kind = '{Kind.CONTACT_ERASED.value}' and position > $1 limit 1"""
KNOWN_BY_THEN = """select 1 from messages m join legs l on l.id = m.leg_id join identities i on i.id = l.identity_id
    where i.person_id = $1 and m.position <= $2 limit 1"""


async def may_be_erased(look: Reader, person: str | None, position: int) -> bool:
    """May what this browser shows as of that position have been erased since? True also for a newcomer who has seen
    nothing yet while somebody else was erased: she starts over with nothing, as she began."""
    if await look.one(ERASED_SINCE, position) is None:
        return False
    return person is None or await look.one(KNOWN_BY_THEN, person, position) is None


async def hers_after(look: Reader, person: str, position: int, limit: int) -> list[Event]:
    """The next facts that she may be told something of, oldest first."""
    return [read_event(row) for row in await look.all(HERS, position, person, limit)]

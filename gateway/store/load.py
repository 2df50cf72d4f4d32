"""Reading content for projection: what facts and lists name by id, joined in as few statements as there are tables.

One path for the live socket, for replay, for lists and for exports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.egress import agent as project
from gateway.egress.house import AgentView, AttributeView, TagView, TeamView
from gateway.egress.types import ContactView, ConversationView, CountView, MessageView
from gateway.store.sql import Row, as_json, from_json
from gateway.store.tx import Reader


def _names_of(who: str) -> str:
    """Joins by which a row says the name of its author; a token's acts carry the name of the agent it acts for."""
    return f"""left join tokens t on t.id = {who} left join agents a on a.id = coalesce(t.agent_id, {who})
    left join identities i on i.id = {who} left join contacts ik on ik.id = i.contact_id"""


CONVERSATIONS = f"""select c.*, k.name as contact_name, k.blocked_at, k.erased_at as contact_erased_at,
    m.text as m_text, m.visibility as m_visibility, m.at as m_at, m.author_kind as m_author_kind,
    m.author_id as m_author_id, m.erased_at as m_erased_at, a.name as m_agent_name, ik.name as m_customer_name,
    exists (select 1 from participants p where p.conversation_id = c.id and p.role = 'participant'
        and p.identity_id is not null) as has_others,
    (select min(u.state) from undelivered u where u.conversation_id = c.id) as trouble,
    exists (select 1 from pulls w where w.conversation_id = c.id and w.given_back_at is null) as is_worked,
    (select count(*) from attachments f where f.message_id = m.id) as m_files,
    (select count(*) from attachments f where f.message_id = m.id and f.mime like 'image/%') as m_pictures
    from conversations c join contacts k on k.id = c.contact_id
    left join messages m on m.id = c.last_message_id
    {_names_of("m.author_id")}
    where c.id in {{ids_1}}"""
LEGS = """select l.*, i.space, i.address, i.proof, e.opted_out_at, e.quiet_since
    from legs l join identities i on i.id = l.identity_id
    left join endpoints e on e.account_id = l.account_id and e.identity_id = l.identity_id
    where l.conversation_id in {ids_1} order by l.id"""
# By the address that was used last: whoever only came with a merge has none. A colleague is known by what she signs in
# with.
OTHERS = """select p.conversation_id, p.contact_id, i.id as identity_id, i.address, k.name, a.id as agent_id,
    a.name as agent_name from participants p join contacts k on k.id = p.contact_id
    join identities i on i.id = p.identity_id
    left join agents a on i.space = 'mailto' and lower(a.email) = i.address and a.deactivated_at is null
    where p.conversation_id in {ids_1} and p.role = 'participant' and k.merged_into is null
    order by p.conversation_id, k.seq"""
WORKED = """select conversation_id, place, channel_name, pulled_by, pulled_at from pulls
    where conversation_id in {ids_1} and given_back_at is null order by pulled_at"""
MESSAGES = f"""select m.*, s.message_id as source_id, s.subject as source_subject, s.automatic as source_automatic,
    s.doubts as source_doubts, s.text is not null as source_more, s.html is not null as source_page,
    a.name as agent_name, a.picture as agent_picture, ik.name as customer_name,
    li.person_id as leg_person_id, l.account_id as leg_account_id,
    exists (select 1 from attachments f where f.message_id = m.id) as has_files,
    exists (select 1 from remote_files r where r.message_id = m.id) as has_remote,
    case when m.delivery in ('failed', 'unknown') then exists (select 1 from undelivered u
        where u.message_id = m.id) end as is_trouble,
    case when m.delivery = 'failed' then (select d.id from deliveries d
        where d.message_id = m.id and d.state = 'failed' order by d.part, d.attempt desc limit 1) end as failed_id
    from messages m {_names_of("m.author_id")} left join message_sources s on s.message_id = m.id
    left join legs l on l.id = m.leg_id left join identities li on li.id = l.identity_id"""
# Replies held for undo, as the messages they will be. Nothing that is told to customers reads this.
HELD = f"""select h.id, h.position, h.conversation_id, h.conversation_id as birth_conversation_id, h.leg_id,
    'public' as visibility, h.author_kind, h.author_id, h.client_id, h.text, h.content, h.reply_to,
    null as mentions, h.held_at as at, 0 as late, null as edited_at, null as erased_at, h.uploads, h.due_at, h.problem,
    h.envelope, h.chosen, null as delivery, null as segments, null as source_id,
    a.name as agent_name, null as customer_name
    from held_replies h {_names_of("h.author_id")}"""
# The audit, for agents.
LINES = f"""select l.*, a.name as agent_name, ik.name as customer_name, c.number, c.subject as title
    from audit l {_names_of("l.actor_id")} left join conversations c on c.id = l.conversation_id"""
HELD_FILES = "select * from attachments where id in {ids_1} and message_id is null order by place"
FILES = "select * from attachments where message_id in {ids_1} order by message_id, place"
REMOTE = "select * from remote_files where message_id in {ids_1} order by message_id, place"
FAILURES = "select id, code, problem, next_step from deliveries where id in {ids_1}"
PEOPLE = """select i.id, i.address, c.name from identities i join contacts c on c.id = i.contact_id
    where i.id in {ids_1}"""
# By which a recipient is shown: what has arrived, else the latest attempt.
BECAME = """select d.message_id, d.identity_id, d.state, d.code, d.problem, d.next_step from deliveries d
    where d.message_id in {ids_1} order by d.message_id, d.identity_id,
    case when d.state in ('sent', 'delivered', 'read') then 1 else 0 end, d.attempt"""
CONTACTS = "select * from contacts where id in {ids_1}"
IDENTITIES = (
    """select i.*, i.id as identity_id from identities i where i.contact_id in {ids_1} order by i.id"""
)
NAMES = """select a.id, a.name from agents a where a.id in {ids_1} union all
    select t.id, a.name from tokens t join agents a on a.id = t.agent_id where t.id in {ids_1} union all
    select i.id, k.name from identities i join contacts k on k.id = i.contact_id where i.id in {ids_1}"""
MEMBERS = "select team_id, agent_id from team_members order by team_id"
COUNTS = "select status, team_id, assignee_id, tag_id, n from counts where n > 0"


class Content(NamedTuple):
    """A message's row with its files, not projected for anybody yet."""

    row: Row
    files: Sequence[Row]
    held: bool = False
    remote: Sequence[Row] = ()
    """Those that still lie with its provider."""
    failure: Row | None = None
    """Why it did not arrive."""
    people: Mapping[str, Row] | None = None
    """Those whom envelopes name, by identity."""
    became: Mapping[str, Row] | None = None
    """What became of it for each of them: the delivery that shows it."""

    def for_agents(self, link: project.Link) -> MessageView:
        if self.held:
            return project.held_message(self.row, self.files, link, self.people)
        return project.message(
            self.row, self.files, link, self.remote, self.failure, self.people, self.became
        )


async def load_conversations(look: Reader, ids: Iterable[str]) -> dict[str, ConversationView]:
    """Conversations as agents see them, by id; those that are not there are left out."""
    wanted = as_json(sorted(set(ids)))
    rows = await look.all(CONVERSATIONS, wanted)
    if not rows:
        return {}
    legs: dict[str, list[Row]] = defaultdict(list)
    for row in await look.all(LEGS, wanted):
        legs[row["conversation_id"]].append(row)
    others: dict[str, list[Row]] = defaultdict(list)
    if shared := [row["id"] for row in rows if row["has_others"]]:
        for row in await look.all(OTHERS, as_json(shared)):
            others[row["conversation_id"]].append(row)
    pulls: dict[str, list[Row]] = defaultdict(list)
    if outside := [row["id"] for row in rows if row["is_worked"]]:
        for row in await look.all(WORKED, as_json(outside)):
            pulls[row["conversation_id"]].append(row)
    return {
        row["id"]: project.conversation(
            row,
            row["tags"].split(",") if row["tags"] else [],
            legs[row["id"]],
            others.get(row["id"], ()),
            pulls.get(row["id"], ()),
        )
        for row in rows
    }


async def load_messages(look: Reader, ids: Iterable[str]) -> dict[str, Content]:
    """Messages with their files, by id."""
    rows = await look.all(f"{MESSAGES} where m.id in {{ids_1}}", as_json(sorted(set(ids))))
    return {one.row["id"]: one for one in await with_files(look, rows)}


async def load_held(look: Reader, ids: Iterable[str]) -> dict[str, Content]:
    """Replies held for undo, by id, for agents only."""
    rows = await look.all(
        f"{HELD} where h.id in {{ids_1}} and h.undone_at is null", as_json(sorted(set(ids)))
    )
    return {row["id"]: await _held(look, row) for row in rows}


async def load_held_in(look: Reader, conversation: str) -> list[Content]:
    """Those of one conversation, the oldest first."""
    rows = await look.all(
        f"{HELD} where h.conversation_id = $1 and h.undone_at is null order by h.held_at, h.position",
        conversation,
    )
    return [await _held(look, row) for row in rows]


async def _held(look: Reader, row: Row) -> Content:
    uploads = from_json(row["uploads"])
    files = await look.all(HELD_FILES, as_json(uploads)) if uploads else ()
    return Content(row, files, held=True, people=await _people(look, [row]))


async def _people(look: Reader, rows: Sequence[Row]) -> Mapping[str, Row]:
    """Everybody whom the envelopes of messages name, by identity."""
    told = [from_json(row["envelope"]) for row in rows if row["envelope"] is not None]
    named = {one for envelope in told for role in project.ROLES for one in envelope.get(role, ())}
    found = await look.all(PEOPLE, as_json(sorted(named))) if named else ()
    return {row["id"]: row for row in found}


async def with_files(look: Reader, rows: Sequence[Row]) -> list[Content]:
    """Message rows (of `MESSAGES`) with their files, in the same order."""
    if not rows:
        return []
    files = await _by_message(look, FILES, [row["id"] for row in rows if row["has_files"]])
    remote = await _by_message(look, REMOTE, [row["id"] for row in rows if row["has_remote"]])
    failed = [row["failed_id"] for row in rows if row["failed_id"]]
    failures = {row["id"]: row for row in await look.all(FAILURES, as_json(failed))} if failed else {}
    people = await _people(look, rows)
    became: dict[str, dict[str, Row]] = defaultdict(dict)
    enveloped = [row["id"] for row in rows if row["envelope"] is not None and row["delivery"] is not None]
    for one in await look.all(BECAME, as_json(enveloped)) if enveloped else ():
        # The last of them is the one.
        became[one["message_id"]][one["identity_id"]] = one
    return [
        Content(
            row,
            files.get(row["id"], ()),
            remote=remote.get(row["id"], ()),
            failure=failures.get(row["failed_id"]),
            people=people,
            became=became.get(row["id"]),
        )
        for row in rows
    ]


async def _by_message(look: Reader, sql: str, messages: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in await look.all(sql, as_json(list(messages))) if messages else ():
        found[row["message_id"]].append(row)
    return found


async def load_contacts(look: Reader, ids: Iterable[str]) -> dict[str, ContactView]:
    wanted = as_json(sorted(set(ids)))
    rows = await look.all(CONTACTS, wanted)
    identities: dict[str, list[Row]] = defaultdict(list)
    for row in await look.all(IDENTITIES, wanted):
        identities[row["contact_id"]].append(row)
    return {row["id"]: project.contact(row, identities[row["id"]]) for row in rows}


async def load_names(look: Reader, ids: Iterable[str]) -> Mapping[str, str]:
    """The names of agents (by id) and customers (by identity id)."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    return {row["id"]: row["name"] for row in await look.all(NAMES, as_json(wanted))}


async def load_agents(look: Reader) -> list[AgentView]:
    teams: dict[str, list[str]] = defaultdict(list)
    for row in await look.all(MEMBERS):
        teams[row["agent_id"]].append(row["team_id"])
    rows = await look.all("select * from agents order by name, id")
    return [project.colleague(row, teams[row["id"]]) for row in rows]


async def load_teams(look: Reader) -> list[TeamView]:
    return [project.team(row) for row in await look.all("select * from teams order by name, id")]


async def load_tags(look: Reader) -> list[TagView]:
    return [project.tag(row) for row in await look.all("select * from tags order by name, id")]


async def load_attributes(look: Reader) -> list[AttributeView]:
    rows = await look.all("select * from attribute_definitions order by target, label, id")
    return [project.attribute(row) for row in rows]


async def load_counts(look: Reader) -> list[CountView]:
    """The kept counts, whole; the caller leaves out what its audience may not see."""
    return [count(row) for row in await look.all(COUNTS)]


def count(row: Any) -> CountView:
    return {
        "status": row["status"],
        "team": row["team_id"] or None,
        "assignee": row["assignee_id"] or None,
        "tag": row["tag_id"] or None,
        "n": row["n"],
    }

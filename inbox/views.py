"""Reading for the inbox: conversations in lists, one with its history, contacts. Access stands in the query.

Lists are walked by keyset (a place, never an offset), each along an index of its own; what a page names is then loaded
by the one path that the live socket uses too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Viewer, where_sees
from gateway.egress.agent import Link
from gateway.egress.types import ContactView, ConversationView, Line, LineView, MessageView
from gateway.errors import NotFound
from gateway.events import Status
from gateway.store import Reader, Row, as_json
from gateway.store.load import LINES, MESSAGES, load_contacts, load_conversations, load_held_in, with_files
from gateway.store.search import fts_query, ts_query
from inbox.auth.access import access_contact, access_conversation, where_sees_contact
from inbox.drafts import load_along_in
from inbox.merges import recall
from inbox.places import Place, read_place
from inbox.wire import AlongView

READ = "select conversation_id, position from read_marks where agent_id = $2 and conversation_id in {ids_1}"
MARK = "select position from read_marks where agent_id = $1 and conversation_id = $2"
WATCHING = "select 1 from watchers where agent_id = $1 and conversation_id = $2"
DRAFTS = "select mode, text from drafts where agent_id = $1 and conversation_id = $2 and text <> ''"
FOUND_MOST = 2_000
"""Found messages, conversations or contacts that a list with words looks at, the newest: a common word has no end."""
RECENT, MET_OFTEN = 20_000, 50
"""Words that so many of the newest messages have are common."""
COMMON = f"""select count(*) from (select 1 from message_search
    where rowid > $1 and tokens @@ cast(cast($2 as text) as tsquery) limit {MET_OFTEN}) recent"""
LINES_MOST = 300
"""Lines of history told with one page of messages."""
NUMBERED = "select c.id, c.number from conversations c where c.id in {ids_1}"
CALLED = "select k.id, k.name from contacts k where k.id in {ids_1} and "


class ConversationsPage(TypedDict):
    conversations: list[ConversationView]
    before: str | None
    """Pass as `?before=` for the next page; None: that was the end."""
    position: int
    """The place in the log that this answer shows: events after it come on top."""
    read: dict[str, int]
    """The caller's own read marks, by conversation."""


class ConversationPage(TypedDict):
    conversation: ConversationView
    contact: ContactView
    position: int
    read: int
    drafts: dict[str, str]
    """The caller's own, by mode."""
    along: dict[str, AlongView | None]
    """What goes with them."""
    watching: bool


class MessagesPage(TypedDict):
    messages: list[MessageView]
    """Oldest first."""
    held: list[MessageView]
    """On the page with the newest: replies held for undo, which are no messages yet."""
    lines: list[LineView]
    """What was done to the conversation in the same stretch of time."""
    before: str | None
    after: str | None
    position: int


class ContactsPage(TypedDict):
    contacts: list[ContactView]
    before: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations a list shows. `assignee` and `team` may be "none"."""

    status: str | None = None
    assignee: str | None = None
    team: str | None = None
    tag: str | None = None
    contact: str | None = None
    words: str = ""
    before: str | None = None
    limit: int = 50


# --- lists ----------------------------------------------------------------------------------------------------------


async def list_conversations(look: Reader, viewer: Viewer, wanted: Wanted) -> ConversationsPage:
    """A page of the conversations the viewer may see, the one with the newest message first."""
    rows = await _walked(look, viewer, wanted) if _can_match(wanted.words) else []
    ids = [row["id"] for row in rows[: wanted.limit]]
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return {
        "conversations": await in_order(look, ids),
        "before": str(Place(last["last_at"], last["id"])) if last else None,
        "position": look.position,
        "read": await read_marks(look, viewer, ids),
    }


async def _walked(look: Reader, viewer: Viewer, wanted: Wanted) -> list[Row]:
    """The page's rows and one more. Each status, and each reason to see a conversation, has an index of its own:
    they are walked one by one and merged, so that no list is ever sorted or searched through."""
    found: dict[str, Row] = {}
    order = await newest_first(look, wanted.words) if wanted.words else ""
    for walk in _walks(viewer, wanted):
        params: list[Any] = []
        for row in await look.all(_list_sql(look, viewer, walk, params, order), *params):
            found[row["id"]] = row
    newest = sorted(found.values(), key=lambda row: (row["last_at"], row["id"]), reverse=True)
    return newest[: wanted.limit + 1]


def _walks(viewer: Viewer, wanted: Wanted) -> list[Wanted]:
    """What is wanted, as walks along one index each."""
    if wanted.words or wanted.contact:
        return [wanted]
    statuses = [wanted.status] if wanted.status else list(Status)
    walks = [replace(wanted, status=status) for status in statuses]
    if viewer.sees_all or wanted.tag:
        return walks
    reasons = [
        ("team", "none"),
        ("assignee", str(viewer.agent_id)),
        *(("team", team) for team in sorted(viewer.teams)),
    ]
    return [
        replace(walk, **{column: value})  # type: ignore[arg-type]
        for walk in walks
        for column, value in reasons
        if getattr(walk, column) in (None, value)
    ]


def _list_sql(look: Reader, viewer: Viewer, wanted: Wanted, params: list[Any], order: str) -> str:
    """One walk: by tag along `conversation_tags`, else along the conversations' own indexes."""

    def place(value: Any) -> str:
        params.append(value)
        return f"${len(params)}"

    walked = "t" if wanted.tag else "c"
    tables = "conversations c"
    where = ["c.merged_into is null"]
    if wanted.tag:
        tables = "conversation_tags t join conversations c on c.id = t.conversation_id"
        where.append(f"t.tag_id = {place(wanted.tag)}")
    if wanted.status:
        where.append(f"{walked}.status = {place(wanted.status)}")
    for column, value in (("assignee_id", wanted.assignee), ("team_id", wanted.team)):
        if value is not None:
            where.append(f"c.{column} is null" if value == "none" else f"c.{column} = {place(value)}")
    if wanted.contact:
        where.append(f"c.contact_id = {place(wanted.contact)}")
    if wanted.words:
        where.append(_has_words(look, wanted.words, place, order))
    where.append(where_sees(viewer, "c", params))
    key = f"{walked}.conversation_id" if wanted.tag else "c.id"
    if wanted.before:
        before = read_place(wanted.before)
        where.append(f"({walked}.last_at, {key}) < ({place(before.first)}, {place(before.tie)})")
    page = f"order by {walked}.last_at desc, {key} desc limit {wanted.limit + 1}"
    return f"select c.id, {walked}.last_at from {tables} where {' and '.join(where)} {page}"


def _has_words(look: Reader, words: str, place: Any, order: str) -> str:
    """The conversation's subject or attributes, its contact, or one of its messages has the words; of each kind the
    newest `FOUND_MOST` count."""
    query = place(ts_query(words) if look.postgres else fts_query(words))
    return (
        f"(c.number in ({found_in(look, 'conversation_search', query)})"
        f" or c.contact_id in (select k.id from contacts k"
        f" where k.seq in ({found_in(look, 'contact_search', query)}))"
        f" or c.id in (select m.conversation_id from messages m"
        f" where m.position in ({found_in(look, 'message_search', query, order)})))"
    )


def found_in(look: Reader, table: str, query: str, order: str = "rowid + 0") -> str:
    """The keys of a search table's newest rows that have the query (a parameter's place), as a subquery."""
    newest = f"select rowid from {table} where {match(look, table, query)}"
    if not look.postgres:
        order = "rowid"  # FTS5 walks its rows newest first by itself
    return f"select rowid from ({newest} order by {order} desc limit {FOUND_MOST}) {table}_found"


async def newest_first(look: Reader, words: str) -> str:
    """How to order found messages, the newest first, so that PostgreSQL finds them fast.

    It cannot know how common the words are and guesses wrong by seconds: common ones are met soon on a walk back
    through all messages (`rowid`), rare ones only by the words' own index (`rowid + 0` keeps it from walking).
    """
    if not look.postgres:
        return "rowid"
    met = await look.value(COMMON, look.position - RECENT, ts_query(words))
    return "rowid" if met >= MET_OFTEN else "rowid + 0"


def match(look: Reader, table: str, query: str) -> str:
    """The condition that a search table's row has the query (a parameter's place)."""
    if look.postgres:
        return f"{table}.tokens @@ cast(cast({query} as text) as tsquery)"
    return f"{table} match {query}"


def _can_match(words: str) -> bool:
    """A query of nothing but punctuation finds nothing; no query finds everything."""
    return not words or bool(fts_query(words))


async def in_order(look: Reader, ids: Sequence[str]) -> list[ConversationView]:
    found = await load_conversations(look, ids) if ids else {}
    return [found[one] for one in ids if one in found]


async def read_marks(look: Reader, viewer: Viewer, ids: Sequence[str]) -> dict[str, int]:
    """Up to where the viewer has read these conversations."""
    if not ids:
        return {}
    rows = await look.all(READ, as_json(list(ids)), viewer.agent_id)
    return {row["conversation_id"]: row["position"] for row in rows}


# --- one conversation -----------------------------------------------------------------------------------------------


async def show_conversation(look: Reader, viewer: Viewer, key: str, link: Link) -> ConversationPage:
    """By id or number. Raises NotFound."""
    row = await access_conversation(look, viewer, key)
    conversations = await load_conversations(look, [row["id"]])
    contacts = await load_contacts(look, [row["contact_id"]])
    drafts = await look.all(DRAFTS, viewer.agent_id, row["id"])
    return {
        "conversation": conversations[row["id"]],
        "contact": contacts[row["contact_id"]],
        "position": look.position,
        "read": await look.value(MARK, viewer.agent_id, row["id"]) or 0,
        "drafts": {draft["mode"]: draft["text"] for draft in drafts},
        "along": await load_along_in(look, viewer.agent_id, row["id"], link),
        "watching": await look.one(WATCHING, viewer.agent_id, row["id"]) is not None,
    }


async def list_messages(
    look: Reader,
    viewer: Viewer,
    key: str,
    link: Link,
    *,
    before: str | None,
    after: str | None,
    limit: int,
    around: str | None = None,
) -> MessagesPage:
    """A stretch of a conversation: the newest, those before a place, those after one, or those around a message.
    Raises NotFound."""
    row = await access_conversation(look, viewer, key)
    if around is not None:
        rows, older, newer = await _around(look, row["id"], around, limit)
    else:
        rows = await _stretch(look, row["id"], before, after, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if after is None:
            rows = rows[::-1]
        older = (after is not None) or more
        newer = (before is not None) if after is None else more
    contents = await with_files(look, rows)
    page = [one.for_agents(link) for one in contents]
    held = [] if newer else await load_held_in(look, row["id"])
    since = rows[0]["at"] if rows and older else None
    until = rows[-1]["at"] if rows and newer else None
    return {
        "messages": page,
        "held": [one.for_agents(link) for one in held],
        "lines": await _lines(look, viewer, row["id"], since, until),
        "before": _place(rows[0]) if rows and older else None,
        "after": _place(rows[-1]) if rows and newer else None,
        "position": look.position,
    }


def _place(row: Row) -> str:
    return str(Place(row["at"], str(row["position"])))


async def _around(
    look: Reader, conversation: str, message: str, limit: int
) -> tuple[Sequence[Row], bool, bool]:
    """The rows around a message, it in their middle, and whether there are older and newer ones. Raises NotFound."""
    middle = await look.one(f"{MESSAGES} where m.id = $1 and m.conversation_id = $2", message, conversation)
    if middle is None:
        raise NotFound("errors.message_not_found", f"no message {message} in {conversation}")
    half, place = max(1, limit // 2), _place(middle)
    older = await _stretch(look, conversation, place, None, half + 1)
    newer = await _stretch(look, conversation, None, place, half + 1)
    rows = [*older[:half][::-1], middle, *newer[:half]]
    return rows, len(older) > half, len(newer) > half


async def _stretch(
    look: Reader, conversation: str, before: str | None, after: str | None, limit: int
) -> Sequence[Row]:
    where, order, params = "m.conversation_id = $1", "desc", [conversation]
    beyond = after or before
    if beyond is not None:
        place = read_place(beyond)
        where += f" and (m.at, m.position) {'>' if after else '<'} ($2, $3)"
        params += [place.first, place.number]  # type: ignore[list-item]
        order = "asc" if after else "desc"
    sql = f"{MESSAGES} where {where} order by m.at {order}, m.position {order} limit {limit}"
    return await look.all(sql, *params)


async def _lines(
    look: Reader, viewer: Viewer, conversation: str, since: int | None, until: int | None
) -> list[LineView]:
    """What was done to the conversation from `since` up to, not with, `until`; None: no bound there."""
    where, params = "l.conversation_id = $1", [conversation]
    for bound, sign in ((since, ">="), (until, "<")):
        if bound is not None:
            params.append(bound)  # type: ignore[arg-type]
            where += f" and l.at {sign} ${len(params)}"
    sql = f"{LINES} where {where} order by l.at desc, l.position desc limit {LINES_MOST}"
    lines = [project.line(row) for row in (await look.all(sql, *params))[::-1]]
    await recall(look, lines)
    names = await _names(look, viewer, lines)
    numbers = await _numbers(look, viewer, conversation, lines)
    return [_called(line, names, numbers) for line in lines]


async def _names(look: Reader, viewer: Viewer, lines: Sequence[Line]) -> dict[str, str]:
    """Of whom a conversation went from and to, as far as the viewer may know them."""
    keys = {key for line in lines for key in line["changes"].get("contacts", ())}
    if not keys:
        return {}
    known: list[Any] = [as_json(sorted(keys))]
    rows = await look.all(CALLED + where_sees_contact(viewer, "k", known), *known)
    return {row["id"]: row["name"] for row in rows}


async def _numbers(look: Reader, viewer: Viewer, conversation: str, lines: Sequence[Line]) -> dict[str, int]:
    """Of those that this one was merged with or parted from: who lead here, or whom the viewer sees."""
    keys = {key for line in lines for key in _others(line)}
    if not keys:
        return {}
    known: list[Any] = [as_json(sorted(keys)), conversation]
    where = f" and (c.merged_into = $2 or {where_sees(viewer, 'c', known)})"
    return {row["id"]: row["number"] for row in await look.all(NUMBERED + where, *known)}


def _others(line: Line) -> list[str]:
    return [line["changes"][way] for way in ("from", "into") if way in line["changes"]]


def _called(line: Line, names: dict[str, str], numbers: dict[str, int]) -> LineView:
    told = cast(LineView, line)
    if others := [key for key in _others(line) if key in numbers]:
        told["numbers"] = {key: numbers[key] for key in others}
    if contacts := line["changes"].get("contacts"):
        told["names"] = {key: names[key] for key in contacts if key in names}
    return told


# --- contacts -------------------------------------------------------------------------------------------------------


async def list_contacts(
    look: Reader, viewer: Viewer, words: str, before: str | None, limit: int, *, blocked: bool = False
) -> ContactsPage:
    """A page of the contacts the viewer may know, or of those who are blocked, the newest first."""
    params: list[Any] = [read_place(before).first if before else 2**62]
    where = ["k.seq < $1", "k.merged_into is null", "k.erased_at is null"]
    if blocked:
        where.append("k.blocked_at is not null")
    if words:
        params.append(ts_query(words) if look.postgres else fts_query(words))
        found = f"select rowid from contact_search where {match(look, 'contact_search', f'${len(params)}')}"
        where.append(f"k.seq in ({found})")
    where.append(where_sees_contact(viewer, "k", params))
    sql = f"select k.id, k.seq from contacts k where {' and '.join(where)} order by k.seq desc limit {limit + 1}"
    rows = await look.all(sql, *params) if _can_match(words) else []
    more, rows = len(rows) > limit, rows[:limit]
    found_contacts = await load_contacts(look, [row["id"] for row in rows]) if rows else {}
    return {
        "contacts": [found_contacts[row["id"]] for row in rows],
        "before": str(Place(rows[-1]["seq"], "0")) if more else None,
        "position": look.position,
    }


async def show_contact(look: Reader, viewer: Viewer, key: str) -> ContactView:
    """Raises NotFound."""
    row = await access_contact(look, viewer, key)
    return (await load_contacts(look, [row["id"]]))[row["id"]]

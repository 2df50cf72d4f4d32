"""Full text over what the caller may see, narrowed by filters; every conversation stands in the answer once.

With words: conversations found by what they are about first, then those with found messages, the newest find first.
With filters alone: the conversations they leave, the newest message first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from gateway.door import problem
from gateway.egress.access import Viewer
from gateway.egress.agent import Link
from gateway.egress.types import ConversationView, MessageView
from gateway.events import Status
from gateway.store import Reader, Row
from gateway.store.load import load_conversations, load_messages
from gateway.store.search import fts_query, ts_query
from inbox.filters import Misread, Question
from inbox.narrowing import Narrowing, narrow
from inbox.places import Place, read_place
from inbox.snippets import SnippetPart, snippet
from inbox.views import found_in, match, newest_first
from inbox.wire import ProblemView

ABOUT = 10
"""Conversations found by what they are about, told before the messages on the first page."""
SHOWN = 3
"""Found messages told of one conversation, the newest; of the others only how many they are."""
LOOKED_AT = (400, 2_000, 10_000)
"""Newest found messages that are grouped: more only when so many stand in too few conversations."""


class Find(TypedDict):
    """A found message."""

    message: MessageView
    snippet: list[SnippetPart]


class Hit(TypedDict):
    """A conversation that was found."""

    conversation: ConversationView
    snippet: list[SnippetPart]
    """What it was found by itself: subject, attributes or contact; empty when only messages have the words."""
    messages: list[Find]
    more: int
    """Found messages beyond those, as far as was looked."""


class MisreadView(TypedDict):
    """Why a question could not be read."""

    problem: ProblemView
    instead: list[str]
    """Questions that may have been meant."""


class HitsPage(TypedDict):
    hits: list[Hit]
    before: str | None
    misread: NotRequired[MisreadView]
    """Only where `explain` was asked for: without it such a question is answered 400."""


async def search(
    look: Reader, viewer: Viewer, question: Question, link: Link, *, before: str | None, limit: int
) -> HitsPage:
    """A page of conversations. Words without a letter or digit find nothing. Raises Misread for a filter that names
    a tag, a channel or an agent that is none."""
    narrowing = await narrow(look, viewer, question)
    if not question.words:
        return await _left(look, narrowing, before, limit) if question.is_narrowed else _nothing()
    if not fts_query(question.words):
        return _nothing()
    query = ts_query(question.words) if look.postgres else fts_query(question.words)
    about = [row["id"] for row in await _about(look, narrowing, query)]
    groups, more = await _groups(look, narrowing, question.words, query, before, limit, set(about))
    order = [*(about if before is None else ()), *(one for one in groups if one not in about)]
    hits = await _told(look, question.words, order, groups, set(about), link)
    last = min((rows[0]["position"] for one, rows in groups.items() if one not in about), default=0)
    return {"hits": hits, "before": str(Place(last, "0")) if more else None}


def explained(misread: Misread, asked: str) -> HitsPage:
    """An empty page that says what of the question could not be read."""
    told = cast(ProblemView, problem(misread))
    return {**_nothing(), "misread": {"problem": told, "instead": misread.instead(asked)}}


def _nothing() -> HitsPage:
    return {"hits": [], "before": None}


# --- filters alone --------------------------------------------------------------------------------------------------


async def _left(look: Reader, narrowing: Narrowing, before: str | None, limit: int) -> HitsPage:
    status = narrowing.question.status
    # Each status has an index of its own, newest first: they are walked one by one and merged, as in the lists.
    walks = [await _walk(look, narrowing, one, before, limit + 1) for one in ([status] if status else Status)]
    rows = sorted(itertools.chain(*walks), key=lambda row: (row["last_at"], row["id"]), reverse=True)
    more, rows = len(rows) > limit, rows[:limit]
    found = await load_conversations(look, [row["id"] for row in rows]) if rows else {}
    hits: list[Hit] = [
        {"conversation": found[row["id"]], "snippet": [], "messages": [], "more": 0} for row in rows
    ]
    return {"hits": hits, "before": str(Place(rows[-1]["last_at"], rows[-1]["id"])) if more else None}


async def _walk(
    look: Reader, narrowing: Narrowing, status: str, before: str | None, most: int
) -> Sequence[Row]:
    params: list[Any] = [str(status)]
    where = f"c.status = $1 and {narrowing.conversations(params)}"
    if before:
        place = read_place(before)
        params += [place.first, place.tie]
        where += f" and (c.last_at, c.id) < (${len(params) - 1}, ${len(params)})"
    sql = f"""select c.id, c.last_at from conversations c where {where}
        order by c.last_at desc, c.id desc limit {most}"""
    return await look.all(sql, *params)


# --- words ----------------------------------------------------------------------------------------------------------


async def _groups(
    look: Reader,
    narrowing: Narrowing,
    words: str,
    query: str,
    before: str | None,
    limit: int,
    about: set[str],
) -> tuple[dict[str, list[Row]], bool]:
    """Found messages by conversation, the one with the newest find first, and whether there are more conversations.

    Walked from the newest find on every page: a conversation belongs where its newest find stands, so that it comes
    once however far its finds are spread.
    """
    order = await newest_first(look, words)
    bound = read_place(before).first if before else 2**62
    groups: dict[str, list[Row]] = {}
    for looked_at in LOOKED_AT:
        rows = await _messages(look, narrowing, query, f"message_search.{order} desc limit {looked_at}")
        groups = {}
        for row in rows:
            groups.setdefault(row["conversation_id"], []).append(row)
        groups = {one: found for one, found in groups.items() if found[0]["position"] < bound}
        if len(rows) < looked_at or sum(one not in about for one in groups) > limit:
            break
    listed = [one for one in groups if one not in about]
    kept = {*listed[:limit], *about}
    return {one: found for one, found in groups.items() if one in kept}, len(listed) > limit


async def _messages(look: Reader, narrowing: Narrowing, query: str, order: str) -> Sequence[Row]:
    params: list[Any] = [query]
    sql = f"""select m.id, m.position, m.conversation_id from message_search
        join messages m on m.position = message_search.rowid
        join conversations c on c.id = m.conversation_id
        where {match(look, "message_search", "$1")} and m.erased_at is null and {narrowing.messages(params)}
        order by {order}"""
    return await look.all(sql, *params)


async def _about(look: Reader, narrowing: Narrowing, query: str) -> Sequence[Row]:
    params: list[Any] = [query]
    by_words, by_contact = (found_in(look, f"{table}_search", "$1") for table in ("conversation", "contact"))
    sql = f"""select c.id from conversations c
        where (c.number in ({by_words})
            or c.contact_id in (select k.id from contacts k where k.seq in ({by_contact})))
          and {narrowing.conversations(params)}
        order by c.last_at desc, c.id desc limit {ABOUT}"""
    return await look.all(sql, *params)


async def _told(
    look: Reader, words: str, order: list[str], groups: dict[str, list[Row]], about: set[str], link: Link
) -> list[Hit]:
    conversations = await load_conversations(look, order) if order else {}
    shown = [row["id"] for one in order for row in groups.get(one, ())[:SHOWN]]
    contents = await load_messages(look, shown) if shown else {}

    def find(row: Row) -> Find:
        content = contents[row["id"]]
        view = content.for_agents(link)
        return {"message": view, "snippet": snippet(view["text"], words)}

    return [
        {
            "conversation": conversations[one],
            "snippet": snippet(_said(conversations[one], words), words) if one in about else [],
            "messages": [find(row) for row in groups.get(one, ())[:SHOWN]],
            "more": max(0, len(groups.get(one, ())) - SHOWN),
        }
        for one in order
    ]


def _said(conversation: ConversationView, words: str) -> str:
    """Of what a conversation is found by, the part that has the words."""
    values = [str(value) for value in conversation["attributes"].values() if value is not None]
    said = [conversation["subject"], conversation["contact"]["name"], *values]
    said += [leg["identity"]["address"] for leg in conversation["legs"]]
    return next((text for text in said if any(part["found"] for part in snippet(text, words))), "")

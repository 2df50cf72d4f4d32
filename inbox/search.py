"""Full text over what the caller may see: subjects, attributes and contacts first, then messages, newest first."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Viewer, where_sees
from gateway.egress.agent import Link
from gateway.egress.types import ConversationView, MessageView
from gateway.store import Reader, Row
from gateway.store.load import load_conversations, load_messages
from gateway.store.search import fts_query, ts_query
from inbox.places import Place, read_place
from inbox.snippets import SnippetPart, snippet
from inbox.views import found_in, match, newest_first

ABOUT = 10
"""Conversations found by what they are about, told before the messages on the first page."""


class Hit(TypedDict):
    conversation: ConversationView
    message: MessageView | None
    """None: found by subject, attributes or contact."""
    snippet: list[SnippetPart]


class HitsPage(TypedDict):
    hits: list[Hit]
    before: str | None


async def search(
    look: Reader, viewer: Viewer, words: str, link: Link, *, before: str | None, limit: int
) -> HitsPage:
    """A page of hits. A query without a letter or digit finds nothing."""
    if not fts_query(words):
        return {"hits": [], "before": None}
    query = ts_query(words) if look.postgres else fts_query(words)
    about = await _about(look, viewer, query) if before is None else []
    order = await newest_first(look, words)
    found = await _messages(look, viewer, query, before, f"message_search.{order} desc limit {limit + 1}")
    more, found = len(found) > limit, found[:limit]
    conversations = await load_conversations(
        look, [*(row["id"] for row in about), *(row["conversation_id"] for row in found)]
    )
    messages = await load_messages(look, [row["id"] for row in found]) if found else {}
    hits: list[Hit] = [
        {
            "conversation": conversations[row["id"]],
            "message": None,
            "snippet": snippet(_said(conversations[row["id"]], words), words),
        }
        for row in about
    ]
    for row in found:
        content = messages[row["id"]]
        view = project.message(content.row, content.files, link)
        told: Hit = {
            "conversation": conversations[row["conversation_id"]],
            "message": view,
            "snippet": snippet(view["text"], words),
        }
        hits.append(told)
    return {"hits": hits, "before": str(Place(found[-1]["position"], "0")) if more else None}


async def _messages(look: Reader, viewer: Viewer, query: str, before: str | None, order: str) -> list[Row]:
    params: list[Any] = [query, read_place(before).first if before else 2**62]
    access = where_sees(viewer, "c", params)
    sql = f"""select m.id, m.position, m.conversation_id from message_search
        join messages m on m.position = message_search.rowid
        join conversations c on c.id = m.conversation_id
        where {match(look, "message_search", "$1")} and message_search.rowid < $2
          and m.erased_at is null and {access}
        order by {order}"""
    return list(await look.all(sql, *params))


async def _about(look: Reader, viewer: Viewer, query: str) -> list[Row]:
    params: list[Any] = [query]
    access = where_sees(viewer, "c", params)
    by_words, by_contact = (found_in(look, f"{table}_search", "$1") for table in ("conversation", "contact"))
    sql = f"""select c.id from conversations c
        where (c.number in ({by_words})
            or c.contact_id in (select k.id from contacts k where k.seq in ({by_contact})))
          and c.merged_into is null and {access}
        order by c.last_at desc, c.id desc limit {ABOUT}"""
    return list(await look.all(sql, *params))


def _said(conversation: ConversationView, words: str) -> str:
    """Of what a conversation is found by, the part that has the words."""
    values = [str(value) for value in conversation["attributes"].values() if value is not None]
    said = [conversation["subject"], conversation["contact"]["name"], *values]
    said += [leg["identity"]["address"] for leg in conversation["legs"]]
    return next((text for text in said if any(part["found"] for part in snippet(text, words))), "")

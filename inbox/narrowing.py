"""A question's filters as SQL conditions; what they name (tags, channels, agents) is looked up first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.egress.access import Viewer, where_sees
from gateway.store import Reader
from gateway.store.search import fts_query, ts_query
from inbox.directory import account_words
from inbox.filters import Misread, Question, nearest
from inbox.views import found_in

TAG = "select id from tags where name = $1 or lower(name) = lower($1)"
TAGS = "select id, name from tags where retired_at is null"
CHANNELS = "select id, type, label, settings from accounts"
AGENTS = "select id, name, email from agents order by id"
AGENTS_MOST = 20
"""Agents of one name whose messages are looked for."""
FILES = "select 1 from attachments f where f.message_id = m.id"
ALIVE = "m.erased_at is null"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filters, resolved. Each method appends its values to `params`."""

    viewer: Viewer
    question: Question
    tags: tuple[str, ...]
    channels: tuple[tuple[str, ...], ...]
    """Of each `channel:` the accounts it may mean."""
    assignee: str | None
    """An agent's id, `none`, or None: does not matter."""
    writers: tuple[tuple[str, ...], ...]
    """Of each `from:` the agents it may mean."""
    postgres: bool
    look: Reader

    def conversations(self, params: list[Any]) -> str:
        """Which conversations (`c`) stay when no message is looked for."""
        asked = self.question
        where = self._standing(params)
        for people, writers in zip(asked.people, self.writers, strict=True):
            where.append(f"({self._hers(people, params)}{self._written_in(writers, params)})")
        if asked.after is not None:
            where.append(f"c.last_at >= {_place(params, asked.after)}")
        if asked.before is not None:
            where.append(f"c.created_at < {_place(params, asked.before)}")
        for one in asked.has:
            where.append(
                f"exists (select 1 from messages m where m.conversation_id = c.id and {_has(one)} and {ALIVE})"
            )
        return " and ".join(where)

    def messages(self, params: list[Any]) -> str:
        """Which messages (`m`, in the conversation `c`) stay."""
        asked = self.question
        where = self._standing(params)
        for people, writers in zip(asked.people, self.writers, strict=True):
            by_agent = f" or m.author_id in ({_places(params, writers)})" if writers else ""
            where.append(f"((m.author_kind = 'customer' and {self._hers(people, params)}){by_agent})")
        if asked.after is not None:
            where.append(f"m.at >= {_place(params, asked.after)}")
        if asked.before is not None:
            where.append(f"m.at < {_place(params, asked.before)}")
        where += [_has(one) for one in asked.has]
        return " and ".join(where)

    def _standing(self, params: list[Any]) -> list[str]:
        """What is said of a conversation as it stands, and the rule of access."""
        where = ["c.merged_into is null", where_sees(self.viewer, "c", params)]
        if self.question.status:
            where.append(f"c.status = {_place(params, self.question.status)}")
        if self.question.priority is not None:
            where.append(f"c.priority = {_place(params, self.question.priority)}")
        if self.assignee == "none":
            where.append("c.assignee_id is null")
        elif self.assignee:
            where.append(f"c.assignee_id = {_place(params, self.assignee)}")
        for tag in self.tags:
            where.append(
                f"c.id in (select t.conversation_id from conversation_tags t where t.tag_id = {_place(params, tag)})"
            )
        for accounts in self.channels:
            where.append(
                "exists (select 1 from legs l where l.conversation_id = c.id"
                f" and l.account_id in ({_places(params, accounts)}))"
            )
        return where

    def _hers(self, people: str, params: list[Any]) -> str:
        """The conversation's contact is called so, or has such an address."""
        query = ts_query(people) if self.postgres else fts_query(people)
        if not query:
            return "1 = 0"
        found = found_in(self.look, "contact_search", _place(params, query))
        return f"c.contact_id in (select k.id from contacts k where k.seq in ({found}))"

    @staticmethod
    def _written_in(writers: tuple[str, ...], params: list[Any]) -> str:
        if not writers:
            return ""
        return (
            " or c.id in (select m.conversation_id from messages m"
            f" where m.author_id in ({_places(params, writers)}) and {ALIVE})"
        )


async def narrow(look: Reader, viewer: Viewer, question: Question) -> Narrowing:
    """Raises Misread for a tag, channel or agent that is none."""
    agents = await look.all(AGENTS) if question.people or question.assignee else []
    people = [(row["id"], row["name"].casefold(), row["email"].casefold()) for row in agents]
    return Narrowing(
        viewer=viewer,
        question=question,
        tags=tuple([await _tag(look, name) for name in question.tags]),
        channels=tuple([await _accounts(look, name) for name in question.channels]),
        assignee=_assignee(viewer, question.assignee, people),
        writers=tuple(_called(name, people)[:AGENTS_MOST] for name in question.people),
        postgres=look.postgres,
        look=look,
    )


def _called(said: str, agents: list[tuple[str, str, str]]) -> tuple[str, ...]:
    wanted = said.casefold()
    return tuple(key for key, name, email in agents if wanted and wanted in (email, name, *name.split()))


def _assignee(viewer: Viewer, said: str | None, agents: list[tuple[str, str, str]]) -> str | None:
    if said is None or said == "none":
        return said
    if said == "me":
        return viewer.agent_id
    wanted = said.casefold()
    found = _called(said, agents) or tuple(key for key, name, _ in agents if name.startswith(wanted))
    if not found:
        raise Misread("errors.search_assignee", f"no agent {said[:32]!r}", value=said[:32])
    return found[0]


async def _tag(look: Reader, name: str) -> str:
    """By its name; one of its words is enough where no other tag has it."""
    found = await look.value(TAG, name)
    if found is not None:
        return str(found)
    wanted = name.casefold()
    tags = await look.all(TAGS)
    having = [row for row in tags if wanted in row["name"].casefold().split()]
    if len(having) != 1:
        near = nearest(name, [row["name"] for row in having or tags])
        raise Misread(
            "errors.search_tag",
            f"no tag {name[:32]!r}",
            filter="tag",
            said=name,
            nearest=near,
            value=name[:32],
            near=near,
        )
    return str(having[0]["id"])


async def _accounts(look: Reader, said: str) -> tuple[str, ...]:
    """By id, kind or label; a part of the label is enough."""
    wanted = said.casefold()
    found = tuple(
        row["id"]
        for row in await look.all(CHANNELS)
        if wanted in (row["id"].casefold(), row["type"].casefold())
        or (wanted and any(wanted in label.casefold() for label in account_words(row).values()))
    )
    if not found:
        raise Misread("errors.search_channel", f"no channel {said[:32]!r}", value=said[:32])
    return found


def _has(what: str) -> str:
    """The condition on a message `m`."""
    match what:
        case "note":
            return "m.visibility = 'note'"
        case "image":
            return f"exists ({FILES} and f.mime like 'image/%')"
        case _:
            return f"exists ({FILES})"


def _place(params: list[Any], value: Any) -> str:
    params.append(value)
    return f"${len(params)}"


def _places(params: list[Any], values: tuple[str, ...]) -> str:
    return ", ".join(_place(params, value) for value in values)

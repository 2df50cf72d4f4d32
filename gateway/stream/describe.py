"""What a conversation is about: tags, subject, priority, attributes, and the leg we answer on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Event, Kind, Priority, new_id
from gateway.store import Tx, as_json, from_json, plain
from gateway.store.search import tokens
from gateway.stream.attributes import check_attributes
from gateway.stream.directory import name_of
from gateway.stream.hold import changed, hold, set_tags
from gateway.stream.people import attribute_words

ADD_TAG = """insert into conversation_tags (conversation_id, tag_id, status, last_at) values ($1, $2, $3, $4)
    on conflict do nothing"""
REMOVE_TAG = "delete from conversation_tags where conversation_id = $1 and tag_id = $2"
LIVE_TAG = "select 1 from tags where id = $1 and retired_at is null"
TAG_NAMED = "select id, retired_at from tags where name = $1"
TAGS = "select count(*) from tags"
NEW_TAG = (
    "insert into tags (id, name, colour, created_at) values ($1, $2, $3, $4) on conflict (name) do nothing"
)


async def tag(tx: Tx, conversation: str, add: Sequence[str], remove: Sequence[str], by: Actor) -> None:
    """Add and remove tags by id. Raises NotFound for a conversation or tag that is not there."""
    held = await hold(tx, conversation)
    added = [one for one in dict.fromkeys(add) if one not in held.scope.tags]
    removed = [one for one in dict.fromkeys(remove) if one in held.scope.tags and one not in added]
    if not added and not removed:
        return
    for one in added:
        await check_tag(tx, one)
        await tx.run(ADD_TAG, held.id, one, held.status.value, held.last_at)
    for one in removed:
        await tx.run(REMOVE_TAG, held.id, one)
    tags = await set_tags(tx, held.id, {*held.scope.tags, *added} - set(removed))
    changed(tx, held, by, {"tags_added": added, "tags_removed": removed}, replace(held.scope, tags=tags))


async def check_tag(tx: Tx, tag: str) -> None:
    """May conversations be given this tag? Raises NotFound."""
    if await tx.one(LIVE_TAG, tag) is None:
        raise NotFound("errors.tag_not_found", f"no tag {tag}")


async def make_tag(tx: Tx, name: str, colour: str, by: Actor, *, most: int | None = None) -> str:
    """A tag of that name: the one there is, or a new one. Returns its id. Raises Refused when there are `most`."""
    name = name_of(name)
    key = new_id()
    if not await tx.run(NEW_TAG, key, name, colour, tx.now):
        found = await tx.one(TAG_NAMED, name)
        assert found is not None, "the unique name spoke of a tag that is not there"
        key = str(found["id"])
        if found["retired_at"] is None:
            return key
        await tx.run("update tags set retired_at = null, colour = $2 where id = $1", key, colour)
    elif most is not None and await tx.value(TAGS) > most:
        raise Refused("errors.tags_full", f"{most} tags are there", most=most)
    tx.record(Event(Kind.DIRECTORY_CHANGED, by, tx.now, subject=key, changes={"what": "tag"}, audited=True))
    return key


async def set_subject(tx: Tx, conversation: str, subject: str, by: Actor) -> None:
    held = await hold(tx, conversation)
    subject = plain(subject)
    if subject == held.subject:
        return
    await tx.run("update conversations set subject = $2 where id = $1", held.id, subject)
    tx.index("conversation_search", held.number, tokens(subject, attribute_words(held.attributes)))
    changed(tx, held, by, {"fields": ["subject"]})


async def set_priority(tx: Tx, conversation: str, priority: Priority, by: Actor) -> None:
    held = await hold(tx, conversation)
    if priority == held.priority:
        return
    await tx.run("update conversations set priority = $2 where id = $1", held.id, int(priority))
    changed(tx, held, by, {"priority": [held.priority, int(priority)]})


async def set_attributes(tx: Tx, conversation: str, values: Mapping[str, Any], by: Actor) -> None:
    """Set (or with None clear) defined attributes. Raises Refused when a value does not fit its definition."""
    held = await hold(tx, conversation)
    fresh = await check_attributes(tx, "conversation", from_json(held.attributes), values)
    if fresh == from_json(held.attributes):
        return
    text = as_json(fresh)
    await tx.run("update conversations set attributes = $2 where id = $1", held.id, text)
    tx.index("conversation_search", held.number, tokens(held.subject, attribute_words(text)))
    changed(tx, held, by, {"fields": sorted(values)})


async def switch_leg(tx: Tx, conversation: str, leg: str, by: Actor) -> None:
    """From now on public replies go by this leg. Raises NotFound for a leg of another conversation."""
    held = await hold(tx, conversation)
    if leg == held.leg:
        return
    if await tx.one("select 1 from legs where id = $1 and conversation_id = $2", leg, held.id) is None:
        raise NotFound("errors.leg_not_found", f"no leg {leg} in {held.id}")
    await tx.run("update conversations set leg_id = $2 where id = $1", held.id, leg)
    changed(tx, held, by, {"leg": [held.leg, leg]})

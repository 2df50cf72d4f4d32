"""Contacts, what they wrote, joining and parting them; and what was merged in a conversation."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.egress.types import ContactView
from gateway.store import Reader
from inbox.auth.access import access_contact, access_conversation
from inbox.commands.contacts import ContactFields, OnContact, UpdateContact, erase_contact, update_contact
from inbox.commands.merging import ContactsMerged, MergeContacts, merge_contacts
from inbox.commands.table import Done
from inbox.fitting import Id, Sent
from inbox.likeness import LikelyList, StandingAnswer, likely, standing
from inbox.merges import MergeView, list_merges
from inbox.rest.conversations import PageQuery, Words, asked, page_size
from inbox.rest.route import Call, route
from inbox.views import (
    ContactsPage,
    ConversationsPage,
    Wanted,
    list_contacts,
    list_conversations,
    show_contact,
)


class ContactsQuery(PageQuery):
    q: Words = ""
    blocked: Literal["only"] | None = None
    """Those whose messages no longer reach the team."""


class MergeInto(Sent):
    into: Id


class ContactAnswer(TypedDict):
    contact: ContactView


class ContactChanged(Done):
    contact: ContactView


class MergesList(TypedDict):
    merges: list[MergeView]


@route("GET", "/contacts")
async def contacts(call: Call, query: ContactsQuery) -> ContactsPage:
    """A page of contacts, the newest first; with `q` those with the words in name, address or attributes."""
    limit = page_size(call, query.limit)
    return await call.desk.store.scan(
        lambda look: list_contacts(
            look, call.caller.viewer, query.q, query.before, limit, blocked=query.blocked == "only"
        )
    )


@route("GET", "/contacts/{id}")
async def contact(call: Call) -> ContactAnswer:
    """One contact."""
    return {
        "contact": await call.desk.store.read(lambda look: show_contact(look, call.caller.viewer, call.id))
    }


@route("PATCH", "/contacts/{id}")
async def change_contact(call: Call, body: ContactFields) -> ContactChanged:
    """Change name, language, organisation or attributes."""
    said = body.model_dump(exclude_unset=True)
    done = await update_contact(asked(call), UpdateContact(contact=call.id, **said))
    return {**await contact(call), **done}


@route("DELETE", "/contacts/{id}", role=Role.SUPERVISOR)
async def forget_contact(call: Call) -> None:
    """Erase a contact for good: words, names, addresses, files."""
    await erase_contact(asked(call), OnContact(contact=call.id))


@route("POST", "/contacts/{id}/merge")
async def join_contacts(call: Call, body: MergeInto) -> ContactsMerged:
    """Say that this contact and another are one person."""
    return await merge_contacts(asked(call), MergeContacts(contact=call.id, into=body.into))


@route("GET", "/contacts/{id}/conversations")
async def conversations_of(call: Call, query: PageQuery) -> ConversationsPage:
    """A page of this contact's conversations, the newest message first."""
    limit = page_size(call, query.limit)
    viewer = call.caller.viewer

    async def look_up(look: Reader) -> ConversationsPage:
        row = await access_contact(look, viewer, call.id)
        wanted = Wanted(contact=row["id"], before=query.before, limit=limit)
        return await list_conversations(look, viewer, wanted)

    return await call.desk.store.scan(look_up)


@route("GET", "/conversations/{id}/merges")
async def merges(call: Call) -> MergesList:
    """What was merged into or split off this conversation, the newest first."""

    async def look_up(look: Reader) -> MergesList:
        row = await access_conversation(look, call.caller.viewer, call.id)
        return {"merges": await list_merges(look, call.caller.viewer, row["id"])}

    return await call.desk.store.read(look_up)


@route("GET", "/contacts/{id}/standing")
async def contact_standing(call: Call) -> StandingAnswer:
    """One contact with how many conversations there are, and what was merged into or split off it."""
    viewer = call.caller.viewer
    return await call.desk.store.read(lambda look: standing(look, viewer, call.id))


@route("GET", "/contacts/{id}/likely")
async def likely_same(call: Call) -> LikelyList:
    """Contacts who may be the same person, and why it seems so; and whether there is a merge or a split to take back. A
    suggestion only: nothing is ever joined by it."""
    viewer = call.caller.viewer
    return await call.desk.store.scan(lambda look: likely(look, viewer, call.id))

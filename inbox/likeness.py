"""Who may be the same person as a contact: the same address said or known elsewhere, or a name that is alike.

It only suggests. Nothing is joined by it, and an address a page claims is no proof: an agent looks and decides. Each
look goes along an index (address, words of names); the caller sees no contact that access hides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from typing_extensions import TypedDict

from gateway.egress.access import Viewer, where_sees
from gateway.egress.types import ContactView
from gateway.store import Reader, as_json
from gateway.store.load import load_contacts
from gateway.store.search import fts_query, runs, ts_query
from inbox.auth.access import access_contact, where_sees_contact
from inbox.merges import MergeView, list_merges
from inbox.views import match

SUGGESTED = 5
"""Suggestions told at once."""
ALIKE = 40
"""Newest contacts of a like name that are looked at."""
PERSONAL = 5
"""Letters from which a mail address's first part says something of its own."""
DIGITS = 7
"""Digits from which a text is a phone number."""
COMMON = ("info", "contact", "admin", "hello", "office", "support", "sales", "mail", "noreply")
MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
SPACES = "select id from accounts"
BY_ADDRESS = "select contact_id, space from identities where space in {ids_1} and address in {ids_2}"
COUNTS = """select c.contact_id, c.status, count(*) as n from conversations c
    where c.contact_id in {ids_1} and c.merged_into is null"""
ORGANISATIONS = "select id, name from organisations where id in {ids_1}"

Why = Literal["address", "phone", "name", "mail_name"]
RANK: dict[Why, int] = {"address": 0, "phone": 0, "name": 1, "mail_name": 2}


class Standing(TypedDict):
    """A contact as it is compared with another."""

    contact: ContactView
    open: int
    """Conversations that wait for somebody, of those the caller may see."""
    conversations: int
    """All of them."""
    organisation: str
    """Its name; empty for none."""


class Likely(Standing):
    why: list[Why]
    """`address`: one says the mail address of the other; `phone`: the same number; `name`: called alike; `mail_name`:
    mail addresses that begin alike."""


class LikelyList(TypedDict):
    likely: list[Likely]


class StandingAnswer(Standing):
    merges: list[MergeView]
    """What was merged into or split off this contact, the newest first."""


async def standing(look: Reader, viewer: Viewer, key: str) -> StandingAnswer:
    """Raises NotFound."""
    row = await access_contact(look, viewer, key)
    counted = (await _standings(look, viewer, [row["id"]]))[row["id"]]
    return {**counted, "merges": await list_merges(look, viewer, row["id"])}


async def likely(look: Reader, viewer: Viewer, key: str) -> list[Likely]:
    """The likeliest first; nobody for who is erased. Raises NotFound."""
    row = await access_contact(look, viewer, key)
    if row["erased_at"] is not None:
        return []
    contact = (await load_contacts(look, [row["id"]]))[row["id"]]
    reasons: dict[str, set[Why]] = {}
    for other, why in [*await _by_address(look, contact), *await _by_name(look, contact)]:
        if other != contact["id"]:
            reasons.setdefault(other, set()).add(why)
    allowed = await _allowed(look, viewer, reasons, blocked=contact["blocked_at"] is not None)
    order = sorted(allowed, key=lambda one: (min(RANK[why] for why in reasons[one]), -len(reasons[one])))[
        :SUGGESTED
    ]
    told = await _standings(look, viewer, order)
    return [{**told[one], "why": sorted(reasons[one], key=RANK.__getitem__)} for one in order]


async def _by_address(look: Reader, contact: ContactView) -> list[tuple[str, Why]]:
    """Contacts who have an address that this one has in another space, or says to have."""
    claimed = [str(value) for value in contact["claims"].values() if isinstance(value, str)]
    own = [one["address"] for one in contact["identities"] if one["space"] != "visitor"]
    mails = {one.lower() for text in claimed for one in MAIL.findall(text)}
    mails |= {one.lower() for one in own if "@" in one}
    phones = {form for text in (*claimed, *own) for form in _phones(text)}
    if not mails and not phones:
        return []
    accounts = [f"app:{row['id']}" for row in await look.all(SPACES)]
    rows = await look.all(BY_ADDRESS, as_json(["tel", "mailto", *accounts]), as_json(sorted(mails | phones)))
    return [(row["contact_id"], "address" if row["space"] == "mailto" else "phone") for row in rows]


def _phones(text: str) -> list[str]:
    """The forms a number may be stored in, where the text is one."""
    if "@" in text or not re.fullmatch(r"[\s()+.\-\d]*", text):
        return []
    digits = re.sub(r"\D", "", text)
    return [digits, f"+{digits}"] if len(digits) >= DIGITS else []


async def _by_name(look: Reader, contact: ContactView) -> list[tuple[str, Why]]:
    """Contacts called alike, or whose mail address begins like one of this contact's."""
    found: list[tuple[str, Why]] = []
    words = sorted(runs(contact["name"]))
    if words and len("".join(words)) > 1:
        for other in await _with_words(look, contact["name"]):
            if sorted(runs(other["name"])) == words:
                found.append((other["id"], "name"))
    for begins in {one["address"].split("@")[0] for one in contact["identities"] if one["space"] == "mailto"}:
        if len(begins) >= PERSONAL and begins not in COMMON:
            for other in await _with_words(look, begins):
                mails = [one["address"] for one in other["identities"] if one["space"] == "mailto"]
                if any(mail.split("@")[0] == begins for mail in mails):
                    found.append((other["id"], "mail_name"))
    return found


async def _with_words(look: Reader, words: str) -> Iterable[ContactView]:
    query = ts_query(words) if look.postgres else fts_query(words)
    if not query:
        return []
    newest = "rowid + 0" if look.postgres else "rowid"
    sql = f"""select k.id from contacts k where k.seq in (select rowid from contact_search
        where {match(look, "contact_search", "$1")} order by {newest} desc limit {ALIKE})"""
    rows = await look.all(sql, query)
    return (await load_contacts(look, [row["id"] for row in rows])).values() if rows else []


async def _allowed(look: Reader, viewer: Viewer, ids: Iterable[str], *, blocked: bool) -> list[str]:
    """Those the caller may know and a merge would take: neither erased nor merged away, and blocked alike."""
    wanted = sorted(ids)
    if not wanted:
        return []
    params: list[Any] = [as_json(wanted)]
    access = where_sees_contact(viewer, "k", params)
    state = "is not null" if blocked else "is null"
    sql = f"""select k.id from contacts k where k.id in {{ids_1}} and k.merged_into is null
        and k.erased_at is null and k.blocked_at {state} and {access}"""
    return [row["id"] for row in await look.all(sql, *params)]


async def _standings(look: Reader, viewer: Viewer, ids: list[str]) -> dict[str, Standing]:
    if not ids:
        return {}
    params: list[Any] = [as_json(ids)]
    access = where_sees(viewer, "c", params)
    counts: dict[str, dict[str, int]] = {one: {} for one in ids}
    for row in await look.all(f"{COUNTS} and {access} group by c.contact_id, c.status", *params):
        counts[row["contact_id"]][row["status"]] = row["n"]
    contacts = await load_contacts(look, ids)
    names = await _organisations(look, contacts.values())
    return {
        one: {
            "contact": contacts[one],
            "organisation": names.get(contacts[one]["organisation"] or "", ""),
            "open": counts[one].get("open", 0) + counts[one].get("snoozed", 0),
            "conversations": sum(counts[one].values()),
        }
        for one in ids
    }


async def _organisations(look: Reader, contacts: Iterable[ContactView]) -> dict[str, str]:
    """The names of those that any of them belongs to."""
    wanted = sorted({one["organisation"] for one in contacts if one["organisation"]})
    rows = await look.all(ORGANISATIONS, as_json(wanted)) if wanted else []
    return {row["id"]: row["name"] for row in rows}

"""Who may be the same person as a contact: a proof, the same address said or known elsewhere, or a name that is alike.

It only suggests. Nothing is joined by it, and an address a page claims is no proof: an agent looks and decides. Each
look goes along an index (address, words of names); the caller sees no contact that access hides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from typing_extensions import TypedDict

from gateway.egress.access import Viewer, where_sees
from gateway.egress.types import ContactView
from gateway.store import Reader, Row, as_json
from gateway.store.load import load_contacts
from gateway.store.search import fts_query, runs, ts_query
from gateway.stream.claims import addresses_in, claimed_by, known_by
from inbox.auth.access import access_contact, where_sees_contact
from inbox.merges import MergeView, list_merges
from inbox.views import match

SUGGESTED = 5
"""Suggestions told at once."""
ALIKE = 40
"""Newest contacts of a like name that are looked at."""
PERSONAL = 5
"""Letters from which a mail address's first part says something of its own."""
COMMON = ("info", "contact", "admin", "hello", "office", "support", "sales", "mail", "noreply")
COUNTS = """select c.contact_id, c.status, count(*) as n from conversations c
    where c.contact_id in {ids_1} and c.merged_into is null"""
RUNNING = """select c.id, c.number from conversations c where c.contact_id = $1
    and c.status in ('open', 'snoozed') and c.merged_into is null"""
JOINED = "select 1 from merges where (from_id = $1 or into_id = $1) and undone_at is null limit 1"
# A proof was shown or sent to one of them, and the other has brought it back.
PROVEN = """select i.contact_id as one, m.contact_id as other from proofs p join identities i on i.id = p.identity_id
    join identities m on m.id = p.met_id where i.contact_id <> m.contact_id and (
        p.identity_id in (select id from identities where contact_id = $1)
        or p.met_id in (select id from identities where contact_id = $1))"""
ORGANISATIONS = "select id, name from organisations where id in {ids_1}"

Why = Literal["proof", "address", "phone", "claims", "claimed", "name", "mail_name"]
RANK: dict[Why, int] = {
    "proof": 0,
    "address": 1,
    "phone": 1,
    "claims": 2,
    "claimed": 2,
    "name": 3,
    "mail_name": 4,
}


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
    """`proof`: one brought back what was shown or sent to the other; `address`: the same mail address; `phone`: the
    same number; `claims`: this contact has left an address of the other's without proof, `claimed`: the other one of
    this contact's; `name`: called alike; `mail_name`: mail addresses that begin alike."""


class Running(TypedDict):
    conversation: str
    number: int


class LikelyList(TypedDict):
    likely: list[Likely]
    joined: bool
    """Something was merged into or split off this contact that can still be taken back."""
    running: list[Running]
    """The contact's conversations that run, as far as the caller sees them, the newest first: the others may be joined
    with the one that is looked at."""


class StandingAnswer(Standing):
    merges: list[MergeView]
    """What was merged into or split off this contact, the newest first."""


async def standing(look: Reader, viewer: Viewer, key: str) -> StandingAnswer:
    """Raises NotFound."""
    row = await access_contact(look, viewer, key)
    counted = (await _standings(look, viewer, [row["id"]]))[row["id"]]
    return {**counted, "merges": await list_merges(look, viewer, row["id"])}


async def likely(look: Reader, viewer: Viewer, key: str) -> LikelyList:
    """The likeliest first; nobody for who is erased. Raises NotFound."""
    row = await access_contact(look, viewer, key)
    joined = await look.value(JOINED, row["id"]) is not None
    likely, runs = await _likely(look, viewer, row), await running(look, viewer, row["id"])
    return {"likely": likely, "joined": joined, "running": runs}


async def running(look: Reader, viewer: Viewer, contact: str) -> list[Running]:
    """A contact's conversations that are open or snoozed, as far as the viewer sees them, the newest first."""
    params: list[Any] = [contact]
    sql = f"{RUNNING} and {where_sees(viewer, 'c', params)} order by c.last_at desc, c.id desc"
    rows = await look.all(sql, *params)
    return [{"conversation": row["id"], "number": row["number"]} for row in rows]


async def _likely(look: Reader, viewer: Viewer, row: Row) -> list[Likely]:
    if row["erased_at"] is not None:
        return []
    contact = (await load_contacts(look, [row["id"]]))[row["id"]]
    reasons: dict[str, set[Why]] = {}
    by_address, by_name = await _by_address(look, contact), await _by_name(look, contact)
    for other, why in [*await _by_proof(look, row["id"]), *by_address, *by_name]:
        if other != contact["id"]:
            reasons.setdefault(other, set()).add(why)
    allowed = await _allowed(look, viewer, reasons, blocked=contact["blocked_at"] is not None)
    order = sorted(allowed, key=lambda one: (min(RANK[why] for why in reasons[one]), -len(reasons[one])))[
        :SUGGESTED
    ]
    told = await _standings(look, viewer, order)
    return [{**told[one], "why": sorted(reasons[one], key=RANK.__getitem__)} for one in order]


async def _by_proof(look: Reader, contact: str) -> list[tuple[str, Why]]:
    """Contacts who are proven to be this one and whom nobody has joined with it."""
    rows = await look.all(PROVEN, contact)
    return [(row["other"] if row["one"] == contact else row["one"], "proof") for row in rows]


async def _by_address(look: Reader, contact: ContactView) -> list[tuple[str, Why]]:
    """Contacts who have an address that this one has in another space or says to have, or say to have one of this
    one's. What somebody only says is told apart: it proves nothing."""
    noted = contact["attributes"].get("email")
    own = addresses_in(
        [noted, *(one["address"] for one in contact["identities"] if one["space"] != "visitor")]
    )
    said = addresses_in(contact["claims"].values()) - own
    found: list[tuple[str, Why]] = [*(await known_by(look, own)).items()]
    found += [(other, "claims") for other in await known_by(look, said)]
    found += [(other, "claimed") for other in await claimed_by(look, own)]
    return found


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

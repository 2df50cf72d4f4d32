"""Addresses that customers leave without proof, and whom they lead to: for a suggestion, never for joining.

A claimed address is no word to search by. It stands in the index of contacts as a digest, so that only who knows the
whole address, and asks for it here, finds who has left it; whatever erases a contact's words erases it as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from gateway.store import Reader, as_json, from_json
from gateway.store.search import tokens

MARK = "\ua66e"
"""Begins what stands in the index for a claimed address: a letter, and one that no word begins with."""
DIGITS = 7
"""Digits from which a text is a phone number."""
MOST = 8
"""Addresses of one contact that are looked for."""
FOUND = 40
"""Newest contacts with the same address that are looked at."""
MAIL = re.compile(r"(?<![^\s@<>])[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>]+")
PHONE = re.compile(r"[\s()+.\-\d]*")
SPACES = "select id from accounts"
BY_ADDRESS = "select contact_id, space from identities where space in {ids_1} and address in {ids_2}"
# "+ 0": PostgreSQL shall not walk all contacts by age to find a rare one.
WITH_WORDS = """select k.id, k.attributes, k.claims from contacts k where k.merged_into is null
    and k.erased_at is null and k.seq in (select rowid from contact_search where {match}
    order by {newest} desc limit {most})"""
MATCHES = {
    False: {"match": "contact_search match $1", "newest": "rowid"},
    True: {"match": "contact_search.tokens @@ cast(cast($1 as text) as tsquery)", "newest": "rowid + 0"},
}

Way = Literal["address", "phone"]


def addresses_in(texts: Iterable[Any]) -> set[str]:
    """Mail addresses in small letters, and numbers in the forms they may be stored in."""
    said = [text for text in texts if isinstance(text, str)]
    mails = {one.lower() for text in said for one in MAIL.findall(text)}
    return mails | {form for text in said for form in _phones(text)}


def _phones(text: str) -> list[str]:
    if "@" in text or not PHONE.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    return [digits, f"+{digits}"] if len(digits) >= DIGITS else []


def claimed_words(claims: Mapping[str, Any]) -> str:
    """What a contact's claims add to its index: a digest for each address."""
    return " ".join(sorted({_digest(one) for one in addresses_in(claims.values())}))


def _digest(address: str) -> str:
    return MARK + hashlib.sha256(address.removeprefix("+").encode()).hexdigest()[:24]


async def known_by(look: Reader, addresses: Iterable[str]) -> dict[str, Way]:
    """The contacts who have one of these by a channel, or as the email that their site or our team noted."""
    wanted = sorted(addresses)[:MOST]
    if not wanted:
        return {}
    spaces = ["tel", "mailto", *(f"app:{row['id']}" for row in await look.all(SPACES))]
    rows = await look.all(BY_ADDRESS, as_json(spaces), as_json(wanted))
    found: dict[str, Way] = {
        row["contact_id"]: "address" if row["space"] == "mailto" else "phone" for row in rows
    }
    for mail in wanted:
        if "@" in mail:
            for row in await _with_words(look, mail):
                claimed = from_json(row["attributes"]).get("email")
                if str(claimed or "").lower() == mail:
                    found.setdefault(row["id"], "address")
    return found


async def claimed_by(look: Reader, addresses: Iterable[str]) -> list[str]:
    """The contacts who have left one of these without proof."""
    wanted = set(sorted(addresses)[:MOST])
    found: set[str] = set()
    for word in {_digest(one) for one in wanted}:
        for row in await _with_words(look, word):
            if wanted & addresses_in(from_json(row["claims"]).values()):
                found.add(row["id"])
    return sorted(found)


async def _with_words(look: Reader, words: str) -> Any:
    run = tokens(words).split()
    if not run:
        return []
    # One after the other and whole: other than what people type, nothing here is unfinished.
    query = " <-> ".join(f"'{word}'" for word in run) if look.postgres else f'"{" ".join(run)}"'
    return await look.all(WITH_WORDS.format(**MATCHES[look.postgres], most=FOUND), query)

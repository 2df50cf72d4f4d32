"""What rules look for: each condition by its name, what it asks of a conversation, and how few rows that leaves.

One registry for pulls and alerts. A feature that brings a condition adds its key to `gateway.slack_rules.SlackRule` and
its function here, under the same name; nothing else needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.slack_rules import ABOUT_ALL, SlackRule
from gateway.store import Reader, Row, as_json, from_json
from gateway.stream.roads import load_roads

SECOND = 1_000
MOST = 500
"""Conversations of which a rule holds that are found in one turn, those who wait longest first."""
PAGE = 500
"""Read at a time, where the database leaves some of which the rule does not hold."""
COUNTED = 5_000
"""Those that are counted at the most, where they must be read for it."""
STAYS = 0.8
"""A backlog lasts until so much of it is left: one that stands at its bound is not said anew with every message."""

WAITS_FROM = "coalesce(c.waiting_since, c.last_at)"
FACTS = f"""select c.id, c.number, c.status, c.merged_into, c.erased_at, c.waiting_since, c.team_id,
    {WAITS_FROM} as waits_from, c.assignee_id, t.name as team, k.name as name, k.attributes as contact,
    o.attributes as organisation,
    (select count(*) from conversation_tags x join tags g on g.id = x.tag_id
        where x.conversation_id = c.id and g.name = $1) as tagged"""
AMONG = """from conversations c join contacts k on k.id = c.contact_id left join teams t on t.id = c.team_id
    left join organisations o on o.id = k.organisation_id"""
OPEN = "c.merged_into is null and c.erased_at is null and c.status = 'open'"
UNMARKED = """not exists (select 1 from watches w where w.place = {place} and w.rule = {rule}
    and w.subject = c.id and w.over_at is null)"""
UNSET = """('null', 'false', '0', '""', '"0"', '"false"')"""
"""Attributes that stand for no, as JSON."""
SIGNS = re.compile(r"[\x00-/:-@\[-`{-\x7f\s]+")
"""What JSON may write in another way, or a pattern of SQL means something else by."""
ACCOUNTS = "select id, reason from accounts where state = 'active'"


@dataclass(frozen=True, slots=True)
class Facts:
    """A conversation as rules see it."""

    id: str
    number: int
    name: str
    """The customer's."""
    is_open: bool
    team: str | None
    team_id: str | None
    assignee: str | None
    waiting_since: int | None
    tagged: bool
    """Has it the tag of which the rule speaks?"""
    contact: Mapping[str, Any]
    """Attributes."""
    organisation: Mapping[str, Any]


Matches = Callable[[Any, int, Facts], bool]
"""What the rule says, the moment (UTC ms), the conversation."""
Narrow = Callable[[Any, int, list[Any]], str]
"""The same for the database, where that is much less to read: a condition, its values appended."""


@dataclass(frozen=True, slots=True)
class Condition:
    matches: Matches
    narrow: Narrow
    exact: bool = True
    """Does the database leave those alone of which it holds?"""


def _place(params: list[Any], value: Any) -> str:
    params.append(value)
    return f"${len(params)}"


def _waits(seconds: int, now: int, one: Facts) -> bool:
    return one.waiting_since is not None and one.waiting_since <= now - seconds * SECOND


def _is_vip(said: str, now: int, one: Facts) -> bool:
    key, equals, wanted = said.partition("=")
    for values in (one.contact, one.organisation):
        found = values.get(key)
        if equals and _words(found) == wanted.strip().casefold():
            return True
        if not equals and _words(found) not in ("", "0", "false"):
            return True
    return False


def _words(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value).strip().casefold()


def _may_be_vip(said: str, now: int, params: list[Any]) -> str:
    """Hardly more than those: written as JSON, which both databases do alike, the value has the wanted one's letters
    and digits in their order. Of case they know what ASCII has: where others have it, too, the key alone decides."""
    key, equals, wanted = said.partition("=")
    wanted = wanted.lower()
    if not equals:
        holds = f"{{}} not in {UNSET}"
    elif any(letter.upper() != letter.lower() for letter in wanted if not letter.isascii()):
        holds = "{} is not null"
    else:
        holds = f"lower({{}}) like {_place(params, SIGNS.sub('%', f'%{wanted}%'))}"
    # The key is letters, digits and _ (`gateway.slack_rules`).
    values = [f"cast({of}.attributes -> '{key}' as text)" for of in ("k", "o")]
    return f"({' or '.join(holds.format(value) for value in values)})"


CONDITIONS: dict[str, Condition] = {
    "team": Condition(
        lambda name, now, one: one.team == name, lambda name, now, params: f"t.name = {_place(params, name)}"
    ),
    "tag": Condition(
        lambda name, now, one: one.tagged,
        lambda name, now, params: (
            "exists (select 1 from conversation_tags x join tags g on g.id = x.tag_id"
            f" where x.conversation_id = c.id and g.name = {_place(params, name)})"
        ),
    ),
    "vip": Condition(_is_vip, _may_be_vip, exact=False),
    "waiting": Condition(
        _waits,
        lambda seconds, now, params: f"c.waiting_since <= {_place(params, now - seconds * SECOND)}",
    ),
}
"""By the rule's key. Those of the whole house (`ABOUT_ALL`) are no conversation's."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    said: SlackRule

    @property
    def of_one(self) -> dict[str, Any]:
        return {key: value for key, value in self.said.said.items() if key not in ABOUT_ALL}

    @property
    def wants_somebody_waiting(self) -> bool:
        """An alert is about somebody who waits for us; what nobody waits for rings nowhere."""
        return self.said.does == "alert"

    @property
    def is_exact(self) -> bool:
        """Can the database tell of which conversations it holds?"""
        return all(CONDITIONS[key].exact for key in self.of_one)

    def matches(self, now: int, one: Facts) -> bool:
        """Does all that it says of a conversation hold of this one?"""
        if not one.is_open or (self.wants_somebody_waiting and one.waiting_since is None):
            return False
        return all(CONDITIONS[key].matches(value, now, one) for key, value in self.of_one.items())

    def _narrowed(self, now: int, params: list[Any]) -> str:
        told = [OPEN, *(["c.waiting_since is not null"] if self.wants_somebody_waiting else [])]
        for key, value in self.of_one.items():
            told.append(CONDITIONS[key].narrow(value, now, params))
        return " and ".join(told)

    def _unmarked(self, place: str, params: list[Any]) -> str:
        return f" and {UNMARKED.format(place=_place(params, place), rule=_place(params, self.name))}"

    async def find(self, look: Reader, place: str, now: int, most: int = MOST) -> list[Facts]:
        """Of which it holds and has not been found to hold, those who wait longest first."""
        params: list[Any] = [self.said.tag]
        where = self._narrowed(now, params) + self._unmarked(place, params)
        return await self._load(look, now, where, params, most)

    async def tally(self, look: Reader, now: int, place: str = "") -> tuple[int, int | None]:
        """Of how many it holds (`place`: and has not been found to hold), and since when the one waits who waits
        longest."""
        params: list[Any] = [] if self.is_exact else [self.said.tag]
        where = self._narrowed(now, params) + (self._unmarked(place, params) if place else "")
        if self.is_exact:
            counted = "select count(*) as n, min(c.waiting_since) as since"
            row = await look.one(f"{counted} {AMONG} where {where}", *params)
            return (0, None) if row is None else (row["n"], row["since"])
        found = await self._load(look, now, where, params, COUNTED)
        waits = [one.waiting_since for one in found if one.waiting_since is not None]
        return len(found), min(waits, default=None)

    async def _load(
        self, look: Reader, now: int, where: str, params: Sequence[Any], most: int
    ) -> list[Facts]:
        """So many at the most of which it holds, however many there are before them of which it does not."""
        found: list[Facts] = []
        step, told, after = most if self.is_exact else PAGE, list(params), ""
        while True:
            order = f"order by {WAITS_FROM}, c.id limit {step}"
            rows = await look.all(f"{FACTS} {AMONG} where {where}{after} {order}", *told)
            found += [one for one in map(_facts, rows) if self.matches(now, one)]
            if len(found) >= most or len(rows) < step:
                return found[:most]
            told = list(params)
            at, last = (_place(told, rows[-1][name]) for name in ("waits_from", "id"))
            after = f" and ({WAITS_FROM} > {at} or ({WAITS_FROM} = {at} and c.id > {last}))"

    async def look_up(self, look: Reader, ids: Sequence[str]) -> dict[str, Facts]:
        """These, whether it holds of them or not."""
        rows = await look.all(f"{FACTS} {AMONG} where c.id in {{ids_2}}", self.said.tag, as_json(sorted(ids)))
        return {row["id"]: _facts(row) for row in rows}


def _facts(row: Row) -> Facts:
    return Facts(
        id=row["id"],
        number=row["number"],
        name=row["name"],
        is_open=row["status"] == "open" and row["merged_into"] is None and row["erased_at"] is None,
        team=row["team"],
        team_id=row["team_id"],
        assignee=row["assignee_id"],
        waiting_since=row["waiting_since"],
        tagged=bool(row["tagged"]),
        contact=from_json(row["contact"]) or {},
        organisation=from_json(row["organisation"]) or {},
    )


async def out_of_order(look: Reader, now: int, seconds: int) -> dict[str, int]:
    """The accounts of which some way has not worked for so long, and since when (UTC ms; 0: nobody knows)."""
    reasons = {row["id"]: row["reason"] for row in await look.all(ACCOUNTS)}
    found = {key: 0 for key, reason in reasons.items() if reason is not None}
    for account, ways in (await load_roads(look)).items():
        began = [row["since"] or 0 for row in ways.values() if row["problem"] is not None]
        if account in reasons and began and min(began) <= now - seconds * SECOND:
            found[account] = min(began)
    return found


def rules_of(said: Mapping[str, SlackRule]) -> list[Rule]:
    return [Rule(name, one) for name, one in said.items()]

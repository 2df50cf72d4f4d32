"""The digest of a day: when it is due, what it counts, how it is drawn. Its figures come from the log and the lists,
as what the inbox shows does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from gateway.slack_rules import SlackDigest
from gateway.store import Reader, from_json
from inbox.slack.blocks import Block, Drawn, Say, clipped, context, escape, lasted, marked, moment, plain
from presence.hours import Hours

NAME = "digest"
"""What stands in place of a rule's name."""
DAY = 24 * 3_600_000
MOST = 7 * DAY
"""ms that one digest counts at the most, where there was none for longer."""
TEAMS = 20

CREATED = """select c.team_id, count(*) as n from conversations c where c.created_at > $1 and c.created_at <= $2
    and c.merged_into is null and c.status <> 'spam' group by c.team_id"""
ANSWERED = """select c.team_id, count(distinct c.id) as n from events e join messages m on m.id = e.message_id
    join conversations c on c.id = m.conversation_id
    where e.at > $1 and e.at <= $2 and e.kind = 'message.created' and e.actor_kind in ('agent', 'token')
    and m.visibility = 'public' group by c.team_id"""
CHANGED = """select e.conversation_id, e.changes, c.team_id from events e
    join conversations c on c.id = e.conversation_id where e.at > $1 and e.at <= $2 and e.kind = 'conversation.changed'
    and cast(e.changes as text) like '%"closed"%'"""
WAITING = """select c.team_id, count(*) as n, min(c.waiting_since) as since from conversations c
    where c.merged_into is null and c.status = 'open' and c.waiting_since is not null group by c.team_id"""


@dataclass(frozen=True, slots=True)
class Due:
    """The newest digest that is due."""

    day: str
    """In its place's own calendar."""
    at: int
    """UTC ms."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one team, or of all."""

    new: int = 0
    answered: int = 0
    """Conversations in which one of us wrote to the customer."""
    closed: int = 0
    waiting: int = 0
    since: int | None = None
    """Since when the one waits who waits longest (UTC ms)."""


@dataclass(frozen=True, slots=True)
class Counted:
    all: Figures
    teams: tuple[tuple[str, Figures], ...]
    """By name; those of no team last, under an empty one. Only those of which there is something to say."""
    now: int


def due(said: SlackDigest, hours: Hours | None, now: int) -> Due | None:
    """Today's, once its time has come; None before, and on a day on which the team is closed."""
    name = said.zone or (hours.zone if hours is not None else "")
    if not name:
        return None
    zone = ZoneInfo(name)
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()
    ranges = () if hours is None else hours.ranges(today)
    if hours is not None and not ranges:
        return None
    if said.at:
        wall = time.fromisoformat(said.at)
    else:
        begins = min(start for start, _ in ranges)
        wall = time(begins // 60, begins % 60)
    at = round(datetime.combine(today, wall, zone).timestamp() * 1000)
    return Due(today.isoformat(), at) if at <= now else None


def since(last: int | None, at: int) -> int:
    """From when it counts: where the one before ended."""
    return at - DAY if last is None else max(last, at - MOST)


async def count(look: Reader, after: int, upto: int, now: int) -> Counted:
    """What happened in that time (UTC ms), and who waits now; by the team that a conversation has by now."""
    new = {row["team_id"]: row["n"] for row in await look.all(CREATED, after, upto)}
    answered = {row["team_id"]: row["n"] for row in await look.all(ANSWERED, after, upto)}
    waiting = {row["team_id"]: (row["n"], row["since"]) for row in await look.all(WAITING)}
    gone = {
        (row["conversation_id"], row["team_id"])
        for row in await look.all(CHANGED, after, upto)
        if _closes(from_json(row["changes"]))
    }
    closed = Counter(team for _, team in gone)
    names = {row["id"]: row["name"] for row in await look.all("select id, name from teams order by name")}

    def of(team: str | None) -> Figures:
        waits, longest = waiting.get(team, (0, None))
        return Figures(new.get(team, 0), answered.get(team, 0), closed.get(team, 0), waits, longest)

    each = [(name, of(key)) for key, name in names.items()] + [("", of(None))]
    told = tuple((name, one) for name, one in each if one != Figures())
    return Counted(_together([one for _, one in told]), told, now)


def _closes(changes: dict[str, object]) -> bool:
    status = changes.get("status")
    return isinstance(status, list) and len(status) == 2 and status[1] == "closed"


def _together(each: list[Figures]) -> Figures:
    return Figures(
        sum(one.new for one in each),
        sum(one.answered for one in each),
        sum(one.closed for one in each),
        sum(one.waiting for one in each),
        min((one.since for one in each if one.since is not None), default=None),
    )


def draw(say: Say, counted: Counted, after: int, upto: int) -> Drawn:
    title = say("slack.digest")
    blocks: list[Block] = [
        {"type": "header", "text": plain(title, 150)},
        {"type": "context", "elements": [marked(f"{moment(after)} - {moment(upto)}")]},
        {"type": "section", "fields": [marked(one) for one in _fields(say, counted)]},
    ]
    if len(counted.teams) > 1:
        blocks.append({"type": "divider"})
        for name, one in counted.teams[:TEAMS]:
            words = f"*{escape(name or say('slack.digest.no_team'))}*\n{_line(say, one, counted.now)}"
            blocks.append({"type": "section", "text": marked(clipped(words, 3_000))})
    if len(counted.teams) > TEAMS:
        blocks.append(context(say("slack.digest.more", count=len(counted.teams) - TEAMS)))
    return Drawn(title, blocks)


def _fields(say: Say, counted: Counted) -> list[str]:
    one = counted.all
    told = [
        ("new", str(one.new)),
        ("answered", str(one.answered)),
        ("closed", str(one.closed)),
        ("waiting", str(one.waiting)),
        ("longest", "-" if one.since is None else lasted(say, counted.now - one.since)),
    ]
    return [f"*{say(f'slack.digest.{key}')}*\n{value}" for key, value in told]


def _line(say: Say, one: Figures, now: int) -> str:
    told = [
        f"{say(f'slack.digest.{key}')} {getattr(one, key)}"
        for key in ("new", "answered", "closed", "waiting")
    ]
    if one.since is not None:
        told.append(f"{say('slack.digest.longest')} {lasted(say, now - one.since)}")
    return escape(" · ".join(told))

"""Messages that carry others: what they say is read where it stands, when they go out, and is copied nowhere. So what
was erased meanwhile, or mended, is not told as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from gateway.channels.base import Words
from gateway.events import ActorKind
from gateway.store import Reader, Row, Tx, as_json
from gateway.stream.invitations import IN_TEXT
from gateway.stream.people import LOCALE
from gateway.stream.proofs import MASK

MOST = 500
"""Messages that one may carry: of more, the newest."""
LONGEST = 200_000
"""Characters of all that is carried together."""
SEOUL = ZoneInfo("Asia/Seoul")
KOREAN = "ko"
WHEN = Words("%-d %B %Y, %H:%M %Z", "%Y년 %-m월 %-d일 %H:%M %Z")
FILE = Words("Attachment: {name}", "첨부 파일: {name}")
OURS = Words("Our team", "상담팀")
YOU = Words("You", "고객님")
LEFT_OUT = Words("(Earlier messages are left out.)", "(이전 메시지는 생략했어요.)")
CUSTOMER_MARKS = ("![", "](", "```")
"""What in words that are no agent's would be drawn as a picture, a link under other words, or a block."""

PUT = "insert into carried (message_id, place, carried_id) values ($1, $2, $3)"
CARRIED = """select k.message_id as by_id, m.id, m.text, m.at, m.author_kind, m.edited_at, a.name as agent_name,
    p.name as customer_name, c.contact_id, c.team_id, h.zone
    from carried k join messages o on o.id = k.message_id join conversations c on c.id = o.conversation_id
    left join team_hours h on h.team_id = c.team_id join messages m on m.id = k.carried_id
    left join tokens t on t.id = m.author_id left join agents a on a.id = coalesce(t.agent_id, m.author_id)
    left join identities i on i.id = m.author_id left join contacts p on p.id = i.contact_id
    where k.message_id in {ids_1} and m.erased_at is null and m.visibility = 'public' order by k.message_id, k.place"""
FILES = "select message_id, name from attachments where message_id in {ids_1} order by message_id, place"
CARRIES = "select distinct message_id from carried where message_id in {ids_1}"


async def carry(tx: Tx, message: str, others: Sequence[str]) -> None:
    """The stored message carries these, in this order; of more than it may the last."""
    for place, one in enumerate(others[-MOST:]):
        await tx.run(PUT, message, place, one)


async def carried_words(look: Reader, messages: Sequence[str]) -> Mapping[str, str]:
    """What stands below the own words of those that carry others, by their ids; empty: nothing of it is left."""
    key = as_json(sorted(set(messages)))
    found: dict[str, list[Row]] = {row["message_id"]: [] for row in await look.all(CARRIES, key)}
    if not found:
        return {}
    for row in await look.all(CARRIED, key):
        found[row["by_id"]].append(row)
    everything = [row["id"] for rows in found.values() for row in rows]
    files: dict[str, list[str]] = defaultdict(list)
    for file in await look.all(FILES, as_json(everything)) if everything else ():
        files[file["message_id"]].append(file["name"])
    return {key: await _told(look, rows, files) for key, rows in found.items()}


async def _told(look: Reader, rows: Sequence[Row], files: Mapping[str, Sequence[str]]) -> str:
    """In her language, and by the clocks of the team that answers her: hers we do not know."""
    if not rows:
        return ""
    locale = await look.value(LOCALE, rows[0]["contact_id"])
    korean = (locale or "").lower().startswith(KOREAN)
    zone: tzinfo = ZoneInfo(rows[0]["zone"]) if rows[0]["zone"] else SEOUL if korean else UTC
    told: list[str] = []
    left = LONGEST
    for row in reversed(rows):
        one = _one(row, files.get(row["id"], ()), locale, zone)
        left -= len(one)
        if left < 0:
            told.append(LEFT_OUT.for_reader(locale))
            break
        told.append(one)
    return "\n\n".join(reversed(told))


def _one(row: Row, files: Sequence[str], locale: str | None, zone: tzinfo) -> str:
    when = datetime.fromtimestamp(row["at"] / 1000, zone).strftime(WHEN.for_reader(locale))
    lines = [f"**{_bare(_author(row, locale))}** · {when}"]
    text = IN_TEXT.sub(MASK, row["text"]).strip("\n")
    if row["author_kind"] == ActorKind.CUSTOMER:
        text = _bare(text)
    lines += [text] if text else []
    lines += [f"- {_bare(FILE.for_reader(locale).format(name=name))}" for name in files]
    return "\n".join(lines)


def _author(row: Row, locale: str | None) -> str:
    if row["author_kind"] == ActorKind.CUSTOMER:
        return row["customer_name"] or YOU.for_reader(locale)
    return row["agent_name"] or OURS.for_reader(locale)


def _bare(text: str) -> str:
    """A stranger's words, in which nothing is drawn that reads otherwise than it is."""
    for mark in CUSTOMER_MARKS:
        text = text.replace(mark, f"{mark[0]}\u2060{mark[1:]}")
    return text

"""What somebody types into the search field, read: words, and filters such as `from:kim tag:"late delivery"`.

Pure. A filter's name may be said in English or Korean; a word with a colon in quotes stays a word. What is no filter is
refused by name instead of finding nothing in silence.
"""

from __future__ import annotations

import datetime
import difflib
import heapq
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.errors import Malformed
from gateway.events import Priority, Status

T = TypeVar("T")

NAMES = {
    "from": "from",
    "보낸사람": "from",
    "tag": "tag",
    "태그": "tag",
    "channel": "channel",
    "채널": "channel",
    "has": "has",
    "포함": "has",
    "status": "status",
    "상태": "status",
    "priority": "priority",
    "우선순위": "priority",
    "assignee": "assignee",
    "담당": "assignee",
    "after": "after",
    "이후": "after",
    "before": "before",
    "이전": "before",
}
"""A filter's name as people may say it -> the name it has here."""
STATUSES = {
    **{status.value: status.value for status in Status},
    "열림": "open",
    "미룸": "snoozed",
    "종료": "closed",
    "스팸": "spam",
}
PRIORITIES = {
    **{priority.name.lower(): int(priority) for priority in Priority},
    "긴급": 4,
    "높음": 3,
    "보통": 2,
    "낮음": 1,
    "없음": 0,
}
HAS = {
    "file": "file",
    "files": "file",
    "attachment": "file",
    "파일": "file",
    "첨부": "file",
    "image": "image",
    "photo": "image",
    "사진": "image",
    "이미지": "image",
    "note": "note",
    "메모": "note",
}
ME = ("me", "나")
NOBODY = ("none", "nobody", "없음")
DAYS = {"today": 0, "오늘": 0, "yesterday": 1, "어제": 1}
"""Days before today."""
MOST = 12
"""Filters in one question."""
NEAR = 3
"""Known ones that are named when something is none."""
_PIECE = re.compile(r'(?:(?P<name>[^\W\d_]+):(?!/))?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S*))\s*')
_DAY = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?\.?")


class Misread(Malformed):
    """A question that cannot be read. `said` is no `filter` (a name out of `NAMES`), or, where that is empty, no
    filter's name; `nearest` are known ones that it may mean."""

    def __init__(
        self,
        text: str,
        log: str,
        *,
        filter: str = "",  # noqa: A002
        said: str = "",
        nearest: Iterable[str] = (),
        **params: Any,
    ) -> None:
        super().__init__(text, log, **params)
        self.filter = filter
        self.said = said
        self.nearest = tuple(nearest)

    def instead(self, text: str) -> list[str]:
        """What may be asked instead of this text: the same with one of the nearest in place of what was said."""
        return [
            "".join(self._mended(piece, near) for piece in _PIECE.finditer(_composed(text))).strip()
            for near in self.nearest
        ]

    def _mended(self, piece: re.Match[str], near: str) -> str:
        name, value = piece["name"], _value(piece)
        if name is None or self.said != (value if self.filter else name):
            return piece[0]
        if not self.filter:
            return near + piece[0][len(name) :]
        return f"{name}:{_quoted(near)} " if NAMES.get(name.casefold()) == self.filter else piece[0]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. All that is said must be true; several people, tags or channels each narrow it further."""

    words: str = ""
    people: tuple[str, ...] = ()
    """Names or addresses of who wrote it."""
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    """`file`, `image`, `note`."""
    status: str | None = None
    priority: int | None = None
    """0 (none) to 4 (urgent)."""
    assignee: str | None = None
    """`me`, `none`, or a name or email address."""
    after: int | None = None
    """UTC ms: from then on."""
    before: int | None = None
    """UTC ms: up to, not with, then."""

    @property
    def is_narrowed(self) -> bool:
        return self != Question(words=self.words)


def read_question(text: str, *, now: int, zone: str = "") -> Question:
    """Raises Misread for an unknown filter or a value that cannot be. `zone`: whose midnight a day begins at (an IANA
    name; UTC where this machine does not know it); `now` in UTC ms."""
    words: list[str] = []
    said: dict[str, list[str]] = {}
    for piece in _PIECE.finditer(_composed(text)):
        value = _value(piece)
        if piece["name"] is None:
            words.append(value)
        elif value or piece["quoted"] is not None:
            said.setdefault(_name(piece["name"]), []).append(value)
        else:
            # "Re: parcel": a colon before a space is punctuation, unless it is a filter still being typed.
            words.append("" if piece["name"].casefold() in NAMES else piece["name"])
    if sum(map(len, said.values())) > MOST:
        raise Misread("errors.search_too_many", f"more than {MOST} filters", n=MOST)
    today = _today(now, _zone(zone))
    after, before = (
        [_day(name, value, today) for value in said.get(name, ())] for name in ("after", "before")
    )
    statuses = [_one_of(STATUSES, value, "errors.search_status") for value in said.get("status", ())]
    priorities = [_one_of(PRIORITIES, value, "errors.search_priority") for value in said.get("priority", ())]
    return Question(
        words=" ".join(word for word in words if word),
        people=tuple(said.get("from", ())),
        tags=tuple(said.get("tag", ())),
        channels=tuple(said.get("channel", ())),
        has=tuple(_one_of(HAS, value, "errors.search_has") for value in said.get("has", ())),
        status=statuses[-1] if statuses else None,
        priority=priorities[-1] if priorities else None,
        assignee=_assignee(said.get("assignee", ())),
        after=max(after, default=None),
        before=min(before, default=None),
    )


def nearest(said: str, known: Iterable[str]) -> list[str]:
    """The likest of the known names, the likest first. By neighbouring letters, Korean ones by their parts: one look at
    each, so that ten thousand names cost nobody a pause."""
    wanted = _pairs(said)
    return heapq.nlargest(NEAR, sorted(known), key=lambda one: _likeness(wanted, _pairs(one)))


def _likeness(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _pairs(name: str) -> set[str]:
    letters = f" {unicodedata.normalize('NFD', name.casefold())} "
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _value(piece: re.Match[str]) -> str:
    return (piece["quoted"] if piece["quoted"] is not None else piece["plain"]).strip()


def _quoted(value: str) -> str:
    return f'"{value.replace(chr(34), "")}"' if re.search(r"\s", value) else value


def _name(said: str) -> str:
    known = NAMES.get(said.casefold())
    if known is None:
        near = difflib.get_close_matches(said.casefold(), NAMES, 1, 0.6)
        text = "errors.search_filter_near" if near else "errors.search_filter"
        raise Misread(
            text,
            f"no filter {said[:32]!r}",
            said=said,
            nearest=near,
            name=said[:32],
            near=near[0] if near else "",
        )
    return known


def _one_of(known: dict[str, T], value: str, text: str) -> T:
    found = known.get(value.casefold())
    if found is None:
        raise Misread(text, f"{value[:32]!r} is none of {', '.join(known)}", value=value[:32])
    return found


def _assignee(values: tuple[str, ...] | list[str]) -> str | None:
    if not values:
        return None
    said = values[-1]
    return "me" if said.casefold() in ME else "none" if said.casefold() in NOBODY else said


def _zone(name: str) -> datetime.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name) if name else datetime.UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.UTC


def _today(now: int, zone: datetime.tzinfo) -> datetime.datetime:
    here = datetime.datetime.fromtimestamp(now / 1000, zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _day(name: str, value: str, today: datetime.datetime) -> int:
    """The day's first millisecond, in UTC ms; of a month the first day's."""
    if (ago := DAYS.get(value.casefold())) is not None:
        return _ms(today - datetime.timedelta(days=ago))
    found = _DAY.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        return _ms(today.replace(year=int(found[1]), month=int(found[2]), day=int(found[3] or 1)))
    except (ValueError, OverflowError):
        raise Misread("errors.search_date", f"no date {value[:32]!r}", name=name, value=value[:32]) from None


def _ms(day: datetime.datetime) -> int:
    return int(day.timestamp() * 1000)

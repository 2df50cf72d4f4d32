"""What happened in the invented shop: who wrote when, who answered, how each conversation ended. Pure and seeded."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from importlib import resources
from random import Random
from typing import Any, Literal

from gateway.sandbox.guests import guests, personas

LANGUAGES = ("ko", "en")
OFFICE = timezone(timedelta(hours=9))
"""The shop is in Seoul."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WEEKS = 26
"""How far the history reaches back."""
AWAY = 9 * DAY
"""A customer who comes back later than this begins a conversation of her own: the former one no longer reopens."""

Fate = Literal["new", "waiting", "answered", "snoozed", "spam", "closed"]
FATES: tuple[tuple[Fate, int], ...] = (
    ("new", 6), ("waiting", 8), ("answered", 14), ("snoozed", 6), ("spam", 3), ("closed", 63),
)  # fmt: skip
"""How conversations end, in percent. "new": nobody has taken it; "waiting": the customer's words are the last."""
AT_MOST: dict[Fate, int] = {"new": 9, "waiting": 14, "answered": 36, "snoozed": 18, "spam": 40}
"""However long the history: a team of three can have no more in its hands. All others were closed."""
FOLKS = 500
"""Signed-in customers of each language."""
BY_MAIL = 0.15
"""Of what named customers want, so much comes by mail."""
LETTER = 12
"""A mail takes so many times as long as what is said in a chat."""
TELLS_OF = 12
"""One note in so many names the supervisor, of those in open conversations each."""
STAFF = {"orders": ("kim", "kim", "sora"), "tech": ("alex", "alex", "sora"), "": ("kim", "sora", "alex")}
"""Who takes a team's conversations."""

What = Literal["says", "takes", "files", "answers", "notes", "reads", "merges", "closes", "snoozes", "spam"]


@dataclass(frozen=True, slots=True)
class Customer:
    key: str
    """The shop's own number of a signed-in customer, or a browser's random one."""
    language: str
    name: str = ""
    """Empty: a browser nobody vouched for."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened, at that UTC millisecond."""

    at: int
    what: What
    words: str = ""
    file: str = ""
    """Of `pictures.PICTURES`, or of `papers.PAPERS` when one of us sends it."""
    names: bool = False
    """A note that names the supervisor."""
    automatic: bool = False
    """Her mail program says that she is away."""


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation from its first word to now."""

    customer: Customer
    fate: Fate
    agent: str
    """Key of the agent who has taken it; empty: nobody."""
    team: str
    tags: tuple[str, ...]
    subject: str
    priority: int
    order: str
    business: bool
    """Writes for the organisation."""
    acts: tuple[Act, ...]
    mail: bool = False
    """It was said by mail, and the subject is hers."""
    cc: str = ""
    """Who reads along, as a mail says it; empty: nobody."""


@dataclass(frozen=True, slots=True)
class Book:
    """The words of one language."""

    language: str
    words: dict[str, Any]

    @classmethod
    def read(cls, language: str) -> Book:
        file = resources.files("gateway.sandbox").joinpath("stories", f"{language}.toml")
        return cls(language, tomllib.loads(file.read_text("utf-8")))

    def people(self) -> list[str]:
        """The named ones first, then whoever else the language's names make, each once, and nobody of those who come
        while one watches or whom one plays: who is called as they are would be taken for them."""
        family, given = self.words["family"], self.words["given"]
        pattern = "{family}{given}" if self.language == "ko" else "{given} {family}"
        # Steps that share no divisor walk through all pairs before one comes again.
        made = (
            pattern.format(family=family[place % len(family)], given=given[place % len(given)])
            for place in range(len(family) * len(given))
        )
        others = {one.name for one in guests()} | {one.name for one in personas().values()}
        return [name for name in dict.fromkeys([*self.words["people"], *made]) if name not in others][:FOLKS]


@dataclass
class Teller:
    """Makes up cases, one after another, oldest first. The same `seed` and `now` tell the same history."""

    now: int
    seed: int = 1
    books: Sequence[Book] = field(default_factory=lambda: [Book.read(language) for language in LANGUAGES])

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._post = Random(self.seed + 1)
        self._last_seen: dict[Customer, int] = {}
        self._strangers = 0
        self._known = {
            book.language: [
                Customer(f"{book.language}-{place + 1001}", book.language, name)
                for place, name in enumerate(book.people())
            ]
            for book in self.books
        }

    def tell(self, count: int) -> list[Case]:
        return [self._case(fate, start) for start, fate in self._starts(count)]

    def _starts(self, count: int) -> list[tuple[int, Fate]]:
        fates = self._random.choices([fate for fate, _ in FATES], [share for _, share in FATES], k=count)
        # However few there are, every kind of ending is shown.
        fates[: len(FATES)] = [fate for fate, _ in FATES][:count]
        had: Counter[Fate] = Counter()
        for place, fate in enumerate(fates):
            had[fate] += 1
            if had[fate] > AT_MOST.get(fate, count):
                fates[place] = "closed"
        return sorted((self._start(fate), fate) for fate in fates)

    def _start(self, fate: Fate) -> int:
        if fate in ("new", "waiting"):
            return self.now - self._random.randint(25 * MINUTE, 7 * HOUR)
        if fate in ("answered", "snoozed"):
            return self._at_work(lambda: self.now - self._random.randint(2 * HOUR, 40 * HOUR))
        day = datetime.fromtimestamp(self.now / 1000, OFFICE) - timedelta(
            days=self._random.randint(2, 7 * WEEKS)
        )
        if day.weekday() > 4 and self._random.random() < 0.7:
            day -= timedelta(days=2)  # people write at weekends too, but less
        opened = day.replace(hour=self._random.randint(9, 16), minute=self._random.randint(0, 59), second=7)
        return int(opened.timestamp() * 1000)

    def _at_work(self, choose: Callable[[], int]) -> int:
        """A time at which somebody sits in the shop, if a few tries find one."""
        tries = [choose() for _ in range(12)]
        hours = (datetime.fromtimestamp(at / 1000, OFFICE).hour for at in tries)
        return next((at for at, hour in zip(tries, hours, strict=True) if 9 <= hour < 18), tries[0])

    def _case(self, fate: Fate, start: int) -> Case:
        book = self._random.choices(self.books, [56, 44])[0]
        customer = self._stranger(book) if fate == "spam" else self._customer(book, start)
        came_back = customer in self._last_seen
        story = self._spam(book) if fate == "spam" else self._random.choice(book.words["story"])
        mail = bool(customer.name) and self._post.random() < BY_MAIL
        if mail:
            story = self._post.choice(book.words["mail"])
        order = f"HR-{self._random.randint(1000, 9999)}-{self._random.randint(100, 999)}"
        agent = "" if fate in ("new", "spam") else self._random.choice(STAFF[story["team"]])
        again = came_back and self._random.random() < 0.06 and not mail
        acts = tuple(self._acts(book, story, fate, start, order, again=again))
        acts = self._by_now(tuple(_as_letters(acts, start)) if mail else acts)
        self._last_seen[customer] = acts[-1].at
        return Case(
            customer=customer,
            fate=fate,
            agent=agent,
            team=story["team"] if fate != "spam" else "",
            tags=tuple(story["tags"]),
            subject=story["subject"],
            priority=story.get("priority", 0),
            order=order if any("{order}" in words for line in story["say"] for words in line) else "",
            business=story.get("organisation", False),
            acts=acts,
            mail=mail,
            cc=story.get("cc", "") if mail else "",
        )

    def _spam(self, book: Book) -> dict[str, Any]:
        return {"team": "", "tags": [], "subject": "", "say": [["c", *book.words["spam"]]]}

    def _customer(self, book: Book, start: int) -> Customer:
        """Somebody of that language who has not written lately; now and then a browser without a name."""
        free = [each for each in self._known[book.language] if start - self._last_seen.get(each, 0) > AWAY]
        if not free or self._random.random() < 0.15:
            return self._stranger(book)
        returning = [each for each in free if each in self._last_seen]
        return self._random.choice(returning if returning and self._random.random() < 0.35 else free)

    def _stranger(self, book: Book) -> Customer:
        self._strangers += 1
        return Customer(f"browser-{self.seed}-{self._strangers}", book.language)

    def _by_now(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """The same, all of it in the past."""
        ahead = acts[-1].at - (self.now - 2 * MINUTE)
        return tuple(replace(act, at=act.at - ahead) for act in acts) if ahead > 0 else acts

    # --- one story ----------------------------------------------------------------------------------------------------

    def _acts(
        self, book: Book, story: dict[str, Any], fate: Fate, start: int, order: str, *, again: bool
    ) -> Iterator[Act]:
        """`again`: the agent sees that it is about what the customer wrote the time before, and merges the two."""
        lines = self._until(story["say"], fate)
        holes = self._holes(book, story, order)
        at, answered, before = start, False, ""
        for who, *words in lines:
            at += self._pause(before, who)
            said = self._random.choice(words).replace("THANKS", self._random.choice(book.words["thanks"]))
            kind, _, file = who.partition(":")
            if kind in ("a", "n") and not answered:
                answered = True
                yield Act(at - 40_000, "takes")
                yield Act(at - 20_000, "files")
                if again:
                    yield Act(at - 10_000, "merges")
            names = kind == "n" and (fate != "closed" or self._random.randrange(TELLS_OF) == 0)
            yield Act(at, _told(kind), said.format_map(holes), file, names, automatic=kind == "o")
            if kind == "a":
                yield Act(at + 3_000, "reads")
            before = kind
        yield from self._ending(fate, at)

    def _until(self, lines: list[list[str]], fate: Fate) -> list[list[str]]:
        """As much of the story as has been told by now."""
        kinds = [line[0].partition(":")[0] for line in lines]
        first = kinds.index("a") if "a" in kinds else len(lines)
        if fate == "new":
            return lines[:first]
        if fate == "waiting":
            cuts = [place + 1 for place in range(first, len(lines)) if kinds[place] == "c"]
            return lines[: self._random.choice(cuts)]
        if fate in ("answered", "snoozed"):
            cuts = [place + 1 for place in range(first, len(lines)) if kinds[place] == "a"]
            return lines[: self._random.choice(cuts)]
        return lines

    def _pause(self, before: str, who: str) -> int:
        if not before:
            return 0
        if who in ("a", "n"):
            return self._random.randint(40, 300 if before in ("a", "n") else 720) * 1000
        return self._random.randint(12, 45 if before not in ("a", "n") else 200) * 1000

    def _holes(self, book: Book, story: dict[str, Any], order: str) -> dict[str, str]:
        chosen = self._random.choice
        track = "".join(chosen("0123456789") for _ in range(12))
        return {
            "order": order,
            "track": f"{track[:4]}-{track[4:8]}-{track[8:]}",
            "item": chosen(story.get("items", book.words["items"])),
            "day": chosen(book.words["days"]),
            "won": chosen(book.words["won"]),
        }

    def _ending(self, fate: Fate, at: int) -> Iterator[Act]:
        later = at + self._random.randint(4, 50) * MINUTE
        match fate:
            case "closed":
                yield Act(later, "closes")
            case "snoozed":
                yield Act(later, "snoozes")
            case "spam":
                yield Act(later, "spam")


def _as_letters(acts: Sequence[Act], start: int) -> Iterator[Act]:
    """The same by mail: slower, and nobody says what she has read."""
    for act in acts:
        if act.what != "reads":
            yield replace(act, at=start + (act.at - start) * LETTER)


def _told(who: str) -> What:
    match who:
        case "a":
            return "answers"
        case "n":
            return "notes"
        case _:
            return "says"

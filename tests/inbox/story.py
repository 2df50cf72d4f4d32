"""A day at the inbox, made of acts that hypothesis chooses: customers write, agents act, lines are cut.

Every word anybody writes is told apart from all others (`W17W`), and the whole database is looked at after each step,
so that afterwards one can say of every frame who might know what at that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.egress.access import Role, Viewer
from gateway.errors import ParleyError
from gateway.events import (
    AgentId,
    Status,
    TeamId,
    Visibility,
    agent,
)
from gateway.live import CLOSE_SLOW
from gateway.store import Reader, Tx
from gateway.stream import describe
from gateway.stream.post import Post, post
from inbox.views import Wanted, list_conversations, list_messages
from inbox.wire import CLOSE_ACCESS, PROTOCOL
from tests.inbox.acts import ACTS, CUSTOMERS, Act
from tests.inbox.conftest import House
from tests.inbox.known import Known, View
from tests.inbox.tabs import SOON, Frame, Tab, connected

WORD = re.compile(r"W\d+W")  # no id has capitals
PEOPLE = ("ann", "ann", "bob", "sue")
"""Whose tabs are open; two of them are one agent's."""
TAGS = 3

# --- one tab that always comes back ---------------------------------------------------------------------------------


@dataclass
class Segment:
    """An unbroken story: from a snapshot on, over any number of cuts."""

    viewer: Viewer
    start: int
    end: int
    events: list[tuple[int, View]] = field(default_factory=list)
    """With the step in which each came."""


class LiveTab:
    """Connects again whenever it is cut, with what its browser knows."""

    def __init__(self, story: Story, who: str) -> None:
        self.story = story
        self.who = who
        self.known = Known()
        self.segments: list[Segment] = []
        self.tab: Tab | None = None
        self.resumed = 0
        self.away_until = 0
        self._task = asyncio.create_task(self._stay())
        self._moved = asyncio.Event()

    async def _stay(self) -> None:
        while True:
            while self.story.step < self.away_until:
                await self.story.next_step.wait()
            tab = await connected(self.story.house, self.who, tab=self._reader())
            hello: Frame = {"kind": "hello", "protocol": PROTOCOL}
            with contextlib.suppress(ConnectionError):
                await tab.say(**hello | ({"cursor": self.known.cursor} if self.known.cursor else {}))
            self.tab = tab
            code = await tab.gone()
            assert code in (1006, CLOSE_SLOW, CLOSE_ACCESS), f"{self.who} was closed with {code}"

    def _reader(self) -> type[Tab]:
        outer = self

        class Reading(Tab):
            def take(self, frame: Frame) -> None:
                super().take(frame)
                outer.take(frame)

        return Reading

    def take(self, frame: Frame) -> None:
        self.known.take(frame)
        if frame["kind"] == "hello":
            self.resumed += frame["resumed"]
        elif frame["kind"] == "snapshot":
            me = frame["me"]
            viewer = Viewer(AgentId(me["id"]), Role(me["role"]), frozenset(map(TeamId, me["teams"])))
            self.segments.append(Segment(viewer, frame["position"], frame["position"]))
        elif frame["kind"] == "events":
            segment = self.segments[-1]
            segment.events += [(self.story.step, event) for event in frame["events"]]
            segment.end = frame["position"]
        self._moved.set()

    async def reaches(self, position: int) -> None:
        try:
            async with asyncio.timeout(SOON):
                while self.known.cursor is None or self.known.position < position:
                    assert not self._task.done(), self._task.exception()
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(f"{self.who} stands at {self.known.position} of {position}") from None

    async def loses_its_line(self) -> None:
        if self.tab is not None:
            await self.tab.cut()

    async def tries(self, name: str, **args: Any) -> None:
        """A command; its browser says so at once, as the real one does. A cut may take question and answer."""
        tab = self.tab
        if tab is None or tab.closed is not None:
            return
        heard = len(self.known.heard)
        with contextlib.suppress(AssertionError, OSError, Exception):
            answer = await tab.command(name, **args)
            led_on = any(args.get("conversation") in one for one in self._drafts_led_on(heard))
            if answer["kind"] == "result" and name == "save_draft" and not led_on:
                self.known.take(
                    {
                        "kind": "private",
                        "private": {"drafts": {args["conversation"]: {args["mode"]: args["text"]}}},
                    }
                )

    def _drafts_led_on(self, since: int) -> Iterator[View]:
        """What was told of drafts that went along with a merge: both places at once."""
        for frame in self.known.heard[since:]:
            told = frame.get("private", {}).get("drafts", {}) if frame["kind"] == "private" else {}
            if len(told) == 2:
                yield told

    @property
    def viewer(self) -> Viewer | None:
        return self.segments[-1].viewer if self.segments else None

    async def reads_lists(self) -> None:
        viewer, generation = self.viewer, self.known.generation
        if viewer is None:
            return
        for state in Status:
            page = await self._scan(
                lambda look, state=state: list_conversations(look, viewer, Wanted(state, limit=100))
            )
            if generation == self.known.generation:
                self.known.take_list(state.value, page)

    async def reads_thread(self, conversation: str) -> None:
        viewer, generation = self.viewer, self.known.generation
        if viewer is None:
            return
        link = self.story.house.desk.link
        with contextlib.suppress(ParleyError):
            page = await self._scan(
                lambda look: list_messages(
                    look, viewer, conversation, link, before=None, after=None, limit=100
                )
            )
            if generation == self.known.generation and conversation in self.known.listed:
                self.known.take_thread(conversation, page)

    async def _scan(self, look: Any) -> Any:
        # Over HTTP it would have been JSON.
        return orjson.loads(orjson.dumps(await self.story.house.store.scan(look)))

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self.tab is not None:
            await self.tab.close()


# --- the whole ------------------------------------------------------------------------------------------------------


@dataclass
class Moment:
    """The database after a step."""

    position: int
    conversations: Mapping[str, Any]
    messages: Mapping[str, str]
    """Message -> the conversation it stands in."""
    contacts: Mapping[str, str]
    """Contact -> its name."""
    identities: Mapping[str, Any]
    legs: Sequence[Any]
    authors: Sequence[tuple[str, str]]


class Story:
    """The house, its tabs, and everything that was done."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.conversations: list[str] = []
        self.messages: list[str] = []
        self.held: list[str] = []
        self.merges: list[str] = []
        self.tags: list[str] = []
        self.owners: dict[str, tuple[str, str]] = {}
        """Word -> whose it is."""
        self.also: dict[str, set[tuple[str, str]]] = {}
        """Word -> whose it may be as well."""
        self.born: dict[str, int] = {}
        """Word -> the step in which it was first written."""
        self.wrote: set[tuple[int, str, str]] = set()
        """Step, conversation, customer: who came and was forgotten within one step stands at neither end of it."""
        self.moments: list[Moment] = []
        self.step = 0
        self.tabs: list[LiveTab] = []
        self._numbers = 0
        self._names: dict[str, str] = {}
        self.next_step = asyncio.Event()

    # --- choosing ---------------------------------------------------------------------------------------------------

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    def word(self) -> str:
        word = f"W{self.number()}W"
        self.born[word] = self.step
        return word

    def name_of(self, who: str) -> str:
        if who not in self._names:
            self._names[who] = self.word()
            self.owners[self._names[who]] = ("person", who)
        return self._names[who]

    @staticmethod
    def one(of: list[str], number: int) -> str:
        return of[number % len(of)] if of else "0nothing"

    @staticmethod
    def add(to: list[str], one: str | None) -> None:
        if one is not None and one not in to:
            to.append(one)

    @property
    def agents(self) -> list[str]:
        return [self.house.agents[who] for who in ("ann", "bob", "sue")]

    def agent(self, number: int) -> Any:
        return agent(self.agents[number % len(self.agents)])

    async def lives_in(self, conversation: str) -> str:
        async def follow(look: Reader) -> str:
            here = conversation
            while then := await look.value("select merged_into from conversations where id = $1", here):
                here = then
            return here

        return await self.house.store.read(follow)

    async def contact(self, number: int) -> str:
        who = CUSTOMERS[number % len(CUSTOMERS)]
        found = await self.house.store.read(
            lambda look: look.value(
                "select contact_id from identities where address = $1", f"{self.name_of(who)}@{who}"
            )
        )
        return found or "0nobody"

    # --- doing ------------------------------------------------------------------------------------------------------

    async def do(self, verb: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Run a verb; what it refuses was not done."""

        async def run(tx: Tx) -> Any:
            return await verb(tx, *args)

        with contextlib.suppress(ParleyError):
            return await self.house.store.write(run)
        return None

    async def posts(self, a: int, b: int, visibility: Visibility, hold: int = 0) -> None:
        words = self.word()
        conversation, client = self.one(self.conversations, a), f"client{self.number()}"
        what = Post(conversation, self.agent(b), client, words, visibility, hold=hold)
        with contextlib.suppress(ParleyError):
            posted = await post(self.house.store, what)
            self.owners[words] = ("message", posted.message)
            self.add(self.held if hold else self.messages, posted.message)

    async def goes(self, groups: Iterable[Sequence[Act]]) -> None:
        """Each group's acts happen at the same time; after each the database is looked at."""
        for number in range(TAGS):
            by = self.agent(0)
            self.tags.append(await self.do(describe.make_tag, f"tag{number}", "#123456", by))
        self.moments.append(await self.house.store.scan(_moment))
        self.tabs = [LiveTab(self, who) for who in PEOPLE]
        for group in groups:
            self._begin_step()
            await asyncio.gather(*(ACTS[name](self, a, b, c) for name, a, b, c in group))
            self.moments.append(await self.house.store.scan(_moment))
        self._begin_step()
        self.moments.append(self.moments[-1])
        for tab in self.tabs:
            tab.away_until = 0

    def _begin_step(self) -> None:
        self.step += 1
        waiting, self.next_step = self.next_step, asyncio.Event()
        waiting.set()

    async def settles(self) -> None:
        """Every tab has heard everything."""
        head = self.moments[-1].position
        assert self.house.store.published == head
        for tab in self.tabs:
            await tab.reaches(head)

    async def close(self) -> None:
        await asyncio.gather(*(tab.close() for tab in self.tabs))


async def _moment(look: Reader) -> Moment:
    rows = await look.all(
        "select id, contact_id, status, team_id, assignee_id, merged_into from conversations"
    )
    messages = await look.all(
        "select id, conversation_id, author_id from messages"
        " union all select id, conversation_id, author_id from held_replies"
    )
    return Moment(
        look.position,
        {row["id"]: row for row in rows},
        {row["id"]: row["conversation_id"] for row in messages},
        {row["id"]: row["name"] for row in await look.all("select id, name from contacts")},
        {row["id"]: row for row in await look.all("select id, contact_id, address from identities")},
        await look.all("select conversation_id, identity_id from legs"),
        [(row["conversation_id"], row["author_id"]) for row in messages],
    )

"""A day at the inbox, made of acts that hypothesis chooses: customers write, agents act, lines are cut.

Every word anybody writes is told apart from all others (`W17W`), and the whole database is looked at after each step,
so that afterwards one can say of every frame who might know what at that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.egress.access import Role, Viewer, sees
from gateway.errors import ParleyError
from gateway.events import (
    SYSTEM,
    AccountId,
    Address,
    AgentId,
    Event,
    InboundMessage,
    Kind,
    Priority,
    Scope,
    SeenReport,
    Status,
    TeamId,
    Visibility,
    agent,
)
from gateway.store import Reader, Tx, events_after
from gateway.stream import assign, contacts, describe, edit, erase, merge, split, status, undo
from gateway.stream.agents import set_teams
from gateway.stream.ingest import Intake, take_in
from gateway.stream.post import Post, post
from gateway.stream.seen import customer_has_seen
from inbox.views import Wanted, list_conversations, list_messages
from inbox.wire import CLOSE_ACCESS, CLOSE_SLOW, PROTOCOL
from tests.inbox.conftest import House
from tests.inbox.known import Known, View
from tests.inbox.tabs import SOON, Frame, Tab, connected

WORD = re.compile(r"W\d+W")  # no id has capitals
WEB = AccountId("web")
CUSTOMERS = ("kim", "lee", "park", "choi")
PEOPLE = ("ann", "ann", "bob", "sue")
"""Whose tabs are open; two of them are one agent's."""
TAGS = 3

# --- what acts there are --------------------------------------------------------------------------------------------

Act = tuple[str, int, int, int]
"""A name and three numbers that choose from what there is."""
Doing = Callable[["Story", int, int, int], Awaitable[None]]
ACTS: dict[str, Doing] = {}


def act(doing: Doing) -> Doing:
    ACTS[doing.__name__] = doing
    return doing


@act
async def writes(story: Story, a: int, b: int, c: int) -> None:
    who = CUSTOMERS[a % len(CUSTOMERS)]
    team = (None, *story.house.teams.values())[b % 3]
    words, name = story.word(), story.name_of(who)
    fact = InboundMessage(f"p{story.number()}", Address("visitor", f"{name}@{who}"), text=words, name=name)
    taken = await take_in(story.house.store, Intake(WEB, team), fact)
    story.owners[words] = ("message", taken.message)
    story.add(story.conversations, taken.conversation)
    story.add(story.messages, taken.message)


@act
async def answers(story: Story, a: int, b: int, c: int) -> None:
    await story.posts(a, b, Visibility.PUBLIC)


@act
async def notes(story: Story, a: int, b: int, c: int) -> None:
    await story.posts(a, b, Visibility.NOTE)


@act
async def edits(story: Story, a: int, b: int, c: int) -> None:
    message, words = story.one(story.messages, a), story.word()
    story.owners[words] = ("message", message)
    row = await story.house.store.read(
        lambda look: look.one("select author_kind, author_id from messages where id = $1", message)
    )
    if row is not None and row["author_kind"] == "agent":
        await story.do(edit.edit_message, message, words, agent(row["author_id"]))


@act
async def erases(story: Story, a: int, b: int, c: int) -> None:
    await story.do(edit.erase_message, story.one(story.messages, a), story.agent(b))


@act
async def assigns(story: Story, a: int, b: int, c: int) -> None:
    await story.do(
        assign.assign, story.one(story.conversations, a), (None, *story.agents)[b % 4], story.agent(c)
    )


@act
async def moves(story: Story, a: int, b: int, c: int) -> None:
    team = (None, *story.house.teams.values())[b % 3]
    await story.do(assign.set_team, story.one(story.conversations, a), team, story.agent(c))


@act
async def tags(story: Story, a: int, b: int, c: int) -> None:
    one = story.one(story.tags, b)
    add, remove = ([one], []) if c % 3 else ([], [one])
    await story.do(describe.tag, story.one(story.conversations, a), add, remove, story.agent(c))


@act
async def stands(story: Story, a: int, b: int, c: int) -> None:
    verb = (status.close, status.reopen, status.mark_spam, status.unmark_spam)[b % 4]
    await story.do(verb, story.one(story.conversations, a), story.agent(c))


@act
async def snoozes(story: Story, a: int, b: int, c: int) -> None:
    until = story.house.clock() + 3_600_000 + b
    await story.do(status.snooze, story.one(story.conversations, a), until, story.agent(c))


@act
async def describes(story: Story, a: int, b: int, c: int) -> None:
    conversation, words = story.one(story.conversations, a), story.word()
    story.owners[words] = ("conversation", conversation)
    # Said of one that was merged away, it is said of where that leads.
    story.also[words] = {("conversation", await story.lives_in(conversation))}
    if b % 2:
        await story.do(describe.set_subject, conversation, words, story.agent(c))
    else:
        await story.do(describe.set_priority, conversation, Priority(b % 5), story.agent(c))
    story.also[words].add(("conversation", await story.lives_in(conversation)))


@act
async def joins(story: Story, a: int, b: int, c: int) -> None:
    one, other = story.one(story.conversations, a), story.one(story.conversations, b)
    story.add(story.merges, await story.do(merge.merge, one, other, story.agent(c)))


@act
async def parts(story: Story, a: int, b: int, c: int) -> None:
    message = story.one(story.messages, a)
    home = await story.house.store.read(
        lambda look: look.value("select conversation_id from messages where id = $1", message)
    )
    done = await story.do(split.split, home, [message], story.agent(c))
    if done is not None:
        story.add(story.merges, done[0])
        story.add(story.conversations, done[1])


@act
async def joins_people(story: Story, a: int, b: int, c: int) -> None:
    one, other = await story.contact(a), await story.contact(b)
    story.add(story.merges, await story.do(merge.merge_contacts, one, other, story.agent(c)))


@act
async def takes_back(story: Story, a: int, b: int, c: int) -> None:
    await story.do(undo.undo_merge, story.one(story.merges, a), story.agent(c))


@act
async def renames(story: Story, a: int, b: int, c: int) -> None:
    who, name = CUSTOMERS[a % len(CUSTOMERS)], story.word()
    story.owners[name] = ("person", who)
    contact = await story.contact(a)
    await story.do(
        lambda tx, key, by: contacts.update_contact(tx, key, by, name=name), contact, story.agent(c)
    )


@act
async def blocks(story: Story, a: int, b: int, c: int) -> None:
    await story.do(contacts.unblock if b % 2 else contacts.block, await story.contact(a), story.agent(c))


@act
async def forgets(story: Story, a: int, b: int, c: int) -> None:
    if b % 4 == 0:
        await story.do(erase.erase_contact, await story.contact(a), story.agent(c))


@act
async def has_read(story: Story, a: int, b: int, c: int) -> None:
    name = story.name_of(CUSTOMERS[a % len(CUSTOMERS)])
    sender = Address("visitor", f"{name}@{CUSTOMERS[a % len(CUSTOMERS)]}")
    head = story.house.store.published
    await story.house.store.write(
        lambda tx: customer_has_seen(tx, WEB, SeenReport(sender, head, head - b % 3))
    )


@act
async def drafts(story: Story, a: int, b: int, c: int) -> None:
    tab, conversation = story.tabs[b % len(story.tabs)], story.one(story.conversations, a)
    if conversation in tab.known.listed:
        await tab.tries("save_draft", conversation=conversation, mode="note", text=f"d{c}d" * (c % 2))


@act
async def reads(story: Story, a: int, b: int, c: int) -> None:
    tab = story.tabs[b % len(story.tabs)]
    at = story.house.store.published - c % 5
    await tab.tries("mark_read", conversation=story.one(story.conversations, a), position=max(at, 0))


@act
async def changes_team(story: Story, a: int, b: int, c: int) -> None:
    who = ("ann", "bob")[a % 2]
    both = list(story.house.teams.values())
    wanted = ([], both[:1], both[1:], both)[b % 4]
    await story.do(set_teams, story.house.agents[who], wanted, SYSTEM)


@act
async def is_cut(story: Story, a: int, b: int, c: int) -> None:
    await story.tabs[a % len(story.tabs)].loses_its_line()


@act
async def stays_away(story: Story, a: int, b: int, c: int) -> None:
    """Cut, and back only when more has happened."""
    tab = story.tabs[a % len(story.tabs)]
    tab.away_until = story.step + 3
    await tab.loses_its_line()


@act
async def passes(story: Story, a: int, b: int, c: int) -> None:
    """Through a view and out of it again, before anybody can be told; and somebody writes behind the door."""
    teams = list(story.house.teams.values())
    conversation = story.one(story.conversations, a)
    steps = [teams[b % 2], (None, teams[(b + 1) % 2])[c % 2], teams[b % 2]]
    by = story.agent(2)
    await asyncio.gather(*(story.do(assign.set_team, conversation, team, by) for team in steps))
    await story.posts(a, 2, Visibility.NOTE)


@act
async def all_are_cut(story: Story, a: int, b: int, c: int) -> None:
    if b % 3 == 0:
        story.house.desk.hub.start_over()


@act
async def looks_up(story: Story, a: int, b: int, c: int) -> None:
    """Reads a list or a thread by REST while events come in."""
    tab = story.tabs[b % len(story.tabs)]
    await (tab.reads_lists() if c % 2 else tab.reads_thread(story.one(story.conversations, a)))


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
        with contextlib.suppress(AssertionError, OSError, Exception):
            answer = await tab.command(name, **args)
            if answer["kind"] == "result" and name == "save_draft":
                self.known.take(
                    {
                        "kind": "private",
                        "private": {"drafts": {args["conversation"]: {args["mode"]: args["text"]}}},
                    }
                )

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
                self.known.take_list(page)

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
        self.merges: list[str] = []
        self.tags: list[str] = []
        self.owners: dict[str, tuple[str, str]] = {}
        """Word -> whose it is."""
        self.also: dict[str, set[tuple[str, str]]] = {}
        """Word -> whose it may be as well."""
        self.born: dict[str, int] = {}
        """Word -> the step in which it was first written."""
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

    async def posts(self, a: int, b: int, visibility: Visibility) -> None:
        words = self.word()
        what = Post(
            self.one(self.conversations, a), self.agent(b), f"client{self.number()}", words, visibility
        )
        with contextlib.suppress(ParleyError):
            posted = await post(self.house.store, what)
            self.owners[words] = ("message", posted.message)
            self.add(self.messages, posted.message)

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
    messages = await look.all("select id, conversation_id, author_id from messages")
    return Moment(
        look.position,
        {row["id"]: row for row in rows},
        {row["id"]: row["conversation_id"] for row in messages},
        {row["id"]: row["name"] for row in await look.all("select id, name from contacts")},
        {row["id"]: row for row in await look.all("select id, contact_id, address from identities")},
        await look.all("select conversation_id, identity_id from legs"),
        [(row["conversation_id"], row["author_id"]) for row in messages],
    )


# --- who might know what --------------------------------------------------------------------------------------------


class Truth:
    """Judges what was told, by the log and by the moments."""

    def __init__(self, story: Story, log: Sequence[Event]) -> None:
        self.story = story
        self.log = {event.position: event for event in log}
        self._allowed: dict[tuple[Viewer, int, int], set[str]] = {}
        self._moments: dict[tuple[Viewer, int, int], set[str]] = {}

    @classmethod
    async def of(cls, story: Story) -> Truth:
        return cls(story, await story.house.store.scan(lambda look: events_after(look, 0, 100_000)))

    def step_of(self, position: int) -> int:
        """The step in which a fact came about."""
        return next(step for step, moment in enumerate(self.story.moments) if moment.position >= position)

    def judge(self, segment: Segment) -> None:
        self._judge_order(segment)
        for step, told in segment.events:
            event = self.log[told["position"]]
            self._judge_cells(segment.viewer, event, told)
            allowed = self.allowed(segment.viewer, self.step_of(event.position) - 1, step)
            heard = set(WORD.findall(orjson.dumps(told).decode()))
            assert heard <= allowed, f"{segment.viewer} heard {heard - allowed} at {told}"

    def _judge_order(self, segment: Segment) -> None:
        told = [event["position"] for _, event in segment.events]
        assert told == sorted(set(told)), "each fact once and in order"
        span = [at for at in self.log if segment.start < at <= segment.end]
        missing = {at for at in span if self._must_hear(segment.viewer, self.log[at])} - set(told)
        assert not missing, f"{segment.viewer} never heard of {[self.log[at] for at in missing]}"
        extra = [at for at in told if not self._may_hear(segment.viewer, self.log[at])]
        assert not extra, f"{segment.viewer} heard of {[self.log[at] for at in extra]}"

    @staticmethod
    def _must_hear(viewer: Viewer, event: Event) -> bool:
        if event.kind is Kind.DIRECTORY_CHANGED:
            return True
        return event.conversation is not None and (sees(viewer, event.was) or sees(viewer, event.now))

    def _may_hear(self, viewer: Viewer, event: Event) -> bool:
        about_somebody = event.conversation is None and event.contact is not None
        return about_somebody or self._must_hear(viewer, event)

    @staticmethod
    def _judge_cells(viewer: Viewer, event: Event, told: View) -> None:
        for name, scope in (("was", event.was), ("now", event.now)):
            cell = told.get(name)
            if cell is not None:
                assert sees(viewer, scope), f"{viewer} was told where something foreign stands: {told}"
                assert scope is not None
                assert cell == {
                    "status": scope.status,
                    "team": scope.team,
                    "assignee": scope.assignee,
                    "tags": list(scope.tags),
                }

    def allowed(self, viewer: Viewer, first: int, last: int) -> set[str]:
        """The words of whatever the viewer could see at any time from one step to another."""
        key = (viewer, max(first, 0), last)
        if key not in self._allowed:
            self._allowed[key] = self._find_allowed(*key)
        return self._allowed[key]

    def _find_allowed(self, viewer: Viewer, first: int, last: int) -> set[str]:
        words: set[str] = set()
        for step in range(first, last + 1):
            words |= self._at(viewer, step)
        return words

    def _at(self, viewer: Viewer, step: int) -> set[str]:
        """The words that stood in the viewer's sight at the end of a step, or for a moment within it."""
        key = (viewer, step, step)
        if key in self._moments:
            return self._moments[key]
        moments = self.story.moments[max(step - 1, 0) : step + 1]
        seen: set[str] = {
            event.conversation
            for at, event in self.log.items()
            if moments[0].position < at <= moments[-1].position
            and event.conversation
            and (sees(viewer, event.was) or sees(viewer, event.now))
        }
        seen |= {
            key
            for key, row in moments[-1].conversations.items()
            if row["merged_into"] is None and sees(viewer, _scope(row))
        }
        entities: set[tuple[str, str]] = {("conversation", key) for key in seen}
        words: set[str] = set()
        for moment in moments:
            found, names = _within(moment, seen)
            entities |= found
            words |= names
        for word, owner in self.story.owners.items():
            owners = {owner} | self.story.also.get(word, set())
            if self.story.born[word] <= step and owners & entities:
                words.add(word)
        self._moments[key] = words
        return words


def _scope(row: Any) -> Scope:
    return Scope(Status(row["status"]), row["team_id"], row["assignee_id"])


def _within(moment: Moment, seen: set[Any]) -> tuple[set[tuple[str, str]], set[str]]:
    """Messages and persons in these conversations at this moment, and the names they go by."""
    entities = {("message", key) for key, home in moment.messages.items() if home in seen}
    contacts_ = {row["contact_id"] for key, row in moment.conversations.items() if key in seen}
    persons = {row["identity_id"] for row in moment.legs if row["conversation_id"] in seen}
    persons |= {author for home, author in moment.authors if home in seen}
    persons |= {key for key, row in moment.identities.items() if row["contact_id"] in contacts_}
    known = [moment.identities[key] for key in persons if key in moment.identities]
    contacts_ |= {row["contact_id"] for row in known}
    texts = [row["address"] for row in known] + [
        moment.contacts[key] for key in contacts_ if key in moment.contacts
    ]
    entities |= {("person", row["address"].partition("@")[2]) for row in known}
    return entities, {word for text in texts for word in WORD.findall(text)}

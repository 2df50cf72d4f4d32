"""Stories: any sequence of the stream's verbs, made by hypothesis, told to a real store."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import strategies as st

from gateway.channels.registry import Channels
from gateway.errors import Conflict, Forbidden, NotFound, Refused
from gateway.events import AccountId, Priority, Proof
from gateway.stream import contacts, describe, held, status
from gateway.stream.assign import assign, set_team
from gateway.stream.edit import edit_message, erase_message
from gateway.stream.erase import erase_contact
from gateway.stream.ingest import Intake
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.private import mark_read
from gateway.stream.release import release
from gateway.stream.split import split, split_contact
from gateway.stream.undo import undo_merge
from tests.world import AGENTS, TAGS, TEAMS, World, in_team

STEPS = 40
PLACES = st.integers(0, 30)
"""Picks one of what there is by then."""


class Story:
    """A world in which verbs are told by small numbers: a place picks a conversation, message or contact there is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.merges: list[str] = []
        self.done = 0

    async def pick(self, table: str, place: int, column: str = "id") -> str | None:
        rows = await self.world.rows(f"select {column} from {table} order by id")
        return rows[place % len(rows)][column] if rows else None

    async def tell(self, step: tuple[Any, ...]) -> None:
        """One step; what the verbs refuse is refused and changes nothing."""
        try:
            await getattr(self, step[0])(*step[1:])
            self.done += 1
        except (Refused, Conflict, NotFound, Forbidden):
            pass

    async def says(self, who: int, team: int) -> None:
        intake = in_team(TEAMS[team]) if team < len(TEAMS) else self.world.intake
        await self.world.says(f"+{who}", f"words {self.done}", intake=intake)

    async def says_elsewhere(self, who: int, account: int) -> None:
        intake = Intake(AccountId(("sms", "shop")[account]))
        await self.world.says(f"+{who}", f"elsewhere {self.done}", intake=intake)

    async def proves(self, place: int, same: int) -> None:
        one, other = await self.pick("identities", place), await self.pick("identities", same)
        if one and other:
            await self.world.store.write(
                lambda tx: contacts.prove(tx, one, Proof.VERIFIED, same_as=other, by=self.world.by)
            )

    async def says_together(self, who: int, count: int) -> None:
        await asyncio.gather(*(self.world.says(f"+{who}", f"words {n}") for n in range(count)))

    async def _on_conversation(self, place: int, verb: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        conversation = await self.pick("conversations", place)
        if conversation is None:
            return None
        return await self.world.do(verb, conversation, *args)

    async def answers(self, place: int, note: int) -> None:
        conversation = await self.pick("conversations", place)
        if conversation is not None:
            await (self.world.notes if note else self.world.answers)(conversation, f"answer {self.done}")

    async def holds(self, place: int, by: int) -> None:
        conversation = await self.pick("conversations", place)
        if conversation is not None:
            await self.world.answers(conversation, f"held {self.done}", by=AGENTS[by], hold=30_000)

    async def lets_go(self, place: int) -> None:
        message = await self.pick("held_replies", place)
        if message is not None:
            await self.world.store.write(lambda tx: release(tx, message, Channels()))

    async def takes_back(self, place: int, by: int) -> None:
        message = await self.pick("held_replies", place)
        if message is not None:
            await self.world.do(held.undo, message, by=AGENTS[by])

    async def assigns(self, place: int, to: int) -> None:
        await self._on_conversation(place, assign, (*AGENTS, None)[to])

    async def sets_team(self, place: int, to: int) -> None:
        await self._on_conversation(place, set_team, (*TEAMS, None)[to])

    async def tags(self, place: int, add: int, remove: int) -> None:
        await self._on_conversation(place, describe.tag, [TAGS[add]], [TAGS[remove]])

    async def sets_status(self, place: int, to: int) -> None:
        verbs = (status.close, status.reopen, status.mark_spam, status.unmark_spam)
        await self._on_conversation(place, verbs[to])

    async def snoozes(self, place: int) -> None:
        await self._on_conversation(place, status.snooze, 2**41 + place)

    async def describes(self, place: int, to: int) -> None:
        await self._on_conversation(place, describe.set_subject, f"subject {to}")
        await self._on_conversation(place, describe.set_priority, Priority(to))

    async def merges_two(self, place: int, into: int) -> None:
        target = await self.pick("conversations", into)
        if target is not None:
            self.merges.append(await self._on_conversation(place, merge, target))

    async def splits(self, place: int, count: int) -> None:
        conversation = await self.pick("conversations", place)
        rows = await self.world.rows(
            "select id from messages where conversation_id = $1 order by id", conversation or ""
        )
        chosen = [row["id"] for row in rows[place % 3 :: 2][:count]]
        if conversation is not None:
            self.merges.append((await self.world.do(split, conversation, chosen))[0])

    async def merges_contacts(self, place: int, into: int) -> None:
        contact, target = await self.pick("contacts", place), await self.pick("contacts", into)
        if contact and target:
            self.merges.append(await self.world.do(merge_contacts, contact, target))

    async def splits_contact(self, place: int) -> None:
        contact = await self.pick("contacts", place)
        rows = await self.world.rows(
            "select id from identities where contact_id = $1 order by id", contact or ""
        )
        if contact:
            self.merges.append(
                (await self.world.do(split_contact, contact, [row["id"] for row in rows[:1]]))[0]
            )

    async def undoes(self, place: int) -> None:
        if self.merges:
            await self.world.do(undo_merge, self.merges[place % len(self.merges)])

    async def blocks(self, place: int, on: int) -> None:
        contact = await self.pick("contacts", place)
        if contact:
            await self.world.do(contacts.block if on else contacts.unblock, contact)

    async def edits(self, place: int, erase: int) -> None:
        message = await self.pick("messages", place)
        if message and erase:
            await self.world.do(erase_message, message)
        elif message:
            await self.world.do(edit_message, message, f"edited {self.done}")

    async def erases(self, place: int) -> None:
        contact = await self.pick("contacts", place)
        if contact:
            await self.world.do(erase_contact, contact)

    async def reads(self, place: int, position: int) -> None:
        conversation = await self.pick("conversations", place, "id")
        if conversation:
            await self.world.store.write(lambda tx: mark_read(tx, "bo", conversation, position))


def upto(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


STEP = st.one_of(
    st.tuples(st.just("says"), upto(5), upto(2)),
    st.tuples(st.just("says_together"), upto(5), upto(4)),
    st.tuples(st.just("says_elsewhere"), upto(5), upto(1)),
    st.tuples(st.just("proves"), PLACES, PLACES),
    st.tuples(st.just("answers"), PLACES, upto(1)),
    st.tuples(st.just("holds"), PLACES, upto(2)),
    st.tuples(st.just("lets_go"), PLACES),
    st.tuples(st.just("takes_back"), PLACES, upto(2)),
    st.tuples(st.just("assigns"), PLACES, upto(3)),
    st.tuples(st.just("sets_team"), PLACES, upto(2)),
    st.tuples(st.just("tags"), PLACES, upto(2), upto(2)),
    st.tuples(st.just("sets_status"), PLACES, upto(3)),
    st.tuples(st.just("snoozes"), PLACES),
    st.tuples(st.just("describes"), PLACES, upto(4)),
    st.tuples(st.just("merges_two"), PLACES, PLACES),
    st.tuples(st.just("splits"), PLACES, st.integers(1, 4)),
    st.tuples(st.just("merges_contacts"), PLACES, PLACES),
    st.tuples(st.just("splits_contact"), PLACES),
    st.tuples(st.just("undoes"), PLACES),
    st.tuples(st.just("blocks"), PLACES, upto(1)),
    st.tuples(st.just("edits"), PLACES, upto(1)),
    st.tuples(st.just("erases"), PLACES),
    st.tuples(st.just("reads"), PLACES, st.integers(0, 2**62)),
)
STORIES = st.lists(STEP, min_size=5, max_size=STEPS)

USUAL: dict[str, tuple[float, tuple[int, ...]]] = {
    "says": (10, (5, 2)),
    "says_together": (3, (5, 4)),
    "says_elsewhere": (4, (5, 1)),
    "proves": (2, (30, 30)),
    "answers": (6, (30, 1)),
    "holds": (2, (30, 2)),
    "lets_go": (1.5, (30,)),
    "takes_back": (1.5, (30, 2)),
    "assigns": (2, (30, 3)),
    "sets_team": (2, (30, 2)),
    "tags": (4, (30, 2, 2)),
    "sets_status": (3, (30, 3)),
    "snoozes": (1, (30,)),
    "describes": (1, (30, 4)),
    "merges_two": (5, (30, 30)),
    "splits": (4, (30, 4)),
    "merges_contacts": (3, (30, 30)),
    "splits_contact": (2, (30,)),
    "undoes": (4, (30,)),
    "blocks": (2, (30, 1)),
    "edits": (2, (30, 1)),
    "erases": (0.3, (30,)),
    "reads": (2, (30, 2**62)),
}
"""How often each thing happens in a long story, and how large its numbers may be."""


def any_step(chance: random.Random) -> tuple[Any, ...]:
    """One step of a long story, weighted so that there is always something to merge and to undo."""
    name = chance.choices(list(USUAL), [weight for weight, _ in USUAL.values()])[0]
    return (name, *(chance.randint(0, most) for most in USUAL[name][1]))

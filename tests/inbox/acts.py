"""What may happen at the inbox: each act takes three numbers and chooses by them from what there is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from gateway.channels.registry import Channels
from gateway.events import SYSTEM, AccountId, Address, InboundMessage, Priority, SeenReport, Visibility, agent
from gateway.stream import assign, contacts, describe, edit, erase, held, merge, split, status, undo
from gateway.stream.agents import set_teams
from gateway.stream.ingest import Intake, take_in
from gateway.stream.release import release
from gateway.stream.seen import customer_has_seen

if TYPE_CHECKING:
    from tests.inbox.story import Story

WEB = AccountId("web")
CUSTOMERS = ("kim", "lee", "park", "choi")

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
    began = story.step
    taken = await take_in(story.house.store, Intake(WEB, team), fact)
    story.wrote |= {(step, taken.conversation, who) for step in range(began, story.step + 1)}
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
async def holds(story: Story, a: int, b: int, c: int) -> None:
    await story.posts(a, b, Visibility.PUBLIC, hold=30_000)


@act
async def lets_go(story: Story, a: int, b: int, c: int) -> None:
    message = story.one(story.held, a)
    if await story.do(release, message, Channels()) is not None:
        story.add(story.messages, message)


@act
async def thinks_again(story: Story, a: int, b: int, c: int) -> None:
    await story.do(held.undo, story.one(story.held, a), story.agent(b))


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
async def unreads(story: Story, a: int, b: int, c: int) -> None:
    tab = story.tabs[b % len(story.tabs)]
    at = story.house.store.published - c % 5
    await tab.tries("mark_unread", conversation=story.one(story.conversations, a), position=max(at, 0))


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

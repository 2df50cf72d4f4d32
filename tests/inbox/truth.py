"""Who might know what: judges what a tab was told, by the log and by how the database stood after each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.egress.access import Viewer, sees
from gateway.events import Event, Kind, Scope, Status
from gateway.store import events_after
from tests.inbox.known import View
from tests.inbox.story import WORD, Moment, Segment, Story


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
        entities |= {("person", who) for at, home, who in self.story.wrote if at == step and home in seen}
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

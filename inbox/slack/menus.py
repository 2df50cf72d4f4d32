"""What the card's buttons open: tags, a macro, a note, whose it is, a higher priority or another team. Each is an inbox
command.

A note that is written here is not shown in a channel that others read, where one in the thread would stand.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from gateway.errors import Malformed, Refused
from gateway.store import Reader, Row, Store
from gateway.store.load import load_agents, load_tags, load_teams
from gateway.stream import acts
from inbox.auth.access import access_conversation
from inbox.commands.table import Asked, run_command
from inbox.macros import list_macros
from inbox.slack import PLACE, modals
from inbox.slack.answers import AWAY, Answers
from inbox.slack.blocks import Block, Say
from inbox.slack.client import Client
from inbox.slack.modals import choosing, field, modal, option, select, telling, written
from inbox.slack.understand import Submitted

log = logging.getLogger(__name__)

TAG, MACRO, NOTE = "parley:tag", "parley:macro", "parley:note"
ASSIGN, ESCALATE = "parley:assign", "parley:escalate"
OPENS = {"tag": TAG, "macro": MACRO, "note": NOTE, "assign": ASSIGN, "escalate": ESCALATE}
ADD, REMOVE, CHOICE, AGENT, PRIORITY, TEAM = "add", "remove", "choice", "agent", "priority", "team"
FIRST = {TAG: ADD, MACRO: CHOICE, NOTE: modals.TEXT, ASSIGN: AGENT, ESCALATE: PRIORITY}
"""The field below which it is said why something was not done (see `first`)."""
NONE = acts.NOBODY
TAGS_OF = "select tag_id from conversation_tags where conversation_id = $1"
PRIORITIES = range(5)


class Menus:
    """One per process."""

    def __init__(self, store: Store, client: Client, answers: Answers) -> None:
        self._store = store
        self._client = client
        self._answers = answers

    async def open(self, action: str, asked: Asked, pull: Row, trigger: str, say: Say) -> None:
        """`action`: one of `OPENS`. Raises NotFound."""
        view = await self._store.scan(lambda look: self._draw(look, OPENS[action], asked, pull, say))
        try:
            await self._client.call("views.open", trigger_id=trigger, view=view)
        except AWAY as why:
            log.info("a modal could not be opened: %s", why)

    async def _draw(self, look: Reader, which: str, asked: Asked, pull: Row, say: Say) -> dict[str, Any]:
        row = await access_conversation(look, asked.viewer, pull["conversation_id"])
        title = say(f"slack.more.{which.partition(':')[2]}")
        blocks: list[Block]
        if which == TAG:
            blocks = await _tags(look, row, say)
        elif which == MACRO:
            macros = [option(one["name"], one["id"]) for one in await list_macros(look, asked.viewer)]
            label, hint = say("slack.macro.choice"), say("slack.macro.hint")
            blocks = choosing(say, CHOICE, label, macros, hint=hint) if macros else []
        elif which == NOTE:
            words = written(asked.desk.limits.text_length)
            blocks = [field(modals.TEXT, say("slack.note.text"), words, say("slack.note.hint"))]
        elif which == ASSIGN:
            blocks = choosing(say, AGENT, say("slack.assignee"), *await _people(look, row, say))
        else:
            blocks = await _escalation(look, row, say)
        if not blocks:
            return telling(say, title, say(f"slack.none.{which.partition(':')[2]}"))
        submit = say("slack.note.do" if which == NOTE else "slack.modal.do")
        return modal(say, which, title, submit, {"pull": pull["id"]}, blocks)

    async def submit(self, asked: Asked, pull: Row, ask: Submitted, say: Say) -> Any:
        """What Slack is to hear with the acknowledgement."""
        on = {"conversation": pull["conversation_id"]}
        try:
            match ask.callback:
                case "parley:tag":
                    add, remove = (ask.values.get(name) or None for name in (ADD, REMOVE))
                    tags = {"add": [add] if add else [], "remove": [remove] if remove else []}
                    await run_command(asked, "tag", {**on, **tags})
                case "parley:macro":
                    return await self._macro(asked, pull, ask, say)
                case "parley:note":
                    note = {"client_id": f"{PLACE}:{ask.view}", "text": ask.values.get(modals.TEXT, "")}
                    await run_command(asked, "note", {**on, **note})
                case "parley:assign":
                    agent = ask.values.get(AGENT)
                    await run_command(asked, "assign", {**on, "agent": None if agent == NONE else agent})
                case "parley:escalate":
                    await self._escalate(asked, on, ask)
        except (Refused, Malformed) as why:
            return modals.refused(first(ask), say(why.text, **why.params))
        return {"response_action": "clear"}

    async def _macro(self, asked: Asked, pull: Row, ask: Submitted, say: Say) -> Any:
        """One with words is read before it goes; one that only does something, does it."""
        macro = ask.values.get(CHOICE, "")
        on = {"conversation": pull["conversation_id"], "macro": macro}
        rendered = await run_command(asked, "apply_macro", on)
        if not rendered["text"].strip():
            await run_command(asked, "run_macro", on)
            return {"response_action": "clear"}
        view = await self._answers.view(asked, pull, {"macro": macro}, say, text=rendered["text"])
        return {"response_action": "update", "view": view}

    async def _escalate(self, asked: Asked, on: Mapping[str, Any], ask: Submitted) -> None:
        """How urgent, whose and why: all of it or nothing."""
        priority, team = ask.values.get(PRIORITY), ask.values.get(TEAM)
        wanted = {"priority": int(priority) if priority else None, "team": team or None}
        if (why := ask.values.get(modals.TEXT, "")).strip():
            note = {"client_id": f"{PLACE}:{ask.view}", "text": why}
            await run_command(asked, "note", {**on, **note, "actions": wanted})
        else:
            await run_command(asked, "act", {**on, "actions": wanted})


def first(ask: Submitted) -> str:
    """A field that it has: what Slack is told of another, nobody reads."""
    wanted = FIRST.get(ask.callback, modals.TEXT)
    return wanted if wanted in ask.values else next(iter(ask.values), wanted)


async def _people(look: Reader, row: Row, say: Say) -> tuple[list[Block], str]:
    """Those to whom it can be given, of its team first; and whose it is."""
    people = [one for one in await load_agents(look) if one["active"]]
    people.sort(key=lambda one: (row["team_id"] not in one["teams"], one["name"].casefold()))
    options = [option(say("slack.nobody_has_it"), NONE), *(option(one["name"], one["id"]) for one in people)]
    return options, row["assignee_id"] or NONE


async def _tags(look: Reader, row: Row, say: Say) -> list[Block]:
    has = {one["tag_id"] for one in await look.all(TAGS_OF, row["id"])}
    tags = await load_tags(look)
    new = [option(one["name"], one["id"]) for one in tags if one["id"] not in has and not one["retired"]]
    old = [option(one["name"], one["id"]) for one in tags if one["id"] in has]
    blocks = choosing(say, ADD, say("slack.tag.add"), new, optional=True) if new else []
    if old:
        blocks += choosing(say, REMOVE, say("slack.tag.remove"), old, optional=True)
    return blocks


async def _escalation(look: Reader, row: Row, say: Say) -> list[Block]:
    levels = [option(say(f"slack.priority.{one}"), str(one)) for one in PRIORITIES]
    teams = [option(say("slack.no_team"), NONE)]
    teams += [option(one["name"], one["id"]) for one in await load_teams(look) if not one["retired"]]
    return [
        field(PRIORITY, say("slack.priority"), select(PRIORITY, levels, str(max(row["priority"], 3)))),
        *choosing(say, TEAM, say("slack.team"), teams, row["team_id"] or NONE),
        field(modals.TEXT, say("slack.escalate.why"), written(3_000), say("slack.note.hint"), optional=True),
    ]

"""Alerts: what one says at this moment, drawn for a channel and for a home tab; and acknowledging one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import NotFound, Refused
from gateway.store import Reader
from gateway.stream import watches
from gateway.stream.watches import Watch
from inbox.auth.access import access_conversation
from inbox.commands.table import Asked
from inbox.slack.answering import account_names
from inbox.slack.blocks import (
    Block,
    Drawn,
    Say,
    clipped,
    context,
    escape,
    escaped,
    heading,
    marked,
    moment,
    plain,
)
from inbox.slack.rules import Facts, Rule, out_of_order

ACKNOWLEDGE = "parley:acknowledge"
AGENT = "select name from agents where id = $1"


@dataclass(frozen=True, slots=True)
class Alert:
    """What one is about just now."""

    watch: Watch
    kind: str
    """`vip`, `waiting`, `waits`, `more`, `backlog`, `down`; `gone` where its rule is no more."""
    one: Facts | None = None
    count: int = 0
    since: int | None = None
    """Since when somebody waits, or it is out of order (UTC ms)."""
    account: str = ""
    team: str = ""
    by: str = ""
    """Who has acknowledged it."""


def kind_of(rule: Rule, subject: str) -> str:
    said = rule.said.said
    if "down" in said or "backlog" in said:
        return "down" if "down" in said else "backlog"
    if not subject:
        return "more"
    return "vip" if "vip" in said else "waiting" if said.get("waiting") else "waits"


async def load_alert(
    look: Reader, rules: Mapping[str, Rule], one: Watch, now: int, place: str, language: str
) -> Alert:
    rule = rules.get(one.rule)
    by = "" if one.acknowledged_by is None else str(await look.value(AGENT, one.acknowledged_by) or "")
    if rule is None:
        return Alert(one, "gone", by=by)
    kind, team = kind_of(rule, one.subject), rule.said.team
    if kind == "down":
        names = await account_names(look, language)
        began = (await out_of_order(look, now, 0)).get(one.subject) or one.began_at
        return Alert(one, kind, account=names.get(one.subject, one.subject), since=began, by=by)
    if one.subject:
        facts = (await rule.look_up(look, [one.subject])).get(one.subject)
        since = None if facts is None else facts.waiting_since
        return Alert(one, kind, facts, since=since, team=(facts and facts.team) or "", by=by)
    count, since = await rule.tally(look, now, "" if kind == "backlog" else place)
    return Alert(one, kind, count=count, since=since, team=team, by=by)


def titled(say: Say, alert: Alert) -> str:
    """In one line. What is over names nobody: whoever was erased since is not in it."""
    facts = alert.one
    if alert.watch.over_at is not None or facts is None:
        who = "" if facts is None else f"#{facts.number}"
    else:
        who = heading(say, facts.number, facts.name)
    told = say(f"slack.alert.{alert.kind}", count=alert.count, channel=alert.account)
    return f"{told}: {who}" if who else told


def emptied(say: Say) -> Drawn:
    """What stands in place of an alert or a digest where others read it by now."""
    return Drawn(say("slack.alert.shared"), [context(say("slack.alert.shared"))])


def draw(say: Say, alert: Alert, url: str) -> Drawn:
    """For everybody in a channel."""
    one, title = alert.watch, titled(say, alert)
    over = one.over_at is not None
    words = say("slack.alert.over", what=title) if over else title
    blocks: list[Block] = [_section(words if over else f"*{escaped(title, 1_000)}*", raw=not over)]
    told = [escape(say("slack.alert.rule", rule=one.rule))]
    if alert.team and not over:
        told.append(escape(alert.team))
    if alert.since is not None and not over:
        told.append(f"{say('slack.alert.since')} {moment(alert.since)}")
    if over and one.over_at is not None:
        told.append(f"{moment(one.began_at)} - {moment(one.over_at)}")
    if one.acknowledged_at is not None:
        by = say("slack.alert.acknowledged", name=alert.by or say("slack.somebody"))
        told.append(f"{escape(by)} {moment(one.acknowledged_at)}")
    blocks.append({"type": "context", "elements": [marked(clipped(" · ".join(told), 2_000))]})
    if not over:
        blocks.append({"type": "actions", "elements": buttons(say, alert, url)})
    return Drawn(escaped(words, 1_000), blocks)


def _section(words: str, *, raw: bool) -> Block:
    return {"type": "section", "text": marked(clipped(words, 3_000)) if raw else plain(words)}


def buttons(say: Say, alert: Alert, url: str) -> list[Block]:
    inbox = plain(say("slack.inbox"), 75)
    link: Block = {"type": "button", "text": inbox, "action_id": "parley:inbox", "value": "inbox", "url": url}
    told = [pulling(say, alert.one.id), link] if alert.one is not None else [link]
    return told if alert.watch.acknowledged_at is not None else [acknowledging(say, alert), *told]


def pulling(say: Say, conversation: str) -> Block:
    """Into the channel in which it stands; in a home tab one is asked for it."""
    words = plain(say("slack.pull.do"), 75)
    return {"type": "button", "text": words, "action_id": "parley:pull", "value": conversation}


def acknowledging(say: Say, alert: Alert) -> Block:
    return {
        "type": "button",
        "text": plain(say("slack.alert.acknowledge"), 75),
        "action_id": ACKNOWLEDGE,
        "value": alert.watch.id,
        "style": "primary",
    }


async def acknowledge(asked: Asked, key: str) -> None:
    """She has seen it. Raises NotFound where it is about what she may not see, Refused for one that is over."""
    one = await asked.store.read(lambda look: watches.find(look, key))
    if one is None or one.does != "alert":
        raise NotFound("errors.not_found", f"no alert {key}")
    if await asked.store.read(
        lambda look: look.one("select 1 from conversations where id = $1", one.subject)
    ):
        await asked.store.read(lambda look: access_conversation(look, asked.viewer, one.subject))
    if one.acknowledged_at is not None:
        return
    if not await asked.store.write(lambda tx: watches.acknowledge(tx, key, one.rule, asked.by)):
        now = await asked.store.read(lambda look: watches.find(look, key))
        if now is None or now.over_at is not None:
            raise Refused("errors.alert_over", f"the alert {key} is over", code="alert_over")

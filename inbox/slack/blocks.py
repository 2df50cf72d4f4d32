"""What stands in a thread, as Block Kit, made of projections (`gateway.egress.outside`). Pure.

What people wrote is `plain_text`, which Slack neither formats nor reads for mentions; where mrkdwn is needed it is
escaped (https://docs.slack.dev/messaging/formatting-message-text). Limits: https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.bundle import texts
from gateway.egress.outside import OutsideFile, OutsideHeader, OutsideLine, OutsideMessage

Block = dict[str, Any]
SECTION = 3_000
"""UTF-16 units of a section's text."""
BLOCKS = 50
FALLBACK = 3_000
"""UTF-16 units of the text that notifications show, escaped: `chat.update` takes 4,000
(https://docs.slack.dev/reference/methods/chat.update)."""
TITLE, FIELD, CONTEXT = 150, 2_000, 2_000
URL = 3_000
"""Characters of a button's address."""
STORY = 8_000
"""UTF-16 units of one message in the story so far."""
BODY = 11_000
"""Of a message with the names of its files, and of the whole story; what is older stays in the inbox. A post's blocks
may hold 13,200 characters together, though no page says so (https://github.com/slackapi/bolt-js/issues/2509)."""
NAMES, FILES = 3_000, 30
"""Of these for the names of files, and how many are named."""
WHO = 80
"""Of a name."""
_LINKED = re.compile(r"[.:](?=\S)")
LAST = 253_402_300_799
"""The last second of the year 9999."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+")
"""Line ends, marks that turn the reading direction, and what nobody sees."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A post: what notifications say, what stands in the thread, and whose it is shown as."""

    text: str
    blocks: Sequence[Block]
    username: str | None = None
    picture: str | None = None

    @property
    def digest(self) -> str:
        told = orjson.dumps([self.text, list(self.blocks), self.username])
        return hashlib.sha256(told).hexdigest()[:32]


class Say:
    """The words in one language."""

    def __init__(self, language: str) -> None:
        self._texts = texts(language)
        self.language = language

    def __call__(self, key: str, **params: object) -> str:
        words = self._texts.get(key, self._texts.get("errors.unknown", key))
        for name, value in params.items():
            words = words.replace("{" + name + "}", str(value))
        return words


def heading(say: Say, number: int, name: str | None) -> str:
    """A conversation as it is called: by its number, and its customer's name as the inbox has it."""
    return say("slack.header", number=number, name=name or say("contact.unnamed"))


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str, most: int = FALLBACK) -> str:
    """Escaped, and so long at most after that: of a mark that is cut nothing is left."""
    told = escape(text[: most + 1])
    if units(told) <= most:
        return told
    cut = told[: _fit(told, most - 1)]
    before, mark, after = cut.rpartition("&")
    return (before if mark and ";" not in after else cut) + "…"


def pieces(text: str, most: int = SECTION) -> list[str]:
    """The text in parts of so many UTF-16 units at most, cut at line ends or spaces where there are any."""
    found, start = [], 0
    while start < len(text):
        near = text[start : start + most + 1]  # a mail has hundreds of thousands of letters
        end = _fit(near, most)
        if end < len(near):
            cut = max(near.rfind("\n", end // 2, end), near.rfind(" ", end // 2, end))
            end = end if cut <= 0 else cut + 1
        found.append(near[:end])
        start += end
    return found


def units(text: str) -> int:
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def _fit(text: str, most: int) -> int:
    """How many of its letters are so many units at most."""
    spent = 0
    for count, letter in enumerate(text):
        spent += 2 if ord(letter) > 0xFFFF else 1
        if spent > most:
            return count
    return len(text)


def clipped(text: str, most: int) -> str:
    """At most so many UTF-16 units: in what Slack counts no page says."""
    return text if len(text) <= most and units(text) <= most else text[: _fit(text, most - 1)] + "…"


def _size(block: Any) -> int:
    """The units of all that one reads in it."""
    if isinstance(block, dict):
        return sum(map(_size, block.values())) + units(
            block["text"] if isinstance(block.get("text"), str) else ""
        )
    return sum(map(_size, block)) if isinstance(block, list) else 0


def plain(text: str, most: int = SECTION) -> Block:
    return {"type": "plain_text", "text": clipped(text, most) or " ", "emoji": False}


def marked(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def context(*parts: str) -> Block:
    return {"type": "context", "elements": [plain(" · ".join(one for one in parts if one), CONTEXT)]}


def moment(at: int) -> str:
    """A time (UTC ms) as each reader's own clock has it, in mrkdwn; where that cannot be shown, the world's."""
    seconds = min(max(at // 1000, 0), LAST)
    plainly = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{plainly}>"


def lasted(say: Say, ms: int) -> str:
    """The two largest units."""
    minutes = max(ms, 0) // 60_000
    if minutes < 60:
        return say("slack.lasted.minutes", minutes=minutes)
    if minutes < 24 * 60:
        return say("slack.lasted.hours", hours=minutes // 60, minutes=minutes % 60)
    return say("slack.lasted.days", days=minutes // 1440, hours=minutes // 60 % 24)


def words_of(text: str) -> list[Block]:
    return [{"type": "section", "text": plain(piece)} for piece in pieces(text) if piece.strip()]


def size(number: int) -> str:
    for unit in ("B", "KB", "MB"):
        if number < 1024 or unit == "MB":
            return f"{number:.0f} {unit}"
        number = number // 1024 if unit == "B" else round(number / 1024)
    return ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws for one channel. `accounts`: what the channels' accounts are called."""

    say: Say
    accounts: Mapping[str, str]
    url: Callable[[int], str]
    """Where a conversation of that number stands in the inbox."""
    picture: Callable[[str], str | None]
    """Where a picture lies that Slack can fetch."""
    prefix: str = ""

    def header(self, view: OutsideHeader, pull: str, *, shared: bool, closed: bool) -> Drawn:
        say = self.say
        title = heading(say, view.number, view.name)
        blocks: list[Block] = [{"type": "header", "text": plain(title, TITLE)}]
        blocks.append({"type": "section", "fields": [marked(one) for one in self._fields(view, shared)]})
        if closed:
            blocks += [context(say("slack.closed_thread")), self._open(view)]
        else:
            how = [say("slack.how_shared" if shared else "slack.how")]
            if self.prefix:
                how.append(say("slack.how_prefix", prefix=self.prefix.strip()))
            blocks += [*self._actions(view, pull), context(" ".join(how))]
        return Drawn(escaped(title), blocks)

    def _fields(self, view: OutsideHeader, shared: bool) -> list[str]:
        say = self.say
        told = [
            ("slack.status", say(f"slack.status.{view.status}")),
            ("slack.channel", ", ".join(self.accounts.get(one, one) for one in view.accounts)),
        ]
        if not shared:
            told.append(("slack.assignee", view.assignee or say("slack.nobody_has_it")))
            told += [("slack.team", view.team)] if view.team else []
            told += [("slack.priority", say(f"slack.priority.{view.priority}"))] if view.priority else []
            told += [("slack.tags", ", ".join(view.tags))] if view.tags else []
            told += [("slack.subject", view.subject)] if view.subject else []
        fields = [f"*{say(key)}*\n{escaped(value, 500) or '-'}" for key, value in told]
        if view.waiting_since is not None:
            fields.append(f"*{say('slack.waiting')}*\n{moment(view.waiting_since)}")
        return fields[:10]

    def _actions(self, view: OutsideHeader, pull: str) -> list[Block]:
        """No select: it keeps showing what was chosen last, and does not say when that is chosen again."""
        say = self.say
        away = "reopen" if view.status in ("closed", "spam") else "close"
        first = [
            {**_button(say("slack.reply"), "parley:reply", pull), "style": "primary"},
            _button(say("slack.take"), "parley:take", pull),
            _button(say(f"slack.{away}"), f"parley:{away}", pull),
            self._link(view),
        ]
        opens = ("note", "tag", "macro", "assign", "escalate")
        second = [_button(say(f"slack.more.{one}"), f"parley:{one}", pull) for one in opens]
        more = ("snooze_hour", "snooze_day", "urgent", "release", "give_back")
        options = [{"text": plain(say(f"slack.more.{one}"), 75), "value": f"{one}:{pull}"} for one in more]
        second.append({"type": "overflow", "action_id": "parley:more", "options": options})
        return [
            {"type": "actions", "block_id": f"parley:{pull}", "elements": first},
            {"type": "actions", "block_id": f"parley:more:{pull}", "elements": second},
        ]

    def _link(self, view: OutsideHeader) -> Block:
        return {
            **_button(self.say("slack.inbox"), "parley:inbox", view.id),
            "url": self.url(view.number),
        }

    def _open(self, view: OutsideHeader) -> Block:
        return {"type": "actions", "elements": [self._link(view)]}

    def message(
        self,
        one: OutsideMessage,
        *,
        files: Sequence[OutsideFile] | None = None,
        behind: bool = False,
        rings: str = "",
    ) -> Drawn:
        """`files`: those that are named here; None: all of them. `behind`: it stands below what came after it.
        `rings`: somebody there who follows the thread from here on."""
        body, name = self.body(one), self._author(one)
        named, names = self._files(one.files if files is None else files)
        room = BODY - names
        blocks = words_of(clipped(body, room)) if body else []
        blocks += [context(self.say("slack.cut"))] if units(body) > room else []
        blocks += named
        if not blocks and one.files:  # they stand below it
            blocks.append(context(*(self.named(file) for file in one.files)))
        blocks.append(context(*self.about(one)))
        if behind:
            written = marked(f"{escape(self.say('slack.written'))} {moment(one.at)}")
            blocks[-1]["elements"].append(written)
        blocks[-1]["elements"] += self._follows(rings)
        picture = None if one.picture is None else self.picture(one.picture)
        return Drawn(escaped(f"{name}: {body}" if body else name), blocks, name, picture)

    def _author(self, one: OutsideMessage) -> str:
        """Where what we say of a message stands beside it, nobody says such a thing by a name of theirs."""
        who = " ".join(_UNSEEN.sub(" ", one.who).replace("·", "-").split())
        nameless = {"customer": "contact.unnamed", "agent": "slack.somebody"}
        return clipped(who, WHO) or self.say(nameless.get(one.kind, "slack.home.hello"))

    def _files(self, files: Sequence[OutsideFile]) -> tuple[list[Block], int]:
        """Those that a post has room to name, and how much of it they take."""
        blocks: list[Block] = []
        spent = 0
        for file in files:
            words = units(self.named(file))
            if len(blocks) == FILES or spent + words > NAMES:
                blocks.append(context(self.say("slack.cut")))
                break
            spent += words
            blocks.append(self.file(file))
        return blocks, spent

    def file(self, file: OutsideFile) -> Block:
        """One that is named, with the way to it."""
        words = self.named(file)
        if not 0 < len(file.link) <= URL:
            return context(words)
        button = {**_button(self.say("slack.file_open"), "parley:inbox", file.id), "url": file.link}
        return {"type": "section", "text": plain(words), "accessory": button}

    def named(self, file: OutsideFile) -> str:
        return self.say("slack.file", name=file.name, size=size(file.size))

    def beside(self, one: OutsideMessage) -> str:
        """Said with a file that stands in the thread itself: whose it is, and who sees it."""
        if one.kind == "customer":
            # Of what looks like a link Slack makes one here, looks it up, and shows what it finds.
            return escape(_LINKED.sub("\\g<0>\u2060", self._author(one)))
        about = self.say("slack.note" if one.note else "slack.sent")
        return escape(f"{self._author(one)} · {about}")

    def body(self, one: OutsideMessage) -> str:
        if one.erased:
            return self.say("slack.deleted")
        if not one.text and one.what:
            return self.say("slack.what", what=one.what)
        return one.text

    def about(self, one: OutsideMessage) -> list[str]:
        """What is said below its words: whom it is for, above all."""
        say = self.say
        by = say("slack.by", channel=self.accounts.get(one.account, one.account)) if one.account else ""
        if one.note:
            told = [say("slack.note")]
        elif one.kind == "customer":
            told = [by or say("slack.channel")]
        else:
            told = [say("slack.sent" if one.kind == "agent" else "slack.automatic"), by]
            told += [say(f"slack.delivery.{one.delivery}")] if one.delivery not in (None, "sent") else []
        told += [say("slack.edited")] if one.edited else []
        told += [say("slack.late")] if one.late else []
        return told

    def story(self, messages: Sequence[OutsideMessage], *, more: bool, number: int) -> Drawn:
        """The newest of them that fit, the oldest of those first. `more`: there were earlier ones."""
        told: list[list[Block]] = []
        spent = count = 0
        for one in reversed(messages):
            named, names = self._files(one.files)
            body = clipped(self.body(one), STORY - names)
            head = context(self._author(one), *self.about(one))
            head["elements"].append(marked(moment(one.at)))
            blocks = [head, *words_of(body), *named]
            size = sum(map(_size, blocks))
            if told and (spent + size > BODY or count + len(blocks) > BLOCKS - 4):
                more = True
                break
            spent += size
            count += len(blocks)
            told.append(blocks)
        title = self.say("slack.story" if messages else "slack.story_none")
        earlier = (
            [context(self.say("slack.story_earlier")), _linked(self.say, self.url(number))] if more else []
        )
        flat = [block for blocks in reversed(told) for block in blocks]
        return Drawn(escape(title), [{"type": "section", "text": plain(title)}, *earlier, *flat])

    def line(self, one: OutsideLine, *, rings: str = "") -> Drawn:
        said = " ".join(self._changes(one))
        block = context(said)
        block["elements"] += self._follows(rings)
        return Drawn(escaped(said), [block])

    def _follows(self, user: str) -> list[Block]:
        """Whom Slack tells of a thread's posts: who is named in it, once."""
        return [marked(escape(self.say("slack.follows")).replace("{who}", f"<@{user}>"))] if user else []

    def _changes(self, one: OutsideLine) -> list[str]:
        say, told = self.say, []
        if one.into is not None or not one.changes:
            return [say("slack.line.merged", number=one.into or "?")]
        # What nobody of ours did, a rule or she herself, is said as it is now.
        stem = "slack.line." if one.who else "slack.line.now_"
        for what, _, to in one.changes:
            match what:
                case "status":
                    key = str(to)
                case "assignee":
                    key = "released" if to is None else "assigned"
                    key = "took" if to and to == one.who else key
                    to = say("slack.somebody") if to == "" else to
                case "team":
                    key = "no_team" if to is None else "team"
                case "priority":
                    key, to = "priority", say(f"slack.priority.{to}")
                case "tags_added":
                    key = "tagged"
                case _:
                    key = "untagged"
            told.append(say(stem + key, who=one.who, to=to or ""))
        return told

    def gap(self, number: int) -> Drawn:
        return self._linking("slack.gap", number)

    def missing(self, number: int) -> Drawn:
        return self._linking("slack.missing", number)

    def end(self, number: int) -> Drawn:
        return self._linking("slack.end", number)

    def _linking(self, key: str, number: int) -> Drawn:
        said = self.say(key)
        return Drawn(escape(said), [context(said), _linked(self.say, self.url(number))])


def _linked(say: Say, url: str) -> Block:
    return {
        "type": "actions",
        "elements": [{**_button(say("slack.inbox"), "parley:inbox", "inbox"), "url": url}],
    }


def _button(words: str, action: str, value: str) -> Block:
    return {"type": "button", "text": plain(words, 75), "action_id": action, "value": value}

"""What a post shows at this moment: read, projected for its audience (`gateway.egress.outside`), drawn."""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.config import HERE
from gateway.egress import outside
from gateway.egress.outside import OutsideMessage
from gateway.egress.pictures import picture_path
from gateway.events import Kind
from gateway.store import Reader, Row, Store
from gateway.store.load import (
    MESSAGES,
    Content,
    load_agents,
    load_conversations,
    load_messages,
    load_tags,
    load_teams,
    with_files,
)
from gateway.store.log import read_event
from gateway.stream.outside import link_of
from gateway.stream.pull_queue import Due
from gateway.stream.pulls import Audience
from inbox.desk import AUDIENCE, Desk
from inbox.slack import PLACE
from inbox.slack.answering import account_names
from inbox.slack.blocks import Drawing, Drawn, Say

FILE_LIFE = 7 * 24 * 3_600_000
"""ms that a link to a file lives which a thread only names."""
# Those that could not be carried into the thread are named there.
CARRIED = """select file_id from pull_posts where pull_id = $1 and message_id = $2 and file_id is not null
    and state <> 'failed'"""
LATEST = 41
"""Messages of the story that are read; the last of them only says that there are more."""
STORY = f"""{MESSAGES} where m.conversation_id = $1 and m.position < $2 and (m.visibility = 'public' or $3 = 1)
    order by m.at desc, m.position desc limit {LATEST}"""
FILE = "select * from attachments where id = $1 and message_id = $2"
EVENT = "select * from events where position = $1"
ERASED = """select k.erased_at from identities i join contacts k on k.id = i.contact_id where i.id = $1"""
NUMBER = "select number from conversations where id = $1"
# What somebody has sent from a place's modal, and not what they had sent so before in this thread.
FIRST_SENT = """select m.author_id from messages m where m.id = $1 and m.visibility = 'public'
    and m.author_kind = 'agent' and m.client_id like $2 and not exists (select 1 from messages o
        where o.conversation_id = m.conversation_id and o.author_id = m.author_id and o.visibility = 'public'
        and o.client_id like $2 and o.position >= $3 and o.position < m.position)"""


class Draws:
    """Made anew for each language: the channel's, for everybody in it."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk = desk
        self._store = store
        self.say = Say(desk.config.slack.language)

    async def draw(self, due: Due) -> Drawn | None:
        """None: there is nothing that this audience may see."""
        return await self._store.scan(lambda look: self._draw(look, due))

    async def _draw(self, look: Reader, due: Due) -> Drawn | None:
        shared = due.audience is not Audience.INNER
        drawing = await self.drawing(look)
        if due.kind == "message":
            one = await self._message(look, due, shared)
            if one is None:
                return None
            carried = {row["file_id"] for row in await look.all(CARRIED, due.pull, due.message)}
            named = [file for file in one.files if file.id not in carried]
            sent = (
                None if shared else await look.value(FIRST_SENT, due.message, f"{PLACE}:%", due.from_position)
            )
            return drawing.message(
                one, files=named, behind=due.behind, rings=await self._known_as(look, sent)
            )
        if due.kind == "line":
            return await self._line(look, drawing, due, shared)
        number = await look.value(NUMBER, due.conversation)
        if due.kind == "gap":
            return drawing.gap(number)
        if due.kind == "end":
            return drawing.end(number)
        if due.kind == "story":
            return await self._story(look, drawing, due, shared, number)
        return await self._header(look, drawing, due, shared)

    async def drawing(self, look: Reader) -> Drawing:
        return Drawing(
            self.say,
            await account_names(look, self.say.language),
            self.url,
            self._picture,
            self._desk.config.slack.prefix,
        )

    async def instead(self, due: Due) -> Drawn:
        """Of a post that nobody can show: that it is in the inbox."""
        number = await self._store.glance(lambda look: look.value(NUMBER, due.conversation))
        return (await self._store.scan(self.drawing)).missing(number)

    async def file(self, due: Due) -> tuple[Row, str] | None:
        """The file that this post is, and what is said with it. None: this audience sees it no longer."""
        return await self._store.scan(lambda look: self._file(look, due))

    async def _file(self, look: Reader, due: Due) -> tuple[Row, str] | None:
        shared = due.audience is not Audience.INNER
        one = await self._message(look, due, shared)
        row = await look.one(FILE, due.file, due.message)
        if one is None or one.erased or row is None:
            return None
        return row, (await self.drawing(look)).beside(one)

    def _link(self, file: Row) -> str:
        """Whoever holds it is an agent all the same, unless files have an origin of their own."""
        path = self._desk.links.path(
            file["name"],
            audience=AUDIENCE,
            attachment=file["id"],
            digest=file["hash"],
            life=FILE_LIFE,
        )
        return (self._desk.config.server.media_url or self._desk.config.public_url) + path

    def url(self, number: int) -> str:
        return f"{self._desk.config.public_url}/c/{number}"

    def _picture(self, kept: str) -> str | None:
        """Slack fetches it from there: none where it could not."""
        origin = self._desk.config.public_url
        if urlsplit(origin).scheme != "https" or urlsplit(origin).hostname in (*HERE, "localhost"):
            return None
        return f"{origin}{picture_path(kept)}"

    async def _message(self, look: Reader, due: Due, shared: bool) -> OutsideMessage | None:
        content = (await load_messages(look, [due.message or ""])).get(due.message or "")
        if content is None:
            return None
        row = content.row
        if (
            row["author_kind"] == "customer"
            and row["erased_at"]
            and await look.value(ERASED, row["author_id"])
        ):
            return None  # Slack lets nobody change the name above a post
        view = (await load_conversations(look, [due.conversation])).get(due.conversation)
        legs = {} if view is None else {leg["id"]: leg for leg in view["legs"]}
        leg = legs.get(content.row["leg_id"])
        return outside.message(content.row, content.files, shared=shared, leg=leg, link=self._link)

    async def _story(self, look: Reader, drawing: Drawing, due: Due, shared: bool, number: int) -> Drawn:
        rows: list[Row] = list(await look.all(STORY, due.conversation, due.from_position, int(not shared)))
        contents: list[Content] = await with_files(look, rows[: LATEST - 1])
        told = [
            outside.message(one.row, one.files, shared=shared, link=self._link) for one in reversed(contents)
        ]
        shown = [one for one in told if one is not None]
        return drawing.story(shown, more=len(rows) == LATEST, number=number)

    async def _names(self, look: Reader) -> dict[str, dict[str, str]]:
        return {
            "agents": {one["id"]: one["name"] for one in await load_agents(look)},
            "teams": {one["id"]: one["name"] for one in await load_teams(look)},
            "tags": {one["id"]: one["name"] for one in await load_tags(look)},
        }

    async def _line(self, look: Reader, drawing: Drawing, due: Due, shared: bool) -> Drawn | None:
        row = await look.one(EVENT, due.position)
        if row is None:
            return None
        event = read_event(row)
        number = None
        if event.kind is Kind.CONVERSATION_MERGED:
            number = await look.value(NUMBER, event.changes.get("into"))
        line = outside.line(event, shared=shared, number=number, **await self._names(look))
        assigned = event.changes.get("assignee")
        to = assigned[1] if isinstance(assigned, list) and not shared else None
        return None if line is None else drawing.line(line, rings=await self._known_as(look, to))

    async def _known_as(self, look: Reader, agent: str | None) -> str:
        """Whose name rings and makes them follow the thread: who has the conversation, or answers it from there,
        is told of what she answers. Empty for who is not linked."""
        linked = None if agent is None else await link_of(look, PLACE, agent)
        return "" if linked is None else str(linked["external_id"])

    async def _header(self, look: Reader, drawing: Drawing, due: Due, shared: bool) -> Drawn | None:
        view = (await load_conversations(look, [due.conversation])).get(due.conversation)
        if view is None:
            return None
        header = outside.header(view, shared=shared, **await self._names(look))
        return drawing.header(header, due.pull, shared=shared, closed=due.closed)

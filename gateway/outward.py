"""What providers are told of us: where to say what became of a message, and where to get its files."""

from __future__ import annotations

from gateway.config import Config
from gateway.errors import PermanentError, TemporaryError, Unavailable
from gateway.events import Attachment
from gateway.media import LINK_LIFE, Claim, Damaged, MediaLinks, MediaStore, Missing
from gateway.store import Row, Store

AUDIENCE = "account:"
"""Before an account's name: for whom its provider's links are signed."""
# Only what goes over this very account, and never a note's.
FILE = """select a.* from attachments a join messages m on m.id = a.message_id
    where a.id = $1 and m.visibility = 'public' and m.erased_at is null
    and exists (select 1 from deliveries d where d.message_id = m.id and d.account_id = $2)"""


class OutwardLinks:
    """Addresses below the public URL, and for files below that of files where there is one."""

    def __init__(self, config: Config, links: MediaLinks, media: MediaStore) -> None:
        self._public = config.public_url
        self._files = config.server.media_url or config.public_url
        self._links = links
        self._media = media

    def callback(self, account: str) -> str:
        return f"{self._public}/webhooks/{account}"

    def unsubscribe(self, place: str) -> str:
        """`place`: signed (`gateway.stream.automatic`)."""
        return f"{self._public}/unsubscribe/{place}"

    def file(self, account: str, key: str, file: Attachment, life: int | None = None) -> str:
        signed = {"audience": AUDIENCE + account, "attachment": key, "digest": file.hash}
        return self._files + self._links.path(file.name, **signed, life=life or LINK_LIFE)

    async def read(self, file: Attachment) -> bytes:
        """Raises TemporaryError while the file store is away, PermanentError for what it has not."""
        try:
            async with self._media.open(file.hash) as opened:
                return b"".join([piece async for piece in opened.chunks])
        except Unavailable as why:
            raise TemporaryError(f"the file store: {why}") from why
        except (Missing, Damaged) as why:
            raise PermanentError("file_gone", for_agent="delivery.file_gone", log=str(why)) from why


def account_of(claim: Claim) -> str:
    """The account whose provider a link was signed for; empty for people's links."""
    return claim.audience.removeprefix(AUDIENCE) if claim.audience.startswith(AUDIENCE) else ""


async def sent_file(store: Store, account: str, claim: Claim) -> Attachment | None:
    """The attachment behind a provider's link, None when no message of this account has it any more."""
    row: Row | None = await store.glance(lambda look: look.one(FILE, claim.attachment, account))
    if row is None:
        return None
    size = (row["size"], row["width"], row["height"])
    return Attachment(row["hash"], row["name"], row["mime"], *size, bool(row["inline"]))

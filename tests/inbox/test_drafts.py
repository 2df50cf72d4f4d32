"""A browser that comes back learns what no longer goes with a draft: or it would be sent a second time."""

from __future__ import annotations

from tests.inbox.conftest import House
from tests.inbox.tabs import opened, tabs
from tests.inbox.test_along import uploaded


async def test_what_was_sent_elsewhere_is_gone_on_return(both: House) -> None:
    talk = (await both.customer_writes("hello")).conversation
    file = await uploaded(both, "ann")
    ann = await opened(both, "ann")
    await ann.does("save_along", conversation=talk, mode="public", files=[file["id"]])
    cursor = ann.cursor
    await ann.cut()
    async with tabs(both, "ann") as (other,):
        await other.does("reply", conversation=talk, text="", attachments=[file["id"]], client_id="c1")
        # The file has gone with the message: it waits in no draft, whoever still says so.
        page = await (await both.client("ann")).get(f"/conversations/{talk}")
        assert page["along"]["public"]["files"] == []
        await other.does("save_along", conversation=talk, mode="public")
        again = await opened(both, "ann", cursor)
        assert again.of("private")[0]["private"]["along"] == {talk: {"public": None}}
        await again.close()
        fresh = await opened(both, "ann")
        assert fresh.of("snapshot")[0]["private"]["along"] == {}
        await fresh.close()

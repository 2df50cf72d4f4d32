"""What a tab has on its screen, so that it hears of that and of nothing else."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inbox.commands.private import Kept
from inbox.commands.table import Asked, command
from inbox.fitting import Id, Sent

ROWS = 100
"""Rows that a tab shows at once."""


class ShowRows(Sent):
    conversations: Annotated[list[Id], Field(max_length=ROWS)]
    """All of them, those that stood there before as well."""


@command()
async def show_rows(asked: Asked, args: ShowRows) -> Kept:
    """Which conversations this tab shows in a list; whose customers are on the site comes as a signal."""
    if session := asked.desk.hub.by_tab.get(asked.tab):
        await asked.desk.onsite.show(session, args.conversations)
    return {}

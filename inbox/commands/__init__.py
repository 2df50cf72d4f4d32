"""One function per command: access first, then what the channel can do, then the stream's verb."""

from inbox.commands import (
    along,
    bulk,
    contacts,
    conversations,
    following,
    held,
    knowing,
    macros,
    merging,
    private,
    showing,
    writing,
)
from inbox.commands.table import COMMANDS, Asked, CommandRow, check_may, run_command

__all__ = [
    "COMMANDS",
    "Asked",
    "CommandRow",
    "along",
    "bulk",
    "check_may",
    "contacts",
    "conversations",
    "following",
    "held",
    "knowing",
    "macros",
    "merging",
    "private",
    "run_command",
    "showing",
    "writing",
]

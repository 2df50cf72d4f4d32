"""The table of commands: what an agent may ask for, by name; the socket and REST call the same functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from typing_extensions import TypedDict

from gateway.egress.access import Role, Viewer
from gateway.errors import Forbidden, Malformed
from gateway.events import Actor, Event
from gateway.store import Reader, Store, Tx
from gateway.store.base import Verb
from inbox.auth.caller import Caller
from inbox.desk import Desk
from inbox.fitting import Sent, fitted

T = TypeVar("T")


class Done(TypedDict):
    """Nothing to tell but when: the fact itself comes as an event."""

    position: int
    """Who has been told the log up to here, knows what the command made."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and from which of their tabs (empty: from none)."""

    desk: Desk
    caller: Caller
    tab: str = ""

    @property
    def store(self) -> Store:
        return self.desk.store

    @property
    def viewer(self) -> Viewer:
        return self.caller.viewer

    @property
    def by(self) -> Actor:
        return self.caller.actor

    async def write(self, verb: Verb[T]) -> tuple[T, int]:
        """Run a verb. Returns what it returned and the position of the last fact it caused; of the newest fact there
        is, when it found everything as it was wanted."""

        async def noting(tx: Tx) -> tuple[T, Sequence[Event]]:
            before = len(tx.events)
            return await verb(tx), tx.events[before:]

        value, caused = await self.store.write(noting)
        return value, caused[-1].position if caused else await self.store.read(_head)


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One row of the table."""

    name: str
    args: type[Sent]
    run: Callable[[Asked, Any], Awaitable[Mapping[str, Any]]]
    role: Role
    """The least role."""
    answer: Any
    """The TypedDict of its value."""


COMMANDS: dict[str, CommandRow] = {}
Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])


def command(*, role: Role = Role.AGENT) -> Callable[[Function], Function]:
    """Enter a function into the table under its own name; its `args` say what fits."""

    def enter(function: Function) -> Function:
        hints = get_type_hints(function)
        name = function.__name__
        COMMANDS[name] = CommandRow(name, hints["args"], function, role, hints["return"])
        return function

    return enter


async def run_command(asked: Asked, name: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what a socket's command frame asks for; the value goes into its `result`.

    Raises Malformed for an unknown name or arguments that do not fit, Forbidden, TooMany, and what the command raises.
    """
    row = COMMANDS.get(name)
    if row is None:
        raise Malformed("errors.command_unknown", f"no command {name[:64]!r}", name=name[:64])
    asked.desk.rates.agent_requests.check(asked.caller.agent_id)
    check_may(asked.caller, row.role)
    return await row.run(asked, fitted(row.args, dict(args)))


async def _head(look: Reader) -> int:
    return look.position


def check_directory(asked: Asked) -> None:
    """What changes the directory is told to every browser, whole: agents may, in measure. Raises TooMany."""
    if not asked.caller.role.reaches(Role.SUPERVISOR):
        asked.desk.rates.directory.check(asked.caller.agent_id, text="errors.directory_often")


def check_may(caller: Caller, least: Role) -> None:
    """Raises Forbidden for too low a role."""
    if not caller.role.reaches(least):
        raise Forbidden("errors.forbidden", f"{caller.agent_id} is no {least}")

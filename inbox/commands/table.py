"""The table of commands: what an agent may ask for, by name; the socket and REST call the same functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from gateway.egress.access import Role, Viewer
from gateway.errors import Forbidden, Malformed
from gateway.events import Actor
from gateway.store import Store
from inbox.auth.caller import Caller
from inbox.desk import Desk
from inbox.fitting import Sent, fitted


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


def check_may(caller: Caller, least: Role) -> None:
    """Raises Forbidden for too low a role."""
    if not caller.role.reaches(least):
        raise Forbidden("errors.forbidden", f"{caller.agent_id} is no {least}")

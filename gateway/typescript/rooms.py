"""Which modules say what server and browser tell each other, and the file that each of them becomes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, get_args

from gateway import live
from gateway.egress import house, told, types
from gateway.typescript.comments import comment, docstrings
from gateway.typescript.shapes import Names, Page, shapes
from gateway.visitors import wire as visitor_wire
from inbox import knowing, likeness, merges, notices, recipients, search, sharing, snippets, views, ways
from inbox import wire as agent_wire
from inbox.commands import COMMANDS, showing, table
from inbox.rest import ROUTES

HEAD = "// Made from the wires in Python by `make types`; change those, not this file.\n"
FILES = {house: "house", types: "types", told: "told", agent_wire: "agent", visitor_wire: "visitor"}
"""Those that are not called as the module is."""
PREFIXES = {agent_wire: "Agent", visitor_wire: "Visitor"}
"""For the names that both wires use for different things."""
SPOKEN = (
    live,
    house,
    types,
    told,
    agent_wire,
    visitor_wire,
    snippets,
    sharing,
    views,
    ways,
    recipients,
    search,
    merges,
    likeness,
    knowing,
    notices,
    table,
)
"""The wires, and what several doors tell of; the modules of REST and the commands come after them."""
UNIONS = {agent_wire: ("FromAgent", "ToAgent"), visitor_wire: ("FromVisitor", "ToVisitor")}
CONSTANTS = {
    live: ("CLOSE_SIGNED_OUT", "CLOSE_PROTOCOL", "CLOSE_SLOW"),
    agent_wire: ("PROTOCOL", "CLOSE_ACCESS"),
    visitor_wire: ("PROTOCOL",),
    notices: ("LATEST",),
    showing: ("ROWS",),
}
"""The numbers that the browser keeps to."""


@cache
def everything() -> Mapping[str, str]:
    """Every page's text by its name in the folder; a module that says nothing has none."""
    names = _names()
    pages = {file: Room(module, Page(file, names)).text() for module, file in names.files.items()}
    pages = {file: text for file, text in pages.items() if text} | {"commands": _commands(names)}
    index = "".join(f'export * from "./{file}";\n' for file in sorted(pages))
    return {f"{file}.ts": f"{HEAD}\n{text}" for file, text in (pages | {"index": index}).items()}


@dataclass
class Room:
    """One module on its way to its page."""

    module: ModuleType
    page: Page

    def text(self) -> str:
        return self.page.text(self._parts())

    def _parts(self) -> Iterator[str]:
        if constants := [self._constant(name) for name in CONSTANTS.get(self.module, ())]:
            yield "".join(constants)
        for shape in shapes(self.module):
            yield self.page.interface(shape)
        for name in UNIONS.get(self.module, ()):
            members = " | ".join(self.page.use(member) for member in _members(getattr(self.module, name)))
            yield f"export type {name} = {members};\n"

    def _constant(self, name: str) -> str:
        said = comment(docstrings(self.module).get((name, "")))
        return (
            f"{said}export const {self.page.names.constant(self.module, name)} = {vars(self.module)[name]};\n"
        )


def _names() -> Names:
    """The wires first, then what REST and the commands take and give."""
    doors = {route.run.__module__ for route in ROUTES} | {row.run.__module__ for row in COMMANDS.values()}
    modules = [*SPOKEN, *(sys.modules[name] for name in sorted(doors))]
    return Names({module: _file(module) for module in modules}, PREFIXES, _clashing())


def _file(module: ModuleType) -> str:
    """`inbox.rest.hours` -> `rest/hours`"""
    return FILES.get(module) or module.__name__.partition(".")[2].replace(".", "/")


def _clashing() -> frozenset[str]:
    one, other = ({shape.__name__ for shape in shapes(wire)} | {*CONSTANTS[wire]} for wire in PREFIXES)
    return frozenset(one & other)


def _members(union: Any) -> tuple[type, ...]:
    members = get_args(union)
    return members if isinstance(members[0], type) else get_args(members[0])  # in Annotated: discriminated


def _commands(names: Names) -> str:
    """Every command's arguments and value, by its name."""
    page = Page("commands", names)
    lines = [
        f"  {name}: {{ args: {page.use(row.args)}; value: {page.use(row.answer)} }};\n"
        for name, row in COMMANDS.items()
    ]
    whole = f"/** What each command takes and answers. */\nexport interface Commands {{\n{''.join(lines)}}}\n"
    return page.text(iter([whole]))

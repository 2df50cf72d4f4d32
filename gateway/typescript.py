"""Writes static/src/wire.ts: everything server and browser say to each other, as TypeScript types.

`python -m gateway.typescript` writes the file, `--check` fails when it is stale. The shapes come from pydantic's JSON
Schema of the wires (what the browser sends as validated, what it gets as serialised), the comments from the docstrings.
Imports both doors, so only the composition root and the command line may import it.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from gateway.egress import types
from gateway.visitors import wire as visitor_wire
from inbox import knowing, likeness, merges, notices, search, snippets, views
from inbox import wire as agent_wire
from inbox.commands import COMMANDS, table
from inbox.rest import ROUTES

TARGET = Path(__file__).parent.parent / "static" / "src" / "wire.ts"
HEAD = "// Made from the wires in Python by `make types`; change those, not this file.\n"
PREFIXES = {agent_wire: "Agent", visitor_wire: "Visitor"}
UNIONS = {agent_wire: ("FromAgent", "ToAgent"), visitor_wire: ("FromVisitor", "ToVisitor")}
PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def main(arguments: list[str]) -> int:
    """Write or check; the exit code says whether the file is (now) fresh."""
    text = everything()
    if "--check" not in arguments:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print("static/src/wire.ts is stale: run `make types`", file=sys.stderr)  # noqa: T201
    return 1


def everything() -> str:
    """The whole file's text."""
    clashing = _clashing()
    parts = [part for module in _modules() for part in Room(module, clashing).parts()]
    return HEAD + "\n" + "\n".join([*parts, _commands()])


def _modules() -> list[ModuleType]:
    """The wires first, then what REST and the commands take and give."""
    doors = [route.run.__module__ for route in ROUTES] + [row.run.__module__ for row in COMMANDS.values()]
    spoken = [sys.modules[name] for name in dict.fromkeys(sorted(doors))]
    return [
        types,
        agent_wire,
        visitor_wire,
        snippets,
        views,
        search,
        merges,
        likeness,
        knowing,
        notices,
        table,
        *spoken,
    ]


def _commands() -> str:
    """Every command's arguments and value, by its name."""
    lines = [
        f"  {name}: {{ args: {row.args.__name__}; value: {row.answer.__name__} }};\n"
        for name, row in COMMANDS.items()
    ]
    return f"/** What each command takes and answers. */\nexport interface Commands {{\n{''.join(lines)}}}\n"


def _clashing() -> frozenset[str]:
    """The names both wires use for different things: they get their wire's prefix."""
    return frozenset(_own_names(agent_wire)) & frozenset(_own_names(visitor_wire))


def _own_names(module: ModuleType) -> Iterator[str]:
    yield from (name for name, _ in _shapes(module))
    yield from (name for name, _ in _constants(module))


def _shapes(module: ModuleType) -> list[tuple[str, type]]:
    """The module's own public shapes in the order of its text."""
    return [
        (name, value)
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
        if is_typeddict(value) or issubclass(value, BaseModel)
    ]


def _constants(module: ModuleType) -> list[tuple[str, int]]:
    return [(name, v) for name, v in vars(module).items() if name.isupper() and isinstance(v, int)]


@dataclass
class Room:
    """One module's shapes on their way into TypeScript."""

    module: ModuleType
    clashing: frozenset[str]
    docs: dict[tuple[str, str], str] = field(init=False)
    """Comments by (class, field); the class's own under the field ""."""

    def __post_init__(self) -> None:
        self.docs = _docstrings(self.module)

    def parts(self) -> Iterator[str]:
        for name, value in _constants(self.module):
            yield f"{self._comment(name, '', '')}export const {self._constant(name)} = {value};\n"
        for name, shape in _shapes(self.module):
            yield self._interface(name, shape)
        for name in UNIONS.get(self.module, ()):
            yield f"export type {name} = {self._union(getattr(self.module, name))};\n"

    def _union(self, union: Any) -> str:
        members = get_args(union)
        if not isinstance(members[0], type):  # Annotated[union, Field(discriminator=...)]
            members = get_args(members[0])
        return " | ".join(self.name(member.__name__) for member in members)

    def _interface(self, name: str, shape: type) -> str:
        mode: Any = "serialization" if is_typeddict(shape) else "validation"
        schema = TypeAdapter(shape).json_schema(mode=mode)
        if "$ref" in schema:
            schema = schema["$defs"][_last(schema["$ref"])]
        required = set(schema.get("required", ()))
        lines = [
            f"{self._comment(name, key, '  ')}  {key}{'' if key in required else '?'}: {self.type(value)};\n"
            for key, value in schema.get("properties", {}).items()
        ]
        return f"{self._comment(name, '', '')}export interface {self.name(name)} {{\n{''.join(lines)}}}\n"

    def name(self, name: str) -> str:
        return PREFIXES.get(self.module, "") + name if name in self.clashing else name

    def _constant(self, name: str) -> str:
        return f"{PREFIXES[self.module].upper()}_{name}" if name in self.clashing else name

    def type(self, schema: dict[str, Any]) -> str:
        """The TypeScript of one JSON Schema."""
        if "$ref" in schema:
            return self.name(_last(schema["$ref"]))
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return " | ".join(json.dumps(value) for value in schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return " | ".join(self.type(choice) for choice in choices)
        return self._plain(schema)

    def _plain(self, schema: dict[str, Any]) -> str:
        kind = schema.get("type")
        if kind == "array":
            items = self.type(schema.get("items", {}))
            return f"({items})[]" if " " in items else f"{items}[]"
        if kind == "object":
            values = schema.get("additionalProperties", True)
            return f"Record<string, {self.type(values) if isinstance(values, dict) else 'unknown'}>"
        return PRIMITIVES[kind] if kind else "unknown"

    def _comment(self, name: str, key: str, indent: str) -> str:
        text = self.docs.get((name, key))
        if text is None:
            return ""
        lines = text.splitlines()
        if len(lines) == 1:
            return f"{indent}/** {lines[0]} */\n"
        return (
            f"{indent}/**\n"
            + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
            + f"{indent} */\n"
        )


def _last(ref: str) -> str:
    return ref.rpartition("/")[2]


def _docstrings(module: ModuleType) -> dict[tuple[str, str], str]:
    """What the source says under its classes, fields and constants."""
    tree = ast.parse(inspect.getsource(module))
    found = dict(_said_after(tree.body))
    docs = {(name, ""): text for name, text in found.items()}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            docs |= {(node.name, key): text for key, text in _said_after(node.body)}
            if whole := ast.get_docstring(node):
                docs[node.name, ""] = _safe(whole)
    return docs


def _said_after(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(name, text) for each assignment that a bare string follows."""
    for node, following in pairwise(body):
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign):
            target = node.targets[0] if isinstance(node.targets[0], ast.Name) else None
        if isinstance(target, ast.Name) and (text := _string(following)):
            yield target.id, _safe(text)


def _string(node: ast.stmt) -> str | None:
    if (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ):
        return node.value.value
    return None


def _safe(text: str) -> str:
    return re.sub(r"\n\s*", "\n", text.strip()).replace("*/", "*\\/").replace("\n\n", "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

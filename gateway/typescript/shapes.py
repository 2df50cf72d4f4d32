"""One Python shape as a TypeScript interface; `extends` where a shape inherits from another that is written too."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, relpath
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from gateway.typescript.comments import comment, docstrings

Shape = type[Any]
WIDEST = 120
"""Characters in a line of imports."""
PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


@dataclass(frozen=True)
class Names:
    """Where every shape is written, and what it is called there."""

    files: Mapping[ModuleType, str]
    prefixes: Mapping[ModuleType, str]
    clashing: frozenset[str]
    """What several of the modules with a prefix say of different things."""
    _by_name: dict[str, list[Shape]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        for module in self.files:
            for shape in shapes(module):
                self._by_name[shape.__name__].append(shape)

    def is_written(self, shape: Shape) -> bool:
        return shape in self._by_name.get(shape.__name__, ())

    def file(self, shape: Shape) -> str:
        return self.files[_home(shape)]

    def name(self, shape: Shape) -> str:
        own = shape.__name__
        return self.prefixes.get(_home(shape), "") + own if own in self.clashing else own

    def constant(self, module: ModuleType, name: str) -> str:
        return f"{self.prefixes[module].upper()}_{name}" if name in self.clashing else name

    def find(self, name: str, near: ModuleType) -> Shape:
        """What the module means by a name of a schema's. Raises LookupError."""
        found = self._by_name.get(name, [])
        if len(found) > 1:
            found = [shape for shape in found if vars(near).get(name) is shape]
        if len(found) != 1:
            raise LookupError(f"{near.__name__} speaks of {name}, which no module of the wires says once")
        return found[0]


@dataclass
class Page:
    """One file on its way: its parts, and what they name of other files."""

    file: str
    names: Names
    _used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), init=False)

    def text(self, parts: Iterator[str]) -> str:
        whole = list(parts)
        return "\n".join([*([self._imports()] if self._used else []), *whole]) if whole else ""

    def use(self, shape: Shape) -> str:
        """The shape's name, imported if it is another file's."""
        name, file = self.names.name(shape), self.names.file(shape)
        if file != self.file:
            self._used[file].add(name)
        return name

    def interface(self, shape: Shape) -> str:
        parents = _parents(shape, self.names.is_written)
        schema, module = _schema(shape), _home(shape)
        inherited = [own for parent in parents for own in _fields(_schema(parent)).items()]
        lines = [
            f"{comment(_said_of(shape, key), '  ')}  {key}{'?' if optional else ''}: {self.type(value, module)};\n"
            for key, (value, optional) in _fields(schema).items()
            if (key, (value, optional)) not in inherited
        ]
        extends = f" extends {', '.join(map(self.use, parents))}" if parents else ""
        head = f"export interface {self.names.name(shape)}{extends} {{\n"
        return f"{comment(docstrings(module).get((shape.__name__, '')))}{head}{''.join(lines)}}}\n"

    def type(self, schema: dict[str, Any], near: ModuleType) -> str:
        """The TypeScript of one JSON Schema that the module wrote."""
        if "$ref" in schema:
            return self.use(self.names.find(_last(schema["$ref"]), near))
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return " | ".join(json.dumps(value) for value in schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return " | ".join(self.type(choice, near) for choice in choices)
        return self._plain(schema, near)

    def _plain(self, schema: dict[str, Any], near: ModuleType) -> str:
        kind = schema.get("type")
        if kind == "array":
            items = self.type(schema.get("items", {}), near)
            return f"({items})[]" if " " in items else f"{items}[]"
        if kind == "object":
            values = schema.get("additionalProperties", True)
            return f"Record<string, {self.type(values, near) if isinstance(values, dict) else 'unknown'}>"
        return PRIMITIVES[kind] if kind else "unknown"

    def _imports(self) -> str:
        return "".join(
            _import(sorted(names), _way(self.file, file)) for file, names in sorted(self._used.items())
        )


def shapes(module: ModuleType) -> list[Shape]:
    """The module's own public shapes in the order of its text."""
    return [
        value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
        if _is_shape(value)
    ]


def _way(page: str, other: str) -> str:
    """`rest/hours` to `types` -> `../types`"""
    way = relpath(other, dirname(page))
    return way if way.startswith(".") else f"./{way}"


def _import(names: list[str], source: str) -> str:
    line = f'import type {{ {", ".join(names)} }} from "{source}";\n'
    if len(line) <= WIDEST:
        return line
    return "".join(["import type {\n", *(f"  {name},\n" for name in names), f'}} from "{source}";\n'])


def _is_shape(value: Any) -> bool:
    is_model = isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel
    return is_model or is_typeddict(value)


def _home(shape: Shape) -> ModuleType:
    return sys.modules[shape.__module__]


def _bases(shape: Shape) -> list[Shape]:
    """What it inherits from; a TypedDict forgets that in `__bases__`."""
    bases = shape.__orig_bases__ if is_typeddict(shape) else shape.__bases__
    return [base for base in bases if _is_shape(base)]


def _parents(shape: Shape, is_written: Callable[[Shape], bool]) -> list[Shape]:
    """The nearest it inherits from that are written, looking through those that are not."""
    return [
        parent
        for base in _bases(shape)
        for parent in ([base] if is_written(base) else _parents(base, is_written))
    ]


def _schema(shape: Shape) -> dict[str, Any]:
    mode: Any = "serialization" if is_typeddict(shape) else "validation"
    schema: dict[str, Any] = TypeAdapter(shape).json_schema(mode=mode)
    return schema["$defs"][_last(schema["$ref"])] if "$ref" in schema else schema


def _fields(schema: dict[str, Any]) -> dict[str, tuple[dict[str, Any], bool]]:
    """Each field's schema, and whether it may be left out."""
    required = schema.get("required", ())
    return {key: (value, key not in required) for key, value in schema.get("properties", {}).items()}


def _said_of(shape: Shape, key: str) -> str | None:
    """The comment on a field, where it was declared last."""
    said = docstrings(_home(shape)).get((shape.__name__, key))
    return next(filter(None, (said, *(_said_of(base, key) for base in _bases(shape)))), None)


def _last(ref: str) -> str:
    return ref.rpartition("/")[2]

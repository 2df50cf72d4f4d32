"""The comments of the types: what the source says under its classes, fields and constants."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from types import ModuleType


@cache
def docstrings(module: ModuleType) -> dict[tuple[str, str], str]:
    """By (class, field); those of classes and constants under the field ""."""
    tree = ast.parse(inspect.getsource(module))
    docs = {(name, ""): text for name, text in _said_after(tree.body)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            docs |= {(node.name, key): text for key, text in _said_after(node.body)}
            if whole := ast.get_docstring(node):
                docs[node.name, ""] = _safe(whole)
    return docs


def comment(text: str | None, indent: str = "") -> str:
    if text is None:
        return ""
    lines = text.splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    within = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{within}{indent} */\n"


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

"""What the rules of the house read: this repository's own files, as text and as Python trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("gateway", "inbox", "presence")
GENERATED = {"static/package-lock.json", "tests/servers/package-lock.json"}
CATALOGUES = ROOT / "static/src/i18n"


@cache
def files() -> tuple[str, ...]:
    """Everything that is in the repository or on its way into it, as paths from its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(sorted(name for name in set(listed) if (ROOT / name).is_file()))


def matching(*suffixes: str, under: tuple[str, ...] = ()) -> Iterator[str]:
    for name in files():
        if name.endswith(suffixes) and (not under or name.startswith(tuple(f"{room}/" for room in under))):
            yield name


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), name)


def module_of(name: str) -> str:
    """`gateway/store/__init__.py` -> `gateway.store`"""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def modules() -> Iterator[tuple[str, str]]:
    """(dotted name, file) of every module of the product."""
    for name in matching(".py", under=ROOMS):
        yield module_of(name), name


def imports(name: str) -> set[str]:
    """Every module that a file may be importing; `from a import b` counts as `a` and as `a.b`."""
    found: set[str] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(node, name)
            found.add(source)
            found.update(f"{source}.{alias.name}" for alias in node.names)
    return found


def _source(node: ast.ImportFrom, name: str) -> str:
    if not node.level:
        return node.module or ""
    package = name.split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def adapters() -> set[str]:
    """The channels' names, which are their modules' names."""
    folder = ROOT / "gateway/channels"
    names = {
        path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    return {name for name in names if not name.startswith("_")} - {"base", "registry", "roads"}

"""What import-linter cannot say: what adapters may import, and where a channel may be called by its name."""

import ast
import re
import tomllib

from tests.house import sources

MAY_IMPORT = {"gateway.channels.base", "gateway.channels.roads", "gateway.events", "gateway.errors"}
HOMES = ("gateway/channels/", "gateway/sandbox/", "gateway/demo")
ALSO_PLAIN_WORDS = {"email"}
"""Names that are also everyday fields: forbidden only where something is compared with them."""


def test_every_room_has_its_layer() -> None:
    """A module that no layer names may import anything, unseen."""
    contracts = tomllib.loads(sources.text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    placed = set(
        re.findall(r"[\w.]+", " ".join(layer for contract in contracts for layer in contract["layers"]))
    )
    rooms = {".".join(module.split(".")[:2]) for module, _ in sources.modules()} - {"gateway"}
    homeless = [room for room in rooms if room not in placed and room.split(".")[0] not in placed]
    assert [room for room in homeless if room != "gateway.channels"] == []


def test_adapters_know_the_contract_and_nothing_else_of_the_house() -> None:
    faults = []
    for name in sources.matching(".py", under=("gateway/channels",)):
        adapter = name.split("/")[2].removesuffix(".py")
        if adapter in {"__init__", "base", "registry", "roads"}:
            continue
        for imported in sources.imports(name):
            if imported.split(".")[0] in sources.ROOMS and not allowed(imported, adapter):
                faults.append(f"{name} imports {imported}")
    assert not faults, "\n".join(faults)


def allowed(imported: str, adapter: str) -> bool:
    parts = imported.split(".")
    if imported in {"gateway", "gateway.channels"} or any(
        imported == may or imported.startswith(f"{may}.") for may in MAY_IMPORT
    ):
        return True
    return parts[:2] == ["gateway", "channels"] and (parts[2] == adapter or parts[2].startswith("_"))


def test_a_channel_is_called_by_name_only_in_its_own_room() -> None:
    names = sources.adapters()
    faults = [
        f"{name}:{line} says {word!r}: ask what the channel can do"
        for name in sources.matching(".py", ".ts", ".tsx", under=(*sources.ROOMS, "static/src"))
        if not name.startswith(HOMES) and ".test." not in name
        for line, word in (python_names(name, names) if name.endswith(".py") else browser_names(name, names))
    ]
    assert not faults, "\n".join(faults)


def python_names(name: str, names: set[str]) -> list[tuple[int, str]]:
    found = []
    compared = {
        id(inner)
        for node in ast.walk(sources.tree(name))
        if isinstance(node, (ast.Compare, ast.MatchValue))
        for inner in ast.walk(node)
    }
    for node in ast.walk(sources.tree(name)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node.value not in names:
            continue
        if node.value not in ALSO_PLAIN_WORDS or id(node) in compared:
            found.append((node.lineno, node.value))
    return found


def browser_names(name: str, names: set[str]) -> list[tuple[int, str]]:
    if not names:
        return []
    word = "|".join(sorted(names - ALSO_PLAIN_WORDS)) or "(?!)"
    plain = "|".join(sorted(names & ALSO_PLAIN_WORDS)) or "(?!)"
    pattern = re.compile(rf"[\"'`]({word})[\"'`]|(?:[!=]==?|case)\s*[\"'`]({plain})[\"'`]")
    return [
        (number, match[1] or match[2])
        for number, line in enumerate(sources.text(name).splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_markup_is_made_in_one_place() -> None:
    raw = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(")
    faults = [
        f"{name}:{number}"
        for name in sources.matching(".ts", ".tsx", under=("static/src",))
        if name != "static/src/shared/sanitise.ts" and ".test." not in name
        for number, line in enumerate(sources.text(name).splitlines(), 1)
        if raw.search(line)
    ]
    assert not faults, "raw markup outside static/src/shared/sanitise.ts:\n" + "\n".join(faults)

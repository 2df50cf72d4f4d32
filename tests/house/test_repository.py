"""What may stand in the repository: finished work of our own, in rooms of a size that one can walk through."""

import ast
import re
import subprocess
import sys

from tests.house import sources

LONGEST = 600  # lines; at 400 a file is looked at again
CODE = (".py", ".ts", ".tsx", ".mjs", ".css", ".sql")
# Put together here, so that this file does not say them.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b")
FOREIGN = re.compile(
    r"(?:/wo"
    r"rk/(?:main|shared)|/ro"
    r"ot/|\"resol"
    r"ved\": *\"http|--(?:extra-)?ind"
    r"ex-url|registry\.npm"
    r"js)"
)
BUILT = re.compile(r"(^|/)(dist|node_modules|vendor)/|\.min\.(js|css)$")


def test_no_room_is_too_long() -> None:
    long = {
        name: lines
        for name in sources.matching(*CODE)
        if name not in sources.GENERATED and (lines := len(sources.text(name).splitlines())) > LONGEST
    }
    assert not long, f"split by verb: {long}"


def test_nothing_is_left_unfinished() -> None:
    faults = [
        f"{name}:{number}: {line.strip()}"
        for name in sources.matching(*CODE, ".toml", ".md", "Makefile")
        for number, line in enumerate(sources.text(name).splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_no_test_is_skipped() -> None:
    """A real part that cannot start fails with its reason; a test that cannot pass is not kept."""
    skips = re.compile(r"pytest\.(?:mark\.)?(?:ski" + "p|xfa" + r"il|importorski" + "p)")
    faults = [
        f"{name}:{number}: {line.strip()}"
        for name in sources.matching(".py", under=("tests",))
        for number, line in enumerate(sources.text(name).splitlines(), 1)
        if skips.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_nothing_of_this_machine_and_nothing_built_is_kept() -> None:
    built = [name for name in sources.files() if BUILT.search(name)]
    assert not built, f"built or third-party: {built}"
    faults = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in sources.matching(
            *CODE, ".toml", ".md", ".json", ".lock", ".txt", ".npmrc", "Makefile", "run"
        )
        for number, line in enumerate(sources.text(name).splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_every_module_has_its_tests() -> None:
    """A test imports it or is named for it, or a tested module of the same package is made of it; what only declares
    has nothing to test."""
    tested = _tested_modules()
    untested = [
        module
        for module, file in sources.modules()
        if module not in tested
        and any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(sources.tree(file))
        )
    ]
    assert not untested, f"no test speaks of {untested}"


def _tested_modules() -> set[str]:
    files = dict(sources.modules())
    said: set[str] = set()
    for name in sources.matching(".py", under=("tests",)):
        said |= sources.imports(name)
        *_, room, file = name.split("/")
        if file.startswith("test_"):
            said.add(f"{room}.{file.removeprefix('test_').removesuffix('.py')}")
    tested = {
        module
        for module in files
        if {module, _tail(module), f"{module.split('.')[0]}.{module.split('.')[-1]}"} & said
    }
    waiting = list(tested)
    while waiting:
        module = waiting.pop()
        package = module if files[module].endswith("/__init__.py") else module.rpartition(".")[0]
        for part in sources.imports(files[module]) & files.keys() - tested:
            if "." in package and part.rpartition(".")[0] == package:
                tested.add(part)
                waiting.append(part)
    return tested


def _tail(module: str) -> str:
    return ".".join(module.split(".")[-2:])


def test_generated_types_are_fresh() -> None:
    if not (sources.ROOT / "gateway/typescript.py").exists():
        return
    checked = subprocess.run(
        [sys.executable, "-m", "gateway.typescript", "--check"],
        cwd=sources.ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, f"run `make types`: {checked.stdout}{checked.stderr}"

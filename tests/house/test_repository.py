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
    """A test imports it, or its room has a test file of its name; what only declares has nothing to test."""
    imported: set[str] = set()
    named: set[str] = set()
    for name in sources.matching(".py", under=("tests",)):
        imported |= sources.imports(name)
        *_, room, file = name.split("/")
        if file.startswith("test_"):
            named.add(f"{room}.{file.removeprefix('test_').removesuffix('.py')}")
    untested = [
        module
        for module, file in sources.modules()
        if any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(sources.tree(file))
        )
        and module not in imported
        and ".".join(module.split(".")[-2:]) not in named
        and f"{module.split('.')[0]}.{module.split('.')[-1]}" not in named
    ]
    assert not untested, f"no test speaks of {untested}"


def test_generated_types_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "gateway.typescript", "--check"],
        cwd=sources.ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, f"run `make types`: {checked.stdout}{checked.stderr}"

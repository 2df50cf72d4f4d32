"""What we stand on: each version is pinned, and no licence asks what our users cannot give."""

import importlib.metadata
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAY = re.compile(
    r"MIT|Apache|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|0BSD|Zlib|BlueOak",
    re.IGNORECASE,
)
MAY_NOT = re.compile(
    r"GPL|Affero|SSPL|Business Source|Commons Clause|non-?commercial|proprietary", re.IGNORECASE
)


def plain(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return plain(found[0])


def runtime() -> dict[str, importlib.metadata.Distribution]:
    """Everything that `pip install parley[s3]` brings along, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting = [needed(one) for one in (*project["dependencies"], *project["optional-dependencies"]["s3"])]
    waiting.append("hiredis")  # an extra of redis
    found: dict[str, importlib.metadata.Distribution] = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another Python or another system
        waiting += [needed(one) for one in found[name].requires or () if "extra ==" not in one]
    return found


def licences(package: importlib.metadata.Distribution) -> str:
    told = package.metadata
    said = [one for key in ("License-Expression", "License") for one in told.get_all(key) or ()]
    said += [one for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    return " ".join(said)[:1000] or licence_text(package)


def licence_text(package: importlib.metadata.Distribution) -> str:
    """The name of the licence whose words stand in the package, where its metadata names none."""
    names = package.metadata.get_all("License-File") or ()
    words = " ".join(package.read_text(f"licenses/{name}") or "" for name in names)
    if MAY_NOT.search(words):
        return words
    return "BSD" if "Redistribution and use in source and binary forms" in words else words[:1000]


def scripts() -> Iterator[tuple[str, str]]:
    """What the browser's files are made with."""
    packages = json.loads((ROOT / "static/package-lock.json").read_text())["packages"]
    for path, told in packages.items():
        if path:
            yield path.rpartition("node_modules/")[2], told.get("license", "")


def test_no_licence_asks_for_more_than_its_own_name() -> None:
    found = {name: licences(package) for name, package in runtime().items()}
    assert len(found) > 40
    found |= dict(scripts())
    assert not {name: said for name, said in found.items() if MAY_NOT.search(said) or not MAY.search(said)}


def test_every_package_is_pinned_to_what_is_tested() -> None:
    lines = (line.partition("==") for line in (ROOT / "requirements.lock").read_text().splitlines())
    pinned = {plain(name): version for name, _, version in lines}
    differ = {
        name: (package.version, pinned.get(name))
        for name, package in runtime().items()
        if pinned.get(name) != package.version
    }
    assert not differ
    told = json.loads((ROOT / "static/package-lock.json").read_text())["packages"]
    assert all(one.get("integrity") for path, one in told.items() if path), (
        "each script's package by its checksum"
    )

"""Every config key, capability and kind of fact is documented where people look for it."""

import dataclasses
import importlib
import re
import tomllib
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from gateway.channels.base import Capabilities
from gateway.events import Kind
from tests.house import sources

SAMPLE = sources.ROOT / "config.toml"
DOCS = sources.ROOT / "docs"


def documented() -> set[tuple[str, str]]:
    """(section, key) of config.toml, the commented-out ones too."""
    section = ""
    found = set()
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        bare = line.lstrip("# ")
        if head := re.fullmatch(r"\[([\w.\-\"]+)\]\s*(#.*)?", bare.rstrip()):
            section = head[1]
        elif key := re.match(r"([a-z_]\w*)\s*=", bare):
            found.add((section, key[1]))
    return found


def root_model() -> type[BaseModel]:
    """The model of the whole file: the one in gateway.config that has the section `server`."""
    config = importlib.import_module("gateway.config")
    models = [
        thing for thing in vars(config).values() if isinstance(thing, type) and issubclass(thing, BaseModel)
    ]
    return next(model for model in models if "server" in model.model_fields)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def keys(model: type[BaseModel], section: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = list(models_in(field.annotation))
        if get_origin(field.annotation) is dict:
            key = f"{key}.NAME"
        if not inner:
            yield section, key
        for part in inner:
            yield from keys(part, f"{section}.{key}" if section else key)


def test_every_config_key_is_in_the_sample() -> None:
    sample = documented()
    missing = [
        f"[{section}] {key}"
        for section, key in keys(root_model(), "")
        if section and (section, key) not in sample
    ]
    assert not missing, f"config.toml does not show {missing}"


def test_every_adapter_key_is_in_the_sample() -> None:
    tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    shown = {key for section, key in documented() if section.startswith("channels.")}
    missing = []
    for name in sources.adapters():
        module = importlib.import_module(f"gateway.channels.{name}")
        config = getattr(module, "Config", None) or next(
            thing.Config
            for thing in vars(module).values()
            if isinstance(thing, type) and hasattr(thing, "Config")
        )
        missing += [
            f"{name}: {field.alias or key}"
            for key, field in config.model_fields.items()
            if (field.alias or key) not in shown
        ]
    assert not missing, f"config.toml does not show {missing}"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("channels.md", [field.name for field in dataclasses.fields(Capabilities)]),
        ("log.md", [str(kind.value) for kind in Kind]),
    ],
)
def test_every_word_of_the_vocabulary_has_its_row(page: str, words: list[str]) -> None:
    if not (DOCS / page).exists():
        return
    said = (DOCS / page).read_text(encoding="utf-8")
    missing = [word for word in words if f"`{word}`" not in said]
    assert not missing, f"docs/{page} does not explain {missing}"

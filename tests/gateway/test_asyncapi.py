"""The sockets' document is valid AsyncAPI 3.1 and names every frame and command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from gateway.asyncapi import asyncapi
from inbox.commands import COMMANDS
from static import bundle
from tests import servers

HERE = Path(servers.__file__).parent


@pytest.fixture(scope="module")
def specification() -> Any:
    """AsyncAPI's own JSON Schema."""
    bundle.install_packages(HERE)
    return json.loads((HERE / "node_modules/@asyncapi/specs/schemas/3.1.0.json").read_text())


@pytest.mark.may_block("draft 7 over a large schema")
def test_the_document_is_valid(specification) -> None:
    validator = jsonschema.Draft7Validator(specification)
    faults = [f"{list(fault.path)}: {fault.message[:200]}" for fault in validator.iter_errors(asyncapi())]
    assert not faults, "\n".join(faults)


@pytest.mark.may_block("draft 7 over a large schema")
def test_the_validator_would_find_a_fault(specification) -> None:
    broken = json.loads(json.dumps(asyncapi()))
    broken["operations"]["agentSays"]["action"] = "shout"
    assert not jsonschema.Draft7Validator(specification).is_valid(broken)


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(reference := node.get("$ref"), str):
                found: object = document
                for part in reference.removeprefix("#/").split("/"):
                    assert isinstance(found, dict)
                    assert part in found, reference
                    found = found[part]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)


def test_every_frame_and_command_is_named() -> None:
    document = asyncapi()
    assert set(document["channels"]) == {"agent", "visitor"}
    assert {"agentHello", "agentCommand", "agentEventsFrame", "visitorSnapshotFrame"} <= set(
        document["components"]["messages"]
    )
    words = document["components"]["messages"]["agentCommand"]["description"]
    for name in COMMANDS:
        assert f"`{name}`" in words
        assert f"command_{name}" in document["components"]["schemas"]

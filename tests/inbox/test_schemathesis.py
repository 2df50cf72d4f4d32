"""The whole OpenAPI document against the running door: whatever is sent, no server error and no undeclared answer."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.limits import Limits
from gateway.rates import Rate
from gateway.store import Reader
from inbox.rest.openapi import openapi
from tests.inbox.conftest import House, Open

SECONDS = 150
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
OFTEN = Rate(1_000_000, 1.0)
IDS = (
    "conversations",
    "contacts",
    "agents",
    "teams",
    "tags",
    "attribute_definitions",
    "organisations",
    "messages",
)


async def with_real_ids(house: House) -> dict[str, Any]:
    """The document, its paths and ids narrowed to things that are there, so that requests get past "not found"."""
    for name in ("Lee", "Park", "Kim"):
        await house.customer_writes("hello 배송", name=name)
    ada = await house.client("ada")
    await ada.does("POST", "/organisations", {"name": "Acme"})
    await ada.does("POST", "/tags", {"name": "urgent", "colour": "#ff0000"})

    async def look_up(look: Reader) -> list[str]:
        found = ["1", "nosuchthing"]
        for table in IDS:
            keep_me = "where role <> 'admin'" if table == "agents" else ""
            found += [
                row["id"] for row in await look.all(f"select id from {table} {keep_me} order by id limit 2")
            ]
        return found

    ids = await house.store.read(look_up)

    def narrowed(node: Any) -> Any:
        if isinstance(node, dict):
            if node.get("pattern") == "^[0-9a-z]{1,64}$":
                return {"type": "string", "enum": ids}
            return {key: narrowed(value) for key, value in node.items()}
        return [narrowed(one) for one in node] if isinstance(node, list) else node

    whole: dict[str, Any] = narrowed(json.loads(json.dumps(openapi())))
    return whole


async def schemathesis(house: House, schema: dict[str, Any], folder: Path, *more: str) -> str:
    """What a run says; empty when all is well."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(schema))
    url = f"http://{house.server.host}:{house.server.port}/api/v1"
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", url, "--checks", CHECKS]
    command += ["--no-color", "--warnings", "off", "--suppress-health-check", "all", *more]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder
    )
    said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    return "" if process.returncode == 0 else said.decode()


@pytest.mark.timeout(SECONDS * 2)
@pytest.mark.may_block("schemathesis loads both cores; what is measured elsewhere is not measured here")
@pytest.mark.parametrize(
    ("ids", "chosen"),
    [
        ("made up", ("--phases", "fuzzing", "--include-path-regex", "[{]")),
        ("real", ("--phases", "examples,coverage,fuzzing")),
    ],
)
async def test_no_server_error_whatever_is_sent(
    open_with: Open, tmp_path: Path, caplog, ids: str, chosen: tuple[str, ...]
) -> None:
    """All there is behind ids that are there; where an id stands in the path, one that is made up as well."""
    house = await open_with(
        Limits(
            agent_requests=OFTEN,
            agent_uploads=OFTEN,
            stranger_requests=OFTEN,
            sign_in=OFTEN,
            sign_in_address=OFTEN,
            events_wait=10,
        )
    )
    token = await house.token("ada")
    schema = openapi() if ids == "made up" else await with_real_ids(house)
    said = await schemathesis(
        house,
        schema,
        tmp_path,
        *(
            "--header",
            f"Authorization: Bearer {token}",
            "--max-examples",
            "4",
            "--seed",
            "7",
        ),
        *chosen,
    )
    assert not said, said[-6000:]
    assert not [record.message for record in caplog.records if record.name == "gateway.door"]

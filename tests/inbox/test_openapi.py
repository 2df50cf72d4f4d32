"""The API's document: valid OpenAPI 3.1, whole, and readable without anything from elsewhere."""

from __future__ import annotations

import re

from openapi_spec_validator import OpenAPIV31SpecValidator

from inbox.rest import ROUTES, docs
from inbox.rest.openapi import openapi
from tests.inbox.conftest import House


def test_the_document_is_valid() -> None:
    faults = [fault.message for fault in OpenAPIV31SpecValidator(openapi()).iter_errors()]
    assert not faults


def test_every_route_is_in_it_with_words() -> None:
    document = openapi()
    for row in ROUTES:
        operation = document["paths"][row.path][row.method.lower()]
        assert operation["operationId"] == row.name
        assert operation["summary"], f"{row.name} says nothing"
    assert len({row.name for row in ROUTES}) == len(ROUTES)


def test_who_may_is_said() -> None:
    paths = openapi()["paths"]
    assert paths["/session"]["post"]["security"] == []
    assert "admin" in paths["/agents"]["post"]["description"]


async def test_the_page_needs_nobody_and_nothing_from_elsewhere(house: House) -> None:
    stranger = await house.client()
    answer = await stranger.raw("GET", "/docs")
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"] == docs.POLICY
    text = await answer.text()
    assert not re.search(r"<script|src=|url\(|https?://(?!json-schema)", text)
    assert all(f"/api/v1{row.path}" in text for row in ROUTES)
    assert (await (await stranger.raw("GET", "/openapi.json")).json())["openapi"] == "3.1.0"

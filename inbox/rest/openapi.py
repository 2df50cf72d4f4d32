"""The OpenAPI 3.1 document, made from the table of routes and the models that validate: it cannot say otherwise."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from gateway.egress.access import Role
from inbox.rest.route import ID, PREFIX, ROUTES, Route
from inbox.wire import ProblemView

REF = "#/components/schemas/{model}"
Key = tuple[str, Any]
ABOUT = """Everything the agents' inbox can do, and what programs may do for an agent.

Sign in with the browser's session cookie, or send `Authorization: Bearer TOKEN`. A token acts with the rights of the
agent who made it. Errors are `application/problem+json` (RFC 9457): `type` is a stable code, `text` and `params` name
the words for people. Lists give a `before`: pass it on to get the next page. Times are UTC milliseconds."""


@cache
def openapi() -> dict[str, Any]:
    """The whole document; the same for the life of the process."""
    schemas = _Schemas()
    problem = _content("A problem (RFC 9457)", schemas.of(ProblemView), "application/problem+json")
    paths: dict[str, dict[str, Any]] = {}
    for row in ROUTES:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Parley",
            "version": "1",
            "summary": "Every channel, one conversation",
            "description": ABOUT,
        },
        "servers": [{"url": PREFIX}],
        "security": [{"session": []}, {"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(row.group for row in ROUTES)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-parley"},
                "token": {"type": "http", "scheme": "bearer"},
            },
            "responses": {"Problem": problem},
        },
    }


class _Schemas:
    """JSON Schemas of everything the routes take and give, each once under its own name."""

    def __init__(self) -> None:
        inputs = [
            (model, "validation") for row in ROUTES for model in (row.body, row.query) if model is not None
        ]
        outputs = [(row.answer, "serialization") for row in ROUTES if is_json(row)] + [
            (ProblemView, "serialization")
        ]
        wanted = {(model.__name__, mode): TypeAdapter(model) for model, mode in (*inputs, *outputs)}
        keyed: list[Any] = [(name, mode, adapter) for (name, mode), adapter in wanted.items()]
        self._found, shared = TypeAdapter.json_schemas(keyed, ref_template=REF)
        self._shared: dict[str, Any] = shared.get("$defs", {})

    def of(self, model: Any) -> dict[str, Any]:
        mode: Any = (
            "validation" if isinstance(model, type) and issubclass(model, BaseModel) else "serialization"
        )
        return self._found[model.__name__, mode]

    def definitions(self) -> dict[str, Any]:
        return {name: self._shared[name] for name in sorted(self._shared)}

    def resolved(self, model: Any) -> dict[str, Any]:
        schema = self.of(model)
        name = schema.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self._shared[name] if name else schema
        return found


def is_json(row: Route) -> bool:
    """Does the route answer with JSON of a declared shape?"""
    return row.answer is not None and not row.gives


def _operation(row: Route, schemas: _Schemas) -> dict[str, Any]:
    said = inspect.getdoc(row.run) or ""
    operation: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.group],
        "summary": said.partition("\n")[0],
        "parameters": [*_in_path(row), *_in_query(row, schemas)],
        "responses": {
            str(row.status): _success(row, schemas),
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if row.role is None:
        operation["security"] = []
    elif row.role is not Role.AGENT:
        operation["description"] = f"For the role {row.role} and above."
    if row.body is not None:
        operation["requestBody"] = {"required": True, **_media(schemas.of(row.body), "application/json")}
    elif row.takes:
        operation["requestBody"] = {
            "required": True,
            **_media({"type": "string", "format": "binary"}, row.takes),
        }
    return operation


def _in_path(row: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID}$"}}
        for name in re.findall(r"\{(\w+)\}", row.path)
    ]


def _in_query(row: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    schema = schemas.resolved(row.query)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(value)}
        for name, value in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what may be left out is simply not required."""
    plain = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    return {**plain, **choices[0]} if len(choices) == 1 else schema


def _success(row: Route, schemas: _Schemas) -> dict[str, Any]:
    if row.gives == "application/json":
        return _content("The document", {"type": "object"}, row.gives)
    if row.gives:
        return _content("The file", {"type": "string", "format": "binary"}, row.gives)
    if row.answer is None:
        return {"description": "Done"}
    return _content("The answer", schemas.of(row.answer), "application/json")


def _content(description: str, schema: dict[str, Any], media_type: str) -> dict[str, Any]:
    return {"description": description, **_media(schema, media_type)}


def _media(schema: dict[str, Any], media_type: str) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}

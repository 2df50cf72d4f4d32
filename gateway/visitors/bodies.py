"""Bodies of the customers' door: JSON in by its model, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from gateway.errors import Malformed, TooLarge

B = TypeVar("B", bound=BaseModel)


async def read_body(request: web.Request, model: type[B]) -> B:
    """Raises Malformed for anything that does not fit the model, TooLarge for a body over `body_bytes`."""
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge("errors.body_too_large", "a body over the limit") from None
    try:
        return model.model_validate_json(body)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        raise Malformed("errors.malformed", f"{model.__name__}: {first['loc']} {first['type']}") from None


def answer(value: Mapping[str, Any], status: int = 200) -> web.Response:
    """Personal, so kept by nobody on the way."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        status=status, body=orjson.dumps(value), content_type="application/json", headers=headers
    )

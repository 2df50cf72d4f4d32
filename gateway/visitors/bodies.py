"""Bodies of the customers' door: JSON in by its model, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from gateway.door import CONFIG, read_bounded
from gateway.errors import Malformed

B = TypeVar("B", bound=BaseModel)


async def read_body(request: web.Request, model: type[B]) -> B:
    """Raises Malformed for what does not fit the model, TooLarge over `body_bytes`, UnsupportedMediaType."""
    body = await read_bounded(request, request.app[CONFIG].limits.body_bytes)
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

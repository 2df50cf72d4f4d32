"""Reading what callers send: strict models, and the shapes that ids, positions and texts have."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gateway.errors import Malformed

DEEPEST = 16
"""Levels of lists and tables in what is sent."""
LARGEST = 2**63 - 1
"""The largest whole number that the databases and JSON's readers take, either way."""

M = TypeVar("M", bound=BaseModel)

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,64}$")]
Position = Annotated[int, Field(ge=0, le=2**53)]
"""A place in the log; what browsers can count."""
Moment = Annotated[int, Field(ge=0, le=8_640_000_000_000_000)]
"""UTC ms, up to the last one that a browser can show (ECMA-262, Time Values): a later one ends its page in an error."""
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""Made by the caller, once for each act; saying it again repeats the answer, not the act."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(max_length=100_000)]
"""Bounded once more by `[limits] text_length` and by the channel."""


class Sent(BaseModel):
    """A JSON body or a command's arguments: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """What stands behind the question mark: nothing unknown; texts are read as what the field wants."""

    model_config = ConfigDict(extra="forbid")


def fitted(model: type[M], value: Any) -> M:
    """The value as its model. Raises Malformed, naming the place; never repeats the value."""
    _check_plain(value)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(str(part) for part in fault["loc"])[:200]
        why = fault["msg"].removeprefix("Value error, ")
        raise Malformed("errors.malformed", f"{model.__name__}: {at}: {why}", at=at, why=why) from None


def _check_plain(value: Any, depth: int = 0) -> None:
    """No zero bytes (PostgreSQL's text has none), no lone surrogates, no endless numbers, no bottomless nesting."""
    if isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            raise Malformed("errors.malformed", "a text with NUL or half a character", at="", why="no text")
    elif isinstance(value, (int, float)):
        if abs(value) > LARGEST if isinstance(value, int) else not math.isfinite(value):
            raise Malformed("errors.malformed", "a number without bounds", at="", why="number too large")
    elif isinstance(value, (dict, list)):
        if depth >= DEEPEST:
            raise Malformed("errors.malformed", "nested too deeply", at="", why="nested too deeply")
        for inner in (*value, *value.values()) if isinstance(value, dict) else value:
            _check_plain(inner, depth + 1)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

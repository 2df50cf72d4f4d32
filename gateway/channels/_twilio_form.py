"""What Twilio sends us, as pairs of names and values.

Webhooks are forms by POST, or queries by GET where a number was set up so:
https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from gateway.channels.base import ProviderRequest

MOST_FIELDS = 500
"""Parameters of one webhook; Twilio sends a few dozen and adds more without notice."""
FORM = "application/x-www-form-urlencoded"

Pairs = tuple[tuple[str, str], ...]


def header(request: ProviderRequest, name: str) -> str:
    """A header's value, whatever the case of its name; empty when there is none."""
    found = request.headers.get(name)
    if found is not None:
        return found
    wanted = name.lower()
    return next((value for key, value in request.headers.items() if key.lower() == wanted), "")


def is_form(request: ProviderRequest) -> bool:
    """Are the parameters the body's? A form by POST, also an empty one that names no type."""
    kind = header(request, "Content-Type").partition(";")[0].strip().lower()
    return kind == FORM or (not kind and not request.body)


def read_query(request: ProviderRequest) -> Pairs:
    """Raises ValueError for more fields than Twilio ever sends."""
    return _pairs(urlsplit(request.url).query)


def read_body(request: ProviderRequest) -> Pairs:
    """Raises ValueError for what is no text, or has more fields than Twilio ever sends."""
    return _pairs(request.body.decode())


@lru_cache(maxsize=16)
def _pairs(text: str) -> Pairs:
    # One webhook is asked for three times, to check it, to know its account and to read it; taking it apart costs more
    # than all the rest.
    return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))

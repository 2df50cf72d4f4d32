"""ReDoS: what outsiders write is read in time that grows with its length. Two hundred thousand letters, where a
message has ten thousand: what is quadratic does not come back within this minute, what is linear does at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.channels._twilio_consent import consent_of
from gateway.delivery import cut
from gateway.errors import ParleyError
from gateway.media.kinds import inspect_media
from gateway.media.names import content_disposition, safe_name
from gateway.media.serve import parse_range
from gateway.seals import SEALED
from gateway.store.search import fts_query, tokens
from gateway.stream.attributes import is_hostname
from gateway.stream.claims import addresses_in
from gateway.stream.proofs import has_word
from inbox.filling import filled
from inbox.filters import read_question
from inbox.slack.blocks import words_of

LENGTH = 200_000
ROWS = (
    *(
        "a",
        " ",
        "0",
        ".",
        "-",
        "a.",
        "a-",
        "a@",
        "@",
        "a@a.",
        "<a",
        "<",
        "((",
        "+0 ",
        "\n",
        "\t",
        "가",
        "가 ",
        "#",
        "#A",
    ),
    *(
        "{{",
        "{{a|",
        "{{a",
        "}}",
        "|",
        '"',
        'a:"',
        "a:",
        "https://",
        "https://a.",
        "\u0301",
        "\u200b",
        "%",
        "/",
        "\\",
    ),
    *("bytes=", "0-", "sealed:1:", "<!doctype ", "<a:svg", "stop", "수신거부", "🛑", "_", "*", "`", "ﷺ"),
)
TAILS = ("", "!", "a", "\x00", "@a.b")


def texts() -> list[str]:
    return [row * (LENGTH // len(row)) + tail for row in ROWS for tail in TAILS]


READERS: dict[str, Callable[[str], object]] = {
    "addresses": lambda text: addresses_in([text]),
    "consent": consent_of,
    "file name": lambda text: safe_name(text[:10_000]),
    "header": lambda text: content_disposition(text[:10_000], inline=False),
    "kind": lambda text: inspect_media("a.txt", "text/plain", text[:65_536].encode()),
    "host": is_hostname,
    "macro": lambda text: filled(text, {"a": "b"}),
    "proof": has_word,
    "query": lambda text: read_question(text[:20_000], now=0),
    "range": lambda text: parse_range(text, 10),
    "sealed": lambda text: SEALED.search(text[:20_000]),
    "search": lambda text: fts_query(text[:20_000]),
    "tokens": lambda text: tokens(text[:20_000]),
    "parts": lambda text: cut(text[:20_000], 1600),
    "slack": words_of,
}


@pytest.mark.may_block("very long texts")
@pytest.mark.parametrize("what", READERS)
def test_a_long_row_of_signs_is_read_in_a_moment(what: str) -> None:
    for text in texts():
        try:
            READERS[what](text)
        except (ParleyError, ValueError):
            continue  # refused is read as well

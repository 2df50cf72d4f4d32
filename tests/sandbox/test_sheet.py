"""The sandbox's documents: nothing in them is taken for markup, and the reader's language is found."""

import json
import re
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.bundle import App
from gateway.sandbox.sheet import language_of, sheet

APP = App("page-1.js", "page-1.css", ("chunk-1.js",))


def document(known: Any, **headers: str) -> str:
    request = make_mocked_request("GET", "/", headers=headers)
    answer = sheet(request, APP, title="sandbox.title", speaks=("sandbox.",), known=known, policy="none")
    assert answer.headers["Content-Security-Policy"] == "none" and answer.text
    return answer.text


def test_what_a_page_knows_is_never_markup() -> None:
    known = {"name": "</script><script>alert(1)</script>&amp;"}
    text = document(known)
    assert text.count("<script") == 3 and "alert(1)<" not in text
    told = re.search(r'id="sandbox">(.*?)</script>', text)
    assert told and json.loads(told[1]) == known


def test_a_page_has_its_own_words_and_files() -> None:
    text = document({})
    words = re.search(r'id="words">(.*?)</script>', text)
    assert words and all(key.startswith("sandbox.") for key in json.loads(words[1]))
    assert all(f"/static/{name}" in text for name in ("page-1.js", "page-1.css", "chunk-1.js"))


@pytest.mark.parametrize(
    ("path", "accepts", "language"),
    [
        ("/", "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("/", "de-DE, ko", "ko"),
        ("/", "", "en"),
        ("/?lang=en", "ko", "en"),
        ("/?lang=xx", "fr", "en"),
    ],
)
def test_the_reader_s_language(path: str, accepts: str, language: str) -> None:
    assert language_of(make_mocked_request("GET", path, headers={"Accept-Language": accepts})) == language

"""The places of macros that the browser offers are those that the server fills."""

import re

from inbox import filling
from tests.house import sources

BROWSER = "static/src/inbox/views/settings/macro-places.ts"
LIST = re.compile(r"export const PLACES = \[(.*?)\]", re.DOTALL)
PLACE = re.compile(r"const PLACE = /(.*)/g;")


def test_the_browser_offers_what_the_server_fills() -> None:
    said = LIST.search(sources.text(BROWSER))
    assert said is not None
    assert sorted(re.findall(r'"([\w.]+)"', said[1])) == sorted(filling.NAMES)


def test_both_tell_places_from_the_text_alike() -> None:
    """One pattern, written in two languages; the browser's highlights what the server says is missing."""
    found = PLACE.search(sources.text(BROWSER))
    assert found is not None
    pattern = re.compile(found[1].replace(r"\{\{", "{{").replace(r"\}\}", "}}"))
    for text in (
        "{{contact.name}}",
        "a {{ agent.name | x }} b",
        "{{a}}{{b|}}",
        "{no} {{ }} {{{c}}}",
        "가 {{x|나}}",
    ):
        told = [(place[1], place[2]) for place in pattern.finditer(text)]
        assert told == [(place[1], place[2]) for place in filling.PLACE.finditer(text)]

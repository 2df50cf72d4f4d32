"""Pages that stay whole while the list grows at its head."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from multidict import MultiDict

from gateway.sandbox.phones.orders import Refusal
from gateway.sandbox.phones.paging import Page


@dataclass
class Thing:
    sid: str


def things(*numbers: int) -> list[Thing]:
    return [Thing(f"SM{number}") for number in numbers]


def shown(page: Page) -> list[str]:
    return [thing.sid for thing in page.things]


def test_the_next_page_begins_after_the_last_of_this_one_whatever_came_before() -> None:
    first = Page("/list", {"PageSize": "2", "To": "+1 2"}, things(4, 3, 2, 1))
    following = first.json("things", vars)["next_page_uri"]
    query = MultiDict(parse_qsl(urlsplit(following).query))
    assert query["To"] == "+1 2"
    second = Page("/list", query, things(6, 5, 4, 3, 2, 1))
    assert (shown(first), shown(second)) == (["SM4", "SM3"], ["SM2", "SM1"])
    assert second.json("things", vars)["next_page_uri"] is None
    assert (second.number, second.json("things", vars)["start"]) == (1, 4)


def test_a_page_has_at_most_a_thousand() -> None:
    assert Page("/list", {"PageSize": "5000"}, []).size == 1000
    assert Page("/list", {}, []).size == 50


@pytest.mark.parametrize(("query", "code"), [({"PageToken": "PASM9"}, 21481), ({"PageSize": "x"}, 20001)])
def test_paging_that_is_none_is_refused(query: dict[str, str], code: int) -> None:
    with pytest.raises(Refusal) as caught:
        Page("/list", query, things(1))
    assert caught.value.code == code


def test_the_newer_apis_have_whole_addresses() -> None:
    meta = Page("/v1/Content", {"PageSize": "1"}, things(2, 1)).product_json("https://x", "contents", vars)
    assert meta["meta"]["next_page_url"] == "https://x/v1/Content?PageSize=1&Page=1&PageToken=PASM2"
    assert (meta["meta"]["key"], meta["contents"]) == ("contents", [{"sid": "SM2"}])

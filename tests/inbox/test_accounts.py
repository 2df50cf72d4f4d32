"""How accounts are shown to those who set them up."""

from __future__ import annotations

import re
import tomllib

import pytest

from gateway.channels.registry import examples, validate
from tests.inbox.conftest import House


async def test_the_setup_page(both: House) -> None:
    sue = await both.client("sue")
    told = await sue.get("/accounts/setup")
    (web,) = told["accounts"]
    assert web["heard_at"] is None
    page = f"{both.desk.config.public_url}/chat/web"
    assert web["embed"]["page"] == page
    assert 'data-account="web"' in web["embed"]["script"]
    assert web["embed"]["origins"] == []
    await both.customer_writes("hello")
    assert (await sue.get("/accounts/setup"))["accounts"][0]["heard_at"] is not None
    assert {one["type"] for one in told["examples"]} == set(examples())


def test_the_web_chat_has_an_example() -> None:
    assert "webchat" in examples()


@pytest.mark.parametrize("type_", examples())
def test_examples_are_sections_that_work(type_: str) -> None:
    example = examples()[type_]
    section = tomllib.loads(example.en)["channels"]
    ((account, values),) = section.items()
    assert validate(account, values).type == type_
    assert tomllib.loads(example.ko)["channels"] == section, "only what is said of it is another language"
    assert re.search(r"# .*[가-힣]", example.ko)

"""How accounts are shown to those who set them up."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from gateway.channels.registry import examples, make, validate
from gateway.stream.accounts import Configured, sync_accounts
from tests import provider
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
    assert web["embed"]["away"] == {"en": "", "ko": ""}
    assert web["webhook"] is None
    await both.customer_writes("hello")
    assert (await sue.get("/accounts/setup"))["accounts"][0]["heard_at"] is not None
    assert {one["type"] for one in told["examples"]} == set(examples())


async def test_the_address_that_a_provider_calls_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.register(monkeypatch)
    post: Any = make("post", provider.SECTION)
    house.desk.channels.replace({"post": post})
    await house.store.write(lambda tx: sync_accounts(tx, {"post": Configured(provider.NAME, "Pigeons")}))
    told = (await (await house.client("sue")).get("/accounts/setup"))["accounts"]
    found = {one["id"]: one["webhook"] for one in told}
    assert found == {"post": f"{house.desk.config.public_url}/webhooks/post", "web": None}


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

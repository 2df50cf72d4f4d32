"""The templates of an account, and which of them may be sent."""

from dataclasses import replace

import pytest

from gateway.channels._twilio_templates import MOST
from gateway.channels.base import Template
from gateway.errors import AuthFailed, Refused
from tests.channels.twilio_lines import chatting, texting
from tests.sandbox.phones.town import GREETING, Town

PICTURE = replace(GREETING, sid="HX" + "e" * 32, name="a picture", types={"twilio/media": {"media": ["x"]}})
LOUD = replace(GREETING, sid="HX" + "f" * 32, name="a sale", approval="rejected", rejection="Too loud")


async def test_they_come_by_name_with_what_whatsapp_has_decided() -> None:
    town = Town()
    town.network.add(PICTURE, LOUD)
    async with chatting(town) as channel:
        found = list(await channel.templates())
    assert [(one.name, one.state, one.may_be_sent) for one in found] == [
        ("a sale", "rejected", False),
        ("order_sent", "approved", True),
    ]
    assert found[0].reason == "Too loud"
    assert found[1] == Template(
        GREETING.sid,
        "order_sent",
        "en",
        "Hello {{1}}, your order {{2}} is on its way.",
        {"1": "there", "2": ""},
        category="UTILITY",
    )


async def test_a_text_message_needs_nobodys_approval() -> None:
    town = Town()
    town.network.add(LOUD)
    async with texting(town) as channel:
        assert all(one.may_be_sent for one in await channel.templates())


async def test_all_of_them_are_read_however_many_pages() -> None:
    town, count = Town(), 120
    assert count < MOST
    for number in range(count):
        town.network.add(replace(GREETING, sid=f"HX{number:032}", name=f"n{number}"))
    async with chatting(town) as channel:
        assert len(await channel.templates()) == count + 1


async def test_who_may_not_ask_is_told_so() -> None:
    async with chatting(Town(), auth_token="another") as channel:
        with pytest.raises(AuthFailed):
            await channel.templates()


def test_every_place_is_filled_and_nothing_else() -> None:
    template = Template("HX1", "n", "en", "Hi {{1}}, {{ 2 }}!", {"1": "", "2": ""})
    assert template.filled({"1": "Mina", "2": "{{1}}", "3": "unused"}) == "Hi Mina, {{1}}!"
    with pytest.raises(Refused):
        template.filled({"1": "Mina", "2": " "})

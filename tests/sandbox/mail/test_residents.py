"""Whose mailboxes there are, and the account that writes to them."""

from pathlib import Path
from typing import Any

from gateway.channels.email import Email
from gateway.channels.registry import Channels, make
from gateway.config import Config
from gateway.demo import mail_office
from gateway.sandbox.demo import ACCOUNT as SHOP_CHAT
from gateway.sandbox.demo import demo_config
from gateway.sandbox.guests import personas
from gateway.sandbox.mail.office import DOMAIN
from gateway.sandbox.mail.residents import (
    ADDRESS,
    SHOP,
    WRITERS,
    address_of,
    channel,
    is_neighbour,
    residents,
)
from gateway.sandbox.team import TEAMS


def test_everybody_has_a_mailbox_in_her_language() -> None:
    boxes = residents()
    assert [box.owner.address for box in boxes] == [address_of(key) for key in WRITERS]
    assert {box.language for box in boxes} == {"ko", "en"}
    assert all(box.owner.name and box.owner.address.endswith(f"@{DOMAIN}") for box in boxes)


def test_who_was_there_before_has_a_mailbox_too() -> None:
    for address in ("ko-1003@mail.example", "accounts@northwind.example", "accounting@hanbit.example"):
        assert is_neighbour(address)
    # What they leave unread in the chat follows them.
    assert is_neighbour("live-12@mail.example") and all(is_neighbour(address_of(key)) for key in personas())


async def test_what_is_left_unread_in_the_shops_chat_follows_by_mail(tmp_path: Path) -> None:
    async with mail_office(demo_config(Config(), tmp_path)) as (config, _):
        chat: Any = Channels.of(config.channels).get(SHOP_CHAT)
        assert (chat.follows_by(), chat.follows_after()) == ("mail", 60_000)
    for address in ("nobody@mail.example", "ko-1003@elsewhere.example", ADDRESS):
        assert not is_neighbour(address)


def test_the_account_goes_to_their_server_and_takes_their_mail() -> None:
    made = make("mail", channel(2525))
    assert isinstance(made, Email)
    section = channel(2525)
    assert made.capabilities.may_start and section["team"] in TEAMS.values()
    assert ADDRESS.endswith(f"@{SHOP}") and section["address"] == ADDRESS

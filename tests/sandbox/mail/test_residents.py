"""Whose mailboxes there are, and the account that writes to them."""

from gateway.channels.email import Email
from gateway.channels.registry import make
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
    for address in ("nobody@mail.example", "ko-1003@elsewhere.example", ADDRESS):
        assert not is_neighbour(address)


def test_the_account_goes_to_their_server_and_takes_their_mail() -> None:
    made = make("mail", channel(2525))
    assert isinstance(made, Email)
    section = channel(2525)
    assert made.capabilities.may_start and section["team"] in TEAMS.values()
    assert ADDRESS.endswith(f"@{SHOP}") and section["address"] == ADDRESS

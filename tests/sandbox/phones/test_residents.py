"""Who lives in the demo's network."""

from urllib.parse import unquote

from gateway.channels.base import Invites
from gateway.channels.registry import make
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.orders import E164, PLACE
from gateway.sandbox.phones.residents import NUMBERS, PLAIN, SID, channels, numbers, settle


def network() -> Network:
    made = Network(lambda: 0)
    settle(made, "token", dict.fromkeys(numbers(), "http://parley.example/webhooks/x"))
    return made


def test_everybody_has_a_number_and_the_shop_has_two() -> None:
    made = network()
    assert set(made.phones) == set(NUMBERS.values())
    assert all(E164.fullmatch(number) for number in made.phones)
    assert [line.is_whatsapp for line in made.lines.values()] == [False, True]
    assert [key for key in NUMBERS if not made.phones[NUMBERS[key]].on_whatsapp] == sorted(PLAIN)
    assert all(phone.name for phone in made.phones.values())


def test_links_to_the_shops_numbers_lead_to_the_page_of_phones() -> None:
    accounts = channels("http://127.0.0.1:1", "token", "http://localhost:8080/sandbox/key/phones")
    for (account, section), address in zip(accounts.items(), numbers(), strict=True):
        channel: object = make(account, section)
        assert isinstance(channel, Invites)
        found = channel.invitation("여기서 #A/B")
        assert found is not None and not found.address.startswith("whatsapp")
        page, _, hand = found.link.partition("#")
        assert page == "http://localhost:8080/sandbox/key/phones"
        assert [unquote(part) for part in hand.split("/")] == ["", address, "여기서 #A/B"]


def test_templates_stand_in_both_languages_with_values_for_their_places() -> None:
    made = network()
    templates = list(made.templates.values())
    assert {one.language for one in templates} == {"ko", "en"}
    assert {one.account for one in templates} == {SID} and len({one.sid for one in templates}) == len(
        templates
    )
    assert {"approved", "pending", "rejected"} == {one.approval for one in templates}
    for one in templates:
        assert set(PLACE.findall(one.body)) == set(one.variables)
